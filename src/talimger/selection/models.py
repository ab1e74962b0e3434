"""Intakes, candidates, rating sheets, ratings, fair scores, decisions, and the imports that brought candidates in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from talimger.framework.models import FrameworkVersion, Method, RatingItem
from talimger.kernel.languages import LocalisedTextField, fold
from talimger.kernel.models import LANGUAGE_CHOICES, FileRecord, Job, OutboxMail
from talimger.kernel.tenancy import ProgrammeOwned
from talimger.people.models import Cycle, User


class Intake(ProgrammeOwned):
    """One selection: a call with its dates, under one published version of the framework."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    name = LocalisedTextField()
    cycle = models.ForeignKey(Cycle, null=True, on_delete=models.PROTECT, related_name="+")
    framework = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opens_on = models.DateField()
    rate_by = models.DateField()
    decide_by = models.DateField()
    raters_per_sheet = models.PositiveSmallIntegerField(default=2)
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
        ]

    def __str__(self) -> str:
        return str(self.name)


class CandidateImport(ProgrammeOwned):
    """A spreadsheet on its way to candidates: uploaded, mapped, written by a job, and undone if it was a mistake."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Columns to be named")
        MAPPED = "mapped", _("Ready to be written")
        WRITING = "writing", _("Being written")
        WRITTEN = "written", _("Written")
        UNDONE = "undone", _("Undone")

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="imports")
    file = models.ForeignKey(FileRecord, null=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=200)
    # Which column (by its place) holds which field: {"email": 2, …}.
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)


class Candidate(ProgrammeOwned):
    """A person who asks to become a mentor, with what they wrote about themselves."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="candidates")
    number = models.PositiveIntegerField()
    full_name = models.CharField(_("full name"), max_length=200)
    name_key = models.CharField(max_length=400, editable=False)
    email = models.EmailField(_("e-mail address"))
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    city = models.CharField(_("town or village"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    occupation = models.CharField(_("occupation"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGE_CHOICES)
    came_through_training = models.BooleanField(_("came through UPSHIFT training"), default=False)
    professional_experience = models.TextField(_("professional experience"), blank=True)
    youth_experience = models.TextField(_("experience of work with young people"), blank=True)
    education = models.TextField(_("education"), blank=True)
    brought_by = models.ForeignKey(CandidateImport, null=True, on_delete=models.PROTECT, related_name="candidates")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["intake", "number"], name="candidate_numbered_once"),
            models.UniqueConstraint(
                F("intake"),
                Lower("email"),
                name="candidate_applies_once",
                violation_error_message=_("There is a candidate with this address in this intake already."),
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = candidate_key(self)
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.full_name


def candidate_key(candidate: Candidate) -> str:
    """What a search for a candidate looks in."""
    return fold(f"{candidate.full_name} {candidate.city} {candidate.region} {candidate.email}")[:400]


class ImportLine(ProgrammeOwned):
    """What became of one line of a spreadsheet."""

    class Verdict(models.TextChoices):
        NEW = "new", _("New candidate")
        DUPLICATE = "duplicate", _("Left out: a duplicate")
        ERROR = "error", _("Left out: needs correcting")

    batch = models.ForeignKey(CandidateImport, on_delete=models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    name = models.CharField(max_length=200, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    messages = models.TextField(blank=True)

    class Meta:
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="import_line_once")]

    @property
    def shown_messages(self) -> list[str]:
        return self.messages.splitlines()


class RatingSheet(ProgrammeOwned):
    """One assessor's sheet on one candidate by one method."""

    class State(models.TextChoices):
        ASSIGNED = "assigned", _("Not begun")
        DRAFT = "draft", _("Begun")
        LOCKED = "locked", _("Locked")
        CONFLICT = "conflict", _("Conflict of interest")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="+")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="sheets")
    method = models.ForeignKey(Method, on_delete=models.PROTECT, related_name="+")
    assessor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASSIGNED)
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

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "method", "assessor"],
                condition=~Q(state="withdrawn"),
                name="sheet_once_per_assessor",
                violation_error_message=_("This assessor has a sheet of this candidate already."),
            ),
            models.CheckConstraint(
                condition=Q(state="locked", locked_at__isnull=False) | (~Q(state="locked") & Q(locked_at=None)),
                name="sheet_locked_has_time",
            ),
        ]
        indexes = [models.Index(fields=["assessor", "state", "queue_place"], name="sheets_of_assessor")]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


OPEN_STATES = (RatingSheet.State.ASSIGNED, RatingSheet.State.DRAFT)
# What counts for a candidate: sheets that are owed or done, not those that were given back.
LIVE_STATES = (*OPEN_STATES, RatingSheet.State.LOCKED)

# What can be done to a sheet in each state, and where it leads; docs/architecture.md draws this table.
SHEET_TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    RatingSheet.State.ASSIGNED: {
        "save": RatingSheet.State.DRAFT,
        "declare_conflict": RatingSheet.State.CONFLICT,
        "withdraw": RatingSheet.State.WITHDRAWN,
    },
    RatingSheet.State.DRAFT: {
        "save": RatingSheet.State.DRAFT,
        "lock": RatingSheet.State.LOCKED,
        "declare_conflict": RatingSheet.State.CONFLICT,
        "withdraw": RatingSheet.State.WITHDRAWN,
    },
    RatingSheet.State.LOCKED: {},
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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "candidate"], name="fair_score_once_in_a_run"),
            models.CheckConstraint(condition=Q(low__lte=F("score"), score__lte=F("high")), name="fair_score_within_its_range"),
            models.CheckConstraint(condition=Q(low__gte=1, high__lte=5), name="fair_score_range_on_the_scale"),
        ]


class Decision(ProgrammeOwned):
    """What a named person decided about a candidate, and why. A later decision supersedes it; nothing is overwritten."""

    class Outcome(models.TextChoices):
        ACCEPT = "accept", _("Accept")
        RESERVE = "reserve", _("Reserve")
        NOT_NOW = "not_now", _("Not now")

    class Reason(models.TextChoices):
        STRONG_EVIDENCE = "strong_evidence", _("Strong evidence across the competencies")
        NEEDED_STRENGTH = "needed_strength", _("Brings a strength that the team of mentors needs")
        PLACES_FILLED = "places_filled", _("Convincing, but the places are filled")
        AWAITING_EVIDENCE = "awaiting_evidence", _("Convincing, but something has still to be shown")
        EVIDENCE_TOO_THIN = "evidence_too_thin", _("Too little evidence so far")
        COMPETENCY_BELOW_NEED = "competency_below_need", _("A key competency is below what the work needs")
        WITHDREW = "withdrew", _("The candidate withdrew")

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=30, choices=Reason.choices)
    comment = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    letter = models.ForeignKey(OutboxMail, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidate"],
                condition=Q(superseded_at=None),
                name="decision_one_in_force",
                violation_error_message=_("There is a decision on this candidate already."),
            )
        ]


# Which reasons go with which outcome.
REASONS: Mapping[str, tuple[Decision.Reason, ...]] = {
    Decision.Outcome.ACCEPT: (Decision.Reason.STRONG_EVIDENCE, Decision.Reason.NEEDED_STRENGTH),
    Decision.Outcome.RESERVE: (Decision.Reason.PLACES_FILLED, Decision.Reason.AWAITING_EVIDENCE),
    Decision.Outcome.NOT_NOW: (Decision.Reason.EVIDENCE_TOO_THIN, Decision.Reason.COMPETENCY_BELOW_NEED, Decision.Reason.WITHDREW),
}
