"""A group exercise is rated on one page: everybody of the group, one lock for all."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from talimger.people.models import Programme
from talimger.selection.models import (
    AssessmentDay,
    DayBlock,
    DayRoom,
    DaySession,
    MethodSetting,
    RatingSheet,
    SessionAssessor,
    SessionCandidate,
)
from tests.factories.desk import make_whole_scene, several_form
from tests.factories.people import client_for
from tests.factories.selection import Scene, items_of

State = RatingSheet.State


@pytest.fixture
def scene(programme: Programme) -> Scene:
    scene = make_whole_scene(programme)
    MethodSetting.objects.filter(intake=scene.intake, method__code="facilitation").update(hides_name=False)
    return scene


@pytest.fixture
def group(scene: Scene) -> list[RatingSheet]:
    return [scene.sheet(scene.candidate(f"Участник {number}"), method="facilitation") for number in range(1, 5)]


@pytest.fixture
def assessor(scene: Scene) -> Client:
    return client_for(scene.assessors[0])


def grid(scene: Scene) -> str:
    return f"/p/{scene.programme.slug}/selection/intakes/{scene.intake.pk}/grid/"


def session_of(scene: Scene, sheets: list[RatingSheet], hour: int) -> DaySession:
    own = {"programme": scene.programme}
    day = AssessmentDay.objects.create(
        **own, intake=scene.intake, held_on=dt.date(2026, 11, 28), place="Алматы", created_at=sheets[0].assigned_at
    )
    block = DayBlock.objects.create(**own, day=day, order=1, starts_at=dt.time(hour), ends_at=dt.time(hour + 1))
    room = DayRoom.objects.create(**own, day=day, name="101", capacity=8)
    session: DaySession = DaySession.objects.create(**own, day=day, method=scene.methods["facilitation"], block=block, room=room)
    SessionAssessor.objects.create(**own, session=session, person=scene.assessors[0])
    for sheet in sheets:
        SessionCandidate.objects.create(**own, session=session, candidate=sheet.candidate)
    return session


def test_without_a_day_the_grid_shows_all_own_open_sheets_of_the_exercise(scene: Scene, group: list[RatingSheet], assessor: Client) -> None:
    page = assessor.get(grid(scene)).content.decode()
    for sheet in group:
        assert sheet.candidate.full_name in page
        for item in items_of(sheet):
            assert f'name="s{sheet.pk}-level-{item.pk}"' in page


def test_on_a_day_the_grid_shows_one_group_and_leads_to_the_other(scene: Scene, group: list[RatingSheet], assessor: Client) -> None:
    session_of(scene, group[:2], 9)
    second = session_of(scene, group[2:], 11)
    first_page = assessor.get(grid(scene)).content.decode()
    assert "Участник 1" in first_page
    assert "Участник 3" not in first_page
    other = assessor.get(f"{grid(scene)}?session={second.pk}").content.decode()
    assert "Участник 1" not in other
    assert "Участник 3" in other


def test_one_lock_locks_the_whole_group(scene: Scene, group: list[RatingSheet], assessor: Client) -> None:
    assert assessor.post(grid(scene), several_form(group, "4", step="lock", by_sheet=True)).status_code == 303
    assert not RatingSheet.objects.exclude(state=State.LOCKED).exists()


def test_while_one_person_is_not_rated_nobody_is_locked(scene: Scene, group: list[RatingSheet], assessor: Client) -> None:
    form = several_form(group, "4", step="lock", by_sheet=True)
    del form[f"s{group[3].pk}-level-{items_of(group[3])[0].pk}"]
    assert assessor.post(grid(scene), form).status_code == 422
    assert not RatingSheet.objects.filter(state=State.LOCKED).exists()


@pytest.mark.parametrize("level", ["6", "0", "-1", "4.5", "٤", "x" * 5000])
def test_what_is_no_level_is_refused(scene: Scene, group: list[RatingSheet], assessor: Client, level: str) -> None:
    assert assessor.post(grid(scene), several_form(group, level, by_sheet=True)).status_code == 422


@pytest.mark.parametrize("session", ["x", "-1", "99999999999999999999", "²"])
def test_a_session_that_is_none_shows_the_own_group(scene: Scene, group: list[RatingSheet], assessor: Client, session: str) -> None:
    assert assessor.get(grid(scene), {"session": session}).status_code == 200


def test_nobody_sees_the_grid_without_own_sheets(scene: Scene, group: list[RatingSheet]) -> None:
    assert client_for(scene.assessors[1]).get(grid(scene)).status_code == 404
    assert client_for(scene.officer).get(grid(scene)).status_code == 404


def test_a_group_of_thirty_costs_no_more_queries_than_one(scene: Scene, assessor: Client) -> None:
    scene.sheet(scene.candidate(), method="facilitation")
    assessor.get(grid(scene))
    with CaptureQueriesContext(connection) as one:
        assessor.get(grid(scene))
    for _each in range(29):
        scene.sheet(scene.candidate(), method="facilitation")
    with CaptureQueriesContext(connection) as thirty:
        assessor.get(grid(scene))
    assert len(thirty) == len(one)
