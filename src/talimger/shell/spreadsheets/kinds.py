"""What a file is by its content: the name of a file is a wish, its first bytes are a fact."""

import re
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from talimger.shell.spreadsheets.model import SpreadsheetError

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")

_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF87a", "picture"),
    (b"GIF89a", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"{\\rtf", "word"),
    (b"\x1f\x8b", "archive"),
    (b"Rar!\x1a", "archive"),
    (b"7z\xbc\xaf'\x1c", "archive"),
)

_MESSAGES: dict[str, str | Promise] = {
    "old_excel": gettext_lazy("This is an old Excel file (.xls). Open it in Excel and save it as .xlsx or .csv."),
    "encrypted": gettext_lazy("The file is protected by a password. Save it without the password and try again."),
    "open_document": gettext_lazy("This is an OpenDocument file (.ods). Open it and save it as .xlsx or .csv."),
    "binary_workbook": gettext_lazy(
        "This is a binary Excel file (.xlsb). Open it in Excel and save it as .xlsx or .csv."
    ),
    "numbers": gettext_lazy("This is an Apple Numbers file. Export it as .xlsx or .csv."),
    "word": gettext_lazy("This is a text document, not a table. Copy the table to Excel and save it as .xlsx or .csv."),
    "presentation": gettext_lazy("This is a presentation, not a table. Send an .xlsx or .csv file."),
    "pdf": gettext_lazy("This is a PDF. Ask for the table itself, saved as .xlsx or .csv."),
    "picture": gettext_lazy("This is a picture or a video. Send the table itself, saved as .xlsx or .csv."),
    "archive": gettext_lazy("This is an archive. Unpack it and send the .xlsx or .csv file from inside."),
    "web_page": gettext_lazy(
        "This is a web page, though it may be called .xls. Open it in Excel and save it as .xlsx or .csv."
    ),
    "excel_xml": gettext_lazy("This is an Excel 2003 XML file. Open it in Excel and save it as .xlsx or .csv."),
    "strict_workbook": gettext_lazy(
        "This is a “Strict Open XML” file. Open it in Excel and save it as an ordinary .xlsx."
    ),
    "binary": gettext_lazy("This is not a table that can be read here. Save it as .xlsx or .csv."),
}


def wrong_kind(code: str) -> SpreadsheetError:
    """Build the error that says what the file is and what to do with it."""
    return SpreadsheetError(code, str(_MESSAGES[code]))


def kind_of(content: bytes) -> Literal["zip", "text"]:
    """Tell a zip (perhaps a workbook) from a text (perhaps a CSV).

    Errors: SpreadsheetError naming the kind when it is neither.
    """
    if content.startswith(ZIP_SIGNATURES):
        return "zip"
    if content.startswith(OLE_SIGNATURE):
        raise wrong_kind(_kind_of_ole(content))
    for signature, code in _SIGNATURES:
        if content.startswith(signature):
            raise wrong_kind(code)
    if content[4:8] == b"ftyp" or content[8:12] == b"WEBP":  # photographs of a phone, videos
        raise wrong_kind("picture")
    # Without NULs the start of a UTF-16 page reads like ASCII.
    start = content[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if re.match(rb"<(!doctype|html|head|body|meta|style|table|div)\b|mime-version:", start):
        raise wrong_kind("web_page")
    if start.startswith(b"<?xml"):
        raise wrong_kind("excel_xml" if b"urn:schemas-microsoft-com:office:spreadsheet" in start else "binary")
    return "text"


def kind_of_zip(names: set[str]) -> str | None:
    """Name the kind of a zip that is no .xlsx, by the names inside (lower case); None when it may be one."""
    for sign, code in (
        ("xl/workbook.bin", "binary_workbook"),
        ("word/document.xml", "word"),
        ("ppt/presentation.xml", "presentation"),
        ("index/document.iwa", "numbers"),
        ("index.zip", "numbers"),
        ("content.xml", "open_document"),
    ):
        if sign in names:
            return code
    return None if names & {"_rels/.rels", "xl/workbook.xml"} else "archive"


def _kind_of_ole(content: bytes) -> str:
    """Tell what an OLE container holds by the names in its directory (written in UTF-16)."""
    for name, code in (
        ("EncryptedPackage", "encrypted"),
        ("Workbook", "old_excel"),
        ("Book", "old_excel"),
        ("WordDocument", "word"),
        ("PowerPoint Document", "presentation"),
    ):
        if name.encode("utf-16-le") in content:
            return code
    return "binary"
