"""What the officer types about the application form of an intake."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from talimger.selection.models import ApplicationQuestion
from talimger.shell.forms import LocalisedTextFormField, Segments, ShellForm


class CallForm(ShellForm):
    apply_until = forms.DateTimeField(
        label=_("People may apply until"),
        required=False,
        help_text=_("To the minute. Empty: nobody can apply by themselves, and the address below does not exist."),
    )


class QuestionForm(ShellForm):
    text = LocalisedTextFormField(label=_("Question"), max_length=300)
    help = LocalisedTextFormField(label=_("A hint below it"), max_length=300, required=False)
    kind = forms.ChoiceField(label=_("Answer"), choices=ApplicationQuestion.Kind.choices, widget=Segments, initial="long")
    required = forms.BooleanField(label=_("Must be answered"), required=False)
