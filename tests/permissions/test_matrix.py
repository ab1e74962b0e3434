"""Every address x method x role x own or other programme. What is not allowed looks exactly like what is not there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from talimger.framework.models import Competency, Method
from talimger.kernel.tenancy import across_programmes
from talimger.people.roles import Role
from tests.factories.people import client_for
from tests.permissions.matrix import MATRIX, PUBLIC, Line
from tests.permissions.world import CANARY, Unit, build

pytestmark = pytest.mark.django_db
# A quick run asks for one person who may, one who may not; the full run asks for everybody.
SAMPLED = bool(os.environ.get("TALIMGER_SAMPLE_MATRIX"))


@pytest.fixture(scope="module")
def units(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Unit, Unit]]:
    """Two programmes, built once; every request below is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build("samgau", "Свой"), build("tengri", CANARY)
        transaction.set_rollback(True)


def _names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        elif pattern.name:
            yield f"{prefix}{pattern.name}"


def test_every_address_stands_in_the_matrix() -> None:
    names = {name for name in _names(get_resolver().url_patterns) if not name.startswith(NOT_OFFERED)}
    assert names == set(MATRIX) | set(PUBLIC)


# allauth reverses these; we offer none of them, and each answers 404 to everybody (tests/people).
NOT_OFFERED = ("account_signup", "account_email", "account_set_password", "account_confirm", "account_request", "account_verify")


def _key(unit: Unit, what: str, role: str) -> Any:
    if what.startswith("="):
        return what[1:]
    if what == "own_sheet":
        return unit.sheets.get(role, unit.sheets["assessor"])
    if what in ("published_competency", "published_method"):
        model = Competency if what == "published_competency" else Method
        with across_programmes():
            return model.objects.filter(version=unit.keys["version"]).values_list("pk", flat=True)[0]
    return unit.keys[what]


def address_of(name: str, line: Line, where: Unit, things: Unit, role: str) -> str:
    keys = {key: _key(things, what, role) for key, what in line.keys}
    return reverse(name, kwargs={"programme": where.programme.slug, **keys})


def _ask(client: Client, method: str, address: str) -> HttpResponse:
    """One request that leaves nothing behind."""
    with transaction.atomic():
        response = client.generic(method, address, content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    return response  # type: ignore[return-value]  # the test client's own subclass


def _refused(response: HttpResponse) -> bool:
    return response.status_code == 404


def _without_token(response: HttpResponse) -> bytes:
    """A page without the random part that differs from request to request."""
    return re.sub(rb"[A-Za-z0-9]{64}", b"", response.content)


def _roles(allowed: frozenset[str]) -> list[str]:
    if not SAMPLED:
        return list(Role.values)
    inside, outside = sorted(allowed)[:1], sorted(set(Role.values) - allowed)[:1]
    return [*inside, *outside]


CASES = [(name, method, allowed) for name, line in MATRIX.items() for method, allowed in (("GET", line.get), ("POST", line.post))]


@pytest.mark.parametrize(("name", "method", "allowed"), CASES, ids=[f"{name} {method}" for name, method, _ in CASES])
def test_matrix(units: tuple[Unit, Unit], name: str, method: str, allowed: frozenset[str] | None) -> None:
    own, other = units
    line = MATRIX[name]
    if allowed is None:
        role = sorted(line.get or line.post or ())[0]
        assert _ask(client_for(own.people[role]), method, address_of(name, line, own, own, role)).status_code == 405
        return
    for role in _roles(allowed):
        client = client_for(own.people[role])
        response = _ask(client, method, address_of(name, line, own, own, role))
        assert response.status_code != 403, role
        assert response.status_code < 500, role
        assert _refused(response) == (role not in allowed), f"{role}: {response.status_code}"
        assert CANARY.encode() not in response.content, role
        # The other programme's page, and the other programme's object under the own address, look like nothing at all.
        for address in (address_of(name, line, other, other, role), address_of(name, line, own, other, role)):
            if address == address_of(name, line, own, own, role):
                continue
            foreign = _ask(client, method, address)
            assert _refused(foreign), f"{role} at {address}: {foreign.status_code}"
            assert CANARY.encode() not in foreign.content, role
    stranger = _ask(Client(), method, address_of(name, line, own, own, "officer"))
    assert stranger.status_code == 302
    assert stranger["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("role", ["assessor", "senior_interviewer", "trainer"])
def test_a_sheet_is_open_to_its_own_assessor_only(units: tuple[Unit, Unit], role: str) -> None:
    own, _other = units
    client = client_for(own.people[role])
    for owner, key in own.sheets.items():
        address = reverse("selection:sheet", kwargs={"programme": "samgau", "pk": key})
        assert _refused(_ask(client, "GET", address)) == (owner != role)
        assert _refused(_ask(client, "POST", address)) == (owner != role)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_addresses_outside_a_programme(units: tuple[Unit, Unit], name: str) -> None:
    own, _other = units
    keys: dict[str, Any] = {
        "invitation": {"token": "nothing"},
        "setup": {"token": "nothing"},
        "setup_step": {"token": "nothing", "step": "you"},
        "portal:start": {"programme": "samgau", "pk": own.keys["intake"]},
        "portal:lost_link": {"programme": "samgau", "pk": own.keys["intake"]},
        "portal:form_step": {"token": "nothing", "step": "you"},
        "portal:task": {"token": "nothing", "code": "written"},
        "account_reset_password_from_key": {"uidb36": "1", "key": "nothing"},
    }.get(name, {"token": "nothing"} if name.startswith("portal:") else {})
    address = reverse(name, kwargs=keys)
    for client, expected in zip((Client(), client_for(own.people["mentor"])), PUBLIC[name], strict=True):
        response = _ask(client, "GET", address)
        assert response.status_code in expected, response.status_code
        assert CANARY.encode() not in response.content


def test_a_page_in_a_programme_without_a_role_looks_like_a_programme_that_does_not_exist(units: tuple[Unit, Unit]) -> None:
    own, _other = units
    client = client_for(own.people["officer"])
    foreign = _ask(client, "GET", reverse("home:tasks", kwargs={"programme": "tengri"}))
    absent = _ask(client, "GET", reverse("home:tasks", kwargs={"programme": "nowhere"}))
    assert foreign.status_code == absent.status_code == 404
    assert _without_token(foreign).replace(b"tengri", b"nowhere") == _without_token(absent)
