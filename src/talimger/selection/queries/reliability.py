"""How strict an assessor was, told to that assessor alone, and how far the ratings of each competency can be relied on."""

from __future__ import annotations

from django.db.models import QuerySet

from talimger.kernel.policies import Actor
from talimger.selection.models import AssessorSeverity, CompetencyReliability, FairScoreRun, Intake
from talimger.selection.queries.scores import latest_run


def own_severity(actor: Actor, intake: Intake) -> AssessorSeverity | None:
    """The actor's own severity in the run that counts. Fetch the intake through ``selection.severity.own`` first."""
    run = latest_run(intake)
    return AssessorSeverity.objects.filter(run=run, assessor=actor.user_id).select_related("run").first() if run else None


def reliabilities_of(run: FairScoreRun | None) -> QuerySet[CompetencyReliability]:
    """The reliability of each competency's ratings in a run, in the framework's order."""
    rows = CompetencyReliability.objects.select_related("competency").order_by("competency__order")
    return rows.filter(run=run) if run else rows.none()
