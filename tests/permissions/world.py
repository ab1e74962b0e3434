"""Two programmes with one of everything. Every text of the second one carries a canary: seen anywhere, it is a leak."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from talimger.analysis.commands import upload_spreadsheet
from talimger.framework import commands as framework_commands
from talimger.framework.models import Competency, FrameworkVersion, Indicator, MatrixCell, Method, Term
from talimger.kernel.files import keep_file
from talimger.kernel.languages import LocalisedText
from talimger.kernel.models import Job
from talimger.kernel.outbox import queue_mail
from talimger.kernel.tenancy import programme_scope
from talimger.people.models import Programme, RoleAssignment, User
from talimger.people.roles import Role
from talimger.selection import commands as selection_commands
from talimger.selection.commands import RatingEntry
from talimger.selection.commands.call import add_question
from talimger.selection.models import CalibrationSample, Candidate, CandidateImport, Gate, Intake, MethodSetting, RatingSheet
from tests.factories.framework import default_source, publish_default
from tests.factories.people import actor_of, make_cycle, make_invitation, make_organisation, make_person, make_programme
from tests.permissions.world_deciding import add_deciding
from tests.permissions.world_methods import add_guide
from tests.permissions.world_planning import add_planning

CANARY = "Кенарь-Құпия"
RATINGS = "Кандидат;Эксперт;Балл\nАйгерим;Марина Ли;4\nДанияр;Марина Ли;2\n"
TABLE = "ФИО;Почта\nИмпорт Импортов;import@example.test\n"


@dataclass
class Unit:
    """One programme with its people by role and the keys of one object of every kind."""

    programme: Programme
    people: dict[str, User] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    sheets: dict[str, int] = field(default_factory=dict)


def build(slug: str, mark: str) -> Unit:
    """A programme whose every text carries ``mark``, with a person for every role."""
    programme = make_programme(slug, name=LocalisedText.of(f"{mark} {slug}"))
    unit = Unit(programme, {role: make_person(programme, role, name=f"{mark} {role}") for role in Role.values})
    with programme_scope(programme):
        _people(unit, mark)
        _analysis(unit, mark)
        _framework(unit)
        _selection(unit, mark)
        add_deciding(unit, mark)
    return unit


def _people(unit: Unit, mark: str) -> None:
    programme, now = unit.programme, timezone.now()
    officer = actor_of(unit.people["officer"], programme)
    unit.keys["person"] = unit.people["mentor"].pk
    unit.keys["role"] = RoleAssignment.objects.get(person=unit.people["mentor"]).pk
    unit.keys["organisation"] = make_organisation(programme, f"{mark} фонд").pk
    unit.keys["cycle"] = make_cycle(programme, f"{mark} цикл").pk
    unit.keys["invitation"] = make_invitation(programme, full_name=f"{mark} гость", email=f"guest@{programme.slug}.test").pk
    unit.keys["letter"] = queue_mail(
        purpose="decision", to_email="x@example.test", subject=f"{mark} письмо", body=mark, language="ru", now=now,
        programme_id=programme.pk,
    ).pk  # fmt: skip
    unit.keys["job"] = Job.objects.create(
        programme=programme,
        kind="selection.import_candidates",
        title=f"{mark} работа",
        language="ru",
        requested_by_id=officer.user_id,
        created_at=now,
    ).public_id
    unit.keys["framework_file"] = keep_file(
        actor=officer, content=default_source(), name=f"{mark}.yaml", purpose="framework", keep_for=dt.timedelta(days=1)
    ).public_id


def _analysis(unit: Unit, mark: str) -> None:
    unit.keys["analysis"] = upload_spreadsheet(
        actor=actor_of(unit.people["officer"], unit.programme),
        programme=unit.programme,
        content=RATINGS.replace("Марина", mark).encode(),
        file_name=f"{mark}.csv",
    ).token


def _framework(unit: Unit) -> None:
    officer = actor_of(unit.people["officer"], unit.programme)
    unit.keys["version"] = publish_default(officer).pk
    draft: FrameworkVersion = framework_commands.start_draft(actor=officer)
    unit.keys["draft"] = draft.pk
    unit.keys["competency"] = Competency.objects.filter(version=draft).values_list("pk", flat=True)[0]
    unit.keys["indicator"] = Indicator.objects.filter(competency__version=draft).values_list("pk", flat=True)[0]
    unit.keys["method"] = Method.objects.filter(version=draft).values_list("pk", flat=True)[0]
    unit.keys["cell"] = MatrixCell.objects.filter(version=draft).values_list("pk", flat=True)[0]
    unit.keys["term"] = Term.objects.filter(version=draft).values_list("pk", flat=True)[0]


def _selection(unit: Unit, mark: str) -> None:
    programme, now, today = unit.programme, timezone.now(), timezone.localdate()
    officer = actor_of(unit.people["officer"], programme)
    intake: Intake = selection_commands.open_intake(
        actor=officer,
        name=LocalisedText.of(f"{mark} набор"),
        framework=FrameworkVersion.objects.get(pk=unit.keys["version"]),
        opens_on=today,
        rate_by=today,
        decide_by=today,
    )
    unit.keys["intake"] = intake.pk
    batch: CandidateImport = selection_commands.upload_candidates(
        actor=officer, intake=intake, content=TABLE.encode(), file_name=f"{mark}.csv"
    )
    unit.keys["import"] = batch.pk
    method = Method.objects.get(version=intake.framework_id, code="education")
    # One sheet of this method is all that is due so far.
    MethodSetting.objects.filter(intake=intake).update(gate=Gate.FINAL)
    MethodSetting.objects.filter(intake=intake, method=method).update(raters=1, gate=Gate.DESK)
    being_rated, complete = (
        Candidate.objects.create(
            programme=programme, intake=intake, number=number, full_name=f"{mark} кандидат {number}",
            email=f"c{number}@{programme.slug}.test", language="ru", education=mark, created_at=now,
        )
        for number in (1, 2)
    )  # fmt: skip
    unit.keys["candidate"], unit.keys["complete"] = being_rated.pk, complete.pk
    written = Method.objects.get(version=intake.framework_id, code="written")
    override = selection_commands.allow_missing_evidence(actor=officer, candidate=being_rated, method=written, reason=f"{mark} почему")
    unit.keys["override"] = override.pk
    add_planning(unit, intake, being_rated, written, mark)
    add_guide(unit, intake, written, mark)
    question = add_question(actor=officer, intake=intake, text=LocalisedText.of(f"{mark} вопрос"), kind="short")
    unit.keys["question"] = question.pk
    for place, role in enumerate(("assessor", "senior_interviewer", "trainer")):
        unit.sheets[role] = _sheet(intake, being_rated, method, unit.people[role], place).pk
        facilitation = Method.objects.get(version=intake.framework_id, code="facilitation")
        _sheet(intake, being_rated, facilitation, unit.people[role], place + 20)
    interview = Method.objects.get(version=intake.framework_id, code="senior_interview")
    unit.keys["sample"] = CalibrationSample.objects.create(
        programme=programme,
        intake=intake,
        method=method,
        order=1,
        title=LocalisedText.of(f"{mark} пример"),
        performance=LocalisedText.of(f"{mark} пример"),
        published_at=now,
    ).pk
    unit.keys["interview"] = _sheet(intake, being_rated, interview, unit.people["assessor"], 30).pk
    rater = make_person(programme, "assessor", name=f"{mark} оценщик")
    sheet = _sheet(intake, complete, method, rater, 9)
    unit.keys["locked_sheet"] = sheet.pk
    item = method.cells.get().rating_items.get()
    entries = [RatingEntry(item.pk, level=4, note=f"{mark} заметка")]
    selection_commands.submit_sheet(actor=actor_of(rater, programme), sheet=sheet, revision=0, entries=entries)


def _sheet(intake: Intake, candidate: Candidate, method: Method, person: User, place: int) -> RatingSheet:
    return RatingSheet.objects.create(
        programme=intake.programme, intake=intake, candidate=candidate, method=method, assessor=person, due_on=intake.rate_by,
        queue_place=place, assigned_at=timezone.now(),
    )  # fmt: skip


def build_sheet(programme: Programme, officer: User, assessor: User) -> RatingSheet:
    """One sheet of one item for this assessor, in a programme that has nothing yet. Call it within the programme's scope."""
    actor, today = actor_of(officer, programme), timezone.localdate()
    intake: Intake = selection_commands.open_intake(
        actor=actor, name=LocalisedText.of("Набор"), framework=publish_default(actor), opens_on=today, rate_by=today, decide_by=today
    )
    now = timezone.now()
    candidate = Candidate.objects.create(
        programme=programme, intake=intake, number=9_999, full_name="Әсел", email="asel@example.test", language="kk", created_at=now
    )
    return _sheet(intake, candidate, intake.framework.methods.get(code="education"), assessor, 0)
