"""One sheet of an .xlsx file as rows of cells: the parts are checked first, then openpyxl reads what is left of them.

openpyxl gets a minimal workbook made of one sheet, the shared texts and the number formats. It never meets the other
parts (links to other files, pictures, pivot tables, names, properties), so they can neither harm nor trip it.
"""

import datetime
import io
import re
import warnings
import zipfile
from decimal import Decimal
from itertools import islice

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from talimger.shell.spreadsheets.bare_openpyxl import openpyxl
from talimger.shell.spreadsheets.model import (
    TITLE_ROWS,
    Cell,
    Grid,
    Limits,
    Note,
    SpreadsheetError,
    column_letter,
    damaged,
    is_blank,
    too_many_columns,
    too_many_rows,
    trimmed,
)
from talimger.shell.spreadsheets.package import Package, too_many_cells, walk
from talimger.shell.spreadsheets.sheet_xml import MAIN, MOST_CELLS, BookScan, SheetScan, StringsScan, StylesScan

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_MANIFEST = f"""<Types xmlns="{_PACKAGE}/content-types">\
<Override PartName="/xl/workbook.xml" ContentType="{_CONTENT_TYPE}.sheet.main+xml"/>\
<Override PartName="/xl/sheet.xml" ContentType="{_CONTENT_TYPE}.worksheet+xml"/>\
<Override PartName="/xl/sharedStrings.xml" ContentType="{_CONTENT_TYPE}.sharedStrings+xml"/>\
<Override PartName="/xl/styles.xml" ContentType="{_CONTENT_TYPE}.styles+xml"/></Types>"""
_BOOK = f"""<workbook xmlns="{MAIN}" xmlns:r="{_RELATIONS}"><workbookPr date1904="%d"/>\
<sheets><sheet name="table" sheetId="1" r:id="rId1"/></sheets></workbook>"""
_BOOK_RELATIONS = f"""<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="sheet.xml"/></Relationships>"""
_NO_STRINGS = f'<sst xmlns="{MAIN}"/>'.encode()

# How Excel writes a control character inside a text; openpyxl leaves it as it is.
_CONTROL_CHARACTER = re.compile(r"_x00([01][0-9A-Fa-f])_")


def read_workbook(content: bytes, limits: Limits) -> Grid:
    """Read the first visible sheet that holds something, with the values that were last saved.

    Errors: SpreadsheetError when the file is no workbook, is damaged, locked, hostile or past a limit.
    """
    if not openpyxl.DEFUSEDXML:
        raise ImproperlyConfigured("openpyxl must read XML through defusedxml: unset OPENPYXL_DEFUSEDXML.")
    try:
        with warnings.catch_warnings():
            # Of styles it misses and dates it cannot hold: the first are of no interest, the second come as #VALUE!.
            warnings.simplefilter("ignore")
            return _read(Package(content, limits), limits)
    except SpreadsheetError:
        raise
    except Exception as error:
        # zipfile, zlib and openpyxl answer damage with anything from KeyError to struct.error; for the owner of the
        # file it is all the same.
        raise damaged() from error


def _read(package: Package, limits: Limits) -> Grid:
    book_path = package.relations("").first("officeDocument") or "xl/workbook.xml"
    book = BookScan()
    walk(package.chunks(book_path), book)
    relations = package.relations(book_path)
    sheets = [
        (name, relations.by_id[relation][1])
        # Visible ones first: what the person does not see is read only when there is nothing else.
        for name, relation, _visible in sorted(book.sheets, key=lambda sheet: not sheet[2])
        if relation in relations.by_id and relations.by_id[relation][0] == "worksheet"
    ]
    most_rows = limits.rows + 1 + TITLE_ROWS
    while sheets:
        name, path = sheets.pop(0)
        scan = SheetScan(most_rows)
        sheet = walk(package.chunks(path), scan)
        if scan.filled_rows:
            break
    else:
        return Grid([], [])
    if scan.filled_rows > most_rows:
        raise too_many_rows(limits)
    if scan.last_column > limits.columns:
        raise too_many_columns(limits, column_letter(scan.last_column))
    if scan.cells > MOST_CELLS:
        raise too_many_cells()
    notes = _notes(scan, [other for other, path in sheets if _holds_something(package, path)])
    strings_path, styles_path = relations.first("sharedStrings"), relations.first("styles")
    shared = StringsScan()
    strings = walk(package.chunks(strings_path), shared) if strings_path else _NO_STRINGS
    if shared.count > MOST_CELLS:
        raise too_many_cells()
    styles = StylesScan()
    if styles_path:
        walk(package.chunks(styles_path), styles)
    minimal = _minimal_workbook(_BOOK % book.counts_from_1904, sheet, strings, styles.as_xml())
    return Grid(_rows(minimal, scan), notes, sheet_name=name, merged_down_to=scan.merged_down_to)


