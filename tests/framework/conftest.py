"""A programme with an officer, and its framework as a test wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from talimger.framework.models import FrameworkVersion
from talimger.kernel.policies import Actor
from talimger.people.models import Programme, User
from tests.factories.framework import make_draft, publish_default
from tests.factories.people import actor_of, client_for, make_person


@pytest.fixture
def officer(programme: Programme) -> User:
    return make_person(programme, "officer", language="en")


@pytest.fixture
def actor(officer: User, programme: Programme) -> Actor:
    return actor_of(officer, programme)


@pytest.fixture
def published(actor: Actor) -> FrameworkVersion:
    return publish_default(actor)


@pytest.fixture
def draft(actor: Actor) -> FrameworkVersion:
    return make_draft(actor)


@pytest.fixture
def office(officer: User) -> Client:
    return client_for(officer)


FillIn = Callable[..., Any]


@pytest.fixture
def fill_in(office: Client) -> FillIn:
    """Open a form page, change some fields as a person would, send it."""

    def send(address: str, form: Any = None, **changes: Any) -> Any:
        shown = form or office.get(address).context["form"]
        data = {name: shown[name].value() for name in shown.fields}
        data = {name: value for name, value in data.items() if value is not None}
        return office.post(address, data | changes)

    return send
