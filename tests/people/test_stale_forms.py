"""Two people edit the same thing: nobody's work is overwritten unseen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.languages import LocalisedText
from talimger.kernel.tenancy import programme_scope
from talimger.people.commands import save_cycle, save_organisation, save_settings
from talimger.people.models import Cycle, Organisation, Programme, User
from talimger.people.queries import settings_values
from talimger.people.versions import version_of
from tests.factories.people import actor_of, client_for, make_cycle, make_organisation, make_person, make_programme

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def version_on(client: Client, address: str) -> str:
    value: str = client.get(address).context["form"].initial["version"]
    return value


def settings_form(**values: Any) -> dict[str, Any]:
    return {
        "name_ru": "Самғау", "name_kk": "Самғау", "name_en": "Samgau", "languages": ["ru", "kk"], "accent": "plum",
        "contact_email": "new@example.org", "invitation_days": "7", **values,
    }  # fmt: skip


def test_settings_are_saved_and_what_was_typed_is_kept_when_they_are_not(programme: Programme) -> None:
    client, address = client_for(make_person(programme, "officer")), reverse("people:settings", args=["samgau"])
    version = version_on(client, address)
    for wrong in ({"invitation_days": "91"}, {"invitation_days": "0"}, {"languages": ["xx"]}, {"languages": []}, {"accent": "gold"}):
        refused = client.post(address, settings_form(version=version, **wrong))
        assert refused.status_code == 422, wrong
        assert 'value="new@example.org"' in refused.content.decode()
    assert client.post(address, settings_form(version=version)).status_code == 303
    programme.refresh_from_db()
    assert (programme.accent, programme.languages, programme.invitation_days) == ("plum", ["ru", "kk"], 7)
    assert 'data-accent="plum"' in client.get(address).content.decode()


def test_a_stale_page_shows_both_versions_and_the_second_save_is_meant(programme: Programme) -> None:
    client, address = client_for(make_person(programme, "officer")), reverse("people:settings", args=["samgau"])
    version = version_on(client, address)
    Programme.objects.update(contact_email="somebody@else.test", accent="clay")
    stale = client.post(address, settings_form(version=version))
    page = stale.content.decode()
    assert stale.status_code == 422
    assert "somebody@else.test" in page
    assert 'value="new@example.org"' in page
    assert {conflict.label for conflict in stale.context["form"].conflicts} >= {"Цвет", "Адрес для вопросов"}
    programme.refresh_from_db()
    assert programme.contact_email == "somebody@else.test"
    again = stale.context["form"].data["version"]
    assert client.post(address, settings_form(version=again)).status_code == 303
    programme.refresh_from_db()
    assert programme.contact_email == "new@example.org"


def test_a_form_without_its_fingerprint_overwrites_nothing(programme: Programme) -> None:
    client, address = client_for(make_person(programme, "officer")), reverse("people:settings", args=["samgau"])
    assert client.post(address, settings_form()).status_code == 422
    programme.refresh_from_db()
    assert programme.accent == "samgau"


def test_the_same_organisation_is_added_once_and_changed_knowingly(programme: Programme) -> None:
    client = client_for(make_person(programme, "coordinator"))
    new = reverse("people:organisation_new", args=["samgau"])
    assert client.post(new, {"name_ru": "Дала", "kind": "ngo"}).status_code == 303
    twice = client.post(new, {"name_ru": "ДАЛА", "kind": "ngo"})
    assert twice.status_code == 422
    assert 'value="ДАЛА"' in twice.content.decode()
    assert client.post(new, {"name_ru": "", "kind": "ngo"}).status_code == 422
    row = Organisation.objects.get()
    address = reverse("people:organisation", args=["samgau", row.pk])
    version = version_on(client, address)
    Organisation.objects.update(kind="school")
    stale = client.post(address, {"name_ru": "Дала Lab", "kind": "ngo", "version": version})
    assert stale.status_code == 422
    assert {(conflict.stored, conflict.typed) for conflict in stale.context["form"].conflicts} == {
        ("Школа или колледж", "НПО"),
        ("Дала", "Дала Lab"),
    }
    saved = client.post(address, {"name_ru": "Дала Lab", "kind": "ngo", "version": stale.context["form"].data["version"]})
    assert saved.status_code == 303
    row.refresh_from_db()
    assert row.name.ru == "Дала Lab"


def test_organisations_are_listed_with_their_people_and_found_in_any_script(programme: Programme) -> None:
    row = make_organisation(programme, "Бастау Қадам")
    make_organisation(programme, "Мост идей")
    for _number in range(2):
        make_person(programme, "mentor", "assessor", organisation=row)
    client = client_for(make_person(programme, "officer"))
    page = client.get(reverse("people:organisations", args=["samgau"]), {"q": "QADAM bastau"}).context["page"]
    assert [(each.name.ru, each.people) for each in page] == [("Бастау Қадам", 2)]
    assert "Такой организации нет" in client.get(reverse("people:organisations", args=["samgau"]), {"q": "жж"}).content.decode()


def test_cycles_are_added_drawn_and_changed_knowingly(programme: Programme) -> None:
    client, address = client_for(make_person(programme, "officer")), reverse("people:cycles", args=["samgau"])
    assert "Цикла пока нет" in client.get(address).content.decode()
    days = [TODAY + dt.timedelta(days=number) for number in (-10, 0, 90)]
    form = dict(zip(("starts_on", "bootcamp_on", "ends_on"), map(str, days), strict=True), name_ru="Осень")
    assert client.post(reverse("people:cycle_new", args=["samgau"]), form).status_code == 303
    assert "идёт до" in client.get(address).content.decode()
    row = Cycle.objects.get()
    edit = reverse("people:cycle", args=["samgau", row.pk])
    version = version_on(client, edit)
    turned = {**form, "starts_on": form["ends_on"], "version": version}
    assert client.post(edit, turned).status_code == 422
    Cycle.objects.update(ends_on=TODAY + dt.timedelta(days=91))
    stale = client.post(edit, {**form, "version": version})
    assert stale.status_code == 422
    assert len(stale.context["form"].conflicts) == 1


@pytest.mark.parametrize(("first_day", "words"), [(30, "начнётся"), (-200, "закончился")])
def test_the_page_of_cycles_says_where_the_programme_is(programme: Programme, first_day: int, words: str) -> None:
    make_cycle(programme, bootcamp_on=TODAY + dt.timedelta(days=first_day + 28), weeks=10)
    client = client_for(make_person(programme, "officer"))
    assert words in client.get(reverse("people:cycles", args=["samgau"])).content.decode()


def test_a_cycle_that_begins_with_its_bootcamp_is_one_stretch(programme: Programme) -> None:
    cycle = make_cycle(programme)
    Cycle.objects.filter(pk=cycle.pk).update(starts_on=cycle.bootcamp_on)
    chart = client_for(make_person(programme, "officer")).get(reverse("people:cycles", args=["samgau"])).context["chart"]
    assert [len(track.spans) for track in chart.tracks] == [1]


def test_the_rules_of_dates_and_languages_hold_without_any_form(programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    name = LocalisedText(ru="Осень")
    with pytest.raises(DomainError) as refused:
        save_cycle(actor=actor, name=name, starts_on=TODAY, bootcamp_on=TODAY - dt.timedelta(days=1), ends_on=TODAY)
    assert refused.value.field == "bootcamp_on"
    version = version_of(settings_values(programme))
    with pytest.raises(DomainError) as refused:
        save_settings(actor=actor, name=name, languages=["ru", "xx"], accent="plum", contact_email="", invitation_days=7, version=version)
    assert refused.value.field == "languages"


def test_my_settings_are_kept_and_both_versions_shown(programme: Programme) -> None:
    person = make_person(programme, "mentor", name="Асель")
    client, address = client_for(person), reverse("my_settings")
    version = version_on(client, address)
    form = {"full_name": "Асель Ким", "language": "kk", "phone": "8 701 555 12 34"}
    assert client.post(address, {**form, "phone": "12", "version": version}).status_code == 422
    assert client.post(address, {**form, "language": "xx", "version": version}).status_code == 422
    User.objects.filter(pk=person.pk).update(phone="+77017777777")
    stale = client.post(address, {**form, "version": version})
    assert "+77017777777" in stale.content.decode()
    saved = client.post(address, {**form, "version": stale.context["form"].data["version"]})
    assert saved.status_code == 303
    person.refresh_from_db()
    assert (person.full_name, person.language, person.phone) == ("Асель Ким", "kk", "+77015551234")
    assert '<html lang="kk"' in client.get(address).content.decode()
    assert client.post(address, {**form, "phone": "", "version": version_on(client, address)}).status_code == 303


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_saves_of_one_page_the_second_is_told(at_once: Callable[..., list[Any]]) -> None:
    programme = make_programme()
    actor = actor_of(make_person(programme, "officer"), programme)
    version = version_of(settings_values(programme))

    def save(accent: str) -> Programme:
        with programme_scope(programme):
            return save_settings(
                actor=actor, name=programme.name, languages=["ru"], accent=accent, contact_email="", invitation_days=7, version=version
            )

    results = at_once(lambda: save("plum"), lambda: save("clay"))
    assert sorted(isinstance(result, StaleWriteError) for result in results) == [False, True]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_an_organisation_added_twice_at_once_is_there_once(at_once: Callable[..., list[Any]]) -> None:
    programme = make_programme()
    actor = actor_of(make_person(programme, "officer"), programme)

    def add() -> Organisation:
        with programme_scope(programme):
            return save_organisation(actor=actor, name=LocalisedText(ru="Дала"), kind="ngo")

    results = at_once(add, add)
    refused = [result for result in results if isinstance(result, DomainError)]
    assert [error.message for error in refused] == ["Организация с таким названием уже есть."]


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.dates(), st.none(), st.lists(st.text()))))
def test_a_fingerprint_depends_on_values_and_not_on_their_order(values: dict[str, Any]) -> None:
    turned = dict(reversed(list(values.items())))
    assert version_of(values) == version_of(turned)
    assert version_of({**values, "more": "x"}) != version_of({**values, "more": "y"})


def test_a_cycle_in_the_year_9999_is_a_slip_of_the_keyboard(programme: Programme) -> None:
    office = client_for(make_person(programme, "officer", language="en"))
    words = {"name_ru": "Цикл", "starts_on": "2026-01-01", "bootcamp_on": "2026-02-01", "ends_on": "9999-12-31"}
    answer = office.post("/p/samgau/people/cycles/new/", words)
    assert answer.status_code == 422
    assert "more than ten years away" in answer.content.decode()
