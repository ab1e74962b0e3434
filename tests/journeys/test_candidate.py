"""A candidate on a phone: applies, is asked for a task, reads the result. With scripts and without, in three languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from talimger.kernel.tenancy import programme_scope
from talimger.selection.models import Application, Candidate, FairnessAnswers, Intake, TaskSitting
from tests.factories.applying import open_call, own_token, released, with_slot, with_task
from tests.factories.people import make_programme
from tests.factories.selection import Scene, make_candidate, make_scene
from tests.journeys.conftest import problems_of

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = 360


@pytest.fixture
def scene() -> Scene:
    programme = make_programme()
    with programme_scope(programme):
        made = make_scene(programme, asks_for=None)
        open_call(made.intake)
    return made


def say(language: str, english: str) -> str:
    with override(language):
        return gettext(english)


def start_of(intake: Intake) -> str:
    return reverse("portal:start", kwargs={"programme": intake.programme.slug, "pk": intake.pk})


def press(page: Page, language: str, english: str) -> None:
    page.get_by_role("button", name=say(language, english), exact=True).last.click()
    page.wait_for_load_state()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_from_an_address_to_a_receipt_on_a_phone(scene: Scene, open_as: Any, language: str, scripts: bool) -> None:
    page: Page = open_as(language=language, width=PHONE, scripts=scripts)
    page.goto(start_of(scene.intake))
    page.fill("[name=email]", "aigerim@example.test")
    page.check(f"input[name=language][value={language}]", force=True)
    press(page, language, "Begin")
    page.check("[name=consent]")
    page.fill("[name=full_name]", "Айгерім Қасымова")
    fits(page)
    press(page, language, "Next")
    page.fill("[name=professional-0-where]", "Школа № 5")
    press(page, language, "Add another job")
    page.fill("[name=professional-1-where]", "Кружок")
    fits(page)
    press(page, language, "Next")
    page.check("input[name=came_through_training][value=no]", force=True)
    press(page, language, "Next")
    page.select_option("[name=sex]", "female")
    fits(page)
    press(page, language, "Send the application")
    expect(page.get_by_role("heading", level=1)).to_have_text(say(language, "Your application has arrived"))
    with programme_scope(scene.programme):
        candidate = Candidate.objects.get()
        assert candidate.professional_experience == "Школа № 5\n\nКружок"
        assert FairnessAnswers.objects.get().sex == "female"


def test_the_form_saves_itself_while_one_types_and_another_phone_goes_on(scene: Scene, open_as: Any) -> None:
    page: Page = open_as(language="ru", width=PHONE)
    page.goto(start_of(scene.intake))
    page.fill("[name=email]", "aigerim@example.test")
    press(page, "ru", "Begin")
    page.fill("[name=city]", "Атырау")
    expect(page.locator("[data-saved]")).to_contain_text("Сохранено")
    page.fill("[name=full_name]", "Айгерім")
    expect(page.locator("[name=revision]")).not_to_have_value("1")
    other: Page = open_as(language="ru", width=PHONE)
    other.goto(page.url)
    expect(other.locator("[name=city]")).to_have_value("Атырау")
    other.check("[name=consent]")
    press(other, "ru", "Next")
    page.fill("[name=region]", "Мангыстау")
    expect(page.locator("[data-saved]")).to_contain_text("на другом телефоне")
    with programme_scope(scene.programme):
        assert Application.objects.get().region == ""


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_task_outlives_a_closed_browser_and_is_handed_in(scene: Scene, open_as: Any, scripts: bool) -> None:
    with programme_scope(scene.programme):
        with_task(scene.intake)
        token = own_token(make_candidate(scene.intake, "Данияр"))
    page: Page = open_as(language="ru", width=PHONE, scripts=scripts)
    page.goto(f"/me/{token}/")
    page.get_by_role("link", name=say("ru", "Read the rules")).click()
    page.get_by_role("button", name=say("ru", "Begin")).click()
    page.fill("textarea", "Дорогие родители!")
    if scripts:
        expect(page.locator("[data-saved]")).to_contain_text("Сохранено")
        expect(page.locator("[data-seconds]")).to_have_text(re.compile(r"\d+:\d\d"))
    else:
        press(page, "ru", "Save")
    fits(page)
    page.context.close()
    again: Page = open_as(language="ru", width=PHONE, scripts=scripts)
    again.goto(f"/me/{token}/")
    again.get_by_role("link", name=say("ru", "Go on with the task")).click()
    expect(again.locator("textarea")).to_have_value("Дорогие родители!")
    again.set_input_files("[name=file]", {"name": "фото.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n123"})
    press(again, "ru", "Hand in")
    expect(again.get_by_role("heading", level=1)).to_have_text(say("ru", "Your work has arrived"))
    with programme_scope(scene.programme):
        sitting = TaskSitting.objects.select_related("file").get()
        assert sitting.file is not None
        assert (sitting.text, sitting.file.name) == ("Дорогие родители!", "фото.png")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_every_page_of_a_candidate_fits_a_phone_and_a_screen_reader(scene: Scene, open_as: Any, language: str, theme: str) -> None:
    with programme_scope(scene.programme):
        with_task(scene.intake)
        waiting, told, seated = (make_candidate(scene.intake, language=language) for _each in range(3))
        released(told, "not_now", scene.officer)
        with_slot(seated, scene.methods["written"])
        addresses = [f"/me/{own_token(waiting)}/{part}" for part in ("", "withdraw/", "erase/", "data/", "task/written/")]
        addresses += [f"/me/{own_token(told)}/", f"/me/{own_token(seated)}/", "/me/nothing/", start_of(scene.intake)]
        open_call(scene.intake)
    page: Page = open_as(language=language, width=PHONE, theme=theme)
    for address in addresses:
        page.goto(address)
        fits(page)
        assert problems_of(page) == [], address
    page.fill("[name=email]", "aigerim@example.test")
    press(page, language, "Begin")
    for name in ("you", "experience", "training", "send"):
        page.goto(page.url.rsplit("/", 2)[0] + f"/{name}/")
        fits(page)
        assert problems_of(page) == [], name
