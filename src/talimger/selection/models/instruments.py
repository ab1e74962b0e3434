"""Exercises and interview guides as versioned instruments, what candidates do with them, and samples to calibrate on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from talimger.framework.models import Competency, Method, RatingItem
from talimger.kernel.languages import LocalisedTextField
from talimger.kernel.models import FileRecord
from talimger.kernel.tenancy import ProgrammeOwned
from talimger.people.models import User
from talimger.selection.models.candidates import Candidate
from talimger.selection.models.intakes import Intake


class Instrument(ProgrammeOwned):
    """One version of an exercise or of the interview guide. A published version never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    # The code of the method, not its row: an instrument outlives a version of the framework.
    method_code = models.CharField(max_length=30)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    title = LocalisedTextField()
    # What the candidate reads.
    task = LocalisedTextField(blank=True)
    # What has to lie on the table, and what the assessor prepares.
    materials = LocalisedTextField(blank=True)
    minutes = models.PositiveSmallIntegerField()
    extra_minutes = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["method_code", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "method_code", "number"], name="instrument_version_once"),
            models.UniqueConstraint(
                fields=["programme", "method_code"],
                condition=Q(state="draft"),
                name="instrument_one_draft_at_a_time",
                violation_error_message=_("There is a draft already. Publish or discard it first."),
            ),
            models.CheckConstraint(
                condition=Q(minutes__range=(5, 240), extra_minutes__lte=240),
                name="instrument_minutes",
                violation_error_message=_("An exercise takes between 5 and 240 minutes."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None) | Q(state="published", published_at__isnull=False),
                name="instrument_published_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"


class GuideQuestion(ProgrammeOwned):
    """A question of the interview guide. Everybody is asked the same ones in the same order."""

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="questions")
    order = models.PositiveSmallIntegerField()
    text = LocalisedTextField()
    # What to listen for.
    listen_for = LocalisedTextField(blank=True)
    # By code, as the instrument itself; empty for a question about everything.
    competency_code = models.CharField(max_length=10, blank=True)
    # The situation in which a good mentor holds back and lets the team lead.
    is_hold_back = models.BooleanField(default=False)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["instrument", "order"], name="guide_question_in_its_place")]


class TaskSitting(ProgrammeOwned):
    """A candidate at a task in the browser: begun once, saved as they write, over when the time is."""

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="sittings")
    method = models.ForeignKey(Method, on_delete=models.PROTECT, related_name="+")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    text = models.TextField(blank=True)
    file = models.ForeignKey(FileRecord, null=True, on_delete=models.SET_NULL, related_name="+")
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["candidate", "method"], name="task_sat_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("begun_at")), name="task_takes_time"),
        ]


class CalibrationSample(ProgrammeOwned):
    """A sample performance that every assessor rates before live rating, with the reference of experienced assessors."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="samples")
    method = models.ForeignKey(Method, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField()
    title = LocalisedTextField()
    performance = LocalisedTextField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["order", "pk"]


class ReferenceRating(ProgrammeOwned):
    """What the reference gives a sample on one item, and why."""

    sample = models.ForeignKey(CalibrationSample, on_delete=models.CASCADE, related_name="reference")
    item = models.ForeignKey(RatingItem, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()
    why = LocalisedTextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "item"], name="reference_once_per_item"),
            models.CheckConstraint(
                condition=Q(level__range=(1, 5)),
                name="reference_level_1_to_5",
                violation_error_message=_("A rating is a whole number from 1 to 5."),
            ),
        ]


class CalibrationSheet(ProgrammeOwned):
    """One assessor's rating of a sample. Only they see how it differs from the reference."""

    sample = models.ForeignKey(CalibrationSample, on_delete=models.CASCADE, related_name="sheets")
    assessor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    locked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sample", "assessor"], name="sample_rated_once")]


class CalibrationRating(ProgrammeOwned):
    sheet = models.ForeignKey(CalibrationSheet, on_delete=models.CASCADE, related_name="ratings")
    item = models.ForeignKey(RatingItem, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "item"], name="calibration_rating_once"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="calibration_level_1_to_5"),
        ]


class CandidateFeedback(ProgrammeOwned):
    """What a candidate reads about one competency with the result. It never names who rated."""

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="feedback")
    competency = models.ForeignKey(Competency, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["candidate", "competency"], name="feedback_once_per_competency")]
