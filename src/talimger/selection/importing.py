"""From the lines of a spreadsheet to candidates: which column is what, and what is wrong with which line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from talimger.kernel.languages import fold
from talimger.selection.models import Candidate, ImportLine
from talimger.shell.spreadsheets import Cell, CellError, Row, Table, clean_text, parse_date, parse_email, parse_phone, parse_yes_no

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Verdict = ImportLine.Verdict


@dataclass(frozen=True)
class ImportField:
    """Something that a column can hold, and the words by which column heads are recognised (folded)."""

    name: str
    label: _StrOrPromise
    words: tuple[str, ...]


FIELDS = (
    ImportField(
        "full_name",
        gettext_lazy("Full name"),
        (
            "фио",
            "ф.и.о.",
            "имя и фамилия",
            "имя фамилия",
            "фамилия имя",
            "фамилия и имя",
            "аты-жөні",
            "тегі аты",
            "full name",
            "кандидат",
            "үміткер",
        ),
    ),
    ImportField("family_name", gettext_lazy("Family name"), ("фамилия", "тегі", "surname", "last name", "family name")),
    ImportField("given_name", gettext_lazy("Given name"), ("имя", "аты", "есімі", "first name", "given name", "name")),
    ImportField(
        "email",
        gettext_lazy("E-mail address"),
        ("эл. почта", "электронная почта", "почта", "email", "e-mail", "почты", "электрондық пошта", "пошта", "mail"),
    ),
    ImportField("phone", gettext_lazy("Phone"), ("телефон", "phone", "сотовый", "мобильный", "ұялы", "whatsapp")),
    ImportField("born_on", gettext_lazy("Date of birth"), ("дата рождения", "туған күні", "birth", "рождения", "туған")),
    ImportField(
        "city", gettext_lazy("Town or village"), ("город", "қала", "город / село", "село", "населённый пункт", "ауыл", "city", "town")
    ),
    ImportField("region", gettext_lazy("Region"), ("область", "облыс", "регион", "өңір", "region", "oblast")),
    ImportField("language", gettext_lazy("Language of letters"), ("язык", "тіл", "language", "язык общения")),
    ImportField("came_through_training", gettext_lazy("Came through UPSHIFT training"), ("upshift", "тренинг", "training")),
    ImportField(
        "occupation", gettext_lazy("Occupation"), ("должность", "место работы", "кем работаете", "лауазымы", "occupation", "position")
    ),
    ImportField(
        "professional_experience",
        gettext_lazy("Professional experience"),
        ("опыт работы", "профессиональный опыт", "жұмыс тәжірибесі", "кәсіби тәжірибе", "work experience", "professional experience"),
    ),
    ImportField(
        "youth_experience",
        gettext_lazy("Experience of work with young people"),
        ("опыт с молодёжью", "работы с молодёжью", "жастармен жұмыс", "жастармен", "youth", "молодёж"),
    ),
    ImportField("education", gettext_lazy("Education"), ("образование", "білімі", "education", "білім")),
)
FIELD_NAMES = tuple(each.name for each in FIELDS)
LONG_TEXTS = ("professional_experience", "youth_experience", "education")
_LANGUAGE_WORDS = (
    ("kk", re.compile(r"қаз|каз|^kk|kaz", re.IGNORECASE)),
    ("ru", re.compile(r"рус|орыс|^ru", re.IGNORECASE)),
    ("en", re.compile(r"анг|ағыл|^en", re.IGNORECASE)),
)


def guess_mapping(headers: Iterable[str]) -> dict[str, int]:
    """Which column holds which field, by the words in its head; exact words first, the longest part of a word next."""
    folded = [fold(head.replace(",", " ")) for head in headers]
    claims: list[tuple[int, int, str, int]] = []
    for order, each in enumerate(FIELDS):
        for place, head in enumerate(folded):
            strength = max((_strength(head, fold(word)) for word in each.words), default=0)
            if strength:
                claims.append((-strength, order, each.name, place))
    mapping: dict[str, int] = {}
    strengths: dict[str, int] = {}
    for weakness, _order, name, place in sorted(claims):
        if name not in mapping and place not in mapping.values():
            mapping[name], strengths[name] = place, -weakness
    parts = ("family_name", "given_name")
    if all(strengths.get("full_name", 0) < strengths.get(part, 0) for part in parts):
        mapping.pop("full_name", None)
    elif "full_name" in mapping:
        for part in parts:
            mapping.pop(part, None)
    elif "given_name" in mapping:  # «Имя» alone is all that the form asked
        mapping["full_name"] = mapping.pop("given_name")
    return mapping


def _strength(head: str, word: str) -> int:
    if head == word:
        return 1000
    # Short words are only believed when they stand alone: "имя" must not claim «Имя тренера UPSHIFT».
    return len(word) if len(word) >= 4 and word in head else 0


def mapping_problem(mapping: Mapping[str, int], columns: int) -> str | None:
    """Why this mapping cannot be used, in words; ``None`` if it can."""
    if any(name not in FIELD_NAMES or not 0 <= place < columns for name, place in mapping.items()):
        return _("A column was chosen that this file does not have.")
    if len(set(mapping.values())) < len(mapping):
        return _("One column was chosen twice. Each column can hold one thing.")
    if "full_name" not in mapping and not {"family_name", "given_name"} <= set(mapping):
        return _("Choose the column with the full name, or the two columns with family and given name.")
    if "email" not in mapping:
        return _("Choose the column with the e-mail address: the letter with the decision goes there.")
    return None


@dataclass
class Line:
    """One line of the file: what was read, what becomes of it, and why."""

    line: int
    name: str = ""
    verdict: Verdict = Verdict.NEW
    messages: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def refuse(self, message: str) -> None:
        self.verdict = Verdict.ERROR
        self.messages.append(message)

    @property
    def shown_messages(self) -> list[str]:
        return self.messages

    @property
    def is_new(self) -> bool:
        return self.verdict == Verdict.NEW


@dataclass(frozen=True)
class Preview:
    """Every line with its verdict. Nothing is written by looking."""

    lines: tuple[Line, ...]

    def count(self, verdict: str) -> int:
        return sum(line.verdict == verdict for line in self.lines)

    @property
    def new(self) -> list[Line]:
        return [line for line in self.lines if line.is_new]

    @property
    def left_out(self) -> list[Line]:
        return [line for line in self.lines if not line.is_new]

    @property
    def mended(self) -> list[Line]:
        return [line for line in self.lines if line.is_new and line.messages]


def read_lines(table: Table, mapping: Mapping[str, int], *, known_emails: Iterable[str], language: str, today: dt.date) -> Preview:
    """Read every line with a mapping. ``known_emails`` are the addresses that the intake has; ``language`` is for who names none."""
    seen: dict[str, int] = {email.lower(): 0 for email in known_emails}
    lines = []
    for row in table.rows:
        line = _read_line(row, mapping, language, today)
        email = str(line.values.get("email", "")).lower()
        if email and line.is_new:
            if email in seen:
                line.verdict = Verdict.DUPLICATE
                line.messages.append(
                    _("The address %(email)s stands in line %(line)s already.") % {"email": email, "line": seen[email]}
                    if seen[email]
                    else _("%(email)s is a candidate of this intake already.") % {"email": email}
                )
            else:
                seen[email] = row.line
        lines.append(line)
    return Preview(tuple(lines))


def _read_line(row: Row, mapping: Mapping[str, int], language: str, today: dt.date) -> Line:
    cells = {name: row.cells[place] for name, place in mapping.items()}
    line = Line(row.line)
    name = _name(cells)
    line.name = name[:200]
    if not name:
        line.refuse(_("The name is missing."))
    values: dict[str, Any] = {"full_name": name[:200], "language": _language(cells.get("language"), language, line)}
    _take(line, values, "email", cells, _address, required=_("The e-mail address is missing: there is nowhere to send the letter."))
    _take(line, values, "phone", cells, parse_phone, mild=True)
    _take(line, values, "born_on", cells, parse_date)
    _take(line, values, "came_through_training", cells, _yes_or_no, mild=True)
    born_on = values.get("born_on")
    if isinstance(born_on, dt.date) and not dt.date(1900, 1, 1) <= born_on <= today:
        line.refuse(_("The date of birth %(date)s cannot be right.") % {"date": born_on.isoformat()})
    for short, length in (("city", 120), ("region", 120), ("occupation", 200)):
        if short in cells:
            values[short] = _words(cells[short])[:length]
    for long in LONG_TEXTS:
        if long in cells:
            values[long] = _words(cells[long], keep_lines=True)
    line.values = values
    return line


def _name(cells: Mapping[str, Cell]) -> str:
    if "full_name" in cells:
        return _words(cells["full_name"])
    parts = (_words(cells.get(part)) for part in ("given_name", "family_name"))
    return " ".join(part for part in parts if part)


def _words(cell: Cell, *, keep_lines: bool = False) -> str:
    """The cell as text of any length; empty for a cell of nothing."""
    return clean_text(cell.isoformat() if isinstance(cell, dt.date) else cell or "", keep_lines=keep_lines)


def _address(cell: Cell) -> str:
    """The e-mail address, if it is one that the candidate's record can hold."""
    address = parse_email(cell)
    if len(address) > (Candidate._meta.get_field("email").max_length or 0):
        raise CellError("too_long", _("The text is too long: only one value belongs here."))
    return address


