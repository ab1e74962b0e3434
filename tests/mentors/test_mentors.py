"""Mentors: one person, one row, however many cycles; listed and exported for the office."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from talimger.kernel.languages import LocalisedText
from talimger.kernel.models import AuditEntry
from talimger.kernel.policies import Actor
from talimger.mentors.commands import Newcomer, admit
from talimger.mentors.models import Admission, Mentor
from talimger.people.models import Programme
from tests.factories.people import actor_of, client_for, make_person

AYA = Newcomer(
    intake=1, candidate=1, intake_name=LocalisedText.of("Intake 1"), full_name="Ая Тест", email="aya@example.test", language="kk",
    phone="+7 700 000 00 00", city="Тараз", region="Жамбыл",
)  # fmt: skip


@pytest.fixture
def office(programme: Programme) -> Actor:
    return actor_of(make_person(programme, "officer", language="en"), programme)


def test_somebody_who_took_a_place_is_a_mentor_and_asked_again_still_one(office: Actor) -> None:
    first = admit(actor=office, newcomer=AYA)
    assert admit(actor=office, newcomer=AYA) == first
    assert (Mentor.objects.count(), Admission.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(action="mentors.admit").count() == 2


def test_the_same_address_in_another_cycle_is_the_same_person_with_a_second_admission(office: Actor) -> None:
    first = admit(actor=office, newcomer=AYA)
    later = replace(AYA, intake=2, candidate=7, email="AYA@example.test", full_name="Ая Новая", phone="")
    assert admit(actor=office, newcomer=later).pk == first.pk
    first.refresh_from_db()
    assert (first.full_name, first.phone) == ("Ая Новая", "+7 700 000 00 00")
    assert [each.intake_key for each in first.admissions.all()] == [1, 2]


def test_an_account_of_the_same_address_is_linked(programme: Programme, office: Actor) -> None:
    person = make_person(programme, "mentor", email="Aya@example.test")
    assert admit(actor=office, newcomer=AYA).person == person


@pytest.mark.parametrize("role", ["assessor", "analyst", "mentor", "administrator"])
def test_nobody_outside_the_office_admits_or_reads(programme: Programme, office: Actor, role: str) -> None:
    mentor = admit(actor=office, newcomer=AYA)
    person = make_person(programme, role)
    with pytest.raises(Http404):
        admit(actor=actor_of(person, programme), newcomer=replace(AYA, candidate=2))
    for page in ("", f"{mentor.pk}/", "export.csv"):
        assert client_for(person).get(f"/p/{programme.slug}/mentors/{page}").status_code == 404


def test_the_list_is_searched_in_any_script_and_exported(programme: Programme) -> None:
    officer = make_person(programme, "officer", language="en")
    admit(actor=actor_of(officer, programme), newcomer=AYA)
    admit(actor=actor_of(officer, programme), newcomer=replace(AYA, candidate=2, email="b@example.test", full_name="Бота"))
    browser, address = client_for(officer), f"/p/{programme.slug}/mentors/"
    page = browser.get(address + "?q=aia+test").content.decode()
    assert "Ая Тест" in page
    assert "Бота" not in page
    assert "Бота" in browser.get(address + "export.csv").content.decode("utf-8-sig")
    assert browser.get(address + "export.xlsx").content[:2] == b"PK"
    assert browser.get(address + "export.pdf").status_code == 404
    assert "Mentor since" in browser.get(f"{address}{Mentor.objects.first().pk}/").content.decode()


def test_an_empty_list_says_where_mentors_come_from(programme: Programme) -> None:
    page = client_for(make_person(programme, "officer", language="en")).get(f"/p/{programme.slug}/mentors/").content.decode()
    assert "Mentors come from selection" in page


def test_the_list_costs_the_same_for_one_mentor_and_for_thirty(programme: Programme) -> None:
    officer = make_person(programme, "officer", language="en")
    browser, address = client_for(officer), f"/p/{programme.slug}/mentors/"

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        return len(asked)

    def add(number: int) -> None:
        Mentor.objects.create(
            programme=programme, full_name=f"Ая {number}", email=f"m{number}@example.test", language="ru", admitted_at=timezone.now()
        )

    add(0)
    queries()
    few = queries()
    for number in range(1, 30):
        add(number)
    assert queries() == few
