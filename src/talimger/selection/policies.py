"""Who may do what in selection. The independence of ratings lives here: see ``COMPLETE``."""

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


def not_rated_by_actor(actor: Actor) -> Q:
    """Candidates whom the actor has not rated and is not asked to rate: who rates does not decide."""
    own = RatingSheet._base_manager.filter(candidate=OuterRef("pk"), assessor=actor.user_id, state__in=LIVE_STATES)
    return ~Q(Exists(own))


def own_sheets(actor: Actor) -> Q:
    """The sheets that this assessor fills or has locked, while the role lasts. A conflict or a withdrawal closes them."""
    if not actor.holds(*RATERS):
        return NOTHING
    return Q(assessor=actor.user_id, state__in=LIVE_STATES)


def own_open_sheets(actor: Actor) -> Q:
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
    ("selection.profile.view", "selection.Candidate", both(held(*OFFICE), complete)),
    ("selection.decide", "selection.Candidate", both(held(Role.OFFICER), complete, not_rated_by_actor)),
    ("selection.ratings.export", "selection.Intake", held(Role.OFFICER, Role.ANALYST)),
)
