"""My severity: told to each assessor alone, in plain words, once nobody rates any more."""

from __future__ import annotations

import pytest
from django.utils import timezone

from talimger.kernel.policies import system_actor
from talimger.selection.jobs import compute_scores
from talimger.selection.models import AssessorSeverity, CompetencyReliability, Intake
from tests.factories.people import client_for
from tests.factories.selection import Scene, make_candidate, rate


def url(scene: Scene) -> str:
    return scene.url("candidates") + "my-severity/"


@pytest.fixture
def rated(scene: Scene) -> Scene:
    """The first assessor is strict, the second one lenient, the third one in between."""
    for levels in ((2, 4, 2), (2, 3, 3), (3, 5, 4), (1, 3, 2), (3, 4, 3), (2, 4, 3), (1, 3, 2), (3, 5, 4), (2, 4, 3), (2, 3, 3)):
        scene.candidate("", *levels)
    compute_scores(actor=system_actor(programme_id=scene.programme.pk, now=timezone.now()), intake=scene.intake)
    return scene


def test_a_strict_assessor_reads_so_and_sees_nobody_else(rated: Scene) -> None:
    strict, lenient, _middle = rated.assessors
    page = client_for(strict).get(url(rated)).content.decode()
    assert "Stricter than colleagues by" in page
    assert "Assessor 2" not in page
    assert "More lenient than colleagues by" in client_for(lenient).get(url(rated)).content.decode()


def test_points_lie_within_their_range_and_the_strict_one_stands_above_zero(rated: Scene) -> None:
    rows = {row.assessor_id: row for row in AssessorSeverity.objects.all()}
    assert all(row.points_low < row.points < row.points_high for row in rows.values())
    assert rows[rated.assessors[0].pk].points > 0 > rows[rated.assessors[1].pk].points


def test_while_anybody_rates_severity_is_shown_to_nobody(rated: Scene) -> None:
    browser = client_for(rated.assessors[0])
    for phase in ("interview", "call"):
        Intake.objects.update(phase=phase, gate=1 if phase == "call" else 3)
        assert browser.get(url(rated)).status_code == 404
    Intake.objects.update(phase="wash_up", gate=3)
    assert browser.get(url(rated)).status_code == 200


def test_with_a_sheet_still_to_fill_an_assessor_is_not_told(rated: Scene) -> None:
    sheet = rated.sheet(make_candidate(rated.intake), 0)
    assert client_for(rated.assessors[0]).get(url(rated)).status_code == 404
    rate(sheet, 3)
    assert client_for(rated.assessors[0]).get(url(rated)).status_code == 200


@pytest.mark.parametrize("role", ["officer", "coordinator", "analyst", "administrator", "assessor"])
def test_whoever_has_not_rated_has_no_such_page(rated: Scene, role: str) -> None:
    assert client_for(rated.person(role)).get(url(rated)).status_code == 404


def test_without_a_computation_the_page_says_so(scene: Scene) -> None:
    scene.candidate("", 3)
    assert "There is nothing to say about your severity" in client_for(scene.assessors[0]).get(url(scene)).content.decode()


def test_one_more_rater_is_forecast_by_spearman_and_brown(rated: Scene) -> None:
    row = CompetencyReliability.objects.get()
    assert (row.raters, row.competency.code) == (3, "A")
    longer = (row.raters + 1) / row.raters
    assert row.with_one_more == pytest.approx(longer * row.reliability / (1 + (longer - 1) * row.reliability))
    assert row.with_one_more > row.reliability
