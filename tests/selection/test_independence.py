"""Ratings are independent: nobody sees another's rating of a candidate before everybody who rates them has locked.

What could leak is planted: notes that nobody else would write, and levels whose mean (1.7, 4.3) stands nowhere else.
"""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape

import pytest
from django.test import Client
from django.utils.html import strip_tags

from talimger.people.models import Programme
from talimger.people.roles import Role
from talimger.selection.models import Candidate, RatingSheet
from talimger.selection.queries import candidates_listed, rating_rows
from tests.factories.people import client_for, give, make_person
from tests.factories.selection import CANARY, Scene, rate, sheet_form

State = RatingSheet.State
PAGES = ("intakes", "candidates", "board", "assign", "upload", "csv", "xlsx", "queue")
LISTS = ("?sort=score", "?sort=-score", "?sort=number", "?state=complete&sort=score", "?state=incomplete&sort=-score", "?state=decided")
NAME = "Ая Нетронутая"


def text_of(content: bytes) -> str:
    """What a person can read in an answer, the inside of a workbook included."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    return content.decode()


def walk(scene: Scene, browser: Client, *candidates: Candidate) -> dict[str, str]:
    """Everything of selection and the home page that this person can open, as text."""
    addresses = [scene.url(page) for page in PAGES]
    addresses += [scene.url("candidates") + choices for choices in LISTS]
    addresses += [f"{scene.url('candidates')}?q={candidate.full_name}" for candidate in candidates]
    addresses += [scene.url("candidate", candidate.pk) for candidate in candidates]
    addresses += [scene.url("sheet", key) for key in RatingSheet.objects.values_list("pk", flat=True)]
    addresses += [scene.url("queue") + "?state=locked", f"/p/{scene.programme.slug}/", f"/p/{scene.programme.slug}/people/letters/"]
    seen = {}
    for address in addresses:
        answer = browser.get(address)
        assert answer.status_code in (200, 404), address
        if answer.status_code == 200:
            seen[address] = text_of(answer.content)
    return seen


def leaks(pages: dict[str, str]) -> list[str]:
    """The pages on which a planted note, a mean of the planted levels, or a line of the export can be read."""
    found = []
    for address, text in pages.items():
        words = unescape(strip_tags(text))
        exported = "/ratings." in address and NAME in text
        if CANARY in text or exported or re.search(r"(?<![\d.,])(1[.,]67?|4[.,]33?)(?![\d])", words):
            found.append(address)
    return found


@pytest.fixture
def candidate(scene: Scene) -> Candidate:
    """Somebody whom one assessor has rated twice (a mean of 1.7 so far), and whom two others have still to rate."""
    candidate = scene.candidate(NAME, came_through_training=True)
    rate(scene.sheet(candidate, 0), 1)
    rate(scene.sheet(candidate, 0, "written"), 3)
    scene.sheet(candidate, 1)
    rate(scene.sheet(candidate, 2), 5, lock=False)
    return candidate


@pytest.mark.parametrize("role", Role.values)
def test_before_all_have_locked_nobody_in_any_role_sees_a_rating(scene: Scene, candidate: Candidate, role: str) -> None:
    pages = walk(scene, client_for(scene.person(role)), candidate)
    assert leaks(pages) == []


def test_an_assessor_sees_the_own_rating_and_no_other(scene: Scene, candidate: Candidate) -> None:
    for number, own in ((0, 2), (1, 0), (2, 1)):
        pages = walk(scene, client_for(scene.assessors[number]), candidate)
        assert len(leaks(pages)) == own
        assert all(f"sheets/{sheet.pk}/" in "".join(pages) for sheet in RatingSheet.objects.filter(assessor=scene.assessors[number]))
        foreign = RatingSheet.objects.exclude(assessor=scene.assessors[number])
        assert not any(scene.url("sheet", sheet.pk) in pages for sheet in foreign)


def test_an_officer_who_is_also_an_assessor_sees_nothing_while_a_sheet_is_open(scene: Scene, candidate: Candidate) -> None:
    both = make_person(scene.programme, "officer", "assessor", "analyst", language="en")
    own = scene.sheet(candidate, both, "written")
    RatingSheet.objects.filter(candidate=candidate).exclude(pk=own.pk).exclude(state=State.LOCKED).update(state=State.WITHDRAWN)
    browser = client_for(both)
    assert leaks(walk(scene, browser, candidate)) == []
    browser.post(scene.url("sheet", own.pk), sheet_form(own, "1", step="lock"))
    page = browser.get(scene.url("candidate", candidate.pk))
    assert page.context["profile"] is not None
    assert page.context["may_decide"] is False


def test_a_sheet_that_is_assigned_later_closes_the_profile_again(scene: Scene) -> None:
    candidate = scene.candidate("Ая", 1, 2, method="professional_experience")
    browser = client_for(scene.officer)
    assert CANARY in browser.get(scene.url("candidate", candidate.pk)).content.decode()
    scene.sheet(candidate, 2, "written")
    assert leaks(walk(scene, browser, candidate)) == []


# ── once everybody has locked ──


def lock_all(scene: Scene, candidate: Candidate) -> None:
    """The second and third assessor lock; the items' levels are now 1, 1, 3, 5, 5, 5, 5: not 1.7 any more."""
    rate(RatingSheet.objects.get(candidate=candidate, assessor=scene.assessors[1]), 5)
    RatingSheet.objects.filter(candidate=candidate, state=State.DRAFT).update(state=State.LOCKED, locked_at=scene.actor().now)


