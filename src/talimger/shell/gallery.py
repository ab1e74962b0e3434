"""What /gallery/ shows: every component in every state, with words as long as real ones. People and numbers are invented."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from talimger.kernel.languages import LocalisedText
from talimger.shell.charts import (
    Bar,
    BarChart,
    Cell,
    Column,
    Dot,
    DotChart,
    Funnel,
    Matrix,
    MatrixRow,
    Moment,
    Span,
    Stage,
    Timeline,
    Track,
)
from talimger.shell.forms import Chips, LocalisedTextFormField, Segments, ShellForm, TelInput


class SpecimenForm(ShellForm):
    """One field of every kind."""

    full_name = forms.CharField(label=gettext_lazy("Full name"), help_text=gettext_lazy("As in the identity card"))
    email = forms.EmailField(label=gettext_lazy("Email"))
    phone = forms.CharField(label=gettext_lazy("Phone"), widget=TelInput, required=False)
    born_on = forms.DateField(label=gettext_lazy("Date of birth"))
    interview_at = forms.DateTimeField(label=gettext_lazy("Date and time of the interview"), required=False)
    meetings = forms.IntegerField(label=gettext_lazy("How many meetings"), min_value=0, required=False)
    region = forms.ChoiceField(label=gettext_lazy("Region"), help_text=gettext_lazy("Where you live now"))
    experience = forms.CharField(label=gettext_lazy("Experience with young people"), widget=forms.Textarea({"rows": 3}), required=False)
    decided_by = forms.ChoiceField(label=gettext_lazy("Who took the decisions"), widget=forms.RadioSelect)
    helped_with = forms.MultipleChoiceField(label=gettext_lazy("Where help was needed"), widget=Chips, required=False)
    verdict = forms.ChoiceField(label=gettext_lazy("Decision of the commission"), widget=Segments)
    consent = forms.BooleanField(label=gettext_lazy("A parent or legal guardian has agreed"))
    programme_name = LocalisedTextFormField(
        label=gettext_lazy("Name of the programme"), help_text=gettext_lazy("A language left empty shows another one, with a mark")
    )
    paper = forms.FileField(label=gettext_lazy("Drag the file here or choose it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[str, str]]] = {
            "region": [("63", _("East Kazakhstan Region")), ("75", _("Almaty"))],
            "decided_by": [
                ("team", _("The team by itself")),
                ("asked", _("The team; the mentor asked questions")),
                ("both", _("Both equally")),
            ],
            "helped_with": [("plan", _("Planning")), ("money", _("Money")), ("people", _("Partners")), ("tech", _("Technology"))],
            "verdict": [("yes", _("Accept")), ("wait", _("Reserve")), ("no", _("Not now"))],
        }
        for name, options in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options


def specimens(request: HttpRequest) -> dict[str, Any]:
    """The context of the gallery page."""
    today = timezone.localdate()
    good = {
        "full_name": "Әсел Тұрсынбаева",
        "email": "asel@example.org",
        "phone": "+7 701 555 12 34",
        "born_on": dt.date(1998, 3, 14),
        "region": "63",
        "decided_by": "asked",
        "helped_with": ["plan"],
        "verdict": "yes",
        "consent": True,
        "meetings": 6,
        "programme_name": LocalisedText(ru="Самғау", kk="Самғау"),
    }
    wrong = {"full_name": "Әсел Тұрсынбаева", "email": "asel.example", "born_on": "31.02.2003", "decided_by": "", "verdict": ""}
    return {
        "form": SpecimenForm(initial=good, prefix="good"),
        "refused": SpecimenForm(data={f"wrong-{name}": value for name, value in wrong.items()}, prefix="wrong"),
        "page": Paginator(range(430), 50).page(1),
        "views": [("all", _("All"), 26), ("open", _("Incomplete"), 14), ("conflict", _("Conflict"), 2)],
        "steps": [(_("Consent"), "was"), (_("Experience"), "was"), (_("Young people"), "now"), (_("Education"), ""), (_("Check"), "")],
        "jobs": [
            _job("letters", _("Preparing 26 letters"), done=17, total=26),
            _job("wait", _("Computing the fair scores")),
            _job(
                "import",
                _("Applications loaded"),
                state="done",
                message=_("52 are new, 3 updated, 2 left out (lines 14 and 41: no phone)."),
            ),
            _job("failed", _("Letters"), state="failed", message=_("The mail server did not answer. Nothing was sent; try again.")),
        ],
        "texts": {"fallback": LocalisedText(**{_other_language(): "Самғау"}), "own": LocalisedText(ru="Самғау", kk="Самғау", en="Samgau")},
        "icons": icon_names(),
        "colours": [
            ("paper", _("paper")),
            ("surface", _("sheet")),
            ("sunken", _("well")),
            ("ink", _("ink")),
            ("ink-2", _("second text")),
            ("ink-3", _("third text")),
            ("rule", _("hairline")),
            ("edge", _("edge of a sheet")),
            ("control", _("edge of a field")),
            ("accent", _("accent")),
            ("accent-soft", _("selected")),
            ("accent-mid", _("path")),
            ("attention", _("attention")),
            ("danger", _("mistake")),
        ],
        "charts": _charts(today),
        "verdicts": [("yes", _("Accept")), ("wait", _("Reserve")), ("no", _("Not now"))],
        "link": "https://samgau.example.org/i/4f7k-92mx",
        "mentors": [
            ("Меруерт Абилова", _("Karaganda"), "done", _("works"), 3, 11.0),
            ("Сауле Касымова", _("Turkistan"), "half", _("waits for a certificate"), 2, 18.5),
            ("Гүлжан Өтегенова", _("Shymkent"), "conf", _("no meeting for 21 days"), 2, None),
        ],
        "anchors": [
            (1, _("Does not see the other side"), _("A letter without an addressee and without a request")),
            (2, _("Names interests"), _("Names the partner, but does not tie the request to their work")),
            (3, _("Agrees on what is needed"), _("It is clear what the team needs, from whom and by when")),
            (4, _("Bargains as an equal"), _("Offers the partner a benefit and a second option")),
            (5, _("Builds relations that last"), _("Seals the agreement and invites to a next step")),
        ],
    }


def _other_language() -> str:
    """A language that is not the reader's, so that the mark of a missing translation can be seen."""
    return "kk" if (get_language() or "ru").startswith("ru") else "ru"


