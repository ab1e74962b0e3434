"""Roles of people, invitations, organisations."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from talimger.kernel.policies import Actor
from talimger.people.forms.fields import language_field, organisation_field, role_field
from talimger.people.forms.versioned import VersionedForm
from talimger.people.models import Organisation, RoleAssignment
from talimger.people.policies import roles_to_invite_to
from talimger.people.roles import Role
from talimger.shell.forms import LocalisedTextFormField, ShellForm


class InviteForm(ShellForm):
    """Who is invited, to what, and in which language we write to them."""

    full_name = forms.CharField(label=_("Full name"), max_length=200, widget=forms.TextInput({"autocomplete": "off"}))
    email = forms.CharField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"}), help_text=_("They sign in with it later.")
    )
    language = language_field(help_text=_("The letter and the first page are in this language."))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = role_field(roles_to_invite_to(actor))
        self.fields["organisation"] = organisation_field(actor)
        self.order_fields(["full_name", "email", "role", "organisation", "language"])


class GiveRoleForm(ShellForm):
    """One more role for somebody who is here already."""

    starts_on = forms.DateField(label=_("First day"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, initial={"starts_on": timezone.localdate(actor.now)}, **kwargs)
        self.fields["role"] = role_field(Role)
        self.fields["organisation"] = organisation_field(actor)
        self.order_fields(["role", "organisation", "starts_on"])


class EndRoleForm(ShellForm):
    """The last day of a role."""

    ends_on = forms.DateField(label=_("Last day"), help_text=_("On this day they can still do everything that the role allows."))

    def __init__(self, *args: Any, assignment: RoleAssignment, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"ends_on": assignment.ends_on or max(today, assignment.starts_on)}, **kwargs)
        self.fields["ends_on"].widget.attrs["min"] = assignment.starts_on.isoformat()


class OrganisationForm(VersionedForm):
    """An organisation's name and kind."""

    name = LocalisedTextFormField(label=_("Name of the organisation"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind of organisation"), choices=Organisation.Kind.choices)
