"""Who rates whom: choose, look at the proposal, change it, give it out; and replace somebody who drops out."""

from __future__ import annotations

import random

from django.contrib import messages
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
from talimger.selection.commands import apply_proposal, ask_for_proposal, ask_for_replacement, change_proposed, drop_proposal
from talimger.selection.forms import AssignForm
from talimger.selection.forms_steps import ReplaceForm
from talimger.selection.models import AssignmentProposal, Intake, ProposedSheet
from talimger.selection.queries import candidates_listed, network_of, proposal_view, raters_with_load, waiting_proposal, who_could_take


@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Choose candidates, methods and assessors; a proposal is computed, and nothing is given out before somebody has seen it."""
    intake: Intake = fetch(request.actor, "selection.sheet.assign", pk=pk)
    waiting = waiting_proposal(intake)
    if waiting is not None:
        return see_other(reverse("selection:proposal", kwargs={"programme": programme, "pk": waiting.pk}))
    today = timezone.localdate(request.actor.now)
    methods = Method.objects.filter(version=intake.framework_id, pk__in=intake.method_settings.values("method")).order_by("order")
    candidates = list(candidates_listed(request.actor, intake).filter(withdrawn_at=None))
    people = raters_with_load(intake, today=today)
    form = AssignForm(request.POST or None, methods=methods, assessors=people, initial={"due_on": intake.rate_by})
    listed = {str(candidate.pk): candidate.pk for candidate in candidates}
    # Nobody chosen is a choice too; only the untouched page has everybody ticked.
    ticked = {listed[key] for key in request.POST.getlist("candidates") if key in listed} if request.method == "POST" else None
    if request.method == "POST" and form.is_valid():
        try:
            proposal = ask_for_proposal(
                actor=request.actor,
                intake=intake,
                candidates=ticked or (),
                methods=[int(value) for value in form.cleaned_data["methods"]],
                assessors=[int(value) for value in form.cleaned_data["assessors"]],
                due_on=form.cleaned_data["due_on"],
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return see_other(reverse("selection:proposal", kwargs={"programme": programme, "pk": proposal.pk}))
    context = {"intake": intake, "form": form, "candidates": candidates, "ticked": ticked, "network": network_of(intake)}
    return render(request, "selection/assign.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Somebody drops out: their open sheets go to others, everybody else keeps theirs."""
    intake: Intake = fetch(request.actor, "selection.sheet.assign", pk=pk)
    today = timezone.localdate(request.actor.now)
    people = raters_with_load(intake, today=today)
    form = ReplaceForm(request.POST or None, people=people, initial={"due_on": intake.rate_by, "absent": request.GET.get("absent")})
    if request.method == "POST" and form.is_valid():
        try:
            proposal = ask_for_replacement(
                actor=request.actor,
                intake=intake,
                absent=form.chosen,
                assessors=[person.pk for person, _load in people],
                due_on=form.cleaned_data["due_on"],
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return see_other(reverse("selection:proposal", kwargs={"programme": programme, "pk": proposal.pk}))
    return render(request, "selection/replace.html", {"intake": intake, "form": form}, status=422 if form.errors else 200)


@require_safe
def proposal(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """A proposal: being computed, to be looked at, or what became of it."""
    row = _proposal(request, pk)
    view = proposal_view(row) if row.state == AssignmentProposal.State.READY else None
    context = {"intake": row.intake, "proposal": row, "job": row.job, "view": view}
    return render(request, "selection/proposal.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def proposed(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Give one proposed sheet to somebody else."""
    rows = ProposedSheet.objects.select_related("proposal__intake", "candidate", "method", "assessor")
    sheet: ProposedSheet = fetch(request.actor, "selection.proposed.change", rows, pk=pk)
    intake = sheet.proposal.intake
    people = [person for person, _load in raters_with_load(intake, today=timezone.localdate(request.actor.now))]
    choices = who_could_take(request.actor, sheet, people=people)
    problem = ""
    if request.method == "POST":
        chosen = next((person for person, _load in choices if str(person.pk) == request.POST.get("assessor")), None)
        try:
            if chosen is None:
                raise DomainError(_("Choose one of these people."), field="assessor")
            change_proposed(actor=request.actor, sheet=sheet, assessor=chosen)
        except DomainError as error:
            problem = error.message
        else:
            return see_other(reverse("selection:proposal", kwargs={"programme": programme, "pk": sheet.proposal_id}))
    context = {"intake": intake, "sheet": sheet, "choices": choices, "problem": problem}
    return render(request, "selection/proposed.html", context, status=422 if problem else 200)


@require_POST
def settle(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Give the sheets out, or drop the proposal."""
    row = _proposal(request, pk)
    board: str = reverse("selection:board", kwargs={"programme": programme, "pk": row.intake_id})
    if request.POST.get("step") == "drop":
        drop_proposal(actor=request.actor, proposal=row)
        messages.success(request, _("The proposal was dropped. Nothing has changed."))
        return see_other(board)
    try:
        sheets = apply_proposal(actor=request.actor, proposal=row, rng=random.SystemRandom())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        words = ngettext("%(count)s sheet was assigned.", "%(count)s sheets were assigned.", len(sheets))
        messages.success(request, words % {"count": len(sheets)})
    return see_other(board)


def _proposal(request: ProgrammeRequest, pk: int) -> AssignmentProposal:
    rows = AssignmentProposal.objects.select_related("intake", "job", "absent")
    row: AssignmentProposal = fetch(request.actor, "selection.proposal.view", rows, pk=pk)
    return row
