"""What every test can ask for.

- ``programme``: a programme, with its scope open; ``other_programme``: a second one, whose scope is closed.
- ``work_until_idle``: does what the worker would do: jobs, events, letters.
- ``at_once``: runs functions in threads that start together, each on its own database connection.

Marks: ``browser`` (tests/journeys), ``postgres`` (needs PostgreSQL), ``both_databases`` (runs on SQLite in the main run and on
PostgreSQL in the second one, see test.sh), ``wheel`` (builds and installs the wheel).
The database is a file (tests/settings.py), so that a live server or a thread sees what a transactional test has committed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from talimger.kernel.tenancy import programme_scope
from talimger.kernel.worker import run_once
from talimger.people.models import Programme
from tests.factories.people import make_programme

_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
hypothesis_settings.register_profile("fast", max_examples=60, deadline=None, suppress_health_check=_SLOW_IS_FINE)
hypothesis_settings.register_profile("ci", parent=hypothesis_settings.get_profile("fast"), max_examples=200, derandomize=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "fast")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs PostgreSQL is skipped on SQLite, with the command that runs it."""
    if "postgresql" in connections.settings["default"]["ENGINE"]:
        return
    skip = pytest.mark.skip(reason="needs PostgreSQL: python tests/tools/postgres_server.py pytest -m 'postgres or both_databases'")
    for item in items:
        if "postgres" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def _no_leftovers_in_the_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """The cache is a table outside the models: what a transactional test leaves there is taken away."""
    yield
    if "transactional_db" in request.fixturenames:
        with request.getfixturevalue("django_db_blocker").unblock():
            cache.clear()


@pytest.fixture
def programme(db: None) -> Iterator[Programme]:
    """The programme "samgau", with its scope open for the whole test."""
    row = make_programme("samgau")
    with programme_scope(row):
        yield row


@pytest.fixture
def other_programme(db: None) -> Programme:
    """A second programme, whose rows must stay invisible."""
    return make_programme("tengri")


@pytest.fixture
def work_until_idle(db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Do everything that is due, as the worker does it, within the test's transaction."""
    # Between two tasks the worker closes connections; the test's own must stay open, or what it wrote is gone.
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)

    def work() -> None:
        while run_once(now=timezone.now()):
            pass

    return work


@pytest.fixture
def at_once(transactional_db: None) -> Callable[..., list[Any]]:
    """Run functions at the same moment, each in a thread with its own connection; their results or exceptions, in order."""

    def run(*functions: Callable[[], Any]) -> list[Any]:
        start = threading.Barrier(len(functions))

        def one(function: Callable[[], Any]) -> Any:
            try:
                start.wait(timeout=10)
                return function()
            except Exception as error:
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(one, functions))

    return run
