"""My application: where I am, what comes next, my times, my result. Nothing of anybody else."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from talimger.framework.models import Competency
from talimger.selection.models import Appeal, CandidateFeedback, Intake, IntakePhase
from talimger.selection.queries.portal import calendar_of, slots_of
from tests.factories.applying import begin, fill, nobody_of, open_call, own_token, released, with_slot, with_task
from tests.factories.selection import CANARY, Scene

pytestmark = pytest.mark.django_db


def mine(candidate: object, part: str = "") -> str:
    return f"/me/{own_token(candidate)}/{part}"  # type: ignore[arg-type]  # a candidate


def read(client: Client, address: str) -> str:
    response = client.get(address, headers={"Accept-Language": "en"})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("phase", Intake.Phase.values)
def test_in_every_phase_the_page_says_where_one_is(scene: Scene, client: Client, phase: str) -> None:
    from talimger.selection.models import GATE_OF_PHASE

    candidate = scene.candidate(language="en")
    IntakePhase.objects.create(
        programme=scene.programme, intake=scene.intake, phase=phase, ends_on=timezone.localdate() + dt.timedelta(days=3)
    )
    Intake.objects.update(phase=phase, gate=GATE_OF_PHASE[phase])
    assert read(client, mine(candidate)).count('aria-current="step"') == 1


def test_before_the_letters_nothing_of_a_decision_is_on_the_page(scene: Scene, client: Client) -> None:
    candidate = scene.candidate("", 4, language="en")
    page = read(client, mine(candidate))
    released(candidate, "accept", scene.officer, released_at=None)
    competency = Competency.objects.filter(version=scene.intake.framework)[0]
    CandidateFeedback.objects.create(
        programme=scene.programme, candidate=candidate, competency=competency, text="ОТКЛИК", written_by=scene.officer,
        written_at=timezone.now(),
    )  # fmt: skip
    after = read(client, mine(candidate))
    assert "ОТКЛИК" not in after
    assert re.sub("[A-Za-z0-9]{64}", "", after) == re.sub("[A-Za-z0-9]{64}", "", page)


@pytest.mark.parametrize("outcome", ["accept", "reserve", "not_now"])
def test_the_result_comes_in_friendly_words_with_feedback_and_names_no_rater_and_no_score(
    scene: Scene, client: Client, outcome: str
) -> None:
    candidate = scene.candidate("", 4, 2, language="en")
    competency = Competency.objects.filter(version=scene.intake.framework)[0]
    CandidateFeedback.objects.create(
        programme=scene.programme, candidate=candidate, competency=competency, text="You asked good questions.",
        written_by=scene.officer, written_at=timezone.now(),
    )  # fmt: skip
    released(candidate, outcome, scene.officer)
    page = read(client, mine(candidate))
    words = {"accept": "offer you a place", "reserve": "reserve list", "not_now": "did not work out"}
    assert words[outcome] in page
    assert "You asked good questions." in page
    for secret in (
        CANARY,
        "ТОЛЬКО-ДЛЯ-ПРОТОКОЛА",
        scene.officer.full_name,
        *(each.full_name for each in scene.assessors),
        "evidence_too_thin",
    ):
        assert secret not in page


def test_times_are_shown_once_the_day_is_published(scene: Scene, client: Client) -> None:
    candidate, other = scene.candidate(language="en"), scene.candidate("Чужой Чужов")
    with_slot(candidate, scene.methods["written"], published=False)
    assert "09:30" not in read(client, mine(candidate))
    with_slot(candidate, scene.methods["written"])
    with_slot(other, scene.methods["written"], room="Чужая комната")
    page = read(client, mine(candidate))
    assert "09:30" in page
    assert "Ауд. 3" in page
    assert "Чуж" not in page


def test_the_calendar_file_is_what_a_phone_understands(scene: Scene, client: Client) -> None:
    candidate = scene.candidate(language="ru")
    assert client.get(mine(candidate, "times.ics")).status_code == 404
    with_slot(candidate, scene.methods["written"], room="Ауд. 3; вход, " + "очень длинное описание комнаты " * 3)
    response = client.get(mine(candidate, "times.ics"))
    assert response["Content-Type"].startswith("text/calendar")
    content = response.content.decode()
    assert all(len(line.encode()) <= 75 for line in content.split("\r\n"))
    whole = content.replace("\r\n ", "")
    day = timezone.localdate() + dt.timedelta(days=7)
    start = dt.datetime.combine(day, dt.time(9, 30), tzinfo=timezone.get_default_timezone()).astimezone(dt.UTC)
    assert f"DTSTART:{start:%Y%m%dT%H%M%SZ}" in whole
    assert "LOCATION:Ауд. 3\\; вход\\, очень" in whole
    assert whole.startswith("BEGIN:VCALENDAR\r\n")
    assert whole.endswith("END:VCALENDAR\r\n")
    assert candidate.full_name not in whole


def test_a_calendar_of_nothing_is_still_a_calendar() -> None:
    assert calendar_of([], host="x", now=timezone.now()).count("BEGIN") == 1


def test_a_link_that_is_damaged_or_replaced_says_so(client: Client, scene: Scene) -> None:
    assert client.get("/me/nothing/").status_code == 404
    candidate = scene.candidate()
    address = mine(candidate)
    candidate.links.update(nonce="another")
    assert client.get(address).status_code == 410


def test_the_page_asks_the_database_the_same_for_one_slot_and_for_many(scene: Scene, client: Client) -> None:
    candidate = scene.candidate(language="en")
    with_slot(candidate, scene.methods["written"])
    address = mine(candidate)
    with CaptureQueriesContext(connection) as one:
        read(client, address)
    for _each in range(8):
        with_slot(candidate, scene.methods["written"])
    with CaptureQueriesContext(connection) as nine:
        read(client, address)
    assert len(one) == len(nine) <= 12
    assert len(slots_of(candidate)) == 9


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_every_page_speaks_the_candidates_language(scene: Scene, client: Client, language: str) -> None:
    candidate = scene.candidate(language=language)
    for part in ("", "withdraw/", "erase/", "data/"):
        response = client.get(mine(candidate, part), HTTP_ACCEPT_LANGUAGE="de")
        assert f'<html lang="{language}"' in response.content.decode()
        assert response["Cache-Control"].count("no-store") or "no-cache" in response["Cache-Control"]


def test_a_task_is_on_the_page_while_it_is_open(scene: Scene, client: Client) -> None:
    intake = open_call(scene.intake)
    application = fill(begin(intake))
    from talimger.selection.commands import submit_application
    from talimger.selection.commands.intakes import default_settings
    from talimger.selection.models import MethodSetting

    MethodSetting.objects.bulk_create([each for each in default_settings(intake) if each.method.code == "written"])
    sent = submit_application(actor=nobody_of(scene.programme), application=application)
    assert "A letter to parents" not in read(client, mine(sent.candidate))
    with_task(intake)
    page = read(client, mine(sent.candidate))
    assert "A letter to parents" in page
    assert "40 minutes" in page


def test_an_appeal_shows_what_came_of_it(scene: Scene, client: Client) -> None:
    candidate = scene.candidate(language="en")
    decision = released(candidate, "not_now", scene.officer)
    Appeal.objects.create(
        programme=scene.programme, decision=decision, text="…", asked_at=timezone.now(), outcome="upheld", answer="The rules were kept.",
        decided_by=scene.officer, decided_at=timezone.now(),
    )  # fmt: skip
    page = read(client, mine(candidate))
    assert "The rules were kept." in page
    assert scene.officer.full_name not in page
