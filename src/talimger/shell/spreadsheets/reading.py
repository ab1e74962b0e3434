"""The way in: any bytes that somebody calls a spreadsheet become a `Table` or a clear error."""

from django.utils.translation import gettext as _

from talimger.shell.spreadsheets.cells import clean_text
from talimger.shell.spreadsheets.delimited import read_delimited
from talimger.shell.spreadsheets.kinds import kind_of
from talimger.shell.spreadsheets.model import (
    DEFAULT,
    TITLE_ROWS,
    Cell,
    Grid,
    Limits,
    Note,
    Row,
    SpreadsheetError,
    Table,
    address,
    column_letter,
    too_many_rows,
)
from talimger.shell.spreadsheets.package import too_big
from talimger.shell.spreadsheets.workbook import read_workbook

_ROWS_AFTER_HEADINGS = 5

# What Excel leaves in a cell (in a Russian Excel also in a saved CSV) when a formula fails.
_EXCEL_ERRORS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!")
).union(
    ("#ПУСТО!", "#ДЕЛ/0!", "#ЗНАЧ!", "#ССЫЛКА!", "#ИМЯ?", "#ЧИСЛО!", "#Н/Д"),
)


def read_table(content: bytes, filename: str, *, limits: Limits = DEFAULT) -> Table:
    """Read the one table of an .xlsx, .csv, .tsv or .txt file; the content decides which it is, not the name.

    Text stays as it was written but for line breaks; see `clean_text` and the `parse_*` helpers.

    Errors: SpreadsheetError, and nothing else, for whatever cannot be read or passes a limit.
    """
    if len(content) > limits.file_bytes:
        raise too_big(limits.file_bytes)
    grid = read_workbook(content, limits) if kind_of(content) == "zip" else read_delimited(content, limits)
    rows = _without_excel_errors(grid, limits)
    if not rows:
        text = _("There is nothing in the file “%(filename)s”.") % {"filename": clean_text(filename)[-80:]}
        raise SpreadsheetError("empty", text)
    titles = _count_titles(rows)
    (header_line, header_cells), data = rows[titles], rows[titles + 1 :]
    if not data:
        raise SpreadsheetError("only_headers", _("There are no rows below the headings."))
    if len(data) > limits.rows:
        raise too_many_rows(limits)
    columns = _columns(header_cells, data)
    return Table(
        headers=tuple(columns.values()),
        rows=tuple(Row(line, tuple(cells[i] if i < len(cells) else None for i in columns)) for line, cells in data),
        sheet_name=grid.sheet_name,
        encoding=grid.encoding,
        delimiter=grid.delimiter,
        notes=(*_notes(grid, rows, titles, header_line), *grid.notes),
    )


def _without_excel_errors(grid: Grid, limits: Limits) -> list[tuple[int, list[Cell]]]:
    """Empty the cells in which a formula failed, note it, and hold each cell to its limit.

    Errors: SpreadsheetError with the line of a cell that is too long.
    """
    failed: list[tuple[str, str]] = []
    for line, cells in grid.rows:
        for index, cell in enumerate(cells):
            if not isinstance(cell, str):
                continue
            if len(cell) > limits.cell_characters:
                raise SpreadsheetError(
                    "cell_too_long",
                    _("Cell %(cell)s has more than %(limit)d characters. Shorten it and try again.")
                    % {"cell": address(line, index + 1), "limit": limits.cell_characters},
                    line=line,
                )
            if cell in _EXCEL_ERRORS:
                failed.append((cell, address(line, index + 1)))
                cells[index] = None
    if failed:
        text = _("Cells with an Excel error: %(count)d, the first (%(error)s) in %(cell)s. They were read as empty.")
        grid.notes.append(
            Note("excel_errors", text % {"count": len(failed), "error": failed[0][0], "cell": failed[0][1]})
        )
    return [(line, cells) for line, cells in grid.rows if any(cell is not None for cell in cells)]


def _count_titles(rows: list[tuple[int, list[Cell]]]) -> int:
    """Count the rows of one cell above the headings, if a row of several cells comes soon and most rows are like it."""
    several = [sum(cell is not None for cell in cells) > 1 for _line, cells in rows]
    if True not in several[: TITLE_ROWS + 1]:
        return 0
    first = several.index(True)
    after = several[first + 1 : first + 1 + _ROWS_AFTER_HEADINGS]
    # Else it is a table of one column in which somebody wrote a remark beside a cell.
    return first if sum(after) * 2 >= len(after) else 0


def _columns(header: list[Cell], data: list[tuple[int, list[Cell]]]) -> dict[int, str]:
    """Name the columns that have a heading or content; the names differ in more than capital letters."""
    columns: dict[int, str] = {}
    taken: set[str] = set()
    for index in range(max(len(header), *(len(cells) for _line, cells in data))):
        cell = header[index] if index < len(header) else None
        name = clean_text(str(cell)) if cell is not None else ""
        if not name:
            if all(index >= len(cells) or cells[index] is None for _line, cells in data):
                continue
            name = _("Column %(letter)s") % {"letter": column_letter(index + 1)}
        unique, number = name, 1
        while unique.casefold() in taken:
            number += 1
            unique = f"{name} ({number})"
        taken.add(unique.casefold())
        columns[index] = unique
    return columns


def _notes(grid: Grid, rows: list[tuple[int, list[Cell]]], titles: int, header_line: int) -> list[Note]:
    notes = []
    if titles:
        shown = " / ".join(clean_text(str(cell))[:80] for _line, cells in rows[:titles] for cell in cells if cell)
        notes.append(Note("title_skipped", _("Skipped above the headings: “%(text)s”.") % {"text": shown}))
    empty = (rows[-1][0] - header_line) - (len(rows) - titles - 1)
    if empty:
        notes.append(Note("empty_lines", _("Empty lines skipped: %(count)d.") % {"count": empty}))
    if grid.merged_down_to >= header_line:
        text = _("Some cells are merged: their value was taken for the first cell only.")
        notes.append(Note("merged_cells", text))
    return notes
