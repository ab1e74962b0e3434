"""The wash-up: the panel talks about a candidate's ratings, agrees, or changes a level with a reason. The old one stays."""

from __future__ import annotations

from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.policies import Actor, require
from talimger.selection.commands.scores import request_scores
from talimger.selection.models import Candidate, Decision, Rating, RatingChange, RatingSheet, WashUp

REASON_LENGTH = 1_000


@command("selection.wash_up.agree")
def agree(*, actor: Actor, candidate: Candidate) -> WashUp:
    """Note that the panel has talked about this candidate and agrees with the ratings as they stand. A second click changes nothing."""
    candidate = _locked(actor, candidate)
    known = WashUp.objects.filter(candidate=candidate).first()
    if known is not None and not _has_lapsed(known):
        return known
    row, _created = WashUp.objects.update_or_create(
        candidate=candidate,
        defaults={"programme_id": candidate.programme_id, "agreed_by_id": _person(actor), "agreed_at": actor.now},
    )
    return row


@command("selection.wash_up.change")
def change_rating(*, actor: Actor, rating: Rating, level: int, reason: str, seen: int | None) -> RatingChange:
    """Agree on another level for one rating; the rater's own stays on the sheet, and the newest change counts.

    ``seen`` is the change that the page showed. Raises ``StaleWriteError`` if somebody has changed it since, ``DomainError`` without
    a reason or once the candidate has been told the result.
    """
    candidate = _locked(actor, rating.sheet.candidate)
    rating = Rating.objects.select_related("sheet").get(pk=rating.pk)
    if rating.sheet.state != RatingSheet.State.LOCKED:
        raise DomainError(_("This sheet no longer counts. Load the page again."), code="moved_on")
    before = RatingChange.objects.filter(rating=rating, superseded_at=None).first()
    if (before.pk if before else None) != seen:
        raise StaleWriteError(_("Somebody else has just changed this level. Look at their reason first."), code="stale")
    if Decision.objects.filter(candidate=candidate, superseded_at=None, released_at__isnull=False).exists():
        raise DomainError(_("The candidate has been told the result. Levels no longer change."), code="released")
    if not 1 <= level <= 5:
        raise DomainError(_("A rating is a whole number from 1 to 5."), field="level")
    why = reason.strip()
    if not why:
        raise DomainError(_("Say why the level changes: it stands beside the old one."), field="reason")
    if len(why) > REASON_LENGTH:
        raise DomainError(_("Shorten this text to %(limit)s characters.") % {"limit": REASON_LENGTH}, field="reason")
    counts = before.level if before else rating.level
    if level == counts:
        raise DomainError(_("That is the level that counts already. Choose another one."), field="level")
    if before is not None:
        before.superseded_at = actor.now
        before.save(update_fields=["superseded_at"])
    change = RatingChange.objects.create(
        programme_id=rating.programme_id,
        rating=rating,
        old_level=counts,
        level=level,
        reason=why,
        changed_by_id=_person(actor),
        changed_at=actor.now,
    )
    request_scores(intake_id=candidate.intake_id, now=actor.now)
    return change


def _locked(actor: Actor, candidate: Candidate) -> Candidate:
    # The candidate's row is the lock, as for a decision: nobody changes a level while somebody decides.
    candidate = Candidate.objects.select_for_update(of=("self",)).select_related("intake").get(pk=candidate.pk)
    require(actor, "selection.wash_up", candidate)
    return candidate


def _has_lapsed(known: WashUp) -> bool:
    sheets = RatingSheet.objects.filter(candidate=known.candidate_id, state=RatingSheet.State.LOCKED)
    return sheets.filter(locked_at__gt=known.agreed_at).exists()


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise DomainError(_("The wash-up is held by people."), code="nobody")
    return actor.user_id
