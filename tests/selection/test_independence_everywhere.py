"""Whatever page is built: before everything due is locked, nobody in any role finds another's rating on any of them.

The pages are those of the permission matrix, so a new address is walked without being named here. What could leak is planted: a note
that nobody else would write, and levels whose means (1.67 and 4.33) stand nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from talimger.people.roles import Role
from talimger.selection.models import Candidate, RatingSheet
from tests.factories.people import client_for
from tests.factories.selection import CANARY, Scene, rate
from tests.permissions.matrix import MATRIX
from tests.selection.test_independence import text_of

# Objects of other kinds (an import, a day …) hold no ratings of this candidate.
KINDS = {"intake", "candidate", "complete", "own_sheet"}


@pytest.fixture
def candidate(scene: Scene) -> Candidate:
    """Rated by one assessor (a mean of 1.67), being rated by two others."""
    candidate = scene.candidate("Ая Нетронутая", came_through_training=True)
    rate(scene.sheet(candidate, 0), 1)
    rate(scene.sheet(candidate, 0, "written"), 3)
    scene.sheet(candidate, 1)
    rate(scene.sheet(candidate, 2), 5, lock=False)
    return candidate


def addresses(scene: Scene, candidate: Candidate) -> Iterator[str]:
    """Every address of the matrix that answers GET and is about this candidate or the intake."""
    keys = {"intake": [scene.intake.pk], "candidate": [candidate.pk], "complete": [candidate.pk]}
    keys["own_sheet"] = list(RatingSheet.objects.filter(candidate=candidate).values_list("pk", flat=True))
    for name, line in MATRIX.items():
        kinds = [kind for _argument, kind in line.keys if not kind.startswith("=")]
        if line.get is None or not name.startswith(("selection:", "home:", "mentors:", "people:outbox")) or set(kinds) - KINDS:
            continue
        fixed = {argument: kind[1:] for argument, kind in line.keys if kind.startswith("=")}
        named = [argument for argument, kind in line.keys if not kind.startswith("=")]
        choices = keys[kinds[0]] if kinds else [None]
        for key in choices:
            yield reverse(name, kwargs={"programme": scene.programme.slug, **fixed, **({named[0]: key} if named else {})})


def leaks(browser: Client, scene: Scene, candidate: Candidate) -> tuple[list[str], int]:
    """The pages on which a planted note or mean can be read, and how many opened at all."""
    found, opened = [], 0
    for address in addresses(scene, candidate):
        answer = browser.get(address)
        assert answer.status_code < 500, address
        if answer.status_code != 200:
            continue
        opened += 1
        text = text_of(answer.content)
        words = unescape(strip_tags(text))
        if CANARY in text or re.search(r"(?<![\d.,])(1[.,]67?|4[.,]33?)(?![\d])", words):
            found.append(address)
    return found, opened


@pytest.mark.parametrize("role", Role.values)
def test_no_page_of_the_house_shows_a_rating_too_soon(scene: Scene, candidate: Candidate, role: str) -> None:
    found, opened = leaks(client_for(scene.person(role)), scene, candidate)
    assert found == []
    assert opened > (15 if role in ("officer", "coordinator") else 0)


def test_once_everything_due_is_locked_the_office_sees_it(scene: Scene, candidate: Candidate) -> None:
    rate(RatingSheet.objects.get(candidate=candidate, assessor=scene.assessors[1]), 5)
    RatingSheet.objects.filter(candidate=candidate, state="draft").update(state="locked", locked_at=scene.actor().now)
    found, _opened = leaks(client_for(scene.officer), scene, candidate)
    assert reverse("selection:candidate", kwargs={"programme": scene.programme.slug, "pk": candidate.pk}) in found
