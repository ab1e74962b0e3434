"""A framework as plain values: what a file says, what a version holds, what two versions are compared by."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText

LEVELS = (1, 3, 5)
# What fits on a sheet and on a phone. Codes are what exports and other rooms refer to.
NAME_LENGTH, SHORT_NAME_LENGTH, ANCHOR_LENGTH, REASON_LENGTH = 200, 40, 600, 300
NO_WORDS = LocalisedText()


def tidy(text: str) -> str:
    """One paragraph without line breaks, doubled spaces and signs that cannot be shown: what is stored, compared and exported."""
    shown = (sign for sign in text if sign.isspace() or unicodedata.category(sign) not in {"Cc", "Cs"})
    return " ".join("".join(shown).split())


def tidy_text(text: LocalisedText) -> LocalisedText:
    """The same in every language."""
    return LocalisedText(**{code: tidy(getattr(text, code)) for code in LANGUAGE_CODES})


@dataclass(frozen=True)
class PartContent:
    code: str
    name: LocalisedText


@dataclass(frozen=True)
class AnchorContent:
    level: int
    text: LocalisedText


@dataclass(frozen=True)
class IndicatorContent:
    code: str
    name: LocalisedText
    target: str = ""
    parts: tuple[PartContent, ...] = ()
    anchors: tuple[AnchorContent, ...] = ()

    def anchor(self, level: int) -> LocalisedText:
        """The words at a level; empty ones where there are none yet."""
        return next((anchor.text for anchor in self.anchors if anchor.level == level), NO_WORDS)


@dataclass(frozen=True)
class CompetencyContent:
    code: str
    name: LocalisedText
    indicators: tuple[IndicatorContent, ...] = ()


@dataclass(frozen=True)
class ItemContent:
    """What is scored in a cell: a part of an indicator, an indicator, or, without either, the competency as a whole."""

    competency: str
    indicator: str = ""
    part: str = ""


@dataclass(frozen=True)
class CellContent:
    """A method gives evidence on a competency; the reason says why somebody added it."""

    competency: str
    reason: str = ""


@dataclass(frozen=True)
class MethodContent:
    code: str
    kind: str
    name: LocalisedText
    short_name: LocalisedText = NO_WORDS
    applies: str = "everyone"
    rater_role: str = ""
    cells: tuple[CellContent, ...] = ()
    items: tuple[ItemContent, ...] = ()

    @property
    def label(self) -> LocalisedText:
        return self.short_name or self.name

    @property
    def competencies(self) -> tuple[str, ...]:
        return tuple(cell.competency for cell in self.cells)


@dataclass(frozen=True)
class TermContent:
    kind: str
    code: str
    name: LocalisedText
    subtypes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FrameworkContent:
    """All of a framework. Two versions with the same content are the same framework."""

    code: str
    name: LocalisedText
    draft_languages: tuple[str, ...] = ()
    competencies: tuple[CompetencyContent, ...] = ()
    methods: tuple[MethodContent, ...] = ()
    terms: tuple[TermContent, ...] = ()

    def indicators(self) -> Iterator[tuple[CompetencyContent, IndicatorContent]]:
        """Every indicator with its competency, in order."""
        for competency in self.competencies:
            for indicator in competency.indicators:
                yield competency, indicator

    def cells(self) -> Iterator[tuple[MethodContent, CellContent]]:
        """Every cell of the matrix with its method, in order."""
        for method in self.methods:
            for cell in method.cells:
                yield method, cell

    def items(self) -> Iterator[tuple[MethodContent, ItemContent]]:
        """Everything that is scored, with its method, in the order of the sheets."""
        for method in self.methods:
            for item in method.items:
                yield method, item

    def terms_of(self, kind: str) -> tuple[TermContent, ...]:
        return tuple(term for term in self.terms if term.kind == kind)
