"""One cell, one value: text, telephone numbers, e-mail addresses, yes and no, as people write them."""

import datetime
import re
import unicodedata

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from talimger.kernel.errors import DomainError
from talimger.shell.spreadsheets.model import Cell

# Control characters, marks without width, halves of surrogate pairs (no database takes them) and non-characters.
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
_LETTER = r"[^\W\d_]"
_LONGEST_VALUE = 320  # the longest possible e-mail address
_MOST_DIGITS = 15  # of a telephone number with its country code (E.164)

# Kazakh is often typed without its own letters ("жок"), and "ия" is how "иә" is heard.
_YES = frozenset(("да", "д", "есть", "иә", "иа", "ия", "yes", "y", "true", "истина", "ақиқат", "1", "+", "✓", "✔"))
_NO = frozenset(("нет", "н", "нету", "жоқ", "жок", "no", "n", "false", "ложь", "жалған", "0", "-", "–", "—", "✗", "✘"))


class CellError(DomainError):
    """A cell that cannot be understood: `message` tells the person why, `code` tells the importer ("empty"...)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)


def clean_text(text: str, *, keep_lines: bool = False) -> str:
    """Give the text in one Unicode form (NFC) with single spaces and nothing invisible, on one line unless told.

    With `keep_lines` the paragraphs of a long answer stay, at most one empty line between them.
    """
    if keep_lines:
        lines = "\n".join(clean_text(line) for line in text.splitlines())
        return re.sub(r"\n{3,}", "\n\n", lines).strip()
    return " ".join(unicodedata.normalize("NFC", _REMOVED.sub("", text)).split())


def text_of(cell: Cell) -> str:
    """Give the cleaned text of a cell that holds one short value.

    Errors: CellError "empty" or "too_long" (nobody's telephone number is a page long; searching it would take long).
    """
    text = cell.isoformat() if isinstance(cell, datetime.date) else clean_text(cell or "")
    if not text:
        raise CellError("empty", _("The cell is empty."))
    if len(text) > _LONGEST_VALUE:
        raise CellError("too_long", _("The text is too long: only one value belongs here."))
    return text


def parse_phone(cell: Cell, *, region: str = "KZ") -> str:
    """Give a telephone number as +77015551234 (E.164); without a country code it is one of the region.

    Errors: CellError when the cell is empty, holds several numbers, was shortened by Excel or is no possible number.
    """
    text = text_of(cell).removesuffix(".0")  # a number that went through a program which calculates
    if re.fullmatch(r"\d[.,]\d+E\+?\d+", text, re.IGNORECASE):
        raise CellError(
            "shortened",
            _("Excel shortened this telephone number. Format the column as text and type the number again."),
        )
    if len(re.findall(r"\d", text)) > _MOST_DIGITS or re.search(rf"\d.*{_LETTER}.*\d", text):
        raise CellError("several", _("Write one telephone number here, without other text."))
    try:
        # Without letters: the library would dial 8 701 FLOWERS.
        number = phonenumbers.parse(re.sub(_LETTER, "", text), region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise CellError("phone", _("“%(text)s” is not a telephone number.") % {"text": text[:40]})
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_email(cell: Cell) -> str:
    """Give the bare e-mail address, its domain in small letters.

    Takes "mailto:..." and "Name <address>" too.

    Errors: CellError when the cell is empty, holds several addresses or none, or when a letter of the address is not
    Latin (it may look so; the message names it).
    """
    text = text_of(cell)
    in_brackets = re.search(r"<([^<>]*@[^<>]*)>", text)
    if in_brackets:
        text = in_brackets[1]
    text = re.sub(r"^mailto:", "", text.strip(" <>\"'.,;"), flags=re.IGNORECASE).partition("?")[0].strip()
    for position, character in enumerate(text, start=1):
        if character <= "\x7f":
            continue
        fields = {"letter": character, "position": position, "text": text[:80]}
        if unicodedata.name(character, "").startswith("CYRILLIC"):
            message = _("In “%(text)s” the letter “%(letter)s” (number %(position)d) is Cyrillic. Type it in Latin.")
        else:
            message = _("In “%(text)s” the character “%(letter)s” (number %(position)d) cannot stand in an address.")
        raise CellError("not_latin", message % fields)
    if text.count("@") > 1:
        raise CellError("several", _("Write one e-mail address here."))
    try:
        validate_email(text)
    except ValidationError as error:
        raise CellError("email", _("“%(text)s” is not an e-mail address.") % {"text": text[:80]}) from error
    local, _at, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}"


def parse_yes_no(cell: Cell) -> bool:
    """Tell yes from no in Russian, Kazakh or English, also as true/false, 1/0, +/- and ticks.

    Errors: CellError when the cell is empty or says anything else.
    """
    text = text_of(cell)
    answer = text.casefold().rstrip(".,!")
    if answer in _YES:
        return True
    if answer in _NO:
        return False
    raise CellError("yes_no", _("“%(text)s” is neither yes nor no.") % {"text": text[:40]})
