"""Two people, or two windows, at the same moment: one effect each, whichever of them was first.

Each pair runs in two forced interleavings: the second one begins when the first has done its work and has not committed yet.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from talimger.kernel import commands as kernel_commands
from talimger.kernel.errors import DomainError
from talimger.kernel.jobs import run_job
from talimger.kernel.models import Job, OutboxMail
from talimger.kernel.policies import system_actor
from talimger.kernel.tenancy import programme_scope
from talimger.selection.assigning import assign_sheets
from talimger.selection.commands import (
    RatingEntry,
    compute_again,
    decide,
    declare_conflict,
    save_sheet,
    start_writing,
    submit_sheet,
    undo_import,
    upload_candidates,
    withdraw_sheet,
)
from talimger.selection.jobs import compute_scores
from talimger.selection.models import Candidate, CandidateImport, Decision, FairScore, FairScoreRun, Rating, RatingSheet
from talimger.selection.queries import latest_run, score_input
from tests.factories.people import make_person
from tests.factories.selection import Scene, items_of, make_candidate, make_candidates, make_import, run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
State = RatingSheet.State
Work = Callable[[], Any]
BOTH_ORDERS = pytest.mark.parametrize("swapped", [False, True], ids=["as written", "the other way round"])


class Together:
    """Runs two commands so that the second begins while the first has not committed; gives their results in the order written."""

    def __init__(self, scene: Scene, at_once: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch) -> None:
        self._scene, self._at_once = scene, at_once
        self._done, self._begun = threading.Event(), threading.Event()
        self._first: int | None = None
        record = kernel_commands.record

        def paused(**values: Any) -> Any:
            if threading.get_ident() == self._first:
                self._done.set()
                self._begun.wait(5)
                time.sleep(0.05)  # the other one now waits for our lock, or has read what we are about to change
            return record(**values)

        monkeypatch.setattr(kernel_commands, "record", paused)

    def __call__(self, one: Work, two: Work, *, swapped: bool) -> tuple[Any, Any]:
        earlier, later = (two, one) if swapped else (one, two)

        def first() -> Any:
            self._first = threading.get_ident()
            with programme_scope(self._scene.programme):
                return earlier()

        def second() -> Any:
            assert self._done.wait(10)
            self._begun.set()
            with programme_scope(self._scene.programme):
                return later()

        results = self._at_once(first, second)
        return (results[1], results[0]) if swapped else (results[0], results[1])


@pytest.fixture
def together(scene: Scene, at_once: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch) -> Together:
    return Together(scene, at_once, monkeypatch)


@pytest.fixture
def sheet(scene: Scene) -> RatingSheet:
    return scene.sheet(scene.candidate())


def filled(sheet: RatingSheet, level: int) -> list[RatingEntry]:
    return [RatingEntry(item.pk, level=level) for item in items_of(sheet)]


def levels(sheet: RatingSheet) -> set[int | None]:
    return set(Rating.objects.filter(sheet=sheet).values_list("level", flat=True))


def code_of(result: object) -> str:
    assert isinstance(result, DomainError), result
    return result.code


# ── one sheet in two windows ──


@BOTH_ORDERS
def test_of_two_savings_the_first_one_stands_and_the_second_one_is_told(
    scene: Scene, sheet: RatingSheet, together: Together, swapped: bool
) -> None:
    actor = scene.actor(scene.assessors[0])
    results = together(
        lambda: save_sheet(actor=actor, sheet=sheet, revision=0, entries=filled(sheet, 1)),
        lambda: save_sheet(actor=actor, sheet=sheet, revision=0, entries=filled(sheet, 5)),
        swapped=swapped,
    )
    assert code_of(results[0 if swapped else 1]) == "stale"
    assert levels(sheet) == ({5} if swapped else {1})
    sheet.refresh_from_db()
    assert sheet.revision == 1


@BOTH_ORDERS
def test_a_saving_never_changes_a_sheet_that_another_window_locks(
    scene: Scene, sheet: RatingSheet, together: Together, swapped: bool
) -> None:
    actor = scene.actor(scene.assessors[0])
    locked, saved = together(
        lambda: submit_sheet(actor=actor, sheet=sheet, revision=0, entries=filled(sheet, 1)),
        lambda: save_sheet(actor=actor, sheet=sheet, revision=0, entries=filled(sheet, 5)),
        swapped=swapped,
    )
    assert code_of(locked if swapped else saved) == ("stale" if swapped else "locked")
    sheet.refresh_from_db()
    assert (sheet.state, levels(sheet)) == ((State.DRAFT, {5}) if swapped else (State.LOCKED, {1}))


@BOTH_ORDERS
def test_a_sheet_is_locked_once(scene: Scene, sheet: RatingSheet, together: Together, swapped: bool) -> None:
    actor = scene.actor(scene.assessors[0])
    results = together(
        lambda: submit_sheet(actor=actor, sheet=sheet, revision=0, entries=filled(sheet, 1)),
        lambda: submit_sheet(actor=actor, sheet=sheet, revision=0, entries=filled(sheet, 5)),
        swapped=swapped,
    )
    assert code_of(results[0 if swapped else 1]) == "locked"
    assert levels(sheet) == ({5} if swapped else {1})


@BOTH_ORDERS
def test_a_sheet_that_is_being_given_back_takes_no_more_ratings(
    scene: Scene, sheet: RatingSheet, together: Together, swapped: bool
) -> None:
    actor = scene.actor(scene.assessors[0])
    saved, _conflict = together(
        lambda: save_sheet(actor=actor, sheet=sheet, revision=0, entries=filled(sheet, 1)),
        lambda: declare_conflict(actor=actor, sheet=sheet),
        swapped=swapped,
    )
    sheet.refresh_from_db()
    assert sheet.state == State.CONFLICT
    assert isinstance(saved, Http404 if swapped else RatingSheet)
    assert levels(sheet) == (set() if swapped else {1})


@BOTH_ORDERS
def test_a_sheet_is_either_locked_or_withdrawn(scene: Scene, sheet: RatingSheet, together: Together, swapped: bool) -> None:
    actor, office = scene.actor(scene.assessors[0]), scene.actor()
    locked, withdrawn = together(
        lambda: submit_sheet(actor=actor, sheet=sheet, revision=0, entries=filled(sheet, 1)),
        lambda: withdraw_sheet(actor=office, sheet=sheet),
        swapped=swapped,
    )
    sheet.refresh_from_db()
    if swapped:
        assert (sheet.state, isinstance(locked, Http404)) == (State.WITHDRAWN, True)
    else:
        assert (sheet.state, code_of(withdrawn)) == (State.LOCKED, "moved_on")


@BOTH_ORDERS
def test_a_conflict_declared_while_the_sheet_is_locked_wins(scene: Scene, sheet: RatingSheet, together: Together, swapped: bool) -> None:
    actor = scene.actor(scene.assessors[0])
    together(
        lambda: submit_sheet(actor=actor, sheet=sheet, revision=0, entries=filled(sheet, 1)),
        lambda: declare_conflict(actor=actor, sheet=sheet),
        swapped=swapped,
    )
    sheet.refresh_from_db()
    assert sheet.state == State.CONFLICT
    assert score_input(scene.actor(), scene.intake).ratings == ()


# ── the office ──


@BOTH_ORDERS
def test_two_officers_take_one_decision_and_no_letter_leaves_yet(scene: Scene, together: Together, swapped: bool) -> None:
    candidate = scene.candidate("", 3, 3)
    other = make_person(scene.programme, "officer")
    results = together(
        lambda: decide(actor=scene.actor(), candidate=candidate, outcome="accept", reason="strong_evidence"),
        lambda: decide(actor=scene.actor(other), candidate=candidate, outcome="not_now", reason="withdrew"),
        swapped=swapped,
    )
    assert code_of(results[0 if swapped else 1]) == "stale"
    assert [decision.outcome for decision in Decision.objects.all()] == ["not_now" if swapped else "accept"]
    assert not OutboxMail.objects.exists()


@BOTH_ORDERS
def test_two_officers_who_assign_at_once_assign_everything_once(scene: Scene, together: Together, swapped: bool) -> None:
    candidates = [candidate.pk for candidate in make_candidates(scene.intake, 4)]

    def assign(seed: int) -> list[RatingSheet]:
        return assign_sheets(
            actor=scene.actor(),
            intake=scene.intake,
            candidates=candidates,
            methods=[scene.methods["professional_experience"].pk],
            assessors=[person.pk for person in scene.assessors],
            due_on=scene.intake.rate_by,
            rng=random.Random(seed),
        )

    first, second = together(lambda: assign(1), lambda: assign(2), swapped=swapped)
    assert sorted((len(first), len(second))) == [0, 4]
    assert RatingSheet.objects.count() == 4


@BOTH_ORDERS
def test_candidates_are_taken_back_or_assigned_but_never_both(scene: Scene, together: Together, swapped: bool) -> None:
    batch = make_import(scene.intake, state="written", written_at=scene.actor().now)
    candidate = make_candidate(scene.intake, brought_by=batch)

    def assign() -> list[RatingSheet]:
        return assign_sheets(
            actor=scene.actor(),
            intake=scene.intake,
            candidates=[candidate.pk],
            methods=[scene.methods["professional_experience"].pk],
            assessors=[person.pk for person in scene.assessors],
            due_on=scene.intake.rate_by,
            rng=random.Random(1),
        )

    assigned, undone = together(assign, lambda: undo_import(actor=scene.actor(), batch=batch), swapped=swapped)
    if swapped:
        assert (undone, assigned.field) == (1, "candidates")
        assert not Candidate.objects.exists()
    else:
        assert len(assigned) == 1
        assert "cannot be undone" in str(undone) or isinstance(undone, DomainError)
        assert Candidate.objects.count() == 1


@BOTH_ORDERS
def test_two_clicks_on_write_start_one_job(scene: Scene, together: Together, swapped: bool) -> None:
    content = "ФИО;Почта\nА;a@example.org\n".encode()
    batch = upload_candidates(actor=scene.actor(), intake=scene.intake, content=content, file_name="form.csv")
    CandidateImport.objects.update(state="mapped")
    first, second = together(
        lambda: start_writing(actor=scene.actor(), batch=batch), lambda: start_writing(actor=scene.actor(), batch=batch), swapped=swapped
    )
    assert first == second
    assert Job.objects.count() == 1


# ── fair scores ──


@pytest.fixture
def rated(scene: Scene) -> Scene:
    """Two complete candidates, and a job that waits to compute their scores."""
    for levels in ((2, 3), (4, 3)):
        scene.candidate("", *levels)
    compute_again(actor=scene.actor(), intake=scene.intake)
    return scene


def lock_one(scene: Scene) -> Work:
    """A sheet that waits for its assessor to lock it."""
    sheet = scene.sheet(scene.candidate())
    return lambda: submit_sheet(actor=scene.actor(scene.assessors[0]), sheet=sheet, revision=0, entries=filled(sheet, 3))


@BOTH_ORDERS
def test_two_sheets_locked_at_once_queue_one_job(scene: Scene, together: Together, swapped: bool) -> None:
    together(lock_one(scene), lock_one(scene), swapped=swapped)
    assert RatingSheet.objects.filter(state=State.LOCKED).count() == 2
    assert Job.objects.count() == 1


@BOTH_ORDERS
def test_no_rating_is_lost_between_a_sheet_that_locks_and_a_job_that_begins(rated: Scene, together: Together, swapped: bool) -> None:
    job = Job.objects.get()
    together(lock_one(rated), lambda: run_job.call(job.pk), swapped=swapped)
    run_jobs()
    assert not Job.objects.exclude(state=Job.State.DONE).exists()
    run = latest_run(rated.intake)
    assert run is not None
    assert (run.ratings, run.candidates) == (10, 3)


def test_two_workers_store_one_run_of_the_same_ratings(rated: Scene, at_once: Callable[..., list[Any]]) -> None:
    def work() -> Any:
        with programme_scope(rated.programme):
            return compute_scores(actor=system_actor(programme_id=rated.programme.pk, now=timezone.now()), intake=rated.intake)

    results = at_once(work, work, work)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert len([result for result in results if result is not None]) == 1
    assert FairScoreRun.objects.count() == 1
    assert FairScore.objects.count() == 2
