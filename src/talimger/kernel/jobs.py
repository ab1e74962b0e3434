"""Long work: a row with its progress for people, a task on the database for the worker."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django_tasks import task

from talimger.kernel.errors import DomainError
from talimger.kernel.models import Job
from talimger.kernel.policies import Actor
from talimger.kernel.tenancy import across_programmes, programme_scope

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What a finished job says: one sentence, and where to look."""

    message: str
    url: str = ""


class Progress:
    """Given to a job's function; ``step`` writes how far it is, outside the function's own transactions."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def step(self, done: int, total: int) -> None:
        Job.objects.filter(pk=self._job.pk).update(done=min(done, total), total=total)


JobFunction = Callable[[Job, Progress], Outcome]
_functions: dict[str, JobFunction] = {}


def job(kind: str) -> Callable[[JobFunction], JobFunction]:
    """Name a function as the work of a kind of job. It runs in the worker, in the job's programme and language."""

    def decorate(function: JobFunction) -> JobFunction:
        _functions[kind] = function
        return function

    return decorate


def start_job(*, actor: Actor, kind: str, title: str, **arguments: Any) -> Job:
    """Queue work in the running transaction: if that is rolled back, nothing runs."""
    if kind not in _functions:
        raise ValueError(f"no job of the kind {kind}")
    row = Job.objects.create(
        programme_id=actor.programme_key,
        kind=kind,
        title=title[:200],
        arguments=arguments,
        language=(get_language() or "ru")[:2],
        requested_by_id=actor.user_id,
        created_at=actor.now,
    )
    run_job.enqueue(row.pk)
    return row


@task()
def run_job(key: int) -> None:
    """Carry out one job and write down how it ended, whatever happens."""
    with across_programmes():
        claimed = Job.objects.filter(pk=key, state=Job.State.QUEUED).update(state=Job.State.RUNNING, started_at=timezone.now())
        if not claimed:  # delivered twice: the first delivery does the work
            return
        row = Job.objects.select_related("programme").get(pk=key)
    with programme_scope(row.programme), override(row.language):
        try:
            outcome = _functions[row.kind](row, Progress(row))
        except DomainError as error:
            _finish(row, Job.State.FAILED, Outcome(error.message))
        except Exception:
            logger.exception("job %s (%s) failed", row.pk, row.kind)
            _finish(row, Job.State.FAILED, Outcome(_("This did not work, and nothing was changed. Try again or tell your administrator.")))
        else:
            _finish(row, Job.State.DONE, outcome)


def _finish(row: Job, state: Job.State, outcome: Outcome) -> None:
    Job.objects.filter(pk=row.pk).update(
        state=state, finished_at=timezone.now(), message=outcome.message[:500], result_url=outcome.url[:300]
    )


def fail_abandoned_jobs(*, now: dt.datetime, after: dt.timedelta = dt.timedelta(hours=1)) -> int:
    """A job whose worker died is told to the person as failed, in their language; the number of such jobs."""
    failed = 0
    with across_programmes():
        abandoned = Job.objects.filter(state=Job.State.RUNNING, started_at__lte=now - after)
        for language in set(abandoned.values_list("language", flat=True)):
            with override(language):
                words = _("The work was interrupted. Please start it again.")
            failed += abandoned.filter(language=language).update(state=Job.State.FAILED, finished_at=now, message=words)
    return failed
