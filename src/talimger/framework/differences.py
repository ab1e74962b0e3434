"""What changed between two frameworks, in words: one sentence for each thing that is no longer the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from django.utils.translation import gettext as _

from talimger.framework.content import (
    LEVELS,
    CompetencyContent,
    FrameworkContent,
    IndicatorContent,
    ItemContent,
    MethodContent,
    PartContent,
    TermContent,
)
from talimger.framework.models import Indicator, Method, Term
from talimger.framework.words import listed
from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText
from talimger.people.roles import Role
from talimger.shell.languages import LANGUAGE_NAMES

NOTHING = "—"


@dataclass(frozen=True)
class Difference:
    """``where`` is what changed (a code and a name), ``what`` says how; ``was`` and ``now`` are the words themselves, if any."""

    where: str
    what: str
    was: str = ""
    now: str = ""


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


C = TypeVar("C", bound=_Coded)


def differences(old: FrameworkContent, new: FrameworkContent) -> list[Difference]:
    """Everything that differs, in the order of the pages; an empty list for the same framework."""
    found = [*_framework(old, new)]
    found += _compared(_("Competencies"), old.competencies, new.competencies, _titled, _competency)
    found += _compared(_("Methods"), old.methods, new.methods, lambda method: str(method.name), _method)
    for kind in Term.Kind:
        found += _compared(str(kind.label), old.terms_of(kind.value), new.terms_of(kind.value), _term_title, _term)
    return found


def _framework(old: FrameworkContent, new: FrameworkContent) -> Iterator[Difference]:
    yield from _renamed(_("Framework"), old.name, new.name)
    if old.code != new.code:
        yield Difference(_("Framework"), _("code changed"), old.code, new.code)
    if old.draft_languages != new.draft_languages:
        yield Difference(_("Framework"), _("draft languages changed"), _languages(old.draft_languages), _languages(new.draft_languages))


def _competency(old: CompetencyContent, new: CompetencyContent) -> Iterator[Difference]:
    yield from _renamed(_titled(new), old.name, new.name)
    yield from _compared(_titled(new), old.indicators, new.indicators, _titled, _indicator)


def _indicator(old: IndicatorContent, new: IndicatorContent) -> Iterator[Difference]:
    where = _titled(new)
    yield from _renamed(where, old.name, new.name)
    if old.target != new.target:
        yield Difference(where, _("target changed"), _target(old), _target(new))
    yield from _compared(where, old.parts, new.parts, _titled, lambda before, after: _renamed(_titled(after), before.name, after.name))
    for level in LEVELS:
        was, now = old.anchor(level), new.anchor(level)
        if was != now:
            words = {"level": level, "languages": _changed_languages(was, now)}
            yield Difference(where, _("anchor of level %(level)s changed (%(languages)s)") % words, *_most_telling(was, now))


def _method(old: MethodContent, new: MethodContent) -> Iterator[Difference]:
    where = str(new.name)
    yield from _renamed(where, old.name, new.name)
    if old.short_name != new.short_name:
        yield Difference(where, _("short name changed"), *_most_telling(old.short_name, new.short_name))
    if (old.kind, old.applies, old.rater_role) != (new.kind, new.applies, new.rater_role):
        yield Difference(where, _("kind, condition or raters changed"), _character(old), _character(new))
    reasons = {cell.competency: cell.reason for cell in old.cells}
    for cell in new.cells:
        if cell.competency not in reasons:
            yield Difference(where, _("now gives evidence on %(competency)s") % {"competency": cell.competency}, now=cell.reason)
        elif cell.reason != reasons[cell.competency]:
            words = {"competency": cell.competency}
            yield Difference(where, _("reason for %(competency)s changed") % words, reasons[cell.competency], cell.reason)
    for code in old.competencies:
        if code not in new.competencies:
            yield Difference(where, _("no longer gives evidence on %(competency)s") % {"competency": code})
    was, now = (_items(method, set(old.competencies) & set(new.competencies)) for method in (old, new))
    if was != now:
        yield Difference(where, _("other things are scored"), was, now)


def _term(old: TermContent, new: TermContent) -> Iterator[Difference]:
    yield from _renamed(_term_title(new), old.name, new.name)
    if old.subtypes != new.subtypes:
        yield Difference(_term_title(new), _("kinds changed"), ", ".join(old.subtypes) or NOTHING, ", ".join(new.subtypes) or NOTHING)


def _compared(
    group: str,
    old: Sequence[C],
    new: Sequence[C],
    titled: Callable[[C], str],
    changes: Callable[[C, C], Iterable[Difference]],
) -> Iterator[Difference]:
    """What bears the same code is compared; then what is new, what is gone, and whether the rest changed places."""
    before, after = ({each.code: each for each in each_side} for each_side in (old, new))
    for code, each in after.items():
        if code in before:
            yield from changes(before[code], each)
        else:
            yield Difference(titled(each), _("added"))
    for code, each in before.items():
        if code not in after:
            yield Difference(titled(each), _("taken out"))
    if [code for code in before if code in after] != [code for code in after if code in before]:
        yield Difference(group, _("order changed"))


# ── parts of sentences ──


def _renamed(where: str, was: LocalisedText, now: LocalisedText) -> Iterator[Difference]:
    if was != now:
        yield Difference(where, _("name changed (%(languages)s)") % {"languages": _changed_languages(was, now)}, *_most_telling(was, now))


def _changed_languages(was: LocalisedText, now: LocalisedText) -> str:
    return _languages([code for code in LANGUAGE_CODES if getattr(was, code) != getattr(now, code)])


def _languages(codes: Sequence[str]) -> str:
    return listed([LANGUAGE_NAMES[code].full for code in codes]) or NOTHING


def _most_telling(was: LocalisedText, now: LocalisedText) -> tuple[str, str]:
    """The words in the reader's language, or, where those stayed the same, in the first language that changed."""
    changed = [code for code in (now.language_shown(), *LANGUAGE_CODES) if getattr(was, code) != getattr(now, code)]
    return getattr(was, changed[0]) or NOTHING, getattr(now, changed[0]) or NOTHING


def _titled(named: CompetencyContent | IndicatorContent | PartContent) -> str:
    return f"{named.code} {named.name}"


def _term_title(term: TermContent) -> str:
    return f"{Term.Kind(term.kind).label}: {term.name}"


def _target(indicator: IndicatorContent) -> str:
    return str(Indicator.Target(indicator.target).label) if indicator.target else NOTHING


def _character(method: MethodContent) -> str:
    rater = Role(method.rater_role).label if method.rater_role else ""
    return ", ".join(str(part) for part in (Method.Kind(method.kind).label, Method.Applies(method.applies).label, rater) if part)


def _items(method: MethodContent, competencies: set[str]) -> str:
    return ", ".join(_item_code(item) for item in method.items if item.competency in competencies)


def _item_code(item: ItemContent) -> str:
    return f"{item.indicator or item.competency} {item.part}".strip()
