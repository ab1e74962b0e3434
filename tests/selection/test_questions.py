"""The officer's page about a call: until when, what is asked, and the address to share."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LocalisedText
from talimger.selection.commands import add_question, set_call
from talimger.selection.models import ApplicationQuestion, Intake
from tests.factories.applying import begin, fill, open_call
from tests.factories.selection import Scene

pytestmark = pytest.mark.django_db


def page_of(scene: Scene) -> str:
    return f"/p/{scene.programme.slug}/selection/intakes/{scene.intake.pk}/questions/"


def call_of(scene: Scene) -> str:
    return page_of(scene).replace("questions", "call")


def ask(scene: Scene, words: str = "Why?", **values: object) -> ApplicationQuestion:
    question: ApplicationQuestion = add_question(
        actor=scene.actor(), intake=scene.intake, text=LocalisedText.of(words), kind="long", **values
    )
    return question


def test_without_a_deadline_there_is_no_address_to_share(scene: Scene, officer: Client) -> None:
    assert f"/apply/{scene.programme.slug}/" not in officer.get(page_of(scene)).content.decode()


def test_a_deadline_opens_the_call_and_gives_address_text_and_code(scene: Scene, officer: Client) -> None:
    open_call(scene.intake)
    until = timezone.localtime(timezone.now() + dt.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    assert officer.post(call_of(scene), {"apply_until": until}).status_code == 303
    page = officer.get(page_of(scene)).content.decode()
    assert f"/apply/{scene.programme.slug}/{scene.intake.pk}/" in page
    assert "<svg" in page
    assert Client().get(f"/apply/{scene.programme.slug}/{scene.intake.pk}/").status_code == 200


@pytest.mark.parametrize("until", ["2026-99-99T10:00", "завтра", "1990-01-01T00:00", "9999-01-01T00:00"])
def test_a_date_that_is_none_is_said_and_changes_nothing(scene: Scene, officer: Client, until: str) -> None:
    before = open_call(scene.intake).apply_until
    answer = officer.post(call_of(scene), {"apply_until": until})
    assert answer.status_code == 422
    assert Intake.objects.get(pk=scene.intake.pk).apply_until == before


def test_an_emptied_deadline_takes_the_form_from_the_public(scene: Scene) -> None:
    open_call(scene.intake)
    set_call(actor=scene.actor(), intake=scene.intake, apply_until=None)
    assert Client().get(f"/apply/{scene.programme.slug}/{scene.intake.pk}/").status_code == 404


def test_a_question_is_added_moved_and_taken_away(scene: Scene, officer: Client) -> None:
    form = {"text_ru": "Зачем?", "text_kk": "Не үшін?", "text_en": "Why?", "kind": "short", "required": "on"}
    assert officer.post(page_of(scene), form).status_code == 303
    second = ask(scene, "Second?")
    first = ApplicationQuestion.objects.get(kind="short")
    assert (first.text.kk, first.required) == ("Не үшін?", True)
    base = f"/p/{scene.programme.slug}/selection/questions"
    officer.post(f"{base}/{second.pk}/up/")
    officer.post(f"{base}/{second.pk}/up/")
    assert [str(each.text) for each in ApplicationQuestion.objects.all()][:1] == ["Second?"]
    for _twice in range(2):
        assert officer.post(f"{base}/{second.pk}/withdraw/").status_code == 303
    assert "Second?" not in officer.get(page_of(scene)).content.decode().split("notices")[-1]


@pytest.mark.parametrize(
    "bad", [{"kind": "short"}, {"text_ru": "Да?", "kind": "nothing"}, {"text_ru": "Да?"}, {"text_ru": "я" * 301, "kind": "short"}]
)
def test_a_question_without_words_or_of_no_kind_is_refused(scene: Scene, officer: Client, bad: dict[str, str]) -> None:
    assert officer.post(page_of(scene), bad).status_code == 422
    assert not ApplicationQuestion.objects.exists()


def test_a_form_holds_no_more_than_fifteen_questions(scene: Scene) -> None:
    for _each in range(15):
        ask(scene)
    with pytest.raises(DomainError):
        ask(scene)


def test_the_page_counts_applications_and_names_nobody(scene: Scene, officer: Client) -> None:
    open_call(scene.intake)
    fill(begin(scene.intake), full_name="Тайный Тайнов")
    page = officer.get(page_of(scene)).content.decode()
    assert "Begun and not sent: 1" in page
    assert "Тайн" not in page


def test_the_page_asks_the_database_the_same_for_one_question_and_for_fifteen(scene: Scene, officer: Client) -> None:
    ask(scene)
    officer.get(page_of(scene))
    with CaptureQueriesContext(connection) as one:
        officer.get(page_of(scene))
    for _each in range(14):
        ask(scene)
    with CaptureQueriesContext(connection) as fifteen:
        officer.get(page_of(scene))
    assert len(one) == len(fifteen)
