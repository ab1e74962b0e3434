"""Sheets from paper: typed in by one person of the office, typed once more by another who does not see the first entry.

Typing blind shows no level to anybody before the sheet is locked, and finds slips that reading over would miss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from talimger.framework.models import RatingItem
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import Actor, require
from talimger.selection.commands.rating import (
    RatingEntry,
    check_entries,
    lock,
    refuse_incomplete,
    refuse_wrong_interviewer,
    write_ratings,
)
from talimger.selection.commands.scores import request_scores
from talimger.selection.models import SHEET_TRANSITIONS, Rating, RatingSheet


@command("selection.paper.enter")
def enter_from_paper(*, actor: Actor, sheet: RatingSheet, entries: Sequence[RatingEntry], keep_notes: bool = False) -> RatingSheet:
    """Type in what stands on an assessor's paper; nothing counts before somebody else has confirmed it.

    ``keep_notes`` leaves the notes of the entry before. Raises ``DomainError`` while an item is missing.
    """
    sheet = _sheet(actor, "selection.paper.enter", sheet)
    check_entries(sheet, entries)
    if keep_notes:
        notes = dict(Rating.objects.filter(sheet=sheet).values_list("item", "note"))
        entries = [replace(entry, note=notes.get(entry.item, "")) for entry in entries]
    write_ratings(sheet, entries)
    refuse_incomplete([sheet])
    sheet.state = SHEET_TRANSITIONS[sheet.state]["enter_from_paper"]
    sheet.saved_at = actor.now
    sheet.revision += 1
    sheet.entered_by_id = actor.user_id
    sheet.save(update_fields=["state", "saved_at", "revision", "entered_by"])
    return sheet


@command("selection.paper.confirm")
def confirm_from_paper(*, actor: Actor, sheet: RatingSheet, revision: int, entries: Sequence[RatingEntry]) -> RatingSheet:
    """Lock a sheet from paper when a second person has typed the same levels.

    Raises ``DomainError`` with the code ``differs`` and the names of the items when they differ; nothing changes then.
    """
    sheet = _sheet(actor, "selection.paper.confirm", sheet)
    check_entries(sheet, entries)
    if sheet.revision != revision:
        raise DomainError(_("Somebody has typed this sheet in again meanwhile. Compare it once more."), code="stale")
    differing = _differing(sheet, {entry.item: entry for entry in entries})
    if differing:
        raise DomainError(
            _("The two entries differ here: %(items)s. Look at the paper again.") % {"items": "; ".join(differing)}, code="differs"
        )
    refuse_wrong_interviewer(actor, sheet)
    sheet.confirmed_by_id = actor.user_id
    lock(sheet, "confirm", actor)
    request_scores(intake_id=sheet.intake_id, now=actor.now)
    return sheet


def _differing(sheet: RatingSheet, typed: Mapping[int, RatingEntry]) -> list[str]:
    first = {rating.item_id: (rating.level, rating.no_evidence) for rating in Rating.objects.filter(sheet=sheet)}
    items = RatingItem.objects.filter(cell__method=sheet.method_id).select_related("cell__competency", "indicator", "part")
    return [
        str(item.label)
        for item in items.order_by("order", "pk")
        if item.pk not in typed or (typed[item.pk].level, typed[item.pk].no_evidence) != first.get(item.pk)
    ]


def _sheet(actor: Actor, action: str, sheet: RatingSheet) -> RatingSheet:
    sheet = RatingSheet.objects.select_for_update(of=("self",)).select_related("method", "intake").get(pk=sheet.pk)
    require(actor, action, sheet)
    return sheet
