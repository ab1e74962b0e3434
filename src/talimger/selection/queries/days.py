"""Assessment days as people read them: by block and room, and by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from talimger.people.models import User
from talimger.selection.models import AssessmentDay, Candidate, DayBlock, DaySession, SessionAssessor, SessionCandidate


@dataclass(frozen=True)
class SessionView:
    """One session with who does it and who rates it."""

    session: DaySession
    candidates: tuple[Candidate, ...]
    assessors: tuple[User, ...]


@dataclass(frozen=True)
class BlockView:
    block: DayBlock
    sessions: tuple[SessionView, ...]


@dataclass(frozen=True)
class PersonDay:
    """The day of one person: what, when, where, and, for assessors, whom they will see."""

    name: str
    sessions: tuple[SessionView, ...]
    is_assessor: bool


@dataclass(frozen=True)
class DayView:
    day: AssessmentDay
    blocks: tuple[BlockView, ...]

    @property
    def sessions(self) -> tuple[SessionView, ...]:
        return tuple(session for block in self.blocks for session in block.sessions)

    @property
    def candidates(self) -> int:
        return len({candidate.pk for session in self.sessions for candidate in session.candidates})

    def people(self) -> list[PersonDay]:
        """Assessors first, then candidates, each by name."""
        return [*_days(self.sessions, is_assessor=True), *_days(self.sessions, is_assessor=False)]


def day_view(day: AssessmentDay) -> DayView:
    """A day in four queries, whatever its size."""
    seats: dict[int, list[Candidate]] = defaultdict(list)
    for seat in SessionCandidate.objects.filter(session__day=day).select_related("candidate").order_by("candidate__name_key"):
        seats[seat.session_id].append(seat.candidate)
    panels: dict[int, list[User]] = defaultdict(list)
    for place in SessionAssessor.objects.filter(session__day=day).select_related("person").order_by("person__name_key"):
        panels[place.session_id].append(place.person)
    held: dict[int, list[SessionView]] = defaultdict(list)
    for session in DaySession.objects.filter(day=day).select_related("method", "room", "block"):
        held[session.block_id].append(SessionView(session, tuple(seats[session.pk]), tuple(panels[session.pk])))
    blocks = [BlockView(block, tuple(held[block.pk])) for block in day.blocks.all()]
    while blocks and not blocks[-1].sessions:
        # What nobody needs at the end of the day is no pause.
        blocks.pop()
    return DayView(day, tuple(blocks))


def _days(sessions: Iterable[SessionView], *, is_assessor: bool) -> list[PersonDay]:
    names: dict[int, tuple[str, str]] = {}
    own: dict[int, list[SessionView]] = defaultdict(list)
    for view in sessions:
        for person in view.assessors if is_assessor else view.candidates:
            names[person.pk] = (person.name_key, person.full_name)
            own[person.pk].append(view)
    return [PersonDay(names[key][1], tuple(own[key]), is_assessor) for key in sorted(names, key=lambda key: names[key])]
