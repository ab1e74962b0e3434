"""A second look: other people than the first ones read the sheets, check the procedure, and answer the candidate."""

from __future__ import annotations

from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import Actor, require
from talimger.selection.models import Appeal, Candidate

ANSWER_LENGTH = 4_000


@command("selection.appeal.decide")
def decide_appeal(*, actor: Actor, appeal: Appeal, outcome: str, answer: str, procedure_was_kept: bool) -> Appeal:
    """Let the decision stand, or have it taken again by somebody else; the candidate reads ``answer`` on their own page."""
    Candidate.objects.select_for_update(of=("self",)).get(pk=appeal.decision.candidate_id)
    appeal = Appeal.objects.select_related("decision").get(pk=appeal.pk)
    require(actor, "selection.appeal.decide", appeal)
    if actor.user_id is None:
        raise DomainError(_("A second look is taken by a named person."), code="nobody")
    if appeal.outcome:
        raise DomainError(_("This second look is over: the candidate has an answer."), code="over")
    if outcome not in Appeal.Outcome.values:
        raise DomainError(_("Choose what follows from the second look."), field="outcome")
    text = answer.strip()
    if not text:
        raise DomainError(_("Write what the candidate reads."), field="answer")
    if len(text) > ANSWER_LENGTH:
        raise DomainError(_("Shorten this text to %(limit)s characters.") % {"limit": ANSWER_LENGTH}, field="answer")
    appeal.outcome, appeal.answer, appeal.procedure_was_kept = outcome, text, procedure_was_kept
    appeal.decided_by_id, appeal.decided_at = actor.user_id, actor.now
    appeal.save(update_fields=["outcome", "answer", "procedure_was_kept", "decided_by", "decided_at"])
    if outcome == Appeal.Outcome.CHANGED and appeal.decision.superseded_at is None:
        # Undecided again; the policy keeps the first person from deciding a second time.
        appeal.decision.superseded_at = actor.now
        appeal.decision.save(update_fields=["superseded_at"])
    return appeal
