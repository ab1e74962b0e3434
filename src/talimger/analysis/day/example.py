"""A complete problem to start from: 24 candidates, twelve assessors, seven rooms, ten blocks."""

from __future__ import annotations

from talimger.core.planning import Assessor, Block, Candidate, DayProblem, Exercise, Room

_SEATED = frozenset({"written", "visual_planning", "problem_solving"})
_CODES = frozenset({"facilitation", "senior_interview"}) | _SEATED
# Every third of the panel may hold interviews as a senior interviewer.
_SENIORS_OF = 3


def example(candidates: int = 24) -> DayProblem:
    """A day of so many candidates. Rooms and assessors grow with them."""
    times = -(-candidates // 24)
    starts = range(9 * 60, 9 * 60 + 10 * 45, 45)
    rooms = [
        *(Room(f"Interview {number}", 4, frozenset({"senior_interview"})) for number in range(1, 3 * times + 1)),
        *(Room(f"Group room {number}", 8, frozenset({"facilitation"})) for number in range(1, 2 * times + 1)),
        *(Room(f"Hall {number}", 12, _SEATED) for number in range(1, 2 * times + 1)),
    ]
    return DayProblem(
        blocks=tuple(Block(f"B{place + 1:02}", start, start + 40, lunch=place in (4, 5, 6)) for place, start in enumerate(starts)),
        rooms=tuple(rooms),
        exercises=(
            Exercise("facilitation", group_min=4, group_max=6, raters=2),
            Exercise("written", group_max=12, raters=1, extra_time=True),
            Exercise("visual_planning", group_max=12, raters=1, extra_time=True),
            Exercise("problem_solving", group_max=12, raters=1, extra_time=True),
            Exercise("senior_interview", raters=2, seniors=1),
        ),
        candidates=tuple(Candidate(f"C{number:03}", _CODES, extra_time=number % 12 == 5) for number in range(1, candidates + 1)),
        assessors=tuple(
            Assessor(f"A{number:02}", frozenset({"assessor", *(["senior_interviewer"] if number % _SENIORS_OF == 1 else [])}))
            for number in range(1, 12 * times + 1)
        ),
        conflicts=frozenset({("A02", "C003"), ("A05", "C011")}),
    )
