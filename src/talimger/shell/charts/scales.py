"""From numbers to places on an axis."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A straight line from ``low..high`` of the data to ``start..end`` per cent of the width; values outside stay at the edge."""

    low: float
    high: float
    start: float = 0.0
    end: float = 100.0

    def __call__(self, value: float) -> float:
        if self.high == self.low:
            return (self.start + self.end) / 2
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def percent(self, value: float) -> str:
        """The place as an SVG length, always with a decimal point, whatever the page's language."""
        return as_percent(self(value))


def linear_scale(low: float, high: float, *, start: float = 0.0, end: float = 100.0) -> Scale:
    """The scale for data from ``low`` to ``high``; raises ``ValueError`` when they are the wrong way round or not numbers."""
    if not (math.isfinite(low) and math.isfinite(high)) or low > high:
        raise ValueError(f"no scale from {low} to {high}")
    return Scale(low, high, start, end)


def as_percent(value: float) -> str:
    """
    >>> as_percent(12.5), as_percent(100 / 3), as_percent(50)
    ('12.5%', '33.33%', '50%')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def nice_ticks(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """About ``count`` round numbers (steps of 1, 2 or 5 times a power of ten) that lie within ``low..high``.

    >>> nice_ticks(0, 88), nice_ticks(1, 5)
    ((0.0, 20.0, 40.0, 60.0, 80.0), (1.0, 2.0, 3.0, 4.0, 5.0))
    """
    if not (math.isfinite(low) and math.isfinite(high)) or count < 1 or low > high:
        raise ValueError(f"no {count} ticks from {low} to {high}")
    if low == high:
        return (float(low),)
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    # Rounding to the step's own digits, because 3 * 0.1 is not 0.3.
    digits = max(0, -math.floor(math.log10(step)))
    return tuple(round(index * step, digits) for index in range(first, last + 1))
