"""A plan of an assessment day for people and for other programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from talimger.analysis.day.words import LEVELS, clock, violation_in_words
from talimger.analysis.text_tables import listed, table, wrapped
from talimger.core.planning import DayDiff, DayPlan, DayProblem, Level, Session, linkage, verify_day


def plan_as_text(problem: DayProblem, plan: DayPlan, diff: DayDiff | None = None) -> str:
    """Timetable by block and room, everybody's day, how good the plan is, and whether ratings link all candidates."""
    lines = [f"{len(problem.candidates)} candidates, {len(problem.assessors)} assessors, {len(plan.sessions)} sessions.", "", "Timetable"]
    names = {one.id: one.name or one.id for one in problem.assessors}
    at = {block.id: block for block in problem.blocks}
    rows = [
        (_time(problem, each), each.room, each.exercise, ", ".join(names[key] for key in each.assessors), listed(each.candidates, 12))
        for each in plan.sessions
    ]
    lines += table(("time", "room", "exercise", "assessors", "candidates"), rows, words=frozenset(range(5)))
    lines += ["", "Candidates"]
    lines += table(
        ("candidate", "from", "to", "day"), [_candidate(problem, plan, one.id) for one in problem.candidates], words=frozenset({0, 3})
    )
    lines += ["", "Assessors"]
    for one in problem.assessors:
        own = [each for each in plan.sessions if one.id in each.assessors]
        day = ", ".join(f"{clock(at[each.block].start)} {each.exercise} ({each.room})" for each in own)
        lines += wrapped(f"  {names[one.id]}, {sum(each.length for each in own)} blocks: {day or 'no session'}", indent="    ")
    lines += ["", "How good the plan is"]
    lines += table(("goal", "value", "at best", "gap"), [_level(each) for each in plan.levels])
    lines += [f"  Solvers took {plan.seconds:.1f} s (seed {plan.seed}).", "", *_linked(plan), *_broken(problem, plan)]
    if diff is not None:
        lines += ["", *_changes(diff)]
    return "\n".join(lines) + "\n"


def _time(problem: DayProblem, session: Session) -> str:
    first = problem.block_at[session.block]
    return f"{clock(problem.blocks[first].start)}-{clock(problem.blocks[first + session.length - 1].end)}"


def _candidate(problem: DayProblem, plan: DayPlan, key: str) -> tuple[str, str, str, str]:
    own = [each for each in plan.sessions if key in each.candidates]
    starts = [problem.blocks[problem.block_at[each.block]].start for each in own]
    extra = problem.candidate[key].extra_time
    ends = [
        problem.blocks[problem.block_at[each.block] + problem.length(problem.exercise[each.exercise], extra=extra) - 1].end for each in own
    ]
    day = ", ".join(f"{clock(start)} {each.exercise}" for start, each in zip(starts, own, strict=True))
    return key, clock(min(starts, default=0)), clock(max(ends, default=0)), day


def _level(level: Level) -> tuple[str, str, str, str]:
    shown = (clock(level.value), clock(level.bound)) if level.name == "end" else (f"{level.value:,}", f"{level.bound:,}")
    return LEVELS[level.name], *shown, "none" if level.value == level.bound else f"{level.gap:.1%}"


def _linked(plan: DayPlan) -> list[str]:
    network = linkage(plan.pairs)
    if not network.is_connected:
        sizes = ", ".join(f"{len(part.candidates)} candidates with {listed(part.assessors)}" for part in network.parts)
        return wrapped(f"Ratings fall into {len(network.parts)} parts that cannot be compared: {sizes}.")
    variance = f" A difference of two candidates has {plan.variance:.2f} times the variance of one rating." if plan.variance else ""
    needed = f" Without {listed(network.needed)} they would not." if network.needed else ""
    return wrapped(f"Ratings link all candidates into one network.{needed}{variance}")


def _broken(problem: DayProblem, plan: DayPlan) -> list[str]:
    found = verify_day(problem, plan)
    return (
        ["The plan keeps every rule."] if not found else ["The plan breaks rules:", *(f"  - {violation_in_words(each)}" for each in found)]
    )


def _changes(diff: DayDiff) -> list[str]:
    lines = ["Changes"] if diff.size else ["Nothing changes."]
    lines += [f"  {key}: {exercise} {_place(before)} -> {_place(after)}" for key, exercise, before, after in diff.moved]
    lines += [f"  {key} is new in {', '.join(session)}" for key, session in diff.added]
    lines += [f"  {key} is no longer in {', '.join(session)}" for key, session in diff.removed]
    return lines


def _place(place: tuple[str, str] | None) -> str:
    return ", ".join(place) if place is not None else "nowhere"


def plan_as_json(problem: DayProblem, plan: DayPlan, diff: DayDiff | None = None) -> dict[str, Any]:
    """Everything of a plan; ``--previous`` reads it back."""
    network = linkage(plan.pairs)
    loads = Counter({one.id: 0 for one in problem.assessors})
    for session in plan.sessions:
        loads.update(dict.fromkeys(session.assessors, session.length))

    def day(who: str, key: str) -> list[dict[str, str]]:
        own = [each for each in plan.sessions if key in getattr(each, who)]
        return [{"time": _time(problem, each), "exercise": each.exercise, "block": each.block, "room": each.room} for each in own]

    found: dict[str, Any] = {
        "sessions": [asdict(each) | {"time": _time(problem, each)} for each in plan.sessions],
        "candidates": {one.id: day("candidates", one.id) for one in problem.candidates},
        "assessors": {one.id: {"blocks": loads[one.id], "sessions": day("assessors", one.id)} for one in problem.assessors},
        "levels": [asdict(each) | {"gap": round(each.gap, 6)} for each in plan.levels],
        "linkage": asdict(network) | {"is_connected": network.is_connected},
        "variance": plan.variance,
        "violations": [asdict(each) for each in verify_day(problem, plan)],
        "fingerprint": plan.fingerprint,
        "seconds": round(plan.seconds, 3),
        "seed": plan.seed,
    }
    return found | ({"changes": asdict(diff)} if diff is not None else {})


def problem_as_json(problem: DayProblem) -> dict[str, Any]:
    """A problem in the form that the command reads."""

    def some(names: frozenset[str] | None, key: str) -> dict[str, list[str]]:
        return {} if names is None else {key: sorted(names)}

    return {
        "blocks": [
            {"id": each.id, "start": clock(each.start), "end": clock(each.end)} | ({"lunch": True} if each.lunch else {})
            for each in problem.blocks
        ],
        "rooms": [{"id": each.id, "capacity": each.capacity} | some(each.exercises, "exercises") for each in problem.rooms],
        "exercises": [asdict(each) for each in problem.exercises],
        "candidates": [
            {"id": each.id, "exercises": sorted(each.exercises)}
            | some(each.blocks, "blocks")
            | ({"extra_time": True} if each.extra_time else {})
            for each in problem.candidates
        ],
        "assessors": [
            {"id": each.id, "roles": sorted(each.roles)}
            | some(each.blocks, "blocks")
            | some(each.exercises, "exercises")
            | ({"name": each.name} if each.name else {})
            for each in problem.assessors
        ],
        "conflicts": [{"assessor": assessor, "candidate": candidate} for assessor, candidate in sorted(problem.conflicts)],
        "rules": asdict(problem.rules),
    }
