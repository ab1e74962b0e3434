"""A file to read, opened once and looked at: is it there, is it text, in which encoding."""

from __future__ import annotations

import codecs
import contextlib
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from talimger.analysis.files.problems import FileError
from talimger.shell.spreadsheets import SpreadsheetError
from talimger.shell.spreadsheets.kinds import kind_of, wrong_kind

HEAD_BYTES = 1 << 18
_CHUNK = 1 << 22
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KAZAKH = frozenset("ӘәҒғҚқҢңӨөҰұҮүҺһІі")
# What else a text in Russian or Kazakh has beyond the alphabet.
_ORDINARY = frozenset("Ёё«»“”„‘’–—…№•§°\xa0")


@dataclass(frozen=True)
class Source:
    """An open file that can be read again from any place. ``start`` is where its text begins, behind a byte order mark."""

    name: str
    file: IO[bytes]
    is_workbook: bool
    encoding: str = ""
    start: int = 0
    unreadable: int = 0

    def head(self) -> str:
        """The beginning of the text."""
        self.file.seek(self.start)
        return self.file.read(HEAD_BYTES).decode(self.encoding, errors="replace")


@contextlib.contextmanager
def opened(path: str) -> Iterator[Source]:
    """The file of a path, or standard input for "-". Raises ``FileError`` for what is missing, empty or no table."""
    name = "standard input" if path == "-" else path
    try:
        with _bytes_of(path) as file:
            yield _source(name, file)
    except IsADirectoryError as error:
        raise FileError(f"{name} is a folder: name a file of ratings.") from error
    except FileNotFoundError as error:
        raise FileError(f"There is no file {name}.") from error
    except OSError as error:
        if error.filename != path:
            raise
        raise FileError(f"{name} cannot be read: {error.strerror}.") from error


@contextlib.contextmanager
def _bytes_of(path: str) -> Iterator[IO[bytes]]:
    with contextlib.ExitStack() as stack:
        file: IO[bytes] = sys.stdin.buffer if path == "-" else stack.enter_context(Path(path).open("rb"))
        if path == "-" or not file.seekable():
            # A pipe is read once, we look twice: a file without a name keeps it meanwhile, not the memory.
            kept = stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(file, kept, _CHUNK)
            file = kept
        yield file


def _source(name: str, file: IO[bytes]) -> Source:
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n\x1a"):
        raise FileError(f"There is nothing in {name}.")
    try:
        if kind_of(head) == "zip":
            return Source(name, file, is_workbook=True)
        encoding, start, unreadable = _encoding(file, head)
        _refuse_binary(head[start:].decode(encoding, errors="replace"))
    except SpreadsheetError as error:
        raise FileError(f"{name}: {error.message}") from error
    return Source(name, file, is_workbook=False, encoding=encoding, start=start, unreadable=unreadable)


def _refuse_binary(text: str) -> None:
    if "\x00" in text or len(re.findall(r"[\x01-\x08\x0e-\x19\x1b]", text)) * 20 > len(text):
        raise wrong_kind("binary")


def _encoding(file: IO[bytes], head: bytes) -> tuple[str, int, int]:
    """The encoding, how many bytes its mark takes, and how many characters cannot be read in it."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding, len(mark), _unreadable(file, encoding)[0] if encoding == "utf-8" else 0
    unreadable, readable = _unreadable(file, "utf-8")
    # Russian or Kazakh of a code page, read as UTF-8, is little but unreadable characters; a UTF-8 file with a few
    # spoiled bytes has many good letters for each bad one.
    if unreadable and unreadable * 10 > readable:
        return _code_page(file), 0, 0
    return "utf-8", 0, unreadable


def _unreadable(file: IO[bytes], encoding: str) -> tuple[int, int]:
    """How many characters of the whole file cannot be read, and how many beyond ASCII can."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    bad = good = 0
    while chunk := file.read(_CHUNK):
        text = decoder.decode(chunk)
        if text.isascii():
            continue
        found = text.count("\ufffd")
        bad += found
        good += len(text) - len(text.encode("ascii", errors="ignore")) - found
    return bad + len(decoder.decode(b"", final=True)), good


def _code_page(file: IO[bytes]) -> str:
    """Of the two Kazakh code pages (one is Russian Windows and more), the one in which more letters make sense."""
    file.seek(0)
    sample = bytes(byte for byte in file.read(_CHUNK) if 0x80 <= byte < 0xC0)

    def sense(encoding: str) -> int:
        text = sample.decode(encoding, errors="replace")
        return sum(1 if character in _KAZAKH else -1 for character in text if character not in _ORDINARY)

    return "ptcp154" if sense("ptcp154") > sense("kz1048") else "kz1048"
