"""Programmes, people, organisations and who holds which role where."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from talimger.kernel.languages import LocalisedTextField, fold
from talimger.kernel.models import LANGUAGE_CHOICES
from talimger.kernel.tenancy import ProgrammeOwned
from talimger.people.roles import Role


class Programme(models.Model):
    """A mentorship programme: the wall between tenants, and its settings."""

    class Accent(models.TextChoices):
        SAMGAU = "samgau", _("Blue")
        PLUM = "plum", _("Plum")
        CLAY = "clay", _("Clay")

    slug = models.SlugField(
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$", _("Use small Latin letters, digits and single hyphens."))],
    )
    name = LocalisedTextField()
    languages = models.JSONField(default=list)
    accent = models.CharField(max_length=20, choices=Accent.choices, default=Accent.SAMGAU)
    contact_email = models.EmailField(blank=True)
    invitation_days = models.PositiveSmallIntegerField(default=14)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(invitation_days__range=(1, 90)),
                name="programme_invitations_last_1_to_90_days",
                violation_error_message=_("An invitation lasts between 1 and 90 days."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)


class Cycle(ProgrammeOwned):
    """One run of the programme, counted in weeks from its bootcamp (week 0)."""

    name = LocalisedTextField()
    bootcamp_on = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("bootcamp_on"), bootcamp_on__lte=F("ends_on")),
                name="cycle_dates_in_order",
                violation_error_message=_("A cycle starts before its bootcamp and ends after it."),
            )
        ]
        indexes = [models.Index(fields=["programme", "-bootcamp_on"], name="cycles_newest_first")]

    def __str__(self) -> str:
        return str(self.name)


class Organisation(ProgrammeOwned):
    """Where people come from: UNICEF, an NGO, a school, a sponsor …"""

    class Kind(models.TextChoices):
        UNICEF = "unicef", _("UNICEF")
        NGO = "ngo", _("NGO")
        SCHOOL = "school", _("School or college")
        UNIVERSITY = "university", _("University")
        GOVERNMENT = "government", _("Government body")
        SPONSOR = "sponsor", _("Sponsor")
        OTHER = "other", _("Other")

    name = LocalisedTextField()
    name_key = models.CharField(max_length=200, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "name_key"],
                name="organisation_named_once",
                violation_error_message=_("There is an organisation of this name already."),
            )
        ]

    def clean(self) -> None:
        """Set the key that keeps the name unique, before the constraint is asked."""
        self.name_key = fold(self.name.text("ru"))[:200]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.clean()
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return str(self.name)


class UserManager(BaseUserManager["User"]):
    """Finds people by their e-mail address, whatever its letter case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username or "")


class User(AbstractBaseUser):
    """A person with an account. What they may do depends on their roles in a programme, never on the account."""

    email = models.EmailField(_("e-mail address"))
    full_name = models.CharField(_("full name"), max_length=200)
    name_key = models.CharField(max_length=250, editable=False)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGE_CHOICES, default="ru")
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    # Demo people have buttons instead of passwords: outside demo mode they cannot sign in at all.
    is_demo = models.BooleanField(default=False)
    joined_at = models.DateTimeField()

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="account_email_once", violation_error_message=_("There is an account with this address already.")
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = fold(f"{self.full_name} {self.email}")[:250]
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.full_name


class RoleAssignment(ProgrammeOwned):
    """A role that a person holds in a programme, from a day, until a day if it has ended or is to end."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=30, choices=Role.choices)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="role_ends_after_it_starts",
                violation_error_message=_("A role cannot end before it starts."),
            ),
            models.UniqueConstraint(
                fields=["programme", "person", "role"],
                condition=Q(ends_on=None),
                name="role_held_once",
                violation_error_message=_("This person holds this role already."),
            ),
        ]
        indexes = [models.Index(fields=["person", "programme"], name="roles_of_person")]

    @staticmethod
    def current(on: dt.date) -> Q:
        """The roles in force on a day; the last day of a role still counts."""
        return Q(starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gte=on))


class Invitation(ProgrammeOwned):
    """An open door for one person: by mail, or by a link with QR sent through a messenger. Opened once, for a time."""

    full_name = models.CharField(_("full name"), max_length=200)
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGE_CHOICES)
    # A random part of the link, so that a withdrawn and renewed invitation gets a different one.
    nonce = models.CharField(max_length=40, editable=False)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="invitation_not_both_accepted_and_withdrawn"),
            models.UniqueConstraint(
                fields=["programme", "email", "role"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_open_once",
                violation_error_message=_("This address has an open invitation to this role already."),
            ),
        ]
