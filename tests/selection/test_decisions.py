"""Deciding: a named officer, a coded reason, no letter before the letters are released; a change keeps what was before."""

from __future__ import annotations

from unittest import mock

import pytest
from django.http import Http404
from django.test import Client

from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.models import AuditEntry, OutboxMail
from talimger.kernel.policies import system_actor
from talimger.selection.commands import decide
from talimger.selection.models import REASONS, Candidate, Decision
from tests.factories.people import client_for, give, make_person
from tests.factories.selection import Scene, at_the_gate_of, make_candidate, rate

FORM = {"outcome": "accept", "reason": "strong_evidence", "comment": "", "supersedes": ""}


@pytest.fixture
def candidate(scene: Scene) -> Candidate:
    """A candidate whose two assessors have locked."""
    return scene.candidate("Ерлан Тест", 4, 2)


def test_the_officer_decides_and_the_candidate_knows_nothing_yet(scene: Scene, officer: Client, candidate: Candidate) -> None:
    answer = officer.post(scene.url("decide", candidate.pk), FORM | {"comment": "единогласно"})
    assert (answer.status_code, answer["Location"]) == (303, scene.url("candidate", candidate.pk))
    decision = Decision.objects.get()
    assert (decision.outcome, decision.reason, decision.comment) == ("accept", "strong_evidence", "единогласно")
    assert decision.decided_by == scene.officer
    assert (decision.letter, decision.released_at) == (None, None)
    assert not OutboxMail.objects.exists()
    page = officer.get(answer["Location"]).content.decode()
    assert "The letter to Ерлан Тест waits until the letters are released." in page
    assert "единогласно" in page
    assert AuditEntry.objects.get(action="selection.decide").target_id == str(decision.pk)


def test_a_double_click_makes_one_decision(scene: Scene, officer: Client, candidate: Candidate) -> None:
    assert officer.post(scene.url("decide", candidate.pk), FORM).status_code == 303
    again = officer.post(scene.url("decide", candidate.pk), FORM)
    assert again.status_code == 422
    assert "has just decided about this candidate" in again.content.decode()
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(("outcome", "reasons"), REASONS.items())
def test_a_reason_belongs_to_its_outcome(scene: Scene, candidate: Candidate, outcome: str, reasons: tuple[str, ...]) -> None:
    at_the_gate_of(outcome, candidate)
    for reason in Decision.Reason.values:
        if reason in reasons:
            continue
        with pytest.raises(DomainError) as refusal:
            decide(actor=scene.actor(), candidate=candidate, outcome=outcome, reason=reason)
        assert refusal.value.field == "reason"
    decide(actor=scene.actor(), candidate=candidate, outcome=outcome, reason=reasons[0])
    assert Decision.objects.get().outcome == outcome


@pytest.mark.parametrize(
    "junk", [{"outcome": "maybe"}, {"reason": "places_filled"}, {"reason": ""}, {"comment": "\x00"}, {"supersedes": "abc"}]
)
def test_what_cannot_be_decided_is_told_and_what_was_typed_stays(
    scene: Scene, officer: Client, candidate: Candidate, junk: dict[str, str]
) -> None:
    answer = officer.post(scene.url("decide", candidate.pk), FORM | {"comment": "не потерять"} | junk)
    assert answer.status_code == 422
    assert "comment" in junk or "не потерять" in answer.content.decode()
    assert (Decision.objects.count(), OutboxMail.objects.count()) == (0, 0)


def test_an_unknown_outcome_is_refused_by_the_command(scene: Scene, candidate: Candidate) -> None:
    with pytest.raises(DomainError) as refusal:
        decide(actor=scene.actor(), candidate=candidate, outcome="maybe", reason="withdrew")
    assert refusal.value.field == "outcome"


