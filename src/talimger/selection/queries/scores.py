"""Fair scores: what they are computed from, the run that counts, and what of it may be shown."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from talimger.kernel.models import Job
from talimger.kernel.policies import Actor, allowed
from talimger.selection.models import Candidate, FairScore, FairScoreRun, Intake, Rating, RatingSheet
from talimger.selection.policies import complete


@dataclass(frozen=True)
class ScoreInput:
    """All that a run is computed from: ``(candidate, assessor, item, level)`` as keys, and which candidates get a score."""

    ratings: tuple[tuple[int, int, int, int], ...]
    scored: frozenset[int]

    @property
    def digest(self) -> str:
        """The same for the same input, whatever order it was read in; another one when a single level differs."""
        lines = [" ".join(map(str, row)) for row in sorted(self.ratings)]
        lines += [f"score {candidate}" for candidate in sorted(self.scored)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def score_input(actor: Actor, intake: Intake) -> ScoreInput:
    """What the intake's fair scores are computed from now: every level on a locked sheet; "no evidence" is no rating.

    Ratings of candidates who are not complete help to tell how severe assessors are; a score is for complete candidates only.
    """
    # Who is complete comes first: a sheet that is locked between the two questions then adds a rating, never a score too early.
    scored = frozenset(Candidate.objects.filter(complete(actor), intake=intake).values_list("pk", flat=True))
    given = Rating.objects.filter(sheet__intake=intake, sheet__state=RatingSheet.State.LOCKED)
    rows = given.values_list("sheet__candidate", "sheet__assessor", "item", "level").order_by()
    ratings = ((candidate, assessor, item, level) for candidate, assessor, item, level in rows if level is not None)
    return ScoreInput(tuple(sorted(ratings)), scored)


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
