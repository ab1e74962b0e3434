"""The intake of the demo: opened, filled from a spreadsheet as a form exports it, and its sheets assigned."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talimger.demo.calendar import DemoCalendar
from talimger.demo.content import CandidateData
from talimger.demo.staff import ActingAs
from talimger.framework.models import Method
from talimger.framework.queries import current_version
from talimger.kernel.jobs import Progress
from talimger.kernel.languages import LocalisedText
from talimger.kernel.models import Job
from talimger.kernel.policies import Actor
from talimger.people.models import Cycle, User
from talimger.selection.assigning import assign_sheets
from talimger.selection.commands import (
    declare_conflict,
    map_columns,
    move_to_phase,
    open_intake,
    set_phase_dates,
    upload_candidates,
    write_candidates,
)
from talimger.selection.models import Candidate, CandidateImport, Intake, RatingSheet

INTAKE = LocalisedText(ru="Набор 3", kk="3-қабылдау", en="Intake 3")
HEAD = (
    "Отметка времени", "ФИО", "Эл. почта", "Телефон", "Дата рождения", "Город / село", "Область", "Язык общения",
    "Проходили тренинг UPSHIFT?", "Должность", "Опыт работы", "Опыт с молодёжью", "Образование",
)  # fmt: skip
_LANGUAGE_WORDS = {"ru": "русский", "kk": "қазақша", "en": "английский"}
_YES_NO = {"ru": ("Да", "Нет"), "kk": ("Иә", "Жоқ"), "en": ("Да", "Нет")}
# Three people, three ways of writing a date, as in every real form.
_DATE_STYLES = ("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y")
# The first half applied early and is due first; the second half has some days left.
FIRST_WAVE = 30


def begin_intake(actor: Actor, calendar: DemoCalendar, *, name: LocalisedText, cycle: Cycle | None) -> Intake:
    """Open an intake that is rated within the coming week and decided within the next two; interviews are going on."""
    framework = current_version()
    if framework is None:
        raise LookupError("a new programme has no published framework")
    intake = open_intake(
        actor=actor,
        name=name,
        framework=framework,
        cycle=cycle,
        opens_on=calendar.call_on,
        rate_by=calendar.in_days(7),
        decide_by=calendar.in_days(14),
    )
    weeks = {"call": -12, "desk": -10, "day": -9, "interview": -8, "wash_up": -8, "decision": -8, "letters": -7, "appeal": -5}
    dates = {phase: calendar.bootcamp_on + dt.timedelta(weeks=week) for phase, week in weeks.items()}
    set_phase_dates(actor=actor, intake=intake, dates=dates, calibration_required=False)
    return move_to_phase(actor=actor, intake=intake, phase=Intake.Phase.INTERVIEW)


def bring_candidates(actor: Actor, intake: Intake, file_name: str, content: bytes) -> CandidateImport:
    """Import a spreadsheet as the pages do: upload, name the columns, write. The worker's part is done here and now."""
    batch = upload_candidates(actor=actor, intake=intake, content=content, file_name=file_name)
    batch = map_columns(actor=actor, batch=batch, mapping=batch.mapping)
    job = Job.objects.create(
        programme_id=actor.programme_key,
        kind="selection.import_candidates",
        state=Job.State.RUNNING,
        title=_("Candidates from %(file)s") % {"file": file_name},
        language="ru",
        arguments={"batch": batch.pk},
        requested_by_id=actor.user_id,
        created_at=actor.now,
        started_at=actor.now,
    )
    written = write_candidates(actor=actor, batch=batch, progress=Progress(job))
    message = ngettext("%(count)s candidate was written.", "%(count)s candidates were written.", written) % {"count": written}
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, finished_at=actor.now, message=message)
    CandidateImport.objects.filter(pk=batch.pk).update(job=job)
    return CandidateImport.objects.get(pk=batch.pk)


def application_form(candidates: Sequence[CandidateData], calendar: DemoCalendar, rng: random.Random, *, spoilt: bool = True) -> bytes:
    """The export of an application form: the candidates in the order in which they applied, with what goes wrong in real life.

    Two people send the form twice, and three lines cannot be used.
    """
    applied = sorted(calendar.call_on + dt.timedelta(days=rng.randrange(10)) for _each in candidates)
    order = rng.sample(list(candidates), len(candidates))
    rows = [_row(each, day, style=number % 3, rng=rng) for number, (each, day) in enumerate(zip(order, applied, strict=True))]
    if spoilt:
        last = applied[-1]
        again = _row(order[7], last, style=0, rng=rng)
        rows.append([*again[:2], again[2].upper(), *again[3:]])
        rows.append(_row(order[21], last, style=2, rng=rng))
        rows += _useless_lines(last)
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([HEAD, *rows])
    return text.getvalue().encode("utf-8-sig")


