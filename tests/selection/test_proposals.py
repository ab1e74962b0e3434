"""Proposals of who rates whom: looked at, changed by hand, given out once; and who takes over from somebody who drops out."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from django.test import Client

from talimger.kernel.errors import DomainError
from talimger.people.models import Programme
from talimger.selection.commands import apply_proposal, ask_for_proposal, change_proposed, declare_conflicts, drop_proposal
from talimger.selection.models import AssignmentProposal, Candidate, MethodSetting, ProposedSheet, RatingSheet
from talimger.selection.queries import network_of, proposal_view
from tests.factories.people import client_for
from tests.factories.selection import Scene, make_candidate, make_candidates, make_scene, rate, run_jobs

State = RatingSheet.State


@pytest.fixture
def scene(programme: Programme) -> Scene:
    """An intake that asks for every method of two raters, with five assessors."""
    scene = make_scene(programme, assessors=5, asks_for=None)
    MethodSetting.objects.update(raters=2)
    return scene


def proposed(scene: Scene, candidates: list[Candidate], *methods: str) -> AssignmentProposal:
    """A proposal that has been computed."""
    proposal = ask_for_proposal(
        actor=scene.actor(),
        intake=scene.intake,
        candidates=[candidate.pk for candidate in candidates],
        methods=[scene.methods[code].pk for code in methods or ("professional_experience", "written")],
        assessors=[person.pk for person in scene.assessors],
        due_on=scene.intake.rate_by,
    )
    run_jobs()
    proposal.refresh_from_db()
    return proposal


def test_a_proposal_is_even_mixed_and_in_one_network(scene: Scene) -> None:
    proposal = proposed(scene, make_candidates(scene.intake, 10))
    view = proposal_view(proposal)
    assert (view.sheets, view.parts, proposal.unfilled) == (40, 1, 0)
    assert view.most - view.least <= 1
    assert not RatingSheet.objects.exists()
    assert len(apply_proposal(actor=scene.actor(), proposal=proposal, rng=random.Random(1))) == 40
    assert network_of(scene.intake).is_connected


def test_a_proposed_sheet_is_given_to_somebody_else_by_hand(scene: Scene, officer: Client) -> None:
    proposal = proposed(scene, make_candidates(scene.intake, 1), "written")
    sheet = ProposedSheet.objects.first()
    assert sheet is not None
    page = officer.get(scene.url("proposed", sheet.pk))
    offered = [person.pk for person, _load in page.context["choices"]]
    assert len(offered) == 3
    assert officer.post(scene.url("proposed", sheet.pk), {"assessor": str(offered[0])}).status_code == 303
    sheet.refresh_from_db()
    assert sheet.assessor_id == offered[0]
    other = proposal.sheets.exclude(pk=sheet.pk).get()
    for junk in (str(other.assessor_id), "x", "", str(scene.officer.pk)):
        assert officer.post(scene.url("proposed", sheet.pk), {"assessor": junk}).status_code == 422
    with pytest.raises(DomainError):
        change_proposed(actor=scene.actor(), sheet=sheet, assessor=other.assessor)


def test_what_has_become_impossible_meanwhile_is_left_out(scene: Scene) -> None:
    candidate, other = make_candidates(scene.intake, 2)
    proposal = proposed(scene, [candidate, other], "written")
    friend = proposal.sheets.filter(candidate=candidate)[0].assessor
    declare_conflicts(actor=scene.actor(friend), intake=scene.intake, candidates=[candidate.pk])
    given = apply_proposal(actor=scene.actor(), proposal=proposal, rng=random.Random(1))
    assert Counter(sheet.candidate for sheet in given) == {candidate: 1, other: 2}
    assert friend not in {sheet.assessor for sheet in given if sheet.candidate == candidate}


def test_there_is_one_proposal_at_a_time_and_a_dropped_one_gives_nothing(scene: Scene, officer: Client) -> None:
    candidates = make_candidates(scene.intake, 2)
    proposal = proposed(scene, candidates)
    with pytest.raises(DomainError) as refusal:
        proposed(scene, candidates)
    assert refusal.value.code == "waiting"
    assert officer.post(scene.url("settle", proposal.pk), {"step": "drop"}).status_code == 303
    with pytest.raises(DomainError) as refusal:
        apply_proposal(actor=scene.actor(), proposal=proposal, rng=random.Random(1))
    assert refusal.value.code == "settled"
    assert not RatingSheet.objects.exists()
    drop_proposal(actor=scene.actor(), proposal=proposal)
    assert "was dropped" in officer.get(scene.url("proposal", proposal.pk)).content.decode()


def test_places_that_nobody_can_take_are_counted_and_told(scene: Scene, officer: Client) -> None:
    candidate = make_candidate(scene.intake)
    for person in scene.assessors[:4]:
        declare_conflicts(actor=scene.actor(person), intake=scene.intake, candidates=[candidate.pk])
    proposal = proposed(scene, [candidate], "written")
    assert (proposal.unfilled, proposal.sheets.count()) == (1, 1)
    assert "1 place stays empty" in officer.get(scene.url("proposal", proposal.pk)).content.decode()


def test_an_assessor_who_drops_out_is_replaced_and_nobody_else_is_moved(scene: Scene, officer: Client) -> None:
    proposal = proposed(scene, make_candidates(scene.intake, 10))
    apply_proposal(actor=scene.actor(), proposal=proposal, rng=random.Random(1))
    leaving = scene.assessors[0]
    locked = rate(RatingSheet.objects.filter(assessor=leaving)[0], 4)
    owed = RatingSheet.objects.filter(assessor=leaving, state=State.ASSIGNED).count()
    kept = set(RatingSheet.objects.exclude(assessor=leaving).values_list("pk", flat=True))
    answer = officer.post(scene.url("replace"), {"absent": str(leaving.pk), "due_on": scene.intake.rate_by.isoformat()})
    assert answer.status_code == 303
    run_jobs()
    replacement = AssignmentProposal.objects.latest("pk")
    page = officer.get(answer["Location"]).content.decode()
    assert "Instead of Assessor 1" in page
    assert replacement.sheets.count() == owed
    assert officer.post(scene.url("settle", replacement.pk)).status_code == 303
    live = RatingSheet.objects.exclude(state=State.WITHDRAWN)
    assert set(live.filter(assessor=leaving)) == {locked}
    assert kept <= set(live.values_list("pk", flat=True))
    assert set(Counter(live.values_list("candidate", "method")).values()) == {2}


def test_raters_who_never_meet_are_pointed_out(scene: Scene, officer: Client) -> None:
    for number, candidate in enumerate(make_candidates(scene.intake, 4)):
        scene.sheet(candidate, 0 if number < 2 else 1)
    assert len(network_of(scene.intake).parts) == 2
    assert "The ratings fall into 2 parts" in officer.get(scene.url("assign")).content.decode()


def test_who_has_nothing_open_needs_no_replacement(scene: Scene, officer: Client) -> None:
    rate(scene.sheet(make_candidate(scene.intake), 0), 3)
    answer = officer.post(scene.url("replace"), {"absent": str(scene.assessors[0].pk), "due_on": scene.intake.rate_by.isoformat()})
    assert answer.status_code == 422
    assert "no open sheets" in answer.content.decode()


def test_a_proposal_page_costs_the_same_for_one_candidate_or_thirty(scene: Scene, django_assert_max_num_queries: object) -> None:
    browser = client_for(scene.officer)
    small = proposed(scene, make_candidates(scene.intake, 1))
    counts = []
    for proposal in (small, None):
        if proposal is None:
            drop_proposal(actor=scene.actor(), proposal=small)
            proposal = proposed(scene, make_candidates(scene.intake, 30))
        with django_assert_max_num_queries(25) as captured:  # type: ignore[operator]  # a fixture that is a context manager
            browser.get(scene.url("proposal", proposal.pk))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_who_drops_out_keeps_a_sheet_that_nobody_can_take_over_any_more(scene: Scene, officer: Client) -> None:
    candidate = make_candidate(scene.intake)
    apply_proposal(actor=scene.actor(), proposal=proposed(scene, [candidate], "written"), rng=random.Random(1))
    leaving = RatingSheet.objects.filter(candidate=candidate)[0]
    officer.post(scene.url("replace"), {"absent": str(leaving.assessor_id), "due_on": scene.intake.rate_by.isoformat()})
    run_jobs()
    replacement = AssignmentProposal.objects.latest("pk")
    taker = replacement.sheets.get().assessor
    declare_conflicts(actor=scene.actor(taker), intake=scene.intake, candidates=[candidate.pk])
    assert apply_proposal(actor=scene.actor(), proposal=replacement, rng=random.Random(1)) == []
    leaving.refresh_from_db()
    assert leaving.state == State.ASSIGNED
