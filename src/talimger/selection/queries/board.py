"""The coverage board: candidate x method, what is there and what is missing; and every assessor's load."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Min, Q

from talimger.framework.models import Method
from talimger.kernel.languages import in_alphabet
from talimger.people.models import RoleAssignment, User
from talimger.selection.models import LIVE_STATES, OPEN_STATES, Candidate, Intake, RatingSheet
from talimger.selection.policies import RATERS

State = RatingSheet.State


@dataclass(frozen=True)
class CellState:
    """One candidate by one method: how many sheets are locked of how many needed, and what stands in the way."""

    method: Method
    locked: int
    assigned: int
    needed: int
    conflicts: int
    applies: bool

    @property
    def shape(self) -> str:
        """``done``, ``half``, ``miss``, ``conf`` or ``na``: the shapes of the status component."""
        if not self.applies:
            return "na"
        if self.locked >= self.needed:
            return "done"
        # A conflict matters until somebody else has taken the sheet.
        if self.conflicts and self.assigned < self.needed:
            return "conf"
        return "half" if self.locked else "miss"


@dataclass(frozen=True)
class BoardRow:
    candidate: Candidate
    cells: tuple[CellState, ...]


@dataclass(frozen=True)
class Board:
    methods: tuple[Method, ...]
    rows: tuple[BoardRow, ...]


def board(intake: Intake, candidates: Sequence[Candidate]) -> Board:
    """The board of these candidates, in two queries whatever their number."""
    methods = tuple(Method.objects.filter(version=intake.framework_id).order_by("order"))
    counts: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    sheets = RatingSheet.objects.filter(candidate__in=[candidate.pk for candidate in candidates])
    for row in sheets.values("candidate", "method", "state").annotate(n=Count("pk")):
        counts[row["candidate"], row["method"]][row["state"]] = row["n"]
    rows = tuple(
        BoardRow(candidate, tuple(_cell(intake, candidate, method, counts[candidate.pk, method.pk]) for method in methods))
        for candidate in candidates
    )
    return Board(methods, rows)


def _cell(intake: Intake, candidate: Candidate, method: Method, counts: dict[str, int]) -> CellState:
    return CellState(
        method=method,
        locked=counts[State.LOCKED],
        assigned=sum(counts[state] for state in LIVE_STATES),
        needed=intake.raters_per_sheet,
        conflicts=counts[State.CONFLICT],
        applies=method.applies == Method.Applies.EVERYONE or candidate.came_through_training,
    )


@dataclass(frozen=True)
class AssessorLoad:
    name: str
    locked: int
    total: int
    due_on: dt.date | None
    is_late: bool

    @property
    def left(self) -> int:
        return self.total - self.locked


def assessor_loads(intake: Intake, *, today: dt.date) -> list[AssessorLoad]:
    """How far each assessor of the intake is, those with most left first."""
    rows = (
        RatingSheet.objects.filter(intake=intake, state__in=LIVE_STATES)
        .values("assessor", "assessor__full_name")
        .annotate(total=Count("pk"), locked=Count("pk", filter=Q(state=State.LOCKED)), due=Min("due_on", filter=Q(state__in=OPEN_STATES)))
    )
    loads = [
        AssessorLoad(row["assessor__full_name"], row["locked"], row["total"], row["due"], bool(row["due"] and row["due"] < today))
        for row in rows
    ]
    return sorted(loads, key=lambda load: (not load.is_late, -load.left, load.name))


@dataclass(frozen=True)
class SheetTotals:
    """An intake in numbers: sheets needed, assigned and locked; candidates in all and complete."""

    needed: int
    assigned: int
    locked: int
    candidates: int
    complete: int

    @property
    def missing(self) -> int:
        return self.needed - self.locked

    @property
    def unassigned(self) -> int:
        return self.needed - self.assigned


def sheet_totals(intake: Intake) -> SheetTotals:
    """How much of the evidence of an intake is there. Every applicable method needs as many sheets as the intake asks for."""
    methods = Counter(Method.objects.filter(version=intake.framework_id).values_list("applies", flat=True))
    people = Counter(Candidate.objects.filter(intake=intake).values_list("came_through_training", flat=True))
    cells = people.total() * methods[Method.Applies.EVERYONE] + people[True] * methods[Method.Applies.CAME_THROUGH_TRAINING]
    groups = (
        RatingSheet.objects.filter(intake=intake, state__in=LIVE_STATES)
        .values_list("candidate", "method")
        .annotate(live=Count("pk"), locked=Count("pk", filter=Q(state=State.LOCKED)))
    )
    assigned = locked = 0
    owing: dict[int, bool] = {}
    for candidate, _method, live, done in groups:
        # More raters than needed on one sheet do not fill the hole in another.
        assigned += min(live, intake.raters_per_sheet)
        locked += min(done, intake.raters_per_sheet)
        owing[candidate] = owing.get(candidate, False) or done < live
    return SheetTotals(
        needed=cells * intake.raters_per_sheet,
        assigned=assigned,
        locked=locked,
        candidates=people.total(),
        complete=sum(not owes for owes in owing.values()),
    )


def raters_with_load(intake: Intake, *, today: dt.date) -> list[tuple[User, int]]:
    """Everybody who may rate today, with how many sheets of this intake they have, in alphabetical order."""
    held = RoleAssignment.objects.filter(RoleAssignment.current(today), role__in=RATERS)
    people = User.objects.filter(pk__in=held.values("person"), is_active=True).order_by(in_alphabet("full_name"))
    loads = dict(RatingSheet.objects.filter(intake=intake, state__in=LIVE_STATES).values_list("assessor").annotate(n=Count("pk")))
    return [(person, loads.get(person.pk, 0)) for person in people]
