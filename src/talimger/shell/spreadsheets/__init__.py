"""Spreadsheets in and out: tables as people really have them, read safely, and files that Excel opens without harm.

`read_table` takes any bytes somebody calls a spreadsheet and gives a `Table` or a `SpreadsheetError` with a text for
that person. The `parse_*` helpers turn one cell into a value or a `CellError`. `write_xlsx` and `write_csv` write.
"""

from talimger.shell.spreadsheets.cells import CellError, clean_text, parse_email, parse_phone, parse_yes_no
from talimger.shell.spreadsheets.dates import parse_date
from talimger.shell.spreadsheets.model import DEFAULT, Cell, Limits, Note, Row, SpreadsheetError, Table
from talimger.shell.spreadsheets.reading import read_table
from talimger.shell.spreadsheets.writing import CellOut, SheetOut, write_csv, write_xlsx

__all__ = [
    "DEFAULT",
    "Cell",
    "CellError",
    "CellOut",
    "Limits",
    "Note",
    "Row",
    "SheetOut",
    "SpreadsheetError",
    "Table",
    "clean_text",
    "parse_date",
    "parse_email",
    "parse_phone",
    "parse_yes_no",
    "read_table",
    "write_csv",
    "write_xlsx",
]
