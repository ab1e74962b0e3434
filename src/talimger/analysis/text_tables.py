"""Tables for a terminal: aligned, no wider than a hundred columns, long lists by their two ends."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence

WIDTH = 100
_GAP = "  "
_LONGEST_LABEL = 40


def wrapped(text: str, *, indent: str = "") -> list[str]:
    """A paragraph as lines."""
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def label(text: str, longest: int = _LONGEST_LABEL) -> str:
    """A label that fits in a column; a longer one is cut and marked."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def listed(labels: Sequence[str], most: int = 6) -> str:
    """Labels in a row; of many the first few and how many more."""
    more = len(labels) - most
    shown = ", ".join(label(one) for one in labels[:most])
    return f"{shown} and {more:,} more" if more > 0 else shown


def number(value: float, places: int = 2) -> str:
    """A number, a dash where there is none; never minus nought."""
    if not math.isfinite(value):
        return "-"
    shown = f"{value:,.{places}f}"
    return shown.removeprefix("-") if float(shown.replace(",", "")) == 0 else shown


def ends(count: int, full: int, each: int) -> tuple[list[int], int]:
    """Which of ``count`` rows are shown, and how many stand between: all, or as many at either end."""
    if count <= full:
        return list(range(count)), 0
    return [*range(each), *range(count - each, count)], count - 2 * each


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, gap: int = 0, words: frozenset[int] = frozenset({0})) -> list[str]:
    """Lines of a table: columns of ``words`` to the left, numbers to the right; half-way, how many rows are left out."""
    body = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]

    def line(cells: Sequence[str]) -> str:
        sized = enumerate(zip(cells, widths, strict=True))
        return (_GAP + _GAP.join(cell.ljust(width) if place in words else cell.rjust(width) for place, (cell, width) in sized)).rstrip()

    lines = [line(row) for row in body]
    if gap:
        lines.insert(len(lines) // 2, f"{_GAP}… {gap:,} more …")
    return [line(head), *lines]
