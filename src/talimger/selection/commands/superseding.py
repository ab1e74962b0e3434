"""Replacing a locked sheet: the old one stays in the record, a new one takes its place and says why."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import Actor, may, require
from talimger.selection.commands.scores import request_scores
from talimger.selection.models import SHEET_TRANSITIONS, Candidate, Decision, Rating, RatingSheet

REASON_LENGTH = 1_000
# Whoever waits for a decision waits no longer than this.
TIME_TO_RATE_AGAIN = dt.timedelta(days=2)


@command("selection.sheet.supersede")
def supersede_sheet(*, actor: Actor, sheet: RatingSheet, reason: str) -> RatingSheet:
    """Begin a new sheet in place of a locked one, with what stood on it; the old one is kept and counts no more.

    The assessor does it, or the office asks for it. Raises ``DomainError`` without a reason, or once somebody has decided.
    """
    # The candidate first: a decision that is being taken at this moment is seen.
    Candidate.objects.select_for_update().get(pk=sheet.candidate_id)
    sheet = RatingSheet.objects.select_for_update().get(pk=sheet.pk)
    require(actor, "selection.sheet.supersede", sheet)
    why = reason.strip()
    if not why:
        raise DomainError(_("Say why the sheet is replaced: the reason stays beside the old one."), field="reason")
    if len(why) > REASON_LENGTH:
        raise DomainError(_("Shorten this text to %(limit)s characters.") % {"limit": REASON_LENGTH}, field="reason")
    if Decision.objects.filter(candidate=sheet.candidate_id, superseded_at=None).exists():
        raise DomainError(_("Somebody has decided about this candidate. The sheets no longer change."), code="decided")
    sheet.state = SHEET_TRANSITIONS[sheet.state]["supersede"]
    sheet.save(update_fields=["state"])
    new = RatingSheet.objects.create(
        programme_id=sheet.programme_id,
        intake_id=sheet.intake_id,
        candidate_id=sheet.candidate_id,
        method_id=sheet.method_id,
        assessor_id=sheet.assessor_id,
        state=RatingSheet.State.DRAFT,
        gate=sheet.gate,
        due_on=timezone.localdate(actor.now + TIME_TO_RATE_AGAIN),
        queue_place=sheet.queue_place,
        assigned_at=actor.now,
        saved_at=actor.now,
        supersedes=sheet,
        superseding_reason=why,
    )
    Rating.objects.bulk_create(
        Rating(
            programme_id=rating.programme_id,
            sheet=new,
            item_id=rating.item_id,
            level=rating.level,
            no_evidence=rating.no_evidence,
            note=rating.note,
        )
        for rating in Rating.objects.filter(sheet=sheet)
    )
    request_scores(intake_id=sheet.intake_id, now=actor.now)
    return new


def is_replaceable(actor: Actor, sheet: RatingSheet) -> bool:
    """Whether a page offers it: the sheet is locked, the actor may, and nobody has decided yet."""
    if sheet.state != RatingSheet.State.LOCKED or not may(actor, "selection.sheet.supersede", sheet):
        return False
    return not Decision.objects.filter(candidate=sheet.candidate_id, superseded_at=None).exists()
