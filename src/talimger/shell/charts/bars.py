"""Bars, and the funnel of a cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from talimger.shell.charts.base import Chart, Table
from talimger.shell.charts.scales import as_percent

# The longest bar leaves room for its number.
_LONGEST = 84.0


@dataclass(frozen=True)
class Bar:
    """One bar. ``None`` is "not known" and is said in words. ``is_current`` is the one that happens now."""

    label: str
    value: float | None
    note: str = ""
    is_current: bool = False
    places: int = 0

    @property
    def words(self) -> str:
        return _("no data yet") if self.value is None else number_format(self.value, self.places)


@dataclass(frozen=True)
class DrawnBar:
    bar: Bar
    width: str
    kind: str


def _drawn(bars: tuple[Bar, ...], top: float | None, kinds: list[str]) -> list[DrawnBar]:
    longest = top or max((bar.value for bar in bars if bar.value is not None), default=0)
    return [
        DrawnBar(bar, as_percent(_LONGEST * bar.value / longest) if bar.value and longest else "0%", kind)
        for bar, kind in zip(bars, kinds, strict=True)
    ]


@dataclass(frozen=True)
class BarChart(Chart):
    """Bars from zero; ``top`` fixes the end of the axis so that two charts can be compared."""

    template: ClassVar[str] = "shell/charts/_bars.html"

    bars: tuple[Bar, ...] = ()
    top: float | None = None
    value_head: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.bars

    @property
    def drawn(self) -> list[DrawnBar]:
        return _drawn(self.bars, self.top, ["now" if bar.is_current else "bar" for bar in self.bars])

    def as_table(self) -> Table:
        return Table(
            head=(pgettext("chart", "Row"), self.value_head or pgettext("chart", "Value"), pgettext("chart", "Note")),
            rows=tuple((bar.label, bar.words, bar.note) for bar in self.bars),
            numeric=frozenset({1}),
        )


@dataclass(frozen=True)
class Stage:
    """One step of a funnel: how many came this far, or how many places are planned."""

    label: str
    count: int
    note: str = ""
    is_current: bool = False
    is_planned: bool = False


@dataclass(frozen=True)
class Funnel(Chart):
    """How many came how far, from the first step to the last."""

    template: ClassVar[str] = "shell/charts/_funnel.html"

    stages: tuple[Stage, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any(stage.count for stage in self.stages)

    @property
    def drawn(self) -> list[DrawnBar]:
        kinds = ["plan" if stage.is_planned else "now" if stage.is_current else "bar" for stage in self.stages]
        return _drawn(tuple(Bar(stage.label, stage.count, stage.note) for stage in self.stages), None, kinds)

    def _shares(self) -> list[str]:
        """Each step's share of the step before it; planned places are not a step."""
        shares: list[str] = []
        before: int | None = None
        for stage in self.stages:
            shares.append(f"{round(100 * stage.count / before)} %" if before and not stage.is_planned else "")
            before = stage.count if not stage.is_planned else before
        return shares

    def as_table(self) -> Table:
        return Table(
            head=(
                pgettext("chart", "Step"),
                pgettext("chart", "People"),
                pgettext("chart", "Of the step before"),
                pgettext("chart", "Note"),
            ),
            rows=tuple(
                (stage.label, number_format(stage.count), share, stage.note)
                for stage, share in zip(self.stages, self._shares(), strict=True)
            ),
            numeric=frozenset({1, 2}),
        )
