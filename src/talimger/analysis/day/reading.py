"""A problem of an assessment day from a file of JSON. Every mistake is told with the path of the field that it is in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from talimger.analysis.files.problems import FileError, quoted
from talimger.core.planning import Assessor, Block, Candidate, DayPlan, DayProblem, Exercise, Level, Room, Rules, Session, faults
from talimger.core.planning.day import ROLES

_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_MOST_MINUTES = 24 * 60
_MOST = 10_000


def read_problem(path: str) -> DayProblem:
    """The problem in a file. Raises ``FileError`` with a line for every mistake."""
    return problem_of(read_json(path))


def read_json(path: str) -> Any:
    """What a file of JSON holds. Raises ``FileError``."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    except json.JSONDecodeError as error:
        raise FileError(f"{path}, line {error.lineno}: this is not JSON ({error.msg}).") from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise FileError(f"{path}: this is not JSON.") from error


class _Reader:
    """Fields of JSON objects, with all that is wrong with them."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def tell(self, path: str, words: str) -> None:
        self.wrong.append(f"{path}: {words}")

    def object(self, value: Any, path: str, known: Sequence[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.tell(path or "the file", "is not an object {…}")
            return {}
        for key in value:
            if key not in known:
                self.tell(f"{path}.{key}" if path else key, f"is not known here; known are {', '.join(known)}")
        return value

    def items(self, value: Any, path: str) -> list[tuple[Any, str]]:
        if not isinstance(value, list):
            self.tell(path, "is not a list […]" if value is not None else "is missing")
            return []
        return [(each, f"{path}[{place}]") for place, each in enumerate(value)]

    def text(self, item: dict[str, Any], key: str, path: str, *, default: str | None = None) -> str:
        value = item.get(key, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            self.tell(f"{path}.{key}", "is missing" if key not in item else "is not a text")
            return ""
        return value

    def number(self, item: dict[str, Any], key: str, path: str, *, default: int | None = None, least: int = 1, most: int = _MOST) -> int:
        value = item.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.tell(f"{path}.{key}", "is missing" if value is None else f"is not a whole number from {least} to {most}")
            return least
        return value

    def flag(self, item: dict[str, Any], key: str, path: str) -> bool:
        value = item.get(key, False)
        if not isinstance(value, bool):
            self.tell(f"{path}.{key}", "is neither true nor false")
        return value is True

    def clock(self, item: dict[str, Any], key: str, path: str) -> int:
        value = item.get(key)
        match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
        minutes = int(match[1]) * 60 + int(match[2]) if match else -1
        if not 0 <= minutes <= _MOST_MINUTES:
            self.tell(f"{path}.{key}", 'is missing: write a time, "09:00"' if value is None else 'is not a time like "09:00"')
            return 0
        return minutes

    def names(self, item: dict[str, Any], key: str, path: str, known: Sequence[str], what: str) -> frozenset[str]:
        found = set()
        for name, place in self.items(item.get(key), f"{path}.{key}"):
            if not isinstance(name, str) or name not in known:
                self.tell(place if not isinstance(name, str) else f"{path}.{key}", f"unknown {what} {quoted(str(name))}")
            else:
                found.add(name)
        return frozenset(found)

    def some(self, item: dict[str, Any], key: str, path: str, known: Sequence[str], what: str) -> frozenset[str] | None:
        """Names, or ``None`` for all where nothing is said."""
        return None if item.get(key) is None else self.names(item, key, path, known, what)

    def list_of(self, data: dict[str, Any], key: str, known: Sequence[str], make: Callable[[dict[str, Any], str], Any]) -> tuple[Any, ...]:
        found = tuple(make(self.object(value, path, known), path) for value, path in self.items(data.get(key), key))
        if data.get(key) == []:
            self.tell(key, "is empty")
        names = [getattr(each, "id", getattr(each, "code", "")) for each in found]
        for place, name in enumerate(names):
            if name and name in names[:place]:
                self.tell(f"{key}[{place}]", f"{quoted(name)} is there twice")
        return found


_TOP = ("blocks", "rooms", "exercises", "candidates", "assessors", "conflicts", "rules")


def problem_of(value: Any) -> DayProblem:
    """The problem that JSON describes. Raises ``FileError``."""
    read = _Reader()
    data = read.object(value, "", _TOP)
    blocks = read.list_of(
        data,
        "blocks",
        ("id", "start", "end", "lunch"),
        lambda item, path: Block(
            read.text(item, "id", path), read.clock(item, "start", path), read.clock(item, "end", path), read.flag(item, "lunch", path)
        ),
    )
    for place, block in enumerate(blocks):
        if block.start >= block.end:
            read.tell(f"blocks[{place}].end", "is not after its start")
        elif place and blocks[place - 1].end > block.start:
            read.tell(
                f"blocks[{place}].start", f"is before the end of {quoted(blocks[place - 1].id)}: write blocks in the order of the day"
            )
    exercises = read.list_of(
        data, "exercises", tuple(each.name for each in fields(Exercise)), lambda item, path: _exercise(read, item, path)
    )
    block_ids, codes = [block.id for block in blocks], [exercise.code for exercise in exercises]
    rooms = read.list_of(
        data,
        "rooms",
        ("id", "capacity", "exercises"),
        lambda item, path: Room(
            read.text(item, "id", path), read.number(item, "capacity", path), read.some(item, "exercises", path, codes, "exercise")
        ),
    )
    candidates = read.list_of(
        data,
        "candidates",
        ("id", "exercises", "blocks", "extra_time"),
        lambda item, path: Candidate(
            read.text(item, "id", path),
            read.names(item, "exercises", path, codes, "exercise"),
            read.some(item, "blocks", path, block_ids, "block"),
            read.flag(item, "extra_time", path),
        ),
    )
    assessors = read.list_of(
        data,
        "assessors",
        ("id", "name", "roles", "blocks", "exercises"),
        lambda item, path: Assessor(
            read.text(item, "id", path),
            read.some(item, "roles", path, ROLES, "role") or frozenset({ROLES[0]}),
            read.some(item, "blocks", path, block_ids, "block"),
            read.some(item, "exercises", path, codes, "exercise"),
            read.text(item, "name", path, default=""),
        ),
    )
    conflicts = _conflicts(read, data.get("conflicts", []), [one.id for one in assessors], [one.id for one in candidates])
    item = read.object(data.get("rules", {}), "rules", tuple(each.name for each in fields(Rules)))
    standard = Rules()
    rules = Rules(
        **{
            each.name: read.number(item, each.name, "rules", default=getattr(standard, each.name), least=int(each.name != "pause"))
            for each in fields(Rules)
        }
    )
    if read.wrong:
        raise FileError(*read.wrong)
    problem = DayProblem(blocks, rooms, exercises, candidates, assessors, conflicts, rules)
    assert not faults(problem)
    return problem


def _exercise(read: _Reader, item: dict[str, Any], path: str) -> Exercise:
    least = read.number(item, "group_min", path, default=1)
    most = read.number(item, "group_max", path, default=1)
    raters = read.number(item, "raters", path, default=2)
    seniors = read.number(item, "seniors", path, default=0, least=0)
    if least > most:
        read.tell(f"{path}.group_max", "is less than group_min")
    if seniors > raters:
        read.tell(f"{path}.seniors", "is more than raters")
    blocks = read.number(item, "blocks", path, default=1)
    return Exercise(read.text(item, "code", path), least, most, raters, seniors, blocks, read.flag(item, "extra_time", path))


def _conflicts(read: _Reader, value: Any, assessors: Sequence[str], candidates: Sequence[str]) -> frozenset[tuple[str, str]]:
    found = set()
    for each, path in read.items(value, "conflicts"):
        item = read.object(each, path, ("assessor", "candidate"))
        pair = read.text(item, "assessor", path), read.text(item, "candidate", path)
        for name, known, what in ((pair[0], assessors, "assessor"), (pair[1], candidates, "candidate")):
            if name and name not in known:
                read.tell(f"{path}.{what}", f"unknown {what} {quoted(name)}")
        found.add(pair)
    return frozenset(found)


def read_plan(path: str) -> DayPlan:
    """A plan that ``--json`` wrote before. Raises ``FileError``."""
    data = read_json(path)
    try:
        sessions = tuple(
            Session(
                str(each["exercise"]),
                str(each["block"]),
                str(each["room"]),
                tuple(map(str, each["candidates"])),
                tuple(map(str, each["assessors"])),
                int(each.get("length", 1)),
            )
            for each in data["sessions"]
        )
        levels = tuple(Level(str(each["name"]), int(each["value"]), int(each["bound"]), bool(each["proved"])) for each in data["levels"])
        return DayPlan(sessions, levels, str(data["fingerprint"]), int(data["seed"]), float(data["seconds"]), data.get("variance"))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FileError(f"{path}: this is not a plan that talimger day --json wrote.") from error
