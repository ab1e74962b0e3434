"""How likely each category of a scale is along a ruler: one curve a category, named at its peak."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from talimger.shell.charts.base import Table
from talimger.shell.charts.dots import signed
from talimger.shell.charts.drawing import Drawing, DrawnChart, Line, Path, Shape, Words
from talimger.shell.charts.scales import linear_scale, nice_ticks

# The plot, in per cent and pixels; at the left stand the words of the height.
_LEFT, _RIGHT = 14.0, 98.0
_TOP, _BOTTOM = 26.0, 246.0
_HEIGHT = 290.0


@dataclass(frozen=True)
class CategoryCurve:
    """A category and how likely it is at each place of the ruler, from 0 to 1. Without shares nobody used it."""

    label: str
    shares: tuple[float, ...] = ()


@dataclass(frozen=True)
class CategoryCurves(DrawnChart):
    """Curves over ``places``; what nobody used and what is nowhere the likeliest is said in words, the latter's curve is dashed."""

    template: ClassVar[str] = "shell/charts/_categories.html"

    places: tuple[float, ...] = ()
    curves: tuple[CategoryCurve, ...] = ()
    start: str = ""
    end: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        for curve in self.curves:
            if curve.shares and len(curve.shares) != len(self.places):
                raise ValueError(f"category {curve.label} has {len(curve.shares)} shares for {len(self.places)} places")

    @property
    def is_empty(self) -> bool:
        return len(self.places) < 2 or not self._used

    @cached_property
    def _used(self) -> tuple[CategoryCurve, ...]:
        return tuple(curve for curve in self.curves if curve.shares)

    @cached_property
    def unused(self) -> tuple[str, ...]:
        """Categories that nobody used."""
        return tuple(curve.label for curve in self.curves if not curve.shares)

    @cached_property
    def never_likeliest(self) -> tuple[str, ...]:
        """Categories that are used and yet nowhere the most likely one."""
        best = [max(shares) for shares in zip(*(curve.shares for curve in self._used), strict=True)]
        return tuple(
            curve.label for curve in self._used if not any(share >= top - 1e-9 for share, top in zip(curve.shares, best, strict=True))
        )

    @property
    def remarks(self) -> list[str]:
        """What is odd about the scale, in words."""
        found = [_("Nobody used %(category)s.") % {"category": label} for label in self.unused]
        return found + [_("%(category)s is nowhere the most likely rating.") % {"category": label} for label in self.never_likeliest]

    @property
    def picture(self) -> Drawing:
        scale = linear_scale(self.places[0], self.places[-1], start=_LEFT, end=_RIGHT)
        shapes: list[Shape] = []
        for share in (0.0, 0.5, 1.0):
            shapes.append(Line("grid", _LEFT, _height(share), _RIGHT, _height(share)))
            shapes.append(Words("quiet end", f"{round(100 * share)} %", _LEFT, _height(share) + 4.5, dx=-6))
        for tick in nice_ticks(self.places[0], self.places[-1], 6):
            shapes.append(Line("grid", scale(tick), _BOTTOM, scale(tick), _BOTTOM + 5))
            shapes.append(Words("quiet middle", signed(tick, 0 if tick == int(tick) else 1), scale(tick), _BOTTOM + 20))
        shapes += [Words("quiet", self.start, _LEFT, _BOTTOM + 40), Words("quiet end", self.end, _RIGHT, _BOTTOM + 40)]
        paths = []
        for curve in self._used:
            look = "faint" if curve.label in self.never_likeliest else "curve"
            paths.append(Path(look, tuple((scale(place), _height(share)) for place, share in zip(self.places, curve.shares, strict=True))))
            peak = max(range(len(self.places)), key=curve.shares.__getitem__)
            side = "start" if peak == 0 else "end" if peak == len(self.places) - 1 else "middle"
            shapes.append(Words(f"strong on-paper {side}", curve.label, scale(self.places[peak]), _height(curve.shares[peak]) - 8))
        return Drawing(_HEIGHT, tuple(shapes), tuple(paths))

    def drawing(self) -> Drawing:
        return self.picture

    def as_table(self) -> Table:
        """The shares at the round places of the ruler."""
        rows = []
        for tick in nice_ticks(self.places[0], self.places[-1], 8) if len(self.places) > 1 else ():
            nearest = min(range(len(self.places)), key=lambda index: abs(self.places[index] - tick))
            shares = (f"{number_format(round(100 * curve.shares[nearest]))} %" if curve.shares else "—" for curve in self.curves)
            rows.append((signed(tick, 0 if tick == int(tick) else 1), *shares))
        return Table(
            head=(pgettext("chart", "Place on the ruler"), *(curve.label for curve in self.curves)),
            rows=tuple(rows),
            numeric=frozenset(range(1, len(self.curves) + 1)),
        )


def _height(share: float) -> float:
    return _BOTTOM - share * (_BOTTOM - _TOP)
