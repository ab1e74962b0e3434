"""An assessor rates several sheets on one page: the file of one candidate, a group, an interview with its guide."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from talimger.framework.models import Method
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.policies import fetch, possible
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands import save_sheets, submit_sheets
from talimger.selection.forms import read_entries, read_window
from talimger.selection.forms_desk import fields_of, read_filled
from talimger.selection.models import Intake, Rating, RatingSheet
from talimger.selection.queries.calibration import undone_samples
from talimger.selection.queries.desk import OpenSheet, desk_sheets, file_of, grid_sessions, grid_sheets, guide_of, opened
from talimger.selection.queries.sheets import named

Context = dict[str, object]


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Rate the file of one candidate: all own sheets of it under one evidence, one save, one lock."""
    sheets = desk_sheets(request.actor, pk) if possible(request.actor, "selection.sheet.rate") else []
    if not sheets:
        raise Http404
    return _answer(request, "selection/desk.html", sheets, {"evidence": file_of(sheets)})


@require_http_methods(["GET", "HEAD", "POST"])
def interview(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Rate an interview with the guide beside it."""
    rows = named(RatingSheet.objects.filter(method__kind=Method.Kind.INTERVIEW)).select_related("candidate", "method", "intake")
    sheets = opened([fetch(request.actor, "selection.sheet.rate", rows, pk=pk)])
    more: Context = {"guide": guide_of(sheets[0].sheet), "evidence": file_of(sheets)}
    return _answer(request, "selection/interview.html", sheets, more)


@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Rate a group: those of one session, or all own open sheets of the exercise where there is no day."""
    intake = Intake.objects.filter(pk=pk).first() if possible(request.actor, "selection.sheet.rate") else None
    if intake is None:
        raise Http404
    sessions = grid_sessions(request.actor, intake)
    wanted = request.GET.get("session", "")
    session = next((each for each in sessions if str(each.pk) == wanted), sessions[0] if sessions else None)
    sheets = grid_sheets(request.actor, intake, session)
    if not sheets:
        raise Http404
    more: Context = {"intake_of_grid": intake, "sessions": sessions, "session": session, "method": sheets[0].sheet.method}
    return _answer(request, "selection/grid.html", sheets, more, by_sheet=True)


def _answer(request: ProgrammeRequest, template: str, sheets: list[OpenSheet], more: Context, *, by_sheet: bool = False) -> HttpResponse:
    if request.method != "POST":
        return render(request, template, _context(request, sheets, more))
    window = read_window(request.POST)
    try:
        inputs = read_filled(request.POST, sheets, by_sheet=by_sheet)
        if request.POST.get("step") == "lock":
            locked = submit_sheets(actor=request.actor, inputs=inputs, window=window)
            words = ngettext("%(count)s sheet is locked. Thank you.", "%(count)s sheets are locked. Thank you.", len(locked))
            messages.success(request, words % {"count": len(locked)})
            return see_other(reverse("selection:queue", kwargs={"programme": request.programme.slug}))
        saved = save_sheets(actor=request.actor, inputs=inputs, window=window)
    except DomainError as error:
        if request.headers.get("HX-Request"):
            raise  # the shell shows it as a toast; the form keeps what was typed by itself
        stale = isinstance(error, StaleWriteError)
        kept = _context(request, sheets, more, typed=_typed(request, sheets, by_sheet=by_sheet), stale=stale)
        return render(request, template, {**kept, "problem": error.message}, status=409 if stale else 422)
    if request.headers.get("HX-Request"):
        given = sum(entry.level is not None or entry.no_evidence for each in inputs for entry in each.entries)
        total = sum(len(each.entries) for each in inputs)
        return render(request, "selection/desk_saved.html", {"saved": saved, "newest": saved[-1], "given": given, "total": total})
    messages.success(request, _("Saved."))
    return see_other(request.get_full_path())


def _typed(request: ProgrammeRequest, sheets: Sequence[OpenSheet], *, by_sheet: bool) -> dict[int, dict[int, Rating]]:
    typed = {}
    for each in sheets:
        data = fields_of(request.POST, each.sheet.pk) if by_sheet else request.POST
        entries = read_entries(data, [item.pk for item in each.items])
        typed[each.sheet.pk] = {
            one.item: Rating(item_id=one.item, level=one.level, no_evidence=one.no_evidence, note=one.note) for one in entries
        }
    return typed


def _context(
    request: ProgrammeRequest,
    sheets: Sequence[OpenSheet],
    more: Context,
    *,
    typed: dict[int, dict[int, Rating]] | None = None,
    stale: bool = False,
) -> Context:
    rows, first, given, total = [], None, 0, 0
    for each in sheets:
        ratings = each.ratings if typed is None else typed[each.sheet.pk]
        cells = [{"item": item, "rating": ratings.get(item.pk), "stored": each.ratings.get(item.pk)} for item in each.items]
        done = [item.pk for item in each.items if item.pk in ratings and ratings[item.pk].is_given]
        first = first or next((item.pk for item in each.items if item.pk not in done), None)
        given, total = given + len(done), total + len(each.items)
        rows.append({"sheet": each.sheet, "items": cells, "name": each.name})
    samples = undone_samples(request.actor.user_id, sheets[0].sheet.intake)
    return {
        **more,
        "sheets": rows,
        "sheet": sheets[0].sheet,
        "candidate": sheets[0].sheet.candidate,
        "levels": range(1, 6),
        "window": read_window(request.POST) or secrets.token_urlsafe(16),
        "first_open": first,
        "given": given,
        "total": total,
        "stored": {} if stale else None,
        "sample_first": samples.first(),
    }
