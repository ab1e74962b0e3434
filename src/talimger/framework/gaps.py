"""What a draft still lacks before it can be published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from talimger.framework.content import LEVELS, CompetencyContent, FrameworkContent, IndicatorContent
from talimger.framework.words import listed
from talimger.kernel.languages import LocalisedText
from talimger.shell.languages import LANGUAGE_NAMES


@dataclass(frozen=True)
class Gap:
    """One thing that is missing. ``kind`` and ``code`` say of what, so that a page can lead there; ``title`` names it."""

    kind: str
    code: str
    title: str
    message: str


def find_gaps(content: FrameworkContent, languages: Sequence[str]) -> list[Gap]:
    """Everything that is missing in these languages, in the order of the pages; an empty list when it can be published."""
    return [*_framework(content, languages), *_methods(content, languages)]


def _framework(content: FrameworkContent, languages: Sequence[str]) -> Iterator[Gap]:
    yield from _name("framework", content.code, _("Framework"), content.name, languages)
    for competency in content.competencies:
        yield from _competency(competency, languages)


def _competency(competency: CompetencyContent, languages: Sequence[str]) -> Iterator[Gap]:
    title = f"{competency.code} {competency.name}"
    yield from _name("competency", competency.code, title, competency.name, languages)
    for indicator in competency.indicators:
        yield from _indicator(indicator, languages)


def _indicator(indicator: IndicatorContent, languages: Sequence[str]) -> Iterator[Gap]:
    title = f"{indicator.code} {indicator.name}"
    yield from _name("indicator", indicator.code, title, indicator.name, languages)
    for part in indicator.parts:
        yield from _name("indicator", indicator.code, f"{title}, {part.name}", part.name, languages)
    for level in LEVELS:
        missing = indicator.anchor(level).missing(languages)
        if len(missing) == len(languages):
            yield Gap("indicator", indicator.code, title, _("level %(level)s has no anchor") % {"level": level})
        elif missing:
            words = {"level": level, "languages": _named(missing)}
            yield Gap("indicator", indicator.code, title, _("anchor of level %(level)s, no words in: %(languages)s") % words)


def _methods(content: FrameworkContent, languages: Sequence[str]) -> Iterator[Gap]:
    for method in content.methods:
        yield from _name("method", method.code, str(method.name), method.name, languages)
        if method.short_name:
            yield from _name("method", method.code, str(method.name), method.short_name, languages)
    for term in content.terms:
        yield from _name("term", f"{term.kind}.{term.code}", str(term.name), term.name, languages)


def _name(kind: str, code: str, title: str, name: LocalisedText, languages: Sequence[str]) -> Iterator[Gap]:
    missing = name.missing(languages)
    if missing:
        yield Gap(kind, code, title, _("name, no words in: %(languages)s") % {"languages": _named(missing)})


def _named(languages: Sequence[str]) -> str:
    return listed([LANGUAGE_NAMES[code].full for code in languages])
