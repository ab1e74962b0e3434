"""A locked sheet is never edited: its assessor replaces it with a reason, until somebody has decided."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import Http404
from django.utils import timezone

from talimger.kernel.errors import DomainError
from talimger.selection.commands import supersede_sheet
from talimger.selection.models import Rating, RatingSheet
from tests.factories.people import client_for
from tests.factories.selection import Scene, rate

State = RatingSheet.State


@pytest.fixture
def sheet(scene: Scene) -> RatingSheet:
    return rate(scene.sheet(scene.candidate()), 4, note="как было")


def test_the_old_sheet_is_kept_and_a_new_one_begins_with_what_stood_on_it(scene: Scene, sheet: RatingSheet) -> None:
    new = supersede_sheet(actor=scene.actor(scene.assessors[0]), sheet=sheet, reason="Перепутал кандидатов")
    sheet.refresh_from_db()
    assert (sheet.state, new.state, new.supersedes_id) == (State.SUPERSEDED, State.DRAFT, sheet.pk)
    assert new.superseding_reason == "Перепутал кандидатов"
    assert new.due_on == timezone.localdate() + dt.timedelta(days=2)
    levels = [list(Rating.objects.filter(sheet=each).order_by("item").values_list("item", "level", "note")) for each in (sheet, new)]
    assert levels[0] == levels[1] != []


@pytest.mark.parametrize("reason", ["", "  \n ", "д" * 1_001])
def test_without_a_reason_that_can_be_read_nothing_changes(scene: Scene, sheet: RatingSheet, reason: str) -> None:
    with pytest.raises(DomainError):
        supersede_sheet(actor=scene.actor(scene.assessors[0]), sheet=sheet, reason=reason)
    sheet.refresh_from_db()
    assert sheet.state == State.LOCKED


def test_another_assessor_cannot_replace_it(scene: Scene, sheet: RatingSheet) -> None:
    with pytest.raises(Http404):
        supersede_sheet(actor=scene.actor(scene.assessors[1]), sheet=sheet, reason="Так лучше")


def test_its_assessor_finds_the_way_on_the_locked_sheet(scene: Scene, sheet: RatingSheet) -> None:
    browser, url = client_for(scene.assessors[0]), scene.url("sheet", sheet.pk)
    assert "Replace this sheet" in browser.get(url).content.decode()
    answer = browser.post(f"{url}replace/", {"reason": "Ошибся строкой"})
    new = RatingSheet.objects.get(supersedes=sheet)
    assert (answer.status_code, answer["Location"]) == (303, scene.url("sheet", new.pk))
