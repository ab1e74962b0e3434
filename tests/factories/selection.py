"""A selection: a small framework, an intake, candidates, sheets and what assessors said on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import count

from django.utils import timezone

from talimger.framework.models import Anchor, Competency, FrameworkVersion, Indicator, IndicatorPart, MatrixCell, Method, RatingItem
from talimger.kernel.jobs import run_job
from talimger.kernel.languages import LocalisedText
from talimger.kernel.models import Job
from talimger.kernel.policies import Actor
from talimger.kernel.tenancy import across_programmes
from talimger.people.models import Programme, User
from talimger.selection.commands import default_settings
from talimger.selection.models import (
    GATE_OF_PHASE,
    Candidate,
    CandidateImport,
    ConflictOfInterest,
    Decision,
    Gate,
    Intake,
    MethodSetting,
    Rating,
    RatingSheet,
)
from tests.factories.people import actor_of, make_person

_numbers = count(1)
State = RatingSheet.State
# Not a note that anybody would write: wherever it turns up, a rating has been seen.
CANARY = "КАНАРЕЙКА-7f3"
# What the officer chooses for a file of name, address and town.
COLUMNS = {"column-0": "full_name", "column-1": "email", "column-2": "city"}


def make_framework(programme: Programme, *, published: bool = True) -> FrameworkVersion:
    """Two competencies and four methods: a record, an exercise, trainers' feedback, an interview. Five items in all.

    ``professional_experience`` has the items A.1 and A.2 written, ``written`` the competency B as a whole,
    ``trainer_feedback`` (for those who came through training) A.1, ``senior_interview`` (by senior interviewers) B.
    """
    now = timezone.now()
    with across_programmes():
        number = FrameworkVersion.objects.filter(programme=programme).count() + 1
        version = FrameworkVersion.objects.create(
            programme=programme,
            number=number,
            code="small",
            name=LocalisedText.of("Small framework"),
            created_at=now,
            **({"state": "published", "published_at": now, "digest": "0" * 64} if published else {}),
        )
        a = Competency.objects.create(programme=programme, version=version, code="A", order=1, name=_text("Communication"))
        b = Competency.objects.create(programme=programme, version=version, code="B", order=2, name=_text("Planning"))
        first = _indicator(a, "A.1", 1)
        second = _indicator(a, "A.2", 2)
        part = IndicatorPart.objects.create(programme=programme, indicator=second, code="written", order=1, name=_text("In writing"))
        _indicator(b, "B.1", 1)
        _indicator(b, "B.2", 2)
        record = _method(version, "professional_experience", "record", 1)
        cell = MatrixCell.objects.create(programme=programme, version=version, method=record, competency=a)
        RatingItem.objects.create(programme=programme, cell=cell, indicator=first, order=1)
        RatingItem.objects.create(programme=programme, cell=cell, indicator=second, part=part, order=2)
        for code, kind, order, competency, indicator, rest in (
            ("written", "exercise", 2, b, None, {}),
            ("trainer_feedback", "feedback", 3, a, first, {"applies": Method.Applies.CAME_THROUGH_TRAINING}),
            ("senior_interview", "interview", 4, b, None, {"rater_role": "senior_interviewer"}),
        ):
            method = _method(version, code, kind, order, **rest)
            cell = MatrixCell.objects.create(programme=programme, version=version, method=method, competency=competency)
            RatingItem.objects.create(programme=programme, cell=cell, indicator=indicator, order=1)
    return version


def _text(words: str) -> LocalisedText:
    return LocalisedText(ru=f"{words} (ru)", kk=f"{words} (kk)", en=words)


def _indicator(competency: Competency, code: str, order: int) -> Indicator:
    indicator = Indicator.objects.create(
        programme_id=competency.programme_id, competency=competency, code=code, order=order, name=_text(f"Indicator {code}")
    )
    Anchor.objects.bulk_create(
        Anchor(programme_id=competency.programme_id, indicator=indicator, level=level, text=_text(f"Seen at level {level} of {code}"))
        for level in Anchor.LEVELS
    )
    return indicator


def _method(version: FrameworkVersion, code: str, kind: str, order: int, **rest: object) -> Method:
    method: Method = Method.objects.create(
        programme_id=version.programme_id,
        version=version,
        code=code,
        kind=kind,
        order=order,
        name=_text(code.replace("_", " ").capitalize()),
        **rest,
    )
    return method


def make_intake(
    programme: Programme, framework: FrameworkVersion | None = None, *, asks_for: Collection[str] | None = None, **values: object
) -> Intake:
    """An open intake that is rated within a week and decided within two; it decides now, on the methods that it asks for (all)."""
    today = timezone.localdate()
    defaults = {
        "name": LocalisedText(ru="Набор 7", kk="7-қабылдау", en="Intake 7"),
        "framework": framework or make_framework(programme),
        "opens_on": today - dt.timedelta(days=14),
        "rate_by": today + dt.timedelta(days=7),
        "decide_by": today + dt.timedelta(days=14),
        "phase": Intake.Phase.DECISION,
        "gate": Gate.FINAL,
        "created_at": timezone.now(),
    }
    with across_programmes():
        intake: Intake = Intake.objects.create(programme=programme, **{**defaults, **values})
        settings = default_settings(intake)
        for each in settings if asks_for is not None else ():
            # What a test of one method asks for is one sheet, so that it says itself how many raters there are.
            each.raters = 1
        MethodSetting.objects.bulk_create(each for each in settings if asks_for is None or each.method.code in asks_for)
    return intake


def make_candidate(intake: Intake, name: str = "", **values: object) -> Candidate:
    """A candidate who wrote a little about themselves and writes Russian."""
    number = next(_numbers)
    defaults = {
        "number": number,
        "full_name": name or f"Кандидат {number}",
        "email": f"candidate{number}@example.test",
        "city": "Алматы",
        "language": "ru",
        "professional_experience": f"Десять лет в школе, дело {number}.",
        "created_at": timezone.now(),
    }
    with across_programmes():
        candidate: Candidate = Candidate.objects.create(programme_id=intake.programme_id, intake=intake, **{**defaults, **values})
    return candidate


def make_candidates(intake: Intake, number: int) -> list[Candidate]:
    """Several candidates at once."""
    return [make_candidate(intake) for _each in range(number)]


def make_sheet(candidate: Candidate, method: Method, assessor: User, **values: object) -> RatingSheet:
    """A sheet that has been assigned and not begun."""
    now = timezone.now()
    defaults = {"due_on": timezone.localdate(now) + dt.timedelta(days=7), "queue_place": next(_numbers), "assigned_at": now}
    with across_programmes():
        sheet: RatingSheet = RatingSheet.objects.create(
            programme_id=candidate.programme_id,
            intake_id=candidate.intake_id,
            candidate=candidate,
            method=method,
            assessor=assessor,
            **{**defaults, **values},
        )
        if sheet.state == State.CONFLICT:
            ConflictOfInterest.objects.create(
                programme_id=sheet.programme_id, candidate=candidate, person=assessor, ground="declared", since=now
            )
    return sheet


def at_the_gate_of(outcome: str, candidate: Candidate) -> Candidate:
    """The candidate, whose intake now stands at the gate at which this outcome can be decided."""
    phase = Intake.Phase.DESK if outcome == Decision.Outcome.NOT_FURTHER else Intake.Phase.DECISION
    Intake.objects.filter(pk=candidate.intake_id).update(phase=phase, gate=GATE_OF_PHASE[phase])
    return candidate


def rate(sheet: RatingSheet, level: int | None = 3, *, note: str = CANARY, lock: bool = True) -> RatingSheet:
    """Say the same on every item of a sheet (``None`` says "no evidence"), and lock it unless told otherwise."""
    now = timezone.now()
    with across_programmes():
        for item in items_of(sheet):
            Rating.objects.create(
                programme_id=sheet.programme_id, sheet=sheet, item=item, level=level, no_evidence=level is None, note=f"{note} {item.pk}"
            )
        sheet.state, sheet.saved_at, sheet.revision = State.DRAFT, now, sheet.revision + 1
        if lock:
            sheet.state, sheet.locked_at = State.LOCKED, now
        sheet.save()
    return sheet


def items_of(sheet: RatingSheet) -> list[RatingItem]:
    """The items of a sheet in their order."""
    with across_programmes():
        return list(RatingItem.objects.filter(cell__method=sheet.method_id).order_by("order"))


def sheet_form(sheet: RatingSheet, *levels: str, revision: int | None = None, step: str = "save", note: str = "видно") -> dict[str, str]:
    """What the browser sends for a sheet: one level for each item (``""`` for nothing, ``none`` for no evidence)."""
    form = {"revision": str(sheet.revision if revision is None else revision), "step": step}
    for item, level in zip(items_of(sheet), levels, strict=False):
        form |= {f"level-{item.pk}": level, f"note-{item.pk}": note}
    return form


def make_import(intake: Intake, **values: object) -> CandidateImport:
    """An import without a file."""
    with across_programmes():
        batch: CandidateImport = CandidateImport.objects.create(
            programme_id=intake.programme_id, intake=intake, **{"file_name": "form.csv", "created_at": timezone.now(), **values}
        )
    return batch


def run_jobs() -> int:
    """What the worker does with the jobs that wait; their number."""
    waiting = list(Job.objects.filter(state=Job.State.QUEUED).values_list("pk", flat=True))
    for key in waiting:
        run_job.call(key)
    return len(waiting)


@dataclass
class Scene:
    """A programme in the middle of a selection. People read English, so that tests can read their pages."""

    programme: Programme
    officer: User
    intake: Intake
    methods: dict[str, Method]
    assessors: list[User]
    _others: dict[str, User] = field(default_factory=dict)

    def person(self, role: str) -> User:
        """Somebody who holds this role and no other."""
        if role not in self._others:
            self._others[role] = make_person(self.programme, role, language="en", name=f"The {role}")
        return self._others[role]

    def actor(self, person: User | None = None) -> Actor:
        """The officer, or this person, as somebody who acts now."""
        return actor_of(person or self.officer, self.programme)

    def candidate(self, name: str = "", *levels: int | None, method: str = "professional_experience", **values: object) -> Candidate:
        """A candidate with one locked sheet for each of the levels, by as many assessors."""
        candidate = make_candidate(self.intake, name, **values)
        for assessor, level in zip(self.assessors, levels, strict=False):
            rate(self.sheet(candidate, assessor, method), level)
        return candidate

    def sheet(
        self, candidate: Candidate, assessor: User | int = 0, method: str = "professional_experience", **values: object
    ) -> RatingSheet:
        """A sheet of an assessor (the first one unless named)."""
        person = assessor if isinstance(assessor, User) else self.assessors[assessor]
        return make_sheet(candidate, self.methods[method], person, **values)

    def url(self, page: str, *parts: object) -> str:
        """An address of selection: ``url("board")`` of the intake, ``url("candidate", pk)``, ``url("queue")``."""
        own: dict[str, Callable[[], str]] = {
            "intakes": lambda: "",
            "intake_new": lambda: "new/",
            "candidates": lambda: f"intakes/{self.intake.pk}/",
            "board": lambda: f"intakes/{self.intake.pk}/board/",
            "assign": lambda: f"intakes/{self.intake.pk}/assign/",
            "upload": lambda: f"intakes/{self.intake.pk}/import/",
            "csv": lambda: f"intakes/{self.intake.pk}/ratings.csv",
            "xlsx": lambda: f"intakes/{self.intake.pk}/ratings.xlsx",
            "queue": lambda: "sheets/",
            "import": lambda: f"imports/{parts[0]}/",
            "write": lambda: f"imports/{parts[0]}/write/",
            "undo": lambda: f"imports/{parts[0]}/undo/",
            "candidate": lambda: f"candidates/{parts[0]}/",
            "decide": lambda: f"candidates/{parts[0]}/decide/",
            "sheet": lambda: f"sheets/{parts[0]}/",
            "conflict": lambda: f"sheets/{parts[0]}/conflict/",
            "withdraw": lambda: f"sheets/{parts[0]}/withdraw/",
            "remind": lambda: f"intakes/{self.intake.pk}/remind/",
            "days": lambda: f"intakes/{self.intake.pk}/days/",
            "day_new": lambda: f"intakes/{self.intake.pk}/days/new/",
            "day": lambda: f"days/{parts[0]}/",
            "day_step": lambda: f"days/{parts[0]}/step/",
            "day_print": lambda: f"days/{parts[0]}/print/",
            "session": lambda: f"sessions/{parts[0]}/",
            "replace": lambda: f"intakes/{self.intake.pk}/replace/",
            "proposal": lambda: f"proposals/{parts[0]}/",
            "settle": lambda: f"proposals/{parts[0]}/settle/",
            "proposed": lambda: f"proposed/{parts[0]}/",
            "steps": lambda: f"intakes/{self.intake.pk}/steps/",
            "move": lambda: f"intakes/{self.intake.pk}/move/",
            "exceptions": lambda: f"intakes/{self.intake.pk}/exceptions/",
            "acquaintances": lambda: f"intakes/{self.intake.pk}/acquaintances/",
            "matrix": lambda: f"candidates/{parts[0]}/matrix/",
        }
        return f"/p/{self.programme.slug}/selection/{own[page]()}"


def make_scene(
    programme: Programme, *, assessors: int = 3, raters_per_sheet: int = 2, asks_for: Collection[str] | None = ("professional_experience",)
) -> Scene:
    """An officer, some assessors, an intake without candidates that asks for one method (or those named, or all: ``None``)."""
    intake = make_intake(programme, raters_per_sheet=raters_per_sheet, asks_for=asks_for)
    with across_programmes():
        methods = {method.code: method for method in Method.objects.filter(version=intake.framework)}
    return Scene(
        programme=programme,
        officer=make_person(programme, "officer", language="en", name="The officer"),
        intake=intake,
        methods=methods,
        assessors=[make_person(programme, "assessor", language="en", name=f"Assessor {number}") for number in range(1, assessors + 1)],
    )
