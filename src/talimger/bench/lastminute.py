"""``talimger bench lastminute``: five hundred people send their applications in the last minute of a call.

An installation of its own, in a folder that it deletes; SQLite, settings of production, the product's own server with two web
processes. Nobody in time may be lost, nobody late may be taken, nothing may break; the slowest answer is told.
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from talimger.selection.models import Intake

PEOPLE, LATE, MINUTE = 500, 20, 60.0
BROWSERS = 64
CSRF = "b" * 32
SLOWEST = 10.0


@dataclass(frozen=True)
class Sending:
    """One person: which form, and how many seconds after the start they press the button."""

    path: str
    revision: int
    at: float


@dataclass
class Told:
    """What the people were told, and how long it took."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    # Refused although the button was pressed before the deadline.
    refused_in_time: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, status: int, took: float, *, in_time: bool) -> None:
        with self._lock:
            self.statuses[status] += 1
            self.seconds.append(took)
            self.refused_in_time += in_time and status != 303


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 if somebody was lost, late, or met an error."""
    parser = argparse.ArgumentParser(prog="talimger bench lastminute", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many send in time (%(default)s)")
    parser.add_argument("--seconds", type=float, default=MINUTE, help="how long the last minute is (%(default)s)")
    parser.add_argument("--in", dest="folder", help=argparse.SUPPRESS)
    options = parser.parse_args(sys.argv[1:] if argv is None else argv)
    if options.folder:
        return _measure(options.people, options.seconds)
    # Another process: this one may have read the settings of an installation that is in use.
    with tempfile.TemporaryDirectory(prefix="talimger-bench-") as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TALIMGER_")}
        environment |= {"TALIMGER_DATA": folder, "DJANGO_SETTINGS_MODULE": "talimger.config.settings"}
        command = [sys.executable, "-m", "talimger.bench.lastminute", "--in", folder]
        command += ["--people", str(options.people), "--seconds", str(options.seconds)]
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603  # our own command line


def _measure(people: int, seconds: float) -> int:
    import django  # in the process that measures, and only there

    django.setup()
    from django.db import connections
    from django.utils import timezone, translation

    from talimger.bench.saving import _server
    from talimger.bench.seed import SMALL, write_programme
    from talimger.config import server
    from talimger.kernel.tenancy import programme_scope
    from talimger.selection.models import Application, Candidate, Intake

    server.migrate()
    server.collect_static_files()
    with translation.override("ru"):
        seeded = write_programme(SMALL, now=timezone.now())
    with programme_scope(seeded.programme):
        intake = Intake.objects.get()
        before = Candidate.objects.count()
        sendings = _prepare(intake, people, seconds)
    with _server() as (_process, port):
        with programme_scope(seeded.programme):
            deadline = timezone.now() + dt.timedelta(seconds=seconds)
            Intake.objects.filter(pk=intake.pk).update(apply_until=deadline)
        connections.close_all()
        told = _let_send(sendings, port, seconds)
    with programme_scope(seeded.programme):
        sent = Application.objects.filter(submitted_at__isnull=False)
        late = sent.filter(submitted_at__gte=deadline).count()
        taken = Candidate.objects.count() - before
        numbers = Candidate.objects.values("number").distinct().count()
        lost = told.statuses[303] - taken
    errors = sum(count for status, count in told.statuses.items() if status >= 500 or status == 0)
    slowest, middle = max(told.seconds), sorted(told.seconds)[len(told.seconds) // 2]
    fine = not (lost or late or errors or told.refused_in_time) and numbers == before + taken and slowest <= SLOWEST
    print(f"{people} people in {seconds:g} s, {LATE} too late · 2 web processes · SQLite, synchronous=FULL")
    print(f"taken {taken} · lost {lost} · refused though in time {told.refused_in_time} · late and taken {late} · errors {errors}")
    print(f"middle {middle:.3f} s · slowest {slowest:.2f} s (<= {SLOWEST:g}) · {'met' if fine else 'NOT MET'}")
    return 0 if fine else 1


def _prepare(intake: Intake, people: int, seconds: float) -> list[Sending]:
    """Applications with everything in them, and when each of them is sent: the nearer the deadline, the more of them."""
    from django.urls import reverse
    from django.utils import timezone

    from talimger.kernel.policies import Actor
    from talimger.selection.commands import EntryText, save_application, start_application
    from talimger.selection.links import resume_token_of
    from talimger.selection.models import Gate, Intake

    actor = Actor(user_id=None, programme_id=intake.programme_id, roles=frozenset(), now=timezone.now())
    Intake.objects.filter(pk=intake.pk).update(phase=Intake.Phase.CALL, gate=Gate.DESK, apply_until=actor.now + dt.timedelta(days=1))
    intake.refresh_from_db()
    entries = {"professional": [EntryText("Школа", "учитель", 2015, 2023, "Вела кружок робототехники. " * 20)]}
    sendings = []
    for number in range(people + LATE):
        application = start_application(actor=actor, intake=intake, email=f"last{number}@example.test", language="ru")
        values = {"full_name": f"Последний {number}", "came_through_training": False}
        application = save_application(actor=actor, application=application, revision=0, consent=True, values=values, entries=entries)
        share = (number + 0.5) / people
        at = (seconds - 1) * share**0.5 if number < people else seconds + 0.5
        path = reverse("portal:form_step", kwargs={"token": resume_token_of(application), "step": "send"})
        sendings.append(Sending(path, application.revision, at))
    return sorted(sendings, key=lambda each: each.at)


def _let_send(sendings: Sequence[Sending], port: int, seconds: float) -> Told:
    told, waiting = Told(), queue.SimpleQueue[Sending]()
    for each in sendings:
        waiting.put(each)
    started = time.monotonic()
    threads = [threading.Thread(target=_browser, args=(waiting, port, started, seconds, told)) for _each in range(BROWSERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def _browser(waiting: queue.SimpleQueue[Sending], port: int, started: float, seconds: float, told: Told) -> None:
    headers = {"Cookie": f"csrftoken={CSRF}", "X-CSRFToken": CSRF, "Content-Type": "application/x-www-form-urlencoded"}
    while True:
        try:
            sending = waiting.get_nowait()
        except queue.Empty:
            return
        time.sleep(max(0.0, started + sending.at - time.monotonic()))
        pressed = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("POST", sending.path, urlencode({"revision": sending.revision, "do": "send"}), headers)
            response = connection.getresponse()
            response.read()
            status = response.status
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            connection.close()
        told.note(status, time.monotonic() - pressed, in_time=pressed < started + seconds - 0.5)


if __name__ == "__main__":
    raise SystemExit(main())
