"""What is learnt from the XML of a workbook before openpyxl may read it: sheets, number formats, the true size."""

import re
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from talimger.shell.spreadsheets.bare_openpyxl import column_index_from_string
from talimger.shell.spreadsheets.kinds import wrong_kind
from talimger.shell.spreadsheets.model import LAST_ROW_OF_EXCEL, address, damaged, is_blank
from talimger.shell.spreadsheets.package import Visitor

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"

_ROW, _CELL, _VALUE, _FORMULA, _TEXT, _MERGED, _SHARED_TEXT = (
    f"{MAIN} {name}" for name in ("row", "c", "v", "f", "t", "mergeCell", "si")
)
_LAST_COLUMN_OF_EXCEL = 16_384
# openpyxl takes about 10 microseconds for each cell (empty ones with formatting too) and for each shared text.
MOST_CELLS = 600_000
# Excel itself has no more.
_MOST_STYLES = 65_536


@dataclass
class BookScan(Visitor):
    """The sheets of a workbook (name, id of the relation, visible or not) and the first day of its calendar."""

    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    counts_from_1904: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep the sheets and the calendar.

        Errors: SpreadsheetError for the "strict" dialect, in which openpyxl sees no cells.
        """
        namespace, _space, local = name.rpartition(" ")
        if namespace == _STRICT:
            raise wrong_kind("strict_workbook")
        if name == f"{MAIN} sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(" id")), "")
            self.sheets.append((attributes.get("name", ""), relation, attributes.get("state", "visible") == "visible"))
        elif local == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904") in ("1", "true")


@dataclass
class StylesScan(Visitor):
    """The number formats of a workbook: all that is needed to tell a date from a number.

    The rest (fonts, colours, borders) is where the files of other programs most often trip openpyxl.
    """

    formats: list[tuple[str, str]] = field(default_factory=list)
    format_of_style: list[str] = field(default_factory=list)
    _inside: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep the formats and which style uses which.

        Errors: SpreadsheetError when there are more than Excel can have.
        """
        local = name.rpartition(" ")[2]
        if local in ("numFmts", "cellXfs"):
            self._inside = local
        elif local == "numFmt" and self._inside == "numFmts":
            self.formats.append((_digits(attributes, "numFmtId"), attributes.get("formatCode", "")))
        elif local == "xf" and self._inside == "cellXfs":
            self.format_of_style.append(_digits(attributes, "numFmtId"))
        if len(self.formats) + len(self.format_of_style) > _MOST_STYLES:
            raise damaged()

    def end(self, name: str) -> None:
        """Leave a list."""
        if name.rpartition(" ")[2] in ("numFmts", "cellXfs"):
            self._inside = ""

    def as_xml(self) -> str:
        """Write a style sheet of the number formats alone."""
        formats = "".join(f'<numFmt numFmtId="{id}" formatCode={quoteattr(code)}/>' for id, code in self.formats)
        styles = "".join(f'<xf numFmtId="{id}"/>' for id in self.format_of_style)
        return f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>'


@dataclass
class SheetScan(Visitor):
    """The true size of a sheet, whatever dimension it claims, and what its reader should know about it.

    The walk ends once more than `most_rows` rows hold something.
    """

    most_rows: int
    filled_rows: int = 0
    cells: int = 0  # down to the last filled row, empty ones and the rows themselves too
    last_row: int = 0
    last_column: int = 0
    formulas: int = 0
    formulas_without_value: int = 0
    first_formula_without_value: str = ""
    hidden_rows: int = 0
    merged_down_to: int = 0
    _row: int = 0
    _column: int = 0
    _cells: int = 0
    _row_is_hidden: bool = False
    _row_is_filled: bool = False
    _cell_is_filled: bool = False
    _cell_has_formula: bool = False
    _cell_has_value: bool = False
    _in_text: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Follow where the sheet is.

        Errors: SpreadsheetError when rows go backwards or a row or column is none that Excel has.
        """
        if name == _CELL:
            self._start_cell(attributes.get("r"))
        elif name in (_VALUE, _TEXT):
            self._in_text = True
            self._cell_has_value = True
        elif name == _ROW:
            self._start_row(attributes)
        elif name == _FORMULA:
            self._cell_has_formula = True
        elif name == _MERGED:
            bottom = re.search(r"([0-9]{1,7})$", attributes.get("ref", ""))
            self.merged_down_to = max(self.merged_down_to, int(bottom[1]) if bottom else 0)

    def text(self, data: str) -> None:
        """Notice whether a cell holds anything that can be seen."""
        if self._in_text and not is_blank(data):
            self._cell_is_filled = True

    def end(self, name: str) -> None:
        """Count what has just been closed."""
        if name in (_VALUE, _TEXT):
            self._in_text = False
        elif name == _CELL:
            self._end_cell()
        elif name == _ROW and self._row_is_filled:
            self.filled_rows += 1
            self.last_row = self._row
            self.cells = self._cells
            self.hidden_rows += self._row_is_hidden
            self.done = self.filled_rows > self.most_rows

    def _start_row(self, attributes: dict[str, str]) -> None:
        try:
            row = int(attributes.get("r", self._row + 1))
        except ValueError as error:
            raise damaged() from error
        # openpyxl would drop a row that comes twice or too late without a word.
        if not self._row < row <= LAST_ROW_OF_EXCEL:
            raise damaged()
        self._row = row
        self._cells += 1
        self._column = 0
        self._row_is_filled = False
        self._row_is_hidden = attributes.get("hidden") in ("1", "true")

    def _start_cell(self, reference: str | None) -> None:
        try:
            self._column = column_index_from_string(reference.rstrip("0123456789")) if reference else self._column + 1
        except ValueError as error:
            raise damaged() from error
        self._cells += 1
        if self._column > _LAST_COLUMN_OF_EXCEL:
            raise damaged()
        self._cell_is_filled = self._cell_has_formula = self._cell_has_value = False

    def _end_cell(self) -> None:
        if self._cell_is_filled:
            self._row_is_filled = True
            self.last_column = max(self.last_column, self._column)
        if self._cell_has_formula:
            self.formulas += 1
            if not self._cell_has_value:
                self.formulas_without_value += 1
                self.first_formula_without_value = self.first_formula_without_value or address(self._row, self._column)


@dataclass
class StringsScan(Visitor):
    """The number of the shared texts of a workbook."""

    count: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Count the texts."""
        self.count += name == _SHARED_TEXT


def _digits(attributes: dict[str, str], key: str) -> str:
    value = attributes.get(key, "")
    return value if re.fullmatch("[0-9]{1,9}", value) else "0"
