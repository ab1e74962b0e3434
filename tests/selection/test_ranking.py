"""The ranked list: order, line, chance in words; a band decided at once; a departure from the order says why."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from talimger.kernel.errors import DomainError
from talimger.kernel.models import AuditEntry
from talimger.kernel.policies import system_actor
from talimger.selection.commands import decide, decide_band, set_places
from talimger.selection.jobs import compute_scores
from talimger.selection.models import Candidate, Decision, FairScore, FairScoreRun, HelpfulRating
from talimger.selection.queries import ranking_of
from tests.factories.people import client_for, make_person
from tests.factories.selection import Scene, make_candidate, make_intake, rate

FORM = {"outcome": "accept", "reason": "strong_evidence", "comment": ""}


def compute(scene: Scene) -> FairScoreRun | None:
    scene.intake.refresh_from_db()
    return compute_scores(actor=system_actor(programme_id=scene.programme.pk, now=timezone.now()), intake=scene.intake)


@pytest.fixture
def ranked(scene: Scene) -> Scene:
    """Twelve candidates from weak to strong, three raters each, five places, scores computed."""
    scene.assessors.append(make_person(scene.programme, "assessor", language="en", name="Assessor 4"))
    for levels in ((1, 1, 2), (1, 3, 2), (2, 1, 3), (3, 2, 2), (2, 4, 3), (4, 3, 3), (3, 4, 3), (4, 3, 4), (3, 4, 4), (4, 4, 5)):
        scene.candidate("", *levels)
    scene.candidate("Сильная Ая", 5, 5, 5, 5)
    scene.candidate("Слабый Бота", 1, 1, 1, 1)
    set_places(actor=scene.actor(), intake=scene.intake, places=5, appeal_days=14)
    compute(scene)
    return scene


def named(name: str) -> Candidate:
    return Candidate.objects.get(full_name=name)


def url(scene: Scene, rest: str = "") -> str:
    return scene.url("candidates") + f"ranking/{rest}"


def test_the_run_stores_rank_chance_and_who_is_too_close(ranked: Scene) -> None:
    scores = list(FairScore.objects.order_by("rank"))
    assert [score.rank for score in scores] == list(range(1, 13))
    chances = [score.chance_above_line for score in scores]
    assert chances[0] > 0.9
    assert chances[-1] < 0.1
    assert sum(chances) == pytest.approx(5, abs=0.1)
    assert any(score.is_too_close for score in scores)
    assert not scores[0].is_too_close
    assert FairScoreRun.objects.latest("pk").places == 5


def test_a_helpful_rating_names_somebody_who_has_not_rated_the_candidate(ranked: Scene) -> None:
    rows = list(HelpfulRating.objects.all())
    assert rows
    for row in rows:
        assert not row.candidate.sheets.filter(assessor=row.assessor).exists()
        assert row.candidate.fair_scores.get().is_too_close


def test_the_page_tells_the_chance_in_words_and_draws_the_line(ranked: Scene, officer: Client) -> None:
    text = officer.get(url(ranked)).content.decode()
    assert "too close to call" in text
    assert "cannot be told" in text
    assert "Assessor 4 rates" in text
    found = ranking_of(ranked.actor(), ranked.intake)
    assert (found.above + found.close + found.below, found.cut is not None) == (12, True)


def test_without_a_number_of_places_there_is_an_order_and_no_line(scene: Scene, officer: Client) -> None:
    for level in (2, 3, 4, 5):
        scene.candidate("", level, level)
    compute(scene)
    found = ranking_of(scene.actor(), scene.intake)
    assert [band.kind for band in found.bands] == ["all"]
    assert found.cut is None
    assert "Say how many places there are" in officer.get(url(scene)).content.decode()


def test_as_many_places_as_candidates_take_everybody(ranked: Scene) -> None:
    set_places(actor=ranked.actor(), intake=ranked.intake, places=12, appeal_days=14)
    run = compute(ranked)
    assert {score.chance_above_line for score in run.scores.all()} == {1.0}
    assert not run.helpful_ratings.exists()


def test_who_withdrew_takes_no_place(ranked: Scene) -> None:
    Candidate.objects.filter(pk=named("Сильная Ая").pk).update(withdrawn_at=timezone.now())
    run = compute(ranked)
    assert run.scores.get(candidate=named("Сильная Ая")).rank is None
    assert "Сильная Ая" not in [row.candidate.full_name for band in ranking_of(ranked.actor(), ranked.intake).bands for row in band.rows]


# ── decisions ──


def test_a_band_is_decided_at_once_and_each_decision_stands_by_itself(ranked: Scene, officer: Client) -> None:
    band = ranking_of(ranked.actor(), ranked.intake).bands[0]
    for _click in range(2):
        answer = officer.post(url(ranked, "decide/"), FORM | {"candidates": band.keys})
        assert answer.status_code == 303
    assert Decision.objects.count() == len(band.rows)
    assert AuditEntry.objects.filter(action="selection.decide").count() == len(band.rows)


def test_a_band_is_decided_all_or_nothing(ranked: Scene, officer: Client) -> None:
    strong, weak = named("Сильная Ая"), named("Слабый Бота")
    answer = officer.post(url(ranked, "decide/"), FORM | {"candidates": [str(strong.pk), str(weak.pk)]})
    assert answer.status_code == 422
    assert "Слабый Бота: This departs from the computed order." in answer.content.decode()
    assert not Decision.objects.exists()


def test_a_departure_from_the_order_needs_a_comment_and_is_listed(ranked: Scene, officer: Client) -> None:
    weak = named("Слабый Бота")
    with pytest.raises(DomainError) as refusal:
        decide(actor=ranked.actor(), candidate=weak, outcome="accept", reason="needed_strength")
    assert refusal.value.code == "order"
    decision = decide(actor=ranked.actor(), candidate=weak, outcome="accept", reason="needed_strength", comment="из Жезказгана")
    assert decision.departs_from_order
    assert decision.run == FairScoreRun.objects.latest("pk")
    assert "из Жезказгана" in officer.get(url(ranked)).content.decode()


def test_not_now_above_the_line_departs_too_unless_the_candidate_withdrew(ranked: Scene) -> None:
    strong = named("Сильная Ая")
    with pytest.raises(DomainError):
        decide(actor=ranked.actor(), candidate=strong, outcome="not_now", reason="evidence_too_thin")
    assert not decide(actor=ranked.actor(), candidate=strong, outcome="not_now", reason="withdrew").departs_from_order


@pytest.mark.parametrize("outcome", [("accept", "strong_evidence"), ("reserve", "places_filled")])
def test_who_is_too_close_is_decided_either_way_without_a_comment(ranked: Scene, outcome: tuple[str, str]) -> None:
    close = FairScore.objects.filter(is_too_close=True).first().candidate
    decision = decide(actor=ranked.actor(), candidate=close, outcome=outcome[0], reason=outcome[1])
    assert not decision.departs_from_order


@pytest.mark.parametrize("keys", [[], ["abc"], ["-1"], ["9" * 30], ["999999"], ["1,", ",,", "\x00"]])
def test_ticks_that_mean_nothing_decide_nothing(ranked: Scene, officer: Client, keys: list[str]) -> None:
    answer = officer.post(url(ranked, "decide/"), FORM | {"candidates": keys, "comment": "не потерять"})
    assert answer.status_code in (422, 303)
    assert Decision.objects.count() <= 1


def test_a_candidate_of_another_intake_is_not_in_this_band(ranked: Scene) -> None:
    stranger = make_candidate(make_intake(ranked.programme, ranked.intake.framework))
    with pytest.raises(DomainError):
        decide_band(actor=ranked.actor(), intake=ranked.intake, candidates=[stranger.pk], outcome="accept", reason="strong_evidence")


@pytest.mark.parametrize("role", ["coordinator", "assessor", "analyst", "administrator"])
def test_nobody_but_an_officer_decides_on_the_list(ranked: Scene, role: str) -> None:
    answer = client_for(ranked.person(role)).post(url(ranked, "decide/"), FORM | {"candidates": str(named("Сильная Ая").pk)})
    assert answer.status_code == 404
    with pytest.raises(Http404):
        decide(actor=ranked.actor(ranked.person(role)), candidate=named("Сильная Ая"), outcome="accept", reason="strong_evidence")


def test_whose_file_one_may_not_open_is_not_on_ones_list(ranked: Scene) -> None:
    friend = make_person(ranked.programme, "officer", "assessor", language="en")
    ranked.sheet(named("Сильная Ая"), friend, "written", state="conflict")
    assert "Сильная Ая" not in client_for(friend).get(url(ranked)).content.decode()


def test_a_candidate_with_an_open_sheet_has_no_place_in_the_order(ranked: Scene, officer: Client) -> None:
    ranked.sheet(named("Сильная Ая"), 3, "written")
    assert "Сильная Ая" not in officer.get(url(ranked)).content.decode()


def test_the_list_costs_the_same_for_twelve_candidates_and_for_thirty(ranked: Scene, officer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert officer.get(url(ranked)).status_code == 200
        return len(asked)

    queries()
    few = queries()
    for number in range(18):
        ranked.candidate("", 1 + number % 5, 2 + number % 4, 3)
    compute(ranked)
    assert queries() == few


def test_parts_without_a_link_have_no_common_line(scene: Scene, officer: Client) -> None:
    others = [make_person(scene.programme, "assessor", language="en") for _each in range(2)]
    for level in (2, 3, 4, 5):
        scene.candidate("", level, max(level - 1, 1))
        candidate = scene.candidate("")
        for person in others:
            rate(scene.sheet(candidate, person), level)
    set_places(actor=scene.actor(), intake=scene.intake, places=3, appeal_days=14)
    run = compute(scene)
    assert run.parts == 2
    assert {score.chance_above_line for score in run.scores.all()} == {None}
    assert not run.severities.exists()
    assert "There are groups that cannot be compared" in officer.get(url(scene)).content.decode()
