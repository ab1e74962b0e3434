"""Loading: refused where it must not happen, and the same each time."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from talimger.demo.calendar import DemoCalendar
from talimger.demo.content import SAMPLES, write_samples
from talimger.demo.load import load_demo
from talimger.kernel.errors import DomainError
from talimger.kernel.models import AuditEntry, OutboxMail
from talimger.kernel.tenancy import across_programmes
from talimger.people.models import Cycle, Programme, RoleAssignment, User
from talimger.selection.importing import guess_mapping
from talimger.selection.models import Candidate, Decision, FairScore, ImportLine, Rating, RatingSheet
from talimger.shell.spreadsheets import read_table
from tests.factories.people import make_programme

NOW = dt.datetime(2026, 9, 16, 8, 30, tzinfo=dt.UTC)
# Everybody's own link is random.
LINK = re.compile(r"/me/[^\s/]+/")


class UndoneError(Exception):
    """Ends a trial load."""


def rows_of_a_trial_load(*, now: dt.datetime, seed: int) -> str:
    """The digest of everything that a load writes, keys and random names left out; the load is undone."""
    digest = hashlib.sha256()
    try:
        with transaction.atomic():
            load_demo(now=now, seed=seed)
            with across_programmes():
                for rows in exported():
                    digest.update(repr(rows).encode())
            raise UndoneError
    except UndoneError:
        return digest.hexdigest()


def exported() -> list[list[Any]]:
    """What a load writes, in natural keys. A link in a letter is random; its letter is known by its subject."""
    sheet = ("sheet__candidate__email", "sheet__assessor__email", "sheet__method__code")
    return [
        list(Programme.objects.order_by("slug").values_list("slug", "accent", "contact_email")),
        list(Cycle.objects.order_by("starts_on").values_list("starts_on", "bootcamp_on", "ends_on")),
        list(User.objects.order_by("email").values_list("email", "full_name", "language", "is_demo", "joined_at")),
        list(RoleAssignment.objects.order_by("person__email", "role").values_list("person__email", "role", "starts_on", "ends_on")),
        list(Candidate.objects.order_by("email").values_list("email", "number", "full_name", "born_on", "region", "created_at")),
        list(ImportLine.objects.order_by("batch__intake__programme__slug", "line").values_list("line", "name", "verdict", "messages")),
        sorted(RatingSheet.objects.values_list("candidate__email", "method__code", "assessor__email", "state", "due_on", "revision")),
        sorted(map(repr, RatingSheet.objects.values_list("candidate__email", "method__code", "queue_place", "saved_at", "locked_at"))),
        sorted(map(repr, Rating.objects.values_list(*sheet, "item__order", "level", "no_evidence", "note"))),
        sorted(Decision.objects.values_list("candidate__email", "outcome", "reason", "comment", "decided_at")),
        sorted((email, round(score, 6)) for email, score in FairScore.objects.values_list("candidate__email", "score")),
        sorted(OutboxMail.objects.values_list("to_email", "subject", "language", "created_at")),
        sorted((mail.to_email, LINK.sub("/me/…/", mail.body)) for mail in OutboxMail.objects.filter(purpose="decision")),
        sorted(map(repr, AuditEntry.objects.values_list("at", "action", "person__email", "count"))),
    ]


@pytest.mark.django_db
def test_the_same_seed_and_moment_give_the_same_rows(settings: Settings) -> None:
    settings.DEMO = True
    first = rows_of_a_trial_load(now=NOW, seed=2026)
    assert rows_of_a_trial_load(now=NOW, seed=2026) == first
    assert rows_of_a_trial_load(now=NOW, seed=7) != first


@pytest.mark.django_db
def test_the_demo_is_not_loaded_outside_demo_mode(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(DomainError) as refused:
        load_demo(now=NOW)
    assert refused.value.code == "not_demo"
    assert not Programme.objects.exists()


@pytest.mark.django_db
def test_the_demo_is_not_loaded_into_an_installation_that_is_in_use(settings: Settings) -> None:
    settings.DEMO = True
    make_programme("ours")
    with pytest.raises(DomainError) as refused:
        load_demo(now=NOW)
    assert refused.value.code == "not_empty"
    assert Programme.objects.count() == 1


@pytest.mark.parametrize("day", range(7))
def test_on_every_weekday_the_bootcamp_is_a_friday_nine_weeks_ahead(day: int) -> None:
    calendar = DemoCalendar(NOW + dt.timedelta(days=day))
    assert calendar.bootcamp_on.weekday() == 4
    assert 60 <= (calendar.bootcamp_on - calendar.today).days <= 66
    assert calendar.last_ended_on < calendar.call_on


def test_no_moment_of_the_story_lies_ahead() -> None:
    calendar = DemoCalendar(NOW)
    assert calendar.days_ago(0, 23, 59) == NOW


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sample_spreadsheets_can_be_read_and_their_columns_are_known(name: str, tmp_path: Path) -> None:
    paths = {path.name: path for path in write_samples(tmp_path / "samples")}
    table = read_table(paths[name].read_bytes(), name)
    assert {"full_name", "email"} <= set(guess_mapping(table.headers))
    assert len(table.rows) > 10
