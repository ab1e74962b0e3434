"""The pictures of a rating analysis on /gallery/, with invented people and numbers: small, large and torn apart."""

from __future__ import annotations

import math
from typing import Any

from django.utils.translation import pgettext

from talimger.shell.charts import (
    CategoryCurve,
    CategoryCurves,
    MapColumn,
    MapMark,
    RatingNetwork,
    SeverityStrip,
    StripMark,
    Tie,
    VariableMap,
)

_ASSESSORS = (
    ("Сауле Касымова", -0.62),
    ("Меруерт Абилова", -0.31),
    ("Канат Исабеков", -0.08),
    ("Павел Громов", 0.02),
    ("Ерлан Мукашев", 0.11),
    ("Гүлжан Өтегенова", 0.22),
    ("Константин Преображенский-Воскресенский", 0.41),
    ("Айгүл Нұрғалиева", 0.25),
)


def _spread(count: int, width: float, middle: float = 0.0) -> tuple[float, ...]:
    """Places that look like a normal sample, the same on every visit."""
    return tuple(middle + width * math.tan(2.4 * ((index + 0.5) / count - 0.5)) / 1.6 for index in range(count))


def rating_charts() -> dict[str, Any]:
    """Every picture of ratings in every state."""
    crowd = tuple(MapMark(f"A{number}", place) for number, place in enumerate(_spread(500, 0.7), 1))
    return {
        "map": _map("ruler", _spread(60, 1.3, 0.4), tuple(MapMark(name, 1.6 * place) for name, place in _ASSESSORS), 24),
        "map_large": _map("ruler-large", _spread(20_000, 1.2), crowd, 23),
        "strip": _strip("strictness", tuple(StripMark(name, at, at - 0.24, at + 0.24) for name, at in _ASSESSORS)),
        "strip_large": _strip(
            "strictness-large", tuple(StripMark(f"A{i}", at, at - 0.15, at + 0.15) for i, at in enumerate(_spread(500, 0.3), 1))
        ),
        "curves": _curves(),
        "network": _network("ties", tuple(name for name, _at in _ASSESSORS), torn=False),
        "network_torn": _network("ties-torn", tuple(name for name, _at in _ASSESSORS), torn=True),
        "network_large": _network("ties-large", tuple(f"A{number}" for number in range(1, 501)), torn=True),
    }


def _map(key: str, persons: tuple[float, ...], assessors: tuple[MapMark, ...], items: int) -> VariableMap:
    return VariableMap(
        key=key,
        title=pgettext("gallery", "People, assessors and items on one ruler"),
        description=pgettext("gallery", "Most people stand between −1 and +2; items are spread over the same stretch."),
        persons=persons,
        persons_title=pgettext("gallery", "Candidates"),
        persons_top=pgettext("gallery", "stronger"),
        columns=(
            MapColumn(pgettext("gallery", "Assessors"), assessors, pgettext("gallery", "stricter")),
            MapColumn(
                pgettext("gallery", "Items"),
                tuple(MapMark(f"И{number}", place) for number, place in enumerate(_spread(items, 0.8), 1)),
                pgettext("gallery", "harder"),
            ),
        ),
        steps_title=pgettext("gallery", "Steps"),
        steps=(MapMark("1 | 2", -2.4), MapMark("2 | 3", -0.9), MapMark("3 | 4", 0.8), MapMark("4 | 5", 2.5)),
    )


def _strip(key: str, marks: tuple[StripMark, ...]) -> SeverityStrip:
    return SeverityStrip(
        key=key,
        title=pgettext("gallery", "Who is stricter than colleagues"),
        description=pgettext("gallery", "One assessor gives 0.4 points less than colleagues, two give more."),
        marks=marks,
        centre_label=pgettext("gallery", "like colleagues"),
        start=pgettext("gallery", "more lenient"),
        end=pgettext("gallery", "stricter"),
        unit=pgettext("gallery", "points of the scale"),
    )


def _curves() -> CategoryCurves:
    places = tuple(-5 + index / 10 for index in range(101))
    thresholds = (-2.2, 0.7, 0.1, 2.3)

    def shares(eta: float) -> list[float]:
        sums = [0.0]
        for step, threshold in enumerate(thresholds):
            sums.append(sums[step] + eta - threshold)
        odds = [math.exp(value - max(sums)) for value in sums]
        return [value / math.fsum(odds) for value in odds]

    by_place = [shares(place) for place in places]
    used = (CategoryCurve(str(category + 1), tuple(row[category] for row in by_place)) for category in range(5))
    return CategoryCurves(
        key="categories",
        title=pgettext("gallery", "Which rating is likely where"),
        description=pgettext("gallery", "Ratings 1, 2, 4 and 5 are each the most likely somewhere, 3 nowhere."),
        places=places,
        curves=(*used, CategoryCurve("6")),
        start=pgettext("gallery", "weaker people"),
        end=pgettext("gallery", "stronger people"),
    )


def _network(key: str, names: tuple[str, ...], *, torn: bool) -> RatingNetwork:
    cut = 2 * len(names) // 3 if torn else len(names)
    ties = tuple(
        Tie(names[one], names[other], 3 + (7 * one + 5 * other) % 9)
        for one in range(len(names))
        for other in range(one + 1, min(one + 4, len(names)))
        if (one < cut) == (other < cut)
    )
    return RatingNetwork(
        key=key,
        title=pgettext("gallery", "Who rated the same people"),
        description=pgettext("gallery", "Assessors are tied when they rated the same people; a thick line means many."),
        nodes=names,
        ties=ties,
        notes=(pgettext("gallery", "40 people"), pgettext("gallery", "20 people")),
        shared=pgettext("gallery", "People rated by both"),
    )
