"""Fair scores: each computing of them, what it says of candidates, assessors and competencies, and the ratings that would help most."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from talimger.framework.models import Competency
from talimger.kernel.models import Job
from talimger.kernel.tenancy import ProgrammeOwned
from talimger.people.models import User
from talimger.selection.models.candidates import Candidate
from talimger.selection.models.intakes import Intake


class FairScoreRun(ProgrammeOwned):
    """One computing of an intake's fair scores: from what, by what, when, and how it went. The latest one of an intake counts.

    A run that could not be made has its ``reason`` and no scores.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="score_runs")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    method = models.CharField(max_length=40)
    engine = models.CharField(max_length=20, blank=True)
    software = models.CharField(max_length=120)
    # Nothing is drawn at random so far; a method that draws writes down here what it began with.
    seed = models.PositiveIntegerField(default=0)
    input_hash = models.CharField(max_length=64)
    ratings = models.PositiveIntegerField()
    candidates = models.PositiveIntegerField()
    # Into how many parts without a link the candidates with a score fall; between parts nothing is compared.
    parts = models.PositiveSmallIntegerField(default=1)
    # How many could be accepted when it was computed: the line that chances are counted from.
    places = models.PositiveSmallIntegerField(null=True)
    converged = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    deviance = models.FloatField(null=True)
    reliability = models.FloatField(null=True)
    population_mean = models.FloatField(null=True)
    population_sd = models.FloatField(null=True)
    findings = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(converged=True) | ~Q(reason=""), name="score_run_says_what_went_wrong"),
        ]

    @property
    def is_made(self) -> bool:
        """Whether there was enough to compute at all."""
        return self.deviance is not None


class FairScore(ProgrammeOwned):
    """What an average assessor would have given a candidate, with its range; written for candidates who were complete then."""

    run = models.ForeignKey(FairScoreRun, on_delete=models.CASCADE, related_name="scores")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="fair_scores")
    # On the ruler of the method (logits), and on the scale of the ratings.
    measure = models.FloatField()
    se = models.FloatField()
    score = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    ratings = models.PositiveIntegerField()
    part = models.PositiveSmallIntegerField(default=1)
    # Place in the computed order, and the chance of belonging above the line; only where there is a line.
    rank = models.PositiveIntegerField(null=True)
    chance_above_line = models.FloatField(null=True)
    is_too_close = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "candidate"], name="fair_score_once_in_a_run"),
            models.CheckConstraint(
                condition=Q(low__lte=models.F("score"), score__lte=models.F("high")), name="fair_score_within_its_range"
            ),
            models.CheckConstraint(condition=Q(low__gte=1, high__lte=5), name="fair_score_range_on_the_scale"),
            models.CheckConstraint(
                condition=Q(chance_above_line=None) | Q(chance_above_line__range=(0, 1)), name="fair_score_chance_is_a_share"
            ),
        ]


class AssessorSeverity(ProgrammeOwned):
    """How strict an assessor was, in points of the 1-5 scale against colleagues. Shown to that assessor alone, after locking."""

    run = models.ForeignKey(FairScoreRun, on_delete=models.CASCADE, related_name="severities")
    assessor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    measure = models.FloatField()
    se = models.FloatField()
    # Points that this assessor gives less (above zero) or more (below zero) than colleagues do.
    points = models.FloatField()
    points_low = models.FloatField()
    points_high = models.FloatField()
    infit = models.FloatField(null=True)
    ratings = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "assessor"], name="severity_once_in_a_run")]


class CompetencyReliability(ProgrammeOwned):
    """How well the ratings of one competency tell candidates apart, and what one more rater would give."""

    run = models.ForeignKey(FairScoreRun, on_delete=models.CASCADE, related_name="reliabilities")
    competency = models.ForeignKey(Competency, on_delete=models.PROTECT, related_name="+")
    reliability = models.FloatField(null=True)
    raters = models.FloatField()
    with_one_more = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "competency"], name="reliability_once_in_a_run")]


class HelpfulRating(ProgrammeOwned):
    """A rating that would help most to tell a candidate too close to call from the line."""

    run = models.ForeignKey(FairScoreRun, on_delete=models.CASCADE, related_name="helpful_ratings")
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="+")
    assessor = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    order = models.PositiveSmallIntegerField()
    # By how much the standard error would shrink, in logits.
    gain = models.FloatField()

    class Meta:
        ordering = ["order"]
