"""Who may do what in selection. The independence of ratings lives here: see ``complete``."""

from __future__ import annotations

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from talimger.framework.models import Method
from talimger.kernel.policies import EVERYTHING, NOTHING, Actor, both, held, policy_table
from talimger.people.roles import OFFICE, Role
from talimger.selection.models import (
    LIVE_STATES,
    OPEN_STATES,
    Appeal,
    ConflictOfInterest,
    Decision,
    Intake,
    MethodSetting,
    Override,
    RatingSheet,
)

RATERS = (Role.ASSESSOR, Role.SENIOR_INTERVIEWER, Role.TRAINER)


def holes(*, by_gate: object) -> QuerySet[MethodSetting]:
    """For a query of candidates: the methods that are due by a gate and have too few locked sheets, exceptions left out.

    ``by_gate`` is a number or an expression of the outer query, as ``OuterRef("intake__gate")``.
    """
    sheets = RatingSheet._base_manager.filter(
        candidate=OuterRef(OuterRef("pk")), method=OuterRef("method"), state=RatingSheet.State.LOCKED
    )
    locked = sheets.order_by().values("candidate").annotate(n=Count("pk")).values("n")
    exceptions = Override._base_manager.filter(candidate=OuterRef(OuterRef("pk")), method=OuterRef("method"), withdrawn_at=None)
    return (
        MethodSetting._base_manager.filter(intake=OuterRef("intake"), gate__lte=by_gate)
        .annotate(through=ExpressionWrapper(OuterRef("came_through_training"), output_field=BooleanField()))
        .filter(Q(method__applies=Method.Applies.EVERYONE) | Q(through=True))
        .annotate(locked=Coalesce(Subquery(locked), 0))
        .filter(~Exists(exceptions), locked__lt=F("raters"))
    )


def complete(actor: Actor) -> Q:
    """Candidates of whom everything due by the current gate is locked: before that nobody sees a rating of theirs.

    An average, an order, an export count as seeing. Until then an assessor sees nothing but the own sheet. A sheet that is
    open although it is not needed counts too: its rater would not be independent any more.
    """
    sheets = RatingSheet._base_manager.filter(candidate=OuterRef("pk"))
    due = sheets.filter(state__in=OPEN_STATES, gate__lte=OuterRef("intake__gate"))
    locked = sheets.filter(state=RatingSheet.State.LOCKED)
    return Q(Exists(locked)) & ~Q(Exists(due)) & ~Q(Exists(holes(by_gate=OuterRef("intake__gate"))))


def _own(actor: Actor, candidate: str, *states: str) -> Exists:
    return Exists(RatingSheet._base_manager.filter(candidate=OuterRef(candidate), assessor=actor.user_id, state__in=states))


def _conflict(actor: Actor, candidate: str) -> Exists:
    return Exists(ConflictOfInterest._base_manager.filter(candidate=OuterRef(candidate), person=actor.user_id))


def no_conflict(actor: Actor) -> Q:
    """Candidates with whom the actor has no conflict of interest: a friend or a colleague never opens the file."""
    return ~Q(_conflict(actor, "pk"))


def not_rated_by_actor(actor: Actor) -> Q:
    """Candidates whom the actor has not rated and is not asked to rate: who rates does not decide."""
    return ~Q(_own(actor, "pk", *LIVE_STATES, RatingSheet.State.SUPERSEDED))


def nothing_left_to_rate(actor: Actor) -> Q:
    """Candidates of whom the actor has no sheet left to fill, due by now or later."""
    return ~Q(_own(actor, "pk", *OPEN_STATES))


def _may_rate(actor: Actor) -> Q:
    """Sheets of candidates with whom the actor has no conflict; a trainer's own feedback is no conflict, it is what is asked for."""
    known = ConflictOfInterest._base_manager.filter(candidate=OuterRef("candidate"), person=actor.user_id)
    trained = known.filter(ground=ConflictOfInterest.Ground.TRAINING)
    others = known.exclude(ground=ConflictOfInterest.Ground.TRAINING)
    return ~Q(Exists(others)) & (Q(method__kind=Method.Kind.FEEDBACK) | ~Q(Exists(trained)))


def known_raters(actor: Actor) -> Q:
    """Intakes in which the actor could come across somebody they know: whoever rates, and the office."""
    return EVERYTHING if actor.holds(*RATERS, *OFFICE) else NOTHING


