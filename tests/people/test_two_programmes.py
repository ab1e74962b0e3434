"""A page of another programme is a page that does not exist; so is a page of one's own that the role does not open."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from talimger.kernel.models import Job
from talimger.kernel.outbox import queue_mail
from talimger.kernel.tenancy import programme_scope
from talimger.people.models import Programme, RoleAssignment
from tests.factories.people import client_for, make_cycle, make_invitation, make_organisation, make_person

pytestmark = pytest.mark.django_db
WITHOUT_A_ROW = [
    "list", "invite", "invitations", "organisations", "organisation_new", "outbox", "cycles", "cycle_new", "settings",
]  # fmt: skip
WITH_A_ROW = [
    "person", "role_end", "invitation", "invitation_renew", "invitation_withdraw", "organisation", "letter", "letter_retry", "cycle", "job",
]  # fmt: skip


def rows_of(programme: Programme) -> dict[str, object]:
    """One row for every page that shows one."""
    person = make_person(programme, "mentor")
    letter = queue_mail(
        purpose="x", to_email="a@example.org", subject="s", body="b", language="ru", now=timezone.now(), programme_id=programme.pk
    )
    with programme_scope(programme):
        assignment = RoleAssignment.objects.get(person=person)
        job = Job.objects.create(programme=programme, kind="x", title="x", language="ru", created_at=timezone.now())
    invitation, organisation, cycle = make_invitation(programme), make_organisation(programme), make_cycle(programme)
    return {
        "person": person.pk, "role_end": assignment.pk, "organisation": organisation.pk, "cycle": cycle.pk, "job": job.public_id,
        **dict.fromkeys(("invitation", "invitation_renew", "invitation_withdraw"), invitation.pk),
        **dict.fromkeys(("letter", "letter_retry"), letter.pk),
    }  # fmt: skip


def test_this_table_names_every_page() -> None:
    known = {name for name in get_resolver("talimger.people.urls").reverse_dict if isinstance(name, str)}
    assert known == {*WITHOUT_A_ROW, *WITH_A_ROW}


def test_no_page_of_another_programme_exists(programme: Programme, other_programme: Programme) -> None:
    client = client_for(make_person(programme, "officer", "coordinator", "administrator"))
    rows = rows_of(other_programme)
    for name in WITHOUT_A_ROW:
        assert client.get(reverse(f"people:{name}", args=["tengri"])).status_code == 404, name
    for name in WITH_A_ROW:
        for slug in ("tengri", "samgau"):
            address = reverse(f"people:{name}", args=[slug, rows[name]])
            for answer in (client.get(address), client.post(address)):
                assert answer.status_code in {404, 405}, (name, slug)


@pytest.mark.parametrize("role", ["assessor", "trainer", "mentor", "partner", "analyst", "safeguarding", "senior_interviewer"])
def test_a_role_outside_the_office_finds_none_of_these_pages(programme: Programme, role: str) -> None:
    client = client_for(make_person(programme, role))
    rows = rows_of(programme)
    for name in WITHOUT_A_ROW:
        assert client.get(reverse(f"people:{name}", args=["samgau"])).status_code == 404, name
    for name in WITH_A_ROW:
        address = reverse(f"people:{name}", args=["samgau", rows[name]])
        assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}, name


def test_the_office_opens_every_page(programme: Programme) -> None:
    person = make_person(programme, "officer")
    client, rows = client_for(person), rows_of(programme)
    Job.objects.update(requested_by=person)
    for name in WITHOUT_A_ROW:
        assert client.get(reverse(f"people:{name}", args=["samgau"])).status_code == 200, name
    for name in set(WITH_A_ROW) - {"invitation_renew", "invitation_withdraw", "letter_retry"}:
        assert client.get(reverse(f"people:{name}", args=["samgau", rows[name]])).status_code == 200, name


def test_rows_that_never_existed_are_not_found(programme: Programme) -> None:
    client = client_for(make_person(programme, "officer"))
    for name in set(WITH_A_ROW) - {"job"}:
        address = reverse(f"people:{name}", args=["samgau", 10**15])
        assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}, name
    assert client.get(reverse("people:job", args=["samgau", uuid.uuid4()])).status_code == 404


def test_whoever_is_not_signed_in_is_led_to_the_door(programme: Programme) -> None:
    answer = Client().get(reverse("people:list", args=["samgau"]))
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_pages_of_a_programme_are_not_kept_by_the_browser_of_a_shared_computer(programme: Programme) -> None:
    page = client_for(make_person(programme, "mentor")).get("/p/samgau/")
    assert "no-store" in page["Cache-Control"]
    assert "private" in page["Cache-Control"]
