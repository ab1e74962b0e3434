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
from django.utils.translation import get_language, gettext, pgettext, pgettext_lazy

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
from talimger.shell.gallery_of_ratings import rating_charts


class SpecimenForm(ShellForm):
    """One field of every kind."""

    full_name = forms.CharField(label=pgettext_lazy("gallery", "Full name"), help_text=pgettext_lazy("gallery", "As in the identity card"))
    email = forms.EmailField(label=pgettext_lazy("gallery", "Email"))
    phone = forms.CharField(label=pgettext_lazy("gallery", "Phone"), widget=TelInput, required=False)
    born_on = forms.DateField(label=pgettext_lazy("gallery", "Date of birth"))
    interview_at = forms.DateTimeField(label=pgettext_lazy("gallery", "Date and time of the interview"), required=False)
    meetings = forms.IntegerField(label=pgettext_lazy("gallery", "How many meetings"), min_value=0, required=False)
    region = forms.ChoiceField(label=pgettext_lazy("gallery", "Region"), help_text=pgettext_lazy("gallery", "Where you live now"))
    experience = forms.CharField(
        label=pgettext_lazy("gallery", "Experience with young people"), widget=forms.Textarea({"rows": 3}), required=False
    )
    decided_by = forms.ChoiceField(label=pgettext_lazy("gallery", "Who took the decisions"), widget=forms.RadioSelect)
    helped_with = forms.MultipleChoiceField(label=pgettext_lazy("gallery", "Where help was needed"), widget=Chips, required=False)
    verdict = forms.ChoiceField(label=pgettext_lazy("gallery", "Decision of the commission"), widget=Segments)
    consent = forms.BooleanField(label=pgettext_lazy("gallery", "A parent or legal guardian has agreed"))
    programme_name = LocalisedTextFormField(
        label=pgettext_lazy("gallery", "Name of the programme"),
        help_text=pgettext_lazy("gallery", "A language left empty shows another one, with a mark"),
    )
    paper = forms.FileField(label=pgettext_lazy("gallery", "Drag the file here or choose it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[str, str]]] = {
            "region": [("63", pgettext("gallery", "East Kazakhstan Region")), ("75", pgettext("gallery", "Almaty"))],
            "decided_by": [
                ("team", pgettext("gallery", "The team by itself")),
                ("asked", pgettext("gallery", "The team; the mentor asked questions")),
                ("both", pgettext("gallery", "Both equally")),
            ],
            "helped_with": [
                ("plan", pgettext("gallery", "Planning")),
                ("money", pgettext("gallery", "Money")),
                ("people", pgettext("gallery", "Partners")),
                ("tech", pgettext("gallery", "Technology")),
            ],
            "verdict": [
                ("yes", pgettext("gallery", "Accept")),
                ("wait", pgettext("gallery", "Reserve")),
                ("no", pgettext("gallery", "Not now")),
            ],
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
        "views": [
            ("all", pgettext("gallery", "All"), 26),
            ("open", pgettext("gallery", "Incomplete"), 14),
            ("conflict", pgettext("gallery", "Conflict"), 2),
        ],
        "steps": [
            (pgettext("gallery", "Consent"), "was"),
            (pgettext("gallery", "Experience"), "was"),
            (pgettext("gallery", "Young people"), "now"),
            (pgettext("gallery", "Education"), ""),
            (pgettext("gallery", "Check"), ""),
        ],
        "jobs": [
            _job("letters", pgettext("gallery", "Preparing 26 letters"), done=17, total=26),
            _job("wait", pgettext("gallery", "Computing the fair scores")),
            _job(
                "import",
                pgettext("gallery", "Applications loaded"),
                state="done",
                message=pgettext("gallery", "52 are new, 3 updated, 2 left out (lines 14 and 41: no phone)."),
            ),
            _job(
                "failed",
                pgettext("gallery", "Letters"),
                state="failed",
                message=pgettext("gallery", "The mail server did not answer. Nothing was sent; try again."),
            ),
        ],
        "texts": {"fallback": LocalisedText(**{_other_language(): "Самғау"}), "own": LocalisedText(ru="Самғау", kk="Самғау", en="Samgau")},
        "icons": icon_names(),
        "colours": [
            ("paper", pgettext("gallery", "paper")),
            ("surface", pgettext("gallery", "sheet")),
            ("sunken", pgettext("gallery", "well")),
            ("ink", pgettext("gallery", "ink")),
            ("ink-2", pgettext("gallery", "second text")),
            ("ink-3", pgettext("gallery", "third text")),
            ("rule", pgettext("gallery", "hairline")),
            ("edge", pgettext("gallery", "edge of a sheet")),
            ("control", pgettext("gallery", "edge of a field")),
            ("accent", pgettext("gallery", "accent")),
            ("accent-soft", pgettext("gallery", "selected")),
            ("accent-mid", pgettext("gallery", "path")),
            ("attention", pgettext("gallery", "attention")),
            ("danger", pgettext("gallery", "mistake")),
        ],
        "charts": _charts(today) | rating_charts(),
        "verdicts": [
            ("yes", pgettext("gallery", "Accept")),
            ("wait", pgettext("gallery", "Reserve")),
            ("no", pgettext("gallery", "Not now")),
        ],
        "link": "https://samgau.example.org/i/4f7k-92mx",
        "mentors": [
            ("Меруерт Абилова", pgettext("gallery", "Karaganda"), "done", pgettext("gallery", "works"), 3, 11.0),
            ("Сауле Касымова", pgettext("gallery", "Turkistan"), "half", pgettext("gallery", "waits for a certificate"), 2, 18.5),
            ("Гүлжан Өтегенова", pgettext("gallery", "Shymkent"), "conf", pgettext("gallery", "no meeting for 21 days"), 2, None),
        ],
        "anchors": [
            (
                1,
                pgettext("gallery", "Does not see the other side"),
                pgettext("gallery", "A letter without an addressee and without a request"),
            ),
            (
                2,
                pgettext("gallery", "Names interests"),
                pgettext("gallery", "Names the partner, but does not tie the request to their work"),
            ),
            (
                3,
                pgettext("gallery", "Agrees on what is needed"),
                pgettext("gallery", "It is clear what the team needs, from whom and by when"),
            ),
            (4, pgettext("gallery", "Bargains as an equal"), pgettext("gallery", "Offers the partner a benefit and a second option")),
            (5, pgettext("gallery", "Builds relations that last"), pgettext("gallery", "Seals the agreement and invites to a next step")),
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
        "communication": _profile_chart("communication", pgettext("gallery", "Communication")),
        "profile_one": _profile_chart("openness", pgettext("gallery", "Openness and positivity")),
        "profile_two": _profile_chart("strategy", pgettext("gallery", "Strategic and innovative thinking"), shift=-0.6),
        "ranking": DotChart(
            key="ranking",
            title=pgettext("gallery", "Scores near the cut"),
            description=pgettext("gallery", "Two candidates are clearly above the cut of 3.3, two cannot be told apart from it."),
            cut=3.3,
            cut_label=pgettext("gallery", "cut 3.3"),
            rows=(
                Dot("Елена Цой", 4.3, 4.0, 4.6, note=pgettext("gallery", "almost certain: more than 99 of 100")),
                Dot("Салтанат Абдрахманова", 3.8, 3.4, 4.1, note=pgettext("gallery", "rather yes: 90 of 100")),
                Dot("Жанар Сейтқали", 3.4, 3.1, 3.7, note=pgettext("gallery", "too close to call: 71 of 100")),
                Dot("Руслан Хамитов", 3.2, 2.9, 3.6, note=pgettext("gallery", "too close to call: 46 of 100")),
            ),
        ),
        "nothing": DotChart(
            key="nothing", title=pgettext("gallery", "Leadership and professionalism"), description=pgettext("gallery", "No answers yet.")
        ),
        "funnel": Funnel(
            key="funnel",
            title=pgettext("gallery", "Selection, cohort 3"),
            description=pgettext(
                "gallery", "88 people began, 57 applied, 26 came to the assessment day, 18 interviews are done, 16 places are planned."
            ),
            stages=(
                Stage(pgettext("gallery", "Began the form"), 88),
                Stage(pgettext("gallery", "Applied"), 57),
                Stage(pgettext("gallery", "Passed the check"), 31),
                Stage(pgettext("gallery", "Came to the assessment day"), 26),
                Stage(pgettext("gallery", "Interview done"), 18, pgettext("gallery", "8 more until 27 November"), is_current=True),
                Stage(
                    pgettext("gallery", "Invited to the training"),
                    16,
                    pgettext("gallery", "16 places, decision on 3 December"),
                    is_planned=True,
                ),
            ),
        ),
        "bars": BarChart(
            key="bars",
            title=pgettext("gallery", "Hours after the training"),
            description=pgettext("gallery", "Karaganda 18.5 hours, Almaty 11, Turkistan none; Shymkent has not reported."),
            bars=(
                Bar(pgettext("gallery", "Karaganda"), 18.5, places=1, is_current=True),
                Bar(pgettext("gallery", "Almaty"), 11, places=1),
                Bar(pgettext("gallery", "Turkistan"), 0, places=1),
                Bar(pgettext("gallery", "Shymkent"), None),
            ),
        ),
        "cycle": Timeline(
            key="cycle",
            title=pgettext("gallery", "Where we are in the cycle"),
            description=pgettext("gallery", "Cohort 3 is in selection; cohort 2 is in the ninth week of practice."),
            today=today,
            tracks=(
                Track(
                    pgettext("gallery", "Cohort 3"),
                    (
                        Span(pgettext("gallery", "Applications"), today - dt.timedelta(40), today - dt.timedelta(10)),
                        Span(pgettext("gallery", "Selection"), today - dt.timedelta(9), today + dt.timedelta(10)),
                        Span(pgettext("gallery", "Training of mentors"), today + dt.timedelta(13), today + dt.timedelta(60)),
                        Span(pgettext("gallery", "“Make it real”"), today + dt.timedelta(83), today + dt.timedelta(166)),
                    ),
                    (Moment(pgettext("gallery", "Decision"), today + dt.timedelta(9)),),
                ),
                Track(
                    pgettext("gallery", "Cohort 2"),
                    (
                        Span(pgettext("gallery", "Boot camp"), today - dt.timedelta(81), today - dt.timedelta(62)),
                        Span(
                            pgettext("gallery", "“Make it real”"),
                            today - dt.timedelta(61),
                            today + dt.timedelta(23),
                            pgettext("gallery", "week 9 of 12"),
                        ),
                        Span(pgettext("gallery", "Evaluation"), today + dt.timedelta(24), today + dt.timedelta(45)),
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
        description=pgettext(
            "gallery", "Who answered, and the mean of each group with its likely limits, from 1 (hardly ever) to 4 (almost always)."
        ),
        low=1,
        high=4,
        start=pgettext("gallery", "hardly ever"),
        end=pgettext("gallery", "almost always"),
        rows=(
            dot(pgettext("gallery", "Senior mentors"), 2, 3.3, 2.9, 3.6),
            dot(pgettext("gallery", "Fellow mentors"), 4, 3.4, 3.1, 3.6),
            dot(pgettext("gallery", "Young participants"), 11, 3.6, 3.4, 3.8),
            Dot(pgettext("gallery", "Partners"), count=2),
            dot(pgettext("gallery", "UNICEF staff"), 1, 3.0, 2.5, 3.5),
            Dot(pgettext("gallery", "Own view"), own=3.1),
        ),
    )


def _competencies() -> tuple[str, ...]:
    return (
        pgettext("gallery", "Communication"),
        pgettext("gallery", "Strategic and innovative thinking"),
        pgettext("gallery", "Openness and positivity"),
        pgettext("gallery", "Leadership and professionalism"),
        pgettext("gallery", "Understanding of the programme"),
    )


def _framework_matrix() -> Matrix:
    methods = (
        pgettext("gallery", "Group facilitation"),
        pgettext("gallery", "Written task"),
        pgettext("gallery", "Visualisation and plan"),
        pgettext("gallery", "Problem solving"),
        pgettext("gallery", "Interview"),
    )
    shown = ("yynny", "ynyyn", "yynnn", "ynnyy", "nynny")
    return Matrix(
        key="framework",
        title=pgettext("gallery", "What shows which competency"),
        description=pgettext("gallery", "A large dot: the method shows the competency."),
        row_head=pgettext("gallery", "Method"),
        columns=tuple(Column(name) for name in _competencies()),
        rows=tuple(
            MatrixRow(method, tuple(Cell("yes" if letter == "y" else "no") for letter in letters))
            for method, letters in zip(methods, shown, strict=True)
        ),
    )


def _coverage_matrix() -> Matrix:
    cells = {
        "d": Cell("done", gettext("%(count)s of %(total)s") % {"count": 2, "total": 2}),
        "h": Cell("half", gettext("%(count)s of %(total)s") % {"count": 1, "total": 2}),
        "m": Cell("miss", pgettext("gallery", "none")),
        "c": Cell("conf", pgettext("gallery", "conflict")),
        "n": Cell("na", pgettext("gallery", "not needed")),
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
        title=pgettext("gallery", "Candidates and methods"),
        description="",
        row_head=pgettext("gallery", "Candidate"),
        columns=(
            Column(pgettext("gallery", "Group facilitation"), pgettext("gallery", "Facilitation")),
            Column(pgettext("gallery", "Written task")),
            Column(pgettext("gallery", "Visualisation and plan"), pgettext("gallery", "Plan")),
            Column(pgettext("gallery", "Problem solving")),
            Column(pgettext("gallery", "Professional experience"), pgettext("gallery", "Experience")),
            Column(pgettext("gallery", "Trainers' references"), pgettext("gallery", "References")),
            Column(pgettext("gallery", "Interview")),
        ),
        rows=tuple(MatrixRow(name, tuple(cells[letter] for letter in letters), url="#coverage") for name, letters in people.items()),
    )


@lru_cache(maxsize=1)
def icon_names() -> tuple[str, ...]:
    """Every icon of the sprite."""
    sprite = Path(__file__).parent / "static" / "shell" / "icons.svg"
    return tuple(re.findall(r'<symbol id="([a-z-]+)"', sprite.read_text(encoding="utf-8")))
