"""Proposals of who rates whom: computed by a job, looked at, changed by hand, then taken or dropped."""

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
from talimger.selection.models.sheets import RatingSheet


class AssignmentProposal(ProgrammeOwned):
    """A set of sheets that could be given out together, and how well the network of raters would hang together then."""

    class Kind(models.TextChoices):
        NEW = "new", _("New sheets")
        REPLACEMENT = "replacement", _("Instead of somebody who drops out")

    class State(models.TextChoices):
        COMPUTING = "computing", _("Being computed")
        READY = "ready", _("Ready to be looked at")
        APPLIED = "applied", _("Given out")
        DROPPED = "dropped", _("Dropped")

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="proposals")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.NEW)
    state = models.CharField(max_length=10, choices=State.choices, default=State.COMPUTING)
    due_on = models.DateField()
    # Whose open sheets go to others; only for a replacement.
    absent = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    seed = models.PositiveIntegerField(default=1)
    # Places that nobody could take.
    unfilled = models.PositiveIntegerField(default=0)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="new", absent=None) | Q(kind="replacement", absent__isnull=False), name="proposal_replaces_somebody"
            ),
            models.UniqueConstraint(
                fields=["intake"],
                condition=Q(state__in=("computing", "ready")),
                name="proposal_one_at_a_time",
                violation_error_message=_("There is a proposal already. Take it or drop it first."),
            ),
        ]


class ProposedSheet(ProgrammeOwned):
    """One sheet of a proposal; ``replaces`` is the open sheet of who drops out."""

    proposal = models.ForeignKey(AssignmentProposal, on_delete=models.CASCADE, related_name="sheets")
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="+")
    method = models.ForeignKey(Method, on_delete=models.PROTECT, related_name="+")
    assessor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    replaces = models.ForeignKey(RatingSheet, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "candidate", "method", "assessor"], name="proposed_sheet_once")]
