"""Exceptions to what the matrix asks for: made by a named person, with a reason, listed for the officer."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from talimger.framework.models import Method
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import Actor, require
from talimger.people.models import User
from talimger.selection.commands.scores import request_scores
from talimger.selection.models import Candidate, Decision, Intake, MethodSetting, Override
from talimger.selection.policies import not_rated_by_actor

REASON_LENGTH = 1_000


@command("selection.override.missing_evidence")
def allow_missing_evidence(*, actor: Actor, candidate: Candidate, method: Method, reason: str) -> Override:
    """Let a candidate be decided about although one method is missing. A second click finds the first exception.

    Raises ``DomainError`` without a reason, or if the intake does not ask for that method.
    """
    require(actor, "selection.override", candidate.intake)
    require(actor, "selection.candidate.view", candidate)
    why = _reason(reason)
    if not Candidate.objects.filter(not_rated_by_actor(actor), pk=candidate.pk).exists():
        raise DomainError(_("You rate this candidate. Somebody else makes the exception."), code="rater")
    if not MethodSetting.objects.filter(intake=candidate.intake_id, method=method).exists():
        raise DomainError(_("This intake does not ask for that method."), field="method")
    # The candidate's row is the lock: of two exceptions at once the second one finds the first.
    Candidate.objects.select_for_update().get(pk=candidate.pk)
    override, _created = Override.objects.get_or_create(
        intake_id=candidate.intake_id,
        kind=Override.Kind.MISSING_EVIDENCE,
        candidate=candidate,
        method=method,
        withdrawn_at=None,
        defaults={"programme_id": candidate.programme_id, "reason": why, "made_by_id": _person(actor), "made_at": actor.now},
    )
    request_scores(intake_id=candidate.intake_id, now=actor.now)
    return override


@command("selection.override.interviewer")
def allow_interviewer(*, actor: Actor, intake: Intake, person: User, reason: str) -> Override:
    """Let somebody from outside UNICEF hold senior interviews of this intake."""
    require(actor, "selection.override", intake)
    why = _reason(reason)
    Intake.objects.select_for_update().get(pk=intake.pk)
    override, _created = Override.objects.get_or_create(
        intake=intake,
        kind=Override.Kind.INTERVIEWER,
        person=person,
        withdrawn_at=None,
        defaults={"programme_id": intake.programme_id, "reason": why, "made_by_id": _person(actor), "made_at": actor.now},
    )
    return override


@command("selection.override.withdraw")
def withdraw_override(*, actor: Actor, override: Override) -> Override:
    """Take an exception back, as long as nobody has decided on the strength of it."""
    require(actor, "selection.override", override.intake)
    override = Override.objects.select_for_update().get(pk=override.pk)
    if override.withdrawn_at is None:
        positive = Q(outcome__in=(Decision.Outcome.ACCEPT, Decision.Outcome.RESERVE), superseded_at=None)
        if override.candidate_id and Decision.objects.filter(positive, candidate=override.candidate_id).exists():
            raise DomainError(_("A decision rests on this exception. Change the decision first."), code="decided")
        override.withdrawn_at = actor.now
        override.save(update_fields=["withdrawn_at"])
        request_scores(intake_id=override.intake_id, now=actor.now)
    return override


def _reason(reason: str) -> str:
    why = reason.strip()
    if not why:
        raise DomainError(_("Say why: the exception stands in the list with your name."), field="reason")
    if len(why) > REASON_LENGTH:
        raise DomainError(_("Shorten this text to %(limit)s characters.") % {"limit": REASON_LENGTH}, field="reason")
    return why


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise DomainError(_("An exception is made by a named person."), code="nobody")
    return actor.user_id
