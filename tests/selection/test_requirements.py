"""S1 to S6 of the programme's requirements on selection, each by its name."""

from __future__ import annotations

import pytest
from django.http import Http404

from talimger.framework.models import MatrixCell, Method, RatingItem
from talimger.kernel.errors import DomainError
from talimger.people.models import Organisation, Programme, RoleAssignment
from talimger.selection.commands import (
    RatingEntry,
    allow_interviewer,
    allow_missing_evidence,
    decide,
    open_intake,
    save_sheet,
    withdraw_override,
)
from talimger.selection.models import Candidate, Gate, Intake, MethodSetting, Override, RatingSheet, WashUp
from talimger.selection.queries import CellStatus, interviewers_from_outside, matrix_of
from tests.factories.framework import publish_default
from tests.factories.people import actor_of, client_for, give, make_person
from tests.factories.selection import Scene, at_the_gate_of, items_of, make_candidate, make_intake, make_scene, rate


@pytest.fixture
def programme_scene(programme: Programme) -> Scene:
    """The programme's own framework, with all of its methods asked for."""
    officer = make_person(programme, "officer", language="en", name="The officer")
    framework = publish_default(actor_of(officer, programme))
    intake = make_intake(programme, framework, raters_per_sheet=1)
    methods = {method.code: method for method in Method.objects.filter(version=framework)}
    return Scene(programme, officer, intake, methods, [make_person(programme, "assessor", language="en", name="Assessor 1")])


def fill(scene: Scene, candidate: Candidate, *, leave_out: tuple[str, ...] = ()) -> None:
    """Lock one sheet of every method but these."""
    for code, method in scene.methods.items():
        if code not in leave_out and (method.applies == Method.Applies.EVERYONE or candidate.came_through_training):
            rate(scene.sheet(candidate, 0, code), 3)


# ── S1: exactly the matrix ──


def test_s1_exactly_the_22_cells_are_required_and_24_items_are_rated(programme_scene: Scene) -> None:
    candidate = make_candidate(programme_scene.intake, came_through_training=True)
    matrix = matrix_of(candidate)
    required = {(cell.method.code, cell.competency.code) for row in matrix.cells for cell in row if cell.is_required}
    assert required == {
        ("facilitation", "I"), ("written", "I"), ("visual_planning", "II"), ("problem_solving", "II"),
        ("professional_experience", "I"), ("professional_experience", "II"), ("professional_experience", "III"),
        ("professional_experience", "IV"), ("professional_experience", "V"), ("youth_experience", "I"), ("youth_experience", "III"),
        ("education", "II"), ("trainer_feedback", "I"), ("trainer_feedback", "II"), ("trainer_feedback", "III"),
        ("trainer_feedback", "IV"), ("trainer_feedback", "V"), ("senior_interview", "I"), ("senior_interview", "II"),
        ("senior_interview", "III"), ("senior_interview", "IV"), ("senior_interview", "V"),
    }  # fmt: skip
    assert matrix.required == 22
    assert RatingItem.objects.filter(cell__version=programme_scene.intake.framework_id).count() == 24


def test_s1_a_score_in_any_other_cell_is_refused(programme_scene: Scene) -> None:
    sheet = programme_scene.sheet(make_candidate(programme_scene.intake), 0, "education")
    foreign = RatingItem.objects.exclude(cell__method__code="education").values_list("pk", flat=True)[0]
    with pytest.raises(DomainError) as refusal:
        save_sheet(
            actor=programme_scene.actor(programme_scene.assessors[0]), sheet=sheet, revision=0, entries=[RatingEntry(foreign, level=4)]
        )
    assert refusal.value.code == "foreign_item"
    assert not sheet.ratings.exists()


# ── S2: trainer feedback ──


def test_s2_without_upshift_training_17_cells_remain_and_trainer_feedback_is_not_applicable(programme_scene: Scene) -> None:
    candidate = make_candidate(programme_scene.intake, came_through_training=False)
    matrix = matrix_of(candidate)
    assert matrix.required == 17
    assert matrix.count(CellStatus.NOT_APPLICABLE) == 5
    assert {cell.state for row in matrix.cells for cell in row if cell.method.code == "trainer_feedback"} == {CellStatus.NOT_APPLICABLE}


def test_s2_a_candidate_without_trainer_feedback_is_decided_about_like_anybody(programme_scene: Scene) -> None:
    candidate = make_candidate(programme_scene.intake)
    fill(programme_scene, candidate)
    assert matrix_of(candidate).count(CellStatus.MISSING) == 0
    assert decide(actor=programme_scene.actor(), candidate=candidate, outcome="accept", reason="strong_evidence").outcome == "accept"


