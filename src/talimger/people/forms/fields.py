"""Choices that several forms share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from talimger.kernel.policies import Actor, allowed
from talimger.people.models import Organisation
from talimger.people.roles import Role
from talimger.shell.forms import Segments
from talimger.shell.languages import LANGUAGE_NAMES

LANGUAGES = [(code, name.full) for code, name in LANGUAGE_NAMES.items()]


def role_field(roles: Iterable[Role]) -> forms.ChoiceField:
    """One of these roles."""
    return forms.ChoiceField(label=_("Role"), choices=[("", _("Choose a role")), *((role.value, role.label) for role in roles)])


def organisation_field(actor: Actor) -> OrganisationField:
    """One of the programme's organisations, or none."""
    return OrganisationField(actor, label=_("Organisation"), required=False)


def language_field(**kwargs: Any) -> forms.ChoiceField:
    """One of the three languages, each by its own name."""
    return forms.ChoiceField(label=_("Language"), choices=LANGUAGES, widget=Segments, **kwargs)


class OrganisationField(forms.TypedChoiceField):
    """Organisations in alphabetical order; cleans to an ``Organisation`` or ``None``. One query."""

    def __init__(self, actor: Actor, **kwargs: Any) -> None:
        self.rows: dict[int, Organisation] = {row.pk: row for row in allowed(actor, "people.organisation.edit")}
        named = sorted(((str(row.pk), str(row.name)) for row in self.rows.values()), key=lambda choice: choice[1].casefold())
        super().__init__(choices=[("", _("No organisation")), *named], coerce=self._row, empty_value=None, **kwargs)

    def _row(self, value: str) -> Organisation:
        return self.rows[int(value)]
