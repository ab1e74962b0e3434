"""The wash-up: raters side by side, agreement with one click, a changed level that keeps the old one and its reason."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext

from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.models import Job
from talimger.selection.commands import agree, change_rating, decide, release_letters
from talimger.selection.models import Candidate, Intake, Rating, RatingChange, WashUp
from talimger.selection.queries import candidate_rows, profile_of, rating_rows, score_input
from tests.factories.people import client_for, make_person
from tests.factories.selection import Scene, rate


@pytest.fixture
def candidate(scene: Scene) -> Candidate:
    """A candidate on whom the two raters are two levels apart."""
    return scene.candidate("Ерлан Тест", 4, 2)


def page(scene: Scene, candidate: Candidate, rest: str = "") -> str:
    return scene.url("candidate", candidate.pk) + f"wash-up/{rest}"


def one_rating(candidate: Candidate, level: int = 2) -> Rating:
    return Rating.objects.select_related("sheet__candidate").filter(sheet__candidate=candidate, level=level).first()


def change(scene: Scene, rating: Rating, level: int = 3, reason: str = "видели вместе", seen: int | None = None) -> RatingChange:
    return change_rating(actor=scene.actor(), rating=rating, level=level, reason=reason, seen=seen)


def test_the_page_shows_the_gap_and_one_click_agrees(scene: Scene, officer: Client, candidate: Candidate) -> None:
    assert "raters are two levels apart" in officer.get(page(scene, candidate)).content.decode()
    for _click in range(2):
        assert officer.post(page(scene, candidate, "agree/")).status_code == 303
    assert WashUp.objects.get().agreed_by == scene.officer
    assert "Everybody has been talked about" in officer.get(scene.url("candidates") + "wash-up/").content.decode()


def test_a_changed_level_keeps_the_old_one_and_the_reason(scene: Scene, officer: Client, candidate: Candidate) -> None:
    rating = one_rating(candidate)
    form = {"level": "3", "reason": "видели вместе", "seen": ""}
    assert officer.post(page(scene, candidate, f"{rating.pk}/"), form).status_code == 303
    rating.refresh_from_db()
    row = RatingChange.objects.get()
    assert (rating.level, row.old_level, row.level, row.changed_by) == (2, 2, 3, scene.officer)
    text = officer.get(page(scene, candidate)).content.decode()
    assert "2 → 3" in text
    assert "видели вместе" in text


def test_the_agreed_level_counts_in_the_fit_the_profile_the_mean_and_the_export(scene: Scene, candidate: Candidate) -> None:
    rating = one_rating(candidate)
    before = score_input(scene.actor(), scene.intake)
    change(scene, rating, 4)
    after = score_input(scene.actor(), scene.intake)
    assert after.digest != before.digest
    assert (candidate.pk, rating.sheet.assessor_id, rating.item_id, 4) in after.ratings
    assert profile_of(candidate).overall.mean == pytest.approx(3.5)
    assert candidate_rows(scene.actor(), [candidate])[0].raw_mean == pytest.approx(3.5)
    assert ("Assessor 2", 2, 4) in {(row[2], row[6], row[7]) for row in rating_rows(scene.actor(), scene.intake)}
    assert Job.objects.filter(kind="selection.fair_scores").exists()


def test_of_two_who_change_at_once_the_second_sees_the_firsts_reason(scene: Scene, candidate: Candidate) -> None:
    rating = one_rating(candidate)
    first = change(scene, rating, 3)
    with pytest.raises(StaleWriteError):
        change(scene, rating, 4)
    second = change(scene, rating, 4, seen=first.pk)
    first.refresh_from_db()
    assert first.superseded_at is not None
    assert (second.old_level, second.level) == (3, 4)


@pytest.mark.parametrize(
    ("level", "reason", "field"), [(3, "  ", "reason"), (6, "x", "level"), (0, "x", "level"), (2, "x", "level"), (3, "я" * 1001, "reason")]
)
def test_a_change_needs_another_level_and_a_reason(scene: Scene, candidate: Candidate, level: int, reason: str, field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        change(scene, one_rating(candidate), level, reason)
    assert refusal.value.field == field
    assert not RatingChange.objects.exists()


@pytest.mark.parametrize("junk", [{"level": "9"}, {"level": ""}, {"reason": ""}, {"seen": "abc"}, {"reason": "\x00"}])
def test_what_cannot_be_changed_is_told_and_what_was_typed_stays(
    scene: Scene, officer: Client, candidate: Candidate, junk: dict[str, str]
) -> None:
    rating = one_rating(candidate)
    answer = officer.post(page(scene, candidate, f"{rating.pk}/"), {"level": "3", "reason": "не потерять", "seen": ""} | junk)
    assert answer.status_code == 422
    assert "reason" in junk or "не потерять" in answer.content.decode()
    assert not RatingChange.objects.exists()


def test_once_the_candidate_has_been_told_levels_no_longer_change(scene: Scene, candidate: Candidate) -> None:
    decide(actor=scene.actor(), candidate=candidate, outcome="accept", reason="strong_evidence")
    row = change(scene, one_rating(candidate), 3)
    release_letters(actor=scene.actor(), intake=scene.intake)
    with pytest.raises(DomainError) as refusal:
        change(scene, one_rating(candidate), 4, seen=row.pk)
    assert refusal.value.code == "released"


def test_whoever_rated_the_candidate_or_knows_them_is_not_on_the_panel(scene: Scene, candidate: Candidate) -> None:
    rater = make_person(scene.programme, "officer", "assessor", language="en")
    rate(scene.sheet(candidate, rater, "written"), 3)
    friend = make_person(scene.programme, "coordinator", "assessor", language="en")
    scene.sheet(candidate, friend, "written", state="conflict")
    for person in (rater, friend):
        assert client_for(person).get(page(scene, candidate)).status_code == 404
        with pytest.raises(Http404):
            agree(actor=scene.actor(person), candidate=candidate)
        with pytest.raises(Http404):
            change_rating(actor=scene.actor(person), rating=one_rating(candidate), level=3, reason="x", seen=None)


def test_before_rating_is_over_there_is_no_wash_up(scene: Scene, officer: Client, candidate: Candidate) -> None:
    Intake.objects.update(phase="interview")
    assert officer.get(page(scene, candidate)).status_code == 404
    Intake.objects.update(phase="wash_up")
    assert officer.get(page(scene, candidate)).status_code == 200
    scene.sheet(candidate, 2)
    assert officer.get(page(scene, candidate)).status_code == 404


def test_an_agreement_lapses_when_a_sheet_is_locked_afterwards(scene: Scene, officer: Client, candidate: Candidate) -> None:
    agree(actor=scene.actor(), candidate=candidate)
    rate(scene.sheet(candidate, 2), 3)
    assert officer.get(page(scene, candidate)).context["agreed"] is None
    assert officer.get(scene.url("candidates") + "wash-up/").context["left"] == 1


def test_the_list_costs_the_same_for_one_candidate_and_for_thirty(scene: Scene, officer: Client, candidate: Candidate) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert officer.get(scene.url("candidates") + "wash-up/").status_code == 200
        return len(asked)

    queries()
    few = queries()
    for number in range(29):
        scene.candidate("", 1 + number % 5, 3)
    assert queries() == few
