"""Loads the demo programme into an empty installation."""

from __future__ import annotations

import datetime as dt
import random

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from talimger.demo import content
from talimger.demo.calendar import DemoCalendar
from talimger.demo.deciding import decide_first
from talimger.demo.intake import FIRST_WAVE, INTAKE, application_form, assign_everything, begin_intake, bring_candidates, declare_conflicts
from talimger.demo.rating import Character, Model, carry_out, general_abilities, plan
from talimger.demo.second import load_second
from talimger.demo.staff import Staff, acting, found_programme
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import Actor, system_actor
from talimger.kernel.tenancy import programme_scope
from talimger.people.models import Programme, User
from talimger.people.queries import current_cycle
from talimger.people.roles import Role
from talimger.selection.commands import set_places
from talimger.selection.jobs import compute_scores
from talimger.selection.models import Candidate, Intake, RatingSheet

COMPLETE_EARLY, COMPLETE_LATE, NEARLY, PLACES = 24, 2, 6, 12
# Two assessors whom the story is about: one who takes a point off everybody, and one whose levels are half chance.
SEVERE, ERRATIC = "assessor-03", "assessor-06"
CHARACTERS = {SEVERE: Character(1.0), ERRATIC: Character(0.0, chance=1.3)}


def load_demo(*, now: dt.datetime, seed: int = 2026) -> Programme:
    """Load the demo programme, all or nothing: the same seed and moment give the same rows.

    Raises ``DomainError`` outside demo mode, and with the code ``not_empty`` when the installation has a programme already.
    """
    if not settings.DEMO:
        raise DomainError(_("The demo is only loaded in demo mode: set TALIMGER_DEMO=1 on an empty installation."), code="not_demo")
    if Programme.objects.exists():
        raise DomainError(_("This installation has a programme already. The demo needs an empty one."), code="not_empty")
    rng = random.Random(seed)
    calendar = DemoCalendar(now)
    # What the story's people do in their own names is written in the officer's language.
    with transaction.atomic(), override("ru"):
        data = content.first_programme()
        staff = found_programme(data, calendar)
        with programme_scope(staff.programme):
            intake = _fill(staff, data, calendar, rng)
            _rate_and_decide(staff, intake, calendar, rng)
        second = load_second(calendar, rng)
        for programme in (staff.programme, second):
            _score(programme, now)
    return staff.programme


def _score(programme: Programme, now: dt.datetime) -> None:
    """Compute the fair scores here and now: whoever opens the demo first need not wait for the worker."""
    with programme_scope(programme):
        for intake in Intake.objects.order_by("pk"):
            compute_scores(actor=system_actor(programme_id=programme.pk, now=now), intake=intake)


def _fill(staff: Staff, data: content.FirstProgrammeData, calendar: DemoCalendar, rng: random.Random) -> Intake:
    """Open the intake, bring in the candidates, give out the sheets."""
    opening = staff.acting("officer", calendar.at(calendar.call_on, 9))
    intake = begin_intake(opening, calendar, name=INTAKE, cycle=current_cycle(today=calendar.today))
    form = application_form(data.candidates, calendar, rng)
    bring_candidates(staff.acting("officer", calendar.days_ago(23, 11, 20)), intake, "Заявки_наставники.csv", form)
    assign_everything(
        staff.acting("officer", calendar.days_ago(22, 14, 30)),
        intake,
        calendar,
        rng,
        assessors=staff.holding(Role.ASSESSOR),
        trainers=staff.holding(Role.TRAINER),
        interviewers=staff.holding(Role.SENIOR_INTERVIEWER),
    )
    declare_conflicts(
        intake,
        lambda person, now: acting(person, staff.programme, now),
        staff.acting("officer", calendar.days_ago(14, 10, 15)),
        calendar,
        rng,
        spared=staff.holding(Role.ASSESSOR)[0],
    )
    return intake


def _rate_and_decide(staff: Staff, intake: Intake, calendar: DemoCalendar, rng: random.Random) -> None:
    early = list(Candidate.objects.filter(intake=intake, number__lte=FIRST_WAVE).order_by("number").values_list("pk", flat=True))
    conflicts = RatingSheet.objects.filter(intake=intake, state=RatingSheet.State.CONFLICT).values("candidate")
    late = Candidate.objects.filter(intake=intake, number__gt=FIRST_WAVE).exclude(pk__in=conflicts).order_by("number")
    favourite = staff.holding(Role.ASSESSOR)[0]
    # Whoever enters as the assessor finds something late: half of the nearly complete ones are theirs.
    own = RatingSheet.objects.filter(candidate__in=early, assessor=favourite, state=RatingSheet.State.ASSIGNED)
    theirs = rng.sample(sorted(set(own.values_list("candidate", flat=True))), NEARLY // 2)
    nearly = {*theirs, *rng.sample(sorted({*early} - {*theirs}), NEARLY - NEARLY // 2)}
    complete = {pk for pk in early if pk not in nearly} | set(late.values_list("pk", flat=True)[:COMPLETE_LATE])
    sheets = RatingSheet.objects.filter(intake=intake, state=RatingSheet.State.ASSIGNED).select_related("method", "assessor", "candidate")
    ordered = sheets.order_by("candidate__number", "method__order", "assessor")
    words = content.words()
    planned = plan(ordered, complete=complete, nearly=nearly, favourite=favourite, rng=rng)

    def acting_as(person: User, moment: dt.datetime) -> Actor:
        return acting(person, staff.programme, moment)

    characters = {staff.people[code].pk: character for code, character in CHARACTERS.items()}
    model = Model(rng, words, general_abilities(_groups(intake, complete), rng), characters)
    carry_out(planned, intake, model, acting_as, calendar, finished=complete)
    # The line goes through the middle of those who are complete, so that there is something to weigh.
    set_places(actor=staff.acting("officer", calendar.days_ago(3, 9)), intake=intake, places=PLACES, appeal_days=14)
    compute_scores(actor=system_actor(programme_id=staff.programme.pk, now=calendar.days_ago(2, 8)), intake=intake)
    decide_first(staff, intake, words, calendar, rng)


def _groups(intake: Intake, complete: set[int]) -> list[list[int]]:
    """The candidates by language, and by whether they are complete."""
    groups: dict[tuple[str, bool], list[int]] = {}
    for pk, language in Candidate.objects.filter(intake=intake).order_by("number").values_list("pk", "language"):
        groups.setdefault((language, pk in complete), []).append(pk)
    return list(groups.values())
