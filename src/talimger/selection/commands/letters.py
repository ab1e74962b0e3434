"""Letters and places: results are released all at once, accepted people answer, the reserve moves up, mentors are admitted."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.outbox import queue_mail
from talimger.kernel.policies import Actor, require
from talimger.mentors.commands import Newcomer, admit
from talimger.mentors.models import Mentor
from talimger.people.models import Programme
from talimger.selection.commands.decisions import decide
from talimger.selection.commands.scores import request_scores
from talimger.selection.letters import compose_letter
from talimger.selection.links import ensure_candidate_link, link_of
from talimger.selection.models import Candidate, Decision, Intake
from talimger.selection.queries.letters import may_be_released, unreleased

MOST_PLACES = 5_000
MOST_APPEAL_DAYS = 60


@command("selection.letters.release")
def release_letters(*, actor: Actor, intake: Intake, decisions: Sequence[Decision] | None = None) -> list[Decision]:
    """Write the letters of all decisions in force whose candidates know nothing yet (or of those named), and put them in the outbox.

    All in one transaction; the worker sends them. A second click finds nothing left. An acceptance or a place in the reserve over a
    hole in the evidence waits until the hole is filled or excepted.
    """
    # The intake's row is the lock: of two clicks at once the second one finds nothing left to release.
    intake = Intake.objects.select_for_update(no_key=True).get(pk=intake.pk)
    require(actor, "selection.letters.release", intake)
    programme = Programme.objects.get(pk=actor.programme_key)
    rows = may_be_released(unreleased(intake))
    if decisions is not None:
        rows = rows.filter(pk__in=[decision.pk for decision in decisions])
    released = list(rows.select_related("candidate__intake").order_by("candidate__number"))
    for decision in released:
        candidate = decision.candidate
        link = link_of(ensure_candidate_link(candidate, now=actor.now))
        letter = compose_letter(candidate=candidate, outcome=decision.outcome, programme=programme, link=link)
        decision.letter = queue_mail(
            purpose="decision",
            to_email=candidate.email,
            to_name=candidate.full_name,
            subject=letter.subject,
            body=letter.body,
            language=letter.language,
            now=actor.now,
            programme_id=programme.pk,
        )
        decision.released_at = actor.now
    Decision.objects.bulk_update(released, ["letter", "released_at"])
    return released


@command("selection.places.set")
def set_places(*, actor: Actor, intake: Intake, places: int | None, appeal_days: int) -> Intake:
    """Say how many can be accepted and how long a second look can be asked for. The line through the order is computed anew."""
    intake = Intake.objects.select_for_update(no_key=True).get(pk=intake.pk)
    require(actor, "selection.intake.steer", intake)
    if places is not None and not 1 <= places <= MOST_PLACES:
        raise DomainError(_("Give a number of places from 1 to %(most)s, or leave it empty.") % {"most": MOST_PLACES}, field="places")
    if not 1 <= appeal_days <= MOST_APPEAL_DAYS:
        raise DomainError(_("Give 1 to %(most)s days for a second look.") % {"most": MOST_APPEAL_DAYS}, field="appeal_days")
    moved = intake.places != places
    intake.places, intake.appeal_days = places, appeal_days
    intake.save(update_fields=["places", "appeal_days"])
    if moved:
        request_scores(intake_id=intake.pk, now=actor.now)
    return intake


@command("selection.place.answer")
def note_answer(*, actor: Actor, decision: Decision, answer: str) -> Decision:
    """Note what an accepted person said by phone or letter. Whoever takes the place is admitted as a mentor."""
    decision = Decision.objects.select_for_update(of=("self",)).select_related("candidate__intake").get(pk=decision.pk)
    require(actor, "selection.place.manage", decision.candidate.intake)
    if decision.superseded_at is not None or decision.outcome != Decision.Outcome.ACCEPT or decision.released_at is None:
        raise DomainError(_("No place is being offered to this candidate. Load the page again."), code="no_place")
    if answer not in Decision.Answer.values:
        raise DomainError(_("Choose an answer."), field="answer")
    if answer == Decision.Answer.DECLINED and decision.answer == Decision.Answer.TAKEN:
        raise DomainError(_("This person has taken the place and is a mentor."), code="taken")
    if decision.answer != answer:
        decision.answer, decision.answered_at = answer, actor.now
        decision.save(update_fields=["answer", "answered_at"])
    if answer == Decision.Answer.TAKEN:
        admit_candidate(actor=actor, candidate=decision.candidate)
    return decision


@command("selection.mentors.admit")
def admit_taken(*, actor: Actor, intake: Intake) -> list[Mentor]:
    """Make mentors of all who took their place and are none yet."""
    require(actor, "selection.place.manage", intake)
    taken = Candidate.objects.filter(
        intake=intake,
        decisions__superseded_at=None,
        decisions__outcome=Decision.Outcome.ACCEPT,
        decisions__answer=Decision.Answer.TAKEN,
        erased_at=None,
    )
    return [admit_candidate(actor=actor, candidate=candidate) for candidate in taken.select_related("intake").order_by("number")]


def admit_candidate(*, actor: Actor, candidate: Candidate) -> Mentor:
    """A mentor of somebody who took a place; also for the candidate's own page, which acts as the programme itself."""
    return admit(
        actor=actor,
        newcomer=Newcomer(
            intake=candidate.intake_id,
            candidate=candidate.pk,
            intake_name=candidate.intake.name,
            full_name=candidate.full_name,
            email=candidate.email,
            language=candidate.language,
            phone=candidate.phone,
            city=candidate.city,
            region=candidate.region,
        ),
    )


@command("selection.place.offer")
def offer_place(*, actor: Actor, candidate: Candidate, reason: str, comment: str) -> Decision:
    """Offer somebody of the reserve a place that became free: a decision of its own, with a letter of its own."""
    require(actor, "selection.place.manage", candidate.intake)
    before = Decision.objects.filter(candidate=candidate, superseded_at=None, outcome=Decision.Outcome.RESERVE).first()
    if before is None:
        raise DomainError(_("This candidate is not on the reserve list any more. Load the page again."), code="not_reserve")
    return decide(actor=actor, candidate=candidate, outcome=Decision.Outcome.ACCEPT, reason=reason, comment=comment, supersedes=before)
