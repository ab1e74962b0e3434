"""Letters that can be read and sent again; long work that can be watched."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from talimger.kernel.models import Job, OutboxMail
from talimger.kernel.outbox import queue_mail
from talimger.people.models import Programme
from tests.factories.people import client_for, make_person

pytestmark = pytest.mark.django_db


def write(programme: Programme | None, subject: str = "Тема", body: str = "Текст", language: str = "ru", **values: object) -> OutboxMail:
    letter = queue_mail(
        purpose="x",
        to_email="asel@example.org",
        to_name="Әсел Ким",
        subject=subject,
        body=body,
        language=language,
        now=timezone.now(),
        programme_id=programme.pk if programme else None,
    )
    OutboxMail.objects.filter(pk=letter.pk).update(**values)
    return letter


@pytest.fixture
def office(programme: Programme) -> Client:
    return client_for(make_person(programme, "officer"))


def subjects(client: Client, **query: str) -> list[str]:
    page = client.get(reverse("people:outbox", args=["samgau"]), query).context["page"]
    return [letter.subject for letter in page]


def test_only_the_programmes_own_letters_are_listed(programme: Programme, other_programme: Programme, office: Client) -> None:
    write(programme, "Наше")
    write(other_programme, "Чужое")
    write(None, "Личное: новый пароль")
    assert subjects(office) == ["Наше"]


@pytest.mark.parametrize("words", ["әСЕЛ", "ASEL@", "РЕШЕНИЕ", "решение әсел"])
def test_letters_are_found_whatever_the_case(programme: Programme, office: Client, words: str) -> None:
    write(programme, "Решение о вас")
    letter = write(programme, "Другое")
    OutboxMail.objects.filter(pk=letter.pk).update(to_name="Иной", to_email="inoi@example.org")
    assert subjects(office, q=words) == ["Решение о вас"]


def test_letters_are_filtered_by_state(programme: Programme, office: Client) -> None:
    write(programme, "Ждёт")
    write(programme, "Ушло", state="sent", sent_at=timezone.now())
    write(programme, "Не дошло", state="failed")
    assert subjects(office, state="sent") == ["Ушло"]
    assert subjects(office, state="failed") == ["Не дошло"]
    assert len(subjects(office, state="lost")) == 3
    page = office.get(reverse("people:outbox", args=["samgau"])).content.decode()
    assert "Не доставлено 1 письмо" in page


def test_an_empty_outbox_says_what_will_lie_there(office: Client) -> None:
    assert "Писем пока нет" in office.get(reverse("people:outbox", args=["samgau"])).content.decode()
    assert "Такого письма нет" in office.get(reverse("people:outbox", args=["samgau"]), {"q": "x"}).content.decode()


def test_it_is_said_plainly_whether_letters_are_sent(programme: Programme, office: Client, settings: LazySettings) -> None:
    address, words = reverse("people:outbox", args=["samgau"]), "хранятся здесь и не отправляются"
    write(programme)
    assert words in office.get(address).content.decode()
    settings.EMAIL_HELD = False
    assert words not in office.get(address).content.decode()


def test_a_letter_is_read_in_its_own_language(programme: Programme, office: Client) -> None:
    letter = write(programme, "Шешім", "Сәлеметсіз бе!\n\nҚараңыз: https://example.org/<b>x</b>", "kk")
    page = office.get(reverse("people:letter", args=["samgau", letter.pk])).content.decode()
    assert '<article class="sheet letter" lang="kk">' in page
    assert '<h1 lang="kk">Шешім</h1>' in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("SMTPRecipientsRefused: {...550...}", "по этому адресу никого нет"),
        ("SMTPAuthenticationError: (535, b'no')", "не разрешает"),
        ("SMTPDataError: (554, b'spam')", "не принял"),
        ("ConnectionRefusedError: [Errno 111]", "связаться"),
        ("TimeoutError: timed out", "связаться"),
    ],
)
def test_why_a_letter_was_not_delivered_is_said_in_human_words(programme: Programme, office: Client, error: str, words: str) -> None:
    letter = write(programme, last_error=error, attempts=1)
    page = office.get(reverse("people:letter", args=["samgau", letter.pk])).content.decode()
    assert words in page
    assert "Следующая попытка" in page


def test_a_letter_that_was_given_up_is_tried_again_and_a_sent_one_never(programme: Programme, office: Client) -> None:
    failed = write(programme, state="failed", attempts=12, last_error="OSError: x")
    sent = write(programme, state="sent", sent_at=timezone.now())
    assert office.post(reverse("people:letter_retry", args=["samgau", failed.pk])).status_code == 303
    assert office.post(reverse("people:letter_retry", args=["samgau", sent.pk])).status_code == 422
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == ("waiting", 0)


def test_a_coordinator_cannot_open_anothers_door_from_the_outbox(programme: Programme, office: Client) -> None:
    letter = write(programme, body="Откройте http://127.0.0.1:8000/i/WzEsMV0.secret-signature/ сами")
    OutboxMail.objects.filter(pk=letter.pk).update(purpose="invitation")
    address = reverse("people:letter", args=["samgau", letter.pk])
    assert "secret-signature" in office.get(address).content.decode()
    coordinator = client_for(make_person(programme, "coordinator"))
    assert "secret-signature" not in coordinator.get(address).content.decode()


@pytest.mark.parametrize("door", ["a", "me", "t"])
def test_nobody_of_the_office_opens_a_candidates_or_trainers_door_from_the_outbox(programme: Programme, office: Client, door: str) -> None:
    letter = write(programme, body=f"Ваша страница: http://127.0.0.1:8000/{door}/WzEsMV0.secret-signature/")
    page = office.get(reverse("people:letter", args=["samgau", letter.pk])).content.decode()
    assert "secret-signature" not in page
    assert f"/{door}/•••/" in page


def make_job(programme: Programme, **values: object) -> Job:
    job: Job = Job.objects.create(
        programme=programme, kind="x", title="Импорт кандидатов", language="ru", created_at=timezone.now(), **values
    )
    return job


def test_work_is_watched_by_who_started_it_and_by_nobody_else(programme: Programme) -> None:
    person, other = make_person(programme, "officer"), make_person(programme, "officer")
    address = reverse("people:job", args=["samgau", make_job(programme, requested_by=person).public_id])
    assert client_for(person).get(address).status_code == 200
    assert client_for(other).get(address).status_code == 404
    assert client_for(person).post(address).status_code == 405


def test_a_fragment_is_asked_for_until_the_work_is_over(programme: Programme) -> None:
    person = make_person(programme, "officer")
    job = make_job(programme, requested_by=person, state="running", done=3, total=9)
    client, address = client_for(person), reverse("people:job", args=["samgau", job.public_id])
    page, fragment = client.get(address).content.decode(), client.get(address, HTTP_HX_REQUEST="true").content.decode()
    assert "<html" in page
    assert "<html" not in fragment
    assert f'hx-get="{address}"' in page
    assert f'hx-get="{address}"' in fragment
    assert "<noscript>" in page
    Job.objects.update(state="done", finished_at=timezone.now(), message="Готово: 9", result_url="/p/samgau/")
    over = client.get(address, HTTP_HX_REQUEST="true").content.decode()
    assert "hx-get" not in over
    assert "Готово: 9" in over
    assert 'href="/p/samgau/"' in over
