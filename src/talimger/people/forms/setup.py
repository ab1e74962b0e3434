"""The steps of setting up an empty installation."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.http import QueryDict
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from talimger.kernel.errors import DomainError
from talimger.kernel.files import read_upload
from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText
from talimger.people.forms.fields import LANGUAGES, language_field
from talimger.people.lists import lines_of, read_lines
from talimger.people.models import Programme, User
from talimger.people.setup import slug_for
from talimger.shell.forms import Chips, LocalisedTextFormField, Segments, ShellForm
from talimger.shell.spreadsheets import parse_email, read_table

LARGEST_FRAMEWORK = 500_000


class SetupStep(ShellForm):
    """One step. What it keeps in the session until the last step is plain text and lists, and no password."""

    def __init__(self, *args: Any, before: dict[str, Any], **kwargs: Any) -> None:
        self.before = before
        super().__init__(*args, initial=self.first_values() | self.values_of(before), **kwargs)

    def first_values(self) -> dict[str, Any]:
        """What the fields say when the step is opened for the first time."""
        return {}

    def values_of(self, before: dict[str, Any]) -> dict[str, Any]:
        """What the fields say when one comes back to the step."""
        return before

    def kept(self) -> dict[str, Any]:
        """What the session keeps of a valid form."""
        return self.cleaned_data


class ProgrammeStep(SetupStep):
    """The programme's name, languages, colour and address."""

    name = LocalisedTextFormField(label=_("How is the programme called?"), max_length=120)
    languages = forms.MultipleChoiceField(label=_("In which languages does it work?"), choices=LANGUAGES, widget=Chips)
    accent = forms.ChoiceField(label=_("Colour"), choices=Programme.Accent.choices, widget=Segments)
    slug = forms.CharField(
        label=_("Its name in addresses"),
        max_length=40,
        required=False,
        help_text=_("Small Latin letters, digits and hyphens. Left empty, it is made from the name."),
    )

    def first_values(self) -> dict[str, Any]:
        return {"languages": list(LANGUAGE_CODES), "accent": Programme.Accent.SAMGAU}

    def kept(self) -> dict[str, Any]:
        return self.cleaned_data | {"name": self.cleaned_data["name"].as_dict()}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if "name" in values and "slug" in values and not values["slug"]:
            values["slug"] = slug_for(values["name"].text("ru"))
        if values.get("slug"):
            field = Programme._meta.get_field("slug")
            try:
                field.run_validators(values["slug"])
            except forms.ValidationError as error:
                self.add_error("slug", error)
        elif "name" in values:
            self.add_error("slug", gettext("Write a short name in Latin letters, samgau for example."))
        return values


class OfficerStep(SetupStep):
    """Who sets this up: the first officer and administrator."""

    full_name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.CharField(label=_("E-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"}))
    password = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. A few words in a row are easy to remember."),
    )
    language = language_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.before:
            self.fields["password"].required = False
            self.fields["password"].help_text = _("Chosen already. Write another one only if you want to change it.")

    def first_values(self) -> dict[str, Any]:
        return {"language": (get_language() or "ru")[:2]}

    def kept(self) -> dict[str, Any]:
        password = self.cleaned_data["password"]
        values = {name: self.cleaned_data[name] for name in ("full_name", "email", "language")}
        return values | {"password_hash": make_password(password) if password else self.before["password_hash"]}

    def clean_email(self) -> str:
        try:
            return parse_email(self.cleaned_data["email"]).lower()
        except DomainError as error:
            raise forms.ValidationError(error.message) from error

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("password"):
            person = User(email=values.get("email", ""), full_name=values.get("full_name", ""))
            try:
                validate_password(values["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return values


class FrameworkStep(SetupStep):
    """The framework to start with."""

    source = forms.ChoiceField(
        label=_("Framework"),
        choices=[
            ("default", _("The UPSHIFT framework: competencies, indicators, methods, in three languages")),
            ("own", _("Our own, from a file")),
        ],
        widget=forms.RadioSelect,
        help_text=_("It can be changed later, word by word."),
    )
    file = forms.FileField(label=_("Framework file (YAML)"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.before.get("text"):
            self.fields["file"].help_text = gettext("Chosen already: %(name)s.") % {"name": self.before["file_name"]}

    def first_values(self) -> dict[str, Any]:
        return {"source": "default"}

    def kept(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("source", "text", "file_name")}

    def clean(self) -> dict[str, Any]:
        values = (super().clean() or self.cleaned_data) | {"text": "", "file_name": ""}
        if values.get("source") != "own":
            return values
        upload = values.get("file")
        if upload is None:
            if not self.before.get("text"):
                self.add_error("file", gettext("Choose the file, or take the UPSHIFT framework."))
            return values | {name: self.before.get(name, "") for name in ("text", "file_name")}
        values["file_name"] = (upload.name or "")[-80:]
        try:
            content = read_upload(upload)
            if len(content) > LARGEST_FRAMEWORK:
                raise DomainError(gettext("This file is too large to be a framework."))
            values["text"] = content.decode()
        except DomainError as error:
            self.add_error("file", error.message)
        except UnicodeDecodeError:
            self.add_error("file", gettext("This file is not a text. Save it as YAML in UTF-8."))
        return values


class PeopleStep(SetupStep):
    """The first cycle, if its dates are known, and the first people."""

    cycle_name = LocalisedTextFormField(label=_("Name of the first cycle"), max_length=80, required=False)
    starts_on = forms.DateField(label=_("First day"), required=False)
    bootcamp_on = forms.DateField(label=_("Bootcamp begins"), required=False)
    ends_on = forms.DateField(label=_("Last day"), required=False)
    people = forms.CharField(
        label=_("First people"),
        required=False,
        max_length=40_000,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("One a line: name, e-mail, role. Each gets an invitation."),
    )
    file = forms.FileField(label=_("Or a spreadsheet with these three columns"), required=False)

    def values_of(self, before: dict[str, Any]) -> dict[str, Any]:
        return before | {"cycle_name": LocalisedText.of(before.get("cycle_name"))}

    def kept(self) -> dict[str, Any]:
        values = self.cleaned_data
        days = {name: values[name].isoformat() if values[name] else "" for name in ("starts_on", "bootcamp_on", "ends_on")}
        return {"cycle_name": values["cycle_name"].as_dict(), "people": values["people"], **days}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self._check_cycle(values)
        text = values.get("people", "")
        if values.get("file"):
            try:
                text = "\n".join(filter(None, [text.strip(), self._read_file(values["file"])]))
            except DomainError as error:
                self.add_error("file", error.message)
            else:
                # What the spreadsheet said can be read and mended as text.
                data = cast(QueryDict, self.data).copy()
                data[self.add_prefix("people")] = text
                self.data = data
        _people, bad = read_lines(text)
        for line in bad[:10]:
            self.add_error("people", str(line))
        return values | {"people": text}

    def _read_file(self, upload: Any) -> str:
        return lines_of(read_table(read_upload(upload), upload.name or ""))

    def _check_cycle(self, values: dict[str, Any]) -> None:
        names = ("starts_on", "bootcamp_on", "ends_on")
        given = [values[name] for name in names if values.get(name)]
        if not given and not values.get("cycle_name"):
            return
        if not values.get("cycle_name"):
            self.add_error("cycle_name", gettext("Name the cycle, or leave its dates empty too."))
        for name in names:
            if name in values and not values[name]:
                self.add_error(name, gettext("A cycle needs all three dates. They can also be added later."))
        if len(given) == len(names) and given != sorted(given):
            self.add_error("bootcamp_on", gettext("A cycle starts before its bootcamp and ends after it."))
