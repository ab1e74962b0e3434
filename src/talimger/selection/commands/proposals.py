"""Who rates whom, in two steps: a proposal that a job computes and people look at and change, then the sheets themselves."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from talimger.framework.models import Method
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.jobs import start_job
from talimger.kernel.policies import Actor, require
from talimger.people.models import User
from talimger.selection.commands.scores import request_scores
from talimger.selection.eligibility import Field, field_of
from talimger.selection.models import (
    OPEN_STATES,
    SHEET_TRANSITIONS,
    AssignmentProposal,
    Candidate,
    Intake,
    ProposedSheet,
    RatingSheet,
)

State, Kind = AssignmentProposal.State, AssignmentProposal.Kind
# (candidate, method, assessor, the open sheet that is replaced)
Place = tuple[int, int, int, int | None]


@command("selection.proposal.ask")
def ask_for_proposal(
    *,
    actor: Actor,
    intake: Intake,
    candidates: Collection[int],
    methods: Collection[int],
    assessors: Collection[int],
    due_on: dt.date,
) -> AssignmentProposal:
    """Have it computed who could rate these candidates by these methods; sheets that exist count. Nothing is given out yet.

    Raises ``DomainError`` when nothing was chosen, the intake is closed, or a proposal waits already.
    """
    require(actor, "selection.sheet.assign", intake)
    intake = _open_intake(intake)
    read_choice(actor, intake, candidates=candidates, methods=methods, assessors=assessors)
    proposal = _begin(actor, intake, due_on)
    return _start(actor, proposal, candidates=sorted(candidates), methods=sorted(methods), assessors=sorted(assessors))


@dataclass(frozen=True)
class Choice:
    """What was chosen to be assigned, as far as it belongs to the intake."""

    candidates: list[Candidate]
    methods: list[Method]
    field: Field


def read_choice(
    actor: Actor, intake: Intake, *, candidates: Collection[int], methods: Collection[int], assessors: Collection[int]
) -> Choice:
    """The rows behind the keys. Raises ``DomainError`` when of one kind nothing was chosen that belongs here."""
    chosen = Choice(
        list(Candidate.objects.filter(pk__in=candidates, intake=intake, withdrawn_at=None).order_by("number")),
        list(Method.objects.filter(pk__in=methods, version=intake.framework_id).order_by("order")),
        field_of(intake, people=assessors, now=actor.now),
    )
    if not chosen.methods:
        raise DomainError(_("Choose at least one method."), field="methods")
    if not chosen.field.people:
        raise DomainError(_("Choose at least one assessor."), field="assessors")
    if not chosen.candidates:
        raise DomainError(_("Choose at least one candidate."), field="candidates")
    return chosen


@command("selection.proposal.replace")
def ask_for_replacement(*, actor: Actor, intake: Intake, absent: User, assessors: Collection[int], due_on: dt.date) -> AssignmentProposal:
    """Have it computed who takes the open sheets of somebody who drops out; everybody else keeps theirs."""
    require(actor, "selection.sheet.assign", intake)
    intake = _open_intake(intake)
    if not RatingSheet.objects.filter(intake=intake, assessor=absent, state__in=OPEN_STATES).exists():
        raise DomainError(_("This person has no open sheets in this intake."), field="absent")
    others = sorted({*assessors} - {absent.pk})
    if not field_of(intake, people=others, now=actor.now).people:
        raise DomainError(_("Choose at least one assessor."), field="assessors")
    proposal = _begin(actor, intake, due_on, absent=absent)
    return _start(actor, proposal, assessors=others)


def _open_intake(intake: Intake) -> Intake:
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    if intake.state != Intake.State.OPEN:
        raise DomainError(_("This intake is closed: nothing can be assigned any more."))
    return intake


def _begin(actor: Actor, intake: Intake, due_on: dt.date, absent: User | None = None) -> AssignmentProposal:
    if AssignmentProposal.objects.filter(intake=intake, state__in=(State.COMPUTING, State.READY)).exists():
        raise DomainError(_("There is a proposal already. Take it or drop it first."), code="waiting")
    return AssignmentProposal.objects.create(
        programme_id=intake.programme_id,
        intake=intake,
        kind=Kind.REPLACEMENT if absent else Kind.NEW,
        absent=absent,
        due_on=due_on,
        created_by_id=actor.user_id,
        created_at=actor.now,
    )


def _start(actor: Actor, proposal: AssignmentProposal, **arguments: list[int]) -> AssignmentProposal:
    title = _("Who rates whom: %(intake)s") % {"intake": proposal.intake.name}
    proposal.job = start_job(actor=actor, kind="selection.propose", title=title, proposal=proposal.pk, **arguments)
    proposal.save(update_fields=["job"])
    return proposal


@command("selection.proposal.store")
def store_proposal(*, actor: Actor, proposal: AssignmentProposal, places: Sequence[Place], unfilled: int) -> AssignmentProposal:
    """Keep what was computed. A proposal that was dropped meanwhile stays dropped."""
    require(actor, "selection.sheet.assign", proposal.intake)
    proposal = AssignmentProposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.state != State.COMPUTING:
        return proposal
    ProposedSheet.objects.bulk_create(
        ProposedSheet(
            programme_id=proposal.programme_id,
            proposal=proposal,
            candidate_id=candidate,
            method_id=method,
            assessor_id=assessor,
            replaces_id=replaces,
        )
        for candidate, method, assessor, replaces in places
    )
    proposal.state, proposal.unfilled = State.READY, unfilled
    proposal.save(update_fields=["state", "unfilled"])
    return proposal


@command("selection.proposal.change")
def change_proposed(*, actor: Actor, sheet: ProposedSheet, assessor: User) -> ProposedSheet:
    """Give a proposed sheet to somebody else. Raises ``DomainError`` if they may not take it or have it already."""
    require(actor, "selection.sheet.assign", sheet.proposal.intake)
    proposal = _ready(sheet.proposal)
    sheet = ProposedSheet.objects.select_related("candidate", "method").get(pk=sheet.pk)
    field = field_of(proposal.intake, people=[assessor.pk], now=actor.now)
    same = ProposedSheet.objects.filter(proposal=proposal, candidate=sheet.candidate, method=sheet.method, assessor=assessor)
    present = field.present.get((sheet.candidate_id, sheet.method_id), frozenset())
    if assessor.pk in present or same.exclude(pk=sheet.pk).exists():
        raise DomainError(_("This assessor has a sheet of this candidate already."), field="assessor")
    if assessor.pk not in field.eligible(sheet.candidate, sheet.method):
        raise DomainError(_("This person may not rate this candidate by this method."), field="assessor")
    sheet.assessor = assessor
    sheet.save(update_fields=["assessor"])
    return sheet


@command("selection.proposal.drop")
def drop_proposal(*, actor: Actor, proposal: AssignmentProposal) -> AssignmentProposal:
    """Put a proposal aside. Dropped twice is dropped once."""
    require(actor, "selection.sheet.assign", proposal.intake)
    proposal = AssignmentProposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.state in (State.COMPUTING, State.READY):
        proposal.state, proposal.settled_at = State.DROPPED, actor.now
        proposal.save(update_fields=["state", "settled_at"])
        proposal.sheets.all().delete()
    return proposal


@command("selection.proposal.apply")
def apply_proposal(*, actor: Actor, proposal: AssignmentProposal, rng: random.Random) -> list[RatingSheet]:
    """Give the proposed sheets out, all at once. What has become impossible meanwhile is left out; a second click gives nothing.

    The open sheets of who drops out are withdrawn as far as somebody took them over.
    """
    require(actor, "selection.sheet.assign", proposal.intake)
    intake = _open_intake(proposal.intake)
    proposal = _ready(proposal)
    rows = list(proposal.sheets.select_related("candidate", "method", "replaces").order_by("candidate__number", "method__order", "pk"))
    people = [row.assessor_id for row in rows]
    before = field_of(intake, people=people, now=actor.now)
    # A sheet is taken from who drops out only if somebody can still take it over; then its place is free, and read again.
    _withdraw_replaced([row for row in rows if row.assessor_id in before.eligible(row.candidate, row.method)])
    field = field_of(intake, people=people, now=actor.now)
    given = give_out(actor, intake, field, [(row.candidate, row.method, row.assessor_id) for row in rows], proposal.due_on, rng)
    proposal.state, proposal.settled_at = State.APPLIED, actor.now
    proposal.save(update_fields=["state", "settled_at"])
    return given


@command("selection.sheet.assign")
def give_sheets(
    *, actor: Actor, intake: Intake, places: Iterable[tuple[Candidate, Method, int]], due_on: dt.date, rng: random.Random
) -> list[RatingSheet]:
    """Give sheets out without a proposal that somebody looks at: for the command line and the demo."""
    require(actor, "selection.sheet.assign", intake)
    intake = _open_intake(intake)
    wanted = list(places)
    if wanted and not Candidate.objects.filter(pk__in=[candidate.pk for candidate, _method, _person in wanted]).exists():
        raise DomainError(_("Choose at least one candidate."), field="candidates")
    field = field_of(intake, people=[person for _candidate, _method, person in wanted], now=actor.now)
    return give_out(actor, intake, field, wanted, due_on, rng)


def give_out(
    actor: Actor, intake: Intake, field: Field, wanted: Iterable[tuple[Candidate, Method, int]], due_on: dt.date, rng: random.Random
) -> list[RatingSheet]:
    """Write the sheets that are wanted and still needed and allowed. For commands; it runs in their transaction."""
    taken: Counter[tuple[int, int]] = Counter()
    sheets = []
    places = list(wanted)
    staying = Candidate.objects.filter(pk__in=[candidate.pk for candidate, _method, _person in places], withdrawn_at=None)
    there = set(staying.values_list("pk", flat=True))
    for candidate, method, assessor in places:
        key = (candidate.pk, method.pk)
        if candidate.pk not in there:
            continue
        if field.missing(candidate, method) <= taken[key] or assessor in field.present.get(key, frozenset()):
            continue
        if assessor not in field.people or assessor not in field.eligible(candidate, method):
            continue
        taken[key] += 1
        setting = field.settings[method.pk]
        sheets.append(
            RatingSheet(
                programme_id=intake.programme_id,
                intake=intake,
                candidate=candidate,
                method=method,
                assessor=field.people[assessor],
                gate=setting.gate,
                due_on=due_on,
                queue_place=rng.randrange(1_000_000),
                assigned_at=actor.now,
            )
        )
    made = RatingSheet.objects.bulk_create(sheets)
    if made:
        # Whoever was complete may owe something again.
        request_scores(intake_id=intake.pk, now=actor.now)
    return made


def _ready(proposal: AssignmentProposal) -> AssignmentProposal:
    proposal = AssignmentProposal.objects.select_for_update(of=("self",)).select_related("intake").get(pk=proposal.pk)
    if proposal.state != State.READY:
        raise DomainError(_("This proposal has been settled already."), code="settled")
    return proposal


def _withdraw_replaced(rows: Iterable[ProposedSheet]) -> None:
    keys = [row.replaces_id for row in rows if row.replaces_id]
    for sheet in RatingSheet.objects.select_for_update().filter(Q(state__in=OPEN_STATES), pk__in=keys):
        sheet.state = SHEET_TRANSITIONS[sheet.state]["withdraw"]
        sheet.save(update_fields=["state"])