def _row(each: CandidateData, day: dt.date, *, style: int, rng: random.Random) -> list[str]:
    stamp = f"{day:%d.%m.%Y} {rng.randrange(8, 23)}:{rng.randrange(60):02}:{rng.randrange(60):02}"
    space = " " if style == 1 else ""
    return [
        stamp,
        each.name + space,
        each.email,
        each.phone,
        each.born_on.strftime(_DATE_STYLES[style]),
        space + each.city,
        each.region,
        _LANGUAGE_WORDS[each.language],
        _YES_NO[each.language][0 if each.came_through_training else 1],
        each.occupation,
        each.professional_experience,
        each.youth_experience,
        each.education,
    ]


def _useless_lines(day: dt.date) -> list[list[str]]:
    stamp = f"{day:%d.%m.%Y} 21:40:00"
    rest = ["русский", "Нет", "", "", "", ""]
    return [
        [stamp, "Тестова Тест", "", "+7 700 000 90 01", "01.01.2000", "Астана", "Астана", *rest],
        [stamp, "Оралбек Сейітқали", "oralbek.seitqali.example.org", "+7 700 000 90 02", "14.09.1996", "Семей", "область Абай", *rest],
        [
            stamp,
            "Полина Журба",
            "polina.zhurba@mail.example.org",
            "+7 700 000 90 03",
            "31.06.1999",
            "Актау",
            "Мангистауская область",
            *rest,
        ],
    ]


def assign_everything(
    actor: Actor,
    intake: Intake,
    calendar: DemoCalendar,
    rng: random.Random,
    *,
    assessors: list[User],
    trainers: list[User],
    interviewers: list[User],
) -> None:
    """Give out all sheets of an intake: records and exercises to the assessors, feedback to trainers, interviews to interviewers."""
    methods = list(Method.objects.filter(version=intake.framework_id))
    interviews = [method.pk for method in methods if method.kind == Method.Kind.INTERVIEW]
    feedback = [method.pk for method in methods if method.kind == Method.Kind.FEEDBACK]
    others = [method.pk for method in methods if method.pk not in {*interviews, *feedback}]
    everybody = dict(Candidate.objects.filter(intake=intake).values_list("number", "pk"))
    first = [pk for number, pk in everybody.items() if number <= FIRST_WAVE]
    second = [pk for number, pk in everybody.items() if number > FIRST_WAVE]
    trained = Candidate.objects.filter(intake=intake, came_through_training=True).exists()
    for wave, due_in in ((first, -3), (second, 4)):
        if not wave:
            continue
        due_on = calendar.in_days(due_in)
        keys = [person.pk for person in assessors]
        assign_sheets(actor=actor, intake=intake, candidates=wave, methods=others, assessors=keys, due_on=due_on, rng=rng)
        if trained and trainers:
            keys = [person.pk for person in trainers]
            assign_sheets(actor=actor, intake=intake, candidates=wave, methods=feedback, assessors=keys, due_on=due_on, rng=rng)
        if interviewers:
            keys = [person.pk for person in interviewers]
            last_day = calendar.in_days(6)
            assign_sheets(actor=actor, intake=intake, candidates=wave, methods=interviews, assessors=keys, due_on=last_day, rng=rng)


def declare_conflicts(
    intake: Intake, acting_as: ActingAs, office: Actor, calendar: DemoCalendar, rng: random.Random, *, spared: User
) -> None:
    """Two assessors know a candidate. The sheets of the first one have found somebody else, those of the second one wait."""
    sheets = RatingSheet.objects.filter(intake=intake, candidate__number__gt=FIRST_WAVE, method__kind=Method.Kind.RECORD)
    sheets = sheets.exclude(assessor=spared).select_related("candidate", "assessor")
    chosen = rng.sample(list(sheets.order_by("candidate__number", "assessor", "method__order")), 8)
    first = chosen[0]
    second = next(each for each in chosen if each.candidate_id != first.candidate_id and each.assessor_id != first.assessor_id)
    for sheet in (first, second):
        declare_conflict(actor=acting_as(sheet.assessor, calendar.days_ago(15, 19, 5)), sheet=sheet)
    given_back = RatingSheet.objects.filter(candidate=first.candidate_id, assessor=first.assessor_id, state=RatingSheet.State.CONFLICT)
    others = RatingSheet.objects.filter(intake=intake, method__kind=Method.Kind.RECORD).exclude(assessor=spared)
    assign_sheets(
        actor=office,
        intake=intake,
        candidates=[first.candidate_id],
        methods=list(given_back.values_list("method", flat=True)),
        assessors=list(others.values_list("assessor", flat=True).distinct()),
        due_on=calendar.in_days(4),
        rng=rng,
    )
