"""Exercises and the interview guide: everybody gets the same version, and a published one never changes."""

from __future__ import annotations

import pytest
from django.test import Client

from talimger.framework.models import Method
from talimger.kernel.errors import DomainError
from talimger.kernel.models import OutboxMail
from talimger.people.models import Programme, User
from talimger.selection.commands import RatingEntry, allow_interviewer, open_intake, submit_sheet
from talimger.selection.links import link_of
from talimger.selection.models import Instrument, MethodSetting, PersonalLink, Rating, RatingSheet
from tests.factories.framework import publish_default
from tests.factories.people import actor_of, client_for, make_person
from tests.factories.selection import Scene, items_of, make_candidate, make_scene

State = Instrument.State


@pytest.fixture
def opened(programme: Programme) -> tuple[Client, MethodSetting]:
    """The officer's browser, and the setting of the interview of an intake that has just been opened."""
    officer = make_person(programme, "officer", language="en")
    actor = actor_of(officer, programme)
    framework = publish_default(actor)
    day = actor.now.date()
    intake = open_intake(actor=actor, name=programme.name, framework=framework, opens_on=day, rate_by=day, decide_by=day)
    return client_for(officer), MethodSetting.objects.get(intake=intake, method__code="senior_interview")


def url(page: str) -> str:
    return f"/p/samgau/selection/{page}"


def test_s6_a_new_intake_works_with_four_exercises_and_a_guide_with_a_situation_to_hold_back(
    opened: tuple[Client, MethodSetting],
) -> None:
    browser, interview = opened
    with_version = MethodSetting.objects.filter(intake=interview.intake_id, instrument__isnull=False)
    assert set(with_version.values_list("method__code", flat=True)) == {
        "facilitation", "written", "visual_planning", "problem_solving", "senior_interview",
    }  # fmt: skip
    assert interview.instrument is not None
    questions = interview.instrument.questions.all()
    assert {question.competency_code for question in questions} >= {"I", "II", "III", "IV", "V"}
    assert any(question.is_hold_back for question in questions)
    for setting in with_version.select_related("instrument"):
        assert setting.instrument.state == State.PUBLISHED
        for language in ("ru", "kk", "en"):
            assert setting.instrument.title.text(language)
    page = browser.get(url("instruments/")).content.decode()
    assert "Exercises and the interview guide" in page
    assert "Version 1" in page


def test_a_version_goes_from_draft_to_published_and_a_guide_needs_the_situation(opened: tuple[Client, MethodSetting]) -> None:
    browser, interview = opened
    assert browser.post(url("instruments/"), {"method": "senior_interview"}).status_code == 303
    draft = Instrument.objects.get(state=State.DRAFT)
    assert browser.post(url("instruments/"), {"method": "nothing"}).status_code == 303
    assert Instrument.objects.filter(state=State.DRAFT).count() == 1
    page = browser.get(url(f"instruments/{draft.pk}/")).content.decode()
    assert "Publish this version" in page
    for question in draft.questions.filter(is_hold_back=True):
        assert browser.post(url(f"guide-questions/{question.pk}/remove/")).status_code == 303
    browser.post(url(f"instruments/{draft.pk}/publish/"))
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    form = {"text_ru": "Команда выбрала слабый план. Что вы сделаете?", "text_kk": "Команда әлсіз жоспар таңдады. Не істейсіз?",
            "text_en": "The team chose a weak plan. What do you do?", "is_hold_back": "on"}  # fmt: skip
    assert browser.post(url(f"instruments/{draft.pk}/question/"), {"text_ru": ""}).status_code == 422
    assert browser.post(url(f"instruments/{draft.pk}/question/"), form).status_code == 303
    last = draft.questions.last()
    assert last is not None
    assert browser.get(url(f"guide-questions/{last.pk}/")).status_code == 200
    assert browser.post(url(f"guide-questions/{last.pk}/up/")).status_code == 303
    browser.post(url(f"instruments/{draft.pk}/publish/"))
    draft.refresh_from_db()
    assert draft.state == State.PUBLISHED
    # Published is final: what comes after changes nothing.
    browser.post(url(f"instruments/{draft.pk}/discard/"))
    browser.post(url(f"guide-questions/{last.pk}/remove/"))
    assert Instrument.objects.filter(pk=draft.pk).exists()
    assert draft.questions.filter(pk=last.pk).exists()
    page = browser.get(url(f"intakes/{interview.intake_id}/methods/")).content.decode()
    assert "This intake asks for 9 methods" in page
    answer = browser.post(
        url(f"methods/{interview.pk}/"),
        {f"{interview.pk}-raters": "3", f"{interview.pk}-gate": "3", f"{interview.pk}-instrument": str(draft.pk)},
    )
    assert answer.status_code == 303
    interview.refresh_from_db()
    assert (interview.raters, interview.instrument) == (3, draft)
    assert browser.post(url(f"methods/{interview.pk}/"), {f"{interview.pk}-raters": "9"}).status_code == 422