def test_no_machine_decides(scene: Scene, candidate: Candidate) -> None:
    actor = system_actor(programme_id=scene.programme.pk, now=scene.actor().now)
    with pytest.raises(DomainError) as refusal:
        decide(actor=actor, candidate=candidate, outcome="accept", reason="strong_evidence")
    assert refusal.value.code == "nobody"
    assert not OutboxMail.objects.exists()


# ── a decision changes ──


def test_a_change_needs_a_comment_and_keeps_the_old_decision(scene: Scene, officer: Client, candidate: Candidate) -> None:
    first = decide(actor=scene.actor(), candidate=candidate, outcome="reserve", reason="places_filled", comment="мест нет")
    change = FORM | {"supersedes": str(first.pk)}
    refused = officer.post(scene.url("decide", candidate.pk), change)
    assert refused.status_code == 422
    assert "Say why the decision changes." in refused.content.decode()
    assert officer.post(scene.url("decide", candidate.pk), change | {"comment": "  место есть  "}).status_code == 303
    first.refresh_from_db()
    assert first.superseded_at is not None
    assert (first.outcome, first.comment) == ("reserve", "мест нет")
    assert Decision.objects.get(superseded_at=None).comment == "место есть"
    page = officer.get(scene.url("candidate", candidate.pk)).content.decode()
    assert "Before: Reserve, The officer" in page
    assert "мест нет" in page


def test_whoever_has_not_seen_the_decision_in_force_does_not_replace_it(scene: Scene, officer: Client, candidate: Candidate) -> None:
    first = decide(actor=scene.actor(), candidate=candidate, outcome="reserve", reason="places_filled")
    blind = FORM | {"comment": "я первый"}
    answer = officer.post(scene.url("decide", candidate.pk), blind)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "я первый" in page
    assert "Convincing, but the places are filled" in page
    # The page shows the decision in force now, so the next click is about that one.
    assert f'name="supersedes" value="{first.pk}"' in page
    assert Decision.objects.count() == 1
    with pytest.raises(StaleWriteError):
        decide(actor=scene.actor(), candidate=candidate, outcome="accept", reason="strong_evidence", comment="x")


def test_a_decision_about_somebody_else_supersedes_nothing(scene: Scene, officer: Client, candidate: Candidate) -> None:
    other = scene.candidate("", 3)
    elsewhere = decide(actor=scene.actor(), candidate=other, outcome="accept", reason="strong_evidence")
    for key in (str(elsewhere.pk), "9" * 30, "-1"):
        officer.post(scene.url("decide", candidate.pk), FORM | {"supersedes": key})
    assert Decision.objects.get(candidate=other).superseded_at is None


# ── who may not, and when not ──


def test_a_candidate_with_an_open_sheet_cannot_be_decided(scene: Scene, officer: Client, candidate: Candidate) -> None:
    sheet = scene.sheet(candidate, 2)
    assert "For the minutes" not in officer.get(scene.url("candidate", candidate.pk)).content.decode()
    answer = officer.post(scene.url("decide", candidate.pk), FORM)
    assert answer.status_code == 422
    assert "A sheet of this candidate is open again" in answer.content.decode()
    rate(sheet, 3)
    assert officer.post(scene.url("decide", candidate.pk), FORM).status_code == 303


def test_a_candidate_whom_nobody_has_rated_cannot_be_decided(scene: Scene, officer: Client) -> None:
    candidate = make_candidate(scene.intake)
    answer = officer.post(scene.url("decide", candidate.pk), FORM)
    assert answer.status_code == 422
    assert "Evidence is missing: Professional experience" in answer.content.decode()
    assert not Decision.objects.exists()
    assert officer.get(scene.url("candidate", candidate.pk)).context["may_decide"] is False


@pytest.mark.parametrize("role", ["coordinator", "assessor", "analyst", "administrator", "senior_interviewer", "mentor"])
def test_nobody_but_an_officer_decides(scene: Scene, candidate: Candidate, role: str) -> None:
    person = scene.person(role)
    assert client_for(person).post(scene.url("decide", candidate.pk), FORM).status_code == 404
    with pytest.raises(Http404):
        decide(actor=scene.actor(person), candidate=candidate, outcome="accept", reason="strong_evidence")
    assert not Decision.objects.exists()


