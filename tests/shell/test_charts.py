"""Charts: places on an axis, words instead of missing numbers, and a picture that everyone can read."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.template import engines
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from talimger.shell.charts import (
    Bar,
    BarChart,
    Cell,
    Chart,
    Column,
    Dot,
    DotChart,
    Funnel,
    Matrix,
    MatrixRow,
    Moment,
    Span,
    Stage,
    Timeline,
    Track,
    linear_scale,
    nice_ticks,
)

TODAY = dt.date(2026, 11, 24)
numbers = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False)


def draw(chart: Chart, language: str = "ru") -> str:
    with translation.override(language):
        return str(engines["django"].from_string("{% chart drawing %}").render({"drawing": chart}))


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def dots(**changes: object) -> DotChart:
    values: dict[str, object] = {
        "key": "voices",
        "title": "Открытость",
        "description": "Все источники между 3,0 и 3,6.",
        "rows": (
            Dot("Молодые участники", 3.6, 3.4, 3.8, count=11),
            Dot("Партнёры", count=2),
            Dot("Сама о себе", own=3.1),
        ),
        "low": 1,
        "high": 4,
    }
    return DotChart(**{**values, **changes})  # type: ignore[arg-type]


def timeline(today: dt.date = TODAY) -> Timeline:
    return Timeline(
        key="cycle",
        title="Цикл",
        description="Поток 3 проходит отбор.",
        today=today,
        tracks=(
            Track(
                "Поток 3",
                (
                    Span("Приём заявок", dt.date(2026, 10, 1), dt.date(2026, 11, 15)),
                    Span("Отбор", dt.date(2026, 11, 16), dt.date(2026, 12, 4)),
                    Span("Подготовка", dt.date(2026, 12, 7), dt.date(2027, 1, 20)),
                ),
                (Moment("Решение", dt.date(2026, 12, 3)),),
            ),
        ),
    )


def matrix() -> Matrix:
    return Matrix(
        key="cover",
        title="Покрытие",
        description="Чего не хватает.",
        row_head="Кандидат",
        columns=(Column("Фасилитация группы", "Фасилитация"), Column("Интервью")),
        rows=(
            MatrixRow("Айгерим", (Cell("done", "2 из 2"), Cell("na", "не нужно"))),
            MatrixRow("Данияр", (Cell("conf", "конфликт"), Cell("done", "2 из 2")), url="/x/"),
        ),
    )


def funnel() -> Funnel:
    stages = (Stage("Начали", 88), Stage("Подали", 44), Stage("Мест", 16, is_planned=True), Stage("Пришли", 22, is_current=True))
    return Funnel(key="funnel", title="Отбор", description="Из 88 пришли 22.", stages=stages)


def bars() -> BarChart:
    return BarChart(key="hours", title="Часы", description="Где сколько.", bars=(Bar("Алматы", 1234.5, places=1), Bar("Шымкент", None)))


EVERY_CHART = [dots(), timeline(), matrix(), funnel(), bars()]


# ── scales ──


@given(low=numbers, width=st.floats(min_value=1e-3, max_value=1e6), count=st.integers(1, 12))
def test_ticks_are_evenly_spaced_and_within_the_data(low: float, width: float, count: int) -> None:
    high = low + width
    ticks = nice_ticks(low, high, count)
    assert len(ticks) <= count + 1
    slack = width * 1e-6
    assert all(low - slack <= tick <= high + slack for tick in ticks)
    steps = {round(right - left, 6) for left, right in pairwise(ticks)}
    assert len(steps) <= 1 or max(steps) - min(steps) < 1e-5 * max(1.0, abs(high))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(1, 5, (1, 2, 3, 4, 5)), (0, 88, (0, 20, 40, 60, 80)), (0, 1, (0, 0.2, 0.4, 0.6, 0.8, 1.0)), (3, 3, (3,))],
)
def test_ticks_are_numbers_that_people_count_in(low: float, high: float, expected: tuple[float, ...]) -> None:
    assert nice_ticks(low, high) == expected


@given(low=numbers, width=st.floats(min_value=0, max_value=1e6), value=numbers)
def test_a_scale_keeps_every_value_on_the_axis(low: float, width: float, value: float) -> None:
    scale = linear_scale(low, low + width, start=4, end=96)
    assert 4 <= scale(value) <= 96


@pytest.mark.parametrize(("low", "high"), [(2, 1), (float("nan"), 1), (0, float("inf"))])
def test_a_scale_without_sense_is_a_mistake(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        linear_scale(low, high)
    with pytest.raises(ValueError, match="ticks"):
        nice_ticks(low, high)


# ── what a reader gets ──


@pytest.mark.parametrize("chart", EVERY_CHART, ids=lambda chart: chart.key)
@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_every_chart_is_named_described_and_free_of_inline_style(chart: Chart, language: str) -> None:
    page = draw(chart, language)
    elements = Elements(page).found
    ids = [attrs["id"] for _tag, attrs in elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    named = [attrs for _tag, attrs in elements if "aria-labelledby" in attrs]
    assert named, "the picture has no name"
    for attrs in named:
        assert set(attrs["aria-labelledby"].split()) <= set(ids)
    assert not [attrs for _tag, attrs in elements if "style" in attrs or any(name.startswith("on") for name in attrs)]
    assert chart.title in page
    assert chart.description in page
    assert "<table" in page


@pytest.mark.parametrize("chart", EVERY_CHART, ids=lambda chart: chart.key)
def test_no_number_of_the_drawing_follows_the_language(chart: Chart) -> None:
    """A decimal comma is for people; in a coordinate it would move the dot."""
    for tag, attrs in Elements(draw(chart)).found:
        if tag in {"line", "circle", "rect", "text", "svg"}:
            for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height"):
                assert re.fullmatch(r"-?[\d.]+%?", attrs.get(name, "0")), (tag, name, attrs.get(name))


def test_too_few_answers_are_words_in_the_plot_and_never_a_zero() -> None:
    chart = dots()
    page = draw(chart, "en")
    assert "too few answers" in page
    assert page.count("<circle") == 1
    with translation.override("en"):
        assert chart.as_table().rows[1][2] == "too few answers"


def test_what_a_person_says_of_themself_is_a_diamond_and_not_a_dot() -> None:
    row = dots().drawn[2]
    assert row.x is None
    assert row.own is not None
    assert not row.is_missing


@pytest.mark.parametrize(("language", "words"), [("ru", "3,6"), ("kk", "3,6"), ("en", "3.6")])
def test_numbers_for_people_follow_their_language(language: str, words: str) -> None:
    assert f">{words}<" in draw(dots(), language)


def test_the_words_of_a_cut_take_the_place_of_ticks_that_stand_too_close() -> None:
    chart = dots(cut=3.3, cut_label="порог 3,3", low=1, high=5)
    assert [words for _place, words in chart.tick_words] == ["1", "2", "5"]
    assert "порог 3,3" in draw(chart)
    assert draw(chart).count('class="cut"') == len(chart.rows)


def test_halves_are_rounded_up_as_people_do_by_hand() -> None:
    with translation.override("en"):
        assert Dot("x", 3.25).words == "3.3"
        assert Dot("x", 2.05, 1.95, 2.15).interval == "2.0 to 2.2"


def test_an_empty_chart_says_so() -> None:
    for chart in (
        dots(rows=()),
        Funnel(key="f", title="Отбор", description="-"),
        BarChart(key="b", title="Часы", description="-"),
        Timeline(key="t", title="Цикл", description="-", today=TODAY),
        Matrix(key="m", title="Покрытие", description="-"),
    ):
        page = draw(chart, "en")
        assert chart.is_empty
        assert "Nothing to show yet" in page
        assert "<svg" not in page


def test_planned_places_are_no_step_of_the_funnel() -> None:
    table = funnel().as_table()
    assert [row[2] for row in table.rows] == ["", "50 %", "", "50 %"]
    assert [row.kind for row in funnel().drawn] == ["bar", "bar", "plan", "now"]


def test_a_bar_without_a_number_is_words_and_has_no_length() -> None:
    page = draw(bars(), "en")
    assert "no data yet" in page
    assert page.count("<rect") == 1


def test_two_bar_charts_with_the_same_top_can_be_compared() -> None:
    small = BarChart(key="a", title="А", description="-", bars=(Bar("x", 10),), top=40)
    large = BarChart(key="b", title="Б", description="-", bars=(Bar("x", 40),), top=40)
    assert float(small.drawn[0].width[:-1]) * 4 == float(large.drawn[0].width[:-1])


def test_a_span_is_over_now_or_to_come() -> None:
    assert [span.state for span in timeline().drawn[0].spans] == ["was", "now", "next"]
    assert 'aria-current="step"' in draw(timeline())


def test_today_is_drawn_only_where_it_lies_in_the_picture() -> None:
    assert timeline().today_at is not None
    assert timeline(dt.date(2030, 1, 1)).today_at is None
    assert 'class="today"' not in draw(timeline(dt.date(2030, 1, 1)))


def test_a_span_that_ends_before_it_starts_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="ends before"):
        Span("Отбор", TODAY, TODAY - dt.timedelta(1))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", ["1 окт – 15 ноя", "16 ноя – 4 дек", "7 дек – 20 янв 2027"]),
        ("en", ["1 Oct – 15 Nov", "16 Nov – 4 Dec", "7 Dec – 20 Jan 2027"]),
    ],
)
def test_dates_are_short_and_name_the_year_only_when_it_changes(language: str, words: list[str]) -> None:
    with translation.override(language):
        assert [span.dates for span in timeline().drawn[0].spans] == words


def test_days_of_one_month_are_written_together() -> None:
    span = Span("Сборы", dt.date(2026, 11, 3), dt.date(2026, 11, 9))
    chart = Timeline(key="t", title="Ц", description="-", today=TODAY, tracks=(Track("", (span,)),))
    with translation.override("ru"):
        assert chart.drawn[0].spans[0].dates == "3–9 ноя"


def test_a_phone_sees_only_what_stands_out_in_a_matrix() -> None:
    page = draw(matrix())
    quiet = [attrs for tag, attrs in Elements(page).found if tag == "td" and "still" in attrs["class"]]
    assert len(quiet) == 3
    assert page.count('class="sum"') == 1
    assert 'data-label="Фасилитация группы"' in page


def test_a_matrix_with_a_missing_cell_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        Matrix(key="m", title="П", description="-", columns=(Column("а"), Column("б")), rows=(MatrixRow("Айгерим", (Cell("yes"),)),))
    with pytest.raises(ValueError, match="a cell cannot be"):
        Cell("great")


def test_the_key_of_a_chart_must_be_good_for_an_id() -> None:
    with pytest.raises(ValueError, match="part of an id"):
        dots(key="Две точки")


def test_words_of_a_chart_are_escaped() -> None:
    page = draw(dots(title="<b>Открытость</b>", rows=(Dot("<script>", 3),)))
    assert "<b>" not in page
    assert "<script>" not in page
