"""Who rates whom: sheets are assigned, declared in conflict, withdrawn."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.models import Event
from talimger.kernel.policies import Actor, require
from talimger.people.models import RoleAssignment
from talimger.selection.commands.scores import request_scores
from talimger.selection.models import (
    OPEN_STATES,
    SHEET_TRANSITIONS,
    RatingSheet,
)
from talimger.selection.policies import RATERS

State = RatingSheet.State


@command("selection.sheet.withdraw")
def withdraw_sheet(*, actor: Actor, sheet: RatingSheet) -> RatingSheet:
    """Take an open sheet from its assessor; what was written on it stays in the record but counts for nothing."""
    require(actor, "selection.sheet.withdraw", sheet)
    sheet = RatingSheet.objects.select_for_update().get(pk=sheet.pk)
    if "withdraw" not in SHEET_TRANSITIONS[sheet.state]:
        raise DomainError(_("This sheet can no longer be withdrawn."), code="moved_on")
    sheet.state = SHEET_TRANSITIONS[sheet.state]["withdraw"]
    sheet.save(update_fields=["state"])
    request_scores(intake_id=sheet.intake_id, now=actor.now)
    return sheet


def release_sheets_of_ended_role(event: Event) -> None:
    """When somebody's last rating role ends, their open sheets go back to the officer. Seeing the event twice changes nothing."""
    person = event.keys["person"]
    today = timezone.localdate(event.at)
    # A role's last day still counts; the event is about a role that ends now, so the day after decides.
    still = RoleAssignment.objects.filter(RoleAssignment.current(today + dt.timedelta(days=1)), Q(person=person), role__in=RATERS)
    if not still.exists():
        mine = RatingSheet.objects.filter(assessor=person, state__in=OPEN_STATES)
        intakes = sorted(set(mine.values_list("intake", flat=True)))
        mine.update(state=State.WITHDRAWN)
        for intake in intakes:
            request_scores(intake_id=intake, now=event.at)
