"""From the lines of a spreadsheet to candidates: which column is what, and what is wrong with which line."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from talimger.selection.importing import FIELD_NAMES, Line, Preview, guess_mapping, mapping_problem, read_lines
from talimger.selection.models import Candidate, ImportLine
from talimger.shell.spreadsheets import Row, Table

Verdict = ImportLine.Verdict
TODAY = dt.date(2026, 11, 24)
# The fields in the order of the cells that `lines` takes.
ORDER = ("full_name", "email", "phone", "born_on", "language", "came_through_training", "city", "youth_experience")


@pytest.fixture(autouse=True)
def _english() -> object:
    with override("en"):
        yield


def table(*rows: tuple[object, ...], headers: tuple[str, ...] = ORDER) -> Table:
    cells = [tuple(row) + (None,) * (len(headers) - len(row)) for row in rows]
    return Table(headers, tuple(Row(line, row) for line, row in enumerate(cells, start=2)), None, None, None, ())


def lines(*rows: tuple[object, ...], known: tuple[str, ...] = ()) -> tuple[Line, ...]:
    mapping = {name: place for place, name in enumerate(ORDER)}
    return read_lines(table(*rows), mapping, known_emails=known, language="ru", today=TODAY).lines


# ── which column is what ──


@pytest.mark.parametrize(
    ("headers", "mapping"),
    [
        (("ФИО", "Эл. почта", "Телефон"), {"full_name": 0, "email": 1, "phone": 2}),
        (("Ф.И.О.", "Адрес электронной почты"), {"full_name": 0, "email": 1}),
        (("Фамилия, имя, отчество", "E-mail"), {"full_name": 0, "email": 1}),
        (("Фамилия", "Имя", "Почта"), {"family_name": 0, "given_name": 1, "email": 2}),
        (("Имя", "Почта"), {"full_name": 0, "email": 1}),
        (("ФИО", "Фамилия", "Имя", "Почта"), {"full_name": 0, "email": 3}),
        (("Аты-жөні", "Электрондық пошта", "Ұялы телефон"), {"full_name": 0, "email": 1, "phone": 2}),
        (("Тегі", "Аты", "Пошта"), {"family_name": 0, "given_name": 1, "email": 2}),
        (("Тегі", "Есімі", "Туған күні"), {"family_name": 0, "given_name": 1, "born_on": 2}),
        (("Full name", "E-mail address", "Date of birth"), {"full_name": 0, "email": 1, "born_on": 2}),
        (("Last name", "First name", "Trainer name", "Email"), {"family_name": 0, "given_name": 1, "email": 3}),
        (("NAME", "EMAIL"), {"full_name": 0, "email": 1}),
        (("Опыт работы", "Опыт работы с молодёжью"), {"professional_experience": 0, "youth_experience": 1}),
        (
            ("Жұмыс тәжірибесі", "Жастармен жұмыс тәжірибесі", "Білімі"),
            {"professional_experience": 0, "youth_experience": 1, "education": 2},
        ),
        (("Язык общения", "Город", "Область"), {"language": 0, "city": 1, "region": 2}),
        (("Отметка времени", "Согласие"), {}),
        ((), {}),
    ],
)
def test_columns_are_recognised_by_their_heads_in_three_languages(headers: tuple[str, ...], mapping: dict[str, int]) -> None:
    assert guess_mapping(headers) == mapping


def test_a_short_word_inside_another_head_is_not_believed() -> None:
    assert "full_name" not in guess_mapping(("Имя тренера UPSHIFT", "Почта"))


@given(st.lists(st.one_of(st.sampled_from(("ФИО", "Имя", "Фамилия", "Почта", "Телефон")), st.text(max_size=30)), max_size=12))
def test_whatever_the_heads_a_guess_names_each_column_and_each_field_once(headers: list[str]) -> None:
    mapping = guess_mapping(headers)
    assert set(mapping) <= set(FIELD_NAMES)
    assert len(set(mapping.values())) == len(mapping)
    assert all(0 <= place < len(headers) for place in mapping.values())


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"full_name": 0, "email": 1}, None),
        ({"given_name": 0, "family_name": 2, "email": 1}, None),
        ({"full_name": 0, "email": 3}, "does not have"),
        ({"full_name": -1, "email": 1}, "does not have"),
        ({"shoe_size": 0, "full_name": 1, "email": 2}, "does not have"),
        ({"full_name": 0, "email": 0}, "chosen twice"),
        ({"email": 1}, "full name"),
        ({"given_name": 0, "email": 1}, "full name"),
        ({"full_name": 0}, "e-mail address"),
        ({}, "full name"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_told_in_words(mapping: dict[str, int], words: str | None) -> None:
    problem = mapping_problem(mapping, 3)
    assert (problem is None) if words is None else (words in (problem or ""))


# ── what a line says ──


def test_a_good_line_becomes_a_candidate() -> None:
    (line,) = lines(
        (
            "  Айгерім   Сейітқызы ",
            "Aigerim@Mail.Example.org",
            "8 701 555 12 34",
            "17.05.2004",
            "қазақша",
            "Иә",
            "Алматы",
            "Екі жыл.\n\nЛагерь.",
        )
    )
    assert (line.verdict, line.messages) == (Verdict.NEW, [])
    assert line.values == {
        "full_name": "Айгерім Сейітқызы",
        "email": "Aigerim@mail.example.org",
        "phone": "+77015551234",
        "born_on": dt.date(2004, 5, 17),
        "language": "kk",
        "came_through_training": True,
        "city": "Алматы",
        "youth_experience": "Екі жыл.\n\nЛагерь.",
    }
    Candidate(**line.values)


def test_a_long_answer_is_kept_whole_with_its_paragraphs() -> None:
    answer = "\n".join(f"Строка {number} длинного ответа." for number in range(300))
    (line,) = lines(("А", "a@example.org", None, None, None, None, None, answer))
    assert line.values["youth_experience"] == answer


def test_a_day_in_a_cell_of_words_becomes_words() -> None:
    (line,) = lines((dt.date(2004, 5, 17), "a@example.org", None, None, None, None, dt.date(2004, 5, 17)))
    assert (line.name, line.values["city"]) == ("2004-05-17", "2004-05-17")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((None, "a@example.org"), "The name is missing."),
        (("\u200b \xa0", "a@example.org"), "The name is missing."),
        (("А", None), "The e-mail address is missing"),
        (("А", "not an address"), "is not an e-mail address"),
        (("А", "а@example.org"), "is Cyrillic"),
        (("А", "a@" + ".".join(["b" * 60] * 5) + ".org"), "too long"),
        (("А", "a@example.org", None, "31.02.2000"), "has 29 days"),
        (("А", "a@example.org", None, "25.11.2026"), "cannot be right"),
        (("А", "a@example.org", None, dt.date(1899, 1, 1)), "1899"),
        (("А", "a@example.org", None, "давно"), "давно"),
    ],
)
def test_a_line_that_cannot_be_used_is_left_out_with_the_reason(row: tuple[object, ...], words: str) -> None:
    (line,) = lines(row)
    assert line.verdict == Verdict.ERROR
    assert words in " ".join(line.messages)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("А", "a@example.org", "два номера"), "The cell is left empty."),
        (("А", "a@example.org", None, None, None, "может быть"), "neither yes nor no"),
        (("А", "a@example.org", None, None, "суахили"), "letters will be in the language of the programme"),
    ],
)
def test_a_small_mistake_is_told_and_the_candidate_comes_in(row: tuple[object, ...], words: str) -> None:
    (line,) = lines(row)
    assert line.verdict == Verdict.NEW
    assert words in line.messages[0]
    assert line.values["language"] == "ru"


@pytest.mark.parametrize(("words", "answer"), [("Да, осенью 2025", True), ("Нет", False), ("жоқ, әлі", False), ("Иә!", True)])
def test_people_add_when_and_where_to_a_yes(words: str, answer: bool) -> None:
    (line,) = lines(("А", "a@example.org", None, None, None, words))
    assert (line.values["came_through_training"], line.messages) == (answer, [])


@pytest.mark.parametrize(
    ("words", "language"), [("русский", "ru"), ("Қазақ тілі", "kk"), ("казахский", "kk"), ("English", "en"), ("орысша", "ru")]
)
def test_the_language_of_letters_is_read_as_people_write_it(words: str, language: str) -> None:
    assert lines(("А", "a@example.org", None, None, words))[0].values["language"] == language


def test_given_and_family_name_make_a_full_name() -> None:
    mapping = {"given_name": 0, "family_name": 1, "email": 2}
    both, one = read_lines(
        table(("Айбек", "Серік", "a@example.org"), (None, "Серік", "b@example.org"), headers=("a", "b", "c")),
        mapping,
        known_emails=(),
        language="ru",
        today=TODAY,
    ).lines
    assert (both.name, one.name) == ("Айбек Серік", "Серік")


# ── duplicates ──


def test_a_second_line_with_the_same_address_is_left_out_whatever_its_letter_case() -> None:
    first, second, third = lines(
        ("А", "Mail@example.org"), ("Б", "mAIL@EXAMPLE.org"), ("В", "KNOWN@example.org"), known=("known@Example.org",)
    )
    assert (first.verdict, second.verdict, third.verdict) == (Verdict.NEW, Verdict.DUPLICATE, Verdict.DUPLICATE)
    assert "stands in line 2 already" in second.messages[0]
    assert "is a candidate of this intake already" in third.messages[0]


def test_a_line_that_is_left_out_for_a_mistake_hides_no_later_one() -> None:
    wrong, right = lines((None, "a@example.org"), ("Б", "a@example.org"))
    assert (wrong.verdict, right.verdict) == (Verdict.ERROR, Verdict.NEW)


def test_a_preview_counts_its_lines() -> None:
    preview = Preview(lines(("А", "a@example.org", "x"), ("Б", "a@example.org"), (None, None), ("В", "c@example.org")))
    assert [preview.count(verdict) for verdict in Verdict.values] == [2, 1, 1]
    assert (len(preview.new), len(preview.left_out), len(preview.mended)) == (2, 2, 1)


_CELL = st.one_of(
    st.none(), st.text(max_size=40), st.dates(), st.sampled_from(("a@example.org", "A@EXAMPLE.org", "да", "8701", "17.05.2004"))
)


@given(st.lists(st.tuples(*[_CELL] * len(ORDER)), min_size=1, max_size=6))
def test_whatever_stands_in_the_cells_every_line_gets_a_verdict(rows: list[tuple[object, ...]]) -> None:
    read = lines(*rows)
    assert [line.line for line in read] == list(range(2, len(rows) + 2))
    for line in read:
        assert line.is_new or line.messages
        assert len(line.name) <= 200
        if line.is_new:
            candidate = Candidate(**line.values)
            candidate.clean_fields(exclude=("programme", "intake", "number", "name_key", "created_at", "brought_by"))
            assert "\x00" not in "".join(str(value) for value in line.values.values())
    addresses = [line.values["email"].lower() for line in read if line.is_new]
    assert len(set(addresses)) == len(addresses)
