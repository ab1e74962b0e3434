"""An intake, its phases, what it asks of each method, and the exceptions that a named person made."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from talimger.framework.models import FrameworkVersion, Method
from talimger.kernel.languages import LocalisedTextField
from talimger.kernel.models import Job
from talimger.kernel.tenancy import ProgrammeOwned
from talimger.people.models import Cycle, User


class Gate(models.IntegerChoices):
    """Where somebody decides who goes on; each method's evidence is due by one of them."""

    DESK = 1, _("Desk screen")
    DAY = 2, _("Assessment day")
    FINAL = 3, _("Final decision")


class Intake(ProgrammeOwned):
    """One selection: a call with its phases and dates, under one published version of the framework."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class Phase(models.TextChoices):
        CALL = "call", _("Call for applications")
        DESK = "desk", _("Desk screen")
        DAY = "day", _("Assessment day")
        INTERVIEW = "interview", _("Interviews")
        WASH_UP = "wash_up", _("Wash-up")
        DECISION = "decision", _("Decisions")
        LETTERS = "letters", _("Letters")
        APPEAL = "appeal", _("Second look")
        HANDOVER = "handover", _("Handover to training")

    name = LocalisedTextField()
    cycle = models.ForeignKey(Cycle, null=True, on_delete=models.PROTECT, related_name="+")
    framework = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    phase = models.CharField(max_length=10, choices=Phase.choices, default=Phase.CALL)
    # The gate that the phase works towards, as a column: what is due by now is a question of every list.
    gate = models.PositiveSmallIntegerField(choices=Gate.choices, default=Gate.DESK)
    opens_on = models.DateField()
    # Until when people may apply: to the second, for it is a promise. Without it, nobody applies by themselves.
    apply_until = models.DateTimeField(null=True)
    rate_by = models.DateField()
    decide_by = models.DateField()
    raters_per_sheet = models.PositiveSmallIntegerField(default=2)
    # How many can be accepted: the line through the ranked list. Without it there is an order and no line.
    places = models.PositiveSmallIntegerField(null=True)
    appeal_days = models.PositiveSmallIntegerField(default=14)
    # Whether assessors rate the samples before they rate anybody.
    calibration_required = models.BooleanField(default=False)
    # The job that was asked for last to compute the fair scores; there is never a second one waiting.
    score_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("rate_by"), rate_by__lte=F("decide_by")),
                name="intake_dates_in_order",
                violation_error_message=_("An intake opens first, is rated next, and is decided last."),
            ),
            models.CheckConstraint(
                condition=Q(raters_per_sheet__range=(1, 5)),
                name="intake_raters_one_to_five",
                violation_error_message=_("One to five assessors rate each sheet."),
            ),
            models.CheckConstraint(
                condition=Q(gate=Gate.DESK, phase__in=("call", "desk"))
                | Q(gate=Gate.DAY, phase="day")
                | (Q(gate=Gate.FINAL) & ~Q(phase__in=("call", "desk", "day"))),
                name="intake_gate_of_its_phase",
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)


GATE_OF_PHASE: Mapping[str, Gate] = {
    phase: {Intake.Phase.CALL: Gate.DESK, Intake.Phase.DESK: Gate.DESK, Intake.Phase.DAY: Gate.DAY}.get(phase, Gate.FINAL)
    for phase in Intake.Phase
}


class IntakePhase(ProgrammeOwned):
    """Until when a phase of an intake lasts."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="phases")
    phase = models.CharField(max_length=10, choices=Intake.Phase.choices)
    ends_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "phase"], name="intake_phase_once")]


class MethodSetting(ProgrammeOwned):
    """What an intake asks of one method: how many raters, due by which gate, and whether the candidate's name is hidden."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="method_settings")
    method = models.ForeignKey(Method, on_delete=models.PROTECT, related_name="+")
    raters = models.PositiveSmallIntegerField()
    gate = models.PositiveSmallIntegerField(choices=Gate.choices)
    hides_name = models.BooleanField(default=False)
    # The version of the exercise, or of the interview guide, that this intake works with.
    instrument = models.ForeignKey("selection.Instrument", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["method__order"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "method"], name="method_setting_once"),
            models.CheckConstraint(
                condition=Q(raters__range=(1, 5)),
                name="method_setting_raters_one_to_five",
                violation_error_message=_("One to five assessors rate each sheet."),
            ),
        ]


class Override(ProgrammeOwned):
    """An exception that a named person made, with the reason: what the matrix asks for is not there, and may be missing."""

    class Kind(models.TextChoices):
        MISSING_EVIDENCE = "missing_evidence", _("Decided without some evidence")
        INTERVIEWER = "interviewer", _("An interviewer from outside UNICEF")

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="overrides")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    # Of one candidate; an interviewer from outside may be let in for all of them.
    candidate = models.ForeignKey("selection.Candidate", null=True, on_delete=models.PROTECT, related_name="overrides")
    method = models.ForeignKey(Method, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_a_reason"),
            models.CheckConstraint(
                condition=Q(kind="missing_evidence", candidate__isnull=False, method__isnull=False, person=None)
                | Q(kind="interviewer", person__isnull=False, candidate=None, method=None),
                name="override_names_what_it_is_about",
            ),
            models.UniqueConstraint(
                fields=["candidate", "method"],
                condition=Q(kind="missing_evidence", withdrawn_at=None),
                name="override_once_for_a_hole",
                violation_error_message=_("There is an exception for this already."),
            ),
        ]
