"""The assessment day: planned in the background, changed by hand, published with its sheets, mended when somebody does not come."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest
from django.test import Client

from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.models import Job
from talimger.people.models import Programme
from talimger.selection.commands import change_session, declare_conflicts, publish_day
from talimger.selection.models import (
    AssessmentDay,
    Candidate,
    DayAssessor,
    DaySession,
    Intake,
    MethodSetting,
    RatingSheet,
    SessionAssessor,
    SessionCandidate,
)
from talimger.selection.queries import day_view
from tests.factories.people import client_for
from tests.factories.selection import Scene, make_candidates, make_scene, run_jobs

State = RatingSheet.State


@pytest.fixture
def scene(programme: Programme) -> Scene:
    """An intake at its assessment day, with six assessors and eight candidates for one written exercise."""
    scene = make_scene(programme, assessors=6, asks_for=None)
    MethodSetting.objects.update(raters=2)
    Intake.objects.update(phase="day", gate=2)
    make_candidates(scene.intake, 8)
    return scene


def form(scene: Scene, **values: Any) -> dict[str, Any]:
    """What the officer types for a day."""
    return {
        "held_on": "2026-12-10",
        "place": "Дом молодёжи",
        "starts_at": "09:00",
        "blocks": "6",
        "block_minutes": "40",
        "pause_minutes": "10",
        "lunch_from": "12:00",
        "lunch_until": "13:00",
        "rooms": "Зал, 6\nКласс, 4",
        "methods": [scene.methods["written"].pk],
        "assessors": [person.pk for person in scene.assessors],
        "candidates": list(Candidate.objects.values_list("pk", flat=True)),
    } | values


def planned(scene: Scene, **values: Any) -> AssessmentDay:
    """A day with its plan."""
    answer = client_for(scene.officer).post(scene.url("day_new"), form(scene, **values))
    assert answer.status_code == 303, answer.context["form"].errors
    assert run_jobs()
    return AssessmentDay.objects.get()


def test_a_day_is_set_up_and_planned_in_the_background(scene: Scene, officer: Client) -> None:
    assert officer.post(scene.url("day_new"), form(scene)).status_code == 303
    day = AssessmentDay.objects.get()
    assert "The day is being planned" in officer.get(scene.url("day", day.pk)).content.decode()
    run_jobs()
    page = officer.get(scene.url("day", day.pk))
    assert page.context["problems"] == []
    view = page.context["view"]
    assert view.candidates == 8
    assert Counter(candidate.pk for session in view.sessions for candidate in session.candidates) == dict.fromkeys(
        Candidate.objects.values_list("pk", flat=True), 1
    )
    assert all(len(session.assessors) == 2 for session in view.sessions)
    assert "8 candidates" in page.content.decode()
    printed = officer.get(scene.url("day_print", day.pk)).content.decode()
    assert printed.count('class="own-day"') == 8 + len({person for each in view.sessions for person in each.assessors})


def test_what_cannot_be_planned_is_told_in_plain_words(scene: Scene, officer: Client) -> None:
    planned(scene, assessors=[scene.assessors[0].pk])
    day = AssessmentDay.objects.get()
    page = officer.get(scene.url("day", day.pk)).content.decode()
    assert "needs 2 assessors at once; 1 are there" in page
    assert not day.sessions.exists()
    assert Job.objects.filter(kind="selection.plan_day").get().state == Job.State.FAILED


@pytest.mark.parametrize(
    ("junk", "message"),
    [
        ({"rooms": "Зал"}, "as a name, a comma and a number"),
        ({"rooms": "Зал, 5\nЗал, 6"}, "two rooms called"),
        ({"rooms": ""}, "This field is required"),
        ({"blocks": "40", "block_minutes": "60"}, "beyond midnight"),
        ({"methods": []}, "This field is required"),
        ({"candidates": ["999999"]}, "is not one of the available choices"),
        ({"held_on": "вчера"}, "Enter a valid date"),
    ],
)
def test_a_day_that_cannot_be_is_told_and_nothing_is_kept(scene: Scene, officer: Client, junk: dict[str, Any], message: str) -> None:
    answer = officer.post(scene.url("day_new"), form(scene, **junk))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not AssessmentDay.objects.exists()


def test_publishing_gives_every_panel_its_sheets_and_nobody_else(scene: Scene, officer: Client) -> None:
    day = planned(scene)
    for _click in range(2):
        assert officer.post(scene.url("day_step", day.pk), {"step": "publish"}).status_code == 303
    day.refresh_from_db()
    assert day.state == "published"
    panels = set(SessionCandidate.objects.values_list("candidate", "session__panel__person"))
    assert set(RatingSheet.objects.values_list("candidate", "assessor")) == panels
    assert set(RatingSheet.objects.values_list("state", "due_on", "gate")) == {("assigned", dt.date(2026, 12, 11), 2)}


def test_an_acquaintance_never_sits_on_the_panel(scene: Scene) -> None:
    friend = scene.assessors[0]
    known = list(Candidate.objects.values_list("pk", flat=True))[:5]
    declare_conflicts(actor=scene.actor(friend), intake=scene.intake, candidates=known)
    day = planned(scene)
    met = set(SessionCandidate.objects.filter(session__panel__person=friend).values_list("candidate", flat=True))
    assert met.isdisjoint(known)
    session = DaySession.objects.filter(seats__candidate__in=known).first()
    assert session is not None
    with pytest.raises(DomainError) as refusal:
        change_session(
            actor=scene.actor(),
            session=session,
            revision=day.revision,
            candidates=session.seats.values_list("candidate", flat=True),
            assessors=[friend.pk],
        )
    assert refusal.value.field == "assessors"


def test_a_change_by_hand_that_breaks_a_rule_is_shown_and_stops_the_publishing(scene: Scene, officer: Client) -> None:
    day = planned(scene)
    view = day_view(day).sessions[0]
    seated = [one.pk for one in view.candidates]
    answer = officer.post(
        scene.url("session", view.session.pk),
        {"revision": str(day.revision), "candidates": seated, "assessors": [view.assessors[0].pk]},
    )
    assert answer.status_code == 303
    page = officer.get(scene.url("day", day.pk))
    assert page.context["problems"]
    assert "1 of 2 assessors" in page.content.decode()
    with pytest.raises(DomainError) as refusal:
        publish_day(actor=scene.actor(), day=day, rng=random.Random(1))
    assert refusal.value.code == "broken"
    assert not RatingSheet.objects.exists()


def test_two_people_at_one_day_do_not_overwrite_each_other(scene: Scene) -> None:
    day = planned(scene)
    session = DaySession.objects.first()
    assert session is not None
    seats = list(session.seats.values_list("candidate", flat=True))
    panel = list(session.panel.values_list("person", flat=True))
    change_session(actor=scene.actor(), session=session, revision=day.revision, candidates=seats, assessors=panel[:1])
    with pytest.raises(StaleWriteError):
        change_session(actor=scene.actor(), session=session, revision=day.revision, candidates=seats, assessors=panel)
    assert session.panel.count() == 1


def test_who_does_not_come_is_replaced_and_candidates_keep_their_times(scene: Scene, officer: Client) -> None:
    day = planned(scene)
    officer.post(scene.url("day_step", day.pk), {"step": "publish"})
    times = set(SessionCandidate.objects.values_list("candidate", "session__block__starts_at", "session__method"))
    absent = SessionAssessor.objects.order_by("pk")[0].person
    assert officer.post(scene.url("day_step", day.pk), {"step": "absent", "person": str(absent.pk)}).status_code == 303
    run_jobs()
    assert DayAssessor.objects.get(person=absent).is_absent
    assert set(SessionCandidate.objects.values_list("candidate", "session__block__starts_at", "session__method")) == times
    assert not SessionAssessor.objects.filter(person=absent).exists()
    live = RatingSheet.objects.exclude(state=State.WITHDRAWN)
    assert not live.filter(assessor=absent).exists()
    assert set(Counter(live.values_list("candidate", flat=True)).values()) == {2}
