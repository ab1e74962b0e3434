"""An assessor rates the whole file of a candidate on one page: one save, one lock, all sheets or none."""

from __future__ import annotations

import pytest
from django.test import Client

from talimger.kernel.languages import LocalisedText
from talimger.people.models import Programme
from talimger.selection.models import GuideQuestion, Instrument, MethodSetting, Override, Rating, RatingSheet
from tests.factories.desk import make_whole_scene, several_form
from tests.factories.people import client_for
from tests.factories.selection import CANARY, Scene, items_of, rate

State = RatingSheet.State
FILE = ("professional_experience", "youth_experience", "education")


@pytest.fixture
def scene(programme: Programme) -> Scene:
    return make_whole_scene(programme)


@pytest.fixture
def sheets(scene: Scene) -> list[RatingSheet]:
    candidate = scene.candidate("Айгерім Сейітқызы", youth_experience="Вёл кружок.", education="КарГУ, педагогика")
    return [scene.sheet(candidate, method=code) for code in FILE]


@pytest.fixture
def assessor(scene: Scene) -> Client:
    return client_for(scene.assessors[0])


def desk(scene: Scene, sheets: list[RatingSheet]) -> str:
    return f"/p/{scene.programme.slug}/selection/candidates/{sheets[0].candidate_id}/desk/"


def states(sheets: list[RatingSheet]) -> list[str]:
    return [RatingSheet.objects.get(pk=each.pk).state for each in sheets]


def test_the_desk_page_shows_each_text_once_and_every_item_of_the_three_sheets(
    scene: Scene, sheets: list[RatingSheet], assessor: Client
) -> None:
    page = assessor.get(desk(scene, sheets)).content.decode()
    assert page.count("КарГУ, педагогика") == 1
    for sheet in sheets:
        for item in items_of(sheet):
            assert f'name="level-{item.pk}"' in page
    assert "Lock all 3 sheets" in page


def test_one_lock_locks_all_three(scene: Scene, sheets: list[RatingSheet], assessor: Client) -> None:
    answer = assessor.post(desk(scene, sheets), several_form(sheets, "4", step="lock"))
    assert answer.status_code == 303
    assert states(sheets) == [State.LOCKED] * 3
    assert set(Rating.objects.filter(sheet__in=sheets).values_list("level", flat=True)) == {4}
    assert assessor.get(desk(scene, sheets)).status_code == 404


def test_while_one_item_is_missing_none_is_locked_and_the_page_keeps_what_was_chosen(
    scene: Scene, sheets: list[RatingSheet], assessor: Client
) -> None:
    form = several_form(sheets, "5", step="lock")
    del form[f"level-{items_of(sheets[2])[0].pk}"]
    answer = assessor.post(desk(scene, sheets), form)
    assert answer.status_code == 422
    assert 'value="5" checked' in answer.content.decode()
    assert State.LOCKED not in states(sheets)


def test_a_sheet_saved_in_another_window_stops_all_three(scene: Scene, sheets: list[RatingSheet], assessor: Client) -> None:
    form = several_form(sheets, "2")
    rate(sheets[1], 5, lock=False)
    answer = assessor.post(desk(scene, sheets), form)
    assert answer.status_code == 409
    assert "In the record now: 5" in answer.content.decode()
    assert not Rating.objects.filter(sheet=sheets[0]).exists()


def test_the_page_saves_itself_and_says_each_next_revision(scene: Scene, sheets: list[RatingSheet], assessor: Client) -> None:
    answer = assessor.post(desk(scene, sheets), several_form(sheets, "3"), headers={"HX-Request": "true"})
    body = answer.content.decode()
    assert "<html" not in body
    for sheet in sheets:
        assert f'id="revision-{sheet.pk}" value="1"' in body


@pytest.mark.parametrize(
    "spoil",
    [{}, {"revision-99999": "0"}, {"revision-²": "0"}, {"revision-99999999999999999999": "0"}],
    ids=["none", "foreign", "odd", "huge"],
)
def test_a_form_of_other_sheets_is_refused(scene: Scene, sheets: list[RatingSheet], assessor: Client, spoil: dict[str, str]) -> None:
    answer = assessor.post(desk(scene, sheets), {"step": "save", **spoil})
    assert answer.status_code == 422
    assert states(sheets) == [State.ASSIGNED] * 3


def test_nobody_else_opens_the_desk_page_and_it_shows_nobody_elses_rating(
    scene: Scene, sheets: list[RatingSheet], assessor: Client
) -> None:
    assert client_for(scene.assessors[1]).get(desk(scene, sheets)).status_code == 404
    assert client_for(scene.officer).get(desk(scene, sheets)).status_code == 404
    rate(scene.sheet(sheets[0].candidate, 1), 5)
    assert CANARY not in assessor.get(desk(scene, sheets)).content.decode()


def test_a_sheet_that_hides_the_name_is_not_on_the_page_that_says_it(scene: Scene, sheets: list[RatingSheet], assessor: Client) -> None:
    MethodSetting.objects.filter(intake=scene.intake, method=sheets[0].method).update(hides_name=True)
    page = assessor.get(desk(scene, sheets)).content.decode()
    assert "Айгерім" in page
    assert f'name="level-{items_of(sheets[0])[0].pk}"' not in page
    MethodSetting.objects.filter(intake=scene.intake).update(hides_name=True)
    assert assessor.get(desk(scene, sheets)).status_code == 404


# ── the interview ──


def test_an_interviewer_reads_the_guide_and_rates_five_competencies(scene: Scene) -> None:
    person = scene.person("senior_interviewer")
    sheet = scene.sheet(scene.candidate(), person, "senior_interview")
    now = sheet.assigned_at
    instrument = Instrument.objects.create(
        programme=scene.programme, method_code="senior_interview", number=1, title=LocalisedText.of("Guide"), minutes=40, created_at=now
    )
    words = LocalisedText.of("When did you last hold back?")
    GuideQuestion.objects.create(programme=scene.programme, instrument=instrument, order=1, text=words, is_hold_back=True)
    MethodSetting.objects.filter(intake=scene.intake, method=sheet.method).update(instrument=instrument)
    url = f"/p/{scene.programme.slug}/selection/sheets/{sheet.pk}/interview/"
    browser = client_for(person)
    assert "When did you last hold back?" in browser.get(url).content.decode()
    assert len(items_of(sheet)) == 5
    Override.objects.create(
        programme=scene.programme,
        intake=scene.intake,
        kind="interviewer",
        person=person,
        reason="One of ours",
        made_by=scene.officer,
        made_at=now,
    )
    assert browser.post(url, several_form([sheet], "4", step="lock")).status_code == 303
    assert states([sheet]) == [State.LOCKED]


def test_a_sheet_of_another_method_has_no_interview_page(scene: Scene, sheets: list[RatingSheet], assessor: Client) -> None:
    assert assessor.get(f"/p/{scene.programme.slug}/selection/sheets/{sheets[0].pk}/interview/").status_code == 404
