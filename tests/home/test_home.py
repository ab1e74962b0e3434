"""The page that answers "what is mine to do now", for each role and stage of a selection."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from talimger.kernel.models import OutboxMail
from talimger.kernel.outbox import queue_mail
from talimger.people.models import Programme
from talimger.selection.models import Intake, MethodSetting
from tests.factories.framework import publish_default
from tests.factories.people import actor_of, client_for, give, make_cycle, make_person, make_programme
from tests.factories.selection import make_candidate
from tests.permissions.world import build_sheet

pytestmark = pytest.mark.django_db
HOME = "/p/samgau/"


def tasks(client: Client) -> list[str]:
    context: Any = client.get(HOME).context
    return [task.title for task in ([context["first"]] if context["first"] else []) + context["others"]]


def test_an_officer_is_led_from_nothing_to_the_first_decision(programme: Programme) -> None:
    officer, assessor = make_person(programme, "officer", language="en"), make_person(programme, "assessor", language="en")
    office, rater = client_for(officer), client_for(assessor)
    assert tasks(office) == ["Publish the competency framework"]
    assert tasks(rater) == []
    assert "Nothing waits for you" in rater.get(HOME).content.decode()
    publish_default(actor_of(officer, programme))
    assert tasks(office) == ["Open the first intake"]
    sheet = build_sheet(programme, officer, assessor)
    assert tasks(office) == ["Assign 15 sheets"]
    MethodSetting.objects.exclude(method=sheet.method).delete()
    MethodSetting.objects.update(raters=1)
    assert tasks(rater) == ["Rate 1 sheet"]
    Intake.objects.update(opens_on=timezone.localdate() - dt.timedelta(days=9))
    sheet.due_on = timezone.localdate() - dt.timedelta(days=1)
    sheet.save()
    assert tasks(office)[0] == "Talk to 1 late assessor"
    assert rater.get(HOME).context["first"].is_late
    sheet.state, sheet.locked_at = "locked", timezone.now()
    sheet.save()
    assert tasks(office)[0] == "Decide about 1 candidate"
    assert tasks(rater) == []


def test_an_intake_without_candidates_asks_for_them(programme: Programme) -> None:
    officer = make_person(programme, "officer", language="en")
    sheet = build_sheet(programme, officer, make_person(programme, "assessor"))
    intake = sheet.intake
    sheet.delete()
    intake.candidates.all().delete()
    assert tasks(client_for(officer)) == ["Bring in the candidates"]
    make_candidate(intake, "Әсел")
    assert "Bring in the candidates" not in tasks(client_for(officer))


def test_a_letter_that_did_not_arrive_is_a_task(programme: Programme) -> None:
    mail = queue_mail(
        purpose="t", to_email="a@example.test", subject="s", body="b", language="ru", now=timezone.now(), programme_id=programme.pk
    )
    OutboxMail.objects.filter(pk=mail.pk).update(state="failed")
    assert "1 letter was not delivered" in tasks(client_for(make_person(programme, "coordinator", language="en")))


def test_the_office_sees_the_cycle_and_the_funnel_and_an_assessor_does_not(programme: Programme) -> None:
    officer, assessor = make_person(programme, "officer"), make_person(programme, "assessor")
    make_cycle(programme, weeks=30)
    short = make_cycle(programme, "Короткий", weeks=1)
    sheet = build_sheet(programme, officer, assessor)
    Intake.objects.filter(pk=sheet.intake_id).update(cycle=short)
    context: Any = client_for(officer).get(HOME).context
    assert len(context["cycles"].tracks) == 2
    assert [stage.count for stage in context["funnel"].stages] == [1, 0, 0, 0]
    assert "funnel" not in client_for(assessor).get(HOME).context


def test_who_has_one_programme_goes_straight_there_and_who_has_several_chooses(programme: Programme) -> None:
    person = make_person(programme, "mentor", language="en")
    assert client_for(person).get("/")["Location"] == HOME
    other = make_programme("tengri")
    both = make_person(other, "mentor", language="en", email="both@example.test")
    give(both, programme, "mentor")
    page = client_for(both).get("/").content.decode()
    assert HOME in page
    assert "/p/tengri/" in page
    nobody = make_person(None, language="en")
    assert "You hold no role at the moment" in client_for(nobody).get("/").content.decode()
    assert Client().get("/").status_code == 302


def test_the_home_page_costs_the_same_with_one_candidate_or_thirty(programme: Programme) -> None:
    officer = make_person(programme, "officer")
    sheet = build_sheet(programme, officer, make_person(programme, "assessor"))
    client = client_for(officer)
    client.get(HOME)
    with CaptureQueriesContext(connection) as one:
        client.get(HOME)
    for number in range(30):
        make_candidate(sheet.intake, f"Кандидат {number}")
    with CaptureQueriesContext(connection) as thirty:
        client.get(HOME)
    assert len(thirty) == len(one)


def test_an_analyst_finds_the_ratings_to_download_and_nothing_else(programme: Programme) -> None:
    officer, analyst = make_person(programme, "officer"), make_person(programme, "analyst", language="en")
    browser = client_for(analyst)
    assert tasks(browser) == []
    build_sheet(programme, officer, make_person(programme, "assessor"))
    assert tasks(browser) == ["Ratings of Набор"]
    assert browser.get(browser.get(HOME).context["first"].url).status_code == 200
