"""Filling a rating sheet: saved as often as one likes, locked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talimger.framework.models import RatingItem
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.policies import Actor, may, require
from talimger.selection.commands.scores import request_scores
from talimger.selection.models import SHEET_TRANSITIONS, Rating, RatingSheet

NOTE_LENGTH = 2_000


@dataclass(frozen=True)
class RatingEntry:
    """What an assessor says on one item: a level from 1 to 5, or no evidence, or nothing yet; and what was seen."""

    item: int
    level: int | None = None
    no_evidence: bool = False
    note: str = ""


@command("selection.sheet.save")
def save_sheet(*, actor: Actor, sheet: RatingSheet, revision: int, entries: Sequence[RatingEntry], window: str = "") -> RatingSheet:
    """Keep what the assessor has so far. Raises ``StaleWriteError`` when another window saved this sheet in between."""
    return _save(actor, sheet, revision, entries, window)


@command("selection.sheet.submit")
def submit_sheet(*, actor: Actor, sheet: RatingSheet, revision: int, entries: Sequence[RatingEntry], window: str = "") -> RatingSheet:
    """Save, lock, and ask for new fair scores.

    Raises ``DomainError`` while an item has neither a level nor "no evidence"; then the sheet stays as saved before.
    """
    sheet = _save(actor, sheet, revision, entries, window)
    given = sum(rating.is_given for rating in Rating.objects.filter(sheet=sheet))
    missing = RatingItem.objects.filter(cell__method=sheet.method_id).count() - given
    if missing:
        raise DomainError(
            ngettext(
                "%(count)s item has neither a level nor “no evidence”. Rate it, then lock the sheet.",
                "%(count)s items have neither a level nor “no evidence”. Rate them, then lock the sheet.",
                missing,
            )
            % {"count": missing},
            code="incomplete",
        )
    sheet.state = SHEET_TRANSITIONS[sheet.state]["lock"]
    sheet.locked_at = actor.now
    sheet.save(update_fields=["state", "locked_at"])
    request_scores(intake_id=sheet.intake_id, now=actor.now)
    return sheet


def _save(actor: Actor, sheet: RatingSheet, revision: int, entries: Sequence[RatingEntry], window: str) -> RatingSheet:
    # The row first: what another window does to the sheet meanwhile is seen by the questions that follow.
    sheet = RatingSheet.objects.select_for_update().get(pk=sheet.pk)
    if sheet.state == RatingSheet.State.LOCKED and may(actor, "selection.sheet.queue", sheet):
        raise DomainError(_("This sheet is locked and no longer changes."), code="locked")
    require(actor, "selection.sheet.rate", sheet)
    same_window = bool(window) and window == sheet.window
    if sheet.revision != revision and not same_window:
        raise StaleWriteError(
            _("This sheet was saved in another window at %(time)s. Your input is below; compare, then save again.")
            % {"time": date_format(timezone.localtime(sheet.saved_at), "TIME_FORMAT")},
            code="stale",
        )
    _check(sheet, entries)
    Rating.objects.bulk_create(
        [
            Rating(
                programme_id=sheet.programme_id,
                sheet=sheet,
                item_id=entry.item,
                level=entry.level,
                no_evidence=entry.no_evidence,
                note=entry.note,
            )
            for entry in entries
        ],
        update_conflicts=True,
        unique_fields=["sheet", "item"],
        update_fields=["level", "no_evidence", "note"],
    )
    sheet.state = SHEET_TRANSITIONS[sheet.state]["save"]
    sheet.saved_at = actor.now
    sheet.revision += 1
    sheet.window = window[:32]
    sheet.save(update_fields=["state", "saved_at", "revision", "window"])
    return sheet


def _check(sheet: RatingSheet, entries: Sequence[RatingEntry]) -> None:
    items = set(RatingItem.objects.filter(cell__method=sheet.method_id).values_list("pk", flat=True))
    for entry in entries:
        if entry.item not in items:
            raise DomainError(_("This item is not on the sheet. Load the page again."), code="foreign_item")
        if entry.level is not None and not 1 <= entry.level <= 5:
            raise DomainError(_("A rating is a whole number from 1 to 5."), code="level")
        if entry.level is not None and entry.no_evidence:
            raise DomainError(_("Where there is no evidence there is no level."), code="level")
        if len(entry.note) > NOTE_LENGTH:
            raise DomainError(_("A note has at most %(count)s characters.") % {"count": NOTE_LENGTH}, code="note")
    if len({entry.item for entry in entries}) < len(entries):
        raise DomainError(_("An item stands on the sheet twice. Load the page again."), code="foreign_item")
