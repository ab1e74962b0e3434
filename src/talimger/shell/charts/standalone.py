"""A chart outside of a page: an SVG of a fixed width with its colours and its font written out, for PDF files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from talimger.shell.charts.drawing import TEXT, WIDTH, Drawing, DrawnChart, Words, number

FONT = "Golos Text"
# The light paper of static/shell/tokens.css: what prints has no variables.
_INK, _INK_2, _INK_3, _RULE, _ACCENT_MID, _PAPER = "#221d17", "#574f44", "#6b6255", "#e8e1d3", "#b3c1da", "#ffffff"
_LOOKS: Mapping[str, Mapping[str, str]] = {
    "line": {"stroke": _INK_3},
    "line.grid": {"stroke": _RULE},
    "line.cut": {"stroke": _INK, "stroke-width": "1.5", "stroke-dasharray": "4 3"},
    "line.interval": {"stroke": _INK_3, "stroke-width": "2", "stroke-linecap": "round"},
    "line.link": {"stroke-opacity": ".4"},
    "line.step": {"stroke": _INK, "stroke-width": "1.5"},
    "rect": {"fill": _ACCENT_MID},
    "rect.reach": {"fill": _RULE},
    "circle": {"fill": _INK, "stroke": _PAPER, "stroke-width": "2", "paint-order": "stroke"},
    "circle.still": {"fill": _INK_3},
    "circle.pin": {"stroke-width": "0"},
    "path": {"fill": "none", "stroke": _INK, "stroke-width": "2", "stroke-linejoin": "round"},
    "path.faint": {"stroke": _INK_3, "stroke-dasharray": "4 3"},
    "text": {"fill": _INK_2, "font-size": number(TEXT)},
    "text.quiet": {"fill": _INK_3},
    "text.strong": {"fill": _INK, "font-weight": "600"},
    "text.middle": {"text-anchor": "middle"},
    "text.end": {"text-anchor": "end"},
    "text.on-paper": {"paint-order": "stroke", "stroke": _PAPER, "stroke-width": "6", "stroke-linejoin": "round"},
}


def standalone_svg(chart: DrawnChart, *, language: str, width: float = WIDTH) -> str:
    """The chart in a language as a complete SVG file, ``width`` pixels wide; an empty chart says so in words."""
    with translation.override(language):
        drawing = chart.drawing() if not chart.is_empty else Drawing(40, (Words("quiet", _("Nothing to show yet."), 0, 24),))
        height = number(drawing.height)
        parts = [_tag("path", path.look, [("d", path.data(width / 100))]) for path in drawing.paths]
        parts += [
            _tag(shape.tag, shape.look, shape.lengths(lambda share: number(share * width / 100)), shape.words)
            for shape in drawing.shapes
            if "on-phone" not in shape.look.split()
        ]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {height}" width="{number(width)}" height="{height}" '
            f'font-family="{FONT}" xml:lang="{language}" role="img"><title>{escape(chart.title)}</title>'
            f"<desc>{escape(chart.description)}</desc>{''.join(parts)}</svg>"
        )


def _tag(tag: str, look: str, lengths: Iterable[tuple[str, str]], words: str = "") -> str:
    attributes = dict(_LOOKS[tag])
    for variant in look.split():
        attributes.update(_LOOKS.get(f"{tag}.{variant}", {}))
    # What a shape says of itself, the thickness of a link, goes before its look.
    attributes.update(lengths)
    written = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag} {written}>{escape(words)}</{tag}>" if words else f"<{tag} {written}/>"
