"""A list costs the same number of queries whether it shows one row or thirty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from talimger.kernel.outbox import queue_mail
from talimger.people.models import Programme
from tests.factories.people import client_for, give, make_cycle, make_invitation, make_organisation, make_person

pytestmark = pytest.mark.django_db
MOST = 15


def add_person(programme: Programme, number: int) -> None:
    person = make_person(programme, "mentor", organisation=make_organisation(programme))
    give(person, programme, "trainer", until=timezone.localdate() + dt.timedelta(days=number))


def add_invitation(programme: Programme, number: int) -> None:
    sender = make_person(None)
    make_invitation(programme, organisation=make_organisation(programme), created_by=sender)


def add_organisation(programme: Programme, number: int) -> None:
    make_person(programme, "mentor", organisation=make_organisation(programme))


def add_letter(programme: Programme, number: int) -> None:
    queue_mail(purpose="x", to_email="a@example.org", subject="s", body="b", language="ru", now=timezone.now(), programme_id=programme.pk)


def add_cycle(programme: Programme, number: int) -> None:
    make_cycle(programme, bootcamp_on=timezone.localdate() + dt.timedelta(days=number))


@pytest.mark.parametrize(
    ("page", "add"),
    [
        ("list", add_person),
        ("list", add_invitation),
        ("invitations", add_invitation),
        ("organisations", add_organisation),
        ("outbox", add_letter),
        ("cycles", add_cycle),
    ],
)
def test_thirty_rows_cost_no_more_queries_than_one(programme: Programme, page: str, add: Callable[[Programme, int], None]) -> None:
    client, address = client_for(make_person(programme, "officer")), reverse(f"people:{page}", args=["samgau"])
    add(programme, 0)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(1, 30):
        add(programme, number)
    with CaptureQueriesContext(connection) as thirty:
        client.get(address)
    assert len(thirty) == len(one), "\n".join(query["sql"] for query in thirty)
    assert len(thirty) <= MOST


def test_a_persons_page_costs_the_same_for_one_role_and_for_many(programme: Programme) -> None:
    client, person = client_for(make_person(programme, "officer")), make_person(programme, "mentor")
    address = reverse("people:person", args=["samgau", person.pk])
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(10):
        give(
            person, programme, "trainer", until=timezone.localdate() - dt.timedelta(days=number), organisation=make_organisation(programme)
        )
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(one)
