"""The paper desk: print sheets, type them in, and let a second person of the office type them once more."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from talimger.framework.models import Method
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import fetch
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands import RatingEntry, confirm_from_paper, enter_from_paper
from talimger.selection.forms import read_entries, read_revision
from talimger.selection.models import Intake, RatingSheet
from talimger.selection.queries.paper import paper_line, paper_methods, paper_sheets, paper_to_print

PAGE = 50


@require_safe
def paper(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """The open sheets of an intake that this person of the office may type in or confirm."""
    intake: Intake = fetch(request.actor, "selection.intake.view", pk=pk)
    wanted = request.GET.get("method", "")
    methods = paper_methods(request.actor, intake)
    method = next((each for each in methods if each.code == wanted), None)
    page = Paginator(paper_sheets(request.actor, intake, method), PAGE).get_page(request.GET.get("page"))
    lines = [paper_line(request.actor, row) for row in page]
    context = {"intake": intake, "methods": methods, "method": method, "page": page, "lines": lines}
    return render(request, "selection/paper.html", context)


@require_safe
def paper_print(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Sheets to be filled with a pen: all open ones of a method, one page each."""
    intake: Intake = fetch(request.actor, "selection.intake.view", pk=pk)
    methods = Method.objects.filter(version=intake.framework_id)
    method = methods.filter(code=request.GET.get("method", "")[:30].replace("\x00", "")).first()
    sheets = paper_to_print(request.actor, intake, method) if method else []
    return render(request, "selection/paper_print.html", {"intake": intake, "method": method, "sheets": sheets})


@require_http_methods(["GET", "HEAD", "POST"])
def paper_sheet(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Type a sheet in from paper, or type it once more without seeing the first entry."""
    rows = RatingSheet.objects.select_related("candidate", "method", "intake", "assessor", "entered_by")
    row: RatingSheet = fetch(request.actor, "selection.paper.enter", rows, pk=pk)
    line = paper_line(request.actor, row, with_items=True)
    if request.method != "POST":
        return render(request, "selection/paper_sheet.html", {"line": line, "levels": range(1, 6), "intake": row.intake})
    entries = read_entries(request.POST, [item.pk for item in line.items])
    try:
        words = _typed_in(request, row, entries)
    except DomainError as error:
        typed = {entry.item: entry for entry in entries}
        context = {"line": line, "levels": range(1, 6), "intake": row.intake, "problem": error.message, "typed": typed}
        context["differs"] = error.code == "differs"
        return render(request, "selection/paper_sheet.html", context, status=409 if error.code == "stale" else 422)
    messages.success(request, words)
    return see_other(reverse("selection:paper", kwargs={"programme": programme, "pk": row.intake_id}))


def _typed_in(request: ProgrammeRequest, row: RatingSheet, entries: list[RatingEntry]) -> str:
    if request.POST.get("step") == "confirm":
        confirm_from_paper(actor=request.actor, sheet=row, revision=read_revision(request.POST), entries=entries)
        return _("Both entries agree. The sheet is locked.")
    # The second typing has no fields for notes: those of the first stay.
    enter_from_paper(actor=request.actor, sheet=row, entries=entries, keep_notes=request.POST.get("step") == "mine")
    return _("The sheet is typed in. Now somebody else of the office types it once more.")
