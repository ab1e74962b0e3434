"""The forms of deciding: one candidate, a band, places, the wash-up, answers, second looks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from talimger.selection.models import OUTCOMES, REASONS, Appeal, Decision, Intake
from talimger.shell.forms import Segments, ShellForm


def _reasons(*outcomes: str) -> list[Any]:
    groups = [(Decision.Outcome(outcome).label, [(each.value, each.label) for each in REASONS[outcome]]) for outcome in outcomes]
    return [("", _("Choose")), *groups]


class DecisionForm(ShellForm):
    """What is decided, for which coded reason. Given an intake, it offers what can be decided at its gate."""

    outcome = forms.ChoiceField(label=gettext_lazy("Decision"), choices=Decision.Outcome.choices, widget=Segments)
    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    comment = forms.CharField(
        label=gettext_lazy("For the minutes"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Stays in the office. The letter does not quote it."),
    )
    supersedes = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, intake: Intake | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes = OUTCOMES[intake.gate] if intake else tuple(Decision.Outcome)
        self.fields["outcome"].choices = [(each.value, each.label) for each in outcomes]  # type: ignore[attr-defined]  # a choice field
        self.fields["reason"].choices = _reasons(*outcomes)  # type: ignore[attr-defined]  # a choice field
        if len(outcomes) == 1:
            self.fields["outcome"].initial = outcomes[0].value


class PlacesForm(ShellForm):
    places = forms.IntegerField(
        label=gettext_lazy("Places"),
        required=False,
        min_value=1,
        max_value=5_000,
        help_text=gettext_lazy("How many can be accepted. Without a number there is an order and no line."),
    )
    appeal_days = forms.IntegerField(label=gettext_lazy("Days to ask for a second look"), min_value=1, max_value=60)


class ChangeForm(ShellForm):
    """Another level for one rating."""

    level = forms.TypedChoiceField(
        label=gettext_lazy("Level"), coerce=int, choices=[(str(level), str(level)) for level in range(1, 6)], widget=Segments
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=1_000, widget=forms.Textarea({"rows": 2}))
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class OfferForm(ShellForm):
    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    comment = forms.CharField(label=gettext_lazy("For the minutes"), max_length=2_000, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.value, each.label) for each in REASONS[Decision.Outcome.ACCEPT]]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]  # a choice field
        self.fields["reason"].initial = Decision.Reason.STRONG_EVIDENCE
        self.fields["comment"].initial = _("A place became free. First on the reserve list.")


class AppealForm(ShellForm):
    """What follows from a second look, and what the candidate reads."""

    outcome = forms.ChoiceField(label=gettext_lazy("What follows"), choices=Appeal.Outcome.choices, widget=Segments)
    procedure_was_kept = forms.TypedChoiceField(
        label=gettext_lazy("Was the procedure kept?"),
        coerce=lambda value: value == "yes",
        choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        widget=Segments,
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to the candidate"),
        max_length=4_000,
        widget=forms.Textarea({"rows": 6}),
        help_text=gettext_lazy("The candidate reads it on their own page. Name nobody who rated."),
    )


def read_ticked(data: QueryDict) -> list[int]:
    """The candidates that were ticked: a row names one, the head of a band all of its undecided ones."""
    keys = ",".join(data.getlist("candidates")[:1_000]).split(",")[:2_000]
    return sorted({int(key) for key in keys if key.isdecimal() and len(key) < 19})
