"""From the columns of a spreadsheet to ratings: which column is what, and which lines cannot be used, with the reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from talimger.kernel.languages import fold
from talimger.shell.spreadsheets import Cell, Table, clean_text

MOST_ROWS = 200_000
MOST_RATINGS = 500_000
# A scale of more steps is a measurement of its own, not a rating (core.measurement.ratings).
MOST_STEPS = 50
LEAST_PERSONS, LEAST_ASSESSORS = 3, 2
EXAMPLES, PREVIEW = 3, 5
# Lines by which columns are guessed and from which examples come.
_LOOKED_AT = 200
_LONGEST_LABEL = 120
# Words by which the heads of columns are known, in Russian, Kazakh and English; ours come from the export of ratings.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "person": (
        "кандидат", "участник", "фио", "ф.и.о.", "фио кандидата", "имя", "кого оценивали", "претендент", "заявитель", "наставник",
        "үміткер", "аты-жөні", "қатысушы", "кімді бағалады", "кандидаттың аты-жөні", "тәлімгер",
        "candidate", "candidate_name", "person", "participant", "applicant", "ratee", "name", "who was rated",
    ),
    "assessor": (
        "эксперт", "асессор", "оценщик", "кто оценивал", "член комиссии", "комиссия", "интервьюер", "судья", "жюри", "проверяющий",
        "бағалаушы", "сарапшы", "кім бағалады", "комиссия мүшесі", "қазылар",
        "assessor", "assessor_name", "rater", "judge", "expert", "interviewer", "examiner", "who rated",
    ),
    "rating": (
        "балл", "баллы", "оценка", "оценки", "ұпай", "баға", "балы", "rating", "score", "points", "mark", "grade", "оценка (1-5)",
    ),
    "item": (
        "критерий", "показатель", "пункт", "компетенция", "вопрос", "задание", "метод", "что оценивали", "индикатор",
        "критерийі", "өлшем", "өлшемшарт", "көрсеткіш", "құзырет", "тапсырма", "сұрақ", "әдіс", "не бағаланды",
        "item", "criterion", "criteria", "competency", "indicator", "question", "task", "what was rated",
    ),
}  # fmt: skip
_EXACT = 1000
_NOTHING = frozenset({"", "-", "–", "—", "н/д", "нет", "жоқ", "n/a", "na", "x", "х"})
_WHOLE = re.compile(r"([+−-]?\d{1,6})(?:[.,]0+)?")
_NUMBER = re.compile(r"[+−-]?\d+[.,]?\d*")


@dataclass(frozen=True)
class Guess:
    """Which column holds what, by its head and its content; in a wide table the columns of the assessors."""

    columns: Mapping[str, int]
    wide: tuple[int, ...] = ()

    @property
    def is_wide(self) -> bool:
        """Whether every assessor has a column, rather than every rating a line."""
        return bool(self.wide) and "assessor" not in self.columns


@dataclass(frozen=True)
class LineProblem:
    """A line that cannot be used, and why, in the reader's language."""

    line: int
    words: str


@dataclass
class MeantRatings:
    """Ratings as their columns were meant, with everything that was noticed on the way."""

    person: list[str] = field(default_factory=list)
    assessor: list[str] = field(default_factory=list)
    item: list[str] = field(default_factory=list)
    rating: list[int] = field(default_factory=list)
    item_title: str = ""
    empty: int = 0
    problems: list[LineProblem] = field(default_factory=list)
    repeated: int = 0
    """Lines that rate somebody a second time; the first one counts."""

    def as_json(self) -> dict[str, Any]:
        """What the job needs; the lines that were left out are a number by now."""
        names = ("person", "assessor", "item", "rating", "item_title", "empty")
        return {name: getattr(self, name) for name in names} | {"left_out": len(self.problems)}


# ── what is kept of a file ──


def head_of(table: Table, file_name: str) -> dict[str, Any]:
    """What the page of columns shows: heads, examples, first lines, the guess."""
    guess = guess_columns(table.headers, [row.cells for row in table.rows[:_LOOKED_AT]])
    return {
        "name": clean_text(file_name.replace("\\", "/").rpartition("/")[2])[-80:],
        "headers": list(table.headers),
        "examples": [_examples(row.cells[place] for row in table.rows[:_LOOKED_AT]) for place in range(len(table.headers))],
        "preview": [[row.line, *(_text(cell)[:60] for cell in row.cells)] for row in table.rows[:PREVIEW]],
        "count": len(table.rows),
        "notes": [note.message for note in table.notes],
        "columns": dict(guess.columns),
        "wide": list(guess.wide),
    }


