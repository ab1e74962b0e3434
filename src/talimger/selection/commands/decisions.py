"""Deciding about candidates: a named person, a coded reason. No machine decides, and no letter leaves before it is released."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.policies import Actor, allowed, possible, require
from talimger.selection.commands.scores import request_scores
from talimger.selection.models import OPEN_STATES, OUTCOMES, REASONS, Candidate, Decision, FairScore, FairScoreRun, Intake, RatingSheet
from talimger.selection.policies import no_conflict, not_rated_by_actor
from talimger.selection.queries import latest_run, matrix_of

COMMENT_LENGTH = 2_000
# One band is decided at once, not a whole country.
MOST_AT_ONCE = 500


@command("selection.decide")
def decide(
    *, actor: Actor, candidate: Candidate, outcome: str, reason: str, comment: str = "", supersedes: Decision | None = None
) -> Decision:
    """Decide about one candidate. The letter waits until the letters are released.

    A decision in force is replaced only by somebody who has seen it (``supersedes``) and says why (``comment``); it stays in the
    record. Raises ``DomainError`` on a reason that does not belong to the outcome, on missing evidence, or on a departure from the
    computed order without a comment.
    """
    # The candidate's row is the lock: of two officers who decide at once, the second one sees the first one's decision.
    candidate = Candidate.objects.select_for_update(of=("self",)).select_related("intake").get(pk=candidate.pk)
    gate = candidate.intake.gate
    _tell_what_is_missing(actor, candidate)
    require(actor, "selection.decide", candidate)
    if outcome not in OUTCOMES[gate]:
        raise DomainError(_("Choose a decision that can be taken in this phase."), field="outcome")
    if reason not in REASONS[outcome]:
        raise DomainError(_("Choose a reason that belongs to this decision."), field="reason")
    comment = _comment(comment)
    before = Decision.objects.filter(candidate=candidate, superseded_at=None).first()
    if (before.pk if before else None) != (supersedes.pk if supersedes else None):
        raise StaleWriteError(_("Somebody else has just decided about this candidate. Look at that decision first."), code="stale")
    if before is not None and not comment:
        raise DomainError(_("Say why the decision changes."), field="comment")
    run = latest_run(candidate.intake)
    departs = departs_from_order(run, candidate, outcome, reason)
    if departs and not comment:
        raise DomainError(_("This departs from the computed order. Say why: it goes into the minutes."), field="comment", code="order")
    if before is not None:
        before.superseded_at = actor.now
        before.save(update_fields=["superseded_at"])
    decision = Decision.objects.create(
        programme_id=candidate.programme_id,
        candidate=candidate,
        gate=gate,
        outcome=outcome,
        reason=reason,
        comment=comment,
        run=run,
        departs_from_order=departs,
        decided_by_id=_person(actor),
        decided_at=actor.now,
    )
    if outcome == Decision.Outcome.NOT_FURTHER:
        # Nobody fills a sheet for nothing; and who does not go further no longer competes for a place.
        RatingSheet.objects.filter(candidate=candidate, state__in=OPEN_STATES).update(state=RatingSheet.State.WITHDRAWN)
        request_scores(intake_id=candidate.intake_id, now=actor.now)
    return decision


@command("selection.decide.band")
def decide_band(*, actor: Actor, intake: Intake, candidates: Sequence[int], outcome: str, reason: str, comment: str = "") -> list[Decision]:
    """Decide the same about several candidates of an intake, all or none; each decision stands in the audit by itself.

    Sent twice, it happens once. Raises ``DomainError`` if somebody else has decided about one of them meanwhile.
    """
    require(actor, "selection.intake.view", intake)
    keys = set(candidates)
    if not keys:
        raise DomainError(_("Tick the candidates first."), field="candidates")
    if len(keys) > MOST_AT_ONCE:
        raise DomainError(_("At most %(count)s candidates at once.") % {"count": MOST_AT_ONCE}, field="candidates")
    # In the order of their keys, as everybody locks them: two bands at once wait for each other and never block each other.
    chosen = list(allowed(actor, "selection.candidate.view").filter(pk__in=keys, intake=intake).order_by("pk"))
    if len(chosen) < len(keys):
        raise DomainError(_("One of these candidates is not yours to decide about. Load the page again."), field="candidates")
    known = {row.candidate_id: row for row in Decision.objects.filter(candidate__in=keys, superseded_at=None)}
    decisions = []
    for candidate in chosen:
        before = known.get(candidate.pk)
        if before and (before.outcome, before.reason, before.decided_by_id) == (outcome, reason, actor.user_id):
            continue
        try:
            decisions.append(decide(actor=actor, candidate=candidate, outcome=outcome, reason=reason, comment=comment))
        except DomainError as error:
            raise type(error)(f"{candidate.full_name}: {error.message}", code=error.code, field=error.field) from error
    return decisions


@command("selection.reopen")
def reopen_candidate(*, actor: Actor, candidate: Candidate, supersedes: Decision, comment: str) -> Decision:
    """Let somebody go on whom a gate had stopped. The decision stays in the record; sheets are assigned anew."""
    candidate = Candidate.objects.select_for_update(of=("self",)).get(pk=candidate.pk)
    require(actor, "selection.reopen", candidate)
    why = _comment(comment)
    before = Decision.objects.filter(candidate=candidate, superseded_at=None).first()
    if before is None or before.pk != supersedes.pk or before.outcome != Decision.Outcome.NOT_FURTHER:
        raise StaleWriteError(_("This decision is no longer in force. Load the page again."), code="stale")
    if not why:
        raise DomainError(_("Say why the candidate goes on after all."), field="comment")
    before.superseded_at = actor.now
    before.comment = f"{before.comment}\n{why}".strip()
    before.save(update_fields=["superseded_at", "comment"])
    request_scores(intake_id=candidate.intake_id, now=actor.now)
    return before


def departs_from_order(run: FairScoreRun | None, candidate: Candidate, outcome: str, reason: str) -> bool:
    """Whether a decision goes against the computed order: there is a line, and the candidate is not too close to it."""
    if run is None or outcome == Decision.Outcome.NOT_FURTHER or reason == Decision.Reason.WITHDREW:
        return False
    score = FairScore.objects.filter(run=run, candidate=candidate).exclude(chance_above_line=None).first()
    if score is None or score.rank is None or score.is_too_close or run.places is None:
        return False
    return (score.rank <= run.places) != (outcome == Decision.Outcome.ACCEPT)


def _tell_what_is_missing(actor: Actor, candidate: Candidate) -> None:
    """Whoever may know the candidate is told why nobody can decide yet, instead of finding nothing."""
    seen = Candidate.objects.filter(no_conflict(actor), not_rated_by_actor(actor), pk=candidate.pk).exists()
    if not possible(actor, "selection.decide") or not seen:
        return
    gate = candidate.intake.gate
    if RatingSheet.objects.filter(candidate=candidate, state__in=OPEN_STATES, gate__lte=gate).exists():
        raise DomainError(_("A sheet of this candidate is open again. Decide once it is locked."), code="open")
    missing = matrix_of(candidate).missing_methods(by_gate=gate)
    if missing:
        raise DomainError(
            _("Evidence is missing: %(methods)s. Have it collected, or make an exception with a reason on the candidate’s matrix.")
            % {"methods": ", ".join(str(method.short_name or method) for method in missing)},
            code="missing",
        )


def _comment(text: str) -> str:
    comment = text.strip()
    if len(comment) > COMMENT_LENGTH:
        raise DomainError(_("Shorten this text to %(limit)s characters.") % {"limit": COMMENT_LENGTH}, field="comment")
    return comment


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise DomainError(_("A decision is taken by a named person."), code="nobody")
    return actor.user_id
