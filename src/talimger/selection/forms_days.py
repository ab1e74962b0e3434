"""Setting up an assessment day, and changing one of its sessions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from talimger.framework.models import Method
from talimger.people.models import User
from talimger.selection.commands import Shape
from talimger.selection.models import Candidate
from talimger.selection.queries import SessionView
from talimger.shell.forms import ShellForm

LARGEST_ROOM = 200


class DayForm(ShellForm):
    """The hours, the rooms and the people of a day. The first values are those of a usual day."""

    held_on = forms.DateField(label=gettext_lazy("Date"))
    place = forms.CharField(label=gettext_lazy("Where"), max_length=200)
    starts_at = forms.TimeField(label=gettext_lazy("Starts at"), initial="09:00")
    blocks = forms.IntegerField(label=gettext_lazy("Number of blocks"), min_value=1, max_value=40, initial=9)
    block_minutes = forms.IntegerField(label=gettext_lazy("Minutes of a block"), min_value=5, max_value=240, initial=40)
    pause_minutes = forms.IntegerField(label=gettext_lazy("Minutes between blocks"), min_value=0, max_value=120, initial=10)
    lunch_from = forms.TimeField(label=gettext_lazy("Lunch from"), initial="12:00")
    lunch_until = forms.TimeField(label=gettext_lazy("Lunch until"), initial="14:00")
    rooms = forms.CharField(
        label=gettext_lazy("Rooms"),
        help_text=gettext_lazy("One a line: the name, a comma, how many people it holds. For example: Hall, 12"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    methods = forms.MultipleChoiceField(label=gettext_lazy("What is held"), widget=forms.CheckboxSelectMultiple)
    assessors = forms.MultipleChoiceField(label=gettext_lazy("Who rates"), widget=forms.CheckboxSelectMultiple)
    candidates = forms.MultipleChoiceField(label=gettext_lazy("Who is invited"), widget=forms.CheckboxSelectMultiple)

    def __init__(
        self, *args: Any, methods: Iterable[Method], assessors: Iterable[User], candidates: Iterable[Candidate], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen = {
            "methods": [(method.pk, str(method)) for method in methods],
            "assessors": [(person.pk, person.full_name) for person in assessors],
            "candidates": [(candidate.pk, candidate.full_name) for candidate in candidates],
        }
        for name, choices in chosen.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field
            self.fields[name].initial = [key for key, _label in choices]

    def clean_rooms(self) -> list[tuple[str, int]]:
        """The rooms as name and capacity; what cannot be read is named."""
        rooms: dict[str, int] = {}
        for line in filter(None, (line.strip() for line in self.cleaned_data["rooms"].splitlines())):
            match = re.fullmatch(r"(.+?)[\s,;:]+(\d{1,3})", line)
            if match is None or not 1 <= int(match[2]) <= LARGEST_ROOM:
                raise forms.ValidationError(_("Write “%(line)s” as a name, a comma and a number.") % {"line": line[:60]})
            if match[1] in rooms:
                raise forms.ValidationError(_("There are two rooms called “%(name)s”.") % {"name": match[1][:60]})
            rooms[match[1][:100]] = int(match[2])
        return list(rooms.items())

    def values(self) -> dict[str, Any]:
        """What the command takes."""
        data = self.cleaned_data
        shape = Shape(
            data["starts_at"], data["block_minutes"], data["pause_minutes"], data["blocks"], data["lunch_from"], data["lunch_until"]
        )
        people = {name: [int(key) for key in data[name]] for name in ("methods", "assessors", "candidates")}
        return {"held_on": data["held_on"], "place": data["place"], "shape": shape, "rooms": data["rooms"], **people}


class SessionForm(ShellForm):
    """Who does a session, and who rates it."""

    candidates = forms.MultipleChoiceField(label=gettext_lazy("Candidates"), widget=forms.CheckboxSelectMultiple, required=False)
    assessors = forms.MultipleChoiceField(label=gettext_lazy("Assessors"), widget=forms.CheckboxSelectMultiple, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, view: SessionView, candidates: Iterable[Candidate], assessors: Iterable[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["candidates"].choices = [(one.pk, one.full_name) for one in candidates]  # type: ignore[attr-defined]  # a choice field
        self.fields["assessors"].choices = [(one.pk, one.full_name) for one in assessors]  # type: ignore[attr-defined]  # a choice field
        self.fields["candidates"].initial = [one.pk for one in view.candidates]
        self.fields["assessors"].initial = [one.pk for one in view.assessors]
        self.fields["revision"].initial = view.session.day.revision
