"""The second programme: small, behind its own wall, entered by no button. What shows of it in the first one is a leak."""

from __future__ import annotations

import datetime as dt
import random

from talimger.demo import content
from talimger.demo.calendar import DemoCalendar
from talimger.demo.intake import application_form, assign_everything, begin_intake, bring_candidates
from talimger.demo.rating import Model, carry_out, general_abilities, plan
from talimger.demo.staff import acting, demo_account
from talimger.framework.commands import DEFAULT_FRAMEWORK, load_framework
from talimger.kernel.policies import Actor
from talimger.kernel.tenancy import programme_scope
from talimger.people.models import Programme, RoleAssignment, User
from talimger.people.roles import Role
from talimger.selection.models import Candidate, RatingSheet


def load_second(calendar: DemoCalendar, rng: random.Random) -> Programme:
    """Load the second programme with its own officer, assessors and five candidates. Rows where only a wizard could make them."""
    data = content.second_programme()
    began_at = calendar.at(calendar.call_on, 8)
    programme = Programme.objects.create(
        slug=data.slug,
        name=data.name,
        accent=data.accent,
        languages=list(data.languages),
        contact_email=data.contact_email,
        created_at=began_at,
    )
    with programme_scope(programme):
        people = {person.code: demo_account(person, began_at) for person in data.staff}
        RoleAssignment.objects.bulk_create(
            RoleAssignment(programme=programme, person=people[person.code], role=role, starts_on=calendar.call_on)
            for person in data.staff
            for role in person.roles
        )

        def acting_as(person: User, moment: dt.datetime) -> Actor:
            return acting(person, programme, moment)

        officer = acting_as(people["officer"], calendar.at(calendar.call_on, 9))
        load_framework(actor=officer, source=DEFAULT_FRAMEWORK.read_bytes(), publish=True)
        intake = begin_intake(officer, calendar, name=data.intake, cycle=None)
        form = application_form(data.candidates, calendar, rng, spoilt=False)
        bring_candidates(acting_as(people["officer"], calendar.days_ago(23, 12)), intake, "Өтінімдер.csv", form)
        assessors = [people[person.code] for person in data.staff if Role.ASSESSOR in person.roles]
        office = acting_as(people["officer"], calendar.days_ago(22, 15))
        assign_everything(office, intake, calendar, rng, assessors=assessors, trainers=assessors, interviewers=[])
        sheets = RatingSheet.objects.filter(intake=intake).select_related("method", "assessor", "candidate")
        ordered = sheets.order_by("candidate__number", "method__order", "assessor")
        planned = plan(ordered, complete=set(), nearly=set(), favourite=assessors[0], rng=rng)
        everybody = list(Candidate.objects.filter(intake=intake).order_by("number").values_list("pk", flat=True))
        model = Model(rng, content.words(), general_abilities([everybody], rng))
        carry_out(planned, intake, model, acting_as, calendar, finished=set())
    return programme
