"""Forms over a row that somebody else may change at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from talimger.kernel.languages import LocalisedText
from talimger.people.versions import ChangedMeanwhileError, version_of
from talimger.shell.forms import ShellForm


@dataclass(frozen=True)
class Conflict:
    """One field that differs: what is saved now, and what was typed here."""

    label: str
    stored: str
    typed: str


class VersionedForm(ShellForm):
    """Carries the fingerprint of the values that it shows, and can show both versions after a conflict."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, stored: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        if stored is not None:
            kwargs["initial"] = {**stored, "version": version_of(stored), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.conflicts: list[Conflict] = []

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, without the fingerprint."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def show_conflict(self, error: ChangedMeanwhileError) -> None:
        """Keep what was typed, show what is saved now, and let the next save overwrite it knowingly."""
        typed = dict(self.cleaned_data)
        self.conflicts = [
            Conflict(str(self.fields[name].label or name), self._words(name, stored), self._words(name, typed.get(name)))
            for name, stored in error.stored.items()
            if stored != typed.get(name)
        ]
        self.add_error(None, error.message)
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("version")] = version_of(error.stored)
        self.data = data

    def _words(self, name: str, value: Any) -> str:
        """A value as people read it."""
        if isinstance(value, LocalisedText):
            return " / ".join(text for text in value.as_dict().values() if text) or "—"
        choices = dict(getattr(self.fields[name], "choices", ()))
        if isinstance(value, list):
            return ", ".join(str(choices.get(each, each)) for each in value) or "—"
        if hasattr(value, "isoformat"):
            return date_format(value, "DATE_FORMAT")
        return str(choices.get(value, value)) if value not in ("", None) else _("empty")
