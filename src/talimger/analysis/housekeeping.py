"""What nobody may see any longer goes: after an hour, after leaving, at sign-out, and folders that no row knows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from talimger.analysis.commands import delete_analysis
from talimger.analysis.folders import Folder, folders_on_disk, is_aside
from talimger.analysis.models import SpreadsheetAnalysis
from talimger.kernel.policies import system_actor
from talimger.kernel.tenancy import across_programmes, programme_scope
from talimger.people.models import User

# A folder is made before its row is committed.
_STRAY_AFTER = dt.timedelta(minutes=5)


def delete_what_is_over(*, now: dt.datetime) -> int:
    """The worker's chore: delete rows with their folders, and stray folders; how many there were."""
    with across_programmes():
        over = [row for row in SpreadsheetAnalysis.objects.select_related("programme") if row.is_over(now)]
        for row in over:
            _delete(row, now)
        known = set(SpreadsheetAnalysis.objects.values_list("token", flat=True))
    strays = [token for token, changed in folders_on_disk() if token not in known and (is_aside(token) or changed < now - _STRAY_AFTER)]
    return len(over) + sum(Folder(token).remove() for token in strays)


def delete_on_sign_out(sender: Any, user: User | None = None, **kwargs: Any) -> None:
    """Whoever signs out leaves."""
    if user is None:
        return
    now = timezone.now()
    with across_programmes():
        for row in SpreadsheetAnalysis.objects.filter(created_by=user.pk).select_related("programme"):
            _delete(row, now)


def _delete(row: SpreadsheetAnalysis, now: dt.datetime) -> None:
    with programme_scope(row.programme):
        delete_analysis(actor=system_actor(programme_id=row.programme_id, now=now), analysis=row)
