"""An assessor's work: the queue, the sheet with its evidence, a conflict of interest, replacing a locked sheet."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.policies import fetch, possible
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands import RatingEntry, declare_conflict, save_sheet, submit_sheet, supersede_sheet, withdraw_sheet
from talimger.selection.commands.superseding import is_replaceable
from talimger.selection.forms import read_entries, read_revision, read_window
from talimger.selection.forms_methods import ReasonForm
from talimger.selection.models import Intake, Rating, RatingSheet
from talimger.selection.queries import SheetPage, item_keys, own_queue, queue_counts, queue_lines, sheet_page, shown_name
from talimger.selection.queries.calibration import undone_samples
from talimger.selection.queries.sheets import named, sitting_of, work_label

PAGE = 50
# Under the queue: where one says whom one knows.
INTAKES_SHOWN = 3


@require_safe
def queue(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """My sheets: open ones first, in my own stable order."""
    if not possible(request.actor, "selection.sheet.queue"):
        raise Http404
    locked = request.GET.get("state") == "locked"
    rows = own_queue(request.actor, locked=True) if locked else queue_lines(request.actor)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "locked": locked,
        "counts": queue_counts(request.actor),
        "intakes_here": Intake.objects.filter(state=Intake.State.OPEN).order_by("-pk")[:INTAKES_SHOWN],
        "today": timezone.localdate(request.actor.now),
    }
    return render(request, "selection/queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Rate: evidence on the left, items on the right. Saves itself; locks when every item has been rated."""
    row = own_sheet(request, "selection.sheet.queue", pk)
    if request.method != "POST" or not row.is_open:
        return render(request, "selection/sheet.html", _context(request, sheet_page(row)))
    # A save answers in a line: prompts and evidence are read only if the page has to be shown again.
    entries = read_entries(request.POST, item_keys(row))
    try:
        revision, window = read_revision(request.POST), read_window(request.POST)
        if request.POST.get("step") == "lock":
            submit_sheet(actor=request.actor, sheet=row, revision=revision, entries=entries, window=window)
            messages.success(request, _("The sheet is locked. Thank you."))
            return see_other(next_address(request))
        saved = save_sheet(actor=request.actor, sheet=row, revision=revision, entries=entries, window=window)
    except DomainError as error:
        return _kept(request, sheet_page(row), entries, error)
    if request.headers.get("HX-Request"):
        return render(request, "selection/_saved.html", {"sheet": saved, "given": given_in(entries), "total": len(entries)})
    messages.success(request, _("Saved."))
    return see_other(request.path)


def _kept(request: ProgrammeRequest, page: SheetPage, entries: list[RatingEntry], error: DomainError) -> HttpResponse:
    """The page again with what was typed, and what stands in the record if another window wrote it."""
    if request.headers.get("HX-Request"):
        raise error  # the shell shows it as a toast; the form keeps what was typed by itself
    stale = isinstance(error, StaleWriteError)
    context = {**_context(request, page, typed_in(entries)), "problem": error.message, "stored": page.ratings if stale else None}
    return render(request, "selection/sheet.html", context, status=409 if stale else 422)


def _context(request: ProgrammeRequest, page: SheetPage, typed: dict[int, Rating] | None = None) -> dict[str, object]:
    ratings = typed if typed is not None else page.ratings
    items = [{"item": item, "rating": ratings.get(item.pk), "stored": page.ratings.get(item.pk)} for item in page.items]
    first = next((each["item"] for each in items if not (each["rating"] and each["rating"].is_given)), None)  # type: ignore[union-attr]  # a rating or nothing
    row = page.sheet
    is_filled = row.state in (RatingSheet.State.ASSIGNED, RatingSheet.State.DRAFT)
    return {
        "page": page,
        "sheet": row,
        "is_filled": is_filled,
        "samples": samples_left(request, row.intake) if is_filled else [],
        "is_replaceable": is_replaceable(request.actor, row),
        "levels": range(1, 6),
        "window": read_window(request.POST) or secrets.token_urlsafe(16),
        "candidate": row.candidate,
        "is_over": bool(page.sitting and (page.sitting.submitted_at or page.sitting.ends_at <= request.actor.now)),
        "items": items,
        "first_open": first.pk if first else None,
        "given": sum(1 for rating in ratings.values() if rating.is_given),
        "counts": queue_counts(request.actor),
        "today": timezone.localdate(request.actor.now),
    }


