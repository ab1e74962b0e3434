"""The one background process: runs tasks, delivers mail and events, seals the audit, deletes what has expired."""

from __future__ import annotations

import datetime as dt
import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from django.db import close_old_connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from talimger.kernel.audit import seal_audit
from talimger.kernel.events import deliver_events
from talimger.kernel.files import delete_expired_files, delete_stray_files
from talimger.kernel.jobs import fail_abandoned_jobs
from talimger.kernel.models import WorkerBeat
from talimger.kernel.outbox import deliver_due_mail

R = TypeVar("R")
logger = logging.getLogger(__name__)
WORKER_NAME = "worker"
HOUSEKEEPING_EVERY = dt.timedelta(minutes=1)
SWEEP_EVERY = dt.timedelta(days=1)
Chore = Callable[..., object]
"""Called with ``now``."""
_chores: list[Chore] = []


def run_once(*, now: dt.datetime) -> int:
    """Do what is due now, at most one job of it, and return how much there was: jobs, events and letters."""
    return sum(_guarded(step, now) or 0 for step in (_run_one_job, deliver_events, deliver_due_mail))


def _run_one_job(*, now: dt.datetime) -> int:
    # Claiming locks the database, even if there is nothing to claim.
    if not DBTaskResult.objects.ready().exists():
        return 0
    tasks = Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        # One at a time: between two jobs letters leave, and the loop looks whether it is to stop.
        max_tasks=1,
        worker_id=WORKER_NAME,
        excluded_queue_names=[],
    )
    tasks.run()
    done: int = tasks._run_tasks
    return done


def keep_house(*, now: dt.datetime) -> None:
    """What need not happen every second: the sign of life, the audit's seal, expired files, jobs whose worker died."""
    for step in (beat, seal_audit, delete_expired_files, fail_abandoned_jobs, *_chores):
        _guarded(step, now)


def register_chore(step: Chore) -> None:
    """Give the worker a room's own housekeeping: once a minute, and when it starts. The same step twice counts once."""
    if step not in _chores:
        _chores.append(step)


def _guarded(step: Callable[..., R], now: dt.datetime) -> R | None:
    """One step's mistake, or a database that is locked or restarting, must not stop the others: it is tried again."""
    try:
        return step(now=now)
    except Exception:
        logger.exception("%s did not work; trying again", step.__name__.strip("_"))
        return None


def beat(*, now: dt.datetime) -> None:
    """Say that the worker is alive."""
    WorkerBeat.objects.update_or_create(name=WORKER_NAME, defaults={"seen_at": now})


def last_beat() -> dt.datetime | None:
    """When a worker was last seen; ``None`` if there never was one."""
    return WorkerBeat.objects.filter(name=WORKER_NAME).values_list("seen_at", flat=True).first()


class WorkerLoop:
    """Works until told to stop, or until the process that started it is gone; finishes what it is at."""

    def __init__(self, *, interval: float = 1.0, parent: int | None = None) -> None:
        self.interval = interval
        self.parent = parent
        self._stop = threading.Event()

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        self._stop.set()

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        keep_house_at = sweep_at = timezone.now()
        while not self._stop.is_set() and self.parent in (None, os.getppid()):
            close_old_connections()
            now = timezone.now()
            if now >= keep_house_at:
                keep_house(now=now)
                keep_house_at = now + HOUSEKEEPING_EVERY
            if now >= sweep_at:
                _guarded(delete_stray_files, now)
                sweep_at = now + SWEEP_EVERY
            if not run_once(now=now):
                self._stop.wait(self.interval)