def _yes_or_no(cell: Cell) -> bool:
    """People add when and where: «Да, осенью 2025» is a yes."""
    words = _words(cell)
    try:
        return parse_yes_no(words)
    except CellError:
        first = re.split(r"[\s,.;:!–—]", words, maxsplit=1)[0]
        if first == words:
            raise
        return parse_yes_no(first)


def _language(cell: Cell, default: str, line: Line) -> str:
    text = _words(cell)
    for code, pattern in _LANGUAGE_WORDS:
        if pattern.search(text):
            return code
    if text:
        line.messages.append(
            _("The language “%(text)s” is not one of ours; letters will be in the language of the programme.") % {"text": text[:40]}
        )
    return default


def _take(
    line: Line,
    values: dict[str, Any],
    name: str,
    cells: Mapping[str, Cell],
    parse: Callable[[Cell], object],
    *,
    required: str = "",
    mild: bool = False,
) -> None:
    """Read one cell. A mistake in a mild one is told and the cell left empty; in any other it leaves the line out."""
    cell = cells.get(name)
    if not _words(cell):
        if required:
            line.refuse(required)
        return
    try:
        values[name] = parse(cell)
    except CellError as error:
        if mild:
            line.messages.append(_("%(problem)s The cell is left empty.") % {"problem": error.message})
        else:
            line.refuse(error.message)


def candidate_from(line: Line) -> Candidate:
    """An unsaved candidate with what the line says; intake, number and programme are the command's business."""
    return Candidate(**line.values)
