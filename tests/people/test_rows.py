"""What the database refuses is a sentence too, also when somebody was quicker."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import timezone

from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LocalisedText
from talimger.people.commands._rows import known_language, save_row
from talimger.people.models import Organisation, Programme, RoleAssignment, User
from talimger.people.queries import current_cycle, people_with_role, programmes_of
from tests.factories.people import make_cycle, make_organisation, make_person

pytestmark = pytest.mark.django_db


def test_a_row_that_appears_between_check_and_write_is_told_like_any_other(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    make_organisation(programme, "Дала")
    row = Organisation(programme=programme, name=LocalisedText(ru="Дала"), kind="ngo")
    real, asked = Organisation.validate_constraints, []

    def not_yet_there(self: Organisation, *args: object, **kwargs: object) -> None:
        asked.append(self)
        if len(asked) > 1:
            real(self)

    monkeypatch.setattr(Organisation, "validate_constraints", not_yet_there)
    with pytest.raises(DomainError) as refused:
        save_row(row, field="name")
    assert refused.value.field == "name"
    assert Organisation.objects.count() == 1


def test_a_refusal_that_no_constraint_explains_stays_a_fault(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RoleAssignment, "validate_constraints", lambda self: None)
    person = make_person(programme, "mentor")
    with pytest.raises(IntegrityError):
        save_row(RoleAssignment(programme=programme, person=person, role="mentor", starts_on=timezone.localdate()))


def test_a_wrong_value_names_its_input(programme: Programme) -> None:
    with pytest.raises(DomainError) as refused:
        save_row(User(email="a@example.org", full_name="", joined_at=timezone.now(), password="!"), fields={"full_name": "name"})
    assert refused.value.field == "name"


@pytest.mark.parametrize(("code", "language"), [("kk", "kk"), ("xx", "ru"), ("", "ru")])
def test_an_unknown_language_is_russian_without_a_programme(code: str, language: str) -> None:
    assert known_language(code) == language


def test_people_are_found_by_role_and_programmes_by_person(programme: Programme, other_programme: Programme) -> None:
    person = make_person(programme, "mentor")
    make_person(other_programme, "mentor")
    today = timezone.localdate()
    assert list(people_with_role("mentor", today=today)) == [person]
    assert list(programmes_of(person, today=today)) == [programme]


def test_the_current_cycle_is_the_running_one_else_the_next_else_the_last(programme: Programme) -> None:
    today = timezone.localdate()
    assert current_cycle(today=today) is None
    last = make_cycle(programme, bootcamp_on=today - dt.timedelta(days=300), weeks=4)
    assert current_cycle(today=today) == last
    coming = make_cycle(programme, bootcamp_on=today + dt.timedelta(days=300))
    assert current_cycle(today=today) == coming
    running = make_cycle(programme)
    assert current_cycle(today=today) == running


def test_rows_are_called_by_their_names(programme: Programme) -> None:
    names = [programme, make_person(None, name="Асель"), make_organisation(programme, "Дала"), make_cycle(programme, "Осень")]
    assert [str(row) for row in names] == ["Программа samgau", "Асель", "Дала", "Осень"]
