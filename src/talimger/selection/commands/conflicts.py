"""Conflicts of interest: declared in one click, or matched by where people come from. Who has one never opens the file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from talimger.framework.models import Method
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import Actor, require
from talimger.people.models import Organisation, RoleAssignment
from talimger.people.roles import OFFICE
from talimger.selection.commands.scores import request_scores
from talimger.selection.models import SHEET_TRANSITIONS, Candidate, ConflictOfInterest, Intake, RatingSheet
from talimger.selection.policies import RATERS

Ground = ConflictOfInterest.Ground
# Whoever could open a candidate's file.
READERS = (*RATERS, *OFFICE)


@command("selection.conflict.declare")
def declare_conflicts(*, actor: Actor, intake: Intake, candidates: Collection[int]) -> list[ConflictOfInterest]:
    """Say whom one knows. All own sheets of these candidates stop counting, locked ones too; nobody asks for the reason.

    Said twice is said once. Raises ``DomainError`` when nobody of this intake was chosen.
    """
    require(actor, "selection.conflict.declare", intake)
    chosen = list(Candidate.objects.filter(intake=intake, pk__in=candidates))
    if not chosen:
        raise DomainError(_("Choose at least one candidate."), field="candidates")
    known = [_know(candidate, actor.user_id, Ground.DECLARED, actor.now) for candidate in chosen]
    # With these sheets gone a candidate may be complete, or not any more.
    request_scores(intake_id=intake.pk, now=actor.now)
    return known


@command("selection.sheet.declare_conflict")
def declare_conflict(*, actor: Actor, sheet: RatingSheet) -> RatingSheet:
    """Put a sheet back because the assessor knows the candidate: all their sheets of that candidate close at once."""
    require(actor, "selection.sheet.queue", sheet)
    _know(sheet.candidate, actor.user_id, Ground.DECLARED, actor.now)
    request_scores(intake_id=sheet.intake_id, now=actor.now)
    sheet.refresh_from_db()
    return sheet


def match_conflicts(candidate: Candidate, *, now: dt.datetime) -> int:
    """Find who works where the candidate works, or trained them, and note it; how many people are new to the list.

    For commands that bring a candidate in or change where they come from; it runs in their transaction.
    """
    today = timezone.localdate(now)
    readers = RoleAssignment.objects.filter(RoleAssignment.current(today), role__in=READERS)
    found: dict[int, str] = {}
    if candidate.organisation_id is not None:
        colleagues = readers.filter(organisation=candidate.organisation_id)
        found |= dict.fromkeys(colleagues.values_list("person", flat=True), Ground.ORGANISATION)
    if candidate.trainer_email:
        trainers = readers.filter(person__email__iexact=candidate.trainer_email)
        found |= dict.fromkeys(trainers.values_list("person", flat=True), Ground.TRAINING)
    before = ConflictOfInterest.objects.filter(candidate=candidate).count()
    for person, ground in found.items():
        _know(candidate, person, ground, now)
    return ConflictOfInterest.objects.filter(candidate=candidate).count() - before


@command("selection.candidate.set_organisation")
def set_organisation(*, actor: Actor, candidate: Candidate, organisation: Organisation | None) -> Candidate:
    """Say where the candidate works. Colleagues lose the file at once; a conflict that was noted before stays."""
    require(actor, "selection.candidate.view", candidate)
    candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    candidate.organisation = organisation
    candidate.save(update_fields=["organisation"])
    if match_conflicts(candidate, now=actor.now):
        request_scores(intake_id=candidate.intake_id, now=actor.now)
    return candidate


def _know(candidate: Candidate, person: int | None, ground: str, now: dt.datetime) -> ConflictOfInterest:
    conflict, _created = ConflictOfInterest.objects.get_or_create(
        candidate=candidate, person_id=person, defaults={"programme_id": candidate.programme_id, "ground": ground, "since": now}
    )
    sheets = RatingSheet.objects.select_for_update().filter(candidate=candidate, assessor=person)
    if conflict.ground == Ground.TRAINING:
        # A trainer's feedback is asked for because they trained the candidate; everything else is not theirs to rate.
        sheets = sheets.filter(~Q(method__kind=Method.Kind.FEEDBACK))
    for sheet in sheets:
        if "declare_conflict" in SHEET_TRANSITIONS[sheet.state]:
            sheet.state = SHEET_TRANSITIONS[sheet.state]["declare_conflict"]
            sheet.save(update_fields=["state"])
    return conflict