def test_s2_somebody_who_came_through_training_needs_the_trainers_word(programme_scene: Scene) -> None:
    candidate = make_candidate(programme_scene.intake, came_through_training=True)
    fill(programme_scene, candidate, leave_out=("trainer_feedback",))
    assert [method.code for method in matrix_of(candidate).missing_methods(by_gate=Gate.FINAL)] == ["trainer_feedback"]


# ── S3: no decision over a hole ──


@pytest.mark.parametrize("outcome", ["accept", "reserve"])
@pytest.mark.parametrize("hole", ["written", "senior_interview", "education"])
def test_s3_no_acceptance_and_no_reserve_while_a_required_cell_is_empty(programme_scene: Scene, hole: str, outcome: str) -> None:
    candidate = make_candidate(programme_scene.intake)
    fill(programme_scene, candidate, leave_out=(hole,))
    reason = {"accept": "strong_evidence", "reserve": "places_filled"}[outcome]
    with pytest.raises((DomainError, Http404)):
        decide(actor=programme_scene.actor(), candidate=candidate, outcome=outcome, reason=reason)
    assert not candidate.decisions.exists()


def test_s3_a_recorded_exception_lets_the_officer_decide_and_stands_in_the_list(programme_scene: Scene) -> None:
    scene = programme_scene
    candidate = make_candidate(scene.intake, "Ая Исключение")
    fill(scene, candidate, leave_out=("written",))
    browser = client_for(scene.officer)
    form = {"method": str(scene.methods["written"].pk), "reason": "болела, писала раньше у партнёра"}
    assert browser.post(scene.url("matrix", candidate.pk), form).status_code == 303
    # What is no longer missing needs no second exception.
    assert browser.post(scene.url("matrix", candidate.pk), form).status_code == 422
    allow_missing_evidence(actor=scene.actor(), candidate=candidate, method=scene.methods["written"], reason="ещё раз")
    override = Override.objects.get()
    assert (override.made_by, override.reason) == (scene.officer, form["reason"])
    page = browser.get(scene.url("exceptions")).content.decode()
    assert "Ая Исключение" in page
    assert form["reason"] in page
    decide(actor=scene.actor(), candidate=candidate, outcome="accept", reason="strong_evidence")
    with pytest.raises(DomainError) as refusal:
        withdraw_override(actor=scene.actor(), override=override)
    assert refusal.value.code == "decided"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001])
def test_s3_an_exception_without_a_reason_is_none(programme_scene: Scene, reason: str) -> None:
    candidate = make_candidate(programme_scene.intake)
    answer = client_for(programme_scene.officer).post(
        programme_scene.url("matrix", candidate.pk), {"method": str(programme_scene.methods["written"].pk), "reason": reason}
    )
    assert answer.status_code == 422
    assert not Override.objects.exists()


def test_s3_whoever_rates_a_candidate_makes_no_exception_for_them(programme_scene: Scene) -> None:
    give(programme_scene.officer, programme_scene.programme, "assessor")
    candidate = make_candidate(programme_scene.intake)
    programme_scene.sheet(candidate, programme_scene.officer, "education")
    with pytest.raises(DomainError) as refusal:
        allow_missing_evidence(
            actor=programme_scene.actor(), candidate=candidate, method=programme_scene.methods["written"], reason="очень хочется"
        )
    assert refusal.value.code == "rater"


def test_s3_at_the_desk_screen_not_going_further_rests_on_the_cells_due_by_then(programme_scene: Scene) -> None:
    scene = programme_scene
    candidate = at_the_gate_of("not_further", make_candidate(scene.intake))
    with pytest.raises((DomainError, Http404)):
        decide(actor=scene.actor(), candidate=candidate, outcome="not_further", reason="requirements_not_met")
    for code in ("professional_experience", "youth_experience", "education"):
        rate(scene.sheet(candidate, 0, code), 2)
    decision = decide(actor=scene.actor(), candidate=candidate, outcome="not_further", reason="requirements_not_met")
    assert (decision.gate, decision.decided_by) == (Gate.DESK, scene.officer)


@pytest.mark.parametrize("outcome", ["accept", "reserve", "not_now"])
def test_s3_before_the_last_gate_nobody_is_accepted_or_turned_down_for_good(programme_scene: Scene, outcome: str) -> None:
    scene = programme_scene
    candidate = at_the_gate_of("not_further", make_candidate(scene.intake))
    fill(scene, candidate)
    with pytest.raises(DomainError) as refusal:
        decide(actor=scene.actor(), candidate=candidate, outcome=outcome, reason="strong_evidence")
    assert refusal.value.field == "outcome"


