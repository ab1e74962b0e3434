"""What candidates do by themselves: answer a place, ask for a second look, withdraw, have their data, have them erased."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from talimger.kernel.errors import DomainError
from talimger.kernel.models import OutboxMail
from talimger.selection.commands import (
    answer_offer,
    ask_second_look,
    attach_file,
    begin_sitting,
    erase_candidate,
    submit_application,
    withdraw_candidate,
)
from talimger.selection.models import Appeal, Application, Candidate, Decision, Rating, RatingSheet
from tests.factories.applying import begin, fill, nobody_of, open_call, own_token, released, with_task
from tests.factories.selection import CANARY, Scene, make_scene

pytestmark = pytest.mark.django_db
State = RatingSheet.State


def mine(candidate: Candidate, part: str = "") -> str:
    return f"/me/{own_token(candidate)}/{part}"


# ── the place ──


@pytest.mark.parametrize(("given", "stored"), [("take", "taken"), ("decline", "declined")])
def test_an_offered_place_is_answered_once(scene: Scene, client: Client, given: str, stored: str) -> None:
    candidate = scene.candidate(language="en")
    decision = released(candidate, "accept", scene.officer)
    assert client.post(mine(candidate, "answer/"), {"answer": given}).status_code == 303
    assert client.post(mine(candidate, "answer/"), {"answer": given}).status_code == 303
    other = "decline" if given == "take" else "take"
    assert client.post(mine(candidate, "answer/"), {"answer": other}).status_code == 422
    decision.refresh_from_db()
    assert decision.answer == stored


@pytest.mark.parametrize("outcome", ["reserve", "not_now"])
def test_where_no_place_is_offered_none_is_taken(scene: Scene, outcome: str) -> None:
    candidate = scene.candidate()
    released(candidate, outcome, scene.officer)
    with pytest.raises(DomainError):
        answer_offer(actor=nobody_of(scene.programme), candidate=candidate, takes=True)


def test_a_place_that_was_not_told_cannot_be_taken(scene: Scene, client: Client) -> None:
    candidate = scene.candidate(language="en")
    released(candidate, "accept", scene.officer, released_at=None)
    assert client.post(mine(candidate, "answer/"), {"answer": "take"}).status_code == 422
    assert Decision.objects.get().answer == ""


def test_an_answer_that_is_none_is_refused(scene: Scene, client: Client) -> None:
    candidate = scene.candidate(language="en")
    released(candidate, "accept", scene.officer)
    assert client.post(mine(candidate, "answer/"), {"answer": "maybe"}).status_code == 422


# ── a second look ──


def test_a_second_look_is_asked_for_once_within_its_days(scene: Scene, client: Client) -> None:
    candidate = scene.candidate(language="en")
    decision = released(candidate, "not_now", scene.officer)
    assert "Ask for a second look" in client.get(mine(candidate)).content.decode()
    assert client.post(mine(candidate, "second-look/"), {"text": "Меня не спросили."}).status_code == 303
    assert client.post(mine(candidate, "second-look/"), {"text": "Ещё раз."}).status_code == 422
    assert Appeal.objects.get(decision=decision).text == "Меня не спросили."
    assert "You asked for it on" in client.get(mine(candidate)).content.decode()


def test_after_its_days_a_second_look_is_late(scene: Scene, client: Client) -> None:
    candidate = scene.candidate(language="en")
    released(candidate, "not_now", scene.officer, released_at=timezone.now() - dt.timedelta(days=15))
    assert "Ask for a second look" not in client.get(mine(candidate)).content.decode()
    with pytest.raises(DomainError) as refused:
        ask_second_look(actor=nobody_of(scene.programme), candidate=candidate, text="Поздно")
    assert refused.value.code == "late"


@pytest.mark.parametrize("text", ["", "   ", "\x00", "я" * 4_001])
def test_a_request_without_words_or_too_long_is_refused_and_what_was_typed_stays(scene: Scene, client: Client, text: str) -> None:
    candidate = scene.candidate(language="en")
    released(candidate, "not_now", scene.officer)
    answer = client.post(mine(candidate, "second-look/"), {"text": text})
    assert answer.status_code == 422
    assert text.replace("\x00", "").strip() in answer.content.decode()
    assert not Appeal.objects.exists()


def test_nothing_can_be_looked_at_again_before_it_is_told(scene: Scene) -> None:
    candidate = scene.candidate()
    released(candidate, "not_now", scene.officer, released_at=None)
    with pytest.raises(DomainError):
        ask_second_look(actor=nobody_of(scene.programme), candidate=candidate, text="?")


# ── withdrawing ──


def test_withdrawing_is_asked_once_more_and_closes_the_open_sheets(scene: Scene, client: Client) -> None:
    candidate = scene.candidate("", 4, language="en")
    still_open = scene.sheet(candidate, 1)
    assert client.get(mine(candidate, "withdraw/")).status_code == 200
    candidate.refresh_from_db()
    assert candidate.withdrawn_at is None
    client.post(mine(candidate, "withdraw/"))
    candidate.refresh_from_db()
    first = candidate.withdrawn_at
    assert first is not None
    client.post(mine(candidate, "withdraw/"))
    candidate.refresh_from_db()
    assert candidate.withdrawn_at == first
    still_open.refresh_from_db()
    assert still_open.state == State.WITHDRAWN
    assert RatingSheet.objects.filter(candidate=candidate, state=State.LOCKED).count() == 1
    assert "You have withdrawn" in client.get(mine(candidate)).content.decode()


def test_another_candidates_sheets_stay_open(scene: Scene) -> None:
    candidate, other = scene.candidate(), scene.candidate()
    sheet = scene.sheet(other)
    withdraw_candidate(actor=nobody_of(scene.programme), candidate=candidate)
    sheet.refresh_from_db()
    assert sheet.state == State.ASSIGNED


# ── own data ──


def sent(scene: Scene) -> Candidate:
    application = fill(begin(open_call(scene.intake)), phone="+7 701 000", sex="female")
    candidate = submit_application(actor=nobody_of(scene.programme), application=application).candidate
    assert candidate is not None
    return candidate


def test_own_data_are_there_to_read_and_to_take_away(scene: Scene, client: Client) -> None:
    candidate = sent(scene)
    scene.sheet(candidate)
    page = client.get(mine(candidate, "data/")).content.decode()
    file = client.get(mine(candidate, "data.json"))
    taken = json.dumps(json.loads(file.content), ensure_ascii=False)
    for words in ("Айгерим Сейтова", "+7 701 000", "Вела кружок."):
        assert words in page
        assert words in taken
    assert "attachment" in file["Content-Disposition"]
    assert scene.assessors[0].full_name not in page + taken


def test_own_data_hold_no_ratings_and_nothing_that_was_not_told(scene: Scene, client: Client) -> None:
    candidate = scene.candidate("", 4, 3, language="en")
    released(candidate, "not_now", scene.officer, released_at=None)
    page = client.get(mine(candidate, "data/")).content.decode() + client.get(mine(candidate, "data.json")).content.decode()
    for secret in (CANARY, "ПРОТОКОЛА", "Not now"):
        assert secret not in page


# ── erasing ──


def everything() -> str:
    """All texts of the database, in one string."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [str(value) for row in cursor.fetchall() for value in row if isinstance(value, str)]
    return "\n".join(found)


