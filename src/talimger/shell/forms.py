"""Forms that look and speak right by themselves. Rooms derive from ``ShellForm`` or ``ShellModelForm``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText
from talimger.shell.languages import LANGUAGE_NAMES


class _Picker(forms.DateTimeInput):
    """The phone's own wheel, which writes ISO. What is no ISO comes back as plain text, so that nothing typed is lost."""

    picker_type = ""
    iso = ""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format=self.iso)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["type"] = self.picker_type if self._is_iso(context["widget"]["value"]) else "text"
        return context

    def _is_iso(self, shown: str | None) -> bool:
        if not shown:
            return True
        try:
            dt.datetime.strptime(shown[:16], self.iso)
        except ValueError:
            return False
        return True


class DatePicker(_Picker):
    picker_type, iso = "date", "%Y-%m-%d"


class DateTimePicker(_Picker):
    picker_type, iso = "datetime-local", "%Y-%m-%dT%H:%M"


class TimePicker(_Picker):
    picker_type, iso = "time", "%H:%M"


class TelInput(forms.TextInput):
    """A telephone number: the phone's keypad opens, and the browser offers one's own number."""

    input_type = "tel"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "tel", **(attrs or {})})


class Segments(forms.RadioSelect):
    """A few short choices in one line."""

    template_name = "shell/widgets/segments.html"


class Chips(forms.CheckboxSelectMultiple):
    """Many short choices of which several may be taken."""

    template_name = "shell/widgets/chips.html"


class LocalisedTextWidget(forms.MultiWidget):
    """One input for each language, each marked with its language and named for screen readers."""

    template_name = "shell/widgets/localised_text.html"

    def __init__(self, *, languages: Sequence[str] = LANGUAGE_CODES, rows: int | None = None, attrs: dict[str, Any] | None = None) -> None:
        self.languages = tuple(languages)
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            code: forms.Textarea({"lang": code, "rows": rows}) if rows else forms.TextInput({"lang": code}) for code in self.languages
        }
        super().__init__(widgets, attrs)

    def decompress(self, value: Any) -> list[str]:
        text = LocalisedText.of(value)
        return [getattr(text, code) for code in self.languages]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for code, part in zip(self.languages, context["widget"]["subwidgets"], strict=True):
            part["language"] = LANGUAGE_NAMES[code]
        return context


class LocalisedTextFormField(forms.MultiValueField):
    """A ``LocalisedText`` that a person types. At least one language must have words if the field is required."""

    widget: LocalisedTextWidget
    default_error_messages: ClassVar[dict[str, Any]] = {"required": _("Write this text in at least one language.")}

    def __init__(
        self, *, languages: Sequence[str] = LANGUAGE_CODES, rows: int | None = None, max_length: int | None = None, **kwargs: Any
    ) -> None:
        self.languages = tuple(languages)
        kwargs.setdefault("widget", LocalisedTextWidget(languages=self.languages, rows=rows))
        fields = [forms.CharField(max_length=max_length, required=False) for _code in self.languages]
        super().__init__(fields, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> LocalisedText:
        return LocalisedText.of(dict(zip(self.languages, data_list, strict=False)))


class ShellLook:
    """What both kinds of form share: native pickers, no colon after labels, sensible offers from the browser."""

    fields: dict[str, forms.Field]
    label_suffix: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget = _native(field.widget)
            if isinstance(field, forms.EmailField):
                field.widget.attrs.setdefault("autocomplete", "email")
            if isinstance(field, forms.IntegerField):
                field.widget.attrs.setdefault("inputmode", "numeric")


class ShellForm(ShellLook, forms.Form):
    """A form of this house."""


class ShellModelForm(ShellLook, forms.ModelForm):  # type: ignore[type-arg]  # Django's class is no generic at run time
    """A form of this house over a model. It validates; what is written goes through a command."""


def _native(widget: forms.Widget) -> forms.Widget:
    """The native picker instead of a plain field for dates and times; any other widget as it is."""
    for plain, picker in ((forms.DateTimeInput, DateTimePicker), (forms.DateInput, DatePicker), (forms.TimeInput, TimePicker)):
        if type(widget) is plain:
            better = picker(widget.attrs)
            better.is_required = widget.is_required
            return better
    return widget
