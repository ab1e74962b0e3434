"""Tags and filters of every template. They run in the cells of tables, so they are plain functions of strings."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.db.models import Model
from django.forms import BoundField
from django.template import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from talimger.kernel import policies
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor
from talimger.shell.charts import Chart
from talimger.shell.context import initials_of
from talimger.shell.forms import ShellLook
from talimger.shell.qr import qr_svg

register = template.Library()
_TENTH = Decimal("0.1")

# Drawn in a square of 14. A shape never stands alone: the word beside it is the state, the shape helps the eye.
_SHAPES = {
    "done": '<path d="m1.8 7.6 3.4 3.4 7-7.6"/>',
    "half": '<circle cx="7" cy="7" r="6.2"/><path class="fill" d="M7 .8a6.2 6.2 0 0 0 0 12.4z"/>',
    "miss": '<circle cx="7" cy="7" r="6.2"/>',
    "na": '<path d="M3 7h8"/>',
    "conf": '<path d="M7 1.3 13.3 12.7H.7zM7 5.5v3.2M7 10.7v.1"/>',
}
STATES = tuple(_SHAPES)
_SHAPE_MARKUP = {
    state: mark_safe(f'<svg class="shape" viewBox="0 0 14 14" aria-hidden="true">{drawing}</svg>') for state, drawing in _SHAPES.items()
}


@lru_cache(maxsize=1)
def _sprite() -> str:
    """The address of the icons, looked up once: a table asks for it hundreds of times."""
    return escape(static("shell/icons.svg"))


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite, ``{% icon "check" %}`` or ``{% icon "check" "small" %}``; hidden from screen readers."""
    return mark_safe(f'<svg class="icon {size}" aria-hidden="true"><use href="{_sprite()}#{name}"/></svg>')


@register.simple_tag
def mark() -> SafeString:
    """The mark: the crown of a yurt."""
    return mark_safe(f'<svg class="mark" aria-hidden="true"><use href="{_sprite()}#mark"/></svg>')


@register.simple_tag
def shape(state: str) -> SafeString:
    """The shape of a state without a word: only where the word already stands beside it."""
    return _SHAPE_MARKUP[state]


@register.simple_tag
def status(state: str, word: Any, total: int | None = None) -> SafeString:
    """A state as shape and word: ``{% status "half" 1 2 %}`` says "1 of 2", ``{% status "conf" _("conflict") %}`` the word."""
    words = word if total is None else _("%(count)s of %(total)s") % {"count": word, "total": total}
    return mark_safe(f'<span class="status {state}">{_SHAPE_MARKUP[state]}{conditional_escape(words)}</span>')


@register.filter(name="may")
def may_filter(actor: Actor | None, action: str) -> bool:
    """Whether the actor may do this at all: ``{% if actor|may:"selection.decide" %}``."""
    return actor is not None and policies.may(actor, action)


@register.simple_tag(takes_context=True)
def may(context: Context, action: str, row: Model | None = None) -> bool:
    """Whether who looks at the page may do this to the row: ``{% may "selection.decide" application as ok %}``."""
    actor = getattr(context.get("request"), "actor", None)
    return actor is not None and policies.may(actor, action, row)


@register.simple_tag
def chart(drawing: Chart) -> SafeString:
    """A chart as SVG with its words and its table."""
    return SafeString(get_template(drawing.template).render({"chart": drawing}))


@register.simple_tag
def qr(link: str) -> SafeString:
    """A QR code of a link, for the ``code`` slot of ``<c-share>``."""
    return qr_svg(link, label=_("QR code of the link"))


@register.filter
def score(value: float | Decimal | None) -> str:
    """One decimal in the reader's language, "—" for nothing: 3.25 is "3,3" in Russian and Kazakh."""
    # By way of the decimal digits, so that 3.25 is 3.3 for a person who checks it by hand.
    return "—" if value is None else number_format(Decimal(str(value)).quantize(_TENTH, ROUND_HALF_UP), 1)


@register.filter
def initials(name: str) -> str:
    return initials_of(str(name))


@register.simple_tag
def localised(text: LocalisedText | str | None) -> SafeString:
    """A text that people wrote, with its language named, and a small mark when the reader's own language is missing."""
    if not isinstance(text, LocalisedText):
        return SafeString(conditional_escape(text or ""))
    words = escape(text.text())
    if not text.is_fallback:
        return words
    missing = escape(_("no translation"))
    return mark_safe(f'<span lang="{text.language_shown()}">{words}</span><span class="fallback">{missing}</span>')


@register.filter
def widget_kind(field: BoundField) -> str:
    """How a field is laid out: ``check`` (one box beside its words), ``group`` (a fieldset) or ``field``."""
    if field.use_fieldset:
        return "group"
    return "check" if getattr(field.field.widget, "input_type", "") == "checkbox" else "field"


@register.simple_tag
def control(field: BoundField, hint: Any = "") -> SafeString:
    """The input itself, tied to its hint and to its error."""
    attrs: dict[str, Any] = {}
    if not field.use_fieldset and (ids := describes(field, hint)):
        attrs["aria-describedby"] = ids
    if not isinstance(field.form, ShellLook):
        # allauth repeats its labels as placeholders, which vanish while somebody types.
        attrs["placeholder"] = False
    return field.as_widget(attrs=attrs)


@register.filter
def describes(field: BoundField, hint: Any = "") -> str:
    """The ids of what explains a field, for ``aria-describedby``."""
    ids = [f"{field.auto_id}_helptext"] if hint or field.help_text else []
    if field.errors:
        ids.append(f"{field.auto_id}_error")
    return " ".join(ids)


@register.filter
def first_input(field: BoundField) -> str:
    """The id of the input that a link in the summary of errors leads to."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.simple_tag(takes_context=True)
def page_query(context: Context, name: str, number: int) -> str:
    """The address of another page of the same list, with every filter kept; the name of the parameter may vary."""
    return _with(context, {name: str(number)})


@register.simple_tag(takes_context=True)
def sort_state(context: Context, key: str, current: str | None, name: str = "sort") -> dict[str, str]:
    """How a column is sorted ("name", or "-name" downwards), its icon, and the address that sorts by it or turns it round."""
    if current == key:
        return {"sorted": "ascending", "icon": "sort-up", "url": _with(context, {name: f"-{key}", "page": None})}
    if current == f"-{key}":
        return {"sorted": "descending", "icon": "sort-down", "url": _with(context, {name: key, "page": None})}
    return {"sorted": "none", "icon": "sort", "url": _with(context, {name: key, "page": None})}


def _with(context: Context, changes: dict[str, str | None]) -> str:
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file, or nothing if it cannot be told: an error page must not fail for its looks."""
    try:
        return static(path)
    except (ValueError, OSError):
        return ""
