"""Rating sheets, the ratings on them, and what the wash-up changed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from talimger.framework.models import Method, RatingItem
from talimger.kernel.tenancy import ProgrammeOwned
from talimger.people.models import User
from talimger.selection.models.candidates import Candidate
from talimger.selection.models.intakes import Gate, Intake


class RatingSheet(ProgrammeOwned):
    """One assessor's sheet on one candidate by one method."""

    class State(models.TextChoices):
        ASSIGNED = "assigned", _("Not begun")
        DRAFT = "draft", _("Begun")
        # From paper: the one who typed it in is not the one who confirms it.
        ENTERED = "entered", _("Entered from paper")
        LOCKED = "locked", _("Locked")
        SUPERSEDED = "superseded", _("Replaced by a new sheet")
        CONFLICT = "conflict", _("Conflict of interest")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="+")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="sheets")
    method = models.ForeignKey(Method, on_delete=models.PROTECT, related_name="+")
    assessor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASSIGNED)
    # The gate by which it is due, as the intake's setting of the method says.
    gate = models.PositiveSmallIntegerField(choices=Gate.choices, default=Gate.DESK)
    due_on = models.DateField()
    # Everyone reads the files in an order of their own, drawn once: tiredness then falls on different candidates.
    queue_place = models.PositiveIntegerField()
    # Counts the savings: a form opened before the last one does not overwrite it.
    revision = models.PositiveIntegerField(default=0)
    # The browser window that saved last: its own savings may overtake each other and are no conflict.
    window = models.CharField(max_length=32, blank=True)
    assigned_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)
    # A locked sheet is never edited: a new one takes its place and says why.
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    superseding_reason = models.TextField(blank=True)
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "method", "assessor"],
                condition=~Q(state__in=("withdrawn", "superseded")),
                name="sheet_once_per_assessor",
                violation_error_message=_("This assessor has a sheet of this candidate already."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=("locked", "superseded"), locked_at__isnull=False)
                | Q(state="conflict")
                | (~Q(state__in=("locked", "superseded", "conflict")) & Q(locked_at=None)),
                name="sheet_locked_has_time",
            ),
            models.CheckConstraint(condition=Q(supersedes=None) | ~Q(superseding_reason=""), name="sheet_supersedes_with_a_reason"),
            models.CheckConstraint(
                condition=Q(entered_by=None) | Q(confirmed_by=None) | ~Q(entered_by=models.F("confirmed_by")),
                name="sheet_confirmed_by_another",
                violation_error_message=_("Somebody else than who entered the sheet confirms it."),
            ),
        ]
        indexes = [
            models.Index(fields=["assessor", "state", "queue_place"], name="sheets_of_assessor"),
            models.Index(fields=["candidate", "method", "state"], name="sheets_of_candidate"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


OPEN_STATES = (RatingSheet.State.ASSIGNED, RatingSheet.State.DRAFT, RatingSheet.State.ENTERED)
# What counts for a candidate: sheets that are owed or done, not those that were given back.
LIVE_STATES = (*OPEN_STATES, RatingSheet.State.LOCKED)

# What can be done to a sheet in each state, and where it leads; docs/architecture.md draws this table.
SHEET_TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    RatingSheet.State.ASSIGNED: {
        "save": RatingSheet.State.DRAFT,
        "enter_from_paper": RatingSheet.State.ENTERED,
        "declare_conflict": RatingSheet.State.CONFLICT,
        "withdraw": RatingSheet.State.WITHDRAWN,
    },
    RatingSheet.State.DRAFT: {
        "save": RatingSheet.State.DRAFT,
        "lock": RatingSheet.State.LOCKED,
        "enter_from_paper": RatingSheet.State.ENTERED,
        "declare_conflict": RatingSheet.State.CONFLICT,
        "withdraw": RatingSheet.State.WITHDRAWN,
    },
    RatingSheet.State.ENTERED: {
        "enter_from_paper": RatingSheet.State.ENTERED,
        "confirm": RatingSheet.State.LOCKED,
        "declare_conflict": RatingSheet.State.CONFLICT,
        "withdraw": RatingSheet.State.WITHDRAWN,
    },
    RatingSheet.State.LOCKED: {
        "supersede": RatingSheet.State.SUPERSEDED,
        # Whoever turns out to know the candidate does not count, however late it is said.
        "declare_conflict": RatingSheet.State.CONFLICT,
    },
    RatingSheet.State.SUPERSEDED: {},
    RatingSheet.State.CONFLICT: {},
    RatingSheet.State.WITHDRAWN: {},
}


class Rating(ProgrammeOwned):
    """A level from 1 to 5 on one rating item, or the statement that there is no evidence, with what was seen."""

    sheet = models.ForeignKey(RatingSheet, on_delete=models.PROTECT, related_name="ratings")
    item = models.ForeignKey(RatingItem, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(null=True)
    no_evidence = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "item"], name="rating_once_per_item"),
            models.CheckConstraint(
                condition=Q(level=None) | Q(level__range=(1, 5)),
                name="rating_level_1_to_5",
                violation_error_message=_("A rating is a whole number from 1 to 5."),
            ),
            models.CheckConstraint(
                condition=Q(no_evidence=False) | Q(level=None),
                name="rating_level_or_no_evidence",
                violation_error_message=_("Where there is no evidence there is no level."),
            ),
        ]

    @property
    def is_given(self) -> bool:
        """Whether the assessor has said anything on this item: a level, or that there is no evidence."""
        return self.level is not None or self.no_evidence


class RatingChange(ProgrammeOwned):
    """A level that the wash-up agreed on. The rater's own level stays on the sheet; the newest change counts."""

    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="changes")
    old_level = models.PositiveSmallIntegerField(null=True)
    level = models.PositiveSmallIntegerField()
    reason = models.TextField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    # Whether a later change has taken its place.
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__range=(1, 5)),
                name="rating_change_level_1_to_5",
                violation_error_message=_("A rating is a whole number from 1 to 5."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="rating_change_has_a_reason"),
            models.UniqueConstraint(fields=["rating"], condition=Q(superseded_at=None), name="rating_change_one_in_force"),
        ]


class WashUp(ProgrammeOwned):
    """That the panel talked about a candidate's ratings and agreed; it lapses when a sheet is replaced afterwards."""

    candidate = models.OneToOneField(Candidate, on_delete=models.CASCADE, related_name="wash_up")
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()
