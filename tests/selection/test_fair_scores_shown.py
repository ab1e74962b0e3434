"""Fair scores as the office sees them: on the list, in its order, on the profile; and never a number too early."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from talimger.kernel.languages import LANGUAGE_CODES
from talimger.kernel.models import Job
from talimger.kernel.policies import system_actor
from talimger.people.models import Programme
from talimger.selection.commands import request_scores
from talimger.selection.jobs import compute_scores
from talimger.selection.models import Candidate, FairScore, FairScoreRun, RatingSheet
from talimger.selection.queries import candidates_listed, latest_run
from tests.factories.people import client_for, make_person
from tests.factories.selection import Scene, rate, run_jobs

State = RatingSheet.State


def compute(scene: Scene) -> FairScoreRun | None:
    return compute_scores(actor=system_actor(programme_id=scene.programme.pk, now=timezone.now()), intake=scene.intake)


def text(page: str) -> str:
    """What is to be read, without what is drawn."""
    return re.sub(r"\s+", " ", unescape(strip_tags(re.sub(r"<svg.*?</svg>", " ", page, flags=re.DOTALL))))


def cells(page: str, name: str) -> list[str]:
    """The words of each cell of the candidate's line."""
    line = next(part for part in page.split("<tr ")[1:] if name in part)
    return [text("<td " + cell).strip() for cell in line.split("<td ")[1:]]


@pytest.fixture
def scored(scene: Scene) -> Scene:
    """Three candidates with fair scores: Ая the highest, Бота in between, Сая the lowest."""
    for name, first, second, third in (("Ая", 5, 4, 5), ("Бота", 3, 3, 4), ("Сая", 1, 2, 2)):
        rate(scene.sheet(scene.candidate(name, first, second), 2, "written"), third)
    compute(scene)
    return scene


def named(name: str) -> Candidate:
    return Candidate.objects.get(full_name=name)


def order(scene: Scene, sort: str) -> str:
    rows = candidates_listed(scene.actor(), scene.intake, sort=sort, run=latest_run(scene.intake))
    return "".join(row.full_name[0] for row in rows)


# ── the list ──


def test_the_list_shows_the_fair_score_with_its_range_beside_the_raw_mean(scored: Scene, officer: Client) -> None:
    page = officer.get(scored.url("candidates")).content.decode()
    score = FairScore.objects.get(candidate=named("Ая"))
    fair, mean = cells(page, "Ая")[2:4]
    assert fair == f"{score.score:.1f} {score.low:.1f} to {score.high:.1f}"
    assert mean == "4.6"
    assert "What the fair score is and where it comes from" in page
    assert latest_run(scored.intake).input_hash[:12] in page


@pytest.mark.parametrize(("sort", "found"), [("fair", "СБАГ"), ("-fair", "АБСГ")])
def test_sorted_by_fair_score_those_who_are_not_complete_come_last(scored: Scene, sort: str, found: str) -> None:
    rate(scored.sheet(scored.candidate("Галия"), 0), 5)
    scored.sheet(named("Галия"), 1)
    compute(scored)
    assert order(scored, sort) == found


def test_before_the_first_run_there_is_no_order_by_fair_score(scene: Scene, officer: Client) -> None:
    scene.candidate("Бота", 5)
    scene.candidate("Ая", 1)
    assert order(scene, "-fair") == "АБ"
    assert officer.get(scene.url("candidates") + "?sort=-fair").status_code == 200


def test_whoever_is_complete_and_not_in_the_run_yet_is_being_computed(scored: Scene, officer: Client) -> None:
    scored.candidate("Галия", 4, 4)
    request_scores(intake_id=scored.intake.pk, now=timezone.now())
    page = officer.get(scored.url("candidates") + "?sort=-fair").content.decode()
    assert cells(page, "Галия")[2] == "being computed"
    assert "Compute the fair scores" not in page
    profile = officer.get(scored.url("candidate", named("Галия").pk)).content.decode()
    assert "being computed" in profile
    assert order(scored, "-fair") == "АБСГ"
    run_jobs()
    assert re.fullmatch(r"\d\.\d \d\.\d to \d\.\d", cells(officer.get(scored.url("candidates")).content.decode(), "Галия")[2])


def test_without_a_single_level_there_is_nothing_to_wait_for(scored: Scene, officer: Client) -> None:
    scored.candidate("Галия", None, None)
    request_scores(intake_id=scored.intake.pk, now=timezone.now())
    assert cells(officer.get(scored.url("candidates")).content.decode(), "Галия")[2:4] == ["—", "—"]


