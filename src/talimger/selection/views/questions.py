"""The officer's page about a call: its public address, until when it is open, and the programme's own questions."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from talimger.kernel.errors import DomainError
from talimger.kernel.policies import fetch
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands.call import add_question, move_question, set_call, withdraw_question
from talimger.selection.forms_questions import CallForm, QuestionForm
from talimger.selection.models import ApplicationQuestion, Intake
from talimger.selection.queries.applying import call_numbers, is_call_open, questions_of
from talimger.shell.qr import qr_svg


@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """The questions of the form, and one more."""
    intake: Intake = fetch(request.actor, "selection.intake.steer", pk=pk)
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_question(actor=request.actor, intake=intake, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("The question stands in the form."))
            return see_other(request.path)
    return _page(request, intake, question_form=form)


@require_POST
def call(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Until when people may apply."""
    intake: Intake = fetch(request.actor, "selection.intake.steer", pk=pk)
    form = CallForm(request.POST)
    if form.is_valid():
        try:
            set_call(actor=request.actor, intake=intake, apply_until=form.cleaned_data["apply_until"])
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("Saved."))
            return see_other(_address(programme, pk))
    return _page(request, intake, call_form=form)


@require_POST
def question_withdraw(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Ask a question no longer."""
    question: ApplicationQuestion = fetch(request.actor, "selection.question.steer", pk=pk)
    withdraw_question(actor=request.actor, question=question)
    messages.success(request, _("The question is no longer asked. Answers that were given are kept."))
    return see_other(_address(programme, question.intake_id))


@require_POST
def question_up(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """One place up."""
    question: ApplicationQuestion = fetch(request.actor, "selection.question.steer", pk=pk)
    move_question(actor=request.actor, question=question)
    return see_other(_address(programme, question.intake_id))


def _page(
    request: ProgrammeRequest, intake: Intake, *, question_form: QuestionForm | None = None, call_form: CallForm | None = None
) -> HttpResponse:
    until = intake.apply_until
    initial = {"apply_until": timezone.localtime(until) if until else None}
    link = settings.BASE_URL + reverse("portal:start", kwargs={"programme": request.programme.slug, "pk": intake.pk})
    forms = (question_form or QuestionForm(), call_form or CallForm(initial=initial))
    context = {
        "intake": intake,
        "questions": questions_of(intake),
        "form": forms[0],
        "call_form": forms[1],
        "link": link,
        "is_open": is_call_open(intake, now=request.actor.now),
        "is_over": until is not None and until <= request.actor.now,
        "numbers": call_numbers(intake),
        "text": _text_to_share(request, intake, link) if until else "",
        "code": qr_svg(link, label=_("QR code with the address of the application form")) if until else "",
    }
    return render(request, "selection/questions.html", context, status=422 if any(form.errors for form in forms) else 200)


def _text_to_share(request: ProgrammeRequest, intake: Intake, link: str) -> str:
    assert intake.apply_until is not None
    until = timezone.localtime(intake.apply_until).strftime("%d.%m.%Y, %H:%M")
    return _("%(programme)s, %(intake)s: become a mentor! Apply until %(until)s, in about 20 minutes, also by phone: %(link)s") % {
        "programme": request.programme.name,
        "intake": intake.name,
        "until": until,
        "link": link,
    }


def _address(programme: str, pk: int) -> str:
    return reverse("selection:questions", kwargs={"programme": programme, "pk": pk})
