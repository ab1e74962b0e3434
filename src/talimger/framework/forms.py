"""What people type: texts in several languages side by side, what is scored, a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from talimger.framework.commands import NameTexts, VersionTexts, token_of
from talimger.framework.content import (
    ANCHOR_LENGTH,
    LEVELS,
    NAME_LENGTH,
    REASON_LENGTH,
    SHORT_NAME_LENGTH,
    AnchorContent,
    IndicatorContent,
    ItemContent,
    PartContent,
    tidy,
)
from talimger.framework.models import Indicator
from talimger.framework.queries import Place
from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText
from talimger.shell.forms import Segments, ShellForm
from talimger.shell.languages import LANGUAGE_NAMES


@dataclass(frozen=True)
class TextRow:
    """One text of a form: what it is called, what is saved now, how long it may be, how many lines it shows."""

    name: str
    label: str
    saved: LocalisedText
    limit: int
    lines: int = 1
    hint: str = ""


@dataclass(frozen=True)
class TextCell:
    """One language of a text as a page shows it; ``saved`` is set when somebody else saved other words meanwhile."""

    language: str
    language_name: str
    field: BoundField
    saved: str = ""


class SeenForm(ShellForm):
    """Carries a token of what the page showed, so that a save on top of somebody else's is noticed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, shown: object, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": token_of(shown), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.shown = shown
        self.is_stale = False

    @property
    def token(self) -> str:
        return str(self.cleaned_data["seen"])

    def refuse(self, message: str, name: str | None) -> None:
        """Put the answer of a rule on the field that it is about."""
        self.add_error(name if name in self.fields else None, message)

    def show_conflict(self, message: str) -> None:
        """Keep what was typed, show what is saved now, and let the next save overwrite that knowingly."""
        self.is_stale = True
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["seen"] = token_of(self.shown)
        self.data = data
        self.add_error(None, message)