def _holds_something(package: Package, path: str) -> bool:
    scan = SheetScan(most_rows=0)
    walk(package.chunks(path), scan)
    return scan.filled_rows > 0


def _notes(scan: SheetScan, other_sheets: list[str]) -> list[Note]:
    notes = []
    replaced = scan.formulas - scan.formulas_without_value
    if replaced:
        text = _("Cells with formulas: %(count)d. Their last saved values were taken.") % {"count": replaced}
        notes.append(Note("formulas", text))
    if scan.formulas_without_value:
        text = _(
            "Formulas without a saved value: %(count)d, the first in cell %(cell)s. They were read as empty; "
            "to have the values, open the file in Excel and save it."
        ) % {"count": scan.formulas_without_value, "cell": scan.first_formula_without_value}
        notes.append(Note("formulas_without_value", text))
    if scan.hidden_rows:
        text = _("Hidden rows: %(count)d. They were read too.") % {"count": scan.hidden_rows}
        notes.append(Note("hidden_rows", text))
    if other_sheets:
        text = _("Other sheets were ignored: %(names)s.") % {"names": ", ".join(other_sheets)}
        notes.append(Note("other_sheets", text))
    return notes


def _minimal_workbook(book: str, sheet: bytes, strings: bytes, styles: str) -> io.BytesIO:
    minimal = io.BytesIO()
    with zipfile.ZipFile(minimal, "w") as archive:
        archive.writestr("[Content_Types].xml", _MANIFEST)
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", _BOOK_RELATIONS)
        archive.writestr("xl/sheet.xml", sheet)
        archive.writestr("xl/sharedStrings.xml", strings)
        archive.writestr("xl/styles.xml", styles)
    return minimal


def _rows(workbook: io.BytesIO, scan: SheetScan) -> list[tuple[int, list[Cell]]]:
    book = openpyxl.load_workbook(workbook, read_only=True, data_only=True, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    values = sheet.iter_rows(min_row=1, max_row=scan.last_row, max_col=scan.last_column, values_only=True)
    rows = []
    # Stopping at the last filled row leaves unread what follows the cells (rules, validations), which may be spoiled.
    for line, row in enumerate(islice(values, scan.last_row), start=1):
        cells = trimmed([_cell(value) for value in row])
        if cells:
            rows.append((line, cells))
    return rows


def _cell(value: object) -> Cell:
    """Give a value of openpyxl as text as Excel shows it, or as a day."""
    match value:
        case None:
            return None
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            # Excel shows 15 digits: 0.1 + 0.2 is 0.3 there.
            return format(Decimal(f"{value:.15g}"), "f")
        case datetime.datetime():
            value = (value + datetime.timedelta(milliseconds=500)).replace(microsecond=0)
            return value.date() if value.time() == datetime.time() else value.isoformat(sep=" ")
        case datetime.date():
            return value
        case datetime.time():
            return value.replace(microsecond=0).isoformat()
    text = _CONTROL_CHARACTER.sub(lambda found: chr(int(found[1], 16)), str(value))
    return None if is_blank(text) else text.replace("\r\n", "\n").replace("\r", "\n")
