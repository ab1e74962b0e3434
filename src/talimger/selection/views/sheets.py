"""An assessor's work: the queue, the sheet, a conflict of interest."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.policies import fetch, possible
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands import RatingEntry, declare_conflict, save_sheet, submit_sheet, withdraw_sheet
from talimger.selection.forms import read_entries, read_revision, read_window
from talimger.selection.models import Rating, RatingSheet
from talimger.selection.queries import SheetPage, item_keys, next_sheet, own_queue, queue_counts, sheet_page

PAGE = 50


@require_safe
def queue(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """My sheets: open ones first, in my own stable order."""
    if not possible(request.actor, "selection.sheet.queue"):
        raise Http404
    locked = request.GET.get("state") == "locked"
    page = Paginator(own_queue(request.actor, locked=locked), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "locked": locked,
        "counts": queue_counts(request.actor),
        "today": timezone.localdate(request.actor.now),
    }
    return render(request, "selection/queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Rate: evidence on the left, items on the right. Saves itself; locks when every item has been rated."""
    row = _own_sheet(request, "selection.sheet.queue", pk)
    if request.method != "POST" or not row.is_open:
        return render(request, "selection/sheet.html", _context(request, sheet_page(row)))
    # A save answers in a line: prompts and evidence are read only if the page has to be shown again.
    entries = read_entries(request.POST, item_keys(row))
    try:
        revision, window = read_revision(request.POST), read_window(request.POST)
        if request.POST.get("step") == "lock":
            submit_sheet(actor=request.actor, sheet=row, revision=revision, entries=entries, window=window)
            messages.success(request, _("The sheet is locked. Thank you."))
            following = next_sheet(request.actor, after=row)
            return see_other(_address(programme, following) if following else reverse("selection:queue", kwargs={"programme": programme}))
        saved = save_sheet(actor=request.actor, sheet=row, revision=revision, entries=entries, window=window)
    except DomainError as error:
        return _kept(request, sheet_page(row), entries, error)
    if request.headers.get("HX-Request"):
        return render(request, "selection/_saved.html", {"sheet": saved, "given": _given(entries), "total": len(entries)})
    messages.success(request, _("Saved."))
    return see_other(request.path)


def _kept(request: ProgrammeRequest, page: SheetPage, entries: list[RatingEntry], error: DomainError) -> HttpResponse:
    """The page again with what was typed, and what stands in the record if another window wrote it."""
    if request.headers.get("HX-Request"):
        raise error  # the shell shows it as a toast; the form keeps what was typed by itself
    typed = {entry.item: Rating(item_id=entry.item, level=entry.level, no_evidence=entry.no_evidence, note=entry.note) for entry in entries}
    stale = isinstance(error, StaleWriteError)
    context = {**_context(request, page, typed), "problem": error.message, "stored": page.ratings if stale else None}
    return render(request, "selection/sheet.html", context, status=409 if stale else 422)


def _context(request: ProgrammeRequest, page: SheetPage, typed: dict[int, Rating] | None = None) -> dict[str, object]:
    ratings = typed if typed is not None else page.ratings
    items = [{"item": item, "rating": ratings.get(item.pk), "stored": page.ratings.get(item.pk)} for item in page.items]
    first = next((each["item"] for each in items if not (each["rating"] and each["rating"].is_given)), None)  # type: ignore[union-attr]  # a rating or nothing
    return {
        "page": page,
        "sheet": page.sheet,
        "levels": range(1, 6),
        "window": read_window(request.POST) or secrets.token_urlsafe(16),
        "candidate": page.sheet.candidate,
        "items": items,
        "first_open": first.pk if first else None,
        "given": sum(1 for rating in ratings.values() if rating.is_given),
        "counts": queue_counts(request.actor),
        "today": timezone.localdate(request.actor.now),
    }


def _given(entries: list[RatingEntry]) -> int:
    return sum(entry.level is not None or entry.no_evidence for entry in entries)


@require_POST
def conflict(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Put the sheets of a candidate back: I know this person."""
    declare_conflict(actor=request.actor, sheet=_own_sheet(request, "selection.sheet.rate", pk))
    messages.success(request, _("Thank you. The sheet goes to another assessor; you will not see this candidate again."))
    return see_other(reverse("selection:queue", kwargs={"programme": programme}))


@require_POST
def withdraw(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """The office takes an open sheet from its assessor."""
    rows = RatingSheet.objects.select_related("intake", "candidate")
    row: RatingSheet = fetch(request.actor, "selection.sheet.withdraw", rows, pk=pk)
    try:
        withdraw_sheet(actor=request.actor, sheet=row)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The sheet was withdrawn. Assign it to somebody else."))
    return see_other(reverse("selection:candidate", kwargs={"programme": programme, "pk": row.candidate_id}))


def _own_sheet(request: ProgrammeRequest, action: str, pk: int) -> RatingSheet:
    rows = RatingSheet.objects.select_related("candidate", "method", "intake")
    row: RatingSheet = fetch(request.actor, action, rows, pk=pk)
    return row


def _address(programme: str, row: RatingSheet) -> str:
    return reverse("selection:sheet", kwargs={"programme": programme, "pk": row.pk})
