"""Applying without an account: a link, a form that saves itself, one sending, never too late."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.languages import LocalisedText
from talimger.kernel.models import OutboxMail
from talimger.people.models import Organisation, Programme, RoleAssignment
from talimger.selection.commands import EntryText, add_question, save_application, send_links_again, submit_application, withdraw_question
from talimger.selection.links import resume_token_of
from talimger.selection.models import (
    Application,
    ApplicationAnswer,
    ApplicationEntry,
    Candidate,
    ConflictOfInterest,
    FairnessAnswers,
    Intake,
)
from tests.factories.applying import begin, fill, nobody_of, open_call, own_token
from tests.factories.people import make_person
from tests.factories.selection import Scene, make_candidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(scene: Scene) -> Intake:
    return open_call(scene.intake)


def start_address(intake: Intake) -> str:
    return reverse("portal:start", kwargs={"programme": intake.programme.slug, "pk": intake.pk})


def step(application: Application, name: str = "you") -> str:
    return reverse("portal:form_step", kwargs={"token": resume_token_of(application), "step": name})


def you(application: Application, **values: str) -> dict[str, str]:
    return {"revision": str(application.revision), "do": "next", "consent": "on", "full_name": "Айгерим Сейтова", **values}


# ── the start page ──


def test_an_address_and_a_language_open_the_form_and_the_link_goes_by_mail(call: Intake, client: Client) -> None:
    answer = client.post(start_address(call), {"email": "aigerim@example.test", "language": "kk"})
    application = Application.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, step(application))
    assert 'lang="kk"' in client.get(answer["Location"]).content.decode()
    letter = OutboxMail.objects.get()
    assert (letter.to_email, letter.language) == ("aigerim@example.test", "kk")
    assert resume_token_of(application) in letter.body


def test_a_call_without_a_deadline_has_no_public_page(scene: Scene, client: Client) -> None:
    assert client.get(start_address(scene.intake)).status_code == 404


def test_a_closed_call_says_when_it_closed(scene: Scene, client: Client) -> None:
    call = open_call(scene.intake, hours=-2)
    page = client.get(start_address(call), headers={"Accept-Language": "en"}).content.decode()
    assert "Applications are closed" in page
    assert client.post(start_address(call), {"email": "a@example.test", "language": "en"}).status_code == 200
    assert not Application.objects.exists()


def test_a_call_that_has_moved_on_is_not_open(call: Intake, client: Client) -> None:
    Intake.objects.filter(pk=call.pk).update(phase=Intake.Phase.DESK)
    assert "not open" in client.get(start_address(call), headers={"Accept-Language": "en"}).content.decode()


@pytest.mark.parametrize(
    "bad", [{"email": "no address"}, {"email": ""}, {"email": "a@example.test", "language": "xx"}, {"email": "a\x00@example.test"}]
)
def test_a_wrong_address_or_language_is_said_and_nothing_is_begun(call: Intake, client: Client, bad: dict[str, str]) -> None:
    assert client.post(start_address(call), {"language": "en", **bad}).status_code == 422
    assert not Application.objects.exists()


# ── the form ──


def test_at_the_fastest_it_takes_three_times_next_and_send(call: Intake, client: Client) -> None:
    application = begin(call)
    page = step(application)
    steps = [
        {"consent": "on", "full_name": "Данияр Ли"},
        {"professional-0-where": "Завод", "professional-0-text": "Наставник смены."},
        {"came_through_training": "no"},
        {"do": "send"},
    ]
    for values in steps:
        application.refresh_from_db()
        answer = client.post(page, {"revision": str(application.revision), "do": "next", **values})
        assert answer.status_code == 303, answer.content.decode()
        page = answer["Location"]
    candidate = Candidate.objects.get()
    assert f'<strong class="receipt-number">{candidate.number}</strong>' in client.get(page).content.decode()
    assert (candidate.full_name, candidate.professional_experience) == ("Данияр Ли", "Завод\nНаставник смены.")


def test_it_saves_itself_and_an_incomplete_page_is_kept_all_the_same(call: Intake, client: Client) -> None:
    application = begin(call)
    answer = client.post(
        step(application), {"revision": "0", "do": "save", "city": "Атырау", "phone": "+7 701"}, headers={"X-Autosave": "1"}
    )
    assert answer.json()["revision"] == 1
    application.refresh_from_db()
    assert (application.city, application.phone, application.consented_at) == ("Атырау", "+7 701", None)


def test_going_on_asks_for_consent_and_name_and_keeps_the_rest(call: Intake, client: Client) -> None:
    application = begin(call)
    answer = client.post(step(application), {"revision": "0", "do": "next", "city": "Атырау"})
    assert answer.status_code == 422
    assert "Атырау" in answer.content.decode()
    application.refresh_from_db()
    assert application.city == "Атырау"


def test_what_is_valid_is_saved_beside_a_mistake(call: Intake, client: Client) -> None:
    application = begin(call)
    answer = client.post(step(application), you(application, born_on="31.31.1990", city="Тараз"))
    assert answer.status_code == 422
    assert "31.31.1990" in answer.content.decode()
    application.refresh_from_db()
    assert (application.city, application.born_on) == ("Тараз", None)


def test_a_second_phone_overwrites_nothing_and_sees_both_versions(call: Intake, client: Client) -> None:
    application = begin(call)
    assert client.post(step(application), you(application, city="Семей")).status_code == 303
    second = client.post(step(application), you(application, city="Шымкент"))
    assert second.status_code == 409
    page = second.content.decode()
    assert "Семей" in page
    assert "Шымкент" in page
    application.refresh_from_db()
    assert application.city == "Семей"


def test_two_phones_on_the_entries_see_both_versions(call: Intake, client: Client) -> None:
    application = begin(call)
    address = step(application, "experience")
    client.post(address, {"revision": "0", "do": "next", "youth-0-where": "Кружок А"})
    second = client.post(address, {"revision": "0", "do": "next", "youth-0-where": "Кружок Б"})
    assert second.status_code == 409
    assert "Кружок А" in second.content.decode()
    assert "Кружок Б" in second.content.decode()


def test_entries_are_added_and_taken_away_without_a_script(call: Intake, client: Client) -> None:
    application = begin(call)
    address = step(application, "experience")
    more = client.post(address, {"revision": "0", "do": "add-youth", "youth-0-where": "Лагерь", "youth-0-from_year": "2019"})
    assert more["Location"] == f"{address}?add=youth#youth-new"
    assert "youth-1-where" in client.get(more["Location"]).content.decode()
    both = {"youth-0-where": "Лагерь", "youth-1-where": "Волонтёры"}
    client.post(address, {"revision": "1", "do": "remove-youth-0", **both})
    assert [entry.where for entry in ApplicationEntry.objects.all()] == ["Волонтёры"]


def test_an_entry_that_is_saved_again_and_again_stays_one(call: Intake, client: Client) -> None:
    application = begin(call)
    for revision in range(3):
        client.post(
            step(application, "experience"),
            {"revision": str(revision), "do": "save", "education-0-where": "КазНУ"},
            headers={"X-Autosave": "1"},
        )
    assert ApplicationEntry.objects.count() == 1


@pytest.mark.parametrize("year", ["19", "99999", "-5", "год", "2050"])
def test_a_year_that_is_none_is_said_and_the_words_are_kept(call: Intake, client: Client, year: str) -> None:
    application = begin(call)
    answer = client.post(
        step(application, "experience"), {"revision": "0", "do": "next", "youth-0-where": "Лагерь", "youth-0-from_year": year}
    )
    assert answer.status_code == 422
    assert "Лагерь" in answer.content.decode()
    assert ApplicationEntry.objects.get().where == "Лагерь"


@pytest.mark.parametrize("revision", ["", "abc", "-1", "9" * 30])
def test_a_damaged_form_is_told_to_load_again(call: Intake, client: Client, revision: str) -> None:
    application = begin(call)
    assert client.post(step(application), you(application) | {"revision": revision}).status_code == 422


def test_a_page_that_the_form_does_not_have_is_not_there(call: Intake, client: Client) -> None:
    assert client.get(step(begin(call), "nothing")).status_code == 404


def test_an_applicant_writes_no_field_of_the_house(call: Intake) -> None:
    application = begin(call)
    with pytest.raises(ValueError, match="submitted_at"):
        save_application(actor=nobody_of(call.programme), application=application, revision=0, values={"submitted_at": timezone.now()})


# ── questions of the programme ──


def test_the_programmes_own_questions_are_asked_and_the_required_ones_hold_back_the_sending(
    scene: Scene, call: Intake, client: Client
) -> None:
    why = add_question(actor=scene.actor(), intake=call, text=LocalisedText(ru="Зачем?", en="Why?"), kind="long", required=True)
    old = add_question(actor=scene.actor(), intake=call, text=LocalisedText.of("Old one"), kind="short")
    withdraw_question(actor=scene.actor(), question=old)
    application = fill(begin(call))
    page = client.get(step(application, "training")).content.decode()
    assert "Why?" in page
    assert "Old one" not in page
    with pytest.raises(DomainError, match="Зачем"):
        submit_application(actor=nobody_of(call.programme), application=application)
    answer = {"revision": str(application.revision), "do": "next", "came_through_training": "no", f"q{why.pk}": "Люблю учить."}
    assert client.post(step(application, "training"), answer).status_code == 303
    assert ApplicationAnswer.objects.get().text == "Люблю учить."
    assert submit_application(actor=nobody_of(call.programme), application=application).candidate is not None


# ── sending ──


def send(application: Application, now: dt.datetime | None = None) -> Application:
    sent: Application = submit_application(actor=nobody_of(application.programme, now), application=application)
    return sent


def test_sending_makes_a_candidate_with_the_next_number_a_receipt_and_an_own_page(call: Intake) -> None:
    make_candidate(call, number=41)
    application = send(fill(begin(call, language="kk"), city="Ақтау", needs_extra_time=True))
    candidate = application.candidate
    assert candidate is not None
    assert (candidate.number, candidate.language, candidate.city, candidate.needs_extra_time) == (42, "kk", "Ақтау", True)
    assert candidate.professional_experience == "2015–2023, Школа № 5, учитель\nВела кружок."
    receipt = OutboxMail.objects.get(purpose="application_receipt")
    assert "42" in receipt.subject
    assert own_token(candidate) in receipt.body


def test_a_second_click_and_a_second_tab_send_once(call: Intake, client: Client) -> None:
    application = fill(begin(call))
    first, second = send(application), send(application)
    assert first.candidate == second.candidate
    assert client.post(step(application, "send"), {"revision": "9", "do": "send"}).status_code == 303
    assert Candidate.objects.count() == 1
    assert OutboxMail.objects.filter(purpose="application_receipt").count() == 1


def test_nothing_is_accepted_from_the_deadline_on_and_what_was_written_is_kept(call: Intake, client: Client) -> None:
    application = fill(begin(call))
    assert call.apply_until is not None
    with pytest.raises(DomainError) as refused:
        send(application, call.apply_until)
    assert refused.value.code == "closed"
    assert send(application, call.apply_until - dt.timedelta(seconds=1)).candidate is not None
    late = fill(begin(call), full_name="Опоздавший Ли")
    open_call(call, hours=-1)
    answer = client.post(step(late, "send"), {"revision": str(late.revision), "do": "send"})
    assert answer.status_code == 409
    assert "Опоздавший Ли" in answer.content.decode()
    assert "Вела кружок." in answer.content.decode()
    assert Candidate.objects.count() == 1


def test_nothing_can_be_written_into_an_application_that_was_sent(call: Intake, client: Client) -> None:
    application = fill(begin(call))
    send(application)
    with pytest.raises(DomainError) as refused:
        save_application(actor=nobody_of(call.programme), application=application, revision=1, values={"city": "X"})
    assert refused.value.code == "sent"
    assert client.post(step(application), you(application)).status_code == 303


def test_without_consent_nothing_is_sent(call: Intake) -> None:
    application = fill(begin(call))
    application = save_application(actor=nobody_of(call.programme), application=application, revision=1, consent=False)
    with pytest.raises(DomainError) as refused:
        send(application)
    assert refused.value.code == "missing"


def test_an_address_applies_once_and_only_its_owner_is_told(call: Intake, client: Client) -> None:
    send(fill(begin(call, email="same@example.test")))
    OutboxMail.objects.all().delete()
    # Beginning once more looks as it does for everybody.
    again = client.post(start_address(call), {"email": "SAME@example.test", "language": "en"})
    other = client.post(start_address(call), {"email": "new@example.test", "language": "en"})
    assert again.status_code == other.status_code == 303
    letter = OutboxMail.objects.get(to_email="same@example.test")
    assert own_token(Candidate.objects.get()) in letter.body
    second = fill(Application.objects.get(email__iexact="same@example.test", submitted_at=None))
    answer = client.post(step(second, "send"), {"revision": str(second.revision), "do": "send"})
    assert answer.status_code == 422
    assert "не отправили второй раз" in answer.content.decode() or "not sent a second time" in answer.content.decode()
    assert Candidate.objects.count() == 1


def test_nobody_fills_a_strangers_mailbox(call: Intake) -> None:
    for _each in range(9):
        begin(call, email="victim@example.test")
    assert OutboxMail.objects.filter(to_email="victim@example.test").count() == 4


def test_the_trainer_who_is_named_never_opens_the_file(call: Intake) -> None:
    trainer = make_person(call.programme, "assessor", email="Trainer@example.test")
    values = {"came_through_training": True, "trainer_name": "Асель", "trainer_email": "trainer@example.test"}
    send(fill(begin(call), **values))
    conflict = ConflictOfInterest.objects.get()
    assert (conflict.person, conflict.ground) == (trainer, ConflictOfInterest.Ground.TRAINING)


def test_colleagues_from_where_the_applicant_works_never_open_the_file(call: Intake) -> None:
    ngo = Organisation.objects.create(programme=call.programme, name=LocalisedText.of("ОФ «Шам»"), kind="ngo")
    colleague = make_person(call.programme, "assessor")
    make_person(call.programme, "assessor")
    RoleAssignment.objects.filter(person=colleague).update(organisation=ngo)
    send(fill(begin(call), organisation_name="  оф «шам» "))
    conflict = ConflictOfInterest.objects.get()
    assert (conflict.person, conflict.ground) == (colleague, ConflictOfInterest.Ground.ORGANISATION)


def test_who_took_back_the_training_names_no_trainer(call: Intake) -> None:
    send(fill(begin(call), came_through_training=False, trainer_email="trainer@example.test"))
    candidate = Candidate.objects.get()
    assert (candidate.came_through_training, candidate.trainer_email) == (False, "")


def test_voluntary_answers_are_kept_apart_and_may_all_be_empty(call: Intake) -> None:
    send(fill(begin(call)))
    assert not FairnessAnswers.objects.exists()
    application = send(fill(begin(call), sex="female", disability="no", region="Мангыстау"))
    answers = FairnessAnswers.objects.get()
    assert (answers.sex, answers.age_band, answers.disability, answers.region) == ("female", "", "no", "Мангыстау")
    assert application.sex == ""


def test_voluntary_answers_go_with_the_sending(call: Intake, client: Client) -> None:
    application = fill(begin(call))
    client.post(step(application, "send"), {"revision": str(application.revision), "do": "send", "age_band": "25_34"})
    assert FairnessAnswers.objects.get().age_band == "25_34"


# ── a lost link ──


def test_a_lost_link_comes_by_mail_and_the_page_never_says_who_has_applied(call: Intake, client: Client) -> None:
    application = begin(call, email="known@example.test")
    OutboxMail.objects.all().delete()
    address = reverse("portal:lost_link", kwargs={"programme": call.programme.slug, "pk": call.pk})
    known = client.post(address, {"email": "known@example.test"}).content.decode()
    unknown = client.post(address, {"email": "stranger@example.test"}).content.decode()
    told = re.sub("[A-Za-z0-9]{64}", "", known.replace("known@example.test", ""))
    assert told == re.sub("[A-Za-z0-9]{64}", "", unknown.replace("stranger@example.test", ""))
    assert resume_token_of(application) in OutboxMail.objects.get().body
    send(fill(application))
    assert send_links_again(actor=nobody_of(call.programme), intake=call, email="Known@example.test") == 1
    assert own_token(Candidate.objects.get()) in OutboxMail.objects.latest("pk").body


def test_a_saving_that_is_older_than_the_record_is_refused(call: Intake) -> None:
    application = fill(begin(call))
    with pytest.raises(StaleWriteError):
        save_application(
            actor=nobody_of(call.programme),
            application=application,
            revision=0,
            entries={"youth": [EntryText(where="Другое")]},
        )


def test_another_programmes_intake_is_not_at_this_address(call: Intake, other_programme: Programme, client: Client) -> None:
    assert client.get(reverse("portal:start", kwargs={"programme": other_programme.slug, "pk": call.pk})).status_code == 404
