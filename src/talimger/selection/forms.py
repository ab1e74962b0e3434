"""What people type in selection."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from talimger.framework.models import FrameworkVersion, Method
from talimger.kernel.errors import DomainError
from talimger.people.models import Cycle, User
from talimger.selection.commands import RatingEntry
from talimger.selection.importing import FIELDS
from talimger.shell.forms import LocalisedTextFormField, ShellForm


class IntakeForm(ShellForm):
    name = LocalisedTextFormField(
        label=gettext_lazy("Name of the intake"), max_length=120, help_text=gettext_lazy("For example: Intake 3, autumn 2026")
    )
    cycle = forms.ModelChoiceField(Cycle._base_manager.none(), label=gettext_lazy("Cycle"), required=False)
    opens_on = forms.DateField(label=gettext_lazy("Opens on"))
    rate_by = forms.DateField(label=gettext_lazy("Assessors finish by"))
    decide_by = forms.DateField(label=gettext_lazy("Decision by"))
    raters_per_sheet = forms.IntegerField(
        label=gettext_lazy("Assessors for each sheet"),
        min_value=1,
        max_value=5,
        initial=2,
        help_text=gettext_lazy("Two or more, so that no candidate depends on one person's view."),
    )
    framework = forms.ModelChoiceField(FrameworkVersion._base_manager.none(), label=gettext_lazy("Competency framework"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cycle"].queryset = Cycle.objects.order_by("-bootcamp_on")  # type: ignore[attr-defined]  # it is a model choice
        published = FrameworkVersion.objects.filter(state=FrameworkVersion.State.PUBLISHED).order_by("-number")
        self.fields["framework"].queryset = published  # type: ignore[attr-defined]  # it is a model choice
        self.fields["framework"].initial = published.first()


class UploadForm(ShellForm):
    file = forms.FileField(
        label=gettext_lazy("Choose the spreadsheet"),
        widget=forms.FileInput({"accept": ".xlsx,.csv,.tsv,.txt"}),
        help_text=gettext_lazy("XLSX or CSV, as your form exported it. Nothing is written before you have seen every line."),
    )


class AssignForm(ShellForm):
    """Which methods, whom and until when; the candidates are ticked in the table beside it."""

    methods = forms.MultipleChoiceField(label=gettext_lazy("Methods"), widget=forms.CheckboxSelectMultiple)
    assessors = forms.MultipleChoiceField(label=gettext_lazy("Assessors"), widget=forms.CheckboxSelectMultiple)
    due_on = forms.DateField(label=gettext_lazy("Due on"))

    def __init__(self, *args: Any, methods: Iterable[Method], assessors: Iterable[tuple[User, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["methods"].choices = [(method.pk, str(method)) for method in methods]  # type: ignore[attr-defined]  # a choice field
        self.fields["assessors"].choices = [  # type: ignore[attr-defined]  # a choice field
            (person.pk, _("%(name)s · sheets: %(count)s") % {"name": person.full_name, "count": load}) for person, load in assessors
        ]


def read_mapping(data: QueryDict, columns: int) -> dict[str, int]:
    """Which column was chosen for which field: each column's select names a field. Two columns for one field raise ``DomainError``."""
    known = {each.name for each in FIELDS}
    mapping: dict[str, int] = {}
    for place in range(columns):
        name = data.get(f"column-{place}", "")
        if not name:
            continue
        if name not in known:
            raise DomainError(_("A column was chosen that this file does not have."), field="mapping")
        if name in mapping:
            label = next(str(each.label) for each in FIELDS if each.name == name)
            raise DomainError(_("“%(field)s” was chosen for two columns. Keep one of them.") % {"field": label}, field="mapping")
        mapping[name] = place
    return mapping


def read_entries(data: QueryDict, items: Iterable[int], prefix: str = "") -> list[RatingEntry]:
    """What the sheet's form says on each of its items, named by their keys; on a page of several sheets, after the sheet's own.

    Whatever is no level becomes 0: the command refuses it, the page keeps the rest.
    """
    entries = []
    for item in items:
        chosen = data.get(f"level-{prefix}{item}", "")
        # Browsers count a line break as one character and send two; no PostgreSQL takes a NUL.
        note = data.get(f"note-{prefix}{item}", "").replace("\r\n", "\n").replace("\x00", "").strip()
        if chosen in ("", "none"):
            entries.append(RatingEntry(item, no_evidence=chosen == "none", note=note))
        else:
            entries.append(RatingEntry(item, level=int(chosen) if re.fullmatch("[1-5]", chosen) else 0, note=note))
    return entries


def read_revision(data: QueryDict, name: str = "revision") -> int:
    """The revision of the sheet that the form was made from. Raises ``DomainError`` when it is no number."""
    revision = data.get(name, "")
    if not re.fullmatch("[0-9]{1,9}", revision):
        raise DomainError(_("This form is damaged. Load the page again."), code="damaged")
    return int(revision)


def read_window(data: QueryDict) -> str:
    """The name that the page gave its window; empty for anything that no page of ours would say."""
    window = data.get("window", "")
    return window if re.fullmatch(r"[A-Za-z0-9_-]{1,32}", window) else ""