def samples_left(request: ProgrammeRequest, intake: Intake) -> list[object]:
    """The samples that this assessor has to rate before anybody of the intake."""
    return list(undone_samples(request.actor.user_id, intake))


def given_in(entries: list[RatingEntry]) -> int:
    """How many of these items have a level or "no evidence"."""
    return sum(entry.level is not None or entry.no_evidence for entry in entries)


def typed_in(entries: list[RatingEntry]) -> dict[int, Rating]:
    """What was typed, as the page shows ratings."""
    return {entry.item: Rating(item_id=entry.item, level=entry.level, no_evidence=entry.no_evidence, note=entry.note) for entry in entries}


def next_address(request: ProgrammeRequest) -> str:
    """Where the queue goes on: the page of its first line, or the queue itself when all is done."""
    programme = request.programme.slug
    line = next(iter(queue_lines(request.actor)), None)
    if line is None:
        return reverse("selection:queue", kwargs={"programme": programme})
    keys = {"desk": line.first.candidate_id, "grid": line.first.intake_id}
    return reverse(f"selection:{line.page}", kwargs={"programme": programme, "pk": keys.get(line.page, line.first.pk)})


@require_safe
def work_file(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponseBase:
    """The file that the candidate added to the task, for the assessor of the work; its name says nothing about whose it is."""
    row = own_sheet(request, "selection.sheet.queue", pk)
    sitting = sitting_of(row)
    if sitting is None or sitting.file is None or (sitting.submitted_at is None and sitting.ends_at > request.actor.now):
        messages.info(request, _("There is no file here."))
        return see_other(reverse("selection:sheet", kwargs={"programme": programme, "pk": pk}))
    ending = sitting.file.name.rpartition(".")[2]
    name = f"{work_label(row)}.{ending}" if row.name_hidden else sitting.file.name  # type: ignore[attr-defined]  # see named()
    return FileResponse(sitting.file.content.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream")


@require_POST
def conflict(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Put the sheets of a candidate back: I know this person."""
    declare_conflict(actor=request.actor, sheet=own_sheet(request, "selection.sheet.rate", pk))
    messages.success(request, _("Thank you. The sheet goes to another assessor; you will not see this candidate again."))
    return see_other(reverse("selection:queue", kwargs={"programme": programme}))


@require_http_methods(["GET", "HEAD", "POST"])
def supersede(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Replace a locked sheet, one's own or, for the office, an assessor's; with a reason."""
    row = own_sheet(request, "selection.sheet.supersede", pk)
    is_own = row.assessor_id == request.actor.user_id
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            new = supersede_sheet(actor=request.actor, sheet=row, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("A new sheet has begun with what stood on the old one. It is due in two days."))
            page, key = ("sheet", new.pk) if is_own else ("candidate", new.candidate_id)
            return see_other(reverse(f"selection:{page}", kwargs={"programme": programme, "pk": key}))
    context = {"form": form, "sheet": row, "is_own": is_own, "name": shown_name(row) if is_own else row.candidate.full_name}
    return render(request, "selection/sheet_replace.html", context, status=422 if form.errors else 200)


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


def own_sheet(request: ProgrammeRequest, action: str, pk: int) -> RatingSheet:
    """The sheet on which the actor may do this, with all that its page needs."""
    rows = named(RatingSheet.objects.select_related("candidate", "method", "intake", "assessor"))
    row: RatingSheet = fetch(request.actor, action, rows, pk=pk)
    return row
