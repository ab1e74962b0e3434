"""The last second of a call: everybody who is in time has a number and a receipt, nobody who is late, and nothing breaks."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from talimger.kernel.errors import DomainError
from talimger.kernel.models import OutboxMail
from talimger.kernel.tenancy import programme_scope
from talimger.people.models import Programme
from talimger.selection.commands import set_call, submit_application
from talimger.selection.links import resume_token_of
from talimger.selection.models import Application, Candidate, Intake
from tests.factories.applying import begin, fill, nobody_of, open_call
from tests.factories.selection import Scene, make_scene

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
PEOPLE = 24


@pytest.fixture
def scene(programme: Programme) -> Scene:
    return make_scene(programme, assessors=1)


def address(application: Application) -> str:
    return reverse("portal:form_step", kwargs={"token": resume_token_of(application), "step": "send"})


def test_in_the_last_second_nobody_in_time_is_lost_and_nobody_late_is_taken(scene: Scene, at_once: Callable[..., list[Any]]) -> None:
    call = open_call(scene.intake)
    applications = [fill(begin(call)) for _each in range(PEOPLE)]
    deadline = timezone.now() + dt.timedelta(seconds=1.5)
    Intake.objects.filter(pk=call.pk).update(apply_until=deadline)

    def sends(application: Application, place: int) -> Callable[[], int]:
        def work() -> int:
            # Two thirds at once before the deadline, one third behind it.
            moment = deadline.timestamp() - 1.2 if place % 3 else deadline.timestamp() + 0.2
            time.sleep(max(0.0, moment - time.time()))
            return (
                Client(raise_request_exception=False)
                .post(address(application), {"revision": str(application.revision), "do": "send"})
                .status_code
            )

        return work

    answers = at_once(*(sends(application, place) for place, application in enumerate(applications)))
    assert set(answers) <= {303, 409}, answers
    with programme_scope(scene.programme):
        for application, answer in zip(applications, answers, strict=True):
            application.refresh_from_db()
            was_sent = application.submitted_at is not None
            assert was_sent == (answer == 303)
            assert was_sent == (application.candidate_id is not None)
            if application.submitted_at is not None:
                assert application.submitted_at < deadline
        sent = [application for application in applications if application.submitted_at]
        numbers = list(Candidate.objects.filter(intake=call).values_list("number", flat=True))
        assert sorted(numbers) == list(range(1, len(sent) + 1))
        receipts = OutboxMail.objects.filter(purpose="application_receipt").values_list("to_email", flat=True)
        assert sorted(receipts) == sorted(application.email for application in sent)
    assert 0 < len(sent) < PEOPLE


def test_many_clicks_on_one_application_send_it_once(scene: Scene, at_once: Callable[..., list[Any]]) -> None:
    application = fill(begin(open_call(scene.intake)))

    def send() -> Any:
        with programme_scope(scene.programme):
            return submit_application(actor=nobody_of(scene.programme), application=application).candidate_id

    assert len(set(at_once(*[send] * 8))) == 1
    assert OutboxMail.objects.filter(purpose="application_receipt").count() == 1


def test_two_forms_with_one_address_become_one_candidate(scene: Scene, at_once: Callable[..., list[Any]]) -> None:
    call = open_call(scene.intake)
    forms = [fill(begin(call, email="same@example.test")) for _each in range(4)]

    def send(application: Application) -> Callable[[], Any]:
        def work() -> Any:
            with programme_scope(scene.programme):
                return submit_application(actor=nobody_of(scene.programme), application=application).submitted_at

        return work

    answers = at_once(*map(send, forms))
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert len([answer for answer in answers if answer is not None]) == 1
    with programme_scope(scene.programme):
        assert Candidate.objects.count() == 1


def test_a_deadline_that_is_moved_holds_for_whoever_sends_after_it(scene: Scene) -> None:
    call = open_call(scene.intake)
    application = fill(begin(call))
    # Loaded before the officer moved it: the row in the transaction counts, not what the page knew.
    set_call(actor=scene.actor(), intake=call, apply_until=timezone.now() - dt.timedelta(minutes=1))
    with pytest.raises(DomainError) as refused:
        submit_application(actor=nobody_of(scene.programme), application=application)
    assert refused.value.code == "closed"