# ── trainers' feedback by a personal link ──


@pytest.fixture
def scene(programme: Programme) -> Scene:
    return make_scene(programme, asks_for=None)


def test_a_trainer_answers_behind_a_personal_link_and_sees_one_form(scene: Scene) -> None:
    candidate = make_candidate(
        scene.intake, "Ая Ученица", came_through_training=True, trainer_name="Светлана", trainer_email="trainer@example.test",
        training_course="Алматы, 2025",
    )  # fmt: skip
    officer = client_for(scene.officer)
    page = url(f"candidates/{candidate.pk}/trainer/")
    assert "Ask the trainer" in officer.get(page).content.decode()
    for _click in range(2):
        officer.post(page)
    trainer = User.objects.get(email="trainer@example.test")
    assert not trainer.has_usable_password()
    assert OutboxMail.objects.filter(to_email=trainer.email).exists()
    link = PersonalLink.objects.get(purpose="trainer", withdrawn_at=None)
    address = link_of(link).replace("http://testserver", "").split("//", 1)[-1]
    path = "/" + address.split("/", 1)[1] if not address.startswith("/") else address
    stranger = Client()
    form = stranger.get(path)
    assert form.status_code == 200
    assert "Ая Ученица" in form.content.decode()
    assert candidate.email not in form.content.decode()
    sheet = RatingSheet.objects.get(assessor=trainer)
    items = list(Method.objects.get(pk=sheet.method_id).cells.values_list("rating_items", flat=True))
    data = {"revision": "0", "step": "lock"}
    assert stranger.post(path, data).status_code == 422
    data |= {f"level-{item}": "4" for item in items}
    sheet.refresh_from_db()
    assert stranger.post(path, data | {"revision": str(sheet.revision)}).status_code in (200, 302, 303)
    sheet.refresh_from_db()
    assert sheet.state == RatingSheet.State.LOCKED
    assert Rating.objects.filter(sheet=sheet, level=4).count() == len(items)
    assert stranger.get(path).status_code == 200
    assert "has answered" in officer.get(page).content.decode()


def test_nobody_is_asked_about_a_candidate_who_did_not_come_through_training(scene: Scene) -> None:
    candidate = make_candidate(scene.intake, trainer_email="trainer@example.test")
    officer = client_for(scene.officer)
    assert "not applicable" in officer.get(url(f"candidates/{candidate.pk}/trainer/")).content.decode()
    assert officer.post(url(f"candidates/{candidate.pk}/trainer/")).status_code == 422
    assert not PersonalLink.objects.exists()


def test_a_link_that_was_closed_opens_nothing(scene: Scene) -> None:
    candidate = make_candidate(scene.intake, came_through_training=True, trainer_name="С", trainer_email="trainer@example.test")
    officer = client_for(scene.officer)
    officer.post(url(f"candidates/{candidate.pk}/trainer/"))
    path = "/t/" + link_of(PersonalLink.objects.get()).split("/t/")[1]
    assert officer.post(url(f"candidates/{candidate.pk}/trainer/withdraw/")).status_code == 303
    assert Client().get(path).status_code in (404, 410)


# ── S4: who locks an interview ──


def test_s4_only_somebody_of_unicef_or_with_an_exception_locks_the_interview(scene: Scene) -> None:
    person = scene.person("senior_interviewer")
    sheet = scene.sheet(scene.candidate(), person, "senior_interview")
    entries = [RatingEntry(item.pk, level=3) for item in items_of(sheet)]
    with pytest.raises(DomainError) as refusal:
        submit_sheet(actor=scene.actor(person), sheet=sheet, revision=0, entries=entries)
    assert refusal.value.code == "interviewer"
    allow_interviewer(actor=scene.actor(), intake=scene.intake, person=person, reason="замена на один день")
    assert submit_sheet(actor=scene.actor(person), sheet=sheet, revision=0, entries=entries).state == RatingSheet.State.LOCKED
