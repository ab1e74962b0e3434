"""What the codes of planning mean, in plain English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from talimger.core.planning import DayProblem, PlanningError, Reason, Violation

_REASONS: Mapping[str, str] = {
    "no_room": "No room can hold a session of {exercise}: none is meant for it and has room for {least}.",
    "group_sizes": "{exercise}: {candidates} candidates cannot be divided into groups of {least} to {most}.",
    "raters": "{exercise} needs {needed} assessors at one time; at most {possible} who can rate it are there together.",
    "seniors": "{exercise} needs {needed} senior interviewer(s) at one time; at most {possible} who can rate it are there together.",
    "room_blocks": "{exercises}: at least {needed} blocks in rooms are needed, there are {possible}.",
    "rater_blocks": "{exercises}: at least {needed} blocks of assessors' work are needed; with breaks and lunch there are {possible}.",
    "senior_blocks": "{exercises}: at least {needed} blocks of senior interviewers' work are needed; with breaks and lunch: {possible}.",
    "candidate_blocks": "Candidate {candidate} needs {needed} blocks; with pauses and lunch they have {possible}.",
    "conflicts": "Candidate {candidate}: {exercise} needs {needed} assessors without a conflict of interest, there are {possible}.",
    "meetings": "Candidate {candidate} is rated {needed} times; without conflicts and too many meetings assessors can do {possible}.",
    "too_little": "Rooms, blocks and people are too few for this, even without pauses, lunch and all other rules.",
}
_RULES: Mapping[str, str] = {
    "lunch": "everybody has a free block for lunch",
    "candidate_row": "candidates have a pause after {rules.candidate_row} blocks in a row",
    "assessor_row": "assessors have a break after {rules.assessor_row} blocks in a row",
    "extra_time": "who is entitled to extra time gets it",
    "meetings": "the same candidate and assessor meet at most {rules.meetings} times",
    "conflicts": "people with a conflict of interest do not meet",
    "group_min": "groups are not smaller than group_min",
    "seniors": "senior interviewers are where they are asked for",
    "competence": "assessors rate only what they can rate",
    "room_use": "rooms hold only the exercises that they are meant for",
    "candidate_presence": "candidates have only the blocks in which they are there",
    "assessor_presence": "assessors have only the blocks in which they are there",
}
_VIOLATIONS: Mapping[str, str] = {
    "unknown": "{session} names something that the problem does not hold",
    "group_size": "{session}: {size} candidates, not {least} to {most}",
    "room_capacity": "{session}: {size} candidates in a room for {most}",
    "room_exercise": "{session}: the room is not meant for it",
    "length": "{session} takes {length} blocks, needed are {needed}",
    "raters": "{session}: {count} assessors, needed are {needed}",
    "seniors": "{session}: {count} senior interviewers, needed are {needed}",
    "named_twice": "{session} names {person} twice",
    "room_twice": "{room} holds two sessions in {block}",
    "exercise_times": "{candidate} does {exercise} {times} times, not {needed}",
    "cannot_rate": "{assessor} cannot rate {exercise}",
    "busy_twice": "{person} is at two places in {block}",
    "not_there": "{person} is not there in {block}",
    "no_pause": "{person} has no pause after {most} blocks, in {block}",
    "no_lunch": "{person} has no lunch",
    "conflict": "{assessor} and {candidate} have a conflict of interest and meet",
    "meetings": "{assessor} and {candidate} meet {times} times, not {most} at most",
    "one_assessor": "{assessor} alone rates {exercise}, which is held more than once",
}
LEVELS: Mapping[str, str] = {
    "moves": "exercises of candidates at another time than before",
    "end": "end of the day",
    "person_minutes": "minutes that candidates are there and assessors at work",
    "changes": "people in another session than before",
    "load_spread": "blocks between the most and the least loaded assessor (1 or less is even)",
    "load_squares": "sum of squared loads",
}


def _filled(text: str, fields: Mapping[str, Any]) -> str:
    shown = {key: ", ".join(map(str, value)) if isinstance(value, tuple | list) else value for key, value in fields.items()}
    return text.format(**shown)


def reason_in_words(reason: Reason, problem: DayProblem) -> str:
    """A sentence for one reason why there is no plan."""
    if reason.code == "rule":
        return f"  - {_RULES[reason.fields['rule']].format(rules=problem.rules)}"
    return _filled(_REASONS[reason.code], reason.fields)


def error_in_words(error: PlanningError, problem: DayProblem) -> list[str]:
    """Why there is no plan, in lines."""
    if error.code == "no_plan_in_time":
        return ["No plan was found in the time given, and it is not proved that there is none. Give more time: --time-limit 120."]
    lines = [reason_in_words(reason, problem) for reason in error.reasons]
    if any(reason.code == "rule" for reason in error.reasons):
        return ["No plan keeps these rules together; without any one of them there may be one:", *lines]
    return ["There is no plan.", *lines] if lines else ["There is no plan, and which rules are to blame was not found out in time."]


def violation_in_words(violation: Violation) -> str:
    """A sentence for one rule that a plan breaks."""
    person = violation.fields.get("person") or violation.fields.get("candidate") or violation.fields.get("assessor")
    return _filled(_VIOLATIONS[violation.code], {"person": person, **violation.fields})


def clock(minutes: int) -> str:
    """Minutes since midnight as a time."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def every_code() -> Sequence[str]:
    """The codes that there are words for, for a test that holds them against the code."""
    return (*_REASONS, *_RULES, *_VIOLATIONS)