def test_whoever_rates_a_candidate_does_not_decide_about_them(scene: Scene, candidate: Candidate) -> None:
    both = make_person(scene.programme, "officer", "assessor", language="en")
    assert client_for(both).get(scene.url("candidate", candidate.pk)).context["may_decide"] is True
    rate(scene.sheet(candidate, both, "written"), 3)
    page = client_for(both).get(scene.url("candidate", candidate.pk))
    assert page.context["may_decide"] is False
    assert client_for(both).post(scene.url("decide", candidate.pk), FORM).status_code == 404


def test_whoever_declared_a_conflict_of_interest_does_not_decide(scene: Scene, candidate: Candidate) -> None:
    friend = make_person(scene.programme, "officer", "assessor", language="en")
    sheet = scene.sheet(candidate, friend, "written")
    assert client_for(friend).post(scene.url("conflict", sheet.pk)).status_code == 303
    assert client_for(friend).get(scene.url("candidate", candidate.pk)).status_code == 404
    assert client_for(friend).post(scene.url("decide", candidate.pk), FORM).status_code == 404
    assert client_for(scene.officer).get(scene.url("candidate", candidate.pk)).context["may_decide"] is True


def test_an_officer_of_another_programme_finds_no_candidate(scene: Scene, candidate: Candidate, other_programme: object) -> None:
    stranger = make_person(other_programme, "officer")
    give(stranger, scene.programme, "mentor")
    assert client_for(stranger).post(scene.url("decide", candidate.pk), FORM).status_code == 404
    elsewhere = scene.url("decide", candidate.pk).replace("/samgau/", "/tengri/")
    assert client_for(stranger).post(elsewhere, FORM).status_code == 404


# ── a gate before the last one ──


def test_who_does_not_go_further_has_no_open_sheets_left(scene: Scene, candidate: Candidate) -> None:
    at_the_gate_of("not_further", candidate)
    later = scene.sheet(candidate, 2, "written", gate=3)
    decide(actor=scene.actor(), candidate=candidate, outcome="not_further", reason="requirements_not_met")
    later.refresh_from_db()
    assert later.state == "withdrawn"


def test_a_candidate_stopped_at_a_gate_may_go_on_after_all_with_a_reason(scene: Scene, officer: Client, candidate: Candidate) -> None:
    at_the_gate_of("not_further", candidate)
    stopped = decide(actor=scene.actor(), candidate=candidate, outcome="not_further", reason="requirements_not_met")
    address = scene.url("candidate", candidate.pk) + "reopen/"
    refused = officer.post(address, {"supersedes": stopped.pk, "comment": " "})
    assert refused.status_code == 422
    assert "Say why the candidate goes on after all." in refused.content.decode()
    assert officer.post(address, {"supersedes": stopped.pk, "comment": "нашлась справка"}).status_code == 303
    stopped.refresh_from_db()
    assert stopped.superseded_at is not None
    assert "нашлась справка" in stopped.comment
    for junk in ("", "abc", "9" * 40, str(stopped.pk)):
        assert officer.post(address, {"supersedes": junk, "comment": "x"}).status_code == 422


# ── all or nothing ──


def test_a_decision_that_cannot_be_written_leaves_the_old_one_in_force(scene: Scene, candidate: Candidate) -> None:
    first = decide(actor=scene.actor(), candidate=candidate, outcome="reserve", reason="places_filled")
    with mock.patch.object(Decision.objects, "create", side_effect=RuntimeError("disk full")), pytest.raises(RuntimeError):
        decide(actor=scene.actor(), candidate=candidate, outcome="accept", reason="strong_evidence", comment="x", supersedes=first)
    first.refresh_from_db()
    assert first.superseded_at is None
    assert AuditEntry.objects.filter(action="selection.decide").count() == 1