def test_scores_that_nobody_computes_can_be_asked_for(scene: Scene, officer: Client) -> None:
    for name, levels in (("Ая", (5, 4)), ("Бота", (3, 4))):
        scene.candidate(name, *levels)
    page = officer.get(scene.url("candidates")).content.decode()
    assert "Some fair scores have not been computed yet" in page
    assert cells(page, "Ая")[2] == "not computed"
    address = scene.url("candidates") + "scores/"
    for _click in range(2):
        assert officer.post(address)["Location"] == scene.url("candidates")
    assert "The fair scores are being computed." in officer.get(scene.url("candidates")).content.decode()
    assert run_jobs() == 1
    assert "have not been computed" not in officer.get(scene.url("candidates")).content.decode()
    assert FairScore.objects.count() == 2


def test_a_computing_that_failed_is_told_and_can_be_started_again(scored: Scene, officer: Client) -> None:
    request_scores(intake_id=scored.intake.pk, now=timezone.now())
    Job.objects.update(state=Job.State.FAILED, finished_at=timezone.now())
    page = officer.get(scored.url("candidates")).content.decode()
    assert "The last computing of fair scores did not work" in page
    # What was computed before still stands there.
    assert re.match(r"\d\.\d", cells(page, "Ая")[2])
    officer.post(scored.url("candidates") + "scores/")
    run_jobs()
    assert "did not work" not in officer.get(scored.url("candidates")).content.decode()


@pytest.mark.parametrize("role", ["assessor", "analyst", "administrator", "mentor"])
def test_nobody_else_asks_for_scores(scored: Scene, role: str) -> None:
    assert client_for(scored.person(role)).post(scored.url("candidates") + "scores/").status_code == 404


# ── what one must know about them ──


def test_too_little_to_compute_is_told_in_plain_words(scene: Scene, officer: Client) -> None:
    scene.candidate("Ая", None)
    compute(scene)
    assert "too few ratings" in officer.get(scene.url("candidates")).content.decode()
    scene.candidate("Бота", 3, 3)
    compute(scene)
    page = officer.get(scene.url("candidates")).content.decode()
    assert "All locked ratings are the same level." in page
    assert cells(page, "Бота")[2:4] == ["—", "3.0"]


def test_an_intake_in_which_nobody_is_complete_is_not_told_that_scores_are_missing(scene: Scene, officer: Client) -> None:
    scene.sheet(scene.candidate("Ая"))
    compute(scene)
    assert "cannot be computed" not in officer.get(scene.url("candidates")).content.decode()


def test_an_answer_that_did_not_settle_is_told_on_list_and_profile(scored: Scene, officer: Client) -> None:
    FairScoreRun.objects.update(converged=False, reason="no convergence after 100 rounds")
    assert "The fair scores are not settled" in officer.get(scored.url("candidates")).content.decode()
    assert "found no stable answer" in officer.get(scored.url("candidate", named("Ая").pk)).content.decode()


def test_ratings_that_tell_nobody_apart_are_told(scored: Scene, officer: Client) -> None:
    FairScoreRun.objects.update(converged=True, reason="", findings=["no_differences"])
    assert "The ratings do not tell the candidates apart" in officer.get(scored.url("candidates")).content.decode()


def test_groups_without_a_link_are_marked_and_listed_one_after_the_other(scored: Scene, officer: Client) -> None:
    apart = [make_person(scored.programme, "assessor") for _each in range(2)]
    for name, levels in (("Галия", (3, 4)), ("Дана", (5, 4))):
        candidate = scored.candidate(name)
        for person, level in zip(apart, levels, strict=True):
            rate(scored.sheet(candidate, person), level)
    assert "comparison between them is not possible" not in officer.get(scored.url("candidates")).content.decode()
    compute(scored)
    assert order(scored, "-fair") == "АБСДГ"
    assert order(scored, "fair") == "СБАГД"
    page = officer.get(scored.url("candidates") + "?sort=-fair").content.decode()
    assert "2 groups: comparison between them is not possible" in page
    assert cells(page, "Дана")[2].endswith("group 2")
    assert (
        "Group 2: comparison with candidates of other groups is not possible"
        in officer.get(scored.url("candidate", named("Дана").pk)).content.decode()
    )


# ── the profile ──


def test_the_profile_shows_score_range_and_mean_and_how_they_came_about(scored: Scene, officer: Client) -> None:
    page = officer.get(scored.url("candidate", named("Ая").pk))
    score, run = FairScore.objects.get(candidate=named("Ая")), latest_run(scored.intake)
    words = text(page.content.decode())
    assert f"Fair score {score.score:.1f}, most likely between {score.low:.1f} and {score.high:.1f}" in words
    assert "Raw mean of all 5 ratings: 4.6." in words
    for fact in ("mfrm-rsm", run.software, run.input_hash[:12], "Ratings of this candidate5", "Ratings of the intake15"):
        assert fact in words
    dots = page.context["overall"].rows
    assert [(dot.value, dot.low, dot.high) for dot in dots] == [(score.score, score.low, score.high), (4.6, None, None)]


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_the_pages_with_scores_read_in_every_language(scored: Scene, officer: Client, language: str) -> None:
    officer.cookies["language"] = language
    FairScoreRun.objects.update(parts=2)
    for address in (scored.url("candidates") + "?sort=-fair", scored.url("candidate", named("Ая").pk)):
        page = officer.get(address).content.decode()
        assert f'<html lang="{language}"' in page
        assert "%(" not in page
        # Places of the picture are numbers for machines, whatever the language.
        assert not re.search(r'[xc][12x]?="\d+,\d', page)