def _job(key: str, title: str, *, done: int = 0, total: int = 0, state: str = "running", message: str = "") -> SimpleNamespace:
    is_over = state in ("done", "failed")
    return SimpleNamespace(
        public_id=key,
        title=title,
        done=done,
        total=total,
        state=state,
        message=message,
        is_over=is_over,
        result_url="#job" if state == "done" else "",
    )


def _charts(today: dt.date) -> dict[str, Any]:
    return {
        "communication": _profile_chart("communication", _("Communication")),
        "profile_one": _profile_chart("openness", _("Openness and positivity")),
        "profile_two": _profile_chart("strategy", _("Strategic and innovative thinking"), shift=-0.6),
        "ranking": DotChart(
            key="ranking",
            title=_("Scores near the cut"),
            description=_("Two candidates are clearly above the cut of 3.3, two cannot be told apart from it."),
            cut=3.3,
            cut_label=_("cut 3.3"),
            rows=(
                Dot("Елена Цой", 4.3, 4.0, 4.6, note=_("almost certain: more than 99 of 100")),
                Dot("Салтанат Абдрахманова", 3.8, 3.4, 4.1, note=_("rather yes: 90 of 100")),
                Dot("Жанар Сейтқали", 3.4, 3.1, 3.7, note=_("too close to call: 71 of 100")),
                Dot("Руслан Хамитов", 3.2, 2.9, 3.6, note=_("too close to call: 46 of 100")),
            ),
        ),
        "nothing": DotChart(key="nothing", title=_("Leadership and professionalism"), description=_("No answers yet.")),
        "funnel": Funnel(
            key="funnel",
            title=_("Selection, cohort 3"),
            description=_("88 people began, 57 applied, 26 came to the assessment day, 18 interviews are done, 16 places are planned."),
            stages=(
                Stage(_("Began the form"), 88),
                Stage(_("Applied"), 57),
                Stage(_("Passed the check"), 31),
                Stage(_("Came to the assessment day"), 26),
                Stage(_("Interview done"), 18, _("8 more until 27 November"), is_current=True),
                Stage(_("Invited to the training"), 16, _("16 places, decision on 3 December"), is_planned=True),
            ),
        ),
        "bars": BarChart(
            key="bars",
            title=_("Hours after the training"),
            description=_("Karaganda 18.5 hours, Almaty 11, Turkistan none; Shymkent has not reported."),
            bars=(
                Bar(_("Karaganda"), 18.5, places=1, is_current=True),
                Bar(_("Almaty"), 11, places=1),
                Bar(_("Turkistan"), 0, places=1),
                Bar(_("Shymkent"), None),
            ),
        ),
        "cycle": Timeline(
            key="cycle",
            title=_("Where we are in the cycle"),
            description=_("Cohort 3 is in selection; cohort 2 is in the ninth week of practice."),
            today=today,
            tracks=(
                Track(
                    _("Cohort 3"),
                    (
                        Span(_("Applications"), today - dt.timedelta(40), today - dt.timedelta(10)),
                        Span(_("Selection"), today - dt.timedelta(9), today + dt.timedelta(10)),
                        Span(_("Training of mentors"), today + dt.timedelta(13), today + dt.timedelta(60)),
                        Span(_("“Make it real”"), today + dt.timedelta(83), today + dt.timedelta(166)),
                    ),
                    (Moment(_("Decision"), today + dt.timedelta(9)),),
                ),
                Track(
                    _("Cohort 2"),
                    (
                        Span(_("Boot camp"), today - dt.timedelta(81), today - dt.timedelta(62)),
                        Span(_("“Make it real”"), today - dt.timedelta(61), today + dt.timedelta(23), _("week 9 of 12")),
                        Span(_("Evaluation"), today + dt.timedelta(24), today + dt.timedelta(45)),
                    ),
                ),
            ),
        ),
        "framework": _framework_matrix(),
        "coverage": _coverage_matrix(),
    }


