"""How many sheets a second can be saved: a real server with two web processes, assessors who save all the time."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from talimger.bench.pages import HOST, answers, signed_in
from talimger.bench.seed import Seeded
from talimger.kernel.tenancy import programme_scope
from talimger.selection.models import OPEN_STATES, RatingSheet

WEB_PROCESSES = 2
CLIENTS = 8
CSRF = "b" * 32
MB = 1024


@dataclass(frozen=True)
class Saving:
    """What came of it; ``worker_mb`` is the resident memory of the larger web process afterwards."""

    saved: int
    errors: int
    seconds: float
    worker_mb: float

    @property
    def per_second(self) -> float:
        return self.saved / self.seconds


@dataclass
class Assessor:
    """One person who saves their own open sheets in turn, over one connection for as long as the server keeps it."""

    cookies: str
    sheets: list[tuple[str, dict[str, str]]]
    saved: int = 0
    errors: int = 0
    _revisions: dict[str, int] = field(default_factory=dict)

    def work(self, port: int, until: float) -> None:
        connection = http.client.HTTPConnection(HOST, port, timeout=30)
        while time.monotonic() < until:
            path, fields = self.sheets[(self.saved + self.errors) % len(self.sheets)]
            revision = self._revisions.setdefault(path, int(fields["revision"]))
            body = urlencode({**fields, "revision": str(revision)})
            headers = {
                "Cookie": self.cookies,
                "X-CSRFToken": CSRF,
                "HX-Request": "true",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            try:
                connection.request("POST", path, body, headers)
                response = connection.getresponse()
                response.read()
                is_saved = response.status == 200
            except (OSError, http.client.HTTPException):
                is_saved = False
                connection.close()
            if is_saved:
                self.saved += 1
                self._revisions[path] += 1
            else:
                self.errors += 1
        connection.close()


def measure_saving(seeded: Seeded, *, seconds: float) -> Saving:
    """Start the server, let the assessors save for some seconds, and look how large the web processes have become."""
    assessors = [_assessor(seeded, number) for number in range(min(CLIENTS, len(seeded.assessors)))]
    with _server() as (process, port):
        # Both processes answer a few times before it counts.
        _let_work(assessors, port, min(1.0, seconds))
        for assessor in assessors:
            assessor.saved = assessor.errors = 0
        started = time.monotonic()
        _let_work(assessors, port, seconds)
        took = time.monotonic() - started
        largest = max(_resident_kb(child) for child in _children(process.pid))
    return Saving(sum(each.saved for each in assessors), sum(each.errors for each in assessors), took, largest / MB)


def _let_work(assessors: list[Assessor], port: int, seconds: float) -> None:
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=assessor.work, args=(port, until)) for assessor in assessors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _assessor(seeded: Seeded, number: int) -> Assessor:
    person = seeded.assessors[number]
    client = signed_in(person)
    cookies = "; ".join([f"{name}={morsel.value}" for name, morsel in client.cookies.items()] + [f"csrftoken={CSRF}"])
    with programme_scope(seeded.programme):
        own = RatingSheet.objects.filter(assessor=person, state__in=OPEN_STATES).order_by("pk")
        sheets = [
            (reverse("selection:sheet", kwargs={"programme": seeded.programme.slug, "pk": sheet.pk}), answers(sheet, sheet.revision))
            for sheet in own
        ]
    return Assessor(cookies, sheets)


@contextmanager
def _server() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The product's own server on a free port, without the worker."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    address = f"{HOST}:{port}"
    command = [sys.executable, "-m", "talimger", "serve", "--bind", address, "--workers", str(WEB_PROCESSES), "--no-worker", "--no-migrate"]
    environment = {**os.environ, "TALIMGER_DATA": str(settings.DATA_DIR)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603  # our own command line
    try:
        _wait_for(process, port)
        yield process, port
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    for _attempt in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not answer within 30 seconds")


def _children(pid: int) -> list[int]:
    found = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text(encoding="ascii").split()
    ]
    return found or [pid]


def _resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
