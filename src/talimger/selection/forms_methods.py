"""What the office types about exercises, guides, samples and what an intake asks of a method."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from talimger.framework.models import Competency, Method
from talimger.selection.models import Gate, Instrument
from talimger.shell.forms import LocalisedTextFormField, ShellForm

LONG = 8_000


class InstrumentForm(ShellForm):
    title = LocalisedTextFormField(label=_("Title"), max_length=150)
    task = LocalisedTextFormField(label=_("What the candidate reads"), rows=8, max_length=LONG, required=False)
    materials = LocalisedTextFormField(label=_("What you prepare"), rows=4, max_length=LONG, required=False)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=240)
    extra_minutes = forms.IntegerField(
        label=_("Extra minutes"), min_value=0, max_value=240, help_text=_("For candidates who asked for more time.")
    )


class GuideQuestionForm(ShellForm):
    text = LocalisedTextFormField(label=_("Question"), rows=3, max_length=1_000)
    listen_for = LocalisedTextFormField(label=_("What to listen for"), rows=3, max_length=1_000, required=False)
    competency_code = forms.ChoiceField(label=_("Competency"), required=False)
    is_hold_back = forms.BooleanField(label=_("A situation in which a good mentor holds back"), required=False)

    def __init__(self, *args: Any, competencies: Iterable[Competency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["competency_code"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", _("About everything")),
            *((each.code, f"{each.code}. {each.name}") for each in competencies),
        ]


class SettingForm(ShellForm):
    """What an intake asks of one method."""

    raters = forms.IntegerField(label=_("Raters"), min_value=1, max_value=5)
    gate = forms.TypedChoiceField(label=_("Due by"), choices=Gate.choices, coerce=int)
    hides_name = forms.BooleanField(label=_("Rated without the name"), required=False)
    instrument = forms.ModelChoiceField(Instrument._base_manager.none(), label=_("Version"), required=False, empty_label=_("none"))

    def __init__(self, *args: Any, versions: Iterable[Instrument], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [version.pk for version in versions]
        if keys:
            self.fields["instrument"].queryset = Instrument.objects.filter(pk__in=keys)  # type: ignore[attr-defined]  # a model choice
        else:
            del self.fields["instrument"]


class SampleForm(ShellForm):
    method = forms.ModelChoiceField(Method._base_manager.none(), label=_("Method"))
    title = LocalisedTextFormField(label=_("Title"), max_length=150)
    performance = LocalisedTextFormField(label=_("What the assessor reads"), rows=8, max_length=LONG)

    def __init__(self, *args: Any, methods: Iterable[Method] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if methods is None:
            del self.fields["method"]
        else:
            keys = [method.pk for method in methods]
            self.fields["method"].queryset = Method.objects.filter(pk__in=keys)  # type: ignore[attr-defined]  # a model choice


class ReasonForm(ShellForm):
    reason = forms.CharField(
        label=_("Why is the sheet replaced?"),
        widget=forms.Textarea({"rows": 3}),
        max_length=1_000,
        help_text=_("It stays beside the old sheet, with your name."),
    )
