"""The fair order as rows of a table: places, scores, limits on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talimger.analysis.result import Cut, Person, Result, is_too_close
from talimger.analysis.sayings import chance_words, verdict_of
from talimger.analysis.words import amount
from talimger.shell.charts import Scale, linear_scale, nice_ticks
from talimger.shell.charts.dots import shown

_START, _END = 3.0, 97.0


@dataclass(frozen=True)
class OrderRow:
    """One person in words, and the places of the score and its limits in per cent of the plot."""

    place: int
    label: str
    fair: str
    mean: str
    mean_places: str
    shift: str
    is_shifted: bool
    x: str
    x1: str
    x2: str
    verdict: str = ""
    chance: str = ""
    too_close: bool = False
    is_last_in: bool = False


def order_rows(result: Result, cut: Cut | None, persons: Sequence[Person]) -> list[OrderRow]:
    """These people of one part, in the order of the fair scores."""
    scale = _scale(result)
    if cut is None:
        return [_row(person, scale, None, 0) for person in persons]
    return [_row(person, scale, cut.chances[person.place - 1], cut.top) for person in persons]


def order_ticks(result: Result) -> list[tuple[str, str]]:
    """The whole ratings of the scale with their places."""
    scale = _scale(result)
    return [(scale.percent(tick), shown(tick, 0)) for tick in nice_ticks(scale.low, scale.high) if tick == int(tick)]


def _scale(result: Result) -> Scale:
    low, high = result.data["scale"]
    return linear_scale(float(low), float(high), start=_START, end=_END)


def _row(person: Person, scale: Scale, chance: float | None, top: int) -> OrderRow:
    return OrderRow(
        place=person.place,
        label=person.label,
        fair=shown(person.fair, 2),
        mean=shown(person.mean, 2),
        mean_places=person.mean_places,
        shift=_shift(person.shift),
        is_shifted=person.shift != 0,
        x=scale.percent(person.fair),
        x1=scale.percent(person.low),
        x2=scale.percent(person.high),
        verdict="" if chance is None else verdict_of(chance),
        chance="" if chance is None else chance_words(chance),
        too_close=chance is not None and is_too_close(chance),
        is_last_in=person.place == top,
    )


def _shift(places: int) -> str:
    if not places:
        return _("the same")
    count = abs(places)
    words = (
        ngettext("higher by %(count)s place", "higher by %(count)s places", count)
        if places > 0
        else ngettext("lower by %(count)s place", "lower by %(count)s places", count)
    )
    return words % {"count": amount(count)}
