"""Start from your own spreadsheet: from the file to the finding, every bad line told, close calls called close."""

from __future__ import annotations

import io
import math
import random
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from talimger.analysis.columns import MOST_STEPS, guess_columns, read_long, why_not
from talimger.analysis.folders import Folder
from talimger.analysis.models import SpreadsheetAnalysis
from talimger.analysis.result import SURE, Result, chances_of
from talimger.analysis.words import _REFUSALS, refusal_words
from talimger.core.measurement import decisions, ratings
from talimger.core.measurement.decisions import decision_confidence
from talimger.kernel.models import Job
from talimger.people.models import Programme, User
from talimger.shell.spreadsheets import read_table
from tests.factories.people import client_for, make_person

HOME = "/p/samgau/analysis/"
HEAD = "Кандидат;Эксперт;Критерий;Балл"
Worker = Callable[[], None]


def unfair_ratings(persons: int = 24, assessors: int = 6, seed: int = 3) -> list[tuple[str, str, str, int]]:
    """Last year: three criteria, two assessors each, of whom one is far stricter than the rest."""
    draw = random.Random(seed)
    severity = [draw.gauss(0, 0.3) for _assessor in range(assessors)]
    severity[0], severity[1] = 2.2, -1.6
    rows = []
    for person in range(persons):
        ability = draw.gauss(0.3, 1.1)
        for assessor in {person % assessors, (person * 5 + 1 + person // assessors) % assessors}:
            for item in ("Опыт", "Мотивация", "Общение"):
                score = 3 + (ability - severity[assessor]) * 0.8 + draw.gauss(0, 0.6)
                rows.append((f"Кандидат {person + 1:02}", f"Эксперт {assessor + 1}", item, min(5, max(1, round(score)))))
    return rows


def csv_of(rows: Sequence[Sequence[object]], head: str = HEAD, encoding: str = "utf-8") -> bytes:
    return "\r\n".join([head, *(";".join(map(str, row)) for row in rows)]).encode(encoding)


def drop(client: Client, content: bytes, name: str = "Оценки.csv") -> str:
    """Upload a file; the address of its page."""
    answer = client.post(HOME, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"])


LONG = {"layout": "long", "person": "0", "assessor": "1", "item": "2", "rating": "3"}


@pytest.fixture
def officer(programme: Programme) -> User:
    return make_person(programme, "officer", language="en")


@pytest.fixture
def office(officer: User) -> Client:
    return client_for(officer)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def row_of(address: str) -> SpreadsheetAnalysis:
    return SpreadsheetAnalysis.objects.get(token=address.rstrip("/").rpartition("/")[2])


# ── the way through ──


def test_three_columns_are_guessed_and_the_finding_is_who_was_wrongly_placed(office: Client, work_until_idle: Worker) -> None:
    address = drop(office, csv_of(unfair_ratings()))
    page: Any = office.get(address)
    assert {name: page.context["form"][name].value() for name in ("person", "assessor", "rating", "item")} == {
        "person": "0", "assessor": "1", "rating": "3", "item": "2",
    }  # fmt: skip
    assert "Эксперт (Эксперт 1, Эксперт 2" in page.content.decode()
    assert office.post(address, LONG)["Location"] == address
    assert "<progress" in office.get(address).content.decode()
    work_until_idle()
    result: Any = office.get(address)
    words = text_of(result)
    assert re.search(r"\d+ (person|people) would fall into another third", words)
    assert "Эксперт 1 gives" in words
    assert "points less than Эксперт 2" in words
    assert "What this means" in words
    cut = result.context["cut"]
    assert cut.top == 8
    assert cut.changed == len(cut.comes_in) + len(cut.goes_out) > 0
    for part in ("severity-0", "ruler", "network", "categories"):
        assert f"chart-{part}-title" in result.content.decode()
    kept = Folder(row_of(address).token)
    assert oct(kept.path.stat().st_mode)[-3:] == "700"
    assert {oct(path.stat().st_mode)[-3:] for path in kept.path.iterdir() if path.is_file()} == {"600"}
    assert "Signature: 8a477f597d28d172789f06886806bc55" in (kept.path.parent / "CACHEDIR.TAG").read_text("ascii")


def test_the_cut_can_be_chosen_and_whoever_cannot_be_told_apart_is_called_close(office: Client, work_until_idle: Worker) -> None:
    address = drop(office, csv_of(unfair_ratings()))
    office.post(address, LONG)
    work_until_idle()
    for top, expected in (("5", 5), ("0", 1), ("999", 23), ("many", 8), ("٣", 8)):
        page: Any = office.get(address, {"top": top})
        assert page.status_code == 200
        assert page.context["cut"].top == expected
        chances = page.context["cut"].chances
        assert sum(chances) == pytest.approx(expected, abs=0.01)
        closest = min(chances, key=lambda chance: abs(chance - 0.5))
        assert 1 - SURE < closest < SURE
        assert "too close to call" in text_of(page)


def test_results_can_be_taken_along_as_pdf_and_spreadsheets(office: Client, work_until_idle: Worker) -> None:
    address = drop(office, csv_of(unfair_ratings()))
    assert office.get(f"{address}result.pdf").status_code == 303
    office.post(address, LONG)
    work_until_idle()
    pdf, xlsx, text = (office.get(f"{address}result.{kind}") for kind in ("pdf", "xlsx", "csv"))
    assert pdf.content.startswith(b"%PDF-")
    assert pdf["Content-Disposition"] == 'attachment; filename="rating-check.pdf"'
    table = read_table(xlsx.content, "result.xlsx")
    assert table.headers[:3] == ("Person", "Place by fair score", "Place by plain mean")
    assert len(table.rows) == 24
    assert len(read_table(text.content, "result.csv").rows) == 24
    assert office.get(f"{address}result.exe").status_code == 404


def test_a_wide_table_is_read_as_a_column_for_each_assessor(office: Client, work_until_idle: Worker) -> None:
    by_person: dict[str, dict[str, int]] = {}
    for person, assessor, _item, score in unfair_ratings():
        by_person.setdefault(person, {})[assessor] = score
    assessors = [f"Эксперт {n}" for n in range(1, 7)]
    rows = [(person, *(scores.get(each, "") for each in assessors)) for person, scores in by_person.items()]
    address = drop(office, csv_of(rows, ";".join(["ФИО", *assessors])))
    page: Any = office.get(address)
    assert page.context["is_wide"]
    assert page.context["form"]["assessors"].value() == ["1", "2", "3", "4", "5", "6"]
    assert office.post(address, {"layout": "wide", "person": "0", "assessors": ["1"]}).status_code == 422
    assert office.post(address, {"layout": "wide", "person": "1", "assessors": ["1", "2"]}).status_code == 422
    office.post(address, {"layout": "wide", "person": "0", "assessors": ["1", "2", "3", "4", "5", "6"]})
    work_until_idle()
    result: Any = office.get(address)
    assert result.context["result"].count == 24
    assert "cells without a rating were skipped" in text_of(result)


def test_parts_that_nothing_links_are_never_put_into_one_order(office: Client, work_until_idle: Worker) -> None:
    rows = [(f"{part}{person}", f"{part}-эксперт {assessor}", "Опыт", (person * 2 + assessor) % 5 + 1)
            for part in "АБ" for person in range(6) for assessor in range(3)]  # fmt: skip
    address = drop(office, csv_of(rows))
    office.post(address, LONG)
    work_until_idle()
    page: Any = office.get(address)
    words = text_of(page)
    assert "People can be compared only within 2 parts, not across" in words
    assert page.context["cut"] is None
    assert "Part 1" in words
    assert "Part 2" in words
    assert "Б-эксперт 0" in words
    assert read_table(office.get(f"{address}result.csv").content, "r.csv").headers[0] == "Part"


def test_where_nobody_can_be_told_apart_nobody_is_wrongly_placed(office: Client, work_until_idle: Worker) -> None:
    rows = [(f"К{person}", f"Э{assessor}", "Опыт", (person * 2 + assessor) % 5 + 1) for person in range(6) for assessor in range(3)]
    address = drop(office, csv_of(rows))
    office.post(address, LONG)
    work_until_idle()
    page: Any = office.get(address, {"top": "2"})
    assert page.context["finding"] == "The ratings show no difference between people beyond chance"
    assert page.context["cut"] is None
    assert len(page.context["order"]) == 6
    assert "almost surely" not in text_of(page)


def test_a_second_click_starts_no_second_computation(office: Client) -> None:
    address = drop(office, csv_of(unfair_ratings()))
    office.post(address, LONG)
    office.post(address, LONG)
    assert Job.objects.count() == 1


def test_columns_can_be_changed_after_the_result(office: Client, work_until_idle: Worker) -> None:
    address = drop(office, csv_of(unfair_ratings()))
    office.post(address, LONG)
    work_until_idle()
    assert "Which column is what?" in text_of(office.get(address, {"columns": "1"}))
    office.post(address, LONG)
    assert "<progress" in office.get(address).content.decode()
    work_until_idle()
    assert office.get(address).context["result"].count == 24


def test_progress_is_a_fragment_until_the_work_is_over_and_then_the_page_is_asked_for_again(
    office: Client, work_until_idle: Worker
) -> None:
    address = drop(office, csv_of(unfair_ratings()))
    office.post(address, LONG)
    fragment = office.get(address, headers={"HX-Request": "true"})
    assert b"<html" not in fragment.content
    assert "HX-Refresh" not in fragment
    work_until_idle()
    assert office.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


@pytest.mark.thorough
def test_many_ratings_pass_through(office: Client, work_until_idle: Worker) -> None:
    """A big year: thousands of lines are read, computed and shown fifty people a page."""
    address = drop(office, csv_of(unfair_ratings(persons=600, assessors=30)))
    office.post(address, LONG)
    work_until_idle()
    page: Any = office.get(address)
    assert len(page.context["order"]) == 50
    assert page.context["cut"].top == 200
    assert office.get(address, {"page": "12"}).status_code == 200


def test_before_any_intake_the_office_finds_the_door_on_its_home_page(programme: Programme, office: Client) -> None:
    assert HOME in office.get("/p/samgau/").content.decode()
    assert HOME not in client_for(make_person(programme, "assessor")).get("/p/samgau/").content.decode()


# ── bad input ──


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("4,5", "4,5 is not a whole number"),
        ("отлично", "“отлично” is not a number"),
        ("4;лишнее", None),
        ("+4", None),
        ("4,0", None),
        ("4.00", None),
    ],
)
def test_a_rating_is_a_whole_number_and_a_bad_one_is_told_with_its_line(office: Client, cell: str, says: str | None) -> None:
    rows: list[Any] = list(unfair_ratings())
    rows[7] = (*rows[7][:3], cell)
    address = drop(office, csv_of(rows))
    answer = office.post(address, LONG)
    if says is None:
        assert answer.status_code == 303
        return
    words = text_of(answer)
    assert "1 rating cannot be used" in words
    assert "line 9" in words
    assert says in words
    assert not Job.objects.exists()
    assert office.post(address, {**LONG, "leave_out": "1"}).status_code == 303


@pytest.mark.parametrize(
    ("place", "says"), [(0, "It does not say who was rated."), (1, "It does not say who rated."), (2, "It does not say what was rated.")]
)
def test_a_line_without_a_name_is_told(office: Client, place: int, says: str) -> None:
    rows: list[Any] = [list(row) for row in unfair_ratings()]
    rows[3][place] = " "
    words = text_of(office.post(drop(office, csv_of(rows)), LONG))
    assert "line 5" in words
    assert says in words


def test_a_repeated_rating_is_told_with_both_lines_whatever_the_letter_case(office: Client) -> None:
    rows: list[Any] = list(unfair_ratings())
    person, assessor, item, score = rows[0]
    rows.append((person.upper(), f" {assessor} ", item, score))
    words = text_of(office.post(drop(office, csv_of(rows)), LONG))
    assert f"line {len(rows) + 1}" in words
    assert f"{assessor} rated {person} in line 2 already. The first rating counts." in words


def test_a_day_made_by_excel_is_told(office: Client) -> None:
    found = read_long([[2, "А", "Б", {"day": "2026-05-04"}]], person=0, assessor=1, rating=2, item=None, item_title="")
    assert "2026-05-04" in found.problems[0].words


def test_empty_ratings_are_skipped_and_counted(office: Client, work_until_idle: Worker) -> None:
    rows: list[Any] = [*unfair_ratings(), ("Кандидат 01", "Эксперт 6", "Опыт", ""), ("Кандидат 02", "Эксперт 6", "Опыт", "—")]
    address = drop(office, csv_of(rows))
    office.post(address, LONG)
    work_until_idle()
    assert "2 cells without a rating were skipped." in text_of(office.get(address))


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([(f"К{n}", f"Э{n % 2}", "Опыт", 4) for n in range(9)], "All ratings are 4"),
        ([(f"К{n}", "Э1", "Опыт", n % 5) for n in range(9)], "There is only one assessor"),
        ([(f"К{n % 2}", f"Э{n}", "Опыт", n % 5) for n in range(9)], "There are too few people"),
        ([(f"К{n}", f"Э{n % 2}", "Опыт", n * 20) for n in range(9)], "That is no rating scale"),
        ([(f"К{n}", f"Э{n % 2}", "Опыт", "нет") for n in range(9)], "There is no rating in this column"),
    ],
)
def test_ratings_that_carry_no_answer_are_refused_with_the_reason(office: Client, rows: list[Any], says: str) -> None:
    answer = office.post(drop(office, csv_of(rows)), LONG)
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not Job.objects.exists()


