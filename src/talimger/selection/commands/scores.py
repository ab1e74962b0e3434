"""Fair scores: asked for whenever what they rest on changes, and stored with how they came about."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.files import keep_file
from talimger.kernel.jobs import start_job
from talimger.kernel.models import FileRecord, Job
from talimger.kernel.policies import Actor, require, system_actor
from talimger.selection.models import (
    AssessorSeverity,
    CompetencyReliability,
    Decision,
    FairScore,
    FairScoreRun,
    HelpfulRating,
    Intake,
)
from talimger.selection.queries import ScoreInput, latest_run, score_input
from talimger.selection.queries.fairness import purpose_of

if TYPE_CHECKING:
    from talimger.selection.fitting import Fitted

# Many-facet Rasch model with one rating scale for all items.
METHOD = "mfrm-rsm"
# As long as somebody may ask how an intake was chosen.
KEEP_FAIRNESS = dt.timedelta(days=730)


def request_scores(*, intake_id: int, now: dt.datetime) -> Job:
    """Queue the computing of an intake's fair scores in the running transaction; while one waits already, that one will do.

    It is the programme's own work: whoever locked a sheet has no job to look at, and learns nothing by it.
    """
    # The intake first: of two who ask at once, the second one finds the first one's job.
    intake = Intake.objects.select_for_update(no_key=True).get(pk=intake_id)
    # Then the job: a worker that is about to take it waits for our transaction, and so reads what we have changed.
    if intake.score_job_id is not None:
        waiting = Job.objects.select_for_update(no_key=True).filter(pk=intake.score_job_id, state=Job.State.QUEUED).first()
        if waiting is not None:
            return waiting
    actor = system_actor(programme_id=intake.programme_id, now=now)
    title = _("Fair scores: %(intake)s") % {"intake": intake.name}
    intake.score_job = start_job(actor=actor, kind="selection.fair_scores", title=title, intake=intake.pk)
    intake.save(update_fields=["score_job"])
    return intake.score_job


@command("selection.scores.request")
def compute_again(*, actor: Actor, intake: Intake) -> Job:
    """Ask for the fair scores by hand: after a computation that failed, or for sheets that were locked before there were any."""
    require(actor, "selection.scores.compute", intake)
    return request_scores(intake_id=intake.pk, now=actor.now)


def is_computed(intake: Intake, given: ScoreInput) -> bool:
    """Whether the run that counts was made from this very input by this method."""
    run = latest_run(intake)
    return run is not None and (run.method, run.input_hash) == (METHOD, given.digest)


@command("selection.scores.store")
def store_scores(*, actor: Actor, intake: Intake, given: ScoreInput, fitted: Fitted, software: str, job: Job | None = None) -> FairScoreRun:
    """Keep a run and its scores. Raises ``DomainError`` if the ratings have moved on, or somebody stored the same run first."""
    require(actor, "selection.scores.compute", intake)
    # One at a time: an older run never comes after a newer one, and no run is stored twice.
    intake = Intake.objects.select_for_update(no_key=True).get(pk=intake.pk)
    if score_input(actor, intake) != given or is_computed(intake, given):
        raise DomainError(_("The ratings have changed meanwhile. The scores are computed again."), code="moved_on")
    before = latest_run(intake)
    run = FairScoreRun.objects.create(
        programme_id=intake.programme_id,
        intake=intake,
        job=job,
        created_at=actor.now,
        method=METHOD,
        engine=fitted.engine,
        software=software,
        input_hash=given.digest,
        ratings=len(given.ratings),
        candidates=len(fitted.scores),
        parts=fitted.parts,
        places=given.places,
        converged=fitted.converged,
        reason=fitted.reason,
        deviance=fitted.deviance,
        reliability=fitted.reliability,
        population_mean=fitted.population_mean,
        population_sd=fitted.population_sd,
        findings=list(fitted.findings),
    )
    _keep_results(run, fitted)
    if before is not None and not Decision.objects.filter(candidate__intake=intake, decided_at__gte=before.created_at).exists():
        # Nobody decided while the old scores counted. The run stays in the record, its numbers need not.
        for results in (before.scores, before.severities, before.reliabilities, before.helpful_ratings):
            results.all().delete()
    return run


def _keep_results(run: FairScoreRun, fitted: Fitted) -> None:
    own = {"programme_id": run.programme_id, "run": run}
    FairScore.objects.bulk_create(
        FairScore(
            **own,
            candidate_id=each.candidate,
            measure=each.measure,
            se=each.se,
            score=each.score,
            low=each.low,
            high=each.high,
            ratings=each.ratings,
            part=each.part,
            rank=each.rank,
            chance_above_line=each.chance,
            is_too_close=each.too_close,
        )
        for each in fitted.scores
    )
    AssessorSeverity.objects.bulk_create(
        AssessorSeverity(
            **own,
            assessor_id=each.assessor,
            measure=each.measure,
            se=each.se,
            points=each.points,
            points_low=each.low,
            points_high=each.high,
            infit=each.infit,
            ratings=each.ratings,
        )
        for each in fitted.severities
    )
    CompetencyReliability.objects.bulk_create(
        CompetencyReliability(
            **own,
            competency_id=each.competency,
            reliability=each.reliability,
            raters=each.raters,
            with_one_more=each.with_one_more,
        )
        for each in fitted.reliabilities
    )
    HelpfulRating.objects.bulk_create(
        HelpfulRating(**own, candidate_id=each.candidate, assessor_id=each.assessor, order=place, gain=each.gain)
        for place, each in enumerate(fitted.helpful, start=1)
    )


@command("selection.fairness.request")
def request_fairness(*, actor: Actor, intake: Intake) -> Job:
    """Have it counted who was let through; while one counting waits, that one will do."""
    require(actor, "selection.fairness.view", intake)
    Intake.objects.select_for_update(no_key=True).get(pk=intake.pk)
    waiting = Job.objects.filter(kind="selection.fairness", arguments__intake=intake.pk, state=Job.State.QUEUED).first()
    title = _("Fairness: %(intake)s") % {"intake": intake.name}
    return waiting or start_job(actor=actor, kind="selection.fairness", title=title, intake=intake.pk)


@command("selection.fairness.store")
def store_fairness(*, actor: Actor, intake: Intake, stages: Sequence[dict[str, Any]]) -> FileRecord:
    """Keep what may be shown of the counts; what was counted before stays until it expires."""
    require(actor, "selection.fairness.view", intake)
    content = json.dumps(list(stages)).encode()
    return keep_file(actor=actor, content=content, name="fairness.json", purpose=purpose_of(intake), keep_for=KEEP_FAIRNESS)
