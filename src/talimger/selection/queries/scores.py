"""Fair scores: what they are computed from, the run that counts, and what of it may be shown."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from talimger.framework.models import Method, RatingItem
from talimger.kernel.models import Job
from talimger.kernel.policies import Actor, allowed
from talimger.people.queries import people_with_role
from talimger.people.roles import Role
from talimger.selection.models import (
    LIVE_STATES,
    Candidate,
    ConflictOfInterest,
    Decision,
    FairScore,
    FairScoreRun,
    Intake,
    MethodSetting,
    Rating,
    RatingSheet,
)
from talimger.selection.policies import complete


@dataclass(frozen=True)
class ScoreInput:
    """All that a run is computed from: ``(candidate, assessor, item, level)`` as keys, and which candidates get a score.

    ``places`` is the line through the order; ``out`` are those who get a score and no longer compete for a place.
    """

    ratings: tuple[tuple[int, int, int, int], ...]
    scored: frozenset[int]
    places: int | None = None
    out: frozenset[int] = frozenset()

    @property
    def digest(self) -> str:
        """The same for the same input, whatever order it was read in; another one when a single level differs."""
        lines = [" ".join(map(str, row)) for row in sorted(self.ratings)]
        lines += [f"score {candidate}" for candidate in sorted(self.scored)]
        lines += [f"out {candidate}" for candidate in sorted(self.out)]
        lines += [f"places {self.places}"] if self.places else []
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def score_input(actor: Actor, intake: Intake) -> ScoreInput:
    """What the intake's fair scores are computed from now: every level on a locked sheet; "no evidence" is no rating.

    Ratings of candidates who are not complete help to tell how severe assessors are; a score is for complete candidates only.
    """
    # Who is complete comes first: a sheet that is locked between the two questions then adds a rating, never a score too early.
    scored = frozenset(Candidate.objects.filter(complete(actor), intake=intake).values_list("pk", flat=True))
    given = with_level_in_force(Rating.objects.filter(sheet__intake=intake, sheet__state=RatingSheet.State.LOCKED))
    rows = given.values_list("sheet__candidate", "sheet__assessor", "item", "in_force").order_by()  # type: ignore[misc]  # annotated
    ratings = ((candidate, assessor, item, level) for candidate, assessor, item, level in rows if level is not None)
    gone = Q(withdrawn_at__isnull=False) | Q(decisions__superseded_at=None, decisions__outcome=Decision.Outcome.NOT_FURTHER)
    out = frozenset(Candidate.objects.filter(gone, intake=intake).values_list("pk", flat=True)) & scored
    places = Intake.objects.filter(pk=intake.pk).values_list("places", flat=True).get()
    return ScoreInput(tuple(sorted(ratings)), scored, places, out)


def with_level_in_force(ratings: QuerySet[Rating]) -> QuerySet[Rating]:
    """Ratings with ``in_force``: the level that the wash-up agreed on, else the rater's own."""
    changed = FilteredRelation("changes", condition=Q(changes__superseded_at=None))
    return ratings.annotate(agreed=changed).annotate(in_force=Coalesce(F("agreed__level"), F("level")))


def competencies_of_items(intake: Intake) -> dict[int, int]:
    """To which competency each item of the intake's framework belongs."""
    return dict(RatingItem.objects.filter(cell__version=intake.framework_id).values_list("pk", "cell__competency"))


def possible_raters(intake: Intake, candidates: Collection[int], *, now: dt.datetime) -> dict[int, frozenset[int]]:
    """Who could still be asked to rate each candidate: whoever rates in the programme, knows them not, and has not decided about them.

    A method that somebody of the role has still to be asked about is not looked for: the officer chooses it when assigning.
    """
    today = timezone.localdate(now)
    methods = Method.objects.filter(pk__in=MethodSetting.objects.filter(intake=intake).values("method"))
    # A method that names no role is for assessors; a trainer's feedback nobody else can give.
    roles = {role or Role.ASSESSOR for role in methods.values_list("rater_role", flat=True)} - {Role.TRAINER}
    people = {person.pk for role in roles for person in people_with_role(role, today=today)}
    barred: dict[int, set[int]] = defaultdict(set)
    for table, person in (
        (ConflictOfInterest.objects.filter(candidate__in=candidates), "person"),
        (Decision.objects.filter(candidate__in=candidates), "decided_by"),
        (RatingSheet.objects.filter(candidate__in=candidates, state__in=LIVE_STATES), "assessor"),
    ):
        for candidate, key in table.values_list("candidate", person):
            barred[candidate].add(key)
    return {candidate: frozenset(people - barred[candidate]) for candidate in candidates}


def latest_run(intake: Intake) -> FairScoreRun | None:
    """The run that counts: the one made last."""
    return FairScoreRun.objects.filter(intake=intake).order_by("-pk").first()


@dataclass(frozen=True)
class Scoring:
    """How far the fair scores of an intake are: the run that counts, and the job that was asked for last."""

    run: FairScoreRun | None
    job: Job | None

    @property
    def is_pending(self) -> bool:
        return self.job is not None and not self.job.is_over

    @property
    def has_failed(self) -> bool:
        return self.job is not None and self.job.state == Job.State.FAILED

    @property
    def is_impossible(self) -> bool:
        """Whether the ratings did not carry a computation; ``run.reason`` says why."""
        return self.run is not None and not self.run.is_made

    @property
    def is_shaky(self) -> bool:
        return self.run is not None and self.run.is_made and not self.run.converged

    @property
    def tells_nobody_apart(self) -> bool:
        return self.run is not None and "no_differences" in self.run.findings

    @property
    def in_parts(self) -> bool:
        """Whether some candidates cannot be compared with others."""
        return self.run is not None and self.run.parts > 1


def scoring_of(intake: Intake) -> Scoring:
    """How far the fair scores of an intake are, in two queries."""
    job = Job.objects.filter(pk=intake.score_job_id).first() if intake.score_job_id else None
    return Scoring(latest_run(intake), job)


def scores_shown(actor: Actor, run: FairScoreRun | None, candidates: Iterable[int]) -> dict[int, FairScore]:
    """The scores of these candidates that the actor may see: whoever is no longer complete has none, whatever the run says."""
    if run is None:
        return {}
    seen = allowed(actor, "selection.profile.view").filter(pk__in=candidates).values("pk")
    return {score.candidate_id: score for score in FairScore.objects.filter(run=run, candidate__in=seen)}
