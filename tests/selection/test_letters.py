"""The letter with the decision: in the candidate's language, readable, and naming nobody who rated."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText
from talimger.kernel.models import AuditEntry, OutboxMail
from talimger.mentors.models import Admission, Mentor
from talimger.people.models import Programme
from talimger.selection.commands import (
    admit_taken,
    decide,
    note_answer,
    offer_place,
    release_letters,
    set_places,
    withdraw_sheet,
    write_feedback,
)
from talimger.selection.letters import compose_letter
from talimger.selection.models import REASONS, Candidate, CandidateFeedback, Decision
from tests.factories.people import client_for
from tests.factories.selection import CANARY, Scene, at_the_gate_of, make_candidate, make_intake

# A word that only a letter of this language has, for each outcome.
WORDS = {
    "ru": {"accept": "Вы приняты в наставники", "reserve": "Вы в резерве", "not_now": "О вашей заявке", "not_further": "О вашей заявке"},
    "kk": {"accept": "қабылдандыңыз", "reserve": "резервіндесіз", "not_now": "өтініміңіз туралы", "not_further": "өтініміңіз туралы"},
    "en": {
        "accept": "You are invited to be a mentor",
        "reserve": "on the reserve list",
        "not_now": "About your application",
        "not_further": "About your application",
    },
}
PROGRAMME = {"ru": "Программа samgau", "kk": "samgau бағдарламасы", "en": "Programme samgau"}
INTAKE = {"ru": "Набор 7", "kk": "7-қабылдау", "en": "Intake 7"}


@pytest.mark.parametrize("reader", LANGUAGE_CODES)
@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("outcome", Decision.Outcome.values)
def test_a_letter_speaks_the_candidates_language_whoever_writes_it(scene: Scene, outcome: str, language: str, reader: str) -> None:
    candidate = make_candidate(scene.intake, "Өміржан «Тест» O'Neil & Co <b>", language=language)
    with override(reader):
        letter = compose_letter(candidate=candidate, outcome=outcome, programme=scene.programme)
    assert letter.language == language
    assert WORDS[language][outcome] in letter.subject
    assert PROGRAMME[language] in letter.subject
    assert "Өміржан «Тест» O'Neil & Co <b>" in letter.body
    assert INTAKE[language] in letter.body
    assert "office@samgau.test" in letter.body
    assert not re.search(r"&\w+;|&#|\{\{|\{%|\}\}|None", letter.subject + letter.body)
    assert "\n" not in letter.subject
    assert letter.body == letter.body.strip() + "\n"


@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("outcome", Decision.Outcome.values)
def test_without_a_contact_the_letter_asks_for_an_answer_only(scene: Scene, outcome: str, language: str) -> None:
    scene.programme.contact_email = ""
    body = compose_letter(candidate=make_candidate(scene.intake, language=language), outcome=outcome, programme=scene.programme).body
    assert "@" not in body
    assert "  " not in body


@pytest.mark.parametrize("outcome", Decision.Outcome.values)
def test_a_letter_names_no_assessor_no_rating_and_no_reason(scene: Scene, outcome: str) -> None:
    candidate = at_the_gate_of(outcome, scene.candidate("Ерлан", 4, 1, language="en"))
    reason = REASONS[outcome][0]
    decide(actor=scene.actor(), candidate=candidate, outcome=outcome, reason=reason, comment=CANARY)
    (decision,) = release_letters(actor=scene.actor(), intake=scene.intake)
    words = decision.letter.subject + decision.letter.body
    for secret in (CANARY, "Assessor", "The officer", "2.5", reason.value, str(reason.label)):
        assert secret not in words


def test_a_letter_for_no_outcome_is_a_mistake_in_the_code(scene: Scene) -> None:
    with pytest.raises(ValueError, match="maybe"):
        compose_letter(candidate=make_candidate(scene.intake), outcome="maybe", programme=scene.programme)


def test_a_programme_named_in_one_language_is_named_so_everywhere(programme: Programme) -> None:
    intake = make_intake(programme, name=LocalisedText(ru="Осень"))
    candidate: Candidate = make_candidate(intake, language="kk")
    assert "Осень" in compose_letter(candidate=candidate, outcome="accept", programme=programme).body


# ── release ──


def decided(scene: Scene, outcome: str = "accept", **values: object) -> Decision:
    """A decision about a new candidate, not released."""
    candidate = scene.candidate("", 4, 4, **values)
    return decide(actor=scene.actor(), candidate=candidate, outcome=outcome, reason=REASONS[outcome][0])


def letters_url(scene: Scene, page: str = "letters/") -> str:
    return scene.url("candidates") + page


def test_one_click_releases_every_letter_and_a_second_click_none(scene: Scene, officer: Client) -> None:
    rows = [decided(scene, language="ru"), decided(scene, "reserve", language="kk"), decided(scene, "not_now", language="en")]
    assert not OutboxMail.objects.exists()
    page = officer.get(letters_url(scene)).content.decode()
    assert "3 letters wait for you" in page
    for _click in range(2):
        assert officer.post(letters_url(scene, "letters/release/")).status_code == 303
    assert OutboxMail.objects.count() == 3
    for row in rows:
        row.refresh_from_db()
        assert row.released_at is not None
        assert row.letter.to_email == row.candidate.email
        assert row.letter.language == row.candidate.language
    assert AuditEntry.objects.filter(action="selection.letters.release").count() == 2


def test_a_released_letter_holds_the_candidates_own_link_and_a_preview_does_not(scene: Scene, officer: Client) -> None:
    decision = decided(scene)
    preview = officer.get(scene.url("candidate", decision.candidate_id) + "letter/").content.decode()
    assert "/me/" not in preview
    (released,) = release_letters(actor=scene.actor(), intake=scene.intake)
    assert "/me/" in released.letter.body


def test_a_decision_changed_after_the_release_gets_a_letter_of_its_own(scene: Scene) -> None:
    first = decided(scene, "reserve")
    release_letters(actor=scene.actor(), intake=scene.intake)
    decide(actor=scene.actor(), candidate=first.candidate, outcome="accept", reason="strong_evidence", comment="место", supersedes=first)
    assert len(release_letters(actor=scene.actor(), intake=scene.intake)) == 1
    assert OutboxMail.objects.filter(to_email=first.candidate.email).count() == 2


def test_an_acceptance_waits_while_its_evidence_has_a_hole(scene: Scene, officer: Client) -> None:
    held, free = decided(scene), decided(scene, "not_now")
    sheet = scene.sheet(held.candidate, 2)
    assert [row.pk for row in release_letters(actor=scene.actor(), intake=scene.intake)] == [free.pk]
    withdraw_sheet(actor=scene.actor(), sheet=sheet)
    assert [row.pk for row in release_letters(actor=scene.actor(), intake=scene.intake)] == [held.pk]


@pytest.mark.parametrize("role", ["coordinator", "assessor", "analyst", "administrator", "mentor"])
def test_nobody_but_an_officer_releases_letters(scene: Scene, role: str) -> None:
    decided(scene)
    assert client_for(scene.person(role)).post(letters_url(scene, "letters/release/")).status_code == 404
    with pytest.raises(Http404):
        release_letters(actor=scene.actor(scene.person(role)), intake=scene.intake)
    assert not OutboxMail.objects.exists()


def test_the_page_of_letters_costs_the_same_for_one_letter_and_for_thirty(scene: Scene, officer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert officer.get(letters_url(scene)).status_code == 200
        return len(asked)

    decided(scene)
    queries()
    few = queries()
    for _each in range(29):
        decided(scene)
    assert queries() == few


# ── feedback ──


def test_feedback_is_kept_by_competency_and_never_names_a_rater(scene: Scene, officer: Client) -> None:
    candidate = scene.candidate("Ая", 4, 4)
    address = scene.url("candidate", candidate.pk) + "feedback/"
    page = officer.get(address)
    keys = [row.competency.pk for row, _text in page.context["rows"]]
    refused = officer.post(address, {f"competency-{keys[0]}": "assessor 1 считает, что хорошо"})
    assert refused.status_code == 422
    assert "Feedback never names who rated" in refused.content.decode()
    assert "assessor 1 считает" in refused.content.decode()
    assert officer.post(address, {f"competency-{keys[0]}": "Слушает до конца.\x00"}).status_code == 303
    assert [row.text for row in CandidateFeedback.objects.all()] == ["Слушает до конца."]
    assert officer.post(address, {f"competency-{keys[0]}": ""}).status_code == 303
    assert not CandidateFeedback.objects.exists()


def test_a_suggestion_comes_from_the_anchors_in_the_candidates_language(scene: Scene, officer: Client) -> None:
    candidate = scene.candidate("Ая", 5, 5, language="kk")
    rows = officer.get(scene.url("candidate", candidate.pk) + "feedback/").context["rows"]
    assert rows[0][0].text.startswith("Seen at level 5")
    with pytest.raises(DomainError):
        write_feedback(actor=scene.actor(), candidate=candidate, texts={999_999: "x"})


# ── places, reserve, mentors ──


def test_whoever_takes_the_place_becomes_a_mentor_once(scene: Scene, officer: Client) -> None:
    decision = decided(scene, language="kk")
    release_letters(actor=scene.actor(), intake=scene.intake)
    for _click in range(2):
        assert officer.post(scene.url("candidate", decision.candidate_id) + "answer/", {"answer": "taken"}).status_code == 303
    mentor = Mentor.objects.get()
    assert (mentor.email, mentor.language) == (decision.candidate.email, "kk")
    assert Admission.objects.get().candidate_key == decision.candidate_id
    assert mentor.full_name in officer.get(letters_url(scene, "places/")).content.decode()


def test_no_place_is_answered_before_the_letter_has_left(scene: Scene) -> None:
    decision = decided(scene)
    with pytest.raises(DomainError) as refusal:
        note_answer(actor=scene.actor(), decision=decision, answer="taken")
    assert refusal.value.code == "no_place"
    assert not Mentor.objects.exists()


def test_answers_given_on_the_candidates_own_page_are_admitted_with_one_click(scene: Scene) -> None:
    decided(scene)
    release_letters(actor=scene.actor(), intake=scene.intake)
    Decision.objects.update(answer="taken")
    for _click in range(2):
        admit_taken(actor=scene.actor(), intake=scene.intake)
    assert (Mentor.objects.count(), Admission.objects.count()) == (1, 1)


def test_a_declined_place_is_offered_to_the_first_of_the_reserve(scene: Scene, officer: Client) -> None:
    set_places(actor=scene.actor(), intake=scene.intake, places=1, appeal_days=14)
    accepted, reserve = decided(scene), decided(scene, "reserve")
    release_letters(actor=scene.actor(), intake=scene.intake)
    page = officer.get(letters_url(scene, "places/")).content.decode()
    assert "Offer the place" not in page
    officer.post(scene.url("candidate", accepted.candidate_id) + "answer/", {"answer": "declined"})
    assert "Offer the place" in officer.get(letters_url(scene, "places/")).content.decode()
    form = {"reason": "strong_evidence", "comment": "A place became free."}
    assert officer.post(scene.url("candidate", reserve.candidate_id) + "offer/", form).status_code == 303
    now = Decision.objects.get(candidate=reserve.candidate, superseded_at=None)
    assert (now.outcome, now.comment, now.released_at) == ("accept", "A place became free.", None)
    with pytest.raises(DomainError):
        offer_place(actor=scene.actor(), candidate=reserve.candidate, reason="strong_evidence", comment="x")


@pytest.mark.parametrize(("places", "days"), [(0, 14), (-1, 14), (3, 0), (10**9, 14), (3, 61)])
def test_places_and_days_are_numbers_that_make_sense(scene: Scene, officer: Client, places: int, days: int) -> None:
    with pytest.raises(DomainError):
        set_places(actor=scene.actor(), intake=scene.intake, places=places, appeal_days=days)
    answer = officer.post(letters_url(scene, "ranking/places/"), {"places": places, "appeal_days": days})
    assert answer.status_code == 422
