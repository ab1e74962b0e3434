"""The coverage board, and who rates whom."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from talimger.kernel.errors import DomainError
from talimger.kernel.policies import fetch
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.charts import board_chart
from talimger.selection.commands import remind_assessors
from talimger.selection.models import Intake
from talimger.selection.queries import assessor_loads, board, candidates_listed, sheet_totals

PAGE = 50


@require_safe
def coverage(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """What is there, what is missing, who is late."""
    intake: Intake = fetch(request.actor, "selection.intake.view", pk=pk)
    search = request.GET.get("q", "")
    candidates = candidates_listed(request.actor, intake, search=search)
    page = Paginator(candidates, PAGE).get_page(request.GET.get("page"))
    loads = assessor_loads(intake, today=timezone.localdate(request.actor.now))
    context = {
        "intake": intake,
        "q": search,
        "page": page,
        "board": board_chart(board(intake, list(page.object_list)), programme),
        "loads": loads,
        "behind": [load for load in loads if load.left],
        "totals": sheet_totals(intake),
    }
    return render(request, "selection/board.html", context)


@require_POST
def remind(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Write to assessors who have sheets left: to one of them, or to everybody."""
    intake: Intake = fetch(request.actor, "selection.sheet.assign", pk=pk)
    chosen = [int(value) for value in request.POST.getlist("assessor") if value.isdecimal() and len(value) < 19]
    try:
        letters = remind_assessors(actor=request.actor, intake=intake, assessors=chosen)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        words = ngettext("%(count)s reminder is in the outbox.", "%(count)s reminders are in the outbox.", len(letters))
        messages.success(request, words % {"count": len(letters)})
    return see_other(reverse("selection:board", kwargs={"programme": programme, "pk": pk}))
