"""Text tables (.csv, .tsv, .txt) in any encoding and with any separator people really use."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _

from talimger.shell.spreadsheets.kinds import wrong_kind
from talimger.shell.spreadsheets.model import (
    FORMULA_START,
    LAST_ROW_OF_EXCEL,
    TITLE_ROWS,
    Cell,
    Grid,
    Limits,
    Note,
    SpreadsheetError,
    column_letter,
    is_blank,
    too_many_columns,
    too_many_rows,
    trimmed,
)

# Where two separators explain the lines equally well, the one that stands less often in running text wins.
_DELIMITERS = ("\t", ";", "|", ",")
# A text without any separator is one column; this character stands in no text.
_NO_DELIMITER = "\x1f"
_SAMPLE_RECORDS = 100
# More separators in a line are no table but an attempt to fill the memory with empty cells.
_MOST_DELIMITERS_IN_A_LINE = 100_000
# Read after the last line; when it does not come back as a record of its own, a quotation mark was left open.
_END = "\ue000end\ue000"
# The apostrophe by which exports (ours too) keep a text from being taken for a formula.
_GUARDED = re.compile("'+" + FORMULA_START)
_SEPARATOR_LINE = re.compile(r'"?sep=(\t|[^\w\s"\'])"?(?:\r\n|\r|\n|$)', re.IGNORECASE)
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_delimited(content: bytes, limits: Limits) -> Grid:
    """Read a text as the filled rows of a table, its encoding and separator found by what they explain best.

    Errors: SpreadsheetError when the bytes are no text, a quotation mark stays open or a limit is passed.
    """
    text, encoding, notes = _decoded(content.removesuffix(b"\x1a"))  # the end-of-file mark of DOS programs
    separator_line = _SEPARATOR_LINE.match(text)
    if separator_line:
        delimiter = separator_line[1]
        text = text[separator_line.end() :]  # Excel does not count this line either
    else:
        delimiter = _likely_delimiter(text)
    rows: list[tuple[int, list[Cell]]] = []
    line = 0
    record: list[str] = []
    try:
        for line, record in enumerate(_records(text, delimiter), start=1):
            if line > LAST_ROW_OF_EXCEL:
                raise too_many_rows(limits)
            cells = trimmed([_cell(value) for value in record])
            if not cells or record == [_END]:
                continue
            if len(cells) > limits.columns:
                raise too_many_columns(limits, column_letter(len(cells)))
            rows.append((line, cells))
            if len(rows) > limits.rows + 1 + TITLE_ROWS:
                raise too_many_rows(limits)
    except csv.Error as error:  # only a field past the csv module's own limit of 131,072 characters
        raise _open_quote_or_long_cell(line + 1) from error
    if record != [_END]:
        raise _open_quote_or_long_cell(line)
    return Grid(rows, notes, encoding=encoding, delimiter=None if delimiter == _NO_DELIMITER else delimiter)


def _decoded(content: bytes) -> tuple[str, str, list[Note]]:
    """Decode by the byte order mark, else as UTF-8, else as the Kazakh Windows code page."""
    notes: list[Note] = []
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            text, unreadable = _decoded_as(content[len(mark) :], encoding)
            break
    else:
        encoding = "utf-8"
        text, unreadable = _decoded_as(content, encoding)
        # Russian or Kazakh of a code page, read as UTF-8, is little but unreadable characters; a UTF-8 file with a few
        # spoiled bytes has many good letters for each bad one.
        if unreadable and unreadable * 10 > sum(1 for character in text if character > "\x7f") - unreadable:
            encoding = "kz1048"
            text, unreadable = _decoded_as(content, encoding)
    controls = len(re.findall(r"[\x01-\x08\x0e-\x1b]", text))
    if "\x00" in text or (unreadable + controls) * 20 > len(text):
        raise wrong_kind("binary")
    if unreadable:
        message = _("Characters that could not be read and are shown as “�”: %(count)d.") % {"count": unreadable}
        notes.append(Note("unreadable_characters", message))
    return text, encoding, notes


def _decoded_as(content: bytes, encoding: str) -> tuple[str, int]:
    """Give the text and how many of its characters could not be read (one that was "�" already could be)."""
    text = content.decode(encoding, errors="replace")
    marks = text.count("\ufffd")
    if marks and encoding != "kz1048":
        marks = max(0, marks - content.count("\ufffd".encode(encoding)))
    return text, marks


def _likely_delimiter(text: str) -> str:
    """Choose the separator by which most of the first records have the same number of cells, two at least."""
    best, best_share = _NO_DELIMITER, 0.0
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            for record in islice(_records(text, delimiter), _SAMPLE_RECORDS):
                if len(record) > 1 or (record and not is_blank(record[0]) and record != [_END]):
                    widths[len(record)] += 1
        except csv.Error:
            pass  # what was seen before the overlong field is enough to choose by
        if not widths:
            continue
        width, count = widths.most_common(1)[0]  # of equally frequent ones, the width met first
        share = count / widths.total()
        if width > 1 and share > best_share:
            best, best_share = delimiter, share
    return best


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """Give the records of a text and, if every quotation mark was closed, [_END] as the last one."""
    return csv.reader(_lines(text, delimiter), delimiter=delimiter)


def _lines(text: str, delimiter: str) -> Iterator[str]:
    for line in io.StringIO(text, newline=""):
        if line.count(delimiter) > _MOST_DELIMITERS_IN_A_LINE:
            raise SpreadsheetError("too_many_columns", _("The table has far too many columns. Is it really a table?"))
        yield line
    yield _END


def _cell(value: str) -> Cell:
    if is_blank(value):
        return None
    if value.startswith("'") and _GUARDED.match(value):
        value = value[1:]
    return value.replace("\r\n", "\n").replace("\r", "\n")


def _open_quote_or_long_cell(line: int) -> SpreadsheetError:
    return SpreadsheetError(
        "open_quote",
        _('Row %(line)d has a quotation mark (") that is never closed, or a far too long text.') % {"line": line},
        line=line,
    )
