"""What waits for whom: sentences with a number, a reason and a date; late things first."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from talimger.home.tasks import Task
from talimger.kernel.languages import LocalisedText
from talimger.people.models import Cycle, Programme
from talimger.selection.models import Intake, RatingSheet
from tests.factories.people import client_for, give, make_cycle, make_person
from tests.factories.selection import Scene, make_scene, rate

HOME = "/p/samgau/"


@pytest.fixture
def scene(programme: Programme) -> Scene:
    return make_scene(programme, assessors=5)


def tasks(scene: Scene, person: object = None) -> list[Task]:
    context = client_for(person or scene.officer).get(HOME).context
    return [task for task in (context["first"], *context["others"]) if task]


def titles(scene: Scene, person: object = None) -> list[str]:
    return [task.title for task in tasks(scene, person)]


def days(number: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=number)


def test_only_those_who_may_decide_are_asked_to_decide(scene: Scene) -> None:
    candidate = scene.candidate("", 3, 3)
    assert "Decide about 1 candidate" in titles(scene)
    assert "Decide about 1 candidate" not in titles(scene, scene.person("coordinator"))
    both = make_person(scene.programme, "officer", "assessor", language="en")
    assert "Decide about 1 candidate" in titles(scene, both)
    rate(scene.sheet(candidate, both, "written"), 3)
    assert "Decide about 1 candidate" not in titles(scene, both)
    assert "Decide about 1 candidate" in titles(scene)


def test_when_every_sheet_has_its_assessors_nothing_is_to_be_assigned(programme: Programme) -> None:
    scene = make_scene(programme, assessors=1, raters_per_sheet=1, asks_for=None)
    candidate = scene.candidate()
    assert titles(scene) == ["Assign 3 sheets"]
    for method in ("professional_experience", "written", "senior_interview"):
        scene.sheet(candidate, 0, method)
    assert titles(scene) == []
    page = client_for(scene.officer).get(HOME).content.decode()
    assert "Nothing waits for you" in page


def test_late_assessors_are_named_three_at_most_and_stand_first(scene: Scene) -> None:
    candidate = scene.candidate()
    scene.candidate()
    for number in range(4):
        scene.sheet(candidate, number, due_on=days(-number - 1))
    first, *others = tasks(scene)
    assert (first.title, first.is_late, first.due_on) == ("Talk to 4 late assessors", True, days(-4))
    assert first.detail.endswith("…")
    assert first.detail.count("Assessor") == 3
    assert [task.is_late for task in others] == [False]
    RatingSheet.objects.filter(assessor=scene.assessors[3]).delete()
    assert not tasks(scene)[0].detail.endswith("…")


def test_dates_that_have_passed_are_late(scene: Scene) -> None:
    scene.candidate("", 3, 3)
    scene.candidate()
    Intake.objects.update(opens_on=days(-30), rate_by=days(-2), decide_by=days(-1))
    assert [(task.title, task.is_late) for task in tasks(scene)] == [("Decide about 1 candidate", True), ("Assign 1 sheet", True)]
    assert "overdue since" in client_for(scene.officer).get(HOME).content.decode()


def test_an_assessor_hears_of_the_next_sheet_and_nothing_of_the_selection(scene: Scene) -> None:
    person = scene.assessors[0]
    rate(scene.sheet(scene.candidate(), 0), 3)
    sheet = scene.sheet(scene.candidate("Ая Следующая"), 0, due_on=days(2))
    (task,) = tasks(scene, person)
    assert task.title == "Rate 1 sheet"
    assert task.detail == "Locked: 1 of 2. The next one is Ая Следующая."
    assert task.url == scene.url("sheet", sheet.pk)
    assert task.when
    context = client_for(person).get(HOME).context
    assert context["intake"] is None


def test_a_conflict_takes_the_candidate_off_the_page(scene: Scene) -> None:
    sheet = scene.sheet(scene.candidate("Ая Знакомая"), 0)
    client_for(scene.assessors[0]).post(scene.url("conflict", sheet.pk))
    assert titles(scene, scene.assessors[0]) == []


def test_a_closed_intake_asks_for_the_next_one(scene: Scene) -> None:
    scene.candidate("", 3, 3)
    Intake.objects.update(state="closed")
    assert titles(scene) == ["Open the next intake"]


def test_a_task_without_a_date_says_none() -> None:
    assert Task(title="x", detail="", url="", button="").when == ""


def test_somebody_with_several_roles_hears_of_everything_at_once(scene: Scene) -> None:
    give(scene.officer, scene.programme, "assessor")
    scene.candidate("", None, 3)
    scene.sheet(scene.candidate(), scene.officer)
    assert titles(scene)[:2] == ["Rate 1 sheet", "Decide about 1 candidate"]


def test_the_cycle_shows_selection_and_preparation_before_the_bootcamp(scene: Scene) -> None:
    cycle = make_cycle(scene.programme, bootcamp_on=days(60))
    Intake.objects.update(cycle=cycle)
    chart = client_for(scene.officer).get(HOME).context["cycles"]
    (track,) = chart.tracks
    assert [span.label for span in track.spans] == ["Selection", "Preparation", "Bootcamp", "“Make it Real”", "Review"]
    assert [moment.on for moment in track.moments] == [scene.intake.decide_by]


@pytest.mark.parametrize("year", [1, 9999])
def test_a_cycle_in_an_impossible_year_does_not_take_the_page_away(scene: Scene, year: int) -> None:
    day = dt.date(year, 12, 31 if year > 1 else 1)
    Cycle.objects.create(
        programme=scene.programme, name=LocalisedText.of("x"), bootcamp_on=day, starts_on=day, ends_on=day, created_at=timezone.now()
    )
    make_cycle(scene.programme, "Видно")
    chart = client_for(scene.officer).get(HOME).context["cycles"]
    assert [track.label for track in chart.tracks] == ["Видно"]


@pytest.mark.parametrize("role", ["mentor", "partner", "analyst", "safeguarding", "administrator", "trainer"])
def test_everybody_who_holds_a_role_has_a_home(scene: Scene, role: str) -> None:
    scene.candidate("Ая", 3)
    page = client_for(scene.person(role)).get(HOME)
    assert page.status_code == 200
    assert "Ая" not in page.content.decode()
