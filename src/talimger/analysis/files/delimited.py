"""The rows of a text table, block by block, as fast as the text allows: what holds no quotation mark is never taken apart."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Generator, Iterable, Iterator
from itertools import chain, islice

import numpy as np

from talimger.analysis.files.blocks import Block, PlainBlock, RowsBlock
from talimger.analysis.files.layout import Layout
from talimger.analysis.files.problems import FileError, Problems
from talimger.analysis.files.source import Source
from talimger.core.measurement.ratings import Ints
from talimger.shell.spreadsheets import clean_text

_PLAIN_BYTES = 1 << 22
# Cells that are taken apart at a time, and rows.
_CELLS, _MOST_ROWS = 400_000, 32_768
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
# Read after the last line; when it does not come back as a record of its own, a quotation mark was left open.
_END = "\ue000end\ue000"


def delimited_blocks(source: Source, layout: Layout, problems: Problems) -> Iterator[Block]:
    """All rows below the headings. Rows that are too long go to ``problems``; a quotation mark left open raises ``FileError``."""
    place, line, file = source.start, 0, source.file
    # Wider characters have bytes that look like separators.
    if not source.encoding.startswith(("utf-16", "utf-32")) and _has_line_feeds(source.head()):
        file.seek(place)
        place += sum(len(file.readline()) for _line in range(layout.lines))
        place, line = yield from _plain_part(source, layout, problems, place, layout.lines)
    file.seek(place)
    text = io.TextIOWrapper(file, encoding=source.encoding, errors="replace", newline="")
    try:
        skipped = layout.lines if line == 0 else 0
        yield from _split(islice(text, skipped, None), layout, max(line, layout.lines), problems)
    finally:
        text.detach()


def _has_line_feeds(text: str) -> bool:
    """Not the file of an old Mac, whose lines end in a carriage return."""
    return text.count("\r") == text.count("\r\n") + text.endswith("\r")


def _plain_part(source: Source, layout: Layout, problems: Problems, place: int, line: int) -> Generator[Block, None, tuple[int, int]]:
    """Blocks up to the first quotation mark; returns where it stopped: how many bytes and how many lines into the file."""
    file, rest = source.file, b""
    file.seek(place)
    while True:
        chunk = file.read(_PLAIN_BYTES)
        content = rest + (chunk or (b"\n" if rest else b""))
        cut = content.rfind(b"\n") + 1
        content, rest = content[:cut], content[cut:]
        if b'"' in content or b"\x00" in content or content.count(b"\r") != content.count(b"\r\n") or len(rest) > _PLAIN_BYTES:
            return place, line
        if content:
            block = PlainBlock.of(
                content, delimiter=layout.delimiter, width=len(layout.headings), first_line=line + 1, encoding=source.encoding
            )
            if block is not None:
                yield block
            else:
                yield from _split(io.StringIO(content.decode(source.encoding, errors="replace"), newline=""), layout, line, problems)
            place += len(content)
            line += content.count(b"\n")
        if not chunk:
            return place, line


def _split(text: Iterable[str], layout: Layout, line: int, problems: Problems) -> Iterator[Block]:
    """Blocks of cells that the csv module took apart; ``line`` lines of the file come before the text."""
    reader = csv.reader(chain(text, [_END]), delimiter=layout.delimiter)
    width = len(layout.headings)
    size = max(1, min(_MOST_ROWS, _CELLS // width))
    is_whole = False
    while True:
        rows: list[list[str]] = []
        before = reader.line_num
        try:
            rows.extend(islice(reader, size))
        except csv.Error as error:
            raise _open_quote(problems.name, line + before + sum(map(_height, rows)) + 1) from error
        if not rows:
            return
        if reader.line_num - before == len(rows):
            lines = np.arange(line + before + 1, line + before + len(rows) + 1, dtype=np.int64)
        else:
            heights = [_height(row) for row in rows]
            lines = line + before + 1 + np.cumsum([0, *heights[:-1]], dtype=np.int64)
        if len(rows) < size:
            is_whole = rows.pop() == [_END]
            if not is_whole:
                raise _open_quote(problems.name, int(lines[-1]))
        yield _even(rows, lines[: len(rows)], width, problems)


def _height(row: list[str]) -> int:
    """How many lines of the file a row takes."""
    return 1 + sum(len(_LINE_BREAK.findall(cell)) for cell in row)


def _open_quote(name: str, line: int) -> FileError:
    return FileError(f'{name}, line {line}: a quotation mark (") is never closed, or a text is far too long.')


def _even(rows: list[list[str]], lines: Ints, width: int, problems: Problems) -> RowsBlock:
    """Rows of one length: empty lines are left out, cells that are missing at the end are empty, surplus ones a mistake."""
    if set(map(len, rows)) == {width}:
        return RowsBlock(rows, lines)
    kept, places = [], []
    wide: list[tuple[int, int]] = []
    for place, row in enumerate(rows):
        if len(row) != width:
            surplus = any(map(clean_text, row[width:]))
            if surplus:
                wide.append((int(lines[place]), len(row)))
            if surplus or not any(map(clean_text, row)):
                continue
            row = (row + [""] * (width - len(row)))[:width]
        kept.append(row)
        places.append(place)
    problems.add(
        "lines with too many cells",
        [line for line, _cells in wide],
        lambda nth: f"{wide[nth][1]} cells where the headings have {width}. Is a separator inside a text without quotation marks?",
    )
    return RowsBlock(kept, lines[np.array(places, dtype=np.int64)])
