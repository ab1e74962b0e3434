"""The letter with the decision: in the candidate's language, readable, and naming nobody who rated."""

from __future__ import annotations

import re

import pytest
from django.utils.translation import override

from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText
from talimger.people.models import Programme
from talimger.selection.commands import decide
from talimger.selection.letters import compose_letter
from talimger.selection.models import REASONS, Candidate, Decision
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
    decision = decide(actor=scene.actor(), candidate=candidate, outcome=outcome, reason=reason, comment=CANARY)
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
