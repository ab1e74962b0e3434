"""What people choose on the page of columns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from talimger.analysis.columns import LEAST_ASSESSORS, MeantRatings, read_long, read_wide
from talimger.shell.forms import ShellForm


class FileForm(ShellForm):
    file = forms.FileField(
        label=gettext_lazy("Choose last year's ratings"),
        widget=forms.FileInput({"accept": ".xlsx,.csv,.tsv,.txt"}),
        help_text=gettext_lazy("XLSX or CSV. One rating a line, or one person a line with a column for each assessor."),
    )


class _ColumnsForm(ShellForm):
    """Columns of the file with examples of what they hold."""

    def __init__(self, *args: Any, head: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.head = head
        self.choices = [(str(place), self._words(place)) for place in range(len(head["headers"]))]

    def _words(self, place: int) -> str:
        examples = ", ".join(self.head["examples"][place])
        title = self.head["headers"][place]
        return f"{title} ({examples})" if examples else title


class LongForm(_ColumnsForm):
    """Three columns, and a fourth one for who has it."""

    person = forms.ChoiceField(label=gettext_lazy("Who was rated"))
    assessor = forms.ChoiceField(label=gettext_lazy("Who rated"))
    rating = forms.ChoiceField(label=gettext_lazy("The rating"), help_text=gettext_lazy("A whole number, such as 1 to 5."))
    item = forms.ChoiceField(
        label=gettext_lazy("What was rated"),
        required=False,
        help_text=gettext_lazy("A criterion or a question, if each was rated on its own."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("person", "assessor", "rating", "item"):
            offer = _("There is none") if name == "item" else _("Choose a column")
            self.fields[name].choices = [("", offer), *self.choices]  # type: ignore[attr-defined]  # a choice field
            self.fields[name].initial = str(self.head["columns"].get(name, ""))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        taken: set[str] = set()
        for name in ("person", "assessor", "rating", "item"):
            place = data.get(name)
            if place and place in taken:
                self.add_error(name, _("This column was chosen above already."))
            elif place:
                taken.add(place)
        return data

    def read(self, rows: list[list[Any]]) -> MeantRatings:
        data = self.cleaned_data
        item = int(data["item"]) if data["item"] else None
        title = self.head["headers"][item] if item is not None else ""
        return read_long(
            rows, person=int(data["person"]), assessor=int(data["assessor"]), rating=int(data["rating"]), item=item, item_title=title
        )


class WideForm(_ColumnsForm):
    """The column of names, and the columns of the assessors."""

    person = forms.ChoiceField(label=gettext_lazy("Who was rated"))
    assessors = forms.MultipleChoiceField(
        label=gettext_lazy("Columns with ratings"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The head of each column is the name of an assessor. Leave out sums and means."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", _("Choose a column")), *self.choices]  # type: ignore[attr-defined]  # a choice field
        self.fields["person"].initial = str(self.head["columns"].get("person", ""))
        self.fields["assessors"].choices = self.choices  # type: ignore[attr-defined]  # a choice field
        self.fields["assessors"].initial = [str(place) for place in self.head["wide"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = data.get("assessors")
        if chosen is not None and data.get("person") in chosen:
            self.add_error("assessors", _("The column of names cannot be an assessor as well."))
        elif chosen is not None and len(chosen) < LEAST_ASSESSORS:
            self.add_error("assessors", _("Choose at least two columns with ratings."))
        return data

    def read(self, rows: list[list[Any]]) -> MeantRatings:
        assessors = {int(place): self.head["headers"][int(place)] for place in self.cleaned_data["assessors"]}
        return read_wide(rows, person=int(self.cleaned_data["person"]), assessors=assessors)
