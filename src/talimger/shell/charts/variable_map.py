"""One ruler for everything that was measured: people as bars at the left, what they were measured with at the right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from django.utils.formats import number_format
from django.utils.translation import pgettext

from talimger.shell.charts.base import Table
from talimger.shell.charts.dots import signed
from talimger.shell.charts.drawing import WIDTH, Box, Disc, Drawing, DrawnChart, Line, Shape, Words, shortened, width_of
from talimger.shell.charts.scales import nice_ticks

# Where the columns stand, in per cent of the width.
_AXIS, _TICKS, _FACETS, _STEPS, _END = 27.0, 31.5, 36.5, 83.0, 100.0
_LONGEST = 14.5
_PLOT = 460.0
_MOST_BINS = 26
_TOP, _FOOT = 8.0, 8.0
# The head of a drawing that stands alone: the name of a column, and what its upper end means.
_HEAD = 46.0
# What a phone leaves to the whole picture; how many elements can be told apart in a column.
_PHONE = 320.0
_MANY = 40
_LINE = 16.0
# Before a label stands its dot.
_INDENT = 12.0
_STEP_WIDTHS = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class MapMark:
    """An element at its place on the ruler."""

    label: str
    at: float


@dataclass(frozen=True)
class MapColumn:
    """Elements of one kind. ``top`` says what it means to stand high."""

    title: str
    marks: tuple[MapMark, ...]
    top: str = ""


@dataclass(frozen=True)
class Key:
    """A number that stands in the picture for a label that is too long for it."""

    number: str
    label: str


@dataclass(frozen=True)
class KeyList:
    title: str
    keys: tuple[Key, ...]
    look: str


def _amount(value: int) -> str:
    return number_format(value, force_grouping=True)


@dataclass(frozen=True)
class VariableMap(DrawnChart):
    """People, columns of elements and the steps of the scale on one ruler; high is more of everything.

    Labels never collide: they are written row by row, a row of too many says "+3", long ones become numbers with a list below, and
    a column of more than forty elements becomes bars, like the people.
    """

    template: ClassVar[str] = "shell/charts/_variable_map.html"

    persons: Sequence[float] = ()
    persons_title: str = ""
    persons_top: str = ""
    columns: tuple[MapColumn, ...] = ()
    steps_title: str = ""
    steps: tuple[MapMark, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not len(self.persons) and not any(column.marks for column in self.columns)

    # ── places ──

    @cached_property
    def _values(self) -> list[float]:
        values = [*self.persons, *(mark.at for column in self.columns for mark in column.marks), *(step.at for step in self.steps)]
        return [float(value) for value in values if math.isfinite(value)]

    @cached_property
    def _bin(self) -> float:
        span = max(self._values) - min(self._values)
        return next((width for width in _STEP_WIDTHS if span / width <= _MOST_BINS - 2), span / (_MOST_BINS - 2))

    @cached_property
    def _low(self) -> int:
        """The first bin, counted from zero of the ruler."""
        return math.floor(min(self._values) / self._bin)

    @cached_property
    def _bins(self) -> int:
        return self._row_of(max(self._values)) + 1

    def _row_of(self, value: float) -> int:
        return math.floor(value / self._bin + 1e-9) - self._low

    @property
    def _row_height(self) -> float:
        return _PLOT / max(self._bins, 12)

    def _y(self, value: float) -> float:
        return _TOP + (self._bins - (value / self._bin - self._low)) * self._row_height

    def _row_y(self, row: int) -> float:
        return _TOP + (self._bins - row - 0.5) * self._row_height

    def _edges(self, row: int) -> tuple[str, str]:
        places = 2 if self._bin == 0.25 else 1
        return signed((row + self._low) * self._bin, places), signed((row + self._low + 1) * self._bin, places)

    def _counts(self, values: Sequence[float]) -> dict[int, int]:
        counts: dict[int, int] = {}
        for value in values:
            if math.isfinite(value):
                row = self._row_of(float(value))
                counts[row] = counts.get(row, 0) + 1
        return counts

    @property
    def _column_width(self) -> float:
        return (_STEPS - _FACETS - 0.5) / max(len(self.columns), 1)

    def _room(self, width: float) -> float:
        return width * self._column_width / 100 - _INDENT - 4

    # ── labels ──

    @staticmethod
    def _in_order(column: MapColumn) -> list[MapMark]:
        return sorted(column.marks, key=lambda mark: (-mark.at, mark.label))

    def _rows(self, column: MapColumn) -> dict[int, list[tuple[str, str]]]:
        """For each row its elements, from the top, as (number, label)."""
        rows: dict[int, list[tuple[str, str]]] = {}
        for place, mark in enumerate(self._in_order(column), 1):
            rows.setdefault(self._row_of(mark.at), []).append((str(place), mark.label))
        return rows

    def _needs_keys(self, column: MapColumn, room: float) -> bool:
        """Numbers instead of labels, where labels would leave out or cut more than a quarter of the elements."""
        lost = 0
        for row in self._rows(column).values():
            fitting = _fitting([label for _number, label in row], room)
            lost += len(row) - fitting + sum(width_of(label) > room for _number, label in row[:fitting])
        return 4 * lost > len(column.marks)

    def _label(self, row: list[tuple[str, str]], room: float, by_key: bool) -> str:
        labels = [key if by_key else label for key, label in row]
        fitting = max(_fitting(labels, room), 1)
        words = ", ".join(labels[:fitting])
        return f"{shortened(words, room - 20)} +{len(labels) - fitting}" if fitting < len(labels) else shortened(words, room)

    @property
    def key_lists(self) -> list[KeyList]:
        """What the numbers in the picture stand for; ``look`` says at which width they are needed."""
        lists = []
        for column in self.columns:
            if len(column.marks) <= _MANY and self._needs_keys(column, self._room(_PHONE)):
                look = "" if self._needs_keys(column, self._room(WIDTH)) else "on-phone"
                keys = tuple(Key(str(place), mark.label) for place, mark in enumerate(self._in_order(column), 1))
                lists.append(KeyList(column.title, keys, look))
        return lists

    # ── the drawing ──

    @property
    def heads(self) -> list[tuple[str, str]]:
        """Names of the columns and what their upper ends mean, without the steps."""
        return [(self.persons_title, self.persons_top), *((column.title, column.top) for column in self.columns)]

    @property
    def picture(self) -> Drawing:
        """The drawing as a page shows it, below heads of its own."""
        height = self._bins * self._row_height
        shapes: list[Shape] = []
        for tick in nice_ticks(self._low * self._bin, (self._low + self._bins) * self._bin, 8):
            y = self._y(tick)
            shapes += [Line("grid", 0, y, _AXIS, y), Line("grid", _FACETS, y, _END, y)]
            shapes.append(Words("quiet middle", signed(tick, 0 if tick == int(tick) else 1), _TICKS, y + 4.5))
        shapes += [Line("axis", _AXIS, _TOP, _AXIS, _TOP + height), Line("axis", _FACETS, _TOP, _FACETS, _TOP + height)]
        shapes += self._bars(self.persons, _AXIS, -1, _LONGEST)
        for place, column in enumerate(self.columns):
            x = _FACETS + place * self._column_width
            if len(column.marks) > _MANY:
                values = [mark.at for mark in column.marks]
                shapes += self._bars(values, x + 0.6, 1, self._column_width * 0.5)
            else:
                shapes += self._labels(column, x)
        shapes += self._steps()
        return Drawing(_TOP + height + _FOOT, tuple(shapes))

    def _bars(self, values: Sequence[float], x: float, way: int, longest: float) -> list[Shape]:
        counts = self._counts(values)
        most = max(counts.values(), default=1)
        thick = min(self._row_height - 3, 18)
        shapes: list[Shape] = []
        for row, count in sorted(counts.items()):
            length, y = max(longest * count / most, 0.4), self._row_y(row)
            shapes.append(Box("bar", x - length if way < 0 else x, y - thick / 2, length, thick))
            look = "quiet end" if way < 0 else "quiet"
            shapes.append(Words(look, _amount(count), x + way * length, y + 4.5, dx=way * 5))
        return shapes

    def _labels(self, column: MapColumn, x: float) -> list[Shape]:
        shapes: list[Shape] = [Disc("pin", x + 0.9, self._y(mark.at), 2.5) for mark in column.marks]
        wide, narrow = self._room(WIDTH), self._room(_PHONE)
        by_key_wide, by_key_narrow = self._needs_keys(column, wide), self._needs_keys(column, narrow)
        rows = self._rows(column)
        # A label stands at the mean of its elements, as far as the label above lets it.
        free = -math.inf
        for row in sorted(rows, reverse=True):
            labels = rows[row]
            places = [self._y(mark.at) for mark in column.marks if self._row_of(mark.at) == row]
            y = max(sum(places) / len(places), free)
            free = y + _LINE
            y += 4.5
            for look, words in (
                ("on-wide", self._label(labels, wide, by_key_wide)),
                ("on-phone", self._label(labels, narrow, by_key_narrow)),
            ):
                shapes.append(Words(look, words, x + 0.9, y, dx=8))
        return shapes

    def _steps(self) -> list[Shape]:
        """The steps; one that stands too close to its neighbour moves its words aside, never its line."""
        shapes: list[Shape] = []
        free = math.inf
        for step in sorted(self.steps, key=lambda step: step.at):
            y = self._y(step.at)
            shapes.append(Line("step", _STEPS, y, _STEPS + 3, y))
            words_y = min(y, free)
            shapes.append(Words("", step.label, _STEPS + 3, words_y + 4.5, dx=5))
            free = words_y - 15
        return shapes

    def drawing(self) -> Drawing:
        picture = self.picture
        room = WIDTH * self._column_width / 100 - 8
        heads: list[Shape] = []
        starts = [0.0, *(_FACETS + place * self._column_width for place in range(len(self.columns)))]
        for x, (title, top) in zip(starts, self.heads, strict=True):
            heads.append(Words("strong", shortened(title, room), x, 14))
            if top:
                heads.append(Words("quiet", f"↑ {top}", x, 32))
        heads.append(Words("strong", shortened(self.steps_title, 90), _STEPS, 14))
        return Drawing(picture.height + _HEAD, tuple(heads) + tuple(shape.lowered(_HEAD) for shape in picture.shapes))

    def as_table(self) -> Table:
        rows: list[tuple[str, str, str]] = []
        groups = [(self.persons_title, list(self.persons), True)]
        groups += [(column.title, [mark.at for mark in column.marks], len(column.marks) > _MANY) for column in self.columns]
        for place, (title, values, is_many) in enumerate(groups):
            if is_many:
                for row, count in sorted(self._counts(values).items(), reverse=True):
                    low, high = self._edges(row)
                    rows.append((title, _amount(count), pgettext("ruler", "%(low)s to %(high)s") % {"low": low, "high": high}))
            else:
                rows += [(title, mark.label, signed(mark.at, 2)) for mark in self._in_order(self.columns[place - 1])]
        rows += [(self.steps_title, step.label, signed(step.at, 2)) for step in reversed(self.steps)]
        return Table(
            head=(pgettext("chart", "Column"), pgettext("chart", "Who, or how many"), pgettext("chart", "Place on the ruler")),
            rows=tuple(rows),
            numeric=frozenset({2}),
        )


def _fitting(labels: list[str], room: float) -> int:
    """How many of the labels fit into one row, leaving room for "+3" where it is not all of them."""
    if width_of(", ".join(labels)) <= room:
        return len(labels)
    count = 0
    while count < len(labels) and width_of(", ".join(labels[: count + 1])) <= room - 24:
        count += 1
    return count
