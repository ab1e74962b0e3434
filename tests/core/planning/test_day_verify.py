"""Whatever goes wrong in a plan is found without a solver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talimger.core.planning import DayPlan, DayProblem, Rules, Session, verify_day
from tests.core.planning.days import a_day, a_plan


def _codes(sessions: tuple[Session, ...], day: DayProblem | None = None) -> set[str]:
    return {violation.code for violation in verify_day(day or a_day(), replace(a_plan(), sessions=sessions))}


def _changed(place: int, **changes: object) -> tuple[Session, ...]:
    sessions = list(a_plan().sessions)
    sessions[place] = replace(sessions[place], **changes)  # type: ignore[arg-type]
    return tuple(sessions)


def _place(exercise: str) -> int:
    return next(place for place, each in enumerate(a_plan().sessions) if each.exercise == exercise)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_change_of_who_is_in_a_session_is_caught(data: st.DataObject) -> None:
    plan = a_plan()
    place = data.draw(st.integers(0, len(plan.sessions) - 1))
    session = plan.sessions[place]
    kind = data.draw(st.sampled_from(["drop session", "drop candidate", "drop assessor", "add candidate", "repeat", "double"]))
    if kind == "drop session":
        broken = plan.sessions[:place] + plan.sessions[place + 1 :]
    elif kind == "drop candidate":
        broken = _changed(place, candidates=session.candidates[1:])
    elif kind == "drop assessor":
        broken = _changed(place, assessors=session.assessors[1:])
    elif kind == "add candidate":
        other = data.draw(st.sampled_from([one.id for one in a_day().candidates if one.id not in session.candidates]))
        broken = _changed(place, candidates=(*session.candidates, other))
    elif kind == "repeat":
        broken = (*plan.sessions, session)
    else:
        broken = _changed(place, assessors=(session.assessors[0], *session.assessors))
    assert _codes(broken)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("unknown", lambda: _changed(0, room="cellar")),
        ("unknown", lambda: _changed(0, block="B6", length=2)),
        ("group_size", lambda: _changed(_place("group"), candidates=("c0",))),
        ("room_exercise", lambda: _changed(_place("written"), room="talk 0")),
        ("room_capacity", lambda: _changed(_place("written"), room="talk 0", candidates=("c0", "c1", "c2", "c3"))),
        ("length", lambda: _changed(_place("written"), candidates=("c2",), length=1)),
        ("length", lambda: _changed(_place("talk"), length=2)),
        ("raters", lambda: _changed(0, assessors=("a0",))),
        ("seniors", lambda: _changed(_place("talk"), assessors=("a4", "a5"))),
        ("named_twice", lambda: _changed(0, assessors=("a0", "a0"))),
        ("room_twice", lambda: (*a_plan().sessions, a_plan().sessions[0])),
        ("exercise_times", lambda: a_plan().sessions[1:]),
        ("busy_twice", lambda: (*a_plan().sessions, replace(a_plan().sessions[0], room="hall"))),
        ("conflict", lambda: _changed(_place("talk"), candidates=("c0",), assessors=("a0", "a1"))),
    ],
)
def test_each_rule_has_a_code(code: str, change: Callable[[], tuple[Session, ...]]) -> None:
    assert code in _codes(change())


def test_rules_about_people_are_looked_at_person_by_person() -> None:
    day = a_day()
    sessions = a_plan().sessions
    assert _codes(sessions) == set()
    nobody = replace(day, candidates=tuple(replace(one, blocks=frozenset()) for one in day.candidates))
    assert _codes(sessions, nobody) == {"not_there"}
    incompetent = replace(day, assessors=tuple(replace(one, exercises=frozenset()) for one in day.assessors))
    assert _codes(sessions, incompetent) == {"cannot_rate"}
    assert _codes(sessions, replace(day, rules=Rules(candidate_row=1, assessor_row=1))) == {"no_pause"}
    all_lunch = replace(day, blocks=tuple(replace(block, lunch=block.id == sessions[0].block) for block in day.blocks))
    assert _codes(sessions, all_lunch) == {"no_lunch"}
    assert _codes(sessions, replace(day, rules=Rules(meetings=0))) == {"meetings"}


def test_one_person_alone_does_not_rate_an_exercise_that_is_held_twice() -> None:
    plan: DayPlan = a_plan()
    written = [place for place, each in enumerate(plan.sessions) if each.exercise == "written"]
    assert len(written) > 1
    sessions = tuple(replace(each, assessors=("a4",)) if place in written else each for place, each in enumerate(plan.sessions))
    assert "one_assessor" in _codes(sessions)
