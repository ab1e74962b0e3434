"""What the counts of fairness mean, in words: for the page and for nobody's file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Field
from django.utils.translation import gettext as _

from talimger.selection.models import FairnessAnswers
from talimger.shell.languages import LANGUAGE_NAMES


@dataclass(frozen=True)
class GroupInWords:
    label: str
    n: int | None
    hundred: int | None
    interval: tuple[float, float, float] | None
    verdict: str
    is_reference: bool


@dataclass(frozen=True)
class FieldInWords:
    label: str
    verdict: str
    is_loud: bool
    left_out: int | None
    groups: tuple[GroupInWords, ...]


@dataclass(frozen=True)
class StageInWords:
    label: str
    fields: tuple[FieldInWords, ...]


def stages_in_words(stages: Sequence[dict[str, Any]]) -> list[StageInWords]:
    """The stored counts with the words of the reader's language."""
    names = {"desk": _("Desk screen: going further"), "day": _("Assessment day: going further"), "accept": _("Accepted")}
    return [StageInWords(names.get(stage["stage"], stage["stage"]), tuple(_field(each) for each in stage["fields"])) for stage in stages]


def _field(field: dict[str, Any]) -> FieldInWords:
    return FieldInWords(
        label=str(_column(field["field"]).verbose_name),
        verdict=verdict_word(field["verdict"]),
        is_loud=field["verdict"] in ("possible", "likely"),
        left_out=field["left_out"],
        groups=tuple(_group(each, field) for each in field["groups"]),
    )


def _group(group: dict[str, Any], field: dict[str, Any]) -> GroupInWords:
    rate = group.get("rate")
    return GroupInWords(
        label=_answer(field["field"], group["label"]),
        n=group["n"],
        hundred=None if rate is None else round(100 * rate),
        interval=(group["ratio"], group["lower"], group["upper"]) if "ratio" in group else None,
        verdict=verdict_word(group["verdict"]) if "verdict" in group else "",
        is_reference=field.get("reference") == group["label"],
    )


def _answer(field: str, answer: str) -> str:
    if field == "language":
        return LANGUAGE_NAMES[answer].full if answer in LANGUAGE_NAMES else answer
    words: dict[Any, Any] = dict(_column(field).flatchoices)
    return str(words.get(answer, answer))


def _column(name: str) -> Field[Any, Any]:
    column = FairnessAnswers._meta.get_field(name)
    assert isinstance(column, Field)
    return column


def verdict_word(verdict: str) -> str:
    """What may be said about a group, and no more."""
    words = {
        "likely": _("let through clearly more rarely: look at why"),
        "possible": _("perhaps let through more rarely: look at it"),
        "no_sign": _("no sign of a difference"),
    }
    return words.get(verdict, _("too few to say"))