def test_whoever_forgets_the_criterion_is_told_so(office: Client) -> None:
    answer = office.post(drop(office, csv_of(unfair_ratings())), {**LONG, "item": ""})
    assert answer.status_code == 422
    assert "choose it as the fourth one" in text_of(answer)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {**LONG, "assessor": "0"},
        {**LONG, "rating": ""},
        {**LONG, "rating": "77"},
        {**LONG, "person": "нет"},
        {"layout": "wide"},
        {"layout": "wide", "person": "0", "assessors": ["3", "9"]},
    ],
)
def test_a_choice_that_does_not_work_keeps_the_page(office: Client, sent: dict[str, Any]) -> None:
    address = drop(office, csv_of(unfair_ratings()))
    assert office.post(address, sent).status_code == 422
    assert office.get(address).status_code == 200


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7 not a table", "Кандидат;Эксперт;Балл".encode(), b"\x00\x01\x02" * 500, b"PK\x03\x04broken"]
)
def test_a_file_that_is_no_table_is_refused_and_nothing_is_kept(office: Client, content: bytes) -> None:
    answer = office.post(HOME, {"file": SimpleUploadedFile("x.csv", content)})
    assert answer.status_code == 422
    assert not SpreadsheetAnalysis.objects.exists()


def test_nobody_fills_the_disk(office: Client) -> None:
    for _file in range(5):
        drop(office, csv_of(unfair_ratings()))
    answer = office.post(HOME, {"file": SimpleUploadedFile("x.csv", csv_of(unfair_ratings()))})
    assert answer.status_code == 422
    assert "5 spreadsheets open" in text_of(answer)


