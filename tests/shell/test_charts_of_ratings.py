"""Pictures of ratings: nothing collides, crowds become counts, and page and PDF are drawn from the same places."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from talimger.shell.charts import (
    CategoryCurve,
    CategoryCurves,
    DrawnChart,
    MapColumn,
    MapMark,
    RatingNetwork,
    SeverityStrip,
    StripMark,
    Tie,
    VariableMap,
    standalone_svg,
)
from talimger.shell.charts.dots import signed
from talimger.shell.charts.drawing import Words, shortened, width_of
from talimger.shell.gallery_of_ratings import rating_charts
from tests.shell.test_charts import Elements, draw

LONG = "Константин Преображенский-Воскресенский"
SVG = "{http://www.w3.org/2000/svg}"


def ruler(**changes: object) -> VariableMap:
    values: dict[str, object] = {
        "key": "ruler",
        "title": "Всё на одной шкале",
        "description": "Люди сильнее, чем трудны пункты.",
        "persons": (-1.2, 0.1, 0.2, 0.9),
        "persons_title": "Люди",
        "persons_top": "сильнее",
        "columns": (MapColumn("Оценщики", (MapMark("A3", 0.4), MapMark("A7", 0.42), MapMark("A1", -0.9)), "строже"),),
        "steps_title": "Пороги",
        "steps": (MapMark("1 | 2", -1.5), MapMark("2 | 3", 1.4)),
    }
    return VariableMap(**{**values, **changes})  # type: ignore[arg-type]


def strip(marks: tuple[StripMark, ...] | None = None, **changes: object) -> SeverityStrip:
    own = (StripMark("Сауле", -0.6, -0.9, -0.3), StripMark("Павел", 0.1, -0.2, 0.4), StripMark(LONG, 0.5, 0.2, 0.8, "строже на 0,5"))
    values: dict[str, object] = {
        "key": "strip",
        "title": "Кто строже",
        "description": "Двое отличаются.",
        "marks": own if marks is None else marks,
        "centre_label": "как коллеги",
        "start": "мягче",
        "end": "строже",
        "unit": "баллы",
    }
    return SeverityStrip(**{**values, **changes})  # type: ignore[arg-type]


def curves(**changes: object) -> CategoryCurves:
    values: dict[str, object] = {
        "key": "curves",
        "title": "Какая оценка",
        "description": "Три кривые.",
        "places": (-2.0, 0.0, 2.0),
        "curves": (
            CategoryCurve("1", (0.7, 0.4, 0.1)),
            CategoryCurve("2", (0.2, 0.2, 0.2)),
            CategoryCurve("3", (0.1, 0.4, 0.7)),
            CategoryCurve("4"),
        ),
    }
    return CategoryCurves(**{**values, **changes})  # type: ignore[arg-type]


def network(nodes: tuple[str, ...] = ("A", "B", "C", "D"), ties: tuple[Tie, ...] | None = None, **changes: object) -> RatingNetwork:
    own = (Tie("A", "B", 9), Tie("B", "C", 3)) if ties is None else ties
    values: dict[str, object] = {"key": "net", "title": "Кто с кем", "description": "Две части.", "nodes": nodes, "ties": own}
    return RatingNetwork(**{**values, **changes})  # type: ignore[arg-type]


EVERY: list[DrawnChart] = [ruler(), strip(), curves(), network(), *rating_charts().values()]
EMPTY: list[DrawnChart] = [ruler(persons=(), columns=(), steps=()), strip(()), curves(curves=()), network((), ())]


# ── every picture ──


@pytest.mark.parametrize("chart", EVERY, ids=lambda chart: chart.key)
@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_every_picture_of_ratings_is_named_has_a_table_and_no_inline_style(chart: DrawnChart, language: str) -> None:
    page = draw(chart, language)
    elements = Elements(page).found
    ids = {attrs["id"] for _tag, attrs in elements if "id" in attrs}
    named = [attrs for _tag, attrs in elements if "aria-labelledby" in attrs]
    assert named
    assert all(set(attrs["aria-labelledby"].split()) <= ids for attrs in named)
    assert not [attrs for _tag, attrs in elements if "style" in attrs]
    assert chart.title in page
    assert "<table" in page


@pytest.mark.parametrize("chart", EVERY, ids=lambda chart: chart.key)
def test_no_text_of_a_page_can_shrink(chart: DrawnChart) -> None:
    """Only curves are stretched; text stands in per cent and pixels, outside of every viewBox."""
    for drawing in re.findall(r'<svg class="curves".*?</svg>', draw(chart)):
        assert "<text" not in drawing
    assert not re.search(r"<svg(?! class=\"(?:curves|icon|shape))[^>]*viewBox", draw(chart))


@pytest.mark.parametrize("chart", EVERY, ids=lambda chart: chart.key)
@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_a_picture_can_stand_alone_with_its_colours_and_its_font(chart: DrawnChart, language: str) -> None:
    written = standalone_svg(chart, language=language)
    root = ElementTree.fromstring(written)
    assert root.tag == f"{SVG}svg"
    assert root.get("font-family") == "Golos Text"
    assert "var(" not in written
    assert "%" not in "".join(value for element in root.iter() for value in element.attrib.values())
    assert root.findtext(f"{SVG}title") == chart.title
    width, height = (float(number) for number in root.attrib["viewBox"].split()[2:])
    for text in root.iter(f"{SVG}text"):
        x, y = float(text.attrib["x"]) + float(text.get("dx", 0)), float(text.attrib["y"])
        long = width_of(text.text or "", float(text.attrib["font-size"]))
        left = {"middle": x - long / 2, "end": x - long}.get(text.get("text-anchor", "start"), x)
        assert left >= -12, text.text
        assert left + long <= width + 12, text.text
        assert 0 <= y <= height, text.text


@pytest.mark.parametrize("chart", EVERY, ids=lambda chart: chart.key)
def test_page_and_standalone_hold_the_same_words(chart: DrawnChart) -> None:
    root = ElementTree.fromstring(standalone_svg(chart, language="ru"))
    page = draw(chart, "ru")
    words = {re.sub(r"…$|^↑ ", "", text.text or "").split(" · ")[0] for text in root.iter(f"{SVG}text")}
    assert [word for word in words if word and word.rstrip() not in page] == []


@pytest.mark.parametrize("chart", EMPTY, ids=lambda chart: type(chart).__name__)
def test_an_empty_picture_of_ratings_says_so(chart: DrawnChart) -> None:
    assert "Nothing to show yet" in draw(chart, "en")
    assert "<svg" not in draw(chart, "en")
    assert "Пока нечего показать" in standalone_svg(chart, language="ru") or "Nothing" not in standalone_svg(chart, language="ru")


def test_words_of_people_are_escaped_in_a_picture_that_stands_alone() -> None:
    written = standalone_svg(strip((StripMark("<script>&", 0.1, 0.05, 0.2),)), language="en")
    assert "<script>" not in written
    assert "&lt;script&gt;&amp;" in written


def test_a_drawing_weighs_little_even_with_twenty_thousand_people() -> None:
    assert len(standalone_svg(rating_charts()["map_large"], language="ru")) < 40_000
    assert len(draw(rating_charts()["network_large"])) < 20_000


# ── the ruler ──


def _labels(chart: VariableMap, look: str) -> list[Words]:
    return [shape for shape in chart.picture.shapes if isinstance(shape, Words) and look in shape.look.split()]


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=40))
def test_labels_on_the_ruler_never_meet_and_leave_nobody_out(places: list[float]) -> None:
    chart = ruler(columns=(MapColumn("Пункты", tuple(MapMark(f"П{n}", at) for n, at in enumerate(places))),))
    for look in ("on-wide", "on-phone"):
        labels = _labels(chart, look)
        assert all(lower.y - upper.y >= 15 for upper, lower in pairwise(sorted(labels, key=lambda label: label.y)))
        said = [re.subn(r" \+(\d+)$", "", label.text) for label in labels]
        more = sum(int(match[1]) for label in labels if (match := re.search(r" \+(\d+)$", label.text)))
        assert sum(len(text.split(", ")) for text, _n in said) + more == len(places)


def test_elements_of_one_row_share_a_label() -> None:
    assert "A7, A3" in [label.text for label in _labels(ruler(), "on-wide")]


def test_labels_too_long_for_a_phone_become_numbers_with_a_list_below() -> None:
    chart = ruler(columns=(MapColumn("Оценщики", (MapMark(LONG, 0.5), MapMark("Әсел Тұрсынбаева", -0.5))),))
    assert [label.text for label in _labels(chart, "on-phone")] == ["1", "2"]
    assert [key.label for key in chart.key_lists[0].keys] == [LONG, "Әсел Тұрсынбаева"]
    assert LONG in draw(chart)


def test_a_column_of_more_than_forty_becomes_bars_with_counts() -> None:
    chart = ruler(columns=(MapColumn("Оценщики", tuple(MapMark(f"A{n}", n / 100) for n in range(500))),))
    assert _labels(chart, "on-wide") == []
    counts = [int(label.text) for label in _labels(chart, "quiet") if label.dx > 0]
    assert sum(counts) == 500


def test_bars_count_every_person_once() -> None:
    people = tuple(n / 500 for n in range(-1000, 1000))
    counts = [int(label.text) for label in _labels(ruler(persons=people), "end")]
    assert sum(counts) == 2000


def test_a_ruler_of_one_place_can_be_drawn() -> None:
    assert "<svg" in draw(ruler(persons=(0.0,), columns=(), steps=()))


def test_steps_that_stand_close_keep_their_lines_and_move_their_words() -> None:
    chart = ruler(steps=(MapMark("1 | 2", 0.0), MapMark("2 | 3", 0.02), MapMark("3 | 4", 0.04)))
    words = [shape for shape in chart.picture.shapes if isinstance(shape, Words) and "|" in shape.text]
    assert all(abs(one.y - other.y) >= 15 for one, other in pairwise(words))


# ── the strip ──


def test_those_who_differ_for_sure_are_set_in_ink_and_the_rest_is_quiet() -> None:
    chart = strip()
    assert [mark.stands_out for mark in chart.first] == [True, False, True]
    assert draw(chart).count("dots-row out") == 2
    assert [mark.label for mark in chart.in_order] == ["Сауле", "Павел", LONG]


def test_of_many_the_strip_shows_both_ends_and_says_how_many_stand_between() -> None:
    chart = strip(tuple(StripMark(f"A{n}", n / 100, n / 100 - 0.1, n / 100 + 0.1) for n in range(-250, 250)))
    assert (len(chart.first), len(chart.last)) == (12, 12)
    assert chart.fold is not None
    assert "476 more between" in draw(chart, "en")
    assert len(chart.as_table().rows) == 500


def test_a_few_more_than_two_ends_are_all_shown() -> None:
    assert strip(tuple(StripMark(f"A{n}", n, n - 1, n + 1) for n in range(30))).fold is None


def test_the_centre_stands_in_the_middle_whoever_is_rated() -> None:
    assert strip((StripMark("A", 2.0, 1.0, 3.0),)).centre_at == "50%"
    assert strip((StripMark("A", 0.0, 0.0, 0.0),)).centre_at == "50%"


@pytest.mark.parametrize(("value", "words"), [(0.44, "+0,4"), (-0.44, "−0,4"), (0.04, "0,0"), (-0.04, "0,0")])
def test_a_sign_is_the_real_minus_and_zero_has_none(value: float, words: str) -> None:
    with translation.override("ru"):
        assert signed(value, 1) == words


# ── the curves ──


def test_a_category_that_is_nowhere_likeliest_and_one_nobody_used_are_told_in_words() -> None:
    chart = curves()
    assert chart.never_likeliest == ("2",)
    assert chart.unused == ("4",)
    page = draw(chart, "ru")
    assert "Оценку 4 никто не ставил." in page
    assert "2 нигде не бывает самой вероятной оценкой." in page
    assert page.count('class="faint"') == 1


def test_a_curve_needs_a_share_for_each_place() -> None:
    with pytest.raises(ValueError, match="2 shares for 3 places"):
        curves(curves=(CategoryCurve("1", (0.5, 0.5)),))


# ── the network ──


def test_parts_without_a_tie_are_drawn_apart_and_numbered() -> None:
    chart = network()
    assert chart.parts == (("A", "B", "C"), ("D",))
    page = draw(chart, "ru")
    assert "часть 1" in page
    assert "часть 2" in page
    assert page.count("network-part") == 2


def test_one_whole_network_is_no_part() -> None:
    assert "часть" not in draw(network(("A", "B"), (Tie("A", "B", 1),)), "ru").lower().replace("частью", "")


@pytest.mark.parametrize("count", [1, 2, 3, 12, 13, 59, 60])
def test_labels_of_a_circle_never_meet(count: int) -> None:
    nodes = tuple(f"A{n}" for n in range(count))
    chart = network(nodes, tuple(Tie(one, other, 1) for one, other in pairwise(nodes)))
    (part,) = chart.drawn
    for side in (True, False):
        labels = [shape for shape in part.picture.shapes if isinstance(shape, Words) and "on-wide" in shape.look]
        rows = sorted(label.y for label in labels if ("end" in label.look) == side)
        assert all(lower - upper >= 14 for upper, lower in pairwise(rows))


def test_the_same_ratings_give_the_same_picture() -> None:
    ties = (Tie("A", "B", 9), Tie("B", "C", 3))
    assert network(ties=ties).drawn == network(ties=tuple(reversed(ties))).drawn


def test_above_sixty_nodes_a_network_is_a_summary_of_its_parts() -> None:
    nodes = tuple(f"A{n}" for n in range(100))
    chart = network(nodes, tuple(Tie(one, other, 1) for one, other in pairwise(nodes[:80])), notes=("80 оценщиков, 400 человек",))
    assert chart.is_summary
    page = draw(chart, "ru")
    assert "80 оценщиков, 400 человек" in page
    assert "и части поменьше: 13" in page
    assert "<circle" not in page


def test_a_cloud_of_ties_is_thinned_to_the_strongest_and_says_so() -> None:
    nodes = tuple(f"A{n}" for n in range(40))
    ties = tuple(Tie(nodes[one], nodes[other], one + other) for one in range(40) for other in range(one + 1, 40))
    chart = network(nodes, ties)
    assert len(chart.drawn_ties) <= 160
    assert {node for tie in chart.drawn_ties for node in (tie.one, tie.other)} == set(nodes)
    assert f"of {len(ties)}." in draw(chart, "en")


def test_groups_may_name_the_parts_themselves() -> None:
    assert network(groups=(("A", "B"), ("C", "D"))).parts == (("A", "B"), ("C", "D"))


def test_words_are_cut_where_they_do_not_fit() -> None:
    assert shortened("Сауле", 200) == "Сауле"
    assert shortened(LONG, 100).endswith("…")
    assert width_of(shortened(LONG, 100)) <= 100
