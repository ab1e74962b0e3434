"""What a read spreadsheet is: a table of headings and rows, the notes about it, and the limits it was held to."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from talimger.kernel.errors import DomainError

# A number arrives as text ("4.5"), a moment as "2004-05-17 10:30:00": only whole days are told apart from text, because
# only they look different to the person ("17.05.2004") than in the file (38124).
Cell = str | datetime.date | None

# So many rows of one cell may stand above the headings.
TITLE_ROWS = 3
LAST_ROW_OF_EXCEL = 1_048_576

# Whitespace and marks without width: a cell of nothing else is empty, whatever the computer thinks.
INVISIBLE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
    "\xad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


# What a spreadsheet program may take for the start of a formula. Writing puts an apostrophe before it (and before such
# an apostrophe), reading takes one off.
FORMULA_START = r"[=+\-@\t\r\n＝＋－＠]"


class SpreadsheetError(DomainError):
    """A file that cannot be read as a table: `message` tells its owner why and what to do, `line` where (if known)."""

    def __init__(self, code: str, message: str, *, line: int | None = None) -> None:
        super().__init__(message, code=code)
        self.line = line


@dataclass(frozen=True, slots=True)
class Limits:
    """How big a file may be; the defaults suit a programme of some thousand people and 0.5 GB of memory."""

    rows: int = 5_000
    columns: int = 200
    cell_characters: int = 10_000
    file_bytes: int = 20_000_000
    unpacked_bytes: int = 100_000_000
    # Real workbooks shrink 5 to 100 times; zip bombs about 1,000 times.
    packing_ratio: int = 200


DEFAULT = Limits()


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was mended or left out on the way in and that the person should know."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of data; `line` is its number as Excel shows it, `cells` has one entry per heading."""

    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with unique headings; `sheet_name` is set for workbooks, `encoding` and `delimiter` for text files."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    sheet_name: str | None
    encoding: str | None
    delimiter: str | None
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The filled rows of a file before anybody knows which of them are headings."""

    rows: list[tuple[int, list[Cell]]]
    notes: list[Note]
    sheet_name: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    # The last row that a merged area reaches; 0 without any.
    merged_down_to: int = 0


def is_blank(text: str) -> bool:
    """Say whether nothing of the text can be seen."""
    return not text.strip(INVISIBLE)


def trimmed(cells: list[Cell]) -> list[Cell]:
    """Give the cells without the empty ones at the end (in place: rows of formatting alone can be 16,384 wide)."""
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def column_letter(column: int) -> str:
    """Name a column (1 is the first) as Excel does: A ... Z, AA ..."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """Name a cell as Excel does: row 5, column 4 is D5."""
    return f"{column_letter(column)}{row}"


def too_many_rows(limits: Limits) -> SpreadsheetError:
    """Build the error that names the limit of rows."""
    return SpreadsheetError(
        "too_many_rows",
        _("The table has more than %(limit)d rows. Split it into several files.") % {"limit": limits.rows},
    )


def too_many_columns(limits: Limits, column: str) -> SpreadsheetError:
    """Build the error that names the limit of columns and the column that goes past it."""
    return SpreadsheetError(
        "too_many_columns",
        _("The table reaches column %(column)s; at most %(limit)d columns can be read. Delete the columns not needed.")
        % {"column": column, "limit": limits.columns},
    )


def damaged() -> SpreadsheetError:
    """Build the error for a file whose inside does not hold together."""
    return SpreadsheetError(
        "damaged",
        _("The file is damaged or cut off. Open it in Excel, save it again as .xlsx and try once more."),
    )