def _profile_chart(key: str, title: str, shift: float = 0.0) -> DotChart:
    def dot(label: str, count: int, value: float, low: float, high: float) -> Dot:
        return Dot(label, value + shift, low + shift, high + shift, count=count)

    return DotChart(
        key=key,
        title=title,
        description=_("Who answered, and the mean of each group with its likely limits, from 1 (hardly ever) to 4 (almost always)."),
        low=1,
        high=4,
        start=_("hardly ever"),
        end=_("almost always"),
        rows=(
            dot(_("Senior mentors"), 2, 3.3, 2.9, 3.6),
            dot(_("Fellow mentors"), 4, 3.4, 3.1, 3.6),
            dot(_("Young participants"), 11, 3.6, 3.4, 3.8),
            Dot(_("Partners"), count=2),
            dot(_("UNICEF staff"), 1, 3.0, 2.5, 3.5),
            Dot(_("Own view"), own=3.1),
        ),
    )


def _competencies() -> tuple[str, ...]:
    return (
        _("Communication"),
        _("Strategic and innovative thinking"),
        _("Openness and positivity"),
        _("Leadership and professionalism"),
        _("Understanding of the programme"),
    )


def _framework_matrix() -> Matrix:
    methods = (_("Group facilitation"), _("Written task"), _("Visualisation and plan"), _("Problem solving"), _("Interview"))
    shown = ("yynny", "ynyyn", "yynnn", "ynnyy", "nynny")
    return Matrix(
        key="framework",
        title=_("What shows which competency"),
        description=_("A large dot: the method shows the competency."),
        row_head=_("Method"),
        columns=tuple(Column(name) for name in _competencies()),
        rows=tuple(
            MatrixRow(method, tuple(Cell("yes" if letter == "y" else "no") for letter in letters))
            for method, letters in zip(methods, shown, strict=True)
        ),
    )


def _coverage_matrix() -> Matrix:
    cells = {
        "d": Cell("done", _("%(count)s of %(total)s") % {"count": 2, "total": 2}),
        "h": Cell("half", _("%(count)s of %(total)s") % {"count": 1, "total": 2}),
        "m": Cell("miss", _("none")),
        "c": Cell("conf", _("conflict")),
        "n": Cell("na", _("not needed")),
    }
    people = {
        "Айгерим Сарсенова": "ddddddd",
        "Гульнара Ибраева": "dhddddd",
        "Данияр Ахметов": "cdddddn",
        "Толганай Жумабекова": "dddddnm",
        "Константин Преображенский-Воскресенский": "ddhdddn",
    }
    return Matrix(
        key="coverage",
        title=_("Candidates and methods"),
        description="",
        row_head=_("Candidate"),
        columns=(
            Column(_("Group facilitation"), _("Facilitation")),
            Column(_("Written task")),
            Column(_("Visualisation and plan"), _("Plan")),
            Column(_("Problem solving")),
            Column(_("Professional experience"), _("Experience")),
            Column(_("Trainers' references"), _("References")),
            Column(_("Interview")),
        ),
        rows=tuple(MatrixRow(name, tuple(cells[letter] for letter in letters), url="#coverage") for name, letters in people.items()),
    )


@lru_cache(maxsize=1)
def icon_names() -> tuple[str, ...]:
    """Every icon of the sprite."""
    sprite = Path(__file__).parent / "static" / "shell" / "icons.svg"
    return tuple(re.findall(r'<symbol id="([a-z-]+)"', sprite.read_text(encoding="utf-8")))
