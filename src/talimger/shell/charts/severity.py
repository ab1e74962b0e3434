"""A row of dots with intervals around a centre: who is on one side of it for sure, and who cannot be told from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from talimger.shell.charts.base import Table
from talimger.shell.charts.dots import signed
from talimger.shell.charts.drawing import WIDTH, Box, Disc, Drawing, DrawnChart, Line, Shape, Words, shortened, width_of
from talimger.shell.charts.scales import Scale, as_percent, linear_scale, nice_ticks

_START, _END = 3.0, 97.0
# A drawing that stands alone: names at the left, the number at the right, the plot between them (per cent), and its rows (pixels).
_NAMES, _NUMBERS = 30.0, 91.0
_ROW, _HEAD, _FOOT = 24.0, 26.0, 40.0
# As many rows as a page can take before the middle is folded.
_FOLD_ABOVE = 6


@dataclass(frozen=True)
class StripMark:
    """One row: a value with the limits in which it likely lies."""

    label: str
    value: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True)
class DrawnMark:
    """A row with its places in per cent of the plot."""

    mark: StripMark
    stands_out: bool
    at: float
    low: float
    high: float
    words: str

    @property
    def x(self) -> str:
        return as_percent(self.at)

    @property
    def x1(self) -> str:
        return as_percent(self.low)

    @property
    def x2(self) -> str:
        return as_percent(self.high)


@dataclass(frozen=True)
class Fold:
    """Rows that are left out, and where they lie."""

    words: str
    low: float
    high: float

    @property
    def x(self) -> str:
        return as_percent(self.low)

    @property
    def width(self) -> str:
        return as_percent(max(self.high - self.low, 0.5))


@dataclass(frozen=True)
class SeverityStrip(DrawnChart):
    """Marks from the lowest to the highest around ``centre``; those whose interval leaves it out are set in ink, the rest is quiet.

    ``start`` and ``end`` say what the two sides mean, ``centre_label`` what the centre is, ``unit`` in what the axis counts.
    Of many marks it shows ``most`` at either end and says how many stand between.
    """

    template: ClassVar[str] = "shell/charts/_severity.html"

    marks: tuple[StripMark, ...] = ()
    centre: float = 0.0
    centre_label: str = ""
    start: str = ""
    end: str = ""
    unit: str = ""
    places: int = 1
    most: int = 12

    @property
    def is_empty(self) -> bool:
        return not self.marks

    @cached_property
    def in_order(self) -> tuple[StripMark, ...]:
        return tuple(sorted(self.marks, key=lambda mark: (mark.value, mark.label)))

    def stands_out(self, mark: StripMark) -> bool:
        return mark.low > self.centre or mark.high < self.centre

    @property
    def _is_folded(self) -> bool:
        return len(self.marks) > 2 * self.most + _FOLD_ABOVE

    @cached_property
    def _shown(self) -> tuple[tuple[StripMark, ...], tuple[StripMark, ...], tuple[StripMark, ...]]:
        """The low end, the middle that is folded, the high end."""
        if not self._is_folded:
            return self.in_order, (), ()
        return self.in_order[: self.most], self.in_order[self.most : -self.most], self.in_order[-self.most :]

    @cached_property
    def scale(self) -> Scale:
        first, _middle, last = self._shown
        reach = max(max(abs(mark.low - self.centre), abs(mark.high - self.centre)) for mark in first + last) or 1.0
        return linear_scale(self.centre - reach, self.centre + reach, start=_START, end=_END)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        ticks = nice_ticks(self.scale.low, self.scale.high, 6)
        step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
        places = 0 if step >= 1 else 1 if step >= 0.1 else 2
        return [(self.scale(tick), signed(tick, places if tick else 0)) for tick in ticks]

    @property
    def page_ticks(self) -> list[tuple[str, str]]:
        return [(as_percent(place), words) for place, words in self.ticks]

    @property
    def centre_at(self) -> str:
        return self.scale.percent(self.centre)

    def _drawn(self, marks: tuple[StripMark, ...]) -> list[DrawnMark]:
        scale = self.scale
        return [
            DrawnMark(mark, self.stands_out(mark), scale(mark.value), scale(mark.low), scale(mark.high), signed(mark.value, self.places))
            for mark in marks
        ]

    @property
    def first(self) -> list[DrawnMark]:
        return self._drawn(self._shown[0])

    @property
    def last(self) -> list[DrawnMark]:
        return self._drawn(self._shown[2])

    @property
    def fold(self) -> Fold | None:
        """What is said instead of the middle; ``None`` when every mark is shown."""
        middle = self._shown[1]
        if not middle:
            return None
        count = number_format(len(middle), force_grouping=True)
        words = ngettext("%(count)s more between", "%(count)s more between", len(middle)) % {"count": count}
        return Fold(words, self.scale(middle[0].value), self.scale(middle[-1].value))

    def drawing(self) -> Drawing:
        first, fold, last = self.first, self.fold, self.last
        rows = len(first) + len(last) + (1 if fold else 0)
        bottom = _HEAD + rows * _ROW
        shapes: list[Shape] = [
            Words("quiet", self.start, _plot(_START), 14),
            Words("strong middle", self.centre_label, _plot(50), 14),
            Words("quiet end", self.end, _plot(_END), 14),
        ]
        for place, words in self.ticks:
            shapes += [Line("grid", _plot(place), _HEAD, _plot(place), bottom), Words("quiet middle", words, _plot(place), bottom + 16)]
        shapes.append(Words("quiet middle", self.unit, _plot(50), bottom + 34))
        shapes.append(Line("cut", _plot(self.scale(self.centre)), _HEAD - 4, _plot(self.scale(self.centre)), bottom))
        for row, mark in enumerate(first):
            shapes += _row(mark, _HEAD + (row + 0.5) * _ROW)
        if fold:
            y = _HEAD + (len(first) + 0.5) * _ROW
            shapes += [Words("quiet", fold.words, 0, y + 4.5), Box("reach", _plot(fold.low), y - 5, _plot(fold.high) - _plot(fold.low), 10)]
        for row, mark in enumerate(last, len(first) + 1):
            shapes += _row(mark, _HEAD + (row + 0.5) * _ROW)
        return Drawing(bottom + _FOOT, tuple(shapes))

    def as_table(self) -> Table:
        return Table(
            head=(pgettext("chart", "Row"), pgettext("chart", "Value"), pgettext("chart", "Likely between"), pgettext("chart", "Note")),
            rows=tuple(
                (
                    mark.label,
                    signed(mark.value, self.places),
                    _("%(low)s to %(high)s") % {"low": signed(mark.low, self.places), "high": signed(mark.high, self.places)},
                    mark.note,
                )
                for mark in self.in_order
            ),
            numeric=frozenset({1, 2}),
        )


def _plot(share: float) -> float:
    """From per cent of the plot to per cent of the drawing that stands alone."""
    return _NAMES + share / 100 * (_NUMBERS - _NAMES)


def _row(mark: DrawnMark, y: float) -> list[Shape]:
    room = WIDTH * _NAMES / 100 - 12
    label = mark.mark.label
    note = mark.mark.note
    look, dot = ("strong", "dot") if mark.stands_out else ("quiet", "dot still")
    if note and width_of(label) + width_of(note) + 16 < room:
        label = f"{label} · {note}"
    return [
        Words(look, shortened(label, room), 0, y + 4.5),
        Line("interval", _plot(mark.low), y, _plot(mark.high), y),
        Disc(dot, _plot(mark.at), y, 5.5 if mark.stands_out else 4.5),
        Words(f"{look} end", mark.words, 100, y + 4.5),
    ]
