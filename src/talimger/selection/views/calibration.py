"""Calibration: the office writes samples, assessors rate them and see for themselves how they differ from the reference."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from talimger.framework.models import Method
from talimger.framework.queries import items_of_method
from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText
from talimger.kernel.policies import fetch
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands import Reference, add_sample, delete_sample, edit_sample, publish_sample, rate_sample
from talimger.selection.forms_methods import SampleForm
from talimger.selection.models import CalibrationSample, CalibrationSheet, Intake, ReferenceRating
from talimger.selection.queries.calibration import comparison_of, progress_of, undone_samples

WHY_LENGTH = 600


@require_http_methods(["GET", "HEAD", "POST"])
def samples(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """The samples of an intake, one more, and who has rated them: only whether, never how."""
    intake: Intake = fetch(request.actor, "selection.intake.steer", pk=pk)
    asked = Method.objects.filter(pk__in=intake.method_settings.values("method")).exclude(kind=Method.Kind.FEEDBACK).order_by("order")
    form = SampleForm(request.POST or None, methods=asked)
    if request.method == "POST" and form.is_valid():
        try:
            added = add_sample(actor=request.actor, intake=intake, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return see_other(_address(programme, added.pk))
    rows = list(CalibrationSample.objects.filter(intake=intake).select_related("method").order_by("method__order", "order"))
    context = {"intake": intake, "samples": rows, "form": form, "progress": progress_of(intake, rows)}
    return render(request, "selection/calibration_samples.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def sample(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """One sample with its reference: to edit until it is published."""
    row = _sample(request, pk)
    form = SampleForm(request.POST or None, initial={"title": row.title, "performance": row.performance})
    items = items_of_method(row.method_id)
    if request.method == "POST" and form.is_valid():
        reference = [_reference(request, item.pk) for item in items]
        try:
            edit_sample(actor=request.actor, sample=row, reference=reference, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("Saved."))
            return see_other(request.path)
    known = {each.item_id: each for each in ReferenceRating.objects.filter(sample=row)}
    if request.method == "POST":
        typed = [_reference(request, item.pk) for item in items]
        known = {each.item: ReferenceRating(item_id=each.item, level=each.level or 0, why=each.why) for each in typed}
    context = {
        "sample": row,
        "intake": row.intake,
        "form": form,
        "rows": [
            {"item": item, "reference": known.get(item.pk), "whys": _in_each(known.get(item.pk), request.programme.languages)}
            for item in items
        ],
        "levels": range(1, 6),
    }
    return render(request, "selection/calibration_sample.html", context, status=422 if form.errors else 200)


def _in_each(reference: ReferenceRating | None, codes: list[str]) -> list[tuple[str, str]]:
    return [(code, getattr(reference.why, code) if reference else "") for code in codes]


def _reference(request: ProgrammeRequest, item: int) -> Reference:
    level = request.POST.get(f"level-{item}", "")
    why = {code: request.POST.get(f"why-{item}-{code}", "").replace("\x00", "")[:WHY_LENGTH] for code in LANGUAGE_CODES}
    return Reference(item, int(level) if re.fullmatch("[1-5]", level) else None, LocalisedText.of(why))


@require_POST
def publish(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Let assessors rate it."""
    try:
        publish_sample(actor=request.actor, sample=_sample(request, pk))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Published. Assessors of this method rate it now."))
    return see_other(_address(programme, pk))


@require_POST
def delete(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Throw a draft away."""
    row = _sample(request, pk)
    try:
        delete_sample(actor=request.actor, sample=row)
    except DomainError as error:
        messages.error(request, error.message)
        return see_other(_address(programme, pk))
    return see_other(reverse("selection:samples", kwargs={"programme": programme, "pk": row.intake_id}))


def _sample(request: ProgrammeRequest, pk: int) -> CalibrationSample:
    rows = CalibrationSample.objects.select_related("intake", "method", "programme")
    row: CalibrationSample = fetch(request.actor, "selection.sample.edit", rows, pk=pk)
    return row


def _address(programme: str, pk: int) -> str:
    return reverse("selection:sample", kwargs={"programme": programme, "pk": pk})


# ── the assessor's side ──


@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Rate a sample; afterwards see, alone, how that differs from the reference."""
    rows = CalibrationSample.objects.select_related("intake", "method")
    row: CalibrationSample = fetch(request.actor, "selection.sample.rate", rows, pk=pk)
    items = items_of_method(row.method_id)
    typed = {item.pk: request.POST.get(f"level-{item.pk}", "") for item in items}
    problem = ""
    if request.method == "POST":
        levels = {item: int(level) if re.fullmatch("[1-5]", level) else 0 for item, level in typed.items() if level}
        try:
            rate_sample(actor=request.actor, sample=row, levels=levels)
        except DomainError as error:
            problem = error.message
        else:
            return see_other(request.path)
    own = CalibrationSheet.objects.filter(sample=row, assessor=request.actor.user_id).select_related("sample").first()
    context = {
        "sample": row,
        "rows": [{"item": item, "level": typed[item.pk]} for item in items],
        "levels": "12345",
        "problem": problem,
        "comparison": comparison_of(own) if own else None,
        "following": undone_samples(request.actor.user_id, row.intake).exclude(pk=row.pk).first(),
    }
    return render(request, "selection/calibration_rate.html", context, status=422 if problem else 200)
