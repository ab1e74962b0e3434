"""The roles that a person can hold in a programme, for a time, several at once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """In the order in which people read them."""

    OFFICER = "officer", _("Programme officer")
    COORDINATOR = "coordinator", _("Coordinator")
    ASSESSOR = "assessor", _("Assessor")
    TRAINER = "trainer", _("Trainer")
    SENIOR_INTERVIEWER = "senior_interviewer", _("Senior interviewer")
    MENTOR = "mentor", _("Mentor")
    SENIOR_MENTOR = "senior_mentor", _("Senior mentor")
    PARTNER = "partner", _("Partner")
    SAFEGUARDING = "safeguarding", _("Safeguarding focal point")
    ANALYST = "analyst", _("Analyst")
    ADMINISTRATOR = "administrator", _("Administrator")


ROLE_ORDER = {role.value: place for place, role in enumerate(Role)}
OFFICE = (Role.OFFICER, Role.COORDINATOR)
# A stolen password of one of these would open many people's records: they sign in with a second factor.
SECOND_FACTOR_ROLES = frozenset({Role.OFFICER.value, Role.SAFEGUARDING.value, Role.ADMINISTRATOR.value})
