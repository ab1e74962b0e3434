"""The assessment day: blocks, rooms, sessions, who sits where, as planned and as changed by hand."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from talimger.framework.models import Method
from talimger.kernel.models import Job
from talimger.kernel.tenancy import ProgrammeOwned
from talimger.people.models import User
from talimger.selection.models.candidates import Candidate
from talimger.selection.models.intakes import Intake


class AssessmentDay(ProgrammeOwned):
    """One day of exercises or interviews. Candidates see their times once it is published."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="days")
    held_on = models.DateField()
    place = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    # Counts the changes: two people at one plan see both versions instead of overwriting.
    revision = models.PositiveIntegerField(default=0)
    # How the plan came about: the input, the seed, and how far from the best it can be (a share).
    fingerprint = models.CharField(max_length=64, blank=True)
    seed = models.PositiveIntegerField(default=1)
    gap = models.FloatField(null=True)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None) | Q(state="published", published_at__isnull=False),
                name="day_published_has_time",
            )
        ]


class DayBlock(ProgrammeOwned):
    """A stretch of the day in which one session fits."""

    day = models.ForeignKey(AssessmentDay, on_delete=models.CASCADE, related_name="blocks")
    order = models.PositiveSmallIntegerField()
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    # Whether lunch can fall into it.
    may_be_lunch = models.BooleanField(default=False)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["day", "order"], name="day_block_in_its_place"),
            models.CheckConstraint(
                condition=Q(starts_at__lt=models.F("ends_at")),
                name="day_block_takes_time",
                violation_error_message=_("A block ends after it starts."),
            ),
        ]


class DayMethod(ProgrammeOwned):
    """A method that is held on the day."""

    day = models.ForeignKey(AssessmentDay, on_delete=models.CASCADE, related_name="methods")
    method = models.ForeignKey(Method, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["method__order"]
        constraints = [models.UniqueConstraint(fields=["day", "method"], name="day_method_once")]


class DayRoom(ProgrammeOwned):
    day = models.ForeignKey(AssessmentDay, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=100)
    capacity = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["day", "name"], name="day_room_once")]


class DayAssessor(ProgrammeOwned):
    """Somebody who is there on the day."""

    day = models.ForeignKey(AssessmentDay, on_delete=models.CASCADE, related_name="assessors")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_absent = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "person"], name="day_assessor_once")]


class DayCandidate(ProgrammeOwned):
    """A candidate who is invited to the day."""

    day = models.ForeignKey(AssessmentDay, on_delete=models.CASCADE, related_name="candidates")
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="days")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "candidate"], name="day_candidate_once")]


class DaySession(ProgrammeOwned):
    """One exercise in one room in one block."""

    day = models.ForeignKey(AssessmentDay, on_delete=models.CASCADE, related_name="sessions")
    method = models.ForeignKey(Method, on_delete=models.PROTECT, related_name="+")
    block = models.ForeignKey(DayBlock, on_delete=models.CASCADE, related_name="sessions")
    room = models.ForeignKey(DayRoom, on_delete=models.CASCADE, related_name="sessions")

    class Meta:
        ordering = ["block__order", "room__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["block", "room"], name="day_one_session_in_a_room", violation_error_message=_("This room is taken in this block.")
            )
        ]


class SessionCandidate(ProgrammeOwned):
    session = models.ForeignKey(DaySession, on_delete=models.CASCADE, related_name="seats")
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="seats")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "candidate"], name="session_candidate_once")]


class SessionAssessor(ProgrammeOwned):
    session = models.ForeignKey(DaySession, on_delete=models.CASCADE, related_name="panel")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="session_assessor_once")]
