"""What applicants type. What is valid is kept even where something else is missing: see ``has_mistakes``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from talimger.kernel.languages import LANGUAGE_CODES
from talimger.selection.commands.applying import MOST_ENTRIES, EntryText
from talimger.selection.models import Application, ApplicationEntry, ApplicationQuestion, FairnessAnswers
from talimger.selection.queries.applying import AnsweredQuestion
from talimger.shell.forms import Segments, ShellForm, TelInput
from talimger.shell.languages import LANGUAGE_NAMES

FIRST_YEAR = 1950
LONG = 4_000
Kind = ApplicationEntry.Kind


def plain(value: str) -> str:
    """A typed text with one kind of line break and without NUL."""
    return value.replace("\r\n", "\n").replace("\x00", "").strip()


def has_mistakes(form: forms.Form) -> bool:
    """Whether something typed cannot be kept; what is only missing is asked for when one goes on."""
    return any(error.code != "required" for errors in form.errors.as_data().values() for error in errors)


class StartForm(ShellForm):
    """The address for the link, and the language of everything that follows."""

    email = forms.EmailField(label=gettext_lazy("Your e-mail address"), max_length=254)
    language = forms.ChoiceField(label=gettext_lazy("Language of the application"), widget=Segments)

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [code for code in LANGUAGE_CODES if code in languages] or list(LANGUAGE_CODES)
        self.fields["language"].choices = [(code, LANGUAGE_NAMES[code].full) for code in offered]  # type: ignore[attr-defined]  # a choice field


class LostLinkForm(ShellForm):
    email = forms.EmailField(label=gettext_lazy("The e-mail address of your application"), max_length=254)


class YouForm(ShellForm):
    consent = forms.BooleanField(label=gettext_lazy("I agree"))
    full_name = forms.CharField(label=gettext_lazy("First and last name"), max_length=200)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=20, required=False, widget=TelInput)
    born_on = forms.DateField(label=gettext_lazy("Date of birth"), required=False)
    city = forms.CharField(label=gettext_lazy("Town or village"), max_length=120, required=False)
    region = forms.CharField(label=gettext_lazy("Region"), max_length=120, required=False)
    occupation = forms.CharField(label=gettext_lazy("What you do"), max_length=200, required=False)
    organisation_name = forms.CharField(label=gettext_lazy("Where you work or study"), max_length=200, required=False)
    needs_extra_time = forms.BooleanField(
        label=gettext_lazy("I need more time for tasks"),
        required=False,
        help_text=gettext_lazy("For example because of your sight, your hand or reading. You need not give a reason."),
    )

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        initial = {name: getattr(application, name) for name in self.base_fields if name != "consent"}
        super().__init__(*args, initial={**initial, "consent": application.consented_at is not None}, **kwargs)
        self.fields["full_name"].widget.attrs["autocomplete"] = "name"
        self.fields["born_on"].widget.attrs["autocomplete"] = "bday"

    def clean_born_on(self) -> Any:
        born_on = self.cleaned_data["born_on"]
        if born_on is not None and not (born_on.year >= FIRST_YEAR - 30 and born_on < timezone.localdate()):
            raise forms.ValidationError(_("Check the year of birth."))
        return born_on


class EntryForm(ShellForm):
    where = forms.CharField(label=gettext_lazy("Where"), max_length=200, required=False)
    what = forms.CharField(label=gettext_lazy("What you did there"), max_length=200, required=False)
    from_year = forms.IntegerField(label=gettext_lazy("From, year"), required=False)
    to_year = forms.IntegerField(label=gettext_lazy("Until, year"), required=False)
    text = forms.CharField(label=gettext_lazy("In your own words"), max_length=LONG, required=False, widget=forms.Textarea({"rows": 4}))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        latest = timezone.localdate().year
        for name, most in (("from_year", latest), ("to_year", latest + 10)):
            year = data.get(name)
            if year is not None and not FIRST_YEAR <= year <= most:
                self.add_error(name, _("Write the year with four digits, for example %(year)s.") % {"year": latest})
        if data.get("from_year") and data.get("to_year") and data["to_year"] < data["from_year"]:
            self.add_error("to_year", _("This is before the first year."))
        return data

    @property
    def entry(self) -> EntryText:
        """What is valid of it; the rest has a message beside its field."""
        data = self.cleaned_data
        return EntryText(
            where=data.get("where", ""),
            what=data.get("what", ""),
            from_year=data.get("from_year"),
            to_year=data.get("to_year"),
            text=plain(data.get("text", "")),
        )


def entry_prefix(kind: str, place: int) -> str:
    return f"{kind}-{place}"


def read_entry_forms(data: QueryDict, kind: str) -> list[EntryForm]:
    """The entries of one kind as they were typed, those left empty or taken away left out."""
    removed = data.get("do", "")
    forms_ = []
    for place in range(MOST_ENTRIES + 1):
        prefix = entry_prefix(kind, place)
        if removed == f"remove-{prefix}" or not any(data.get(f"{prefix}-{name}", "").strip() for name in EntryForm.base_fields):
            continue
        form = EntryForm(data, prefix=prefix)
        form.is_valid()
        forms_.append(form)
    return forms_


def shown_entry_forms(entries: Sequence[ApplicationEntry], kind: str, *, blank: bool) -> list[EntryForm]:
    """The stored entries of one kind as forms, with an empty one at the end if there is none yet or one was asked for."""
    own = [entry for entry in entries if entry.kind == kind]
    shown = [
        EntryForm(prefix=entry_prefix(kind, place), initial={name: getattr(entry, name) for name in EntryForm.base_fields})
        for place, entry in enumerate(own)
    ]
    if (blank or not shown) and len(shown) < MOST_ENTRIES:
        shown.append(EntryForm(prefix=entry_prefix(kind, len(shown))))
    return shown


class TrainingForm(ShellForm):
    """Whether somebody came through UPSHIFT training, and the programme's own questions."""

    came_through_training = forms.TypedChoiceField(
        label=gettext_lazy("Did you come through UPSHIFT training?"),
        choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=Segments,
    )
    training_course = forms.CharField(label=gettext_lazy("Course and year"), max_length=200, required=False)
    trainer_name = forms.CharField(label=gettext_lazy("Your trainer’s name"), max_length=200, required=False)
    trainer_email = forms.EmailField(
        label=gettext_lazy("Your trainer’s e-mail address"),
        required=False,
        help_text=gettext_lazy("We ask the trainer for a short feedback. Who has no trainer is not at a disadvantage."),
    )

    def __init__(self, *args: Any, application: Application, questions: Sequence[AnsweredQuestion], **kwargs: Any) -> None:
        through = application.came_through_training
        initial = {name: getattr(application, name) for name in ("training_course", "trainer_name", "trainer_email")}
        initial["came_through_training"] = "" if through is None else ("yes" if through else "no")
        super().__init__(*args, initial=initial, **kwargs)
        self.questions = {f"q{each.question.pk}": each.question for each in questions}
        for each in questions:
            self.fields[f"q{each.question.pk}"] = _field_of(each)
        self.fields["trainer_email"].widget.attrs["autocomplete"] = "off"

    @property
    def own_questions(self) -> list[forms.BoundField]:
        return [self[name] for name in self.questions]

    def values(self) -> dict[str, Any]:
        """The valid part of the fixed fields."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.questions}

    def answers(self) -> dict[int, str]:
        """The valid answers to the programme's own questions, by the question's key."""
        return {question.pk: plain(self.cleaned_data[name]) for name, question in self.questions.items() if name in self.cleaned_data}


def _field_of(each: AnsweredQuestion) -> forms.Field:
    question = each.question
    label = str(question.text)
    rest: dict[str, Any] = {"label": label, "help_text": str(question.help), "required": question.required, "initial": each.answer}
    field: forms.Field
    if question.kind == ApplicationQuestion.Kind.YES_NO:
        field = forms.ChoiceField(choices=[("yes", _("yes")), ("no", _("no"))], widget=Segments, **rest)
    elif question.kind == ApplicationQuestion.Kind.SHORT:
        field = forms.CharField(max_length=300, **rest)
    else:
        field = forms.CharField(max_length=LONG, widget=forms.Textarea({"rows": 4}), **rest)
    return field


class FairnessForm(ShellForm):
    """The voluntary block. Every answer may be left out."""

    sex = forms.ChoiceField(label=gettext_lazy("Sex"), required=False)
    age_band = forms.ChoiceField(label=gettext_lazy("Age"), required=False)
    residence = forms.ChoiceField(label=gettext_lazy("Where you live"), required=False)
    disability = forms.ChoiceField(label=gettext_lazy("Disability"), required=False)

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, initial={name: getattr(application, name) for name in self.base_fields}, **kwargs)
        for name, choices in (
            ("sex", FairnessAnswers.Sex.choices),
            ("age_band", FairnessAnswers.AgeBand.choices),
            ("residence", FairnessAnswers.Residence.choices),
            ("disability", FairnessAnswers.Disability.choices),
        ):
            self.fields[name].choices = [("", _("I prefer not to say")), *choices]  # type: ignore[attr-defined]  # a choice field
