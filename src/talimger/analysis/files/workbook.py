"""The rows of an .xlsx file, by the same reader that reads people's spreadsheets everywhere else."""

from __future__ import annotations

import datetime

import numpy as np

from talimger.analysis.files.blocks import RowsBlock
from talimger.analysis.files.layout import Layout
from talimger.analysis.files.problems import FileError
from talimger.analysis.files.source import Source
from talimger.shell.spreadsheets import Cell, Limits, SpreadsheetError, read_table

# As long as a sheet of Excel can be.
_LIMITS = Limits(rows=1_048_575, columns=2_000, file_bytes=200_000_000, unpacked_bytes=2_000_000_000)


def read_workbook(source: Source) -> tuple[Layout, RowsBlock, tuple[str, ...]]:
    """The headings of the first sheet that holds something, its rows, and what the reader mended. Raises ``FileError``."""
    source.file.seek(0)
    try:
        table = read_table(source.file.read(_LIMITS.file_bytes + 1), source.name, limits=_LIMITS)
    except SpreadsheetError as error:
        raise FileError(f"{source.name}: {error.message}") from error
    rows = [list(map(_text, row.cells)) for row in table.rows]
    lines = np.array([row.line for row in table.rows], dtype=np.int64)
    return Layout(table.headers, 0), RowsBlock(rows, lines), tuple(note.message for note in table.notes)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, datetime.date) else cell
