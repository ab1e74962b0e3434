"""Candidates, the imports that brought them in, and who must not see their files."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from talimger.kernel.languages import fold
from talimger.kernel.models import LANGUAGE_CHOICES, FileRecord, Job
from talimger.kernel.tenancy import ProgrammeOwned
from talimger.people.models import Organisation, User
from talimger.selection.models.intakes import Intake


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
    # Where the candidate works, if the programme knows it: people of that organisation do not rate them.
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    came_through_training = models.BooleanField(_("came through UPSHIFT training"), default=False)
    training_course = models.CharField(_("course and year"), max_length=200, blank=True)
    trainer_name = models.CharField(_("trainer"), max_length=200, blank=True)
    trainer_email = models.EmailField(_("trainer’s e-mail address"), blank=True)
    professional_experience = models.TextField(_("professional experience"), blank=True)
    youth_experience = models.TextField(_("experience of work with young people"), blank=True)
    education = models.TextField(_("education"), blank=True)
    # What a candidate needs to show what they can: more time, a place at the front. Never a diagnosis.
    needs_extra_time = models.BooleanField(default=False)
    brought_by = models.ForeignKey(CandidateImport, null=True, on_delete=models.PROTECT, related_name="candidates")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
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


class ConflictOfInterest(ProgrammeOwned):
    """A person who must not see a candidate's file: they said so themselves, or both come from one place."""

    class Ground(models.TextChoices):
        DECLARED = "declared", _("Declared by the person")
        ORGANISATION = "organisation", _("Same organisation")
        TRAINING = "training", _("Trained the candidate")

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="conflicts")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(max_length=12, choices=Ground.choices)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "person"],
                name="conflict_once",
                violation_error_message=_("This conflict of interest is known already."),
            )
        ]
        indexes = [models.Index(fields=["person", "candidate"], name="conflicts_of_person")]


class FairnessAnswers(ProgrammeOwned):
    """What a candidate said of themselves so that fairness can be checked. Voluntary, counted only, shown to no assessor or panel."""

    class Sex(models.TextChoices):
        FEMALE = "female", _("Female")
        MALE = "male", _("Male")

    class AgeBand(models.TextChoices):
        UNDER_25 = "under_25", _("Under 25")
        FROM_25 = "25_34", _("25 to 34")
        FROM_35 = "35_49", _("35 to 49")
        FROM_50 = "50_up", _("50 and over")

    class Residence(models.TextChoices):
        CITY = "city", _("City")
        TOWN = "town", _("Town")
        VILLAGE = "village", _("Village")

    class Disability(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")

    candidate = models.OneToOneField(Candidate, on_delete=models.CASCADE, related_name="+")
    # Empty means "prefer not to say", in every field.
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices, blank=True)
    age_band = models.CharField(_("age"), max_length=10, choices=AgeBand.choices, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGE_CHOICES, blank=True)
    residence = models.CharField(_("where you live"), max_length=10, choices=Residence.choices, blank=True)
    disability = models.CharField(_("disability"), max_length=5, choices=Disability.choices, blank=True)
