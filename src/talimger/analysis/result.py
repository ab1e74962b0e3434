"""A kept result as a page reads it: places by fair score and by plain mean, and who stands on the other side of a cut.

Pure Python: a page loads no numbers library.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# Below this neither "in" nor "out" is sure enough (core.measurement.decisions).
SURE = 0.9
_ROUNDS = 60
# Means that differ by less are equal: they come from floating-point division.
_EQUAL = 1e-6


@dataclass(frozen=True)
class Person:
    """One person of a part. Places count from 1; equal means share places, from ``mean_first`` to ``mean_last``."""

    label: str
    fair: float
    low: float
    high: float
    measure: float
    se: float
    mean: float
    ratings: int
    place: int
    mean_first: int
    mean_last: int

    @property
    def shift(self) -> int:
        """How many places the fair score puts them higher (above zero) or lower than the plain mean."""
        if self.place < self.mean_first:
            return self.mean_first - self.place
        return self.mean_last - self.place if self.place > self.mean_last else 0

    @property
    def mean_places(self) -> str:
        return str(self.mean_first) if self.mean_first == self.mean_last else f"{self.mean_first}–{self.mean_last}"


@dataclass(frozen=True)
class Placed:
    """A person beside a cut: the chance of truly being among the first."""

    person: Person
    chance: float

    @property
    def too_close(self) -> bool:
        return is_too_close(self.chance)


@dataclass(frozen=True)
class Cut:
    """The first ``top`` of all: who comes in by fair score though the plain mean left them out, and the other way round."""

    top: int
    comes_in: tuple[Placed, ...]
    goes_out: tuple[Placed, ...]
    chances: tuple[float, ...]
    """By fair place."""

    @property
    def changed(self) -> int:
        return len(self.comes_in) + len(self.goes_out)

    @property
    def close(self) -> int:
        return sum(each.too_close for each in (*self.comes_in, *self.goes_out))


@dataclass(frozen=True, eq=False)
class Part:
    """People who can be compared with one another, in the order of their fair scores."""

    number: int
    strip: dict[str, Any]
    persons: tuple[Person, ...]

    @property
    def gap(self) -> float:
        """Points between the most lenient and the strictest assessor."""
        marks = self.strip["marks"]
        return float(marks[-1][1] - marks[0][1])

    @property
    def anybody_stands_out(self) -> bool:
        return any(low > 0 or high < 0 for _label, _value, low, high in self.strip["marks"])


@dataclass(frozen=True, eq=False)
class Result:
    """What was computed from one spreadsheet."""

    data: dict[str, Any]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return tuple(Part(part["number"], part, self._in_order(part["persons"])) for part in self.data["parts"])

    @property
    def is_whole(self) -> bool:
        """Whether everybody can be compared with everybody."""
        return len(self.data["parts"]) == 1

    @property
    def tells_people_apart(self) -> bool:
        """Whether people differ beyond chance; else their order is nobody's."""
        return all(found["code"] != "no_differences" for found in self.data["findings"])

    @property
    def count(self) -> int:
        return len(self.data["persons"]["label"])

    @property
    def third(self) -> int:
        """A third of the people, at least one and never all."""
        return max(1, min(round(self.count / 3), self.count - 1))

    def _in_order(self, places: Sequence[int]) -> tuple[Person, ...]:
        every = self.data["persons"]
        means = sorted(-every["mean"][place] for place in places)
        order = sorted(places, key=lambda place: (-every["fair"][place], -every["measure"][place], place))
        first: dict[int, int] = {}
        last: dict[int, int] = {}
        for number, value in enumerate(means, 1):
            first.setdefault(round(value / _EQUAL), number)
            last[round(value / _EQUAL)] = number
        found = []
        for number, place in enumerate(order, 1):
            key = round(-every["mean"][place] / _EQUAL)
            values = {name: every[name][place] for name in ("label", "fair", "low", "high", "measure", "se", "mean", "ratings")}
            found.append(Person(**values, place=number, mean_first=first[key], mean_last=last[key]))
        return tuple(found)

    def cut(self, top: int) -> Cut:
        """Who stands on the other side by fair score. Whom the plain mean left in a tie across the cut stands on neither."""
        persons = self.parts[0].persons
        chances = chances_of([person.measure for person in persons], [person.se for person in persons], top)
        placed = [Placed(person, chance) for person, chance in zip(persons, chances, strict=True)]
        return Cut(
            top=top,
            comes_in=tuple(each for each in placed if each.person.place <= top < each.person.mean_first),
            goes_out=tuple(each for each in placed if each.person.mean_last <= top < each.person.place),
            chances=tuple(chances),
        )


def is_too_close(chance: float) -> bool:
    """Whether the ratings do not say on which side somebody truly stands."""
    return 1 - SURE < chance < SURE


def chances_of(measures: Sequence[float], ses: Sequence[float], top: int) -> list[float]:
    """How likely each person truly is among the first ``top``.

    The cut is where as many are expected above it as there are places; each chance is that of being above it. What
    ``core.measurement.decisions`` finds by drawing everybody's true order many times differs by a few hundredths.
    """
    low, high = min(measures) - 10 * max(ses) - 1, max(measures) + 10 * max(ses) + 1
    for _round in range(_ROUNDS):
        middle = (low + high) / 2
        if sum(_above(measure, se, middle) for measure, se in zip(measures, ses, strict=True)) > top:
            low = middle
        else:
            high = middle
    return [_above(measure, se, (low + high) / 2) for measure, se in zip(measures, ses, strict=True)]


def _above(measure: float, se: float, cut: float) -> float:
    return 0.5 * math.erfc((cut - measure) / (max(se, 1e-9) * math.sqrt(2)))