@pytest.mark.parametrize("role", ["officer", "coordinator"])
def test_after_locking_the_office_sees_the_profile(scene: Scene, candidate: Candidate, role: str) -> None:
    lock_all(scene, candidate)
    page = client_for(scene.person(role)).get(scene.url("candidate", candidate.pk))
    text = page.content.decode()
    assert CANARY in text
    assert "Raters side by side" in text
    assert page.context["profile"].overall.n == 7
    row = client_for(scene.person(role)).get(scene.url("candidates")).context["rows"][0]
    assert row.raw_mean == pytest.approx(25 / 7)


def test_the_profile_draws_each_method_and_all_of_them_together(scene: Scene) -> None:
    candidate = scene.candidate("", 2, None, came_through_training=True)
    rate(scene.sheet(candidate, 0, "trainer_feedback"), 4)
    page = client_for(scene.officer).get(scene.url("candidate", candidate.pk))
    first, second = page.context["profile"].competencies
    assert [(row.method, [rater.mean for rater in row.raters]) for row in first.rows] == [
        ("Professional experience", [2]),
        ("Trainer feedback", [4]),
    ]
    assert first.mean.mean == pytest.approx(8 / 3)
    assert second.rows == ()
    assert page.content.decode().count("rater-plot") == 2


def test_raters_two_levels_apart_are_pointed_out(scene: Scene) -> None:
    candidate = scene.candidate("", 2, 4)
    rate(scene.sheet(candidate, 0, "written"), 3)
    rate(scene.sheet(candidate, 1, "written"), 4)
    page = client_for(scene.officer).get(scene.url("candidate", candidate.pk))
    assert page.context["profile"].wide_gaps == 2
    assert "On 2 items the assessors are two levels apart" in page.content.decode()


def test_after_locking_the_analyst_reads_ratings_in_the_export_and_nowhere_else(scene: Scene, candidate: Candidate) -> None:
    lock_all(scene, candidate)
    browser = client_for(scene.person("analyst"))
    pages = walk(scene, browser, candidate)
    home = f"/p/{scene.programme.slug}/"
    assert set(pages) == {scene.url("csv"), scene.url("xlsx"), home}
    assert NAME in pages[scene.url("csv")]
    assert NAME not in pages[home]
    assert CANARY not in "".join(pages.values())


@pytest.mark.parametrize("role", ["assessor", "trainer", "senior_interviewer", "administrator", "mentor"])
def test_after_locking_nobody_else_sees_anything(scene: Scene, candidate: Candidate, role: str) -> None:
    lock_all(scene, candidate)
    pages = walk(scene, client_for(scene.person(role)), candidate)
    assert leaks(pages) == []
    assert NAME not in "".join(pages.values())


