"""The one background process: runs tasks, delivers mail and events, seals the audit, deletes what has expired."""

from __future__ import annotations

import datetime as dt
import logging
import signal
import threading
from types import FrameType

from django.db import OperationalError, close_old_connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker

from talimger.kernel.audit import seal_audit
from talimger.kernel.events import deliver_events
from talimger.kernel.files import delete_expired_files
from talimger.kernel.jobs import fail_abandoned_jobs
from talimger.kernel.models import WorkerBeat
from talimger.kernel.outbox import deliver_due_mail

logger = logging.getLogger(__name__)
WORKER_NAME = "worker"
HOUSEKEEPING_EVERY = dt.timedelta(minutes=1)


def run_once() -> int:
    """Do everything that is due now, and return how much there was: tasks, events and letters."""
    tasks = Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=WORKER_NAME,
        excluded_queue_names=[],
    )
    tasks.run()
    now = timezone.now()
    done: int = tasks._run_tasks
    return done + deliver_events(now=now) + deliver_due_mail(now=now)


def keep_house(now: dt.datetime) -> None:
    """What need not happen every second: the audit's seal, expired files, jobs whose worker died."""
    seal_audit(now=now)
    delete_expired_files(now=now)
    fail_abandoned_jobs(now=now)


def beat(now: dt.datetime) -> None:
    """Say that the worker is alive."""
    WorkerBeat.objects.update_or_create(name=WORKER_NAME, defaults={"seen_at": now})


def last_beat() -> dt.datetime | None:
    """When a worker was last seen; ``None`` if there never was one."""
    return WorkerBeat.objects.filter(name=WORKER_NAME).values_list("seen_at", flat=True).first()


class WorkerLoop:
    """Works until told to stop; finishes what it is at."""

    def __init__(self, interval: float = 1.0) -> None:
        self.interval = interval
        self._stop = threading.Event()

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        self._stop.set()

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        kept_house_at = dt.datetime.min.replace(tzinfo=dt.UTC)
        while not self._stop.is_set():
            close_old_connections()
            now = timezone.now()
            try:
                if now - kept_house_at >= HOUSEKEEPING_EVERY:
                    beat(now)
                    keep_house(now)
                    kept_house_at = now
                busy = run_once()
            except OperationalError:  # a locked or restarting database: the work is still there afterwards
                logger.exception("the database did not answer; trying again")
                busy = 0
            if not busy:
                self._stop.wait(self.interval)
