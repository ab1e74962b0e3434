"""The inside of an .xlsx file, a zip of XML parts, opened as if it had been made to do harm."""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from django.utils.translation import gettext as _

from talimger.shell.spreadsheets.kinds import kind_of_zip, wrong_kind
from talimger.shell.spreadsheets.model import Limits, SpreadsheetError, damaged

# Small parts may be packed as tightly as they like.
_RATIO_FREE_BYTES = 1_000_000
_MOST_PARTS = 5_000
_CHUNK_BYTES = 1 << 20
_MOST_ELEMENTS = 3_000_000
_DEEPEST_ELEMENT = 100
_LONGEST_TAG = 250_000


def too_big(limit: int) -> SpreadsheetError:
    """Build the error that names how big a file may be."""
    return SpreadsheetError(
        "too_big",
        _("The file is too big: at most %(limit)d MB. Copy only the table to a new file and try again.")
        % {"limit": limit // 1_000_000},
    )


def too_many_cells() -> SpreadsheetError:
    """Build the error for a workbook that takes too long to read, mostly for the formatting of empty cells."""
    return SpreadsheetError(
        "too_many_cells",
        _("The file has too many cells (empty ones with formatting count too). Copy only the table to a new file."),
    )


class Package:
    """The parts of a workbook; no more bytes than the limit ever come out of it, whatever its directory promises."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        """Open the zip and check its directory.

        Errors: SpreadsheetError when it is no workbook, is locked by a password or unpacks to too much.
        """
        self._limits = limits
        self._bytes_left = limits.unpacked_bytes
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        parts = self._archive.infolist()
        # Names in any case: some accounting programs write SharedStrings.xml and refer to sharedStrings.xml.
        self._parts = {part.filename.replace("\\", "/").lstrip("/").lower(): part for part in parts}
        if len(parts) > _MOST_PARTS or len(self._parts) < len(parts):
            raise damaged()
        kind = kind_of_zip(set(self._parts))
        if kind:
            raise wrong_kind(kind)
        if any(part.flag_bits & 1 for part in parts):
            raise wrong_kind("encrypted")
        if sum(part.file_size for part in parts) > limits.unpacked_bytes:
            raise too_big(limits.unpacked_bytes)
        for part in parts:
            if part.file_size > max(_RATIO_FREE_BYTES, part.compress_size * limits.packing_ratio):
                raise SpreadsheetError(
                    "packed_too_tightly",
                    _("The file unpacks to far more than it shows. Copy only the table to a new file and try again."),
                )

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def chunks(self, name: str) -> Iterator[bytes]:
        """Unpack one part piece by piece.

        Errors: KeyError, and whatever zipfile and zlib raise on damage; SpreadsheetError past the limit of bytes.
        """
        with self._archive.open(self._parts[name.lower()]) as part:
            while chunk := part.read(_CHUNK_BYTES):
                self._bytes_left -= len(chunk)
                if self._bytes_left < 0:
                    raise too_big(self._limits.unpacked_bytes)
                yield chunk

    def relations(self, part: str) -> "Relations":
        """Read which parts a part refers to ("" is the package itself); references to other files are left out."""
        folder, name = posixpath.split(part)
        relations = Relations(folder)
        path = posixpath.join(folder, "_rels", name + ".rels")
        if path in self:
            walk(self.chunks(path), relations)
        return relations


class Visitor:
    """What is told of each element of a part; names are "namespace local", `done` ends the walk early."""

    done = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear of an opening tag."""

    def end(self, name: str) -> None:
        """Hear of a closing tag."""

    def text(self, data: str) -> None:
        """Hear of text, perhaps in pieces."""


@dataclass
class Relations(Visitor):
    """The parts that one part refers to, by id and by kind ("worksheet", "styles"...)."""

    folder: str
    by_id: dict[str, tuple[str, str]] = field(default_factory=dict)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep one relation; whatever lies outside the file is never looked at."""
        if attributes.get("TargetMode") == "External" or "Target" not in attributes:
            return
        target = posixpath.normpath(posixpath.join("/", self.folder, attributes["Target"])).lstrip("/")
        kind = attributes.get("Type", "").rpartition("/")[2]
        self.by_id[attributes.get("Id", "")] = (kind, target)

    def first(self, kind: str) -> str | None:
        """Give the first part of a kind, if there is one."""
        return next((target for found, target in self.by_id.values() if found == kind), None)


def walk(chunks: Iterator[bytes], visitor: Visitor) -> bytes:
    """Tell the visitor all elements of an XML part and give the bytes that were read.

    Errors: SpreadsheetError when the XML is not well formed or holds what no spreadsheet program writes: a document
    type (the door of entity bombs), very deep nesting, very long tags, millions of elements.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    elements = depth = 0

    def refuse(*_details: object) -> None:
        raise damaged()

    def refuse_long(*details: str) -> None:
        if sum(map(len, details)) > _LONGEST_TAG:
            raise damaged()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal elements, depth
        elements += 1
        depth += 1
        if elements > _MOST_ELEMENTS:
            raise too_many_cells()
        if depth > _DEEPEST_ELEMENT:
            raise damaged()
        refuse_long(name, *attributes.values())
        visitor.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        visitor.end(name)

    parser.StartDoctypeDeclHandler = refuse
    parser.CommentHandler = refuse_long
    parser.ProcessingInstructionHandler = refuse_long
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = visitor.text
    read: list[bytes] = []
    try:
        for chunk in chunks:
            read.append(chunk)
            parser.Parse(chunk, False)
            if visitor.done:
                break
        else:
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise damaged() from error
    return b"".join(read)