# ── S4: who interviews ──


def test_s4_interviewers_from_outside_unicef_are_found_and_let_in_with_a_reason(programme_scene: Scene) -> None:
    scene = programme_scene
    outsider = make_person(scene.programme, "senior_interviewer", name="Из партнёра")
    insider = make_person(scene.programme, "senior_interviewer", name="Из ЮНИСЕФ")
    unicef = Organisation.objects.filter(kind="unicef").first() or Organisation.objects.create(
        programme=scene.programme, name=scene.programme.name, kind="unicef"
    )
    RoleAssignment.objects.filter(person=insider).update(organisation=unicef)
    now = scene.actor().now
    assert interviewers_from_outside(scene.intake, now=now) == [outsider]
    allow_interviewer(actor=scene.actor(), intake=scene.intake, person=outsider, reason="двадцать лет в ЮНИСЕФ, теперь на пенсии")
    assert interviewers_from_outside(scene.intake, now=now) == []
    assert "Из партнёра" in client_for(scene.officer).get(scene.url("exceptions")).content.decode()


# ── S5: a form of its own for each method ──


def test_s5_each_method_has_its_own_items_and_evidence(programme_scene: Scene) -> None:
    candidate = make_candidate(programme_scene.intake, came_through_training=True)
    numbers = {code: len(items_of(programme_scene.sheet(candidate, 0, code))) for code in programme_scene.methods}
    assert numbers == {
        "facilitation": 3,
        "written": 1,
        "visual_planning": 1,
        "problem_solving": 1,
        "professional_experience": 5,
        "youth_experience": 2,
        "education": 1,
        "trainer_feedback": 5,
        "senior_interview": 5,
    }


# ── the states of a cell ──


def test_a_cell_goes_from_missing_to_collected_to_moderated_to_closed(scene: Scene) -> None:
    MethodSetting.objects.update(raters=2)
    candidate = scene.candidate("", 2)

    def cell() -> tuple[str, int]:
        found = next(each for row in matrix_of(candidate).cells for each in row if each.is_required)
        return found.state.value, found.collected

    assert cell() == ("missing", 1)
    rate(scene.sheet(candidate, 1), 4)
    assert cell() == ("collected", 2)
    WashUp.objects.create(programme=scene.programme, candidate=candidate, agreed_by=scene.officer, agreed_at=scene.actor().now)
    assert cell() == ("moderated", 2)
    decision = decide(actor=scene.actor(), candidate=candidate, outcome="accept", reason="strong_evidence")
    decision.released_at = scene.actor().now
    decision.save()
    assert cell() == ("frozen", 2)


def test_a_method_that_the_intake_does_not_ask_for_is_not_required(scene: Scene) -> None:
    matrix = matrix_of(make_candidate(scene.intake))
    assert {cell.method.code for row in matrix.cells for cell in row if cell.is_required} == {"professional_experience"}
    assert MatrixCell.objects.count() == 4


def test_a_new_intake_asks_for_every_method_of_its_framework(programme_scene: Scene) -> None:
    old = programme_scene.intake
    intake = open_intake(
        actor=programme_scene.actor(), name=old.name, framework=old.framework, opens_on=old.opens_on, rate_by=old.rate_by,
        decide_by=old.decide_by,
    )  # fmt: skip
    settings = {row.method.code: (row.raters, row.gate, row.hides_name) for row in MethodSetting.objects.filter(intake=intake)}
    assert settings == {
        "facilitation": (2, Gate.DAY, False),
        "written": (2, Gate.DAY, True),
        "visual_planning": (2, Gate.DAY, True),
        "problem_solving": (2, Gate.DAY, False),
        "professional_experience": (2, Gate.DESK, False),
        "youth_experience": (2, Gate.DESK, False),
        "education": (2, Gate.DESK, False),
        "trainer_feedback": (1, Gate.DAY, False),
        "senior_interview": (2, Gate.FINAL, False),
    }
    assert (intake.phase, intake.gate) == (Intake.Phase.CALL, Gate.DESK)


def test_the_matrix_page_says_what_is_missing_and_tells_no_rating(programme: Programme) -> None:
    scene = make_scene(programme, asks_for=None)
    candidate = scene.candidate("Ая", 1)
    page = client_for(scene.officer).get(scene.url("matrix", candidate.pk))
    text = page.content.decode()
    assert [method.code for method in page.context["missing"]] == ["professional_experience", "written", "senior_interview"]
    assert "3 methods are still missing" in text
    assert "КАНАРЕЙКА" not in text
    assert RatingSheet.objects.count() == 1
