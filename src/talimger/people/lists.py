"""People as somebody types or pastes them: "name, e-mail, role", one a line, or the first columns of a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LANGUAGE_CODES, fold
from talimger.people.roles import Role
from talimger.shell.spreadsheets import Table, clean_text, parse_email

MOST_LINES = 200
_SEPARATOR = re.compile(r"[,;\t]")


@dataclass(frozen=True)
class PersonLine:
    """One person to invite."""

    name: str
    email: str
    role: str


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be read, and why."""

    number: int
    message: str

    def __str__(self) -> str:
        return _("Line %(number)s: %(message)s") % {"number": self.number, "message": self.message}


def read_lines(text: str) -> tuple[list[PersonLine], list[BadLine]]:
    """The people of a text, and the lines that cannot be read. Empty lines count for nothing."""
    people: list[PersonLine] = []
    bad: list[BadLine] = []
    seen: set[tuple[str, str]] = set()
    words = role_words()
    for number, line in enumerate(text.splitlines(), start=1):
        if not clean_text(line):
            continue
        try:
            person = _read(line, words)
            if (person.email, person.role) in seen:
                raise DomainError(_("This person stands in the list twice."))
            if len(people) == MOST_LINES:
                raise DomainError(_("At most %(limit)s people can be invited here. Invite the others later.") % {"limit": MOST_LINES})
        except DomainError as error:
            bad.append(BadLine(number, error.message))
            continue
        seen.add((person.email, person.role))
        people.append(person)
    return people, bad


def _read(line: str, words: dict[str, Role]) -> PersonLine:
    cells = [clean_text(cell) for cell in _SEPARATOR.split(line)]
    if len(cells) != 3 or not all(cells):
        raise DomainError(_("Write a name, an address and a role, with commas between them."))
    name, email, role = cells
    if fold(role) not in words:
        raise DomainError(_("“%(role)s” is not a role. Choose one of the list below.") % {"role": role[:40]})
    return PersonLine(name=name[:200], email=parse_email(email).lower(), role=words[fold(role)].value)


def role_words() -> dict[str, Role]:
    """Every way to write a role: its code, and its name in each language."""
    words = {fold(role.value): role for role in Role}
    for code in LANGUAGE_CODES:
        with override(code):
            words |= {fold(str(role.label)): role for role in Role}
    return words


def lines_of(table: Table) -> str:
    """A spreadsheet's first three columns as lines, its headings too if they are a person."""
    rows: Iterable[Sequence[object]] = [row.cells for row in table.rows]
    if any("@" in header for header in table.headers):
        rows = [table.headers, *rows]
    return "\n".join(", ".join(_SEPARATOR.sub(" ", str(cell or "")) for cell in (*row, "", "", "")[:3]) for row in rows)
