"""Rows against columns: what covers what, and what is missing. The picture is a table already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import pgettext

from talimger.shell.charts.base import Chart, Table

KINDS = frozenset({"yes", "no", "done", "half", "miss", "na", "conf"})
# What a phone leaves out: it shows what is there in a map of coverage, and what is missing in a map of work.
_QUIET = frozenset({"no", "done", "na"})
_MANY = 6


@dataclass(frozen=True)
class Column:
    """A column; ``short`` stands in the head, ``label`` wherever there is room."""

    label: str
    short: str = ""

    @property
    def head(self) -> str:
        return self.short or self.label


@dataclass(frozen=True)
class Cell:
    """A shape and its word. ``yes`` and ``no`` keep their word for screen readers, because the legend explains them."""

    kind: str
    word: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a cell cannot be {self.kind!r}")

    @property
    def words(self) -> str:
        return self.word or {"yes": pgettext("chart", "yes"), "no": pgettext("chart", "no")}.get(self.kind, "")

    @property
    def is_quiet(self) -> bool:
        return self.kind in _QUIET


@dataclass(frozen=True)
class MatrixRow:
    label: str
    cells: tuple[Cell, ...]
    url: str = ""

    @property
    def is_quiet(self) -> bool:
        return all(cell.is_quiet for cell in self.cells)


@dataclass(frozen=True)
class Matrix(Chart):
    """``row_head`` names the first column; each row has one cell for each column."""

    template: ClassVar[str] = "shell/charts/_matrix.html"

    row_head: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[MatrixRow, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"the row {row.label} has {len(row.cells)} cells for {len(self.columns)} columns")

    @property
    def is_empty(self) -> bool:
        return not self.rows or not self.columns

    @property
    def has_many_columns(self) -> bool:
        return len(self.columns) > _MANY

    @property
    def drawn(self) -> list[tuple[MatrixRow, list[tuple[Cell, Column]]]]:
        return [(row, list(zip(row.cells, self.columns, strict=True))) for row in self.rows]

    def as_table(self) -> Table:
        return Table(
            head=(self.row_head, *(column.label for column in self.columns)),
            rows=tuple((row.label, *(cell.words for cell in row.cells)) for row in self.rows),
        )
