"""What one page costs: SQL statements, processor time and bytes, with Django's test client in this process."""

from __future__ import annotations

import gc
import gzip
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from talimger.bench.seed import Seeded
from talimger.framework.queries import items_of_method
from talimger.kernel.tenancy import programme_scope
from talimger.people.models import User
from talimger.selection.models import OPEN_STATES, RatingSheet

WARM_UP, RUNS = 5, 20
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Target:
    """The most that a page may cost; ``None`` where nothing is promised."""

    sql: int | None = None
    cpu_ms: float | None = None


@dataclass(frozen=True)
class Cost:
    """What a page did cost: ``cpu_ms`` is the median of twenty runs after warm-up, bytes are those of the body."""

    name: str
    sql: int
    cpu_ms: float
    size: int
    packed: int
    target: Target

    @property
    def is_met(self) -> bool:
        within_sql = self.target.sql is None or self.sql <= self.target.sql
        return within_sql and (self.target.cpu_ms is None or self.cpu_ms <= self.target.cpu_ms)


def signed_in(person: User) -> Client:
    """A browser in which the person is signed in, past the second step."""
    client = Client(SERVER_NAME=HOST)
    client.force_login(person, backend="talimger.people.authentication.PersonBackend")
    session = client.session
    session["second_factor_seen"] = True
    session.save()
    return client


def answers(sheet: RatingSheet, revision: int) -> dict[str, str]:
    """What the form of a sheet sends: a level for every item, a note for every second one. Call it within the programme's scope."""
    fields = {"revision": str(revision), "step": "save"}
    for place, item in enumerate(items_of_method(sheet.method_id)):
        fields[f"level-{item.pk}"] = str(1 + (revision + place) % 5)
        fields[f"note-{item.pk}"] = "Топқа уақыт береді, бәрі сөйлейді." if place % 2 else ""
    return fields


def measure(name: str, ask: Callable[[], HttpResponse | Any], target: Target) -> Cost:
    """Ask for a page until it is warm, count its statements once, then take the median of its processor time."""
    for _run in range(WARM_UP):
        response = ask()
    with CaptureQueriesContext(connection) as statements:
        response = ask()
    # Read at once: the next request empties the log.
    sql = len(statements)
    if response.status_code not in (200, 303):
        raise RuntimeError(f"{name} answered {response.status_code}")
    times = []
    gc.collect()
    for _run in range(RUNS):
        started = time.process_time()
        ask()
        times.append((time.process_time() - started) * 1000)
    body = response.content
    packed = len(gzip.compress(body, 6))
    return Cost(name, sql, statistics.median(times), len(body), packed, target)


class Saver:
    """Saves one sheet again and again, as the page's own autosave or as a plain form does."""

    def __init__(self, client: Client, path: str, sheet: RatingSheet, *, htmx: bool) -> None:
        self._client, self._path, self._fields, self._htmx = client, path, answers(sheet, sheet.revision), htmx
        self._revision = sheet.revision

    def __call__(self) -> Any:
        headers = {"HX-Request": "true"} if self._htmx else {}
        response = self._client.post(self._path, {**self._fields, "revision": str(self._revision)}, headers=headers)
        self._revision += 1
        return response


def measure_pages(seeded: Seeded) -> list[Cost]:
    """The pages of the main job, at fifty rows where they are lists."""
    slug, intake = seeded.programme.slug, seeded.intake.pk
    officer, assessor = signed_in(seeded.officer), signed_in(seeded.assessors[0])
    with programme_scope(seeded.programme):
        own = RatingSheet.objects.filter(assessor=seeded.assessors[0], state__in=OPEN_STATES)
        sheets = list(own.filter(method__code="professional_experience").select_related("candidate", "method").order_by("pk")[:2])
        autosaved, saved = (
            Saver(assessor, _path("sheet", slug, sheet.pk), sheet, htmx=htmx) for sheet, htmx in zip(sheets, (True, False), strict=True)
        )

    def page(client: Client, path: str) -> Callable[[], Any]:
        return lambda: client.get(path)

    queue = reverse("selection:queue", kwargs={"programme": slug})
    listed = _path("candidates", slug, intake)
    return [
        measure("queue", page(assessor, queue), Target(15, 60)),
        measure("candidates by name", page(officer, listed), Target(15, 100)),
        measure("by fair score", page(officer, f"{listed}?sort=-fair"), Target(15, 100)),
        measure("by raw mean", page(officer, f"{listed}?sort=-score"), Target(15, 100)),
        measure("sheet", page(assessor, _path("sheet", slug, sheets[0].pk)), Target(15, 25)),
        measure("sheet saves itself", autosaved, Target(15, 20)),
        measure("sheet saved by hand", saved, Target(15, 20)),
        measure("board", page(officer, _path("board", slug, intake)), Target()),
    ]


def _path(name: str, slug: str, pk: int) -> str:
    return reverse(f"selection:{name}", kwargs={"programme": slug, "pk": pk})
