"""From an intake to the planner's problem of who rates whom, and back. Only jobs and the command line come here: it loads the solver."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from talimger.core.planning.assignment import AssignmentProblem, Rater, Task
from talimger.core.planning.assignment_solve import assign_raters
from talimger.framework.models import Method
from talimger.kernel.policies import Actor, require
from talimger.selection.commands import give_sheets
from talimger.selection.commands.proposals import Place, read_choice
from talimger.selection.eligibility import Field, field_of
from talimger.selection.models import OPEN_STATES, AssignmentProposal, Candidate, Intake, RatingSheet


@dataclass(frozen=True)
class Bundle:
    """Sheets of one candidate that one person fills in one go: the three records on the desk page, or one sheet of anything else."""

    candidate: Candidate
    methods: tuple[Method, ...]

    @property
    def key(self) -> str:
        return f"{self.candidate.pk}:{'+'.join(str(method.pk) for method in self.methods)}"


def propose_sheets(
    proposal: AssignmentProposal, arguments: Mapping[str, list[int]], *, now: dt.datetime
) -> tuple[list[Place], int]:
    """The sheets of a proposal as ``(candidate, method, assessor, replaced sheet)``, and how many places nobody can take."""
    if proposal.absent is not None:
        return _instead_of(proposal, arguments["assessors"], now=now)
    intake = proposal.intake
    candidates = list(Candidate.objects.filter(pk__in=arguments["candidates"], intake=intake, withdrawn_at=None).order_by("number"))
    methods = list(Method.objects.filter(pk__in=arguments["methods"], version=intake.framework_id).order_by("order"))
    field = field_of(intake, people=arguments["assessors"], now=now)
    places, unfilled = assign(intake, field, candidates, methods, seed=proposal.seed)
    return [(candidate.pk, method.pk, assessor, None) for candidate, method, assessor in places], unfilled


def assign(
    intake: Intake, field: Field, candidates: Iterable[Candidate], methods: Collection[Method], *, seed: int
) -> tuple[list[tuple[Candidate, Method, int]], int]:
    """Who takes the missing sheets of these candidates by these methods, and how many places nobody can take."""
    bundles = [bundle for candidate in candidates for bundle in _bundles(field, candidate, methods)]
    return _solve(intake, field, bundles, seed=seed)


def assign_sheets(
    *,
    actor: Actor,
    intake: Intake,
    candidates: Collection[int],
    methods: Collection[int],
    assessors: Collection[int],
    due_on: dt.date,
    rng: random.Random,
) -> list[RatingSheet]:
    """Plan and give out in one go, for the command line and the demo; pages ask for a proposal and look at it first."""
    require(actor, "selection.sheet.assign", intake)
    intake.refresh_from_db()
    chosen = read_choice(actor, intake, candidates=candidates, methods=methods, assessors=assessors)
    seed = rng.randrange(1_000_000)
    places, _unfilled = assign(intake, chosen.field, chosen.candidates, chosen.methods, seed=seed)
    return give_sheets(actor=actor, intake=intake, places=places, due_on=due_on, rng=rng)


def _bundles(field: Field, candidate: Candidate, methods: Collection[Method]) -> list[Bundle]:
    """Records with the same raters so far and the same number missing go together; everything else by itself."""
    together: dict[tuple[frozenset[int], int], list[Method]] = defaultdict(list)
    alone = []
    for method in methods:
        missing = field.missing(candidate, method)
        if not missing:
            continue
        if method.kind == Method.Kind.RECORD:
            together[field.present.get((candidate.pk, method.pk), frozenset()), missing].append(method)
        else:
            alone.append(Bundle(candidate, (method,)))
    return [*(Bundle(candidate, tuple(records)) for records in together.values()), *alone]


def _solve(
    intake: Intake, field: Field, bundles: Collection[Bundle], *, seed: int
) -> tuple[list[tuple[Candidate, Method, int]], int]:
    tasks = [_task(field, bundle) for bundle in bundles]
    asked = {bundle.key: bundle for bundle in bundles}
    # What stands beside the tasks still links candidates and counts for loads.
    own = {(bundle.candidate.pk, method.pk) for bundle in bundles for method in bundle.methods}
    tasks += [
        Task(f"{candidate}:{method}", str(candidate), 0, frozenset(), frozenset(map(str, raters & field.people.keys())))
        for (candidate, method), raters in sorted(field.present.items())
        if (candidate, method) not in own and raters & field.people.keys()
    ]
    problem = AssignmentProblem(tuple(tasks), tuple(Rater(str(key)) for key in sorted(field.people)))
    found = assign_raters(problem, seed=seed)
    places = [(asked[key].candidate, method, int(rater)) for key, rater in found.pairs for method in asked[key].methods]
    wanted = sum(task.seats * task.weight for task in tasks)
    return places, wanted - len(places)


def _task(field: Field, bundle: Bundle) -> Task:
    eligible = set.intersection(*({*field.eligible(bundle.candidate, method)} for method in bundle.methods))
    present = field.present.get((bundle.candidate.pk, bundle.methods[0].pk), frozenset())
    return Task(
        id=bundle.key,
        candidate=str(bundle.candidate.pk),
        seats=field.missing(bundle.candidate, bundle.methods[0]),
        eligible=frozenset(map(str, eligible)),
        raters=frozenset(map(str, present & field.people.keys())),
        weight=len(bundle.methods),
    )


def _instead_of(
    proposal: AssignmentProposal, assessors: Collection[int], *, now: dt.datetime
) -> tuple[list[Place], int]:
    """Everybody else keeps theirs: only the open sheets of who drops out are places to be filled."""
    intake = proposal.intake
    field = field_of(intake, people=assessors, now=now)
    theirs = RatingSheet.objects.filter(intake=intake, assessor=proposal.absent, state__in=OPEN_STATES)
    replaced = {(sheet.candidate_id, sheet.method_id): sheet for sheet in theirs.select_related("candidate", "method")}
    open_again = {key: raters - {proposal.absent_id} for key, raters in field.present.items() if key in replaced}
    field = replace(field, present={**field.present, **open_again})
    by_candidate: dict[int, list[RatingSheet]] = defaultdict(list)
    for sheet in replaced.values():
        by_candidate[sheet.candidate_id].append(sheet)
    bundles = [
        bundle for sheets in by_candidate.values() for bundle in _bundles(field, sheets[0].candidate, [sheet.method for sheet in sheets])
    ]
    places, unfilled = _solve(intake, field, bundles, seed=proposal.seed)
    return [(candidate.pk, method.pk, person, replaced[candidate.pk, method.pk].pk) for candidate, method, person in places], unfilled