def test_what_the_model_refuses_is_said_in_the_readers_language(office: Client, work_until_idle: Worker) -> None:
    address = drop(office, csv_of(unfair_ratings()))
    office.post(address, LONG)
    row = row_of(address)
    kept = row.folder.read_json("ratings.json")
    row.folder.write_json("ratings.json", kept | {"rating": [3] * len(kept["rating"])})
    work_until_idle()
    words = text_of(office.get(address))
    assert "All ratings are 3" in words
    assert Job.objects.get().message == "These ratings cannot be computed."


def test_every_refusal_of_ratings_has_its_words() -> None:
    """The codes that ratings, not a mistake in our code, can bring about."""
    source = Path(ratings.__file__).read_text("utf-8")
    codes = set(re.findall(r'MeasurementError\(\s*"(\w+)"', source))
    ours = {"no_facet", "column_twice", "no_column", "column_length", "weights", "unknown_facet"}
    assert codes - ours == set(_REFUSALS)
    fields = {"line": 4, "rating": 3, "lowest": 1, "highest": 90, "most": 50}
    for language in ("ru", "kk"):
        with override(language):
            said = [refusal_words(code, fields) for code in (*_REFUSALS, "unheard_of")]
        assert not any(re.search("[A-Za-z]{3}", words) for words in said)
    assert ratings.MOST_STEPS == MOST_STEPS


