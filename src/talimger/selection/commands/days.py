"""The assessment day: set up, planned by a job, changed by hand, published; somebody who does not come is replaced."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from talimger.core.planning import day as core
from talimger.core.planning.day_verify import verify_day
from talimger.core.planning.errors import Violation
from talimger.framework.models import Method
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.jobs import start_job
from talimger.kernel.policies import Actor, require
from talimger.people.models import User
from talimger.selection.commands.proposals import give_out
from talimger.selection.day_planning import DayInput, read_day
from talimger.selection.eligibility import field_of
from talimger.selection.models import (
    OPEN_STATES,
    SHEET_TRANSITIONS,
    AssessmentDay,
    Candidate,
    DayAssessor,
    DayBlock,
    DayCandidate,
    DayMethod,
    DayRoom,
    DaySession,
    Intake,
    RatingSheet,
    SessionAssessor,
    SessionCandidate,
)

State = AssessmentDay.State
LONGEST = 24 * 60


@dataclass(frozen=True)
class Shape:
    """The hours of a day: when it starts, how many blocks of how many minutes, the pause between them, and when lunch can be."""

    starts_at: dt.time
    block_minutes: int
    pause_minutes: int
    blocks: int
    lunch_from: dt.time
    lunch_until: dt.time


@command("selection.day.set_up")
def set_up_day(
    *,
    actor: Actor,
    intake: Intake,
    held_on: dt.date,
    place: str,
    shape: Shape,
    rooms: Sequence[tuple[str, int]],
    methods: Collection[int],
    assessors: Collection[int],
    candidates: Collection[int],
) -> AssessmentDay:
    """Set a day up and have it planned. Raises ``DomainError`` on hours that do not fit into a day, or when nobody was chosen."""
    require(actor, "selection.intake.steer", intake)
    times = _block_times(shape)
    asked = intake.method_settings.values("method")
    chosen_methods = list(Method.objects.filter(pk__in=methods, version=intake.framework_id).filter(pk__in=asked))
    people = field_of(intake, people=assessors, now=actor.now).people
    invited = list(Candidate.objects.filter(pk__in=candidates, intake=intake, withdrawn_at=None).order_by("number"))
    for rows, field, message in (
        (rooms, "rooms", _("Name at least one room.")),
        (chosen_methods, "methods", _("Choose at least one method.")),
        (people, "assessors", _("Choose at least one assessor.")),
        (invited, "candidates", _("Choose at least one candidate.")),
    ):
        if not rows:
            raise DomainError(message, field=field)
    key = {"programme_id": intake.programme_id}
    day = AssessmentDay.objects.create(**key, intake=intake, held_on=held_on, place=place.strip(), created_at=actor.now)
    DayBlock.objects.bulk_create(
        DayBlock(
            **key,
            day=day,
            order=order,
            starts_at=start,
            ends_at=end,
            may_be_lunch=shape.lunch_from < end and start < shape.lunch_until,
        )
        for order, (start, end) in enumerate(times, 1)
    )
    DayRoom.objects.bulk_create(DayRoom(**key, day=day, name=name, capacity=capacity) for name, capacity in rooms)
    DayMethod.objects.bulk_create(DayMethod(**key, day=day, method=method) for method in chosen_methods)
    DayAssessor.objects.bulk_create(DayAssessor(**key, day=day, person=person) for person in people.values())
    DayCandidate.objects.bulk_create(DayCandidate(**key, day=day, candidate=candidate) for candidate in invited)
    return _start(actor, day)


def _block_times(shape: Shape) -> list[tuple[dt.time, dt.time]]:
    if not (5 <= shape.block_minutes <= 240 and 0 <= shape.pause_minutes <= 120 and 1 <= shape.blocks <= 40):
        raise DomainError(_("Check the length of the blocks, the pauses and how many there are."), field="block_minutes")
    start = shape.starts_at.hour * 60 + shape.starts_at.minute
    times = []
    for _block in range(shape.blocks):
        end = start + shape.block_minutes
        if end >= LONGEST:
            raise DomainError(_("The day would last beyond midnight. Take fewer or shorter blocks."), field="blocks")
        times.append((dt.time(*divmod(start, 60)), dt.time(*divmod(end, 60))))
        start = end + shape.pause_minutes
    return times


@command("selection.day.plan")
def plan_again(*, actor: Actor, day: AssessmentDay) -> AssessmentDay:
    """Have the day planned anew; what was changed by hand is lost. Only a draft is planned."""
    require(actor, "selection.day.edit", day)
    return _start(actor, _draft(day))


def _start(actor: Actor, day: AssessmentDay, *, absent: User | None = None) -> AssessmentDay:
    title = _("Assessment day: %(place)s") % {"place": day.place}
    day.job = start_job(actor=actor, kind="selection.plan_day", title=title, day=day.pk, absent=absent.pk if absent else None)
    day.save(update_fields=["job"])
    return day


@command("selection.day.store")
def store_plan(*, actor: Actor, day: AssessmentDay, revision: int, plan: core.DayPlan, rng: random.Random) -> AssessmentDay:
    """Keep a plan. Raises ``DomainError`` if somebody changed the day while it was computed; then their version stays."""
    require(actor, "selection.intake.steer", day.intake)
    day = AssessmentDay.objects.select_for_update().get(pk=day.pk)
    if day.revision != revision:
        raise DomainError(_("The day was changed while the plan was computed. Plan it again."), code="moved_on")
    methods = {row.method.code: row.method_id for row in day.methods.select_related("method")}
    day.sessions.all().delete()
    key = {"programme_id": day.programme_id}
    for each in plan.sessions:
        row = DaySession.objects.create(**key, day=day, method_id=methods[each.exercise], block_id=int(each.block), room_id=int(each.room))
        SessionCandidate.objects.bulk_create(SessionCandidate(**key, session=row, candidate_id=int(one)) for one in each.candidates)
        SessionAssessor.objects.bulk_create(SessionAssessor(**key, session=row, person_id=int(one)) for one in each.assessors)
    day.revision += 1
    day.fingerprint, day.seed, day.gap = plan.fingerprint, plan.seed, plan.gap
    day.save(update_fields=["revision", "fingerprint", "seed", "gap"])
    if day.state == State.PUBLISHED:
        _follow(actor, day, rng)
    return day


@command("selection.day.change")
def change_session(
    *, actor: Actor, session: DaySession, revision: int, candidates: Collection[int], assessors: Collection[int]
) -> AssessmentDay:
    """Say by hand who does a session and who rates it; a candidate who is moved here leaves the other session of that method.

    A conflict of interest is refused; every other rule that is broken is shown before the day is published.
    """
    require(actor, "selection.day.edit", session.day)
    day = _draft(session.day)
    if day.revision != revision:
        raise StaleWriteError(_("Somebody else has changed this day meanwhile. Look at it first."), code="stale")
    here = set(day.candidates.values_list("candidate", flat=True)) & {*candidates}
    there = set(day.assessors.filter(is_absent=False).values_list("person", flat=True)) & {*assessors}
    problem = read_day(day).problem
    if any((str(person), str(candidate)) in problem.conflicts for person in there for candidate in here):
        raise DomainError(_("One of them must not meet one of the candidates: a conflict of interest."), field="assessors")
    key = {"programme_id": day.programme_id}
    others = SessionCandidate.objects.filter(session__day=day, session__method=session.method_id, candidate__in=here)
    others.exclude(session=session).delete()
    session.seats.exclude(candidate__in=here).delete()
    session.panel.exclude(person__in=there).delete()
    seated, rating = set(session.seats.values_list("candidate", flat=True)), set(session.panel.values_list("person", flat=True))
    SessionCandidate.objects.bulk_create(SessionCandidate(**key, session=session, candidate_id=one) for one in sorted(here - seated))
    SessionAssessor.objects.bulk_create(SessionAssessor(**key, session=session, person_id=one) for one in sorted(there - rating))
    day.revision += 1
    day.save(update_fields=["revision"])
    return day


@command("selection.day.publish")
def publish_day(*, actor: Actor, day: AssessmentDay, rng: random.Random) -> AssessmentDay:
    """Show candidates their times, and give every panel its rating sheets. Published twice is published once.

    Raises ``DomainError`` while the plan breaks a rule.
    """
    require(actor, "selection.day.edit", day)
    day = AssessmentDay.objects.select_for_update().get(pk=day.pk)
    if day.state == State.PUBLISHED:
        return day
    given = read_day(day)
    if not given.sessions:
        raise DomainError(_("There is no plan yet."), code="empty")
    if broken_rules(given):
        raise DomainError(_("The plan breaks a rule. Mend it first, or plan the day again."), code="broken")
    day.state, day.published_at = State.PUBLISHED, actor.now
    day.save(update_fields=["state", "published_at"])
    _follow(actor, day, rng)
    return day


def broken_rules(given: DayInput) -> tuple[Violation, ...]:
    """The rules that the plan as it stands breaks."""
    plan = core.DayPlan(given.sessions, (), core.fingerprint(given.problem), 0, 0.0, None)
    return verify_day(given.problem, plan)


@command("selection.day.absent")
def report_absent(*, actor: Actor, day: AssessmentDay, person: User) -> AssessmentDay:
    """Somebody does not come: their sessions go to others with the fewest changes; candidates keep their times."""
    require(actor, "selection.intake.steer", day.intake)
    day = AssessmentDay.objects.select_for_update().get(pk=day.pk)
    if not day.assessors.filter(person=person).update(is_absent=True):
        raise DomainError(_("This person is not on the list of the day."), field="person")
    day.revision += 1
    day.save(update_fields=["revision"])
    return _start(actor, day, absent=person)


def _draft(day: AssessmentDay) -> AssessmentDay:
    day = AssessmentDay.objects.select_for_update(of=("self",)).select_related("intake").get(pk=day.pk)
    if day.state != State.DRAFT:
        raise DomainError(_("This day is published. Only who does not come can still be replaced."), code="published")
    return day


def _follow(actor: Actor, day: AssessmentDay, rng: random.Random) -> None:
    """Make the rating sheets say what the day says: who is no longer on a panel gives the open sheet back, who is there gets one."""
    seats = SessionCandidate.objects.filter(session__day=day).values_list("session__method", "candidate", "session")
    panels: dict[int, list[int]] = {}
    for session, person in SessionAssessor.objects.filter(session__day=day).values_list("session", "person").order_by("pk"):
        panels.setdefault(session, []).append(person)
    wanted = {(candidate, method, person) for method, candidate, session in seats for person in panels.get(session, ())}
    methods = {method for method, _candidate, _session in seats}
    candidates = {candidate for _method, candidate, _session in seats}
    stale = RatingSheet.objects.select_for_update().filter(candidate__in=candidates, method__in=methods, state__in=OPEN_STATES)
    for sheet in stale:
        if (sheet.candidate_id, sheet.method_id, sheet.assessor_id) not in wanted:
            sheet.state = SHEET_TRANSITIONS[sheet.state]["withdraw"]
            sheet.save(update_fields=["state"])
    intake = Intake.objects.select_for_update().get(pk=day.intake_id)
    field = field_of(intake, people=[person for _candidate, _method, person in wanted], now=actor.now)
    by_key = Candidate.objects.in_bulk(candidates)
    by_method = Method.objects.in_bulk(methods)
    order = sorted(wanted, key=lambda each: (by_key[each[0]].number, each[1], each[2]))
    places = [(by_key[candidate], by_method[method], person) for candidate, method, person in order]
    give_out(actor, intake, field, places, day.held_on + dt.timedelta(days=1), rng)