class TextsForm(SeenForm):
    """Texts with one field for each language. Languages that the programme does not use have none; their words stay."""

    def __init__(self, *args: Any, rows: Sequence[TextRow], languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.text_rows = tuple(rows)
        self.languages = tuple(languages)
        for row in self.text_rows:
            for code in self.languages:
                self.fields[f"{row.name}_{code}"] = forms.CharField(
                    label=f"{row.label}, {LANGUAGE_NAMES[code].full}",
                    required=False,
                    max_length=row.limit,
                    initial=getattr(row.saved, code),
                    widget=forms.Textarea({"rows": row.lines, "lang": code}),
                )

    def text(self, name: str) -> LocalisedText:
        """What was typed, with the words of the languages that have no field here."""
        saved = next(row.saved for row in self.text_rows if row.name == name)
        typed = {code: self.cleaned_data[f"{name}_{code}"] for code in self.languages}
        return LocalisedText.of(saved.as_dict() | typed)

    @property
    def grid(self) -> list[tuple[TextRow, list[TextCell]]]:
        """The texts as rows, the languages as columns."""
        return [(row, [self._cell(row, code) for code in self.languages]) for row in self.text_rows]

    @property
    def language_names(self) -> list[tuple[str, str]]:
        return [(code, LANGUAGE_NAMES[code].full) for code in self.languages]

    def _cell(self, row: TextRow, code: str) -> TextCell:
        field, saved = self[f"{row.name}_{code}"], getattr(row.saved, code)
        differs = self.is_stale and tidy(str(field.value() or "")) != saved
        return TextCell(code, LANGUAGE_NAMES[code].full, field, (saved or "—") if differs else "")

    def refuse(self, message: str, name: str | None) -> None:
        """A rule about a text is answered at its first language."""
        spread = f"{name}_{self.languages[0]}"
        super().refuse(message, spread if spread in self.fields else name)


class NameForm(TextsForm):
    """The name of a competency, a method or a term; methods have a short one too."""

    def __init__(self, *args: Any, shown: NameTexts, has_short_name: bool, **kwargs: Any) -> None:
        rows = [TextRow("name", _("Name"), shown.name, NAME_LENGTH, 2)]
        if has_short_name:
            hint = _("For heads of tables and for phones")
            rows.append(TextRow("short_name", _("Short name"), shown.short_name, SHORT_NAME_LENGTH, 1, hint))
        super().__init__(*args, rows=rows, shown=shown, **kwargs)

    def texts(self) -> NameTexts:
        return NameTexts(*(self.text(row.name) for row in self.text_rows))


class VersionForm(TextsForm):
    """The name of the framework, and the languages that a native speaker has still to read."""

    draft_languages = forms.MultipleChoiceField(
        label=gettext_lazy("Still a draft in"),
        help_text=gettext_lazy("Staff see a mark beside these languages until a native speaker has read every text."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, shown: VersionTexts, languages: Sequence[str], **kwargs: Any) -> None:
        rows = [TextRow("name", _("Name"), shown.name, NAME_LENGTH, 2)]
        initial = {"draft_languages": shown.draft_languages}
        super().__init__(*args, rows=rows, languages=languages, shown=shown, initial=initial, **kwargs)
        choices = [(code, LANGUAGE_NAMES[code].full) for code in LANGUAGE_CODES if code in languages]
        self.fields["draft_languages"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def texts(self) -> VersionTexts:
        return VersionTexts(self.text("name"), tuple(self.cleaned_data["draft_languages"]))


_TARGETS = [("", gettext_lazy("No target")), *Indicator.Target.choices]


class IndicatorForm(TextsForm):
    """Name, target, parts and anchors of an indicator."""

    target = forms.ChoiceField(
        label=gettext_lazy("Target of development"),
        help_text=gettext_lazy("What a mentor grows towards. It is never a cut at selection."),
        choices=_TARGETS,
        required=False,
        widget=Segments,
    )

    def __init__(self, *args: Any, shown: IndicatorContent, **kwargs: Any) -> None:
        rows = [TextRow("name", _("Name"), shown.name, NAME_LENGTH, 2)]
        for part in shown.parts:
            rows.append(TextRow(f"part_{part.code}", _("Part “%(code)s”") % {"code": part.code}, part.name, NAME_LENGTH, 2))
        for level in LEVELS:
            rows.append(TextRow(f"anchor_{level}", _("Level %(level)s") % {"level": level}, shown.anchor(level), ANCHOR_LENGTH, 4))
        super().__init__(*args, rows=rows, shown=shown, initial={"target": shown.target}, **kwargs)
        self.parts = shown.parts

    @property
    def names(self) -> list[tuple[TextRow, list[TextCell]]]:
        return [pair for pair in self.grid if not pair[0].name.startswith("anchor_")]

    @property
    def anchors(self) -> list[tuple[TextRow, list[TextCell]]]:
        return [pair for pair in self.grid if pair[0].name.startswith("anchor_")]

    def texts(self) -> IndicatorContent:
        return IndicatorContent(
            code="",
            name=self.text("name"),
            target=self.cleaned_data["target"],
            parts=tuple(PartContent(part.code, self.text(f"part_{part.code}")) for part in self.parts),
            anchors=tuple(AnchorContent(level, self.text(f"anchor_{level}")) for level in LEVELS),
        )


class NewIndicatorForm(TextsForm):
    """An indicator to add: its code, name and target. Anchors are written on its own page."""

    code = forms.CharField(label=gettext_lazy("Code"), help_text=gettext_lazy("What sheets and exports call it"), max_length=10)
    target = forms.ChoiceField(label=gettext_lazy("Target of development"), choices=_TARGETS, required=False, widget=Segments)

    def __init__(self, *args: Any, next_code: str, **kwargs: Any) -> None:
        rows = [TextRow("name", _("Name"), LocalisedText(), NAME_LENGTH, 2)]
        super().__init__(*args, rows=rows, shown=None, initial={"code": next_code}, **kwargs)

    def values(self) -> dict[str, Any]:
        return {"code": self.cleaned_data["code"], "name": self.text("name"), "target": self.cleaned_data["target"]}


class MatrixForm(SeenForm):
    """Which method gives evidence on which competency, and why cells were added."""

    places = forms.MultipleChoiceField(required=False, label=gettext_lazy("Matrix"), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(
        label=gettext_lazy("Why new cells are needed"),
        help_text=gettext_lazy("Only when you add a cell. Whoever asks later what it is for will read this."),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, methods: Sequence[int], competencies: Sequence[int], saved: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, shown=tuple(saved), **kwargs)
        self.saved = {f"{method}-{competency}" for method, competency in saved}
        choices = [(f"{method}-{competency}", "") for method in methods for competency in competencies]
        self.fields["places"].choices = choices  # type: ignore[attr-defined]  # a choice field

    @property
    def ticked(self) -> set[str]:
        """The cells that are ticked: as they were sent, else as they are saved."""
        return set(self["places"].value() or ()) if self.is_bound else self.saved

    def chosen(self) -> list[Place]:
        pairs = [value.split("-") for value in self.cleaned_data["places"]]
        return [(int(method), int(competency)) for method, competency in pairs]


class ItemsForm(SeenForm):
    """What an assessor scores in one cell."""

    items = forms.MultipleChoiceField(
        label=gettext_lazy("What the assessor scores here"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one thing that is scored here.")},
    )

    def __init__(self, *args: Any, offered: Sequence[tuple[ItemContent, str]], saved: Sequence[ItemContent], **kwargs: Any) -> None:
        self.by_key = {f"{item.indicator}/{item.part}": item for item, _words in offered}
        ticked = [key for key, item in self.by_key.items() if item in saved]
        super().__init__(*args, shown=tuple(saved), initial={"items": ticked}, **kwargs)
        self.saved_words = [words for item, words in offered if item in saved]
        choices = [(key, words) for key, (_item, words) in zip(self.by_key, offered, strict=True)]
        self.fields["items"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def chosen(self) -> list[ItemContent]:
        return [self.by_key[key] for key in self.cleaned_data["items"]]


class UploadForm(ShellForm):
    """A framework from a file."""

    file = forms.FileField(label=gettext_lazy("File of a framework"), help_text=gettext_lazy("YAML, up to 1 MB, as the export makes it"))
