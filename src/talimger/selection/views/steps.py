"""The steps of an intake: which phase it is in, until when, and the exceptions that were made."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from talimger.kernel.errors import DomainError
from talimger.kernel.languages import in_alphabet
from talimger.kernel.policies import fetch, may
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands import (
    allow_interviewer,
    allow_missing_evidence,
    declare_conflicts,
    move_to_phase,
    set_phase_dates,
    withdraw_override,
)
from talimger.selection.forms_steps import InterviewerExceptionForm, MissingEvidenceForm, PhaseDatesForm, known_candidates
from talimger.selection.models import Candidate, ConflictOfInterest, Intake, Override
from talimger.selection.queries import interviewers_from_outside, matrix_of, overrides_of, phases_of


@require_http_methods(["GET", "HEAD", "POST"])
def steps(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Where the intake is; move it on, or change the dates."""
    intake: Intake = fetch(request.actor, "selection.intake.steer", pk=pk)
    form = PhaseDatesForm(request.POST or None, intake=intake)
    if request.method == "POST" and form.is_valid():
        try:
            set_phase_dates(actor=request.actor, intake=intake, **form.values())
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("Saved."))
            return see_other(request.path)
    rows = phases_of(intake, today=timezone.localdate(request.actor.now))
    context = {"intake": intake, "form": form, "rows": rows, "next": next((row for row in rows if row.is_next), None)}
    return render(request, "selection/steps.html", context, status=422 if form.errors else 200)


@require_POST
def move(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Make another phase the active one."""
    intake = move_to_phase(
        actor=request.actor, intake=fetch(request.actor, "selection.intake.steer", pk=pk), phase=request.POST.get("phase", "")
    )
    messages.success(request, _("The intake is now at: %(phase)s.") % {"phase": intake.get_phase_display()})
    return see_other(reverse("selection:steps", kwargs={"programme": programme, "pk": pk}))


@require_http_methods(["GET", "HEAD", "POST"])
def exceptions(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """All exceptions of an intake, and a new one for an interviewer from outside."""
    intake: Intake = fetch(request.actor, "selection.intake.view", pk=pk)
    may_except = may(request.actor, "selection.override", intake)
    form = InterviewerExceptionForm(request.POST or None, people=interviewers_from_outside(intake, now=request.actor.now))
    if request.method == "POST":
        intake = fetch(request.actor, "selection.override", pk=pk)
    if request.method == "POST" and form.is_valid():
        try:
            allow_interviewer(actor=request.actor, intake=intake, person=form.chosen, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("The exception stands in the list."))
            return see_other(request.path)
    context = {"intake": intake, "overrides": overrides_of(intake), "form": form, "may_except": may_except}
    return render(request, "selection/exceptions.html", context, status=422 if form.errors else 200)


@require_POST
def exception_withdraw(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Take an exception back."""
    override: Override = fetch(request.actor, "selection.override.withdraw", Override.objects.select_related("intake"), pk=pk)
    try:
        withdraw_override(actor=request.actor, override=override)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The exception has been taken back."))
    return see_other(reverse("selection:exceptions", kwargs={"programme": programme, "pk": override.intake_id}))


@require_http_methods(["GET", "HEAD", "POST"])
def matrix(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """The matrix of one candidate: what is asked for, what is there, what is missing, and an exception for what stays missing."""
    candidate: Candidate = fetch(request.actor, "selection.candidate.view", Candidate.objects.select_related("intake"), pk=pk)
    may_except = may(request.actor, "selection.override", candidate.intake)
    if request.method == "POST" and not may_except:
        raise Http404
    drawn = matrix_of(candidate)
    missing = drawn.missing_methods(by_gate=candidate.intake.gate)
    form = MissingEvidenceForm(request.POST or None, methods=missing)
    if request.method == "POST" and form.is_valid():
        try:
            allow_missing_evidence(actor=request.actor, candidate=candidate, method=form.chosen, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("The exception stands in the list."))
            return see_other(request.path)
    context = {
        "candidate": candidate,
        "intake": candidate.intake,
        "matrix": drawn,
        "rows": [*zip(drawn.methods, drawn.cells, strict=True)],
        "missing": missing,
        "may_except": may_except,
        "overrides": overrides_of(candidate.intake, candidate=candidate),
        "form": form,
    }
    return render(request, "selection/matrix.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def acquaintances(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Whom do you know? Said before anybody is assigned, it saves everybody a change."""
    intake: Intake = fetch(request.actor, "selection.conflict.declare", pk=pk)
    rows = Candidate.objects.filter(intake=intake, withdrawn_at=None)
    own = ConflictOfInterest.objects.filter(candidate__intake=intake, person=request.actor.user_id)
    known = set(own.values_list("candidate", flat=True))
    problem = ""
    if request.method == "POST":
        try:
            said = declare_conflicts(actor=request.actor, intake=intake, candidates=known_candidates(request.POST))
        except DomainError as error:
            problem = error.message
        else:
            messages.success(request, _("Noted for %(count)s. You will not see these files.") % {"count": len(said)})
            return see_other(request.path)
    rows = rows.order_by(in_alphabet("full_name")).only("pk", "full_name")
    context = {"here": intake, "candidates": rows, "known": known, "problem": problem}
    return render(request, "selection/acquaintances.html", context, status=422 if problem else 200)

