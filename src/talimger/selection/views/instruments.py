"""The office's pages about exercises and guides, and with which of them an intake works."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from talimger.framework.models import Competency
from talimger.framework.queries import current_version
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import fetch, require
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands import (
    add_guide_question,
    change_method_setting,
    choose_instrument,
    discard_instrument,
    draft_instrument,
    edit_guide_question,
    edit_instrument,
    move_guide_question,
    publish_instrument,
    remove_guide_question,
)
from talimger.selection.commands.instruments import is_guide
from talimger.selection.forms_methods import GuideQuestionForm, InstrumentForm, SettingForm
from talimger.selection.models import GuideQuestion, Instrument, Intake, MethodSetting
from talimger.selection.queries.instruments import instruments_by_method, settings_of


@require_http_methods(["GET", "HEAD", "POST"])
def instruments(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Every exercise and guide with its versions; a new version begins here."""
    require(request.actor, "selection.instrument.create")
    if request.method == "POST":
        try:
            draft = draft_instrument(actor=request.actor, method_code=request.POST.get("method", "")[:30])
        except DomainError as error:
            messages.error(request, error.message)
            return see_other(request.path)
        return see_other(_address(programme, draft.pk))
    return render(request, "selection/instruments.html", {"methods": instruments_by_method()})


@require_http_methods(["GET", "HEAD", "POST"])
def instrument(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """One version: to read when it is published, to edit while it is a draft."""
    row: Instrument = fetch(request.actor, "selection.instrument.view", pk=pk)
    initial = {name: getattr(row, name) for name in ("title", "task", "materials", "minutes", "extra_minutes")}
    form = InstrumentForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            edit_instrument(actor=request.actor, instrument=row, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("Saved."))
            return see_other(request.path)
    context = {
        "instrument": row,
        "form": form,
        "is_guide": is_guide(row.method_code),
        "questions": GuideQuestion.objects.filter(instrument=row).order_by("order"),
    }
    return render(request, "selection/instrument.html", context, status=422 if form.errors else 200)


@require_POST
def publish(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Make a draft final."""
    row: Instrument = fetch(request.actor, "selection.instrument.edit", pk=pk)
    try:
        publish_instrument(actor=request.actor, instrument=row)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Published. Choose it on the page of methods of the intake."))
    return see_other(_address(programme, pk))


@require_POST
def discard(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Throw a draft away."""
    row: Instrument = fetch(request.actor, "selection.instrument.edit", pk=pk)
    try:
        discard_instrument(actor=request.actor, instrument=row)
    except DomainError as error:
        messages.error(request, error.message)
        return see_other(_address(programme, pk))
    messages.success(request, _("The draft is gone. The published versions stay."))
    return see_other(reverse("selection:instruments", kwargs={"programme": programme}))


@require_http_methods(["GET", "HEAD", "POST"])
def question_new(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """One more question of a draft guide."""
    row: Instrument = fetch(request.actor, "selection.instrument.edit", pk=pk)
    form = GuideQuestionForm(request.POST or None, competencies=_competencies())
    if request.method == "POST" and form.is_valid():
        try:
            add_guide_question(actor=request.actor, instrument=row, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return see_other(_address(programme, pk))
    return render(request, "selection/instrument_question.html", {"form": form, "instrument": row}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Change a question of a draft guide."""
    row = _question(request, pk)
    initial = {name: getattr(row, name) for name in ("text", "listen_for", "competency_code", "is_hold_back")}
    form = GuideQuestionForm(request.POST or None, competencies=_competencies(), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            edit_guide_question(actor=request.actor, question=row, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return see_other(_address(programme, row.instrument_id))
    context = {"form": form, "instrument": row.instrument, "question": row}
    return render(request, "selection/instrument_question.html", context, status=422 if form.errors else 200)


@require_POST
def question_up(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Ask it earlier."""
    row = _question(request, pk)
    try:
        move_guide_question(actor=request.actor, question=row)
    except DomainError as error:
        messages.error(request, error.message)
    return see_other(_address(programme, row.instrument_id))


@require_POST
def question_remove(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Ask it no longer."""
    row = _question(request, pk)
    try:
        remove_guide_question(actor=request.actor, question=row)
    except DomainError as error:
        messages.error(request, error.message)
    return see_other(_address(programme, row.instrument_id))


def _question(request: ProgrammeRequest, pk: int) -> GuideQuestion:
    row: GuideQuestion = fetch(request.actor, "selection.guide.edit", GuideQuestion.objects.select_related("instrument"), pk=pk)
    return row


def _competencies() -> list[Competency]:
    return list(Competency.objects.filter(version=current_version()).order_by("order"))


def _address(programme: str, pk: int) -> str:
    return reverse("selection:instrument", kwargs={"programme": programme, "pk": pk})


# ── what an intake asks of each method ──


@require_safe
def methods(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Per method: how many raters, by when, with or without the name, and which version of the exercise."""
    intake: Intake = fetch(request.actor, "selection.intake.view", pk=pk)
    return _methods_page(request, intake)


@require_POST
def setting(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Change what an intake asks of one method."""
    rows = MethodSetting.objects.select_related("intake", "method")
    row: MethodSetting = fetch(request.actor, "selection.setting.change", rows, pk=pk)
    versions = next(found for each, found in settings_of(row.intake) if each.pk == row.pk)
    form = SettingForm(request.POST, versions=versions, prefix=str(row.pk))
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            if "instrument" in values:
                choose_instrument(actor=request.actor, setting=row, instrument=values.pop("instrument"))
            change_method_setting(actor=request.actor, setting=row, **values)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("Saved."))
            return see_other(reverse("selection:methods", kwargs={"programme": programme, "pk": row.intake_id}))
    return _methods_page(request, row.intake, (row.pk, form))


def _methods_page(request: ProgrammeRequest, intake: Intake, refused: tuple[int, SettingForm] | None = None) -> HttpResponse:
    rows = []
    for row, versions in settings_of(intake):
        initial = {"raters": row.raters, "gate": row.gate, "hides_name": row.hides_name, "instrument": row.instrument_id}
        form = refused[1] if refused and refused[0] == row.pk else SettingForm(versions=versions, initial=initial, prefix=str(row.pk))
        rows.append({"setting": row, "versions": versions, "form": form})
    return render(request, "selection/methods.html", {"intake": intake, "rows": rows}, status=422 if refused else 200)
