"""What the office sees at a glance: intakes, the list of candidates, the coverage board."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import Http404
from django.test import Client
from django.utils import timezone

from talimger.framework.models import FrameworkVersion
from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText
from talimger.people.models import Programme
from talimger.selection.commands import decide, open_intake
from talimger.selection.models import SHEET_TRANSITIONS, Candidate, Intake, RatingSheet
from talimger.selection.queries import assessor_loads, candidates_listed, intake_summaries, sheet_totals
from tests.factories.people import client_for, make_cycle, make_person
from tests.factories.selection import Scene, make_candidate, make_framework, make_intake, make_scene, rate

State = RatingSheet.State
TODAY = dt.date(2026, 11, 24)


# ── opening an intake ──


def intake_form(scene: Scene, **values: object) -> dict[str, object]:
    form = {
        "name_ru": "Набор 8",
        "name_kk": "",
        "name_en": "",
        "opens_on": "2026-11-01",
        "rate_by": "2026-11-20",
        "decide_by": "2026-12-01",
        "raters_per_sheet": "3",
        "cycle": "",
        "framework": scene.intake.framework_id,
    }
    return {**form, **values}


def test_an_officer_opens_an_intake_and_goes_on_to_the_import(scene: Scene, officer: Client) -> None:
    cycle = make_cycle(scene.programme)
    page = officer.get(scene.url("intake_new"))
    assert page.context["form"]["framework"].initial == scene.intake.framework
    answer = officer.post(scene.url("intake_new"), intake_form(scene, cycle=cycle.pk))
    intake = Intake.objects.latest("pk")
    assert (answer.status_code, answer["Location"]) == (303, f"/p/samgau/selection/intakes/{intake.pk}/import/")
    assert (str(intake.name), intake.cycle, intake.raters_per_sheet, intake.state) == ("Набор 8", cycle, 3, "open")
    assert "The intake is open." in officer.get(answer["Location"]).content.decode()


def test_an_intake_needs_a_name_in_one_language_at_least(scene: Scene, officer: Client) -> None:
    assert officer.post(scene.url("intake_new"), intake_form(scene) | {"name_ru": ""}).status_code == 422
    assert officer.post(scene.url("intake_new"), intake_form(scene, name_kk="Қабылдау") | {"name_ru": ""}).status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        {"name_ru": "x" * 121},
        {"rate_by": "2026-10-01"},
        {"decide_by": "2026-11-19"},
        {"decide_by": "9999-12-31"},
        {"opens_on": "0001-01-01"},
        {"opens_on": "вчера"},
        {"raters_per_sheet": "0"},
        {"raters_per_sheet": "6"},
        {"raters_per_sheet": "9" * 5000},
        {"framework": "999"},
        {"framework": "\x00"},
        {"cycle": "999"},
    ],
)
def test_an_intake_that_cannot_be_is_told_and_what_was_typed_stays(scene: Scene, officer: Client, wrong: dict[str, str]) -> None:
    make_cycle(scene.programme)
    answer = officer.post(scene.url("intake_new"), intake_form(scene, name_kk="Сақталсын") | wrong)
    assert answer.status_code == 422
    assert "Сақталсын" in answer.content.decode()
    assert Intake.objects.count() == 1


def test_an_intake_needs_a_published_framework_and_dates_in_order(scene: Scene) -> None:
    values = {
        "actor": scene.actor(),
        "name": LocalisedText.of("x"),
        "framework": scene.intake.framework,
        "opens_on": TODAY,
        "rate_by": TODAY,
        "decide_by": TODAY,
    }
    assert open_intake(**values).raters_per_sheet == 2
    draft = make_framework(scene.programme, published=False)
    for wrong, field in (
        ({"framework": draft}, "framework"),
        ({"rate_by": TODAY - dt.timedelta(days=1)}, "rate_by"),
        ({"raters_per_sheet": 0}, "raters_per_sheet"),
        ({"raters_per_sheet": 6}, "raters_per_sheet"),
    ):
        with pytest.raises(DomainError) as refusal:
            open_intake(**{**values, **wrong})
        assert refusal.value.field == field
    with pytest.raises(Http404):
        open_intake(**{**values, "actor": scene.actor(scene.assessors[0])})


def test_a_draft_and_the_framework_of_another_programme_are_not_offered(scene: Scene, officer: Client, other_programme: Programme) -> None:
    draft, foreign = make_framework(scene.programme, published=False), make_framework(other_programme)
    for version in (draft, foreign):
        assert officer.post(scene.url("intake_new"), intake_form(scene, framework=version.pk)).status_code == 422
    assert list(officer.get(scene.url("intake_new")).context["form"].fields["framework"].queryset) == [scene.intake.framework]


def test_intakes_stand_newest_first_with_their_counts(scene: Scene, officer: Client) -> None:
    later = make_intake(scene.programme, scene.intake.framework, opens_on=scene.intake.opens_on + dt.timedelta(days=1))
    candidate = scene.candidate("", 3, 3)
    scene.sheet(scene.candidate(), 0)
    decide(actor=scene.actor(), candidate=candidate, outcome="accept", reason="strong_evidence")
    rows = officer.get(scene.url("intakes")).context["intakes"]
    assert [row.intake for row in rows] == [later, scene.intake]
    assert [(row.candidates, row.sheets, row.locked, row.decided) for row in rows] == [(0, 0, 0, 0), (2, 3, 2, 1)]
    assert intake_summaries([]) == []


def test_a_programme_without_an_intake_is_led_to_the_first_one(programme: Programme) -> None:
    page = client_for(make_person(programme, "officer", language="en")).get("/p/samgau/selection/").content.decode()
    assert "There is no intake yet" in page


@pytest.mark.parametrize("role", ["assessor", "analyst", "administrator", "mentor"])
def test_who_does_not_work_in_the_office_opens_no_intake(scene: Scene, role: str) -> None:
    browser = client_for(scene.person(role))
    for page in ("intakes", "intake_new", "candidates", "board", "assign", "upload"):
        assert browser.get(scene.url(page)).status_code == 404
    assert browser.post(scene.url("intake_new"), intake_form(scene)).status_code == 404


# ── the list of candidates ──


def names(scene: Scene, **choices: str) -> list[str]:
    return [candidate.full_name for candidate in candidates_listed(scene.actor(), scene.intake, **choices)]


@pytest.fixture
def listed(scene: Scene) -> Scene:
    """Four candidates in every state: rated and decided, rated, half rated, not assigned."""
    decided = scene.candidate("Әсел Омар", 2, 2, city="Тараз", number=9)
    decide(actor=scene.actor(), candidate=decided, outcome="accept", reason="strong_evidence")
    first = decided.decisions.get()
    decide(actor=scene.actor(), candidate=decided, outcome="reserve", reason="places_filled", comment="x", supersedes=first)
    scene.candidate("Борис Ким", 5, 3, city="Ақтау", number=8)
    half = scene.candidate("Галина Ли", 4, city="Шымкент", number=7)
    scene.sheet(half, 1)
    scene.candidate("Ыбырай Алтынсарин", number=6)
    return scene


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("all", ["Әсел Омар", "Борис Ким", "Галина Ли", "Ыбырай Алтынсарин"]),
        ("complete", ["Борис Ким"]),
        ("incomplete", ["Галина Ли", "Ыбырай Алтынсарин"]),
        ("decided", ["Әсел Омар"]),
        ("no such state", ["Әсел Омар", "Борис Ким", "Галина Ли", "Ыбырай Алтынсарин"]),
    ],
)
def test_candidates_are_filtered_by_how_far_they_are(listed: Scene, state: str, found: list[str]) -> None:
    assert names(listed, state=state) == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("name", "ӘБГЫ"),
        ("-name", "ЫГБӘ"),
        ("number", "ЫГБӘ"),
        ("-number", "ӘБГЫ"),
        ("score", "ӘБГЫ"),
        ("-score", "БӘГЫ"),
        ("no such order", "ӘБГЫ"),
    ],
)
def test_candidates_are_sorted_in_the_kazakh_alphabet_by_number_or_by_score(listed: Scene, sort: str, found: str) -> None:
    assert "".join(name[0] for name in names(listed, sort=sort)) == found


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("асел", "Ә"),
        ("ASEL omar", "Ә"),
        ("әсел", "Ә"),
        ("шымкент", "Г"),
        ("candidate", "ӘБГЫ"),
        ("нет такого", ""),
        ("%", ""),
        ("_", ""),
        ("  ", "ӘБГЫ"),
    ],
)
def test_candidates_are_found_in_any_script_and_case(listed: Scene, search: str, found: str) -> None:
    assert "".join(name[0] for name in names(listed, search=search)) == found


def test_the_list_says_how_far_each_candidate_is(listed: Scene) -> None:
    page = client_for(listed.officer).get(listed.url("candidates"))
    rows = {row.candidate.full_name[0]: row for row in page.context["rows"]}
    assert [(rows[letter].locked, rows[letter].owed, rows[letter].raw_mean) for letter in "ӘБГЫ"] == [
        (2, 2, 2),
        (2, 2, 4),
        (1, 2, None),
        (0, 0, None),
    ]
    assert [rows[letter].is_complete for letter in "ӘБГЫ"] == [True, True, False, False]
    assert rows["Ә"].decision.outcome == "reserve"
    text = page.content.decode()
    for words in ("not assigned", "to decide", "Reserve", "4.0"):
        assert words in text


def test_an_empty_list_says_what_to_do(scene: Scene, officer: Client) -> None:
    assert "Bring in the first candidates" in officer.get(scene.url("candidates")).content.decode()
    scene.candidate()
    assert "Nobody found" in officer.get(scene.url("candidates") + "?q=zzz").content.decode()


def test_a_long_list_has_pages_that_keep_the_filters(scene: Scene, officer: Client) -> None:
    for number in range(51):
        make_candidate(scene.intake, f"Кандидат {number:02}")
    page = officer.get(scene.url("candidates") + "?sort=-name&page=2")
    assert [row.candidate.full_name for row in page.context["rows"]] == ["Кандидат 00"]
    assert "sort=-name&amp;page=1" in page.content.decode()


# ── coverage ──


def test_the_board_says_for_each_cell_what_is_there_and_what_is_missing(programme: Programme) -> None:
    scene = make_scene(programme, asks_for=None)
    officer = client_for(scene.officer)
    trained = scene.candidate("Ая", 3, 3, came_through_training=True)
    rate(scene.sheet(trained, 0, "written"), 3)
    scene.sheet(trained, 1, "written")
    scene.sheet(trained, 0, "trainer_feedback", state=State.CONFLICT)
    other = scene.candidate("Бота")
    scene.sheet(other, 0, "written", state=State.CONFLICT)
    scene.sheet(other, 1, "written")
    scene.sheet(other, 2, "written")
    scene.sheet(other, 0, "senior_interview", state=State.WITHDRAWN)
    page = officer.get(scene.url("board"))
    rows = page.context["board"].rows
    assert [[(cell.kind, cell.word) for cell in row.cells] for row in rows] == [
        [("done", "2 of 2"), ("half", "1 of 2"), ("conf", "conflict"), ("miss", "nobody")],
        [("miss", "nobody"), ("miss", "0 of 2"), ("na", "not needed"), ("miss", "nobody")],
    ]
    totals = page.context["totals"]
    assert (totals.needed, totals.assigned, totals.locked, totals.missing, totals.unassigned) == (13, 6, 3, 10, 7)
    assert (totals.candidates, totals.complete) == (2, 0)
    assert "10 sheets of 13 are missing" in page.content.decode()


def test_more_raters_than_needed_fill_no_hole_elsewhere(scene: Scene) -> None:
    candidate = scene.candidate("", 3, 3, 3)
    scene.candidate()
    totals = sheet_totals(scene.intake)
    assert (totals.assigned, totals.locked, totals.complete) == (1, 1, 1)
    scene.sheet(candidate, scene.person("assessor"))
    assert sheet_totals(scene.intake).complete == 0


def test_the_board_says_when_everything_is_there_and_when_there_is_nobody(programme: Programme) -> None:
    scene = make_scene(programme, raters_per_sheet=1, asks_for=None)
    browser = client_for(scene.officer)
    assert "There are no candidates yet" in browser.get(scene.url("board")).content.decode()
    candidate = scene.candidate("", 3)
    for method in ("written", "senior_interview"):
        rate(scene.sheet(candidate, 0, method), 3)
    page = browser.get(scene.url("board")).content.decode()
    assert "All sheets are there" in page
    assert "Candidates complete: 1 of 1" in page


def test_late_assessors_come_first_and_those_who_are_done_last(scene: Scene) -> None:
    first, second, third = scene.assessors
    today = timezone.localdate()
    candidate, other = scene.candidate(), scene.candidate()
    rate(scene.sheet(candidate, first), 3)
    scene.sheet(candidate, second)
    scene.sheet(candidate, third, due_on=today - dt.timedelta(days=1))
    rate(scene.sheet(other, third, due_on=today - dt.timedelta(days=5)), 3)
    loads = assessor_loads(scene.intake, today=today)
    assert [(load.name[-1], load.left, load.total, load.is_late) for load in loads] == [
        ("3", 1, 2, True),
        ("2", 1, 1, False),
        ("1", 0, 1, False),
    ]
    assert loads[0].due_on == today - dt.timedelta(days=1)
    page = client_for(scene.officer).get(scene.url("board")).content.decode()
    assert "late, 1 left" in page
    assert "Nobody has been assigned yet." not in page


# ── in every language ──


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_every_page_of_a_selection_reads_in_every_language(listed: Scene, language: str) -> None:
    officer, assessor = client_for(listed.officer), client_for(listed.assessors[1])
    for browser in (officer, assessor):
        browser.cookies["language"] = language
    candidates = {candidate.full_name[0]: candidate.pk for candidate in Candidate.objects.all()}
    sheet = RatingSheet.objects.get(state=State.ASSIGNED)
    pages = [officer.get(listed.url(page)) for page in ("intakes", "intake_new", "candidates", "board", "assign", "upload")]
    pages += [officer.get(listed.url("candidate", pk)) for pk in candidates.values()]
    pages += [officer.get("/p/samgau/"), assessor.get("/p/samgau/"), assessor.get(listed.url("queue"))]
    pages += [assessor.get(listed.url("sheet", sheet.pk)), assessor.post(listed.url("sheet", sheet.pk), {"revision": "0", "step": "lock"})]
    pages += [officer.post(listed.url("assign"), {"due_on": "x"}), officer.post(listed.url("decide", candidates["Б"]), {"outcome": "x"})]
    for page in pages:
        text = page.content.decode()
        assert page.status_code in (200, 422)
        assert f'<html lang="{language}"' in text
        assert "%(" not in text


# ── the machine of a sheet ──


def test_every_state_of_a_sheet_says_what_can_be_done_to_it() -> None:
    assert set(SHEET_TRANSITIONS) == set(State.values)
    assert all(target in State.values for moves in SHEET_TRANSITIONS.values() for target in moves.values())
    assert SHEET_TRANSITIONS[State.LOCKED] == {"supersede": State.SUPERSEDED, "declare_conflict": State.CONFLICT}


def test_names_of_rows_are_what_people_call_them(scene: Scene) -> None:
    assert str(scene.intake) == "Набор 7"
    assert str(make_candidate(scene.intake, "Ая")) == "Ая"
    assert scene.intake.framework.state == FrameworkVersion.State.PUBLISHED