# ── guesses ──


@pytest.mark.parametrize(
    ("head", "row", "expected"),
    [
        ("Кандидат;Эксперт;Балл", "А;Б;4", {"person": 0, "assessor": 1, "rating": 2}),
        ("№;Оценка эксперта;Асессор;ФИО кандидата", "1;4;Б;А", {"person": 3, "assessor": 2, "rating": 1}),
        ("Үміткер;Бағалаушы;Ұпай;Құзырет", "А;Б;4;II", {"person": 0, "assessor": 1, "rating": 2, "item": 3}),
        ("Үміткердің аты-жөні;Сарапшы;Баға", "А;Б;4", {"person": 0, "assessor": 1, "rating": 2}),
        ("candidate_name;assessor;item;rating", "A;B;x;4", {"person": 0, "assessor": 1, "item": 2, "rating": 3}),
        ("Participant;Judge;Score", "A;B;4", {"person": 0, "assessor": 1, "rating": 2}),
        ("Столбец 1;Столбец 2;Столбец 3", "А;Б;4", {"rating": 2}),
    ],
)
def test_columns_are_known_by_their_heads_in_three_languages(head: str, row: str, expected: dict[str, int]) -> None:
    table = read_table(f"{head}\n{row}\n{row}\n".encode(), "x.csv")
    found = guess_columns(table.headers, [each.cells for each in table.rows]).columns
    assert {name: found.get(name) for name in expected} == expected


