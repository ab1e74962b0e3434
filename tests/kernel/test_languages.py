"""Words in three languages, search that forgives script and case, the Kazakh alphabet."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from talimger.kernel.languages import (
    KAZAKH_ALPHABET,
    LANGUAGE_CODES,
    LocalisedText,
    LocalisedTextField,
    compare_kazakh,
    fold,
    in_alphabet,
    kazakh_key,
)
from talimger.people.models import Organisation, Programme, User
from tests.factories.people import make_organisation, make_person

NAMES = (
    "Абай", "абай", "Әбіл", "Әйгерім", "Айгерім", "Бауыржан", "Ғани", "Гаухар", "Гүлжан", "Дәулет", "Елена", "Ёлкин", "Есет",
    "Жанар", "Зере", "Ибрагим", "Йод", "Қанат", "Камила", "Қасым", "Лаура", "Меруерт", "Назым", "Ңа", "Олжас", "Өтеген",
    "Оспан", "Перизат", "Руслан", "Самат", "Тимур", "Ұлан", "Улан", "Үміт", "Умит", "Фариза", "Хан", "Һас", "Цой", "Чингиз",
    "Шолпан", "Щукин", "Ыдырыс", "Іңкәр", "Ильяс", "Эльмира", "Юлия", "Ясин", "Ан Анна", "Анна", "Ан-Анна", "Абай Құнанбай",
    "Абайдың",
)  # fmt: skip


# ── finding ──


@pytest.mark.parametrize(
    "spellings",
    [
        ("Әйгерім", "Айгерим", "AIGERIM", "айгерім", " Айгерим "),
        ("Құнанбайұлы", "Кунанбайулы", "Qunanbaiuly", "kunanbaiuly"),
        ("Жанар", "Janar", "Zhanar"),
        ("Хан", "Khan", "Han", "Һан"),
        ("Ёлкин", "Елкин", "Elkin"),
        ("Çağla", "Cagla"),
        ("Айгүл  Өтегенова", "айгул отегенова"),
    ],
)
def test_spellings_of_a_name_find_each_other(spellings: tuple[str, ...]) -> None:
    assert len({fold(spelling) for spelling in spellings}) == 1


def test_different_names_stay_different() -> None:
    assert len({fold(name) for name in ("Асель", "Асет", "Айгерим", "Айгуль", "Дана", "Диана")}) == 6


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more_and_ignores_case(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(text.strip()) == fold(text)


@pytest.mark.django_db
def test_people_are_found_by_a_name_typed_in_another_script() -> None:
    person = make_person(None, name="Гүлжан Өтегенова")
    assert User.objects.get(name_key__contains=fold("gulzhan otegenova")) == person


# ── the alphabet ──


def test_the_alphabet_is_that_of_kazakhstan() -> None:
    assert len(KAZAKH_ALPHABET) == 42
    assert sorted(KAZAKH_ALPHABET, key=kazakh_key) == list(KAZAKH_ALPHABET)


def test_kazakh_letters_stand_where_the_alphabet_has_them() -> None:
    names = ["Яна", "Қанат", "Камила", "Әсел", "Асель", "Борис", "Іңкәр", "Ильяс", "Ұлан", "Улан", "Үміт", "Өтеген", "Олжас"]
    expected = ["Асель", "Әсел", "Борис", "Ильяс", "Камила", "Қанат", "Олжас", "Өтеген", "Улан", "Ұлан", "Үміт", "Іңкәр", "Яна"]
    assert sorted(names, key=kazakh_key) == expected
    assert sorted(names, key=functools.cmp_to_key(compare_kazakh)) == expected


@given(st.text(max_size=10), st.text(max_size=10), st.text(max_size=10))
def test_comparing_is_an_order(one: str, two: str, three: str) -> None:
    assert compare_kazakh(one, two) == -compare_kazakh(two, one)
    assert (compare_kazakh(one, two) == 0) == (one == two)
    if compare_kazakh(one, two) <= 0 and compare_kazakh(two, three) <= 0:
        assert compare_kazakh(one, three) <= 0


@pytest.mark.django_db
@pytest.mark.both_databases
def test_both_databases_sort_cyrillic_names_the_same_way(programme: Programme) -> None:
    """SQLite is given our order, PostgreSQL has that of ICU: lists must not change with the database."""
    for name in NAMES:
        make_person(None, name=name)
    found = list(User.objects.order_by(in_alphabet("full_name"), "pk").values_list("full_name", flat=True))
    assert found == sorted(NAMES, key=functools.cmp_to_key(compare_kazakh)), connection.vendor


# ── words in three languages ──


def test_a_reader_gets_their_language_or_the_nearest_one() -> None:
    text = LocalisedText(ru="Дорога", kk="Жол")
    assert [text.text(code) for code in ("ru", "kk", "en", "ru-KZ", "de")] == ["Дорога", "Жол", "Дорога", "Дорога", "Дорога"]
    assert text.language_shown("en") == "ru"
    assert LocalisedText(en="Road").text("kk") == "Road"
    assert LocalisedText(kk="Жол").language_shown("ru") == "kk"
    assert LocalisedText().language_shown("kk") == "kk"
    with translation.override("kk"):
        assert str(text) == "Жол"
        assert not text.is_fallback
    with translation.override("en"):
        assert str(text) == "Дорога"
        assert text.is_fallback
        assert not LocalisedText().is_fallback
    with translation.override(None):
        assert str(text) == "Дорога"


def test_words_are_read_from_mappings_and_plain_strings() -> None:
    assert LocalisedText.of({"ru": " Дорога ", "kk": None, "en": ""}) == LocalisedText(ru="Дорога")  # type: ignore[dict-item]
    assert LocalisedText.of("Samgau") == LocalisedText("Samgau", "Samgau", "Samgau")
    assert LocalisedText.of(None) == LocalisedText()
    text = LocalisedText(kk="Жол")
    assert LocalisedText.of(text) is text
    assert LocalisedText.of(text.as_dict()) == text
    with pytest.raises(ValueError, match="de, fr"):
        LocalisedText.of({"ru": "Дорога", "fr": "Route", "de": "Weg"})


def test_a_text_knows_what_it_lacks() -> None:
    assert LocalisedText(ru="Дорога").missing() == ["kk", "en"]
    assert LocalisedText(ru="Дорога").missing(["ru"]) == []
    assert not LocalisedText()
    assert LocalisedText(en="Road")


@pytest.mark.django_db
@pytest.mark.both_databases
def test_words_come_back_from_the_database_as_they_went_in(programme: Programme) -> None:
    row = make_organisation(programme, "Жас Отау")
    text = LocalisedText(ru="«Ёлка» & Ко", kk="Әлем қ", en='"Tree"')
    Organisation.objects.filter(pk=row.pk).update(name=text)
    row.refresh_from_db()
    assert row.name == text
    assert Organisation.objects.filter(name__kk="Әлем қ").get() == row
    assert Organisation.objects.values_list("name", flat=True).get() == text


@pytest.mark.django_db
def test_words_survive_writing_out_and_reading_in(programme: Programme) -> None:
    written = serializers.serialize("json", [programme])
    (read,) = serializers.deserialize("json", written)
    assert read.object.name == programme.name


@pytest.mark.parametrize(("value", "code"), [({"de": "Weg"}, "language"), ({}, "blank"), ("", "blank"), ({"ru": "  "}, "blank")])
def test_a_field_refuses_unknown_languages_and_empty_texts(value: Any, code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        LocalisedTextField().clean(value, None)
    assert refusal.value.code == code


def test_a_field_that_may_be_blank_may_be_blank() -> None:
    assert LocalisedTextField(blank=True).clean({}, None) == LocalisedText()
    assert LocalisedTextField().clean({"kk": "Жол"}, None) == LocalisedText(kk="Жол")


def test_migrations_know_the_field_as_a_plain_json_column() -> None:
    _name, path, arguments, options = LocalisedTextField(blank=True).deconstruct()
    assert (path, arguments, options["default"]) == ("django.db.models.JSONField", [], dict)
    assert set(LANGUAGE_CODES) == {"ru", "kk", "en"}
