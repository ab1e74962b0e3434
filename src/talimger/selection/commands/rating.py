"""Filling rating sheets, one or several at once: saved as often as one likes, locked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talimger.framework.models import Method, RatingItem
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.policies import Actor, may, require
from talimger.selection.commands.scores import request_scores
from talimger.selection.eligibility import interviewers_of
from talimger.selection.models import SHEET_TRANSITIONS, Rating, RatingSheet
from talimger.selection.queries.calibration import undone_samples

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
    return _submit(actor, [SheetInput(sheet, revision, entries)], window)[0]


@dataclass(frozen=True)
class SheetInput:
    """What a page that shows several sheets says about one of them."""

    sheet: RatingSheet
    revision: int
    entries: Sequence[RatingEntry]


@command("selection.sheet.save_together")
def save_sheets(*, actor: Actor, inputs: Sequence[SheetInput], window: str = "") -> list[RatingSheet]:
    """Keep what stands on several sheets: all of them or none. Raises ``StaleWriteError`` as ``save_sheet`` does."""
    return [_save(actor, each.sheet, each.revision, each.entries, window) for each in _in_order(inputs)]


@command("selection.sheet.submit_together")
def submit_sheets(*, actor: Actor, inputs: Sequence[SheetInput], window: str = "") -> list[RatingSheet]:
    """Save and lock several sheets: all of them or none. Raises ``DomainError`` while an item of any of them is missing."""
    return _submit(actor, inputs, window)


def _in_order(inputs: Sequence[SheetInput]) -> list[SheetInput]:
    # Rows are locked in one order, so that two windows never wait for each other.
    return sorted(inputs, key=lambda each: each.sheet.pk)


def _submit(actor: Actor, inputs: Sequence[SheetInput], window: str) -> list[RatingSheet]:
    sheets = [_save(actor, each.sheet, each.revision, each.entries, window) for each in _in_order(inputs)]
    refuse_incomplete(sheets)
    for sheet in sheets:
        refuse_wrong_interviewer(actor, sheet)
        lock(sheet, "lock", actor)
    for intake in sorted({sheet.intake_id for sheet in sheets}):
        request_scores(intake_id=intake, now=actor.now)
    return sheets


def lock(sheet: RatingSheet, step: str, actor: Actor) -> None:
    """Lock a sheet by a step of the table, in the transaction of whoever asks."""
    sheet.state = SHEET_TRANSITIONS[sheet.state][step]
    sheet.locked_at = actor.now
    sheet.save(update_fields=["state", "locked_at", "confirmed_by"])


def refuse_incomplete(sheets: Sequence[RatingSheet]) -> None:
    """Raise ``DomainError`` while an item of one of these sheets has neither a level nor "no evidence"."""
    methods = [sheet.method_id for sheet in sheets]
    asked = dict(RatingItem.objects.filter(cell__method__in=methods).values_list("cell__method").annotate(n=Count("pk")))
    given = sum(rating.is_given for rating in Rating.objects.filter(sheet__in=sheets))
    missing = sum(asked.get(method, 0) for method in methods) - given
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


def refuse_wrong_interviewer(actor: Actor, sheet: RatingSheet) -> None:
    """Raise ``DomainError`` when a senior interview was held by somebody from outside UNICEF without an exception."""
    method = sheet.method
    if method.kind != Method.Kind.INTERVIEW or not method.rater_role:
        return
    if sheet.assessor_id not in interviewers_of(sheet.intake, today=timezone.localdate(actor.now)):
        raise DomainError(
            _(
                "Only senior interviewers of UNICEF lock this sheet. What you wrote is kept; "
                "ask the programme officer for an exception."
            ),
            code="interviewer",
        )


def _save(actor: Actor, sheet: RatingSheet, revision: int, entries: Sequence[RatingEntry], window: str) -> RatingSheet:
    # The row first: what another window does to the sheet meanwhile is seen by the questions that follow.
    sheet = RatingSheet.objects.select_for_update(of=("self",)).select_related("method", "intake").get(pk=sheet.pk)
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
    if sheet.method.kind != Method.Kind.FEEDBACK and undone_samples(sheet.assessor_id, sheet.intake).exists():
        raise DomainError(_("Rate the samples first: then everybody means the same by a 3."), code="calibrate")
    check_entries(sheet, entries)
    write_ratings(sheet, entries)
    sheet.state = SHEET_TRANSITIONS[sheet.state]["save"]
    sheet.saved_at = actor.now
    sheet.revision += 1
    sheet.window = window[:32]
    sheet.save(update_fields=["state", "saved_at", "revision", "window"])
    return sheet


def write_ratings(sheet: RatingSheet, entries: Sequence[RatingEntry]) -> None:
    """Put these entries on a sheet in place of what stood there, in the transaction of whoever asks."""
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


def check_entries(sheet: RatingSheet, entries: Sequence[RatingEntry]) -> None:
    """Raise ``DomainError`` on what no sheet of this method can say."""
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
