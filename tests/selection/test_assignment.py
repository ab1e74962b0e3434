"""Who rates whom: evenly, never a friend, never oneself, never twice."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest
from django.http import Http404
from django.utils import timezone

from talimger.kernel.errors import DomainError
from talimger.kernel.events import deliver_events
from talimger.kernel.languages import LocalisedText
from talimger.kernel.models import Event
from talimger.people.commands import end_role
from talimger.people.models import Organisation, Programme, RoleAssignment, User
from talimger.selection.assigning import assign_sheets
from talimger.selection.commands import allow_interviewer, decide, declare_conflict, release_sheets_of_ended_role, withdraw_sheet
from talimger.selection.models import AssignmentProposal, Candidate, Intake, MethodSetting, RatingSheet
from talimger.selection.queries import own_queue
from tests.factories.people import client_for, give, make_person
from tests.factories.selection import (
    Scene,
    at_the_gate_of,
    make_candidate,
    make_candidates,
    make_framework,
    make_intake,
    make_scene,
    rate,
    run_jobs,
)

State = RatingSheet.State


@pytest.fixture
def scene(programme: Programme) -> Scene:
    """An intake that asks for every method."""
    return make_scene(programme, asks_for=None)


def assign(
    scene: Scene,
    candidates: list[Candidate],
    *methods: str,
    assessors: list[User] | None = None,
    seed: int = 1,
    intake: Intake | None = None,
) -> list[RatingSheet]:
    return assign_sheets(
        actor=scene.actor(),
        intake=intake or scene.intake,
        candidates=[candidate.pk for candidate in candidates],
        methods=[scene.methods[code].pk for code in methods or ("professional_experience",)],
        assessors=[person.pk for person in (scene.assessors if assessors is None else assessors)],
        due_on=scene.intake.rate_by,
        rng=random.Random(seed),
    )


# ── evenly ──


@pytest.mark.parametrize(("candidates", "raters"), [(1, 1), (7, 2), (10, 2), (5, 3)])
def test_every_sheet_gets_its_raters_and_loads_differ_by_one_at_most(scene: Scene, candidates: int, raters: int) -> None:
    MethodSetting.objects.update(raters=raters)
    sheets = assign(scene, make_candidates(scene.intake, candidates), "professional_experience", "written")
    assert len(sheets) == candidates * 2 * raters
    assert len({(sheet.candidate_id, sheet.method_id, sheet.assessor_id) for sheet in sheets}) == len(sheets)
    loads = Counter(sheet.assessor_id for sheet in sheets)
    assert max(loads.values()) - min(loads[person.pk] for person in scene.assessors) <= 1


def test_who_has_sheets_already_comes_last(scene: Scene) -> None:
    busy, *others = scene.assessors
    for candidate in make_candidates(scene.intake, 3):
        scene.sheet(candidate, busy)
    sheets = assign(scene, make_candidates(scene.intake, 3))
    assert Counter(sheet.assessor_id for sheet in sheets) == {person.pk: 3 for person in others}


def test_the_same_seed_gives_the_same_pairs(scene: Scene) -> None:
    candidates = make_candidates(scene.intake, 6)
    drawn = []
    for seed in (5, 5, 6):
        sheets = assign(scene, candidates, seed=seed)
        drawn.append([(sheet.candidate_id, sheet.assessor_id, sheet.queue_place) for sheet in sheets])
        RatingSheet.objects.all().delete()
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_a_second_click_adds_nothing(scene: Scene) -> None:
    candidates = make_candidates(scene.intake, 4)
    assert len(assign(scene, candidates)) == 8
    assert assign(scene, candidates, seed=2) == []
    assert RatingSheet.objects.count() == 8


def test_a_sheet_with_one_rater_gets_the_second_one_only(scene: Scene) -> None:
    candidate = scene.candidate("", 4)
    (sheet,) = assign(scene, [candidate])
    assert sheet.assessor != scene.assessors[0]


def test_fewer_assessors_than_needed_give_what_they_can(scene: Scene) -> None:
    assert len(assign(scene, make_candidates(scene.intake, 2), assessors=scene.assessors[:1])) == 2


# ── who may rate what ──


def test_s4_the_interview_is_for_senior_interviewers_of_unicef_or_those_let_in(scene: Scene) -> None:
    insider, outsider = scene.person("senior_interviewer"), make_person(scene.programme, "senior_interviewer", name="Из партнёра")
    unicef = Organisation.objects.create(programme=scene.programme, name=LocalisedText.of("ЮНИСЕФ"), kind="unicef")
    RoleAssignment.objects.filter(person=insider).update(organisation=unicef)
    candidates, everybody = make_candidates(scene.intake, 2), [*scene.assessors, insider, outsider]
    sheets = assign(scene, candidates, "senior_interview", assessors=everybody)
    assert [(sheet.candidate, sheet.assessor) for sheet in sheets] == [(candidate, insider) for candidate in candidates]
    allow_interviewer(actor=scene.actor(), intake=scene.intake, person=outsider, reason="двадцать лет в ЮНИСЕФ")
    more = assign(scene, candidates, "senior_interview", assessors=everybody)
    assert {sheet.assessor for sheet in more} == {outsider}


def test_trainer_feedback_is_for_those_who_came_through_training(scene: Scene) -> None:
    trained, other = make_candidate(scene.intake, came_through_training=True), make_candidate(scene.intake)
    sheets = assign(scene, [trained, other], "trainer_feedback", assessors=[scene.person("trainer")])
    assert [sheet.candidate for sheet in sheets] == [trained]


def test_only_people_who_hold_a_rating_role_today_get_sheets(scene: Scene) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    past = make_person(scene.programme, "assessor", until=yesterday)
    closed = make_person(scene.programme, "assessor")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    with pytest.raises(DomainError) as refusal:
        assign(scene, make_candidates(scene.intake, 1), assessors=[past, closed, scene.person("mentor"), scene.officer])
    assert refusal.value.field == "assessors"


def test_whoever_declared_a_conflict_gets_no_sheet_of_the_candidate_again(scene: Scene) -> None:
    candidate = make_candidate(scene.intake)
    sheet = scene.sheet(candidate, 0)
    declare_conflict(actor=scene.actor(scene.assessors[0]), sheet=sheet)
    sheets = assign(scene, [candidate], "professional_experience", "written")
    assert {each.assessor for each in sheets} == set(scene.assessors[1:])


def test_whoever_decided_about_a_candidate_no_longer_rates_them(scene: Scene) -> None:
    candidate = scene.candidate("", 3, 3)
    give(scene.officer, scene.programme, "assessor")
    at_the_gate_of("not_further", candidate)
    decide(actor=scene.actor(), candidate=candidate, outcome="not_further", reason="requirements_not_met")
    assert assign(scene, [candidate], "written", assessors=[scene.officer]) == []


def test_a_candidate_who_is_an_assessor_never_rates_themself(scene: Scene) -> None:
    candidate = make_candidate(scene.intake, email=scene.assessors[0].email.upper())
    sheets = assign(scene, [candidate])
    assert {sheet.assessor for sheet in sheets} == set(scene.assessors[1:])


# ── what cannot be assigned ──


@pytest.mark.parametrize("missing", ["methods", "assessors", "candidates"])
def test_something_must_be_chosen_of_each(scene: Scene, missing: str) -> None:
    chosen = {
        "candidates": [make_candidate(scene.intake).pk],
        "methods": [scene.methods["written"].pk],
        "assessors": [scene.assessors[0].pk],
    }
    with pytest.raises(DomainError) as refusal:
        assign_sheets(
            actor=scene.actor(), intake=scene.intake, due_on=scene.intake.rate_by, rng=random.Random(1), **{**chosen, missing: []}
        )
    assert refusal.value.field == missing
    assert not RatingSheet.objects.exists()


def test_methods_of_another_version_and_candidates_of_another_intake_do_not_count(scene: Scene) -> None:
    other = make_intake(scene.programme, make_framework(scene.programme))
    with pytest.raises(DomainError) as refusal:
        assign(scene, [make_candidate(other)])
    assert refusal.value.field == "candidates"
    with pytest.raises(DomainError) as refusal:
        assign(scene, [make_candidate(other)], intake=other)
    assert refusal.value.field == "methods"


def test_nothing_is_assigned_in_a_closed_intake(scene: Scene) -> None:
    candidates = make_candidates(scene.intake, 1)
    Intake.objects.update(state="closed")
    with pytest.raises(DomainError):
        assign(scene, candidates)
    page = client_for(scene.officer).post(scene.url("assign"), assign_form(scene, candidates))
    assert page.status_code == 422
    assert "This intake is closed" in page.content.decode()


def test_an_assessor_assigns_nobody(scene: Scene) -> None:
    with pytest.raises(Http404):
        assign_sheets(
            actor=scene.actor(scene.assessors[0]),
            intake=scene.intake,
            candidates=[],
            methods=[],
            assessors=[],
            due_on=scene.intake.rate_by,
            rng=random.Random(1),
        )


# ── the page ──


def assign_form(scene: Scene, candidates: list[Candidate]) -> dict[str, object]:
    return {
        "methods": [scene.methods["professional_experience"].pk],
        "assessors": [person.pk for person in scene.assessors],
        "due_on": scene.intake.rate_by.isoformat(),
        "candidates": [candidate.pk for candidate in candidates],
    }


def test_the_officer_sees_a_proposal_first_and_then_gives_the_sheets_out(scene: Scene) -> None:
    browser, candidates = client_for(scene.officer), make_candidates(scene.intake, 3)
    assert "all 3 chosen" in browser.get(scene.url("assign")).content.decode()
    for given, said in ((4, "4 sheets are proposed"), (4, "Nothing was missing")):
        answer = browser.post(scene.url("assign"), assign_form(scene, candidates[:2]))
        proposal = AssignmentProposal.objects.latest("pk")
        assert (answer.status_code, answer["Location"]) == (303, scene.url("proposal", proposal.pk))
        assert "being computed" in browser.get(answer["Location"]).content.decode()
        # Whoever comes back to the page is led to the proposal that waits.
        assert browser.get(scene.url("assign"))["Location"] == answer["Location"]
        run_jobs()
        assert said in browser.get(answer["Location"]).content.decode()
        for _click in range(2):
            settled = browser.post(scene.url("settle", proposal.pk))
            assert (settled.status_code, settled["Location"]) == (303, scene.url("board"))
        assert RatingSheet.objects.count() == given
    assert set(RatingSheet.objects.values_list("candidate", flat=True)) == {candidate.pk for candidate in candidates[:2]}
    assert RatingSheet.objects.first().due_on == scene.intake.rate_by


def test_a_page_without_candidates_leads_to_the_import(scene: Scene) -> None:
    assert "Bring in the first candidates" in client_for(scene.officer).get(scene.url("assign")).content.decode()


def test_what_was_ticked_stays_ticked_when_something_is_missing(scene: Scene) -> None:
    browser, (first, second) = client_for(scene.officer), make_candidates(scene.intake, 2)
    ticked = f'value="{first.pk}" checked'
    other = f'value="{second.pk}" checked'
    page = browser.post(scene.url("assign"), assign_form(scene, [first]) | {"methods": []})
    assert page.status_code == 422
    assert ticked in page.content.decode()
    assert other not in page.content.decode()
    nobody = browser.post(scene.url("assign"), assign_form(scene, []))
    assert nobody.status_code == 422
    assert "Choose at least one candidate." in nobody.content.decode()
    assert ticked not in nobody.content.decode()
    assert ticked in browser.get(scene.url("assign")).content.decode()


@pytest.mark.parametrize("key", ["9" * 30, "9" * 5000, "-1", "abc", "²", "٣", ""])
def test_a_candidate_who_is_no_candidate_is_not_assigned(scene: Scene, key: str) -> None:
    make_candidate(scene.intake)
    page = client_for(scene.officer).post(scene.url("assign"), assign_form(scene, []) | {"candidates": [key]})
    assert page.status_code == 422
    assert not RatingSheet.objects.exists()


# ── sheets that come back ──


def test_a_conflict_of_interest_closes_all_open_sheets_of_the_candidate_and_hides_the_file(scene: Scene) -> None:
    candidate, other = scene.candidate("Знакомая", email="friend@example.test"), scene.candidate("Чужая")
    open_sheets = [scene.sheet(candidate), rate(scene.sheet(candidate, method="trainer_feedback"), 3, lock=False)]
    locked, untouched = rate(scene.sheet(candidate, method="written"), 3), scene.sheet(other)
    browser = client_for(scene.assessors[0])
    answer = browser.post(scene.url("conflict", open_sheets[0].pk))
    assert (answer.status_code, answer["Location"]) == (303, scene.url("queue"))
    states = dict(RatingSheet.objects.values_list("pk", "state"))
    assert [states[sheet.pk] for sheet in open_sheets] == [State.CONFLICT, State.CONFLICT]
    assert states[untouched.pk] == State.ASSIGNED
    # What was locked stays in the record and counts no longer; the file of a friend opens no more.
    assert states[locked.pk] == State.CONFLICT
    for sheet in (*open_sheets, locked):
        assert browser.get(scene.url("sheet", sheet.pk)).status_code == 404
    for page in ("", "?state=locked"):
        assert "Знакомая" not in browser.get(scene.url("queue") + page).content.decode().replace("Знакомая, ", "")
    assert browser.post(scene.url("conflict", open_sheets[0].pk)).status_code == 404
    assert list(own_queue(scene.actor(scene.assessors[0]))) == [untouched]


def test_the_office_withdraws_an_open_sheet_and_assigns_it_anew(scene: Scene) -> None:
    candidate = scene.candidate()
    sheet = rate(scene.sheet(candidate), 2, lock=False)
    browser = client_for(scene.officer)
    assert browser.post(scene.url("withdraw", sheet.pk)).status_code == 303
    sheet.refresh_from_db()
    assert sheet.state == State.WITHDRAWN
    page = browser.get(scene.url("candidate", candidate.pk)).content.decode()
    assert "The sheet was withdrawn" in page
    assert "Assessor 1" not in page
    again = browser.post(scene.url("withdraw", sheet.pk))
    assert again.status_code == 303
    assert "can no longer be withdrawn" in browser.get(again["Location"]).content.decode()
    assert len(assign(scene, [candidate], assessors=scene.assessors[:2])) == 2


def test_a_locked_sheet_is_not_withdrawn(scene: Scene) -> None:
    sheet = rate(scene.sheet(scene.candidate()), 2)
    with pytest.raises(DomainError) as refusal:
        withdraw_sheet(actor=scene.actor(), sheet=sheet)
    assert refusal.value.code == "moved_on"
    assert client_for(scene.assessors[1]).post(scene.url("withdraw", sheet.pk)).status_code == 404


def test_a_role_that_ends_closes_its_open_sheets_and_keeps_the_locked_ones(scene: Scene) -> None:
    leaving, staying = scene.assessors[:2]
    candidate = scene.candidate("", 4)
    begun = rate(scene.sheet(candidate, leaving, "written"), 3, lock=False)
    others = scene.sheet(candidate, staying, "written")
    assignment = RoleAssignment.objects.get(person=leaving)
    end_role(actor=scene.actor(), key=assignment.pk, ends_on=timezone.localdate())
    assert deliver_events(now=timezone.now()) == 1
    assert dict(RatingSheet.objects.values_list("pk", "state")) == {
        RatingSheet.objects.get(assessor=leaving, method=scene.methods["professional_experience"]).pk: State.LOCKED,
        begun.pk: State.WITHDRAWN,
        others.pk: State.ASSIGNED,
    }


def test_whoever_keeps_another_rating_role_keeps_the_sheets(scene: Scene) -> None:
    person = scene.assessors[0]
    give(person, scene.programme, "trainer")
    sheet = scene.sheet(scene.candidate())
    assignment = RoleAssignment.objects.get(person=person, role="assessor")
    end_role(actor=scene.actor(), key=assignment.pk, ends_on=timezone.localdate())
    deliver_events(now=timezone.now())
    sheet.refresh_from_db()
    assert sheet.state == State.ASSIGNED


def test_news_of_an_ended_role_may_come_twice(scene: Scene) -> None:
    sheet = scene.sheet(scene.candidate())
    assignment = RoleAssignment.objects.get(person=scene.assessors[0])
    end_role(actor=scene.actor(), key=assignment.pk, ends_on=timezone.localdate())
    event = Event.objects.get(kind="people.role_ended")
    for _time in range(2):
        release_sheets_of_ended_role(event)
        sheet.refresh_from_db()
        assert sheet.state == State.WITHDRAWN


def test_the_day_after_a_role_its_sheets_are_closed_even_before_the_news(scene: Scene) -> None:
    person = scene.assessors[0]
    sheet = scene.sheet(scene.candidate())
    RoleAssignment.objects.filter(person=person).update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    give(person, scene.programme, "mentor")
    assert client_for(person).get(scene.url("sheet", sheet.pk)).status_code == 404
    assert client_for(person).get(scene.url("queue")).status_code == 404