def test_after_erasing_nothing_in_the_database_names_the_person(scene: Scene, client: Client) -> None:
    scene = make_scene(scene.programme, asks_for=None)
    candidate = sent(scene)
    email = candidate.email
    with_task(scene.intake)
    candidate.refresh_from_db()
    sitting = begin_sitting(actor=nobody_of(scene.programme), candidate=candidate, method_code="written")
    attach_file(actor=nobody_of(scene.programme), sitting=sitting, content=b"%PDF-1", name="Сейтова.pdf")
    sheet = scene.sheet(candidate)
    address = mine(candidate, "erase/")
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 303
    left = everything()
    for trace in ("Сейтова", "Айгерим", email, "+7 701 000", "Вела кружок", "seitova", "aigerim"):
        assert trace not in left, trace
    candidate.refresh_from_db()
    assert (candidate.full_name, candidate.email) == (f"Erased {candidate.number}", f"erased-{candidate.pk}@invalid")
    sheet.refresh_from_db()
    assert sheet.state == State.WITHDRAWN
    page = client.get(mine(candidate)).content.decode()
    assert str(candidate.number) in page
    assert not Application.objects.exists()


def test_ratings_stay_without_a_name_and_waiting_letters_do_not_leave(scene: Scene) -> None:
    candidate = scene.candidate("Имя Имев", 4, 3)
    ratings = Rating.objects.count()
    letter = OutboxMail.objects.create(
        programme=scene.programme, purpose="decision", to_email=candidate.email, to_name="Имя Имев", language="ru", subject="Имя",
        body="Имя", message_id="<1@x>", created_at=timezone.now(), next_attempt_at=timezone.now(),
    )  # fmt: skip
    for _twice in range(2):
        erase_candidate(actor=nobody_of(scene.programme), candidate=candidate)
    assert Rating.objects.count() == ratings
    letter.refresh_from_db()
    assert (letter.state, letter.body, letter.to_name) == ("failed", "", "")


def test_a_mentor_is_told_whom_to_write_to_instead(scene: Scene, client: Client) -> None:
    candidate = scene.candidate("Имя Имев", language="en")
    decision = released(candidate, "accept", scene.officer)
    page = client.get(mine(candidate, "erase/")).content.decode()
    assert scene.programme.contact_email in page
    assert client.post(mine(candidate, "erase/")).status_code == 422
    candidate.refresh_from_db()
    assert candidate.full_name == "Имя Имев"
    decision.answer, decision.answered_at = "declined", timezone.now()
    decision.save()
    assert client.post(mine(candidate, "erase/")).status_code == 303


def test_after_erasing_every_page_says_so(scene: Scene, client: Client) -> None:
    candidate = scene.candidate(language="en")
    token = own_token(candidate)
    erase_candidate(actor=nobody_of(scene.programme), candidate=candidate)
    for part in ("", "data/", "withdraw/", "erase/", "task/written/", "data.json"):
        assert "erased" in client.get(f"/me/{token}/{part}").content.decode()
