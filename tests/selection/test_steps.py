"""The steps of an intake: one active phase, dates in order, and what is due decides what is open."""

from __future__ import annotations

import pytest
from django.test import Client

from talimger.people.models import Programme
from talimger.selection.models import Intake, IntakePhase, MethodSetting
from tests.factories.people import client_for
from tests.factories.selection import CANARY, Scene, make_scene, rate


def test_moving_on_makes_more_evidence_due_and_closes_the_profile_until_it_is_there(programme: Programme) -> None:
    scene = make_scene(programme, asks_for=None)
    MethodSetting.objects.update(raters=1)
    Intake.objects.update(phase="desk", gate=1)
    officer = client_for(scene.officer)
    candidate = scene.candidate("Ая", 2)
    assert CANARY in officer.get(scene.url("candidate", candidate.pk)).content.decode()
    assert officer.post(scene.url("move"), {"phase": "day"}).status_code == 303
    assert CANARY not in officer.get(scene.url("candidate", candidate.pk)).content.decode()
    rate(scene.sheet(candidate, 1, "written"), 4)
    assert CANARY in officer.get(scene.url("candidate", candidate.pk)).content.decode()
    officer.post(scene.url("move"), {"phase": "interview"})
    assert CANARY not in officer.get(scene.url("candidate", candidate.pk)).content.decode()
    assert officer.post(scene.url("move"), {"phase": "day"}).status_code == 303
    assert CANARY in officer.get(scene.url("candidate", candidate.pk)).content.decode()


def test_an_open_sheet_of_a_later_step_closes_nothing_before(programme: Programme) -> None:
    scene = make_scene(programme, asks_for=None)
    MethodSetting.objects.update(raters=1)
    Intake.objects.update(phase="desk", gate=1)
    candidate = scene.candidate("Ая", 2)
    scene.sheet(candidate, 1, "senior_interview", gate=3)
    assert CANARY in client_for(scene.officer).get(scene.url("candidate", candidate.pk)).content.decode()


def test_the_office_sets_the_dates_and_reads_them_in_order(scene: Scene, officer: Client) -> None:
    form = {"desk": "2026-12-01", "day": "2026-12-10", "interview": "2026-12-20"}
    assert officer.post(scene.url("steps"), form).status_code == 303
    assert IntakePhase.objects.count() == 3
    assert officer.post(scene.url("steps"), {"desk": "2026-12-02", "calibration_required": "on"}).status_code == 303
    assert [(row.phase, row.ends_on.isoformat()) for row in IntakePhase.objects.all()] == [("desk", "2026-12-02")]
    assert Intake.objects.get().calibration_required


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"desk": "2026-12-10", "day": "2026-12-01"}, "ends before the one before it"),
        ({"desk": "3026-12-10"}, "more than ten years away"),
        ({"desk": "завтра"}, "Enter a valid date"),
    ],
)
def test_dates_that_cannot_be_are_told_and_nothing_changes(scene: Scene, officer: Client, form: dict[str, str], message: str) -> None:
    answer = officer.post(scene.url("steps"), form)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not IntakePhase.objects.exists()


def test_a_phase_that_does_not_exist_is_refused(scene: Scene, officer: Client) -> None:
    assert officer.post(scene.url("move"), {"phase": "coffee"}).status_code == 422
    assert Intake.objects.get().phase == "decision"
