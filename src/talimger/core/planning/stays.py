"""From when to when a candidate can be there: long enough for exercises, pauses and lunch."""

from __future__ import annotations

from talimger.core.planning.day import Candidate, DayProblem


def needed_blocks(problem: DayProblem, candidate: Candidate) -> int:
    """In how many blocks the exercises of a candidate keep them busy."""
    return sum(problem.length(problem.exercise[code], extra=candidate.extra_time) for code in candidate.exercises)


def stays_of(problem: DayProblem, candidate: Candidate) -> list[tuple[int, int]]:
    """First and last block of every stay that can hold all that a candidate has to do."""
    places = range(len(problem.blocks))
    there = [at for at in places if problem.is_there(candidate, at)]
    needed = needed_blocks(problem, candidate)
    return [
        (first, last)
        for first in there
        for last in there
        if first <= last and most_busy(problem, tuple(first <= at <= last and at in there for at in places)) >= needed
    ]


def most_busy(problem: DayProblem, free: tuple[bool, ...]) -> int:
    """The most blocks that can be busy of those that are free, with pauses and with lunch."""
    begins = {run[0] for run in problem.runs}
    # By how many blocks in a row were busy just now, and whether a block for lunch was free: the most busy ones so far.
    best = {(0, not problem.lunch): 0}
    for at, is_free in enumerate(free):
        after: dict[tuple[int, bool], int] = {}
        for (row, fed), count in best.items():
            row = 0 if at in begins else row
            options = [((0, fed or at in problem.lunch), count)]
            if is_free and row < problem.rules.candidate_row:
                options.append(((row + 1, fed), count + 1))
            for state, total in options:
                after[state] = max(after.get(state, 0), total)
        best = after
    return max(count for (_row, fed), count in best.items() if fed)
