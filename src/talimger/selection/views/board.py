"""The coverage board, and who rates whom."""

from __future__ import annotations

import random

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from talimger.framework.models import Method
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import fetch
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.charts import board_chart
from talimger.selection.commands import assign_sheets, remind_assessors
from talimger.selection.forms import AssignForm
from talimger.selection.models import Intake
from talimger.selection.queries import assessor_loads, board, candidates_listed, raters_with_load, sheet_totals

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


@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Choose candidates, methods and assessors; sheets are spread evenly."""
    intake: Intake = fetch(request.actor, "selection.sheet.assign", pk=pk)
    today = timezone.localdate(request.actor.now)
    methods = Method.objects.filter(version=intake.framework_id).order_by("order")
    candidates = list(candidates_listed(request.actor, intake))
    form = AssignForm(
        request.POST or None, methods=methods, assessors=raters_with_load(intake, today=today), initial={"due_on": intake.rate_by}
    )
    listed = {str(candidate.pk): candidate.pk for candidate in candidates}
    # Nobody chosen is a choice too; only the untouched page has everybody ticked.
    ticked = {listed[key] for key in request.POST.getlist("candidates") if key in listed} if request.method == "POST" else None
    if request.method == "POST" and form.is_valid():
        try:
            sheets = assign_sheets(
                actor=request.actor,
                intake=intake,
                candidates=ticked or (),
                methods=[int(value) for value in form.cleaned_data["methods"]],
                assessors=[int(value) for value in form.cleaned_data["assessors"]],
                due_on=form.cleaned_data["due_on"],
                rng=random.SystemRandom(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _assigned(len(sheets)))
            return see_other(reverse("selection:board", kwargs={"programme": programme, "pk": pk}))
    context = {"intake": intake, "form": form, "candidates": candidates, "ticked": ticked}
    return render(request, "selection/assign.html", context, status=422 if form.errors else 200)


def _assigned(count: int) -> str:
    if not count:
        return _("Nothing was missing: every chosen sheet has its assessors already, or nobody chosen may take it.")
    return ngettext("%(count)s sheet was assigned.", "%(count)s sheets were assigned.", count) % {"count": count}
