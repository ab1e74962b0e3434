"""What was decided about candidates, what they answered, and who asked for a second look."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from talimger.kernel.models import OutboxMail
from talimger.kernel.tenancy import ProgrammeOwned
from talimger.people.models import User
from talimger.selection.models.candidates import Candidate
from talimger.selection.models.intakes import Gate
from talimger.selection.models.scores import FairScoreRun


class Decision(ProgrammeOwned):
    """What a named person decided about a candidate, and why. A later decision supersedes it; nothing is overwritten."""

    class Outcome(models.TextChoices):
        ACCEPT = "accept", _("Accept")
        RESERVE = "reserve", _("Reserve")
        NOT_NOW = "not_now", _("Not now")
        # Only at a gate before the last one.
        NOT_FURTHER = "not_further", _("Not going further")

    class Reason(models.TextChoices):
        STRONG_EVIDENCE = "strong_evidence", _("Strong evidence across the competencies")
        NEEDED_STRENGTH = "needed_strength", _("Brings a strength that the team of mentors needs")
        PLACES_FILLED = "places_filled", _("Convincing, but the places are filled")
        AWAITING_EVIDENCE = "awaiting_evidence", _("Convincing, but something has still to be shown")
        EVIDENCE_TOO_THIN = "evidence_too_thin", _("Too little evidence so far")
        COMPETENCY_BELOW_NEED = "competency_below_need", _("A key competency is below what the work needs")
        REQUIREMENTS_NOT_MET = "requirements_not_met", _("The published requirements are not met")
        DID_NOT_TAKE_PART = "did_not_take_part", _("Did not take part")
        WITHDREW = "withdrew", _("The candidate withdrew")

    class Answer(models.TextChoices):
        TAKEN = "taken", _("Takes the place")
        DECLINED = "declined", _("Declines the place")

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="decisions")
    gate = models.PositiveSmallIntegerField(choices=Gate.choices, default=Gate.FINAL)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    reason = models.CharField(max_length=30, choices=Reason.choices)
    comment = models.TextField(blank=True)
    # The run that the person had before their eyes, and whether the decision departs from its order.
    run = models.ForeignKey(FairScoreRun, null=True, on_delete=models.SET_NULL, related_name="+")
    departs_from_order = models.BooleanField(default=False)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    # Written and sent when the letters are released; before that the candidate knows nothing.
    letter = models.ForeignKey(OutboxMail, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidate"],
                condition=Q(superseded_at=None),
                name="decision_one_in_force",
                violation_error_message=_("There is a decision on this candidate already."),
            ),
            models.CheckConstraint(
                condition=(Q(outcome="not_further") & ~Q(gate=Gate.FINAL)) | (~Q(outcome="not_further") & Q(gate=Gate.FINAL)),
                name="decision_at_its_gate",
            ),
            models.CheckConstraint(condition=Q(letter=None) | Q(released_at__isnull=False), name="decision_letter_is_released"),
            models.CheckConstraint(condition=Q(departs_from_order=False) | ~Q(comment=""), name="decision_departs_with_a_reason"),
            models.CheckConstraint(condition=Q(answer="") | Q(outcome="accept"), name="decision_only_a_place_is_answered"),
        ]


# What can be decided at which gate.
OUTCOMES: Mapping[int, tuple[Decision.Outcome, ...]] = {
    Gate.DESK: (Decision.Outcome.NOT_FURTHER,),
    Gate.DAY: (Decision.Outcome.NOT_FURTHER,),
    Gate.FINAL: (Decision.Outcome.ACCEPT, Decision.Outcome.RESERVE, Decision.Outcome.NOT_NOW),
}

# Which reasons go with which outcome.
REASONS: Mapping[str, tuple[Decision.Reason, ...]] = {
    Decision.Outcome.ACCEPT: (Decision.Reason.STRONG_EVIDENCE, Decision.Reason.NEEDED_STRENGTH),
    Decision.Outcome.RESERVE: (Decision.Reason.PLACES_FILLED, Decision.Reason.AWAITING_EVIDENCE),
    Decision.Outcome.NOT_NOW: (Decision.Reason.EVIDENCE_TOO_THIN, Decision.Reason.COMPETENCY_BELOW_NEED, Decision.Reason.WITHDREW),
    Decision.Outcome.NOT_FURTHER: (
        Decision.Reason.REQUIREMENTS_NOT_MET,
        Decision.Reason.COMPETENCY_BELOW_NEED,
        Decision.Reason.EVIDENCE_TOO_THIN,
        Decision.Reason.DID_NOT_TAKE_PART,
    ),
}


class Appeal(ProgrammeOwned):
    """A candidate's request for a second look, and what other people than the first ones found."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("The decision stands")
        CHANGED = "changed", _("The decision is taken again")

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="appeal")
    text = models.TextField()
    asked_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    # What the candidate reads, and whether the procedure was kept.
    answer = models.TextField(blank=True)
    procedure_was_kept = models.BooleanField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_at=None, decided_by=None)
                | (~Q(outcome="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="appeal_decided_by_somebody",
            )
        ]
