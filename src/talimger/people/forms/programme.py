"""The programme's settings and its cycles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from talimger.people.forms.fields import LANGUAGES
from talimger.people.forms.versioned import VersionedForm
from talimger.people.models import Programme
from talimger.shell.forms import Chips, LocalisedTextFormField, Segments


class SettingsForm(VersionedForm):
    """What an officer can change about the whole programme."""

    name = LocalisedTextFormField(label=_("Name of the programme"), max_length=120)
    languages = forms.MultipleChoiceField(
        label=_("Languages of the programme"),
        choices=LANGUAGES,
        widget=Chips,
        help_text=_("Texts that you write for people are asked for in these languages."),
    )
    accent = forms.ChoiceField(label=_("Colour"), choices=Programme.Accent.choices, widget=Segments)
    contact_email = forms.EmailField(
        label=_("Address for questions"), required=False, help_text=_("It stands under letters and invitations.")
    )
    invitation_days = forms.IntegerField(label=_("An invitation lasts, days"), min_value=1, max_value=90)


class CycleForm(VersionedForm):
    """A cycle's name and its three dates."""

    name = LocalisedTextFormField(label=_("Name of the cycle"), max_length=80)
    starts_on = forms.DateField(label=_("First day"), help_text=_("When you begin to look for mentors."))
    bootcamp_on = forms.DateField(label=_("Bootcamp begins"), help_text=_("Weeks of the cycle are counted from here."))
    ends_on = forms.DateField(label=_("Last day"))

    def clean(self) -> dict[str, Any] | None:
        values = super().clean() or self.cleaned_data
        dates = [values[name] for name in ("starts_on", "bootcamp_on", "ends_on") if name in values]
        if dates != sorted(dates):
            self.add_error("bootcamp_on", _("A cycle starts before its bootcamp and ends after it."))
        return values