# ── numbers ──


def test_chances_agree_with_drawing_everybodys_true_order() -> None:
    draw = np.random.default_rng(5)
    measure, se = draw.normal(0, 1, 60), draw.uniform(0.2, 0.5, 60)
    exact = decision_confidence(measure, se, places=20).chance
    assert np.abs(np.array(chances_of(measure.tolist(), se.tolist(), 20)) - exact).max() < 0.05
    assert decisions.SURE == SURE


def test_equal_means_share_their_places_and_a_tie_across_the_cut_wrongs_nobody() -> None:
    labels = ["А", "Б", "В", "Г"]
    persons = {
        "label": labels, "fair": [4.0, 3.5, 3.0, 2.0], "low": [3.0] * 4, "high": [5.0] * 4, "measure": [2.0, 1.0, 0.0, -1.0],
        "se": [0.3] * 4, "mean": [3.0, 4.0, 3.0, 2.0], "ratings": [6] * 4,
    }  # fmt: skip
    result = Result({"findings": [], "persons": persons, "parts": [{"number": 0, "marks": [], "persons": [0, 1, 2, 3]}]})
    order = result.parts[0].persons
    assert [(person.label, person.mean_places, person.shift) for person in order] == [
        ("А", "2–3", 1),
        ("Б", "1", -1),
        ("В", "2–3", 0),
        ("Г", "4", 0),
    ]
    assert result.cut(2).changed == 0
    moved = result.cut(1)
    assert [each.person.label for each in moved.comes_in] == ["А"]
    assert [each.person.label for each in moved.goes_out] == ["Б"]
    assert math.isclose(sum(moved.chances), 1, abs_tol=0.01)


@pytest.mark.thorough
def test_pages_of_the_room_load_no_numbers_library() -> None:
    code = (
        "import os, sys, tempfile; os.environ['TALIMGER_DATA'] = tempfile.mkdtemp();"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'talimger.config.settings';"
        "import django; django.setup(); import talimger.analysis.views, talimger.analysis.jobs, talimger.config.urls;"
        "sys.exit(any(m in sys.modules for m in ('numpy', 'scipy', 'typst')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_reason_is_found_for_what_has_no_rating_at_all() -> None:
    assert why_not(read_long([], person=0, assessor=1, rating=2, item=None, item_title=""))


def test_a_workbook_is_read_like_a_text(office: Client) -> None:
    from talimger.shell.spreadsheets import SheetOut, write_xlsx

    content = write_xlsx([SheetOut("Лист1", HEAD.split(";"), unfair_ratings())])
    address = drop(office, io.BytesIO(content).getvalue(), "Оценки.xlsx")
    assert office.post(address, LONG).status_code == 303
