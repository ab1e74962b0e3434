"""The public side of a call: until when people may apply, and what the programme asks besides the form's own questions."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max
from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor, require
from talimger.selection.commands.intakes import FAR_AWAY
from talimger.selection.models import ApplicationQuestion, Intake

# A form that takes twenty minutes has no room for more.
MOST_QUESTIONS = 15


@command("selection.intake.set_call")
def set_call(*, actor: Actor, intake: Intake, apply_until: dt.datetime | None) -> Intake:
    """Say until when people may apply by themselves; ``None`` takes the form from the public. It holds from this moment on."""
    require(actor, "selection.intake.steer", intake)
    if apply_until is not None and not actor.now - FAR_AWAY <= apply_until <= actor.now + FAR_AWAY:
        raise DomainError(_("This date is more than ten years away. Check the year."), field="apply_until")
    # Whoever sends an application locks the intake as well: it is judged by one deadline or the other.
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    intake.apply_until = apply_until
    intake.save(update_fields=["apply_until"])
    return intake


@command("selection.question.add")
def add_question(
    *, actor: Actor, intake: Intake, text: LocalisedText, kind: str, required: bool = False, help: LocalisedText | None = None
) -> ApplicationQuestion:
    """Ask one more question, after the others. Raises ``DomainError`` when there are too many to answer."""
    require(actor, "selection.intake.steer", intake)
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    if not text:
        raise DomainError(_("Write this text in at least one language."), field="text")
    if kind not in ApplicationQuestion.Kind.values:
        raise DomainError(_("Choose one of the kinds of answers."), field="kind")
    asked = ApplicationQuestion.objects.filter(intake=intake)
    if asked.filter(withdrawn_at=None).count() >= MOST_QUESTIONS:
        raise DomainError(_("These are too many questions for one form. Take one away first."))
    last = asked.aggregate(last=Max("order"))["last"] or 0
    return ApplicationQuestion.objects.create(
        programme_id=intake.programme_id,
        intake=intake,
        order=last + 1,
        text=text,
        help=help or LocalisedText(),
        kind=kind,
        required=required,
    )


@command("selection.question.move")
def move_question(*, actor: Actor, question: ApplicationQuestion) -> ApplicationQuestion:
    """Ask a question before the one that stands above it; the first one stays where it is."""
    require(actor, "selection.question.steer", question)
    Intake.objects.select_for_update().get(pk=question.intake_id)
    question = ApplicationQuestion.objects.get(pk=question.pk)
    above = (
        ApplicationQuestion.objects.filter(intake=question.intake_id, withdrawn_at=None, order__lt=question.order)
        .order_by("-order")
        .first()
    )
    if above is not None:
        question.order, above.order = above.order, question.order
        question.save(update_fields=["order"])
        above.save(update_fields=["order"])
    return question


@command("selection.question.withdraw")
def withdraw_question(*, actor: Actor, question: ApplicationQuestion) -> ApplicationQuestion:
    """Ask a question no longer. Answers that were given stay with their applications. Twice is once."""
    require(actor, "selection.question.steer", question)
    question = ApplicationQuestion.objects.select_for_update().get(pk=question.pk)
    if question.withdrawn_at is None:
        question.withdrawn_at = actor.now
        question.save(update_fields=["withdrawn_at"])
    return question
