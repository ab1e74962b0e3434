"""Conflicts of interest: said in one click, matched by where people come from, and the file stays closed ever after."""

from __future__ import annotations

import pytest

from talimger.kernel.languages import LocalisedText
from talimger.people.models import Organisation, Programme, RoleAssignment
from talimger.selection.commands import declare_conflicts, match_conflicts, set_organisation
from talimger.selection.models import ConflictOfInterest, RatingSheet
from talimger.selection.queries import own_queue, score_input
from tests.factories.people import client_for, give, make_person
from tests.factories.selection import CANARY, Scene, make_candidate, make_scene, rate, sheet_form

State = RatingSheet.State


@pytest.fixture
def ngo(scene: Scene) -> Organisation:
    return Organisation.objects.create(programme=scene.programme, name=LocalisedText.of("ОФ «Шам»"), kind="ngo")


def test_an_assessor_says_in_one_click_whom_they_know(scene: Scene) -> None:
    assessor, other = scene.assessors[0], scene.assessors[1]
    friend, stranger = make_candidate(scene.intake, "Ая Подруга"), make_candidate(scene.intake, "Бота Незнакомая")
    mine, locked, theirs = scene.sheet(friend, assessor), scene.sheet(friend, assessor, "written"), scene.sheet(friend, other)
    rate(locked, 5)
    kept = scene.sheet(stranger, assessor)
    browser = client_for(assessor)
    assert "Ая Подруга" in browser.get(scene.url("acquaintances")).content.decode()
    assert browser.post(scene.url("acquaintances"), {"candidates": [friend.pk]}).status_code == 303
    states = {sheet.pk: sheet.state for sheet in RatingSheet.objects.all()}
    assert states == {mine.pk: "conflict", locked.pk: "conflict", theirs.pk: "assigned", kept.pk: "assigned"}
    assert [browser.get(scene.url("sheet", sheet.pk)).status_code for sheet in (mine, locked, kept)] == [404, 404, 200]
    assert browser.post(scene.url("sheet", mine.pk), sheet_form(mine, "5", "5")).status_code == 404
    assert ConflictOfInterest.objects.get().ground == "declared"


def test_a_rater_who_turns_out_to_know_the_candidate_counts_no_longer(scene: Scene) -> None:
    candidate = scene.candidate("", 5)
    assert len(score_input(scene.actor(), scene.intake).ratings) == 2
    declare_conflicts(actor=scene.actor(scene.assessors[0]), intake=scene.intake, candidates=[candidate.pk])
    assert score_input(scene.actor(), scene.intake).ratings == ()
    page = client_for(scene.officer).get(scene.url("candidate", candidate.pk))
    assert page.context["profile"] is None
    assert CANARY not in page.content.decode()


def test_said_twice_is_said_once_and_said_of_nobody_is_refused(scene: Scene) -> None:
    candidate = make_candidate(scene.intake)
    browser = client_for(scene.assessors[0])
    for _click in range(2):
        assert browser.post(scene.url("acquaintances"), {"candidates": [candidate.pk]}).status_code == 303
    assert ConflictOfInterest.objects.count() == 1
    for junk in ({}, {"candidates": ["x"]}, {"candidates": ["999999999999"]}):
        assert browser.post(scene.url("acquaintances"), junk).status_code == 422


def test_an_officer_in_conflict_never_opens_the_file(scene: Scene) -> None:
    candidate = scene.candidate("Ая", 4)
    officer = client_for(scene.officer)
    assert officer.post(scene.url("acquaintances"), {"candidates": [candidate.pk]}).status_code == 303
    for page in ("candidate", "matrix"):
        assert officer.get(scene.url(page, candidate.pk)).status_code == 404
    assert officer.post(scene.url("decide", candidate.pk), {"outcome": "accept", "reason": "strong_evidence"}).status_code == 404
    assert officer.post(scene.url("matrix", candidate.pk), {"method": "1", "reason": "x"}).status_code == 404
    assert CANARY not in officer.get(scene.url("candidates")).content.decode()


def test_colleagues_of_the_candidate_lose_the_file_when_the_office_says_where_the_candidate_works(scene: Scene, ngo: Organisation) -> None:
    colleague, other = scene.assessors[0], scene.assessors[1]
    RoleAssignment.objects.filter(person=colleague).update(organisation=ngo)
    candidate = make_candidate(scene.intake)
    sheet, kept = scene.sheet(candidate, colleague), scene.sheet(candidate, other)
    set_organisation(actor=scene.actor(), candidate=candidate, organisation=ngo)
    assert (ConflictOfInterest.objects.get().person, ConflictOfInterest.objects.get().ground) == (colleague, "organisation")
    assert not own_queue(scene.actor(colleague)).exists()
    sheet.refresh_from_db()
    kept.refresh_from_db()
    assert (sheet.state, kept.state) == (State.CONFLICT, State.ASSIGNED)


def test_who_trained_the_candidate_gives_feedback_and_rates_nothing_else(programme: Programme) -> None:
    scene = make_scene(programme, asks_for=None)
    trainer = make_person(programme, "trainer", language="en", email="Trainer@Example.test")
    give(trainer, programme, "assessor")
    candidate = make_candidate(scene.intake, came_through_training=True, trainer_email="trainer@example.test")
    feedback, other = scene.sheet(candidate, trainer, "trainer_feedback"), scene.sheet(candidate, trainer)
    assert match_conflicts(candidate, now=scene.actor().now) == 1
    assert match_conflicts(candidate, now=scene.actor().now) == 0
    browser = client_for(trainer)
    assert [browser.get(scene.url("sheet", sheet.pk)).status_code for sheet in (feedback, other)] == [200, 404]
    assert browser.post(scene.url("sheet", feedback.pk), sheet_form(feedback, "4", step="lock")).status_code == 303
    other.refresh_from_db()
    assert other.state == State.CONFLICT


def test_a_conflict_bars_the_person_from_every_later_assignment(programme: Programme) -> None:
    scene = make_scene(programme, asks_for=None)
    candidate = make_candidate(scene.intake)
    declare_conflicts(actor=scene.actor(scene.assessors[0]), intake=scene.intake, candidates=[candidate.pk])
    form = {
        "methods": [scene.methods["written"].pk],
        "assessors": [person.pk for person in scene.assessors],
        "candidates": [candidate.pk],
        "due_on": scene.intake.rate_by.isoformat(),
    }
    client_for(scene.officer).post(scene.url("assign"), form)
    assert scene.assessors[0].pk not in RatingSheet.objects.values_list("assessor", flat=True)
