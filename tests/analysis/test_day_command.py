"""`talimger day`: a plan from a file of JSON, a sentence for every mistake, and reasons where there is no plan."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from talimger.analysis.day import words
from talimger.analysis.day.example import example
from talimger.analysis.day.output import plan_as_text, problem_as_json
from talimger.analysis.day.reading import problem_of
from talimger.analysis.files.problems import FileError
from talimger.cli import main
from talimger.core.planning import PlanningError, Reason, Violation, day_checks, day_verify, shortages
from talimger.core.planning.relaxing import RULES
from tests.core.planning.days import a_day, a_plan

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "use" / "en" / "day.md"


def _file(folder: Path, change: Callable[[dict[str, Any]], object] = lambda _data: None) -> str:
    data = problem_as_json(a_day())
    change(data)
    path = folder / "problem.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return str(path)


def test_a_plan_is_printed_written_and_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, out = _file(tmp_path), tmp_path / "plan.json"
    assert main(["day", problem, "--json", str(out)]) == 0
    text = capsys.readouterr().out
    assert "8 candidates, 6 assessors" in text
    assert "Ratings link all candidates into one network." in text
    assert "The plan keeps every rule." in text
    assert "13:25" in text
    written = json.loads(out.read_text("utf-8"))
    assert len(written["candidates"]["c0"]) == 3
    assert written["linkage"]["is_connected"]
    assert (written["violations"], written["seed"], len(written["fingerprint"])) == ([], 1, 64)
    assert {level["name"] for level in written["levels"]} == {"end", "person_minutes", "load_spread"}
    assert sum(person["blocks"] for person in written["assessors"].values()) == sum(
        len(session["assessors"]) * session["length"] for session in written["sessions"]
    )

    assert main(["day", problem, "--previous", str(out)]) == 0
    assert "Nothing changes." in capsys.readouterr().out

    absent = next(each["assessors"][0] for each in written["sessions"] if each["block"] >= "B3")
    assert main(["day", problem, "--previous", str(out), "--absent", absent, "--now", "B3", "--json", "-"]) == 0
    changed = json.loads(capsys.readouterr().out)
    early = {"B0", "B1", "B2"}
    assert [each for each in changed["sessions"] if each["block"] in early] == [
        each for each in written["sessions"] if each["block"] in early
    ]
    assert all(absent not in each["assessors"] for each in changed["sessions"] if each["block"] not in early)
    assert changed["changes"]["removed"]

    assert main(["day", problem, "--previous", str(out), "--absent", absent, "--now", "B3"]) == 0
    assert f"{absent} is no longer in" in capsys.readouterr().out


def test_the_example_is_a_problem_that_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["day", "--example"]) == 0
    assert problem_of(json.loads(capsys.readouterr().out)) == example()
    assert len(example().candidates) == 24
    assert shortages(example()) == ()


def test_people_who_are_there_for_a_part_of_the_day_can_be_written_and_read() -> None:
    day = a_day()
    first = frozenset({"B0", "B1", "B2", "B3"})
    part = replace(
        day,
        candidates=(replace(day.candidates[0], blocks=first), *day.candidates[1:]),
        assessors=(replace(day.assessors[0], blocks=first, exercises=frozenset({"talk"}), name="Әсел"), *day.assessors[1:]),
    )
    assert problem_of(problem_as_json(part)) == part


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data["candidates"][3].update(exercises=["x"]), "candidates[3].exercises: unknown exercise “x”"),
        (lambda data: data["candidates"][3].update(exercises=[7]), "candidates[3].exercises[0]: unknown exercise “7”"),
        (lambda data: data["candidates"][3].update(exercises="talk"), "candidates[3].exercises: is not a list […]"),
        (lambda data: data["candidates"][0].pop("id"), "candidates[0].id: is missing"),
        (lambda data: data["candidates"][0].update(id=5), "candidates[0].id: is not a text"),
        (lambda data: data["candidates"][1].update(id="c0"), "candidates[1]: “c0” is there twice"),
        (lambda data: data["candidates"][0].update(extra_time="yes"), "candidates[0].extra_time: is neither true nor false"),
        (lambda data: data["candidates"][0].update(lunch=True), "candidates[0].lunch: is not known here"),
        (lambda data: data.pop("rooms"), "rooms: is missing"),
        (lambda data: data.update(rooms=[]), "rooms: is empty"),
        (lambda data: data.update(rooms=["hall"]), "rooms[0]: is not an object {…}"),
        (lambda data: data["rooms"][0].pop("capacity"), "rooms[0].capacity: is missing"),
        (lambda data: data["rooms"][0].update(capacity=0), "rooms[0].capacity: is not a whole number from 1 to 10000"),
        (lambda data: data["blocks"][0].update(start="9 o'clock"), 'blocks[0].start: is not a time like "09:00"'),
        (lambda data: data["blocks"][0].pop("end"), "blocks[0].end: is missing"),
        (lambda data: data["blocks"][0].update(end="08:00"), "blocks[0].end: is not after its start"),
        (lambda data: data["blocks"][1].update(start="09:10"), "blocks[1].start: is before the end of “B0”"),
        (lambda data: data["exercises"][0].update(group_min=9), "exercises[0].group_max: is less than group_min"),
        (lambda data: data["exercises"][0].update(seniors=9), "exercises[0].seniors: is more than raters"),
        (lambda data: data["assessors"][0].update(roles=["king"]), "assessors[0].roles: unknown role “king”"),
        (lambda data: data["conflicts"][0].update(candidate="c99"), "conflicts[0].candidate: unknown candidate “c99”"),
        (lambda data: data["rules"].update(meetings=0), "rules.meetings: is not a whole number from 1 to 10000"),
        (lambda data: data.update(lunch=1), "lunch: is not known here"),
    ],
)
def test_a_mistake_is_told_with_the_path_of_its_field(
    change: Callable[[dict[str, Any]], object], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["day", _file(tmp_path, change)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert any(line.startswith(words) for line in said.err.splitlines()), said.err


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b"[1]"])
def test_a_file_that_is_no_problem_is_refused(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "problem.json"
    path.write_bytes(content)
    assert main(["day", str(path)]) == 2
    assert capsys.readouterr().err
    assert main(["day", str(tmp_path / "nothing.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_options_that_do_not_go_together_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = _file(tmp_path)
    plan = tmp_path / "plan.json"
    plan.write_text('{"sessions": [], "levels": [], "fingerprint": "", "seed": 1, "seconds": 0}', encoding="utf-8")
    for more, said in (
        (["--now", "B1"], "--now goes with --absent"),
        (["--absent", "a0"], "--absent goes with --previous"),
        (["--previous", str(plan), "--absent", "x", "--now", "B1"], "unknown assessor “x”"),
        (["--previous", str(plan), "--absent", "a0", "--now", "x"], "unknown block “x”"),
        (["--previous", str(plan), "--absent", "a0", "--now", "B1"], "plan.json is no plan of this problem"),
        (["--previous", problem], "is not a plan that talimger day --json wrote"),
    ):
        assert main(["day", problem, *more]) == 2
        assert said in capsys.readouterr().err
    for wrong in (["day"], ["day", problem, "--time-limit", "0"]):
        with pytest.raises(SystemExit):
            main(wrong)


def test_reasons_why_there_is_no_plan_are_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def no_seniors(data: dict[str, Any]) -> None:
        for person in data["assessors"]:
            person["roles"] = ["assessor"]

    assert main(["day", _file(tmp_path, no_seniors)]) == 1
    assert "talk needs 1 senior interviewer(s) at one time; at most 0" in capsys.readouterr().err


def test_rules_and_time_limits_are_told_in_words() -> None:
    rules = words.error_in_words(PlanningError("infeasible", (Reason("rule", {"rule": "lunch"}),)), a_day())
    assert rules[1] == "  - everybody has a free block for lunch"
    assert "--time-limit" in words.error_in_words(PlanningError("no_plan_in_time"), a_day())[0]
    assert len(words.error_in_words(PlanningError("infeasible"), a_day())) == 1


def test_there_are_words_for_every_code() -> None:
    source = inspect.getsource(day_verify) + inspect.getsource(day_checks).split("def shortages")[1]
    codes = set(re.findall(r'(?:Violation|Reason|_smallest)\("(\w+)"', source)) | {"raters", "seniors", "too_little"} | set(RULES)
    assert codes <= set(words.every_code())


def test_a_plan_that_breaks_rules_or_falls_apart_says_so() -> None:
    plan = a_plan()
    broken = replace(plan, sessions=tuple(each for each in plan.sessions if each.exercise == "written"), variance=None)
    text = plan_as_text(a_day(), broken)
    assert "The plan breaks rules:" in text
    assert "does group 0 times, not 1" in text
    assert "parts that cannot be compared" in text or "one network" in text
    assert words.violation_in_words(Violation("no_lunch", {"assessor": "a0"})) == "a0 has no lunch"


def test_a_place_that_cannot_be_written_is_told_before_the_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["day", _file(tmp_path), "--json", str(tmp_path / "no" / "plan.json")]) == 2
    assert "there is no folder" in capsys.readouterr().err


def test_the_example_of_the_guide_can_be_planned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```json\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "small.json"
    path.write_text(blocks[0], encoding="utf-8")
    assert main(["day", str(path)]) == 0
    said = capsys.readouterr().out
    assert "The plan keeps every rule." in said


def test_a_problem_is_read_only_from_an_object() -> None:
    with pytest.raises(FileError, match="the file: is not an object"):
        problem_of([])