def own_sheets(actor: Actor) -> Q:
    """The sheets that this assessor fills or has locked, while the role lasts. A withdrawal closes one, a conflict the whole file."""
    if not actor.holds(*RATERS):
        return NOTHING
    return Q(assessor=actor.user_id, state__in=LIVE_STATES) & _may_rate(actor)


def own_open_sheets(actor: Actor) -> Q:
    """The sheets that this assessor has still to fill. Who has decided about a candidate no longer rates them."""
    if not actor.holds(*RATERS):
        return NOTHING
    decided = Decision._base_manager.filter(candidate=OuterRef("candidate"), decided_by=actor.user_id)
    mine = Q(assessor=actor.user_id, state__in=OPEN_STATES) & ~Q(state=RatingSheet.State.ENTERED)
    return mine & _may_rate(actor) & ~Q(Exists(decided))


def replaceable_sheets(actor: Actor) -> Q:
    """Locked sheets that their assessor may replace, or that the office may ask to be replaced, if it does not know the candidate."""
    own = own_sheets(actor)
    office = NOTHING if not actor.holds(*OFFICE) else ~Q(_conflict(actor, "candidate"))
    return Q(state=RatingSheet.State.LOCKED) & (own if office == NOTHING else office if own == NOTHING else own | office)


def sheets_on_paper(actor: Actor) -> Q:
    """Open sheets of candidates whom this person of the office neither rates, nor has decided about, nor knows."""
    decided = Decision._base_manager.filter(candidate=OuterRef("candidate"), decided_by=actor.user_id)
    rated = _own(actor, "candidate", *LIVE_STATES, RatingSheet.State.SUPERSEDED)
    return Q(state__in=OPEN_STATES) & ~Q(rated) & ~Q(Exists(decided)) & ~Q(_conflict(actor, "candidate"))


def entered_by_another(actor: Actor) -> Q:
    """Sheets that somebody else has typed in from paper: who types does not confirm."""
    return Q(state=RatingSheet.State.ENTERED) & ~Q(entered_by=actor.user_id)


def samples_to_rate(actor: Actor) -> Q:
    """Published samples of methods by which the actor rates in that intake."""
    if not actor.holds(*RATERS):
        return NOTHING
    mine = RatingSheet._base_manager.filter(
        intake=OuterRef("intake"), method=OuterRef("method"), assessor=actor.user_id, state__in=LIVE_STATES
    )
    return Q(published_at__isnull=False) & Q(Exists(mine))


# From the wash-up on nobody rates any more: people talk, and assessors may learn how strict they were.
AFTER_RATING = tuple(phase for phase in list(Intake.Phase)[list(Intake.Phase).index(Intake.Phase.WASH_UP) :])


def after_rating(actor: Actor) -> Q:
    """Candidates of intakes in which rating is over."""
    return Q(intake__phase__in=AFTER_RATING)


def severity_told(actor: Actor) -> Q:
    """Intakes that the actor has finished rating, once rating is over for everybody: severity is never shown while rating."""
    own = RatingSheet._base_manager.filter(intake=OuterRef("pk"), assessor=actor.user_id)
    locked, left = own.filter(state=RatingSheet.State.LOCKED), own.filter(state__in=OPEN_STATES)
    return Q(phase__in=AFTER_RATING) & Q(Exists(locked)) & ~Q(Exists(left))


def not_decided_before_by_actor(actor: Actor) -> Q:
    """Candidates about whom the actor took no decision that an appeal has sent back: the next time somebody else decides."""
    returned = Appeal._base_manager.filter(
        decision__candidate=OuterRef("pk"), decision__decided_by=actor.user_id, outcome=Appeal.Outcome.CHANGED
    )
    return ~Q(Exists(returned))


def outside_the_decision(actor: Actor) -> Q:
    """Appeals about candidates whom the actor has neither rated nor decided about, and does not know."""
    key = "decision__candidate"
    decided = Decision._base_manager.filter(candidate=OuterRef(key), decided_by=actor.user_id)
    rated = _own(actor, key, *LIVE_STATES, RatingSheet.State.SUPERSEDED)
    return ~Q(Exists(decided)) & ~Q(rated) & ~Q(_conflict(actor, key))


