"""Long work: queued with its cause, done once, its progress and its end written down whatever happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from talimger.kernel import jobs
from talimger.kernel.errors import DomainError
from talimger.kernel.jobs import JobFunction, Outcome, Progress, fail_abandoned_jobs, job, run_job, start_job
from talimger.kernel.models import Job
from talimger.kernel.policies import Actor, system_actor
from talimger.kernel.tenancy import across_programmes, current_programme, programme_scope
from talimger.kernel.worker import run_once
from talimger.people.models import Programme
from tests.factories.people import actor_of, make_person, make_programme

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
Work = Callable[[], None]


@pytest.fixture(autouse=True)
def own_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of jobs that these tests name do not stay."""
    monkeypatch.setattr(jobs, "_functions", dict(jobs._functions))


@pytest.fixture
def actor(programme: Programme) -> Actor:
    return actor_of(make_person(programme, "officer"), programme)


def start(actor: Actor, function: JobFunction, **arguments: Any) -> Job:
    job("test.work")(function)
    return start_job(actor=actor, kind="test.work", title="Проверка", **arguments)


def again(row: Job) -> Job:
    with across_programmes():
        return Job.objects.get(pk=row.pk)


def test_a_job_runs_in_its_programme_and_language_and_says_how_it_ended(actor: Actor, programme: Programme, work_until_idle: Work) -> None:
    seen: list[Any] = []

    def work(row: Job, progress: Progress) -> Outcome:
        seen.extend([current_programme(), translation.get_language(), row.arguments, again(row).state])
        return Outcome("Готово: 3 строки", "/p/samgau/")

    with translation.override("kk"):
        row = start(actor, work, file=7)
    assert (row.state, row.is_over, row.language, row.requested_by_id) == ("queued", False, "kk", actor.user_id)
    with programme_scope(make_programme("elsewhere")):
        work_until_idle()
    assert seen == [programme, "kk", {"file": 7}, "running"]
    row = again(row)
    assert (row.state, row.message, row.result_url, row.is_over) == ("done", "Готово: 3 строки", "/p/samgau/", True)
    assert row.started_at is not None
    assert row.finished_at is not None


def test_progress_can_be_watched_while_a_job_runs(actor: Actor, work_until_idle: Work) -> None:
    seen: list[tuple[int, int]] = []

    def work(row: Job, progress: Progress) -> Outcome:
        for done in (0, 2, 9):
            progress.step(done, 4)
            seen.append((again(row).done, again(row).total))
        return Outcome("Готово")

    start(actor, work)
    work_until_idle()
    assert seen == [(0, 4), (2, 4), (4, 4)]


def test_a_rule_that_says_no_is_the_message_of_a_failed_job(actor: Actor, work_until_idle: Work) -> None:
    def work(row: Job, progress: Progress) -> Outcome:
        raise DomainError("В файле нет колонки с именем.")

    row = start(actor, work)
    work_until_idle()
    assert (again(row).state, again(row).message) == ("failed", "В файле нет колонки с именем.")


def test_a_mistake_in_a_job_is_told_plainly_and_logged_with_its_cause(
    actor: Actor, caplog: pytest.LogCaptureFixture, work_until_idle: Work
) -> None:
    def work(row: Job, progress: Progress) -> Outcome:
        raise ZeroDivisionError("secret detail")

    with translation.override("ru"):
        row = start(actor, work)
        expected = _("This did not work, and nothing was changed. Try again or tell your administrator.")
    work_until_idle()
    assert (again(row).state, again(row).message) == ("failed", expected)
    assert "secret detail" not in again(row).message
    assert "ZeroDivisionError" in caplog.text


def test_what_a_failing_job_wrote_in_a_transaction_is_undone(actor: Actor, programme: Programme, work_until_idle: Work) -> None:
    def work(row: Job, progress: Progress) -> Outcome:
        with transaction.atomic():
            Programme.objects.filter(pk=programme.pk).update(contact_email="half@example.test")
            raise DomainError("Нет.")

    start(actor, work)
    work_until_idle()
    programme.refresh_from_db()
    assert programme.contact_email == "office@samgau.test"


def test_a_job_delivered_twice_is_done_once(actor: Actor, work_until_idle: Work) -> None:
    runs: list[int] = []

    def work(row: Job, progress: Progress) -> Outcome:
        runs.append(row.pk)
        return Outcome("Готово")

    row = start(actor, work)
    run_job.call(row.pk)
    run_job.call(row.pk)
    work_until_idle()
    assert runs == [row.pk]
    assert again(row).state == "done"


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_a_job_once(at_once: Callable[..., list[Any]]) -> None:
    programme = make_programme()
    runs: list[int] = []

    def work(row: Job, progress: Progress) -> Outcome:
        runs.append(row.pk)
        return Outcome("Готово")

    with programme_scope(programme):
        row = start(system_actor(programme_id=programme.pk, now=NOW), work)
    assert at_once(*[lambda: run_job.call(row.pk)] * 2, lambda: run_once(now=timezone.now())) == [None, None, 1]
    assert runs == [row.pk]


def test_a_start_that_is_rolled_back_runs_nothing(actor: Actor) -> None:
    with transaction.atomic():
        start(actor, lambda row, progress: Outcome("Готово"))
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_an_unknown_kind_of_job_cannot_be_started(actor: Actor) -> None:
    with pytest.raises(ValueError, match=r"test\.unknown"):
        start_job(actor=actor, kind="test.unknown", title="?")


def test_a_job_whose_kind_is_gone_fails_instead_of_waiting_for_ever(actor: Actor, work_until_idle: Work) -> None:
    row = start(actor, lambda row, progress: Outcome("Готово"))
    del jobs._functions["test.work"]
    work_until_idle()
    assert again(row).state == "failed"


def test_a_job_whose_worker_died_is_told_as_failed_in_its_persons_language(actor: Actor) -> None:
    rows = {}
    for language in ("ru", "kk"):
        with translation.override(language):
            rows[language] = start(actor, lambda row, progress: Outcome("Готово"))
    young = start(actor, lambda row, progress: Outcome("Готово"))
    Job.objects.filter(pk__in=[row.pk for row in rows.values()]).update(state="running", started_at=NOW - dt.timedelta(hours=2))
    Job.objects.filter(pk=young.pk).update(state="running", started_at=NOW - dt.timedelta(minutes=10))
    assert fail_abandoned_jobs(now=NOW) == 2
    for language, row in rows.items():
        with translation.override(language):
            assert (again(row).state, again(row).message) == ("failed", _("The work was interrupted. Please start it again."))
    assert again(young).state == "running"
    assert fail_abandoned_jobs(now=NOW) == 0


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"done": 5, "total": 4}, "job_done_within_total"),
        ({"state": "done"}, "job_finished_when_ended"),
        ({"finished_at": NOW}, "job_finished_when_ended"),
    ],
)
def test_the_database_refuses_a_job_that_contradicts_itself(actor: Actor, wrong: dict[str, Any], constraint: str) -> None:
    row = start(actor, lambda row, progress: Outcome("Готово"))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Job.objects.filter(pk=row.pk).update(**wrong)
