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
from talimger.selection.models import LIVE_STATES, OPEN_STATES, Candidate, Decision, Intake, MethodSetting, Override, RatingSheet
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
    is_excepted: bool = False

    @property
    def shape(self) -> str:
        """``done``, ``half``, ``miss``, ``conf`` or ``na``: the shapes of the status component."""
        if not self.applies:
            return "na"
        if self.locked >= self.needed:
            return "done"
        if self.is_excepted:
            return "na"
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
    """The board of these candidates by the methods that the intake asks for, in three queries whatever their number."""
    settings = {setting.method_id: setting for setting in MethodSetting.objects.filter(intake=intake).select_related("method")}
    methods = tuple(setting.method for setting in settings.values())
    counts: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    sheets = RatingSheet.objects.filter(candidate__in=[candidate.pk for candidate in candidates])
    for row in sheets.values("candidate", "method", "state").annotate(n=Count("pk")):
        counts[row["candidate"], row["method"]][row["state"]] = row["n"]
    excepted = set(Override.objects.filter(intake=intake, candidate__isnull=False, withdrawn_at=None).values_list("candidate", "method"))
    rows = tuple(
        BoardRow(
            candidate,
            tuple(
                _cell(settings[method.pk], candidate, method, counts[candidate.pk, method.pk], (candidate.pk, method.pk) in excepted)
                for method in methods
            ),
        )
        for candidate in candidates
    )
    return Board(methods, rows)


def _cell(setting: MethodSetting, candidate: Candidate, method: Method, counts: dict[str, int], is_excepted: bool) -> CellState:
    return CellState(
        method=method,
        locked=counts[State.LOCKED],
        assigned=sum(counts[state] for state in LIVE_STATES),
        needed=setting.raters,
        conflicts=counts[State.CONFLICT],
        applies=method.applies == Method.Applies.EVERYONE or candidate.came_through_training,
        is_excepted=is_excepted,
    )


@dataclass(frozen=True)
class AssessorLoad:
    assessor: int
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
        AssessorLoad(
            assessor=row["assessor"],
            name=row["assessor__full_name"],
            locked=row["locked"],
            total=row["total"],
            due_on=row["due"],
            is_late=bool(row["due"] and row["due"] < today),
        )
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
    """How much of the evidence of an intake is there: every applicable method needs as many sheets as its setting says.

    Who withdrew or does not go further needs no more; what they have is left out on both sides.
    """
    settings = {row.method_id: row for row in MethodSetting.objects.filter(intake=intake).select_related("method")}
    staying = Candidate.objects.filter(intake=intake, withdrawn_at=None).exclude(
        decisions__outcome=Decision.Outcome.NOT_FURTHER, decisions__superseded_at=None
    )
    through = dict(staying.values_list("pk", "came_through_training"))
    excepted = set(Override.objects.filter(intake=intake, candidate__isnull=False, withdrawn_at=None).values_list("candidate", "method"))
    # What each candidate still owes by the current gate: methods without enough sheets, and sheets that are open.
    owed = Counter(
        {
            candidate: sum(
                row.gate <= intake.gate and (was_through or row.method.applies == Method.Applies.EVERYONE) for row in settings.values()
            )
            for candidate, was_through in through.items()
        }
    )
    for candidate, method in excepted & {(candidate, method) for candidate in through for method in settings}:
        owed[candidate] -= settings[method].gate <= intake.gate
    needed = sum(
        row.raters * sum(was_through or row.method.applies == Method.Applies.EVERYONE for was_through in through.values())
        for row in settings.values()
    )
    groups = (
        RatingSheet.objects.filter(intake=intake, state__in=LIVE_STATES, candidate__in=staying.values("pk"), method__in=list(settings))
        .values_list("candidate", "method", "gate")
        .annotate(live=Count("pk"), locked=Count("pk", filter=Q(state=State.LOCKED)))
    )
    assigned = locked = 0
    begun: set[int] = set()
    for candidate, method, gate, live, done in groups:
        # More raters than needed on one sheet do not fill the hole in another.
        assigned += min(live, settings[method].raters)
        locked += min(done, settings[method].raters)
        if gate <= intake.gate:
            owed[candidate] += live - done
            owed[candidate] -= done >= settings[method].raters and (candidate, method) not in excepted
        if done:
            begun.add(candidate)
    return SheetTotals(
        needed=needed,
        assigned=assigned,
        locked=locked,
        candidates=len(through),
        complete=sum(not owed[candidate] for candidate in begun),
    )


def raters_with_load(intake: Intake, *, today: dt.date) -> list[tuple[User, int]]:
    """Everybody who may rate today, with how many sheets of this intake they have, in alphabetical order."""
    held = RoleAssignment.objects.filter(RoleAssignment.current(today), role__in=RATERS)
    people = User.objects.filter(pk__in=held.values("person"), is_active=True).order_by(in_alphabet("full_name"))
    loads = dict(RatingSheet.objects.filter(intake=intake, state__in=LIVE_STATES).values_list("assessor").annotate(n=Count("pk")))
    return [(person, loads.get(person.pk, 0)) for person in people]