POLICIES = policy_table(
    ("selection.intake.view", "selection.Intake", held(*OFFICE)),
    ("selection.intake.open", "people.Programme", held(*OFFICE)),
    ("selection.intake.steer", "selection.Intake", held(*OFFICE)),
    ("selection.question.steer", "selection.ApplicationQuestion", held(*OFFICE)),
    ("selection.candidate.view", "selection.Candidate", both(held(*OFFICE), no_conflict)),
    ("selection.candidate.list", "selection.Candidate", held(*OFFICE)),
    ("selection.candidate.import", "selection.Intake", held(*OFFICE)),
    ("selection.import.view", "selection.CandidateImport", held(*OFFICE)),
    ("selection.sheet.assign", "selection.Intake", held(*OFFICE)),
    ("selection.day.view", "selection.AssessmentDay", held(*OFFICE)),
    ("selection.day.edit", "selection.AssessmentDay", held(*OFFICE)),
    ("selection.session.change", "selection.DaySession", held(*OFFICE)),
    ("selection.proposal.view", "selection.AssignmentProposal", held(*OFFICE)),
    ("selection.proposed.change", "selection.ProposedSheet", held(*OFFICE)),
    ("selection.sheet.queue", "selection.RatingSheet", own_sheets),
    ("selection.sheet.rate", "selection.RatingSheet", own_open_sheets),
    ("selection.sheet.withdraw", "selection.RatingSheet", held(*OFFICE)),
    ("selection.sheet.supersede", "selection.RatingSheet", replaceable_sheets),
    ("selection.paper.enter", "selection.RatingSheet", both(held(*OFFICE), sheets_on_paper)),
    ("selection.paper.confirm", "selection.RatingSheet", both(held(*OFFICE), sheets_on_paper, entered_by_another)),
    ("selection.trainer.ask", "selection.Candidate", both(held(*OFFICE), no_conflict)),
    ("selection.instrument.view", "selection.Instrument", held(*OFFICE)),
    ("selection.instrument.create", "people.Programme", held(*OFFICE)),
    ("selection.instrument.load", "people.Programme", held(*OFFICE, Role.ADMINISTRATOR)),
    ("selection.instrument.edit", "selection.Instrument", held(*OFFICE)),
    ("selection.guide.edit", "selection.GuideQuestion", held(*OFFICE)),
    ("selection.setting.change", "selection.MethodSetting", held(*OFFICE)),
    ("selection.sample.edit", "selection.CalibrationSample", held(*OFFICE)),
    ("selection.sample.rate", "selection.CalibrationSample", samples_to_rate),
    ("selection.profile.view", "selection.Candidate", both(held(*OFFICE), complete, no_conflict, nothing_left_to_rate)),
    (
        "selection.decide",
        "selection.Candidate",
        both(held(Role.OFFICER), complete, no_conflict, not_rated_by_actor, not_decided_before_by_actor),
    ),
    ("selection.reopen", "selection.Candidate", both(held(Role.OFFICER), no_conflict, not_rated_by_actor)),
    (
        "selection.wash_up",
        "selection.Candidate",
        both(held(*OFFICE), complete, no_conflict, not_rated_by_actor, after_rating),
    ),
    (
        "selection.feedback.write",
        "selection.Candidate",
        both(held(*OFFICE), complete, no_conflict, nothing_left_to_rate),
    ),
    ("selection.severity.own", "selection.Intake", both(held(*RATERS), severity_told)),
    ("selection.ranking.view", "selection.Intake", held(*OFFICE)),
    ("selection.letters.view", "selection.Intake", held(*OFFICE)),
    ("selection.letters.release", "selection.Intake", held(Role.OFFICER)),
    ("selection.place.manage", "selection.Intake", held(Role.OFFICER)),
    ("selection.fairness.view", "selection.Intake", held(*OFFICE)),
    ("selection.appeal.list", "selection.Intake", held(Role.OFFICER)),
    ("selection.appeal.decide", "selection.Appeal", both(held(Role.OFFICER), outside_the_decision)),
    ("selection.conflict.declare", "selection.Intake", known_raters),
    ("selection.override", "selection.Intake", held(Role.OFFICER)),
    ("selection.override.withdraw", "selection.Override", held(Role.OFFICER)),
    ("selection.scores.compute", "selection.Intake", held(*OFFICE)),
    ("selection.ratings.export", "selection.Intake", held(Role.OFFICER, Role.ANALYST)),
)
