"""A second look: by officers who neither rated nor decided, with the procedure checked from the record."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.test import Client
from django.utils import timezone

from talimger.kernel.errors import DomainError
from talimger.people.models import User
from talimger.selection.commands import decide, decide_appeal, release_letters
from talimger.selection.models import Appeal, Candidate, Decision
from talimger.selection.queries import procedure_of
from tests.factories.people import client_for, make_person
from tests.factories.selection import Scene, make_candidate, make_intake, rate

FORM = {"outcome": "upheld", "procedure_was_kept": "yes", "answer": "Мы посмотрели ещё раз."}


@pytest.fixture
def appeal(scene: Scene) -> Appeal:
    """A candidate who was told "not now" and asks for a second look."""
    candidate = scene.candidate("Ерлан Тест", 3, 3)
    decision = decide(actor=scene.actor(), candidate=candidate, outcome="not_now", reason="evidence_too_thin")
    release_letters(actor=scene.actor(), intake=scene.intake)
    return Appeal.objects.create(programme=scene.programme, decision=decision, text="Прошу посмотреть.", asked_at=timezone.now())


@pytest.fixture
def second(scene: Scene) -> User:
    return make_person(scene.programme, "officer", language="en", name="Second officer")


def url(scene: Scene, appeal: Appeal | None = None) -> str:
    return scene.url("candidates") + "second-looks/" if appeal is None else scene.url("intakes") + f"second-looks/{appeal.pk}/"


def test_who_decided_does_not_take_the_second_look(scene: Scene, officer: Client, appeal: Appeal) -> None:
    assert officer.get(url(scene, appeal)).status_code == 404
    assert "1 request waits for somebody else" in officer.get(url(scene)).content.decode()
    with pytest.raises(Http404):
        decide_appeal(actor=scene.actor(), appeal=appeal, outcome="upheld", answer="нет", procedure_was_kept=True)


def test_who_rated_or_knows_the_candidate_does_not_either(scene: Scene, appeal: Appeal) -> None:
    candidate = appeal.decision.candidate
    rater, friend = (make_person(scene.programme, "officer", "assessor") for _each in range(2))
    rate(scene.sheet(candidate, rater, "written"), 3)
    scene.sheet(candidate, friend, "written", state="conflict")
    for person in (rater, friend):
        assert client_for(person).get(url(scene, appeal)).status_code == 404


def test_another_officer_reads_the_sheets_and_answers(scene: Scene, second: User, appeal: Appeal) -> None:
    browser = client_for(second)
    page = browser.get(url(scene, appeal)).content.decode()
    assert "Прошу посмотреть." in page
    assert "The record shows no fault in the procedure" in page
    assert browser.post(url(scene, appeal), FORM).status_code == 303
    appeal.refresh_from_db()
    assert (appeal.outcome, appeal.answer, appeal.decided_by) == ("upheld", "Мы посмотрели ещё раз.", second)
    assert appeal.decision.superseded_at is None
    again = browser.post(url(scene, appeal), FORM)
    assert again.status_code == 422
    assert "This second look is over" in again.content.decode()


def test_a_decision_taken_again_is_taken_by_somebody_else(scene: Scene, second: User, appeal: Appeal) -> None:
    assert client_for(second).post(url(scene, appeal), FORM | {"outcome": "changed", "procedure_was_kept": "no"}).status_code == 303
    candidate = Candidate.objects.get()
    assert not Decision.objects.filter(superseded_at=None).exists()
    with pytest.raises(Http404):
        decide(actor=scene.actor(), candidate=candidate, outcome="accept", reason="strong_evidence")
    assert decide(actor=scene.actor(second), candidate=candidate, outcome="accept", reason="strong_evidence").outcome == "accept"


@pytest.mark.parametrize("junk", [{"outcome": ""}, {"outcome": "maybe"}, {"answer": "  "}, {"answer": "\x00"}, {"procedure_was_kept": "?"}])
def test_an_answer_that_says_nothing_is_refused(scene: Scene, second: User, appeal: Appeal, junk: dict[str, str]) -> None:
    assert client_for(second).post(url(scene, appeal), FORM | junk).status_code == 422
    appeal.refresh_from_db()
    assert appeal.outcome == ""


def test_the_command_refuses_what_the_form_would(scene: Scene, second: User, appeal: Appeal) -> None:
    for outcome, answer in (("maybe", "x"), ("upheld", " "), ("upheld", "я" * 4_001)):
        with pytest.raises(DomainError):
            decide_appeal(actor=scene.actor(second), appeal=appeal, outcome=outcome, answer=answer, procedure_was_kept=True)


def test_a_sheet_locked_after_the_decision_is_a_fault(scene: Scene, appeal: Appeal) -> None:
    sheet = appeal.decision.candidate.sheets.first()
    assert procedure_of(appeal.decision).was_kept
    sheet.locked_at = timezone.now()
    sheet.save()
    check = procedure_of(appeal.decision)
    assert (check.locked_after, check.was_kept) == (1, False)


def test_appeals_of_another_intake_are_not_on_the_list(scene: Scene, second: User, appeal: Appeal) -> None:
    other = make_candidate(make_intake(scene.programme, scene.intake.framework), "Чужой")
    decision = Decision.objects.create(
        programme=scene.programme, candidate=other, outcome="not_now", reason="withdrew", decided_by=scene.officer,
        decided_at=timezone.now(),
    )  # fmt: skip
    Appeal.objects.create(programme=scene.programme, decision=decision, text="?", asked_at=timezone.now())
    page = client_for(second).get(url(scene)).content.decode()
    assert "Ерлан Тест" in page
    assert "Чужой" not in page