def rows_of(table: Table) -> list[list[Any]]:
    """Every line with its number and its cells; a day is marked, because Excel makes days of ratings such as 4.05."""
    return [[row.line, *({"day": cell.isoformat()} if isinstance(cell, dt.date) else cell for cell in row.cells)] for row in table.rows]


def _examples(cells: Iterable[Cell]) -> list[str]:
    found: list[str] = []
    for cell in cells:
        text = _text(cell)[:40]
        if text and text not in found:
            found.append(text)
            if len(found) == EXAMPLES:
                break
    return found


def _text(cell: Any) -> str:
    if isinstance(cell, dict):
        return str(cell["day"])
    return cell.isoformat() if isinstance(cell, dt.date) else clean_text(cell or "")


# ── guessing ──


def guess_columns(headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Guess:
    """By the words of the heads; where they say nothing, by what stands below them."""
    claims = _by_heads(headers)
    whole = [place for place in range(len(headers)) if _looks_like_ratings([row[place] for row in rows])]
    if "rating" in claims and claims["rating"][0] not in whole:
        del claims["rating"]
    # Below "Assessor" numbers may be the assessors' own; below "Assessor 2" they are ratings.
    if "assessor" in claims and claims["assessor"][0] in whole and claims["assessor"][1] < _EXACT:
        del claims["assessor"]
    columns = {name: place for name, (place, _strength) in claims.items()}
    free = [place for place in whole if place not in columns.values()]
    wide = tuple(free + ([columns["rating"]] if "rating" in columns else []))
    if "assessor" not in columns and len(wide) > 1:
        columns.pop("rating", None)
        columns.setdefault("person", next((place for place in range(len(headers)) if place not in whole), 0))
        return Guess({"person": columns["person"]}, tuple(sorted(set(wide) - {columns["person"]})))
    if "rating" not in columns and len(free) == 1:
        columns["rating"] = free[0]
    texts = [place for place in range(len(headers)) if place not in whole and place not in columns.values()]
    # Of two columns of names the one with more of them holds who was rated.
    texts.sort(key=lambda place: -len({_text(row[place]).casefold() for row in rows}))
    for name in ("person", "assessor"):
        if name not in columns and texts:
            columns[name] = texts.pop(0)
    return Guess(columns)


def _by_heads(headers: Sequence[str]) -> dict[str, tuple[int, int]]:
    """For each meaning its column and how strongly the head says so."""
    claims = []
    for order, (name, words) in enumerate(_WORDS.items()):
        for place, head in enumerate(headers):
            strength = max(_strength(fold(head.replace(",", " ")), fold(word)) for word in words)
            if strength:
                claims.append((-strength, order, name, place))
    found: dict[str, tuple[int, int]] = {}
    taken: set[int] = set()
    for weakness, _order, name, place in sorted(claims):
        if name not in found and place not in taken:
            found[name] = (place, -weakness)
            taken.add(place)
    return found


def _strength(head: str, word: str) -> int:
    if head == word:
        return _EXACT
    # «Имя» and «балл» are believed only as a word of their own.
    if len(word) >= 4 and word in head:
        return len(word)
    return 0


def _looks_like_ratings(cells: Sequence[Cell]) -> bool:
    texts = [text for cell in cells if (text := _text(cell).casefold()) not in _NOTHING]
    found = [int(match[1].replace("−", "-")) for text in texts if (match := _WHOLE.fullmatch(text))]
    if not found or len(found) < 0.8 * len(texts) or max(found) - min(found) > MOST_STEPS:
        return False
    # 1, 2, 3 … down the page counts lines.
    return not (len(found) > 10 and len(set(found)) == len(found))


# ── reading ──


def read_long(rows: Sequence[Sequence[Any]], *, person: int, assessor: int, rating: int, item: int | None, item_title: str) -> MeantRatings:
    """One rating a line."""
    reader = _Reader(item_title if item is not None else "")
    for line, *cells in rows:
        reader.take(line, cells[person], cells[assessor], cells[item] if item is not None else None, cells[rating])
    return reader.found


def read_wide(rows: Sequence[Sequence[Any]], *, person: int, assessors: Mapping[int, str]) -> MeantRatings:
    """One person a line, and a column for each assessor, whose name is its head."""
    reader = _Reader("")
    for line, *cells in rows:
        for place, head in assessors.items():
            reader.take(line, cells[person], head, None, cells[place], column=head)
    return reader.found


class _Reader:
    """Takes rating after rating. Names that differ in letter case only are one name.

    What cells say is remembered for as long as the file is read, because columns repeat themselves; and no longer, because it is
    somebody's file.
    """

    def __init__(self, item_title: str) -> None:
        self.found = MeantRatings(item_title=item_title)
        self._spelling: dict[str, dict[str, str]] = {"person": {}, "assessor": {}, "item": {}}
        self._names: dict[tuple[str, str], str] = {}
        self._seen: dict[tuple[str, str, str], int] = {}
        self._ratings: dict[str, tuple[int | None, str]] = {}

    def take(self, line: int, person: Any, assessor: Any, item: Any, cell: Any, column: str = "") -> None:
        rating, problem = self._rating(cell)
        if rating is None and not problem:
            self.found.empty += 1
            return
        key = (self._name("person", person), self._name("assessor", assessor), self._name("item", item))
        problem = problem or self._problem_of_names(key)
        if not problem and key in self._seen:
            self.found.repeated += 1
            problem = _("%(assessor)s rated %(person)s in line %(line)s already. The first rating counts.") % {
                "assessor": key[1],
                "person": key[0],
                "line": self._seen[key],
            }
        if rating is None or problem:
            self.found.problems.append(LineProblem(line, f"{column}: {problem}" if column else problem))
            return
        self._seen[key] = line
        self.found.person.append(key[0])
        self.found.assessor.append(key[1])
        self.found.item.append(key[2])
        self.found.rating.append(rating)

    def _rating(self, cell: Any) -> tuple[int | None, str]:
        """The rating, or why it is none; neither for an empty cell."""
        if not isinstance(cell, str):
            return _rating_in(cell)
        if cell not in self._ratings:
            self._ratings[cell] = _rating_in(cell)
        return self._ratings[cell]

    def _name(self, kind: str, cell: Any) -> str:
        if not isinstance(cell, str):
            return _text(cell)
        if (kind, cell) not in self._names:
            text = _text(cell)
            self._names[kind, cell] = self._spelling[kind].setdefault(text.casefold(), text[:_LONGEST_LABEL])
        return self._names[kind, cell]

    def _problem_of_names(self, key: tuple[str, str, str]) -> str:
        if not key[0]:
            return _("It does not say who was rated.")
        if not key[1]:
            return _("It does not say who rated.")
        return _("It does not say what was rated.") if self.found.item_title and not key[2] else ""


def _rating_in(cell: Any) -> tuple[int | None, str]:
    text = _text(cell)
    if text.casefold() in _NOTHING:
        return None, ""
    if isinstance(cell, dict | dt.date):
        return None, _("Excel made the day %(text)s of this rating. Format the column as a number and type it again.") % {"text": text}
    match = _WHOLE.fullmatch(text)
    if match:
        return int(match[1].replace("−", "-")), ""
    if _NUMBER.fullmatch(text):
        return None, _("%(text)s is not a whole number. Ratings are whole numbers, such as 1 to 5.") % {"text": text[:20]}
    return None, _("“%(text)s” is not a number.") % {"text": text[:40]}


def why_not(ratings: MeantRatings) -> str:
    """Why nothing can be computed from these ratings, in words; empty if it can."""
    if len(ratings.rating) > MOST_RATINGS:
        most = number_format(MOST_RATINGS, force_grouping=True)
        return _("More than %(most)s ratings are too many for this page. Take a part of them.") % {"most": most}
    if not ratings.rating:
        return _("There is no rating in this column that can be used. Is it the right column?")
    if not ratings.item_title and ratings.repeated > len(ratings.rating) // 4:
        return _(
            "Many people were rated several times by the same assessor. Probably another column says what was rated, a criterion for"
            " example: choose it as the fourth one."
        )
    low, high = min(ratings.rating), max(ratings.rating)
    if low == high:
        return _("All ratings are %(rating)s. Where nobody differs, nothing can be compared.") % {"rating": low}
    if high - low > MOST_STEPS:
        return _("Ratings run from %(low)s to %(high)s. That is no rating scale: at most %(most)s steps can be used.") % {
            "low": low,
            "high": high,
            "most": MOST_STEPS,
        }
    if len(set(ratings.assessor)) < LEAST_ASSESSORS:
        return _("There is only one assessor. How strict somebody is can be seen only beside others.")
    if len(set(ratings.person)) < LEAST_PERSONS:
        return _("There are too few people: at least %(least)s are needed.") % {"least": LEAST_PERSONS}
    return ""