# ── independence ──


def numbers_of(candidate: Candidate) -> list[str]:
    """Every number that only a score of this candidate can have put on a page."""
    return [f"{value:.1f}" for score in FairScore.objects.filter(candidate=candidate) for value in (score.score, score.low, score.high)]


def test_no_number_of_somebody_who_is_not_complete_stands_anywhere(scored: Scene, officer: Client) -> None:
    waits = scored.candidate("Галия", 1, 1)
    rate(scored.sheet(waits, 0, "written"), 2)
    before = {sort: order(scored, sort) for sort in ("fair", "-fair", "score", "-score")}
    scored.sheet(waits, 2)
    request_scores(intake_id=scored.intake.pk, now=timezone.now())
    run_jobs()
    assert numbers_of(waits) == []
    page = officer.get(scored.url("candidates") + "?sort=-fair").content.decode()
    assert cells(page, "Галия")[2:4] == ["—", "—"]
    # At 1.2 the planted candidate would stand at the other end of each order.
    assert before["fair"] == "СБАГ"
    assert [order(scored, sort)[-1] for sort in before] == ["Г"] * 4
    profile = officer.get(scored.url("candidate", waits.pk))
    assert (profile.context["profile"], profile.context["fair"], profile.context["overall"]) == (None, None, None)
    assert "Fair score" not in profile.content.decode()
    assert "Галия" not in officer.get(scored.url("csv")).content.decode()


def test_a_sheet_that_is_assigned_later_takes_the_score_off_every_page_at_once(scored: Scene, officer: Client) -> None:
    highest = named("Ая")
    sheet = scored.sheet(highest, 2)
    assert numbers_of(highest)
    page = officer.get(scored.url("candidates") + "?sort=-fair").content.decode()
    assert cells(page, "Ая")[2:4] == ["—", "—"]
    assert order(scored, "-fair") == "БСА"
    assert order(scored, "fair") == "СБА"
    profile = officer.get(scored.url("candidate", highest.pk))
    assert profile.context["fair"] is None
    assert "Fair score" not in profile.content.decode()
    sheet.delete()
    assert order(scored, "-fair") == "АБС"


def test_whoever_declared_a_conflict_sees_no_score_and_no_place_in_the_order(scored: Scene) -> None:
    friend = make_person(scored.programme, "officer", "assessor", language="en")
    scored.sheet(named("Ая"), friend, state=State.CONFLICT)
    browser = client_for(friend)
    page = browser.get(scored.url("candidates") + "?sort=-fair")
    assert [row.candidate.full_name for row in page.context["rows"]] == ["Бота", "Сая", "Ая"]
    assert cells(page.content.decode(), "Ая")[2:4] == ["—", "—"]
    assert browser.get(scored.url("candidate", named("Ая").pk)).status_code == 404


def test_no_page_says_how_severe_an_assessor_is(scored: Scene, officer: Client) -> None:
    listed = officer.get(scored.url("candidates")).content.decode()
    assert not any(person.full_name in listed for person in scored.assessors)
    run = latest_run(scored.intake)
    for page in (listed, officer.get(scored.url("candidate", named("Ая").pk)).content.decode()):
        # What is known of everybody, those who are not complete included, stays in the record.
        for hidden in (run.population_mean, run.population_sd, run.reliability, run.deviance):
            assert f"{hidden:.2f}" not in text(page)


def test_another_programmes_office_finds_no_score(scored: Scene, other_programme: Programme) -> None:
    stranger = client_for(make_person(other_programme, "officer"))
    for address in (scored.url("candidates"), scored.url("candidate", named("Ая").pk)):
        assert stranger.get(address.replace("/samgau/", "/tengri/")).status_code == 404
    address = scored.url("candidates").replace("/samgau/", "/tengri/") + "scores/"
    assert stranger.post(address).status_code == 404


# ── cost ──


def test_scores_cost_the_same_for_one_candidate_or_thirty(scored: Scene, officer: Client) -> None:
    def queries(address: str) -> int:
        officer.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert officer.get(address).status_code == 200
        return len(asked)

    pages = [scored.url("candidates") + "?sort=-fair", scored.url("candidate", named("Ая").pk)]
    few = [queries(page) for page in pages]
    for number in range(30):
        scored.candidate("", 1 + number % 5, 2 + number % 4)
    compute(scored)
    assert FairScore.objects.count() == 33
    assert [queries(page) for page in pages] == few
    assert few[0] <= 17
    assert few[1] <= 20
