"""Mentors and the admissions that made them mentors: one person, one row, however many cycles they serve."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from talimger.kernel.languages import LocalisedTextField, fold
from talimger.kernel.models import LANGUAGE_CHOICES
from talimger.kernel.tenancy import ProgrammeOwned
from talimger.people.models import User


class Mentor(ProgrammeOwned):
    """A person who took a place as a mentor: how to reach them and since when. What they are allowed to do is not said here."""

    class Status(models.TextChoices):
        ADMITTED = "admitted", _("Admitted")

    full_name = models.CharField(_("full name"), max_length=200)
    name_key = models.CharField(max_length=400, editable=False)
    email = models.EmailField(_("e-mail address"))
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    city = models.CharField(_("town or village"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGE_CHOICES)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ADMITTED)
    # The account, once there is one: a mentor is a mentor without it.
    person = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    admitted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("programme"),
                Lower("email"),
                name="mentor_address_once",
                violation_error_message=_("There is a mentor with this address already."),
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = fold(f"{self.full_name} {self.city} {self.region} {self.email}")[:400]
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.full_name


class Admission(ProgrammeOwned):
    """One place taken in one intake. The intake and the candidate are known by key: this room knows nothing of selection."""

    mentor = models.ForeignKey(Mentor, on_delete=models.PROTECT, related_name="admissions")
    intake_key = models.PositiveBigIntegerField()
    candidate_key = models.PositiveBigIntegerField()
    # As the intake was called then.
    intake_name = LocalisedTextField()
    admitted_at = models.DateTimeField()
    admitted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["admitted_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "candidate_key"],
                name="admission_once_for_a_candidate",
                violation_error_message=_("This candidate has been admitted already."),
            )
        ]
