"""Who may do what in selection. The independence of ratings lives here: see ``complete``."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from talimger.kernel.policies import NOTHING, Actor, both, held, policy_table
from talimger.people.roles import OFFICE, Role
from talimger.selection.models import LIVE_STATES, OPEN_STATES, RatingSheet

RATERS = (Role.ASSESSOR, Role.SENIOR_INTERVIEWER, Role.TRAINER)


def complete(actor: Actor) -> Q:
    """Candidates whose every live sheet is locked, and who have at least one: before that nobody sees a rating of theirs.

    An average, an order, an export count as seeing. Until then an assessor sees nothing but the own sheet.
    """
    sheets = RatingSheet._base_manager.filter(candidate=OuterRef("pk"))
    return Q(Exists(sheets.filter(state=RatingSheet.State.LOCKED))) & ~Q(Exists(sheets.filter(state__in=OPEN_STATES)))


def _own(actor: Actor, candidate: str, *states: str) -> Exists:
    return Exists(RatingSheet._base_manager.filter(candidate=OuterRef(candidate), assessor=actor.user_id, state__in=states))


def no_conflict(actor: Actor) -> Q:
    """Candidates with whom the actor has not declared a conflict of interest: a friend reads no profile."""
    return ~Q(_own(actor, "pk", RatingSheet.State.CONFLICT))


def not_rated_by_actor(actor: Actor) -> Q:
    """Candidates whom the actor has not rated and is not asked to rate: who rates does not decide."""
    return ~Q(_own(actor, "pk", *LIVE_STATES))


def own_sheets(actor: Actor) -> Q:
    """The sheets that this assessor fills or has locked, while the role lasts. A withdrawal closes one, a conflict the whole file."""
    if not actor.holds(*RATERS):
        return NOTHING
    return Q(assessor=actor.user_id, state__in=LIVE_STATES) & ~Q(_own(actor, "candidate", RatingSheet.State.CONFLICT))


def own_open_sheets(actor: Actor) -> Q:
    """The sheets that this assessor has still to fill."""
    if not actor.holds(*RATERS):
        return NOTHING
    return Q(assessor=actor.user_id, state__in=OPEN_STATES)


POLICIES = policy_table(
    ("selection.intake.view", "selection.Intake", held(*OFFICE)),
    ("selection.intake.open", "people.Programme", held(*OFFICE)),
    ("selection.candidate.view", "selection.Candidate", held(*OFFICE)),
    ("selection.candidate.import", "selection.Intake", held(*OFFICE)),
    ("selection.import.view", "selection.CandidateImport", held(*OFFICE)),
    ("selection.sheet.assign", "selection.Intake", held(*OFFICE)),
    ("selection.sheet.queue", "selection.RatingSheet", own_sheets),
    ("selection.sheet.rate", "selection.RatingSheet", own_open_sheets),
    ("selection.sheet.withdraw", "selection.RatingSheet", held(*OFFICE)),
    ("selection.profile.view", "selection.Candidate", both(held(*OFFICE), complete, no_conflict)),
    ("selection.decide", "selection.Candidate", both(held(Role.OFFICER), complete, no_conflict, not_rated_by_actor)),
    ("selection.scores.compute", "selection.Intake", held(*OFFICE)),
    ("selection.ratings.export", "selection.Intake", held(Role.OFFICER, Role.ANALYST)),
)
