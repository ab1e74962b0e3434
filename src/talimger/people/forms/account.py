"""What a person tells us about themselves: on entering, and later in their own settings."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from talimger.people.forms.fields import language_field
from talimger.people.forms.versioned import VersionedForm
from talimger.shell.forms import ShellForm, TelInput


class WelcomeForm(ShellForm):
    """The first step inside: one's name as others will read it, and a password."""

    full_name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. A few words in a row are easy to remember."),
    )


class MySettingsForm(VersionedForm):
    """A person's own settings."""

    full_name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    language = language_field(help_text=_("Pages and letters come in this language."))
    phone = forms.CharField(
        label=_("Phone"), required=False, max_length=40, widget=TelInput, help_text=_("Seen by the programme's office only.")
    )
