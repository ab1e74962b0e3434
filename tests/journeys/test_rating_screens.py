"""Rating several sheets on one page takes one key for each item and one click to lock."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from talimger.selection.models import MethodSetting, RatingSheet
from tests.factories.desk import make_whole_scene
from tests.factories.people import make_programme
from tests.factories.selection import Scene, items_of
from tests.journeys.conftest import problems_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene() -> Scene:
    scene = make_whole_scene(make_programme())
    MethodSetting._base_manager.update(hides_name=False)
    return scene


def test_the_grid_takes_a_key_for_each_item_and_one_click(open_as: Any, scene: Scene) -> None:
    sheets = [scene.sheet(scene.candidate(f"Участник {number}"), method="facilitation") for number in range(1, 5)]
    for language, width in (("ru", 1280), ("kk", 360)):
        page = open_as(scene.assessors[0], language=language, width=width)
        page.goto(f"/p/{scene.programme.slug}/selection/intakes/{scene.intake.pk}/grid/")
        assert problems_of(page) == []
    page = open_as(scene.assessors[0])
    page.goto(f"/p/{scene.programme.slug}/selection/intakes/{scene.intake.pk}/grid/")
    for _each in range(sum(len(items_of(sheet)) for sheet in sheets)):
        page.keyboard.press("4")
    expect(page.locator("[data-lock]")).to_be_focused()
    page.locator("[data-lock]").click()
    page.wait_for_url("**/sheets/")
    assert not RatingSheet._base_manager.exclude(state="locked").exists()


def test_the_desk_page_takes_two_keys_for_each_item_and_one_click(open_as: Any, scene: Scene) -> None:
    candidate = scene.candidate("Айгерім Сейітқызы", education="КарГУ, педагогика", youth_experience="Вёл кружок робототехники.")
    for code in ("professional_experience", "youth_experience", "education"):
        scene.sheet(candidate, method=code)
    url = f"/p/{scene.programme.slug}/selection/candidates/{candidate.pk}/desk/"
    for language, width in (("ru", 1280), ("kk", 360)):
        page = open_as(scene.assessors[0], language=language, width=width)
        page.goto(url)
        assert problems_of(page) == []
    page = open_as(scene.assessors[0])
    page.goto(url)
    for _each in range(page.locator("[data-item]").count()):
        page.keyboard.press("3")
        page.keyboard.press("Enter")
    page.locator("[data-lock]").click()
    page.wait_for_url("**/sheets/")
    assert not RatingSheet._base_manager.exclude(state="locked").exists()
