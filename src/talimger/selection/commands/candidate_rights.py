"""What candidates do by themselves: answer an offered place, ask for a second look, withdraw, have their data erased."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.models import FileRecord, OutboxMail
from talimger.kernel.policies import Actor, system_actor
from talimger.selection.commands.letters import admit_candidate
from talimger.selection.commands.scores import request_scores
from talimger.selection.models import (
    OPEN_STATES,
    Appeal,
    Application,
    Candidate,
    CandidateFeedback,
    Decision,
    FairnessAnswers,
    ImportLine,
    RatingSheet,
    TaskSitting,
)
from talimger.selection.queries.portal import appeal_deadline, released_decision


@command("selection.place.answer")
def answer_offer(*, actor: Actor, candidate: Candidate, takes: bool) -> Decision:
    """Take or decline the offered place, once; whoever takes it is admitted as a mentor.

    Raises ``DomainError`` when none is offered, or the other answer was given."""
    decision = Decision.objects.select_for_update().filter(candidate=candidate, superseded_at=None, released_at__isnull=False).first()
    if decision is None or decision.outcome != Decision.Outcome.ACCEPT:
        raise DomainError(_("No place is on offer at the moment."), code="none")
    answer = Decision.Answer.TAKEN if takes else Decision.Answer.DECLINED
    if decision.answer and decision.answer != answer:
        raise DomainError(_("You have answered already. Write to us if something has changed."), code="answered")
    if not decision.answer:
        decision.answer, decision.answered_at = answer, actor.now
        decision.save(update_fields=["answer", "answered_at"])
        if takes:
            # The programme admits: whoever holds the link holds no role.
            programme = system_actor(programme_id=candidate.programme_id, now=actor.now)
            admit_candidate(actor=programme, candidate=Candidate.objects.select_related("intake").get(pk=candidate.pk))
    return decision


@command("selection.appeal.ask")
def ask_second_look(*, actor: Actor, candidate: Candidate, text: str) -> Appeal:
    """Ask for a second look, once, within the days that the intake gives. Raises ``DomainError`` when that is not possible."""
    # The candidate's row is the lock: of two clicks the second one finds the first one's request.
    candidate = Candidate.objects.select_for_update(of=("self",)).select_related("intake").get(pk=candidate.pk)
    decision = released_decision(candidate)
    until = appeal_deadline(decision, candidate.intake) if decision else None
    if decision is None or until is None:
        raise DomainError(_("There is no decision that could be looked at again."), code="none")
    if Appeal.objects.filter(decision=decision).exists():
        raise DomainError(_("You have asked for a second look already."), code="asked")
    if actor.now > until:
        day = date_format(localtime(until), "MONTH_DAY_FORMAT")
        raise DomainError(_("A second look could be asked for until %(date)s.") % {"date": day}, code="late")
    if not text.strip():
        raise DomainError(_("Say in some words what should be looked at again."), code="empty", field="text")
    return Appeal.objects.create(programme_id=candidate.programme_id, decision=decision, text=text.strip(), asked_at=actor.now)


@command("selection.candidate.withdraw")
def withdraw_candidate(*, actor: Actor, candidate: Candidate) -> Candidate:
    """Withdraw from the selection. Open sheets of the candidate close; what was rated stays. Twice is once."""
    candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    if candidate.withdrawn_at is None:
        _withdraw(candidate, actor)
        candidate.save(update_fields=["withdrawn_at"])
    return candidate


def _withdraw(candidate: Candidate, actor: Actor) -> None:
    candidate.withdrawn_at = candidate.withdrawn_at or actor.now
    RatingSheet.objects.filter(candidate=candidate, state__in=OPEN_STATES).update(state=RatingSheet.State.WITHDRAWN)
    request_scores(intake_id=candidate.intake_id, now=actor.now)


@command("selection.candidate.erase")
def erase_candidate(*, actor: Actor, candidate: Candidate) -> Candidate:
    """Erase what names or describes the candidate; a number and the ratings without a name stay, so that sums stay true.

    Twice is once. Raises ``DomainError`` once a place has been offered and not declined: a mentor's record is another one.
    """
    candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    if candidate.erased_at is not None:
        return candidate
    if not may_be_erased(candidate):
        raise DomainError(_("You have a place as a mentor. Write to the programme: it erases your data together with you."), code="mentor")
    _withdraw(candidate, actor)
    letters = OutboxMail.objects.filter(programme_id=candidate.programme_id, to_email__iexact=candidate.email)
    files = FileRecord.objects.filter(pk__in=TaskSitting.objects.filter(candidate=candidate).values("file"))
    # Their bytes go with the next clearing: a rollback cannot bring them back.
    files.update(expires_at=actor.now, name="erased")
    nobody = f"erased-{candidate.pk}@invalid"
    letters.filter(state=OutboxMail.State.WAITING).update(state=OutboxMail.State.FAILED, last_error="erased")
    letters.update(to_name="", to_email=nobody, subject="", body="")
    if candidate.brought_by_id is not None:
        ImportLine.objects.filter(batch=candidate.brought_by_id, name=candidate.full_name).update(name="", messages="")
    Application.objects.filter(candidate=candidate).delete()
    Application.objects.filter(intake=candidate.intake_id, email__iexact=candidate.email, submitted_at=None).delete()
    for rows in (FairnessAnswers, TaskSitting, CandidateFeedback):
        rows.objects.filter(candidate=candidate).delete()
    Appeal.objects.filter(decision__candidate=candidate).update(text="", answer="")
    for name in [
        "phone",
        "city",
        "region",
        "occupation",
        "training_course",
        "trainer_name",
        "trainer_email",
        "professional_experience",
        "youth_experience",
        "education",
    ]:
        setattr(candidate, name, "")
    candidate.full_name, candidate.email = f"Erased {candidate.number}", nobody
    candidate.born_on, candidate.organisation = None, None
    candidate.needs_extra_time, candidate.erased_at = False, actor.now
    candidate.save()
    return candidate


def may_be_erased(candidate: Candidate) -> bool:
    """Whether the candidate can erase everything alone: not once a place was offered to them, unless they declined it."""
    offered = Decision.objects.filter(candidate=candidate, superseded_at=None, released_at__isnull=False, outcome=Decision.Outcome.ACCEPT)
    return not offered.exclude(answer=Decision.Answer.DECLINED).exists()
