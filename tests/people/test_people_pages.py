"""Lists and pages of people and invitations: found in any script, sorted as Kazakh sorts, open to whom they should be."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from talimger.people.invitations import link_of
from talimger.people.models import Invitation, Programme, RoleAssignment
from tests.factories.people import client_for, give, make_invitation, make_organisation, make_person

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def officer(programme: Programme) -> Client:
    return client_for(make_person(programme, "officer", name="Ян Яновский"))


def names_on(client: Client, **query: str) -> list[str]:
    response = client.get(reverse("people:list", args=["samgau"]), query)
    assert response.status_code == 200
    return [person.full_name for person, _roles in response.context["rows"]]


@pytest.mark.parametrize("words", ["Әйгерім", "айгерим", "AIGERIM", "aigerim smag", "Смағ", "SMAGUL", "aigerim@"])
def test_people_are_found_in_any_script_and_case(programme: Programme, officer: Client, words: str) -> None:
    make_person(programme, "assessor", name="Әйгерім Смағұлова", email="aigerim@example.org")
    make_person(programme, "assessor", name="Айдар Ким", email="aidar@example.org")
    assert names_on(officer, q=words) == ["Әйгерім Смағұлова"]


def test_people_stand_in_kazakh_alphabetical_order(programme: Programme, officer: Client) -> None:
    for name in ("Яна", "Қайрат", "Ғали", "Камал", "Ұлан", "Әсел", "Анна", "Гүлнар", "Бек", "Үміт", "Ірбіс", "Ыбырай", "Өмір", "Олжас"):
        make_person(programme, "mentor", name=name)
    expected = ["Анна", "Әсел", "Бек", "Гүлнар", "Ғали", "Камал", "Қайрат", "Олжас", "Өмір", "Ұлан", "Үміт", "Ыбырай", "Ірбіс", "Яна"]
    assert names_on(officer, role="mentor") == expected


def test_the_filter_by_role_is_kept_in_the_address(programme: Programme, officer: Client) -> None:
    make_person(programme, "mentor", name="Наставник")
    make_person(programme, "assessor", name="Оценщик")
    former = make_person(programme, "mentor", name="Бывший", until=TODAY - dt.timedelta(days=1))
    assert names_on(officer, role="mentor") == ["Наставник"]
    assert names_on(officer, role="past") == [former.full_name]
    assert "Бывший" not in names_on(officer)
    assert names_on(officer, role="emperor") == names_on(officer)
    page = officer.get(reverse("people:list", args=["samgau"]), {"role": "mentor"}).content.decode()
    assert '<option value="mentor" selected>' in page


def test_a_person_with_several_roles_stands_in_the_list_once(programme: Programme, officer: Client) -> None:
    make_person(programme, "mentor", "assessor", "trainer", name="Многорукий")
    assert names_on(officer).count("Многорукий") == 1


def test_who_is_not_found_is_said_and_what_to_do(programme: Programme, officer: Client) -> None:
    assert "Таких людей нет" in officer.get(reverse("people:list", args=["samgau"]), {"q": "жжжж"}).content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "9999", "x"])
def test_a_page_that_does_not_exist_is_the_nearest_one(officer: Client, page: str) -> None:
    assert officer.get(reverse("people:list", args=["samgau"]), {"page": page}).status_code == 200


def test_open_invitations_stand_above_the_list(programme: Programme, officer: Client) -> None:
    make_invitation(programme, full_name="Ждём Его")
    make_invitation(programme, full_name="Просрочена", expires_at=timezone.now() - dt.timedelta(days=1))
    page = officer.get(reverse("people:list", args=["samgau"])).content.decode()
    assert "Ждём Его" in page
    assert "Просрочена" not in page


def test_a_persons_page_shows_roles_now_before_and_to_come(programme: Programme, officer: Client) -> None:
    person = make_person(programme, "mentor", name="Асель", organisation=make_organisation(programme, "Дала"))
    give(person, programme, "trainer", until=TODAY - dt.timedelta(days=5))
    give(person, programme, "assessor", since=TODAY + dt.timedelta(days=5))
    context = officer.get(reverse("people:person", args=["samgau", person.pk])).context
    assert [each.role for each in context["now"]] == ["mentor"]
    assert [each.role for each in context["before"]] == ["trainer"]
    assert [each.role for each in context["coming"]] == ["assessor"]


def test_an_officer_gives_and_ends_a_role_on_pages(programme: Programme, officer: Client) -> None:
    person = make_person(programme, "mentor")
    address = reverse("people:person", args=["samgau", person.pk])
    refused = officer.post(address, {"role": "mentor", "starts_on": TODAY.isoformat(), "organisation": ""})
    assert refused.status_code == 422
    given = officer.post(address, {"role": "trainer", "starts_on": TODAY.isoformat(), "organisation": ""})
    assert (given.status_code, given.headers["Location"]) == (303, address)
    assignment = RoleAssignment.objects.get(person=person, role="trainer")
    end = reverse("people:role_end", args=["samgau", assignment.pk])
    assert officer.get(end).status_code == 200
    too_early = officer.post(end, {"ends_on": (TODAY - dt.timedelta(days=9)).isoformat()})
    assert too_early.status_code == 422
    assert (TODAY - dt.timedelta(days=9)).isoformat() in too_early.content.decode()
    assert officer.post(end, {"ends_on": "вчера"}).status_code == 422
    assert officer.post(end, {"ends_on": TODAY.isoformat()}).status_code == 303
    assignment.refresh_from_db()
    assert assignment.ends_on == TODAY


def test_a_coordinator_reads_a_persons_page_but_gives_no_roles(programme: Programme) -> None:
    person = make_person(programme, "mentor")
    client = client_for(make_person(programme, "coordinator"))
    address = reverse("people:person", args=["samgau", person.pk])
    page = client.get(address)
    assert page.status_code == 200
    assert "form" not in page.context
    assert client.post(address, {"role": "trainer", "starts_on": TODAY.isoformat()}).status_code == 404


def test_inviting_on_pages_ends_at_the_link_to_pass_on(programme: Programme, officer: Client) -> None:
    organisation = make_organisation(programme)
    values = {"full_name": "Асель", "email": "asel@example.org", "role": "mentor", "language": "kk", "organisation": str(organisation.pk)}
    assert officer.get(reverse("people:invite", args=["samgau"])).status_code == 200
    response = officer.post(reverse("people:invite", args=["samgau"]), values)
    invitation = Invitation.objects.get()
    assert response.headers["Location"] == reverse("people:invitation", args=["samgau", invitation.pk])
    page = officer.get(response.headers["Location"]).content.decode()
    assert page.count(link_of(invitation)) >= 2
    assert "<svg" in page.split('class="qr"')[1]
    assert " style=" not in page
    assert "Сәлеметсіз бе, Асель" in page
    assert invitation.organisation == organisation


def test_a_refused_invitation_keeps_what_was_typed(programme: Programme, officer: Client) -> None:
    values = {"full_name": "Асель", "email": "asel@@example.org", "role": "mentor", "language": "kk", "organisation": ""}
    response = officer.post(reverse("people:invite", args=["samgau"]), values)
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="asel@@example.org"' in page
    assert '<option value="mentor" selected>' in page
    foreign = values | {"email": "a@example.org", "organisation": "99999"}
    assert officer.post(reverse("people:invite", args=["samgau"]), foreign).status_code == 422


def test_a_coordinator_is_offered_only_the_roles_they_may_invite_to(programme: Programme) -> None:
    client = client_for(make_person(programme, "coordinator"))
    page = client.get(reverse("people:invite", args=["samgau"])).content.decode()
    assert 'value="assessor"' in page
    assert 'value="officer"' not in page


def test_a_coordinator_cannot_read_the_link_of_a_more_powerful_role(programme: Programme) -> None:
    client = client_for(make_person(programme, "coordinator"))
    powerful, mentor = make_invitation(programme, "administrator"), make_invitation(programme, "mentor")
    assert client.get(reverse("people:invitation", args=["samgau", powerful.pk])).status_code == 404
    assert client.get(reverse("people:invitation", args=["samgau", mentor.pk])).status_code == 200
    listed = client.get(reverse("people:invitations", args=["samgau"])).content.decode()
    assert mentor.full_name in listed
    assert powerful.full_name not in listed


def test_invitations_are_renewed_and_withdrawn_on_pages(programme: Programme, officer: Client) -> None:
    invitation = make_invitation(programme)
    page = reverse("people:invitation", args=["samgau", invitation.pk])
    renew = reverse("people:invitation_renew", args=["samgau", invitation.pk])
    withdraw = reverse("people:invitation_withdraw", args=["samgau", invitation.pk])
    assert officer.get(renew).status_code == 405
    assert officer.post(renew).headers["Location"] == page
    assert officer.post(withdraw).headers["Location"] == page
    assert "/i/" not in officer.get(page).content.decode()
    Invitation.objects.update(withdrawn_at=None, accepted_at=timezone.now(), accepted_by=make_person(programme, "assessor"))
    assert officer.post(withdraw).status_code == 422
    assert officer.get(page).status_code == 200


@pytest.mark.parametrize(
    ("state", "shown"),
    [("", {"open", "expired", "accepted", "withdrawn"}), *((each, {each}) for each in ("open", "expired", "accepted", "withdrawn"))],
)
def test_invitations_are_filtered_by_state(programme: Programme, officer: Client, state: str, shown: set[str]) -> None:
    now = timezone.now()
    make_invitation(programme, full_name="open")
    make_invitation(programme, full_name="expired", expires_at=now - dt.timedelta(days=1))
    make_invitation(programme, full_name="accepted", accepted_at=now)
    make_invitation(programme, full_name="withdrawn", withdrawn_at=now)
    response = officer.get(reverse("people:invitations", args=["samgau"]), {"state": state})
    assert {invitation.full_name for invitation, _state in response.context["rows"]} == shown


def test_invitations_are_found_by_name_whatever_the_case(programme: Programme, officer: Client) -> None:
    make_invitation(programme, full_name="Әсел Ұлан")
    make_invitation(programme, full_name="Данияр", email="d.a+x@example.org")
    found = officer.get(reverse("people:invitations", args=["samgau"]), {"q": "әСЕЛ"})
    assert [invitation.full_name for invitation, _state in found.context["rows"]] == ["Әсел Ұлан"]
    found = officer.get(reverse("people:invitations", args=["samgau"]), {"q": "d.a+x"})
    assert [invitation.full_name for invitation, _state in found.context["rows"]] == ["Данияр"]
    assert "Такого приглашения нет" in officer.get(reverse("people:invitations", args=["samgau"]), {"q": "((("}).content.decode()


@pytest.mark.parametrize("page", ["list", "invitations", "organisations", "outbox"])
def test_no_search_however_odd_breaks_a_list(programme: Programme, page: str) -> None:
    office = client_for(make_person(programme, "officer"))
    lists = {"list": "", "outbox": "letters/"}
    for odd in ("%00", "a%20" * 1_500, "%F0%9F%98%80", "'%25_"):
        assert office.get(f"/p/samgau/people/{lists.get(page, page + chr(47))}?q={odd}").status_code == 200
