"""A sheet from paper counts when two people of the office have typed in the same."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talimger.selection.models import Rating, RatingSheet
from tests.factories.people import client_for
from tests.factories.selection import CANARY, Scene, items_of, rate, sheet_form

State = RatingSheet.State


@pytest.fixture
def sheet(scene: Scene) -> RatingSheet:
    return scene.sheet(scene.candidate("Айгерім Сейітқызы"))


def desk(scene: Scene) -> str:
    return f"/p/{scene.programme.slug}/selection/intakes/{scene.intake.pk}/paper/"


def address(scene: Scene, sheet: RatingSheet) -> str:
    return f"/p/{scene.programme.slug}/selection/sheets/{sheet.pk}/paper/"


def entered(scene: Scene, sheet: RatingSheet, *levels: str) -> RatingSheet:
    answer = client_for(scene.officer).post(address(scene, sheet), sheet_form(sheet, *levels, step="enter", note=CANARY))
    assert answer.status_code == 303
    sheet.refresh_from_db()
    return sheet


def test_what_one_types_in_is_locked_when_another_types_the_same(scene: Scene, sheet: RatingSheet) -> None:
    entered(scene, sheet, "4", "none")
    assert (sheet.state, sheet.entered_by_id) == (State.ENTERED, scene.officer.pk)
    second = client_for(scene.person("coordinator"))
    page = second.get(address(scene, sheet)).content.decode()
    assert "Typed in by The officer" in page
    assert " checked" not in page
    assert CANARY not in page
    assert second.post(address(scene, sheet), sheet_form(sheet, "4", "none", step="confirm")).status_code == 303
    sheet.refresh_from_db()
    assert sheet.state == State.LOCKED
    assert Rating.objects.filter(sheet=sheet, note=CANARY).count() == 2


def test_where_the_two_differ_the_page_names_the_item_and_no_level_and_nothing_is_locked(scene: Scene, sheet: RatingSheet) -> None:
    entered(scene, sheet, "4", "5")
    second = client_for(scene.person("coordinator"))
    answer = second.post(address(scene, sheet), sheet_form(sheet, "4", "2", step="confirm"))
    assert answer.status_code == 422
    assert "In writing" in answer.content.decode()
    assert 'value="5" checked' not in answer.content.decode()
    assert RatingSheet.objects.get(pk=sheet.pk).state == State.ENTERED


def test_the_second_may_put_their_reading_in_place_and_then_the_first_confirms(scene: Scene, sheet: RatingSheet) -> None:
    entered(scene, sheet, "4", "5")
    other = scene.person("coordinator")
    assert client_for(other).post(address(scene, sheet), sheet_form(sheet, "4", "2", step="mine")).status_code == 303
    sheet.refresh_from_db()
    assert sheet.entered_by_id == other.pk
    first = client_for(scene.officer)
    assert first.post(address(scene, sheet), sheet_form(sheet, "4", "2", step="confirm")).status_code == 303
    assert RatingSheet.objects.get(pk=sheet.pk).state == State.LOCKED
    assert Rating.objects.filter(sheet=sheet, note=CANARY).count() == 2


def test_whoever_typed_it_in_does_not_confirm_it(scene: Scene, sheet: RatingSheet) -> None:
    entered(scene, sheet, "4", "5")
    answer = client_for(scene.officer).post(address(scene, sheet), sheet_form(sheet, "4", "5", step="confirm"))
    assert answer.status_code == 404
    assert RatingSheet.objects.get(pk=sheet.pk).state == State.ENTERED


@pytest.mark.parametrize("level", ["", "6", "-1", "٤"])
def test_a_half_or_damaged_paper_is_not_entered(scene: Scene, sheet: RatingSheet, level: str) -> None:
    answer = client_for(scene.officer).post(address(scene, sheet), sheet_form(sheet, "4", level, step="enter"))
    assert answer.status_code == 422
    assert RatingSheet.objects.get(pk=sheet.pk).state == State.ASSIGNED
    assert not Rating.objects.filter(sheet=sheet).exists()


def test_whoever_rates_the_candidate_or_knows_them_does_not_see_the_sheet_at_the_desk(scene: Scene, sheet: RatingSheet) -> None:
    scene.sheet(sheet.candidate, scene.officer, "written")
    assert client_for(scene.officer).get(address(scene, sheet)).status_code == 404
    knows = scene.person("coordinator")
    scene.sheet(sheet.candidate, knows, "written", state=State.CONFLICT)
    assert client_for(knows).get(address(scene, sheet)).status_code == 404
    assert "Айгерім" not in client_for(knows).get(desk(scene)).content.decode()


def test_what_the_assessor_began_is_not_shown_at_the_desk(scene: Scene, sheet: RatingSheet) -> None:
    rate(sheet, 5, lock=False)
    page = client_for(scene.officer).get(address(scene, sheet)).content.decode()
    assert "Begun in the browser" in page
    assert CANARY not in page
    assert " checked" not in page


def test_blank_sheets_have_the_items_and_no_rating(scene: Scene, sheet: RatingSheet) -> None:
    rate(sheet, 5, lock=False)
    page = client_for(scene.officer).get(f"{desk(scene)}print/?method=professional_experience").content.decode()
    assert "Seen at level 3 of A.1" in page
    assert CANARY not in page
    assert client_for(scene.officer).get(f"{desk(scene)}print/?method=nothing").status_code == 200


def test_thirty_sheets_cost_no_more_queries_than_one(scene: Scene, sheet: RatingSheet) -> None:
    officer = client_for(scene.officer)
    for url in (desk(scene), f"{desk(scene)}print/?method=professional_experience"):
        officer.get(url)
        with CaptureQueriesContext(connection) as few:
            officer.get(url)
        for _each in range(29):
            scene.sheet(scene.candidate())
        with CaptureQueriesContext(connection) as many:
            officer.get(url)
        assert len(many) == len(few)
    assert len(items_of(sheet)) == 2
