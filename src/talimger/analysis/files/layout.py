"""Where a table begins, what separates its cells, and which column is which."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from talimger.analysis.files.problems import FileError, quoted
from talimger.shell.spreadsheets import clean_text

_DELIMITERS = (",", ";", "\t", "|")
_TITLE_ROWS = 3
_MOST_COLUMNS_TOLD = 30
_SEPARATOR_LINE = re.compile(r'"?sep=(\t|[^\w\s"\'])"?(?:\r\n|\r|\n)', re.IGNORECASE)
NAMES_OF_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Layout:
    """``headings`` of the columns as they stand there; ``lines`` is how many lines of the file end with them."""

    headings: tuple[str, ...]
    lines: int
    delimiter: str = ""


def layout_of(head: str, wanted: Sequence[str]) -> Layout:
    """The layout of a text: the separator is the one by which most of the wanted columns are found."""
    separator_line = _SEPARATOR_LINE.match(head)
    delimiters = (separator_line[1],) if separator_line else _DELIMITERS
    text = head[separator_line.end() :] if separator_line else head
    above = 1 if separator_line else 0
    names = {_folded(name) for name in wanted}

    def explains(layout: Layout) -> tuple[int, int]:
        return len(names & {_folded(heading) for heading in layout.headings}), len(layout.headings)

    return max((_split(text, delimiter, above) for delimiter in delimiters), key=explains)


def _split(text: str, delimiter: str, above: int) -> Layout:
    first: Layout | None = None
    for record, line in islice(_filled(text, delimiter), _TITLE_ROWS + 1):
        layout = Layout(tuple(record), above + line, delimiter)
        # A line of one cell above the headings is a title.
        if sum(bool(cell.strip()) for cell in record) > 1:
            return layout
        first = first or layout
    return first or Layout((), above, delimiter)


def _filled(text: str, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """Records that are not empty, and the line that each ends in."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                yield record, reader.line_num
    except csv.Error:
        return  # a field too long for headings: with this separator it is no table


def _folded(heading: str) -> str:
    return clean_text(heading).casefold()


def columns_of(headings: Sequence[str], wanted: Sequence[str], *, name: str) -> dict[str, int]:
    """The place of each wanted column: by its exact name, else whatever its capital letters and spaces.

    Raises ``FileError`` that lists the columns there are, with the closest one to each that is missing.
    """
    folded = [_folded(heading) for heading in headings]
    found: dict[str, int] = {}
    lines = []
    for column in wanted:
        places = [place for place, heading in enumerate(headings) if heading == column]
        places = places or [place for place, heading in enumerate(folded) if heading == _folded(column)]
        if len(places) == 1:
            found[column] = places[0]
        elif places:
            lines.append(f"{name}: {len(places)} columns are called {quoted(column)}. Give them different names.")
        else:
            lines.append(f"{name}: there is no column {quoted(column)}.{_closest(column, headings, folded)}")
    if lines:
        raise FileError(*lines, f"The columns are: {_listed(headings)}.")
    return found


def _closest(column: str, headings: Sequence[str], folded: Sequence[str]) -> str:
    close = difflib.get_close_matches(_folded(column), folded, n=1)
    return f" Did you mean {quoted(clean_text(headings[folded.index(close[0])]))}?" if close else ""


def _listed(headings: Sequence[str]) -> str:
    shown = [quoted(clean_text(heading)) for heading in headings if clean_text(heading)]
    more = len(shown) - _MOST_COLUMNS_TOLD
    return ", ".join(shown[:_MOST_COLUMNS_TOLD]) + (f" and {more:,} more" if more > 0 else "")
