"""Rows of dots with intervals: how sure a mean is, and who sees it differently."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from talimger.shell.charts.base import Chart, Table
from talimger.shell.charts.scales import Scale, linear_scale, nice_ticks

# Room for half a dot at either end, so that none is cut off.
_START, _END = 4.0, 96.0
_ROOM_FOR_CUT = 20.0


def shown(value: float, places: int = 1) -> str:
    """A number for people: decimal comma where the language has one, halves rounded up."""
    return number_format(Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), places)


def signed(value: float, places: int) -> str:
    """A number with its sign, the real minus included; what rounds to zero has none."""
    words = shown(abs(value), places)
    if not any(digit in "123456789" for digit in words):
        return words
    return f"−{words}" if value < 0 else f"+{words}"


@dataclass(frozen=True)
class Dot:
    """One row. Without a ``value`` the plot says ``missing``: too few answers are words, never a zero.

    ``own`` draws a hollow diamond: what the person says of themself. ``count`` is how many answered.
    """

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    own: float | None = None
    count: int | None = None
    note: str = ""
    missing: str = ""

    @property
    def interval(self) -> str:
        if self.low is None or self.high is None:
            return ""
        return _("%(low)s to %(high)s") % {"low": shown(self.low), "high": shown(self.high)}

    @property
    def words(self) -> str:
        """The row's number as it stands at its end."""
        number = self.value if self.value is not None else self.own
        return shown(number) if number is not None else "—"

    @property
    def why_missing(self) -> str:
        return self.missing or _("too few answers")


@dataclass(frozen=True)
class DrawnDot:
    """A row with its places on the axis."""

    dot: Dot
    x: str | None
    x1: str | None
    x2: str | None
    own: str | None

    @property
    def is_missing(self) -> bool:
        return self.x is None and self.own is None


@dataclass(frozen=True)
class DotChart(Chart):
    """Dots on one axis from ``low`` to ``high``; ``start`` and ``end`` say what its ends mean; ``cut`` is a dashed line."""

    template: ClassVar[str] = "shell/charts/_dots.html"

    rows: tuple[Dot, ...] = ()
    low: float = 1
    high: float = 5
    start: str = ""
    end: str = ""
    cut: float | None = None
    cut_label: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.rows

    @property
    def scale(self) -> Scale:
        return linear_scale(self.low, self.high, start=_START, end=_END)

    @property
    def ticks(self) -> list[tuple[str, str]]:
        return [(self.scale.percent(value), shown(value, 0)) for value in nice_ticks(self.low, self.high)]

    @property
    def tick_words(self) -> list[tuple[str, str]]:
        """The ticks that have room for their number: the cut's own words come first."""
        if self.cut is None or not self.cut_label:
            return self.ticks
        cut = self.scale(self.cut)
        return [(place, words) for place, words in self.ticks if abs(float(place[:-1]) - cut) > _ROOM_FOR_CUT]

    @property
    def cut_at(self) -> str | None:
        return None if self.cut is None else self.scale.percent(self.cut)

    @property
    def drawn(self) -> list[DrawnDot]:
        scale = self.scale

        def place(value: float | None) -> str | None:
            return None if value is None else scale.percent(value)

        return [DrawnDot(row, place(row.value), place(row.low), place(row.high), place(row.own)) for row in self.rows]

    def as_table(self) -> Table:
        return Table(
            head=(pgettext("chart", "Row"), pgettext("chart", "Answers"), pgettext("chart", "Value"), pgettext("chart", "Likely between")),
            rows=tuple(
                (
                    row.label,
                    "" if row.count is None else number_format(row.count),
                    row.words if row.value is not None or row.own is not None else row.why_missing,
                    row.interval,
                )
                for row in self.rows
            ),
            numeric=frozenset({1, 2, 3}),
        )
