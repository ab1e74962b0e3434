"""The forms of the steps of an intake and of its exceptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from talimger.framework.models import Method
from talimger.people.models import User
from talimger.selection.models import Intake
from talimger.shell.forms import DatePicker, ShellForm

MOST_AT_ONCE = 500


class PhaseDatesForm(ShellForm):
    """Until when each phase lasts; an empty date promises nothing."""

    def __init__(self, *args: Any, intake: Intake, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dates = dict(intake.phases.values_list("phase", "ends_on"))
        for phase in Intake.Phase:
            self.fields[phase.value] = forms.DateField(
                label=phase.label, required=False, initial=dates.get(phase.value), widget=DatePicker()
            )
        self.fields["calibration_required"] = forms.BooleanField(
            label=_("Assessors rate the samples before they rate candidates"), required=False, initial=intake.calibration_required
        )

    def values(self) -> dict[str, Any]:
        """What the command takes."""
        given: dict[str, dt.date | None] = {phase.value: self.cleaned_data[phase.value] for phase in Intake.Phase}
        dates = {phase: day for phase, day in given.items() if day is not None}
        return {"dates": dates, "calibration_required": self.cleaned_data["calibration_required"]}


class MissingEvidenceForm(ShellForm):
    """Which method may be missing, and why."""

    method = forms.ChoiceField(label=_("Method"))
    reason = forms.CharField(label=_("Why"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, methods: Sequence[Method], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.methods = {str(method.pk): method for method in methods}
        self.fields["method"].choices = [(key, str(method)) for key, method in self.methods.items()]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def chosen(self) -> Method:
        return self.methods[self.cleaned_data["method"]]


class InterviewerExceptionForm(ShellForm):
    """Somebody from outside UNICEF who may hold senior interviews, and why."""

    person = forms.ChoiceField(label=_("Interviewer"))
    reason = forms.CharField(label=_("Why"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        self.fields["person"].choices = [(key, person.full_name) for key, person in self.people.items()]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def chosen(self) -> User:
        return self.people[self.cleaned_data["person"]]


def known_candidates(data: QueryDict) -> list[int]:
    """The candidates that were ticked; anything that is no key is left out."""
    return [int(value) for value in data.getlist("candidates")[:MOST_AT_ONCE] if value.isdecimal() and len(value) < 19]


class ReplaceForm(ShellForm):
    """Who drops out, and until when the others rate instead."""

    absent = forms.ChoiceField(label=_("Who drops out?"))
    due_on = forms.DateField(label=_("Due on"))

    def __init__(self, *args: Any, people: Sequence[tuple[User, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person, load in people if load}
        self.fields["absent"].choices = [(key, person.full_name) for key, person in self.people.items()]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def chosen(self) -> User:
        return self.people[self.cleaned_data["absent"]]
