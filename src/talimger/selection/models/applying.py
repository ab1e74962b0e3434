"""Applying: the form that saves itself, the programme's own questions, and the personal links of people without an account."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from talimger.kernel.languages import LocalisedTextField
from talimger.kernel.models import LANGUAGE_CHOICES
from talimger.kernel.tenancy import ProgrammeOwned
from talimger.selection.models.candidates import Candidate, FairnessAnswers
from talimger.selection.models.intakes import Intake


class ApplicationQuestion(ProgrammeOwned):
    """A question that the programme adds to the application form of an intake."""

    class Kind(models.TextChoices):
        SHORT = "short", _("A line")
        LONG = "long", _("Some sentences")
        YES_NO = "yes_no", _("Yes or no")

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="questions")
    order = models.PositiveSmallIntegerField()
    text = LocalisedTextField()
    help = LocalisedTextField(blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.LONG)
    required = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["order", "pk"]


class Application(ProgrammeOwned):
    """What somebody has written so far. It becomes a candidate when it is sent, and then never changes."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="applications")
    candidate = models.OneToOneField(Candidate, null=True, on_delete=models.SET_NULL, related_name="application")
    # The random part of the resume link.
    nonce = models.CharField(max_length=40, editable=False)
    email = models.EmailField(_("e-mail address"))
    full_name = models.CharField(_("full name"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    city = models.CharField(_("town or village"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    occupation = models.CharField(_("occupation"), max_length=200, blank=True)
    organisation_name = models.CharField(_("where you work or study"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGE_CHOICES)
    came_through_training = models.BooleanField(_("I came through UPSHIFT training"), null=True)
    training_course = models.CharField(_("course and year"), max_length=200, blank=True)
    trainer_name = models.CharField(_("trainer"), max_length=200, blank=True)
    trainer_email = models.EmailField(_("trainer’s e-mail address"), blank=True)
    needs_extra_time = models.BooleanField(default=False)
    # The voluntary block, kept here until the application is sent; the words are those of ``FairnessAnswers``.
    sex = models.CharField(max_length=10, choices=FairnessAnswers.Sex.choices, blank=True)
    age_band = models.CharField(max_length=10, choices=FairnessAnswers.AgeBand.choices, blank=True)
    residence = models.CharField(max_length=10, choices=FairnessAnswers.Residence.choices, blank=True)
    disability = models.CharField(max_length=5, choices=FairnessAnswers.Disability.choices, blank=True)
    # Which wording of the consent was agreed to, and when.
    consent_version = models.PositiveSmallIntegerField(default=0)
    consented_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["nonce"], name="application_link_once"),
            models.CheckConstraint(condition=Q(submitted_at=None) | Q(consented_at__isnull=False), name="application_sent_with_consent"),
        ]
        indexes = [models.Index(fields=["intake", "email"], name="applications_of_address")]


class ApplicationEntry(ProgrammeOwned):
    """One line of a life: a job, a piece of work with young people, a school."""

    class Kind(models.TextChoices):
        PROFESSIONAL = "professional", _("Professional experience")
        YOUTH = "youth", _("Experience of work with young people")
        EDUCATION = "education", _("Education")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    order = models.PositiveSmallIntegerField()
    where = models.CharField(_("where"), max_length=200, blank=True)
    what = models.CharField(_("what you did there"), max_length=200, blank=True)
    from_year = models.PositiveSmallIntegerField(_("from"), null=True, blank=True)
    to_year = models.PositiveSmallIntegerField(_("until"), null=True, blank=True)
    text = models.TextField(_("in your own words"), blank=True)

    class Meta:
        ordering = ["kind", "order", "pk"]


class ApplicationAnswer(ProgrammeOwned):
    """An answer to one of the programme's own questions."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(ApplicationQuestion, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "question"], name="application_answer_once")]


class PersonalLink(ProgrammeOwned):
    """A door for one person without an account: a candidate to their own page, a trainer to one form."""

    class Purpose(models.TextChoices):
        CANDIDATE = "candidate", _("My application")
        TRAINER = "trainer", _("Trainer’s feedback")

    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    candidate = models.ForeignKey(Candidate, null=True, on_delete=models.CASCADE, related_name="links")
    sheet = models.ForeignKey("selection.RatingSheet", null=True, on_delete=models.CASCADE, related_name="links")
    # The random part: a renewed link gets another one, and the old link dies.
    nonce = models.CharField(max_length=40, editable=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose="candidate", candidate__isnull=False, sheet=None)
                | Q(purpose="trainer", sheet__isnull=False, candidate=None),
                name="personal_link_leads_somewhere",
            ),
            models.UniqueConstraint(fields=["candidate"], condition=Q(withdrawn_at=None), name="personal_link_of_candidate_once"),
            models.UniqueConstraint(fields=["sheet"], condition=Q(withdrawn_at=None), name="personal_link_of_sheet_once"),
        ]
