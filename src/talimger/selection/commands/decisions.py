"""Deciding about a candidate: a named person, a coded reason, a letter. No machine decides."""

from __future__ import annotations

from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.outbox import queue_mail
from talimger.kernel.policies import Actor, possible, require
from talimger.people.models import Programme
from talimger.selection.letters import compose_letter
from talimger.selection.models import OPEN_STATES, OUTCOMES, REASONS, Candidate, Decision, RatingSheet


@command("selection.decide")
def decide(
    *, actor: Actor, candidate: Candidate, outcome: str, reason: str, comment: str = "", supersedes: Decision | None = None
) -> Decision:
    """Decide, and queue the letter in the candidate's language, in one transaction.

    A decision in force is replaced only by somebody who has seen it (``supersedes``) and says why (``comment``);
    it stays in the record. Raises ``DomainError`` on a reason that does not belong to the outcome.
    """
    # The candidate's row is the lock: of two officers who decide at once, the second one sees the first one's decision.
    candidate = Candidate.objects.select_for_update(of=("self",)).select_related("intake").get(pk=candidate.pk)
    if possible(actor, "selection.decide") and RatingSheet.objects.filter(candidate=candidate, state__in=OPEN_STATES).exists():
        raise DomainError(_("A sheet of this candidate is open again. Decide once it is locked."), code="open")
    require(actor, "selection.decide", candidate)
    gate = candidate.intake.gate
    if outcome not in OUTCOMES[gate]:
        raise DomainError(_("Choose a decision that can be taken in this phase."), field="outcome")
    if reason not in REASONS[outcome]:
        raise DomainError(_("Choose a reason that belongs to this decision."), field="reason")
    comment = comment.strip()
    before = Decision.objects.filter(candidate=candidate, superseded_at=None).first()
    if (before.pk if before else None) != (supersedes.pk if supersedes else None):
        raise StaleWriteError(_("Somebody else has just decided about this candidate. Look at that decision first."), code="stale")
    if before is not None:
        if not comment:
            raise DomainError(_("Say why the decision changes."), field="comment")
        before.superseded_at = actor.now
        before.save(update_fields=["superseded_at"])
    programme = Programme.objects.get(pk=actor.programme_key)
    letter = compose_letter(candidate=candidate, outcome=outcome, programme=programme)
    mail = queue_mail(
        purpose="decision",
        to_email=candidate.email,
        to_name=candidate.full_name,
        subject=letter.subject,
        body=letter.body,
        language=letter.language,
        now=actor.now,
        programme_id=programme.pk,
    )
    return Decision.objects.create(
        programme_id=programme.pk,
        candidate=candidate,
        gate=gate,
        outcome=outcome,
        reason=reason,
        comment=comment,
        decided_by_id=_person(actor),
        decided_at=actor.now,
        letter=mail,
        released_at=actor.now,
    )


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise DomainError(_("A decision is taken by a named person."), code="nobody")
    return actor.user_id
