"""The report of a rating analysis: the finding in plain words, no order across parts, three languages, no database."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import translation

from talimger.analysis.charts import category_curves, rating_network, severity_strip, variable_map
from talimger.analysis.numbers import Reading, verdict
from talimger.analysis.report import report_data, write_report
from talimger.analysis.tables import ends, with_gap
from talimger.analysis.words import _SENTENCES, facet_title, finding_words, names, reliability_words
from talimger.core.measurement.results import FacetsFit, Finding
from talimger.core.measurement.scale import expected_rating
from tests.factories.measurement import THRESHOLDS, made_fit, made_statistics

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def data_of(fit: FacetsFit, language: str = "en") -> Mapping[str, Any]:
    with translation.override(language):
        return report_data(Reading(fit), made_statistics(fit), title="Отбор", source="ratings.csv", now=NOW, language=language)


def pdf_of(fit: FacetsFit, language: str = "ru") -> bytes:
    return write_report(fit, made_statistics(fit), title="Отбор, поток 3", source="ratings.csv", now=NOW, language=language)


def text_of(content: bytes, tmp_path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is missing: apt-get install poppler-utils")
    path = tmp_path / "report.pdf"
    path.write_bytes(content)
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True).stdout
    return re.sub(r"[ \n]+", " ", text)


def titles(data: Mapping[str, Any]) -> list[str]:
    return [block["title"] for block in data["blocks"] if "title" in block]


def tables(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [block for block in data["blocks"] if block["kind"] == "table"]


@pytest.fixture(scope="module")
def fit() -> FacetsFit:
    return made_fit()


# ── what a reader gets ──


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "ru",
            ("Между самым мягким и самым строгим оценщиком", "Что важно знать до решений", "Люди по справедливому баллу", "Как это читать"),
        ),
        ("kk", ("Ең жұмсақ пен ең қатал бағалаушының арасы", "Бағалаушылар қаншалықты қатал", "Мұны қалай оқу керек")),
        ("en", ("From the most lenient to the strictest assessor", "What to know before you use this", "How to read this")),
    ],
)
def test_a_report_can_be_read_in_each_language(fit: FacetsFit, language: str, words: tuple[str, ...], tmp_path: Path) -> None:
    text = text_of(pdf_of(fit, language), tmp_path)
    assert [sentence for sentence in words if sentence not in text] == []
    assert "%(" not in text


def test_the_finding_says_how_far_assessors_are_apart_in_points_of_the_scale(fit: FacetsFit) -> None:
    data = data_of(fit)
    severity = Reading(fit).severity(Reading(fit).groups[0])
    assert f"{severity.points[-1] - severity.points[0]:.1f} points" in data["finding"]
    assert "on a scale from 1 to 5" in data["lead"][0]
    assert ["Ratings", "2,880"] in data["facts"]


def test_a_report_of_sixty_people_has_four_to_six_pages(fit: FacetsFit, tmp_path: Path) -> None:
    assert 4 <= text_of(pdf_of(fit), tmp_path).count("\f") <= 6


@pytest.mark.thorough
def test_a_report_of_twenty_thousand_people_stays_small() -> None:
    assert len(pdf_of(made_fit(persons=20_000, assessors=500, items=23), "kk")) < 1_000_000


def test_every_person_up_to_three_hundred_is_listed_and_of_more_both_ends(fit: FacetsFit) -> None:
    assert len(tables(data_of(fit))[-1]["rows"]) == 60
    many = tables(data_of(made_fit(persons=301, items=4)))[-1]["rows"]
    assert len(many) == 47
    assert many[23][1] == "… 255 more …"
    assert [many[0][0], many[-1][0]] == ["1", "301"]
    assert tables(data_of(made_fit(persons=200, items=4)))[-1]["columns"] == 2


def test_people_stand_in_the_order_of_their_fair_scores_beside_their_plain_means(fit: FacetsFit) -> None:
    rows = tables(data_of(fit))[-1]["rows"]
    scores = [float(row[3]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    person = fit.table.person.labels.index(rows[0][1])
    plain = fit.table.score[fit.table.person.codes == person].mean() + fit.table.lowest
    assert float(rows[0][5]) == pytest.approx(plain, abs=0.006)
    at, low, high = rows[0][2]
    assert 0 <= low <= at <= high <= 1


def test_an_unpredictable_and_a_too_uniform_assessor_are_named_on_the_first_page(fit: FacetsFit) -> None:
    erratic, uniform = fit.facets["assessor"].labels[:2]
    notice = " ".join(data_of(fit)["notice"]["items"])
    assert f"Unpredictable: {erratic}" in notice
    assert f"Too uniform: {uniform}" in notice


def test_where_nobody_differs_for_sure_the_finding_says_so() -> None:
    assert "No assessor is stricter" in data_of(made_fit(spread=0.001))["finding"]


def test_a_fit_that_did_not_converge_says_so_first(tmp_path: Path) -> None:
    broken = made_fit(converged=False, warnings=(Finding("not_converged", "The fit did not converge: rounds.", {"reason": "rounds"}),))
    assert "did not settle" in data_of(broken)["finding"]
    assert "Расчёт не сошёлся" in text_of(pdf_of(broken), tmp_path)


def test_several_dimensions_are_listed_side_by_side_with_their_limits() -> None:
    data = data_of(made_fit(dimensions=("Общение", "Открытость")))
    head = tables(data)[-1]["head"]
    assert head[3:5] == ["Общение", "Открытость"]
    assert re.fullmatch(r"\d\.\d \(\d\.\d–\d\.\d\)", tables(data)[-1]["rows"][0][3])
    assert any(words.startswith("Открытость: reliability 0.83") for words in data["lead"])


def test_partial_credit_is_drawn_as_the_mean_of_its_scales(fit: FacetsFit) -> None:
    sets = {label: np.array([0, -2.0, -2.5, -1.8, 0.4]) for label in fit.facets["item"].labels}
    sets[fit.facets["item"].labels[0]] = np.array([0, -2.0, np.inf, -1.8, 0.4])
    partial = replace(fit, model="PCM", cumulative=sets)
    with translation.override("en"):
        curves = category_curves(Reading(partial))
    assert "steps of its own" in curves.description
    assert curves.unused == ()
    assert "partial credit" in data_of(partial)["method"]


def test_a_category_that_nobody_used_has_no_curve_and_no_threshold(fit: FacetsFit) -> None:
    gap = replace(fit, cumulative={"": np.array([0, -2.2, np.inf, -1.0, 0.0])})
    with translation.override("en"):
        assert category_curves(Reading(gap)).unused == ("3",)
        assert [step.label for step in variable_map(Reading(gap)).steps] == ["1 | 2", "4 | 5"]


# ── parts without a link ──


@pytest.fixture(scope="module")
def torn() -> FacetsFit:
    return made_fit(parts=2, warnings=(Finding("disconnected", "Two parts.", {"parts": 2}),))


def test_parts_without_a_link_are_listed_apart_and_nothing_is_compared_across(torn: FacetsFit) -> None:
    data = data_of(torn)
    assert data["finding"] == "People can be compared only within 2 parts, not across"
    assert "comparison not possible" in data["lead"][0]
    assert titles(data).count("Part 1") == titles(data).count("Part 2") == 2
    assert "Everything on one ruler" not in titles(data)
    assert not any("eliability is" in words for words in data["lead"])
    first, second = tables(data)[-2:]
    assert {row[1] for row in first["rows"]} & {row[1] for row in second["rows"]} == set()
    assert [row[0] for row in second["rows"][:2]] == ["1", "2"]


def test_severity_in_a_part_is_measured_from_the_part_s_own_mean(torn: FacetsFit) -> None:
    reading = Reading(torn)
    assert len(reading.groups) == 2
    for group in reading.groups:
        assert reading.severity(group).logits.mean() == pytest.approx(0, abs=1e-12)


def test_the_network_names_its_parts_as_the_lists_do(torn: FacetsFit) -> None:
    with translation.override("en"):
        chart = rating_network(Reading(torn))
    assert len(chart.parts) == 2
    assert chart.notes == ("4 assessors, 30 people", "4 assessors, 30 people")


def test_an_assessor_alone_in_a_part_has_no_strip(tmp_path: Path) -> None:
    lonely = made_fit(persons=12, assessors=4, items=3, parts=4)
    assert not any(title.startswith("How strict") for title in titles(data_of(lonely)))
    assert pdf_of(lonely).startswith(b"%PDF")


# ── numbers ──


def test_strict_assessors_have_points_above_zero_and_limits_around_them(fit: FacetsFit) -> None:
    severity = Reading(fit).severity(Reading(fit).groups[0])
    assert np.all(np.diff(severity.points) >= 0)
    assert np.all((severity.low < severity.points) & (severity.points < severity.high))
    assert np.all(np.sign(severity.points) == np.sign(severity.logits))


def test_points_are_what_an_average_person_loses_to_a_strict_assessor(fit: FacetsFit) -> None:
    reading = Reading(fit)
    severity = reading.severity(reading.groups[0])
    cumulative = np.concatenate([[0.0], np.cumsum(THRESHOLDS)])
    expected = expected_rating(np.array([0.4, 0.4 - severity.logits[-1]]), cumulative, 1)
    assert severity.points[-1] == pytest.approx(expected[0] - expected[1])


@pytest.mark.parametrize(
    ("infit", "z", "said"), [(1.6, 4.0, "erratic"), (1.6, 1.0, ""), (1.2, 9.0, ""), (0.5, -4.0, "uniform"), (np.nan, np.nan, "")]
)
def test_a_verdict_needs_size_and_certainty(fit: FacetsFit, infit: float, z: float, said: str) -> None:
    one = replace(made_statistics(fit).facets["assessor"], infit=np.array([infit]), infit_z=np.array([z]))
    assert verdict(one, 0) == said


def test_a_long_list_shows_both_ends_and_what_is_left_out() -> None:
    assert ends(60) == (list(range(60)), 0)
    listed, gap = ends(61, 60, 2)
    assert (listed, gap) == ([0, 1, 59, 60], 57)
    with translation.override("en"):
        assert with_gap([["a", "1"], ["b", "2"]], 7) == [["a", "1"], ["… 7 more …", ""], ["b", "2"]]


def test_the_strip_shows_every_assessor_of_a_small_round(fit: FacetsFit) -> None:
    with translation.override("ru"):
        strip = severity_strip(Reading(fit), Reading(fit).groups[0])
    assert len(strip.first) == 8
    assert strip.fold is None


# ── words ──


def test_every_finding_that_a_fit_can_have_is_said_in_the_reader_s_language() -> None:
    sources = (ROOT / "src/talimger/core/measurement").glob("*.py")
    codes = {code for path in sources for code in re.findall(r"Finding\(\s*\"(\w+)\"", path.read_text("utf-8"))}
    assert codes - set(_SENTENCES) == set()


@pytest.mark.parametrize(
    ("code", "fields", "words"),
    [
        ("disconnected", {"parts": 3}, "(всего 3)"),
        ("extreme_elements", {"facet": "assessor", "labels": [f"A{n}" for n in range(10)]}, "и ещё 2"),
        ("unused_categories", {"categories": [2, 3]}, "2, 3"),
        ("disordered_thresholds", {"sets": [""]}, "нигде не бывает"),
        ("no_differences", {}, "кроме случайных"),
        ("dimensions_few_persons", {"persons": 12, "least": 30}, "(12)"),
        ("dimensions_few_ratings", {"dimension": "Общение", "ratings": 4.0, "least": 5}, "«Общение»"),
        ("dimensions_not_told_apart", {"gain": 1.0, "converged": True}, "как одна"),
    ],
)
def test_findings_carry_their_numbers(code: str, fields: dict[str, Any], words: str) -> None:
    with translation.override("ru"):
        assert words in finding_words(Finding(code, "English", fields))


def test_a_finding_of_a_later_version_is_shown_in_its_own_words() -> None:
    assert finding_words(Finding("something_new", "Something new.", {})) == "Something new."


def test_known_columns_are_called_in_the_reader_s_language_and_others_as_in_the_file() -> None:
    with translation.override("ru"):
        assert facet_title("rater", is_assessor=True) == "Оценщики"
        assert facet_title("Criterion") == "Пункты"
        assert facet_title("method") == "Методы"
        assert facet_title("Школа") == "Школа"


def test_less_reliable_orders_are_worth_less() -> None:
    with translation.override("en"):
        assert len({reliability_words(value) for value in (0.95, 0.85, 0.75, 0.3)}) == 4
        assert names(["a", "b"]) == "a, b"


# ── without a database ──


@pytest.mark.thorough
def test_a_report_needs_no_database_no_secret_and_no_data_folder(tmp_path: Path) -> None:
    code = (
        "import django; django.setup()\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from talimger.analysis.report import write_report\n"
        "from tests.factories.measurement import made_fit, made_statistics\n"
        "fit = made_fit(persons=20, assessors=4, items=5)\n"
        "content = write_report(fit, made_statistics(fit), title='Т', source='f', now=datetime(2026, 1, 1, tzinfo=UTC), language='kk')\n"
        "Path('out.pdf').write_bytes(content)\n"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TALIMGER", "DJANGO"))}
    environment = {**kept, "DJANGO_SETTINGS_MODULE": "talimger.analysis.settings", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env=environment)
    assert [path.name for path in tmp_path.iterdir()] == ["out.pdf"]
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")
