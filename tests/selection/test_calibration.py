"""Assessors rate a sample before anybody real, and only they see how they differ from the reference."""

from __future__ import annotations

import pytest

from talimger.kernel.languages import LocalisedText
from talimger.selection.commands import Reference, add_sample, edit_sample, publish_sample
from talimger.selection.models import CalibrationRating, CalibrationSample, Intake, RatingSheet
from tests.factories.people import client_for
from tests.factories.selection import Scene, items_of, sheet_form

WHY = "Because the plan has no second step"


@pytest.fixture
def sheet(scene: Scene) -> RatingSheet:
    return scene.sheet(scene.candidate())


@pytest.fixture
def sample(scene: Scene, sheet: RatingSheet) -> CalibrationSample:
    words = LocalisedText.of("A sample")
    actor = scene.actor()
    row = add_sample(actor=actor, intake=scene.intake, method=sheet.method, title=words, performance=LocalisedText.of("What Dana did"))
    reference = [Reference(item.pk, 3, LocalisedText.of(WHY)) for item in items_of(sheet)]
    edit_sample(actor=actor, sample=row, title=words, performance=row.performance, reference=reference)
    return publish_sample(actor=actor, sample=row)


def page_of(scene: Scene, sample: CalibrationSample) -> str:
    return f"/p/{scene.programme.slug}/selection/calibration/{sample.pk}/"


def levels(sheet: RatingSheet, level: str) -> dict[str, str]:
    return {f"level-{item.pk}": level for item in items_of(sheet)}


def test_the_reference_is_shown_only_after_locking_and_says_how_strict_one_was(
    scene: Scene, sheet: RatingSheet, sample: CalibrationSample
) -> None:
    browser = client_for(scene.assessors[0])
    before = browser.get(page_of(scene, sample)).content.decode()
    assert "What Dana did" in before
    assert WHY not in before
    assert browser.post(page_of(scene, sample), levels(sheet, "2")).status_code == 303
    after = browser.get(page_of(scene, sample)).content.decode()
    assert WHY in after
    assert "On the whole 1.0 points stricter than the reference." in after
    browser.post(page_of(scene, sample), levels(sheet, "5"))
    assert set(CalibrationRating.objects.values_list("level", flat=True)) == {2}


def test_the_office_sees_who_has_rated_the_samples_and_never_how(scene: Scene, sheet: RatingSheet, sample: CalibrationSample) -> None:
    client_for(scene.assessors[0]).post(page_of(scene, sample), levels(sheet, "1"))
    page = client_for(scene.officer).get(f"/p/{scene.programme.slug}/selection/intakes/{scene.intake.pk}/samples/").content.decode()
    assert "Assessor 1" in page
    assert "1 of 1" in page
    assert "stricter" not in page
    assert client_for(scene.officer).get(page_of(scene, sample)).status_code == 404


def test_where_calibration_is_asked_for_nobody_real_is_rated_before(scene: Scene, sheet: RatingSheet, sample: CalibrationSample) -> None:
    Intake.objects.filter(pk=scene.intake.pk).update(calibration_required=True)
    browser = client_for(scene.assessors[0])
    desk = f"/p/{scene.programme.slug}/selection/candidates/{sheet.candidate_id}/desk/"
    assert page_of(scene, sample) in browser.get(desk).content.decode()
    assert browser.post(scene.url("sheet", sheet.pk), sheet_form(sheet, "4", "4")).status_code == 422
    browser.post(page_of(scene, sample), levels(sheet, "3"))
    assert browser.post(scene.url("sheet", sheet.pk), sheet_form(sheet, "4", "4")).status_code == 303


@pytest.mark.parametrize("level", ["", "0", "6", "x", "٤"])
def test_what_is_no_level_is_refused(scene: Scene, sheet: RatingSheet, sample: CalibrationSample, level: str) -> None:
    assert client_for(scene.assessors[0]).post(page_of(scene, sample), levels(sheet, level)).status_code == 422
    assert not CalibrationRating.objects.exists()
