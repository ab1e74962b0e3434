"""Fair scores: when they are computed, from what, and what is kept of how they came about."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import override

from talimger import __version__
from talimger.kernel.errors import DomainError
from talimger.kernel.events import deliver_events
from talimger.kernel.models import AuditEntry, Job
from talimger.kernel.policies import Actor, system_actor
from talimger.people.commands import end_role
from talimger.people.models import RoleAssignment
from talimger.selection.assigning import assign_sheets
from talimger.selection.commands import (
    RatingEntry,
    compute_again,
    decide,
    declare_conflict,
    store_scores,
    submit_sheet,
    withdraw_sheet,
)
from talimger.selection.fitting import SOFTWARE, fit_scores
from talimger.selection.jobs import compute_scores
from talimger.selection.models import FairScore, FairScoreRun, Rating, RatingSheet
from talimger.selection.queries import candidates_listed, latest_run, score_input
from tests.factories.people import actor_of, make_person
from tests.factories.selection import Scene, items_of, make_intake, rate, run_jobs

State = RatingSheet.State


def programme_itself(scene: Scene) -> Actor:
    return system_actor(programme_id=scene.programme.pk, now=timezone.now())


def compute(scene: Scene) -> FairScoreRun | None:
    """What the job does."""
    return compute_scores(actor=programme_itself(scene), intake=scene.intake)


def lock(scene: Scene, sheet: RatingSheet, level: int = 3) -> None:
    """Lock a sheet as its assessor does."""
    entries = [RatingEntry(item.pk, level=level) for item in items_of(sheet)]
    submit_sheet(actor=actor_of(sheet.assessor, scene.programme), sheet=sheet, revision=sheet.revision, entries=entries)


def waiting() -> int:
    return Job.objects.filter(kind="selection.fair_scores", state=Job.State.QUEUED).count()


@pytest.fixture
def rated(scene: Scene) -> Scene:
    """The first assessor is strict, the second one lenient, the third one in between: six candidates show it."""
    for levels in ((2, 4, 2), (2, 3, 3), (3, 5, 4), (1, 3, 2), (3, 4, 3), (2, 2, 3)):
        scene.candidate("", *levels)
    return scene


# ── what they are for ──


def test_a_strict_and_a_lenient_assessor_no_longer_decide_the_order(rated: Scene) -> None:
    strictly, leniently = rated.candidate("Ая", 3, None, 4), rated.candidate("Бота", None, 5, 3)
    run = compute(rated)
    by_mean = [row.full_name for row in candidates_listed(rated.actor(), rated.intake, sort="-score")]
    by_score = [row.full_name for row in candidates_listed(rated.actor(), rated.intake, sort="-fair", run=run)]
    assert by_mean.index("Бота") < by_mean.index("Ая")
    assert by_score.index("Ая") < by_score.index("Бота")
    scores = {score.candidate_id: score for score in FairScore.objects.all()}
    assert scores[strictly.pk].score > 3.5
    assert scores[leniently.pk].score < 3.6


def test_a_score_lies_within_its_range_and_both_on_the_scale(rated: Scene) -> None:
    rated.candidate("Ая", 5, 5, 5)
    rated.candidate("Бота", 1, 1, 1)
    compute(rated)
    scores = list(FairScore.objects.all())
    assert len(scores) == 8
    assert all(1 <= score.low < score.score < score.high <= 5 for score in scores)
    assert {score.ratings for score in scores} == {6}


# ── when they are computed ──


def test_locking_a_sheet_asks_for_the_scores_and_a_second_one_that_waits_adds_nothing(rated: Scene) -> None:
    candidate = rated.candidate()
    first, second, third = (rated.sheet(candidate, number) for number in range(3))
    lock(rated, first)
    lock(rated, second)
    assert waiting() == 1
    Job.objects.update(state=Job.State.RUNNING, started_at=timezone.now())
    lock(rated, third)
    assert waiting() == 1
    assert Job.objects.count() == 2


def test_every_intake_has_its_own_job(rated: Scene) -> None:
    lock(rated, rated.sheet(rated.candidate()))
    rated.intake = make_intake(rated.programme, rated.intake.framework)
    lock(rated, rated.sheet(rated.candidate()))
    assert waiting() == 2


def test_a_sheet_that_does_not_lock_asks_for_nothing(rated: Scene) -> None:
    sheet = rated.sheet(rated.candidate())
    with pytest.raises(DomainError):
        submit_sheet(actor=rated.actor(sheet.assessor), sheet=sheet, revision=0, entries=[])
    assert not Job.objects.exists()


def test_a_sheet_given_back_or_withdrawn_may_make_a_candidate_complete(rated: Scene) -> None:
    candidate = rated.candidate("Ая", 3, 4)
    compute(rated)
    for give_back in (
        lambda sheet: withdraw_sheet(actor=rated.actor(), sheet=sheet),
        lambda sheet: declare_conflict(actor=rated.actor(sheet.assessor), sheet=sheet),
    ):
        sheet = rated.sheet(candidate, 2)
        rate(rated.sheet(rated.candidate(), 0), 3)
        compute(rated)
        assert not latest_run(rated.intake).scores.filter(candidate=candidate).exists()
        give_back(sheet)
        assert run_jobs() == 1
        assert latest_run(rated.intake).scores.filter(candidate=candidate).exists()


def test_sheets_that_go_back_with_an_ended_role_ask_for_the_scores(rated: Scene) -> None:
    leaver = make_person(rated.programme, "assessor")
    candidate = rated.candidate("Ая", 3, 4)
    rated.sheet(candidate, leaver, "written")
    role = RoleAssignment.objects.get(person=leaver)
    end_role(actor=rated.actor(), key=role.pk, ends_on=timezone.localdate() - dt.timedelta(days=1))
    deliver_events(now=timezone.now())
    assert RatingSheet.objects.get(assessor=leaver).state == State.WITHDRAWN
    assert run_jobs() == 1
    assert latest_run(rated.intake).scores.filter(candidate=candidate).exists()


def test_the_worker_does_it_and_says_what_it_did(rated: Scene, work_until_idle: Callable[[], None]) -> None:
    candidate = rated.candidate("Ая", 4, 4)
    with override("en"):
        lock(rated, rated.sheet(candidate, 2), 5)
    work_until_idle()
    job, run = Job.objects.get(), latest_run(rated.intake)
    assert (job.state, job.message, job.requested_by) == (Job.State.DONE, "7 fair scores were computed.", None)
    assert (run.job, run.candidates, run.ratings) == (job, 7, 42)
    assert AuditEntry.objects.filter(action="selection.scores.store", target_id=str(run.pk), person=None).count() == 1


def test_who_locks_a_sheet_gets_no_job_to_look_at(rated: Scene) -> None:
    lock(rated, rated.sheet(rated.candidate()))
    assert Job.objects.get().requested_by is None


# ── the same input, the same scores ──


def test_the_same_ratings_make_no_second_run(rated: Scene) -> None:
    assert compute(rated) is not None
    assert compute(rated) is None
    lock(rated, rated.sheet(rated.candidate(), method="written"))
    for _again in range(2):
        compute(rated)
    assert FairScoreRun.objects.count() == 2


def test_another_level_is_another_input_and_another_order_is_the_same(rated: Scene) -> None:
    given = score_input(programme_itself(rated), rated.intake)
    backwards = replace(given, ratings=given.ratings[::-1])
    assert backwards.digest == given.digest
    assert fit_scores(backwards).scores == pytest.approx(fit_scores(given).scores)
    rating = Rating.objects.first()
    Rating.objects.filter(pk=rating.pk).update(level=rating.level % 5 + 1)
    assert score_input(programme_itself(rated), rated.intake).digest != given.digest


def test_a_run_says_how_it_was_made_and_can_be_made_again(rated: Scene) -> None:
    run = compute(rated)
    given = score_input(programme_itself(rated), rated.intake)
    assert (run.method, run.seed, run.input_hash, run.software) == ("mfrm-rsm", 0, given.digest, SOFTWARE)
    assert f"talimger {__version__}, numpy " in run.software
    assert (run.engine in {"quadrature", "laplace"}, run.parts) == (True, 1)
    assert (run.ratings, run.candidates) == (36, 6)
    again = fit_scores(given)
    assert (run.converged, run.reason, run.findings) == (again.converged, again.reason, list(again.findings))
    assert again.deviance == pytest.approx(run.deviance, abs=1e-6)
    stored = {score.candidate_id: score for score in run.scores.all()}
    for each in again.scores:
        kept = stored.pop(each.candidate)
        assert (kept.measure, kept.se, kept.score) == pytest.approx((each.measure, each.se, each.score), abs=1e-6)
        assert (kept.low, kept.high) == pytest.approx((each.low, each.high), abs=1e-6)
    assert not stored


def test_no_evidence_is_no_rating(rated: Scene) -> None:
    rated.candidate("Ая", None, None)
    run = compute(rated)
    assert (run.ratings, run.candidates) == (36, 6)


def test_ratings_that_changed_during_the_computing_are_not_stored(rated: Scene) -> None:
    given = score_input(programme_itself(rated), rated.intake)
    fitted = fit_scores(given)
    rate(rated.sheet(rated.candidate()), 3)
    with pytest.raises(DomainError) as refusal:
        store_scores(actor=programme_itself(rated), intake=rated.intake, given=given, fitted=fitted, software=SOFTWARE)
    assert refusal.value.code == "moved_on"
    assert not FairScoreRun.objects.exists()
    assert not AuditEntry.objects.filter(action="selection.scores.store").exists()


def test_numbers_of_an_old_run_stay_only_if_somebody_decided_by_them(rated: Scene) -> None:
    candidate = rated.candidate("Ая", 4, 4, 4)
    first = compute(rated)
    rate(rated.sheet(rated.candidate()), 3)
    second = compute(rated)
    assert (first.scores.count(), second.scores.count()) == (0, 8)
    decide(actor=rated.actor(), candidate=candidate, outcome="accept", reason="strong_evidence")
    rate(rated.sheet(rated.candidate()), 2)
    third = compute(rated)
    assert (second.scores.count(), third.scores.count()) == (8, 9)
    assert FairScoreRun.objects.count() == 3


# ── who gets one ──


def test_an_incomplete_candidate_helps_to_tell_severity_and_gets_no_score(rated: Scene) -> None:
    waits = rated.candidate("Ая", 5, 5)
    rated.sheet(waits, 2)
    run = compute(rated)
    assert run.ratings == 40
    assert not FairScore.objects.filter(candidate=waits).exists()


def test_a_sheet_that_is_open_counts_for_nothing(rated: Scene) -> None:
    waits = rated.candidate("Ая", 5)
    rate(rated.sheet(waits, 1), 1, lock=False)
    rate(rated.sheet(waits, 2), 1, lock=False)
    RatingSheet.objects.filter(candidate=waits, assessor=rated.assessors[2]).update(state=State.WITHDRAWN)
    assert compute(rated).ratings == 38


def test_while_nobody_is_complete_nothing_is_computed(scene: Scene) -> None:
    waits = scene.candidate("Ая", 5, 4)
    scene.sheet(waits, 2)
    assert compute(scene) is None
    assert not FairScoreRun.objects.exists()


# ── too little ──


def test_where_there_is_nothing_to_compute_the_run_says_why(scene: Scene) -> None:
    scene.candidate("Ая", None)
    nothing = compute(scene)
    assert (nothing.reason, nothing.is_made, nothing.converged, nothing.ratings) == ("no_ratings", False, False, 0)
    scene.candidate("Бота", 3, 3)
    same = compute(scene)
    assert (same.reason, same.is_made, same.candidates) == ("one_category", False, 0)
    scene.candidate("Сая", 2, 4)
    assert compute(scene).is_made
    assert FairScore.objects.exists()


def test_candidates_without_a_link_stand_in_parts(rated: Scene) -> None:
    apart = [make_person(rated.programme, "assessor") for _each in range(2)]
    for level in (2, 4):
        candidate = rated.candidate()
        for person, given in zip(apart, (level, level + 1), strict=True):
            rate(rated.sheet(candidate, person), given)
    run = compute(rated)
    assert (run.parts, "disconnected" in run.findings) == (2, True)
    assert sorted(run.scores.values_list("part", flat=True)) == [1, 1, 1, 1, 1, 1, 2, 2]


# ── the rules ──


def test_the_database_keeps_a_score_once_within_its_range_and_on_the_scale(rated: Scene) -> None:
    run = compute(rated)
    score = run.scores.first()
    for wrong in ({"low": score.score + 0.1}, {"high": score.score - 0.1}, {"low": 0.9}, {"high": 5.1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FairScore.objects.filter(pk=score.pk).update(**wrong)
    score.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        score.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        FairScoreRun.objects.update(converged=False, reason="")


@pytest.mark.parametrize("role", ["assessor", "analyst", "mentor", "administrator"])
def test_who_does_not_work_in_the_office_computes_nothing(rated: Scene, role: str) -> None:
    actor = rated.actor(rated.person(role))
    given = score_input(actor, rated.intake)
    with pytest.raises(Http404):
        compute_again(actor=actor, intake=rated.intake)
    with pytest.raises(Http404):
        store_scores(actor=actor, intake=rated.intake, given=given, fitted=fit_scores(given), software=SOFTWARE)
    assert not Job.objects.exists()


def test_assigning_alone_computes_nothing(rated: Scene) -> None:
    candidate = rated.candidate("Ая", 3, 4)
    compute(rated)
    assign_sheets(
        actor=rated.actor(),
        intake=rated.intake,
        candidates=[candidate.pk],
        methods=[rated.methods["written"].pk],
        assessors=[person.pk for person in rated.assessors],
        due_on=rated.intake.rate_by,
        rng=random.Random(1),
    )
    assert not Job.objects.exists()