def test_a_coordinator_does_not_export_ratings(scene: Scene, candidate: Candidate) -> None:
    lock_all(scene, candidate)
    browser = client_for(scene.person("coordinator"))
    assert browser.get(scene.url("csv")).status_code == 404
    assert scene.url("xlsx") not in browser.get(scene.url("candidates")).content.decode()


# ── an order and a number count as seeing ──


def test_sorting_by_score_tells_nothing_about_those_who_are_not_complete(scene: Scene) -> None:
    low, high = scene.candidate("Аян"), scene.candidate("Бота")
    for candidate, level in ((low, 1), (high, 5)):
        rate(scene.sheet(candidate, 0), level)
        scene.sheet(candidate, 1)
    done = scene.candidate("Сая", 3)
    for sort in ("score", "-score"):
        assert list(candidates_listed(scene.actor(), scene.intake, sort=sort)) == [done, low, high]
    RatingSheet.objects.filter(state=State.ASSIGNED).update(state=State.WITHDRAWN)
    assert list(candidates_listed(scene.actor(), scene.intake, sort="score")) == [low, done, high]
    assert list(candidates_listed(scene.actor(), scene.intake, sort="-score")) == [high, done, low]


def test_whoever_declared_a_conflict_sees_no_mean_and_no_place_in_the_order(scene: Scene) -> None:
    friend = make_person(scene.programme, "officer", "assessor", language="en")
    theirs, other = scene.candidate("Аян", 1), scene.candidate("Бота", 3)
    scene.sheet(theirs, friend, "written", state=State.CONFLICT)
    page = client_for(friend).get(scene.url("candidates") + "?sort=score")
    assert [(row.candidate, row.raw_mean) for row in page.context["rows"]] == [(other, 3), (theirs, None)]


def test_the_export_holds_complete_candidates_only(scene: Scene, candidate: Candidate) -> None:
    done = scene.candidate("Готовая", 2, None)
    rows = rating_rows(scene.actor(), scene.intake)
    assert {row[1] for row in rows} == {done.full_name}
    assert [row[6:] for row in rows] == [(2, 2, 0), (None, None, 1), (2, 2, 0), (None, None, 1)]
    assert rows[0][:6] == (done.number, "Готовая", "Assessor 1", "professional_experience", "A.1", "A")
    assert rows[2][4] == "A.2 written"


def test_the_export_says_the_same_as_csv_and_as_a_workbook(scene: Scene) -> None:
    scene.candidate("=SUM(A1)", 2, None)
    browser = client_for(scene.officer)
    csv = browser.get(scene.url("csv"))
    assert csv["Content-Disposition"] == f'attachment; filename="ratings-{scene.intake.pk}.csv"'
    lines = csv.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "candidate;candidate_name;assessor;method;item;competency;rating;rating_agreed;no_evidence"
    assert len(lines) == 5
    assert "'=SUM(A1)" in lines[1]
    book = browser.get(scene.url("xlsx"))
    assert book["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert "<f>" not in text_of(book.content)
    assert browser.get(scene.url("csv").replace("csv", "ods")).status_code == 404


# ── other programmes ──


def test_another_programmes_people_find_nothing(scene: Scene, candidate: Candidate, other_programme: Programme) -> None:
    stranger = make_person(other_programme, *Role.values, language="en")
    foreign, browser = client_for(stranger), client_for(scene.officer)
    lock_all(scene, candidate)
    for address in walk(scene, browser, candidate):
        assert foreign.get(address).status_code == 404, address
        if "intakes/" in address or "candidates/" in address or ("sheets/" in address and not address.endswith(("sheets/", "locked"))):
            assert foreign.get(address.replace("/samgau/", "/tengri/")).status_code == 404, address
    # A role in the first programme opens nothing of the second one, and the other way round.
    give(stranger, scene.programme, "mentor")
    assert leaks(walk(scene, foreign, candidate)) == []
