"""The way out: workbooks and text tables that Excel opens as they are meant; no text ever becomes a formula."""

import csv
import datetime
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter
from django.utils import timezone
from django.utils.functional import Promise

from talimger.shell.spreadsheets.cells import clean_text
from talimger.shell.spreadsheets.model import FORMULA_START, LAST_ROW_OF_EXCEL

CellOut = str | Promise | int | float | Decimal | bool | datetime.date | datetime.datetime | None

_MOST_COLUMNS, _MOST_CHARACTERS = 16_384, 32_767
_CUT = "… [✂]"
_FORBIDDEN_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Excel keeps 15 digits of a number: longer ones (accounts, card numbers) are text.
_LONGEST_INTEGER = 10**15
# Before March 1900 the days of Excel are wrong or missing: there a day is text.
_LAST_YEAR_WITHOUT_EXCEL_DAYS = 1900

_FORMULA = re.compile("'*" + FORMULA_START)


@dataclass(frozen=True, slots=True)
class SheetOut:
    """One sheet to write: a name (mended to what Excel allows), headings, rows."""

    name: str
    headers: Sequence[str | Promise]
    rows: Sequence[Sequence[CellOut]]


def write_xlsx(sheets: Sequence[SheetOut]) -> bytes:
    """Write a workbook: headings bold, frozen and filtered, days as days, text as text whatever it starts with.

    The same sheets give the same bytes. Times with a zone are written in Django's current one. A text past the 32,767
    characters that Excel can hold is cut and marked.

    Errors: ValueError without sheets, for a table bigger than a sheet, and for a number that is not finite.
    """
    if not sheets:
        raise ValueError("a workbook needs at least one sheet")
    file = io.BytesIO()
    # in_memory, not constant_memory: the latter keeps the rows, which are about people, in files on the disk meanwhile.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"created": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)})
    taken: set[str] = set()
    for sheet in sheets:
        _check_size(sheet)
        _write_sheet(book, book.add_worksheet(_sheet_name(sheet.name, taken)), sheet)
    book.close()
    return file.getvalue()


def write_csv(
    headers: Sequence[str | Promise],
    rows: Iterable[Sequence[CellOut]],
    *,
    delimiter: str = ";",
    decimal_mark: Literal[".", ","] = ".",
) -> bytes:
    """Write a text table in UTF-8 with the mark by which Excel knows it; no text can become a formula.

    Texts that look like formulas get an apostrophe in front. Days are written as 2004-05-17. For a Russian Excel choose
    the comma as `decimal_mark`: it takes 1.5 for the first of May.

    Errors: ValueError for a number that is not finite.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    for row in (headers, *rows):
        writer.writerow([_csv_text(cell, decimal_mark) for cell in row])
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _check_size(sheet: SheetOut) -> None:
    widest = max(map(len, [sheet.headers, *sheet.rows]))
    # xlsxwriter itself would leave out what does not fit, without a word.
    if len(sheet.rows) >= LAST_ROW_OF_EXCEL or widest > _MOST_COLUMNS:
        raise ValueError(f"the sheet {sheet.name!r} is bigger than Excel allows")


def _sheet_name(name: str, taken: set[str]) -> str:
    """Give the nearest name that Excel allows and that no sheet before has, small letters or capitals alike."""
    # "History" is kept by Excel for itself.
    base = clean_text(re.sub(r"[\[\]:*?/\\]", " ", name)).strip("' ") or "Sheet"
    base = f"{base}_" if base.casefold() == "history" else base
    unique, number = base[:31].strip("' "), 1
    while unique.casefold() in taken:
        number += 1
        ending = f" ({number})"
        unique = base[: 31 - len(ending)] + ending
    taken.add(unique.casefold())
    return unique


def _write_sheet(book: Any, page: Any, sheet: SheetOut) -> None:  # Any: xlsxwriter has no types
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    formats = {
        "day": book.add_format({"num_format": "dd.mm.yyyy"}),
        "moment": book.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
    }
    widths = [max(10, len(str(header)) // 2) for header in sheet.headers]
    for column, header in enumerate(sheet.headers):
        page.write_string(0, column, _xlsx_text(str(header)), bold)
    for line, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            _write_cell(page, line, column, cell, formats)
            if column < len(widths) and isinstance(cell, str):
                widths[column] = max(widths[column], len(cell))
    for column, width in enumerate(widths):
        page.set_column(column, column, min(width + 2, 60))
    page.freeze_panes(1, 0)
    if sheet.headers:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.headers) - 1)


def _write_cell(page: Any, line: int, column: int, cell: CellOut, formats: dict[str, Any]) -> None:
    if isinstance(cell, bool):
        page.write_boolean(line, column, cell)
    elif isinstance(cell, int | float | Decimal) and -_LONGEST_INTEGER < _finite(cell) < _LONGEST_INTEGER:
        page.write_number(line, column, cell)
    elif isinstance(cell, datetime.date) and cell.year > _LAST_YEAR_WITHOUT_EXCEL_DAYS:
        if isinstance(cell, datetime.datetime):
            page.write_datetime(line, column, _local(cell), formats["moment"])
        else:
            page.write_datetime(line, column, cell, formats["day"])
    elif cell is not None and cell != "":
        page.write_string(line, column, _xlsx_text(str(cell)))


def _xlsx_text(text: str) -> str:
    text = _FORBIDDEN_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - len(_CUT)] + _CUT


def _csv_text(cell: CellOut, decimal_mark: str) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case int() | float() | Decimal():
            # A number that is one can do no harm: -0.4 stays -0.4.
            return format(Decimal(str(_finite(cell))), "f").replace(".", decimal_mark)
        case datetime.datetime():
            return _local(cell).isoformat(sep=" ", timespec="seconds")
        case datetime.date():
            return cell.isoformat()
    text = str(cell).replace("\x00", "")
    return f"'{text}" if _FORMULA.match(text) else text


def _finite(number: int | float | Decimal) -> int | float | Decimal:
    if not math.isfinite(number):
        raise ValueError("a spreadsheet has no infinite or undefined numbers")
    return number


def _local(moment: datetime.datetime) -> datetime.datetime:
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment
