"""Signing in, passwords, languages, closed doors: what allauth does here, and what it does not."""

from __future__ import annotations

import re

import pytest
from django.conf import LazySettings
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from talimger.kernel.models import OutboxMail
from talimger.people.authentication import PersonBackend
from talimger.people.entrance_urls import NOT_OFFERED
from talimger.people.models import Programme, User
from tests.factories.people import PASSWORD, client_for, make_person

pytestmark = pytest.mark.django_db
NEW = "семь-верст-до-небес-2027"


@pytest.fixture(autouse=True)
def _nobody_is_throttled_yet(db: None) -> None:
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD) -> object:
    return client.post(reverse("account_login"), {"login": email, "password": password})


def is_inside(client: Client) -> bool:
    return client.get(reverse("my_settings")).status_code == 200


def test_a_person_signs_in_with_their_address_in_any_case_and_signs_out(programme: Programme, client: Client) -> None:
    make_person(programme, "mentor", email="asel@example.org", password=PASSWORD)
    sign_in(client, "ASEL@example.org")
    assert is_inside(client)
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_inside(client)
    client.post(reverse("account_logout"))
    assert not is_inside(client)


def test_a_wrong_password_and_an_unknown_address_look_the_same(client: Client) -> None:
    make_person(None, email="asel@example.org", password=PASSWORD)
    pages = [sign_in(client, email, "не тот пароль").content.decode() for email in ("asel@example.org", "nobody@example.org")]  # type: ignore[attr-defined]
    known, unknown = (re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|[a-z]+@example.org', "", page) for page in pages)
    assert known == unknown


def test_guessing_is_slowed_down_and_the_owner_is_not_told_apart(client: Client) -> None:
    make_person(None, email="asel@example.org", password=PASSWORD)
    for _time in range(6):
        sign_in(client, "asel@example.org", "не тот пароль")
    refused = sign_in(client, "asel@example.org")
    assert not is_inside(client)
    assert "Слишком много" in refused.content.decode()  # type: ignore[attr-defined]
    cache.clear()
    sign_in(client, "asel@example.org")
    assert is_inside(client)


def test_too_many_requests_get_a_calm_page(client: Client) -> None:
    for _time in range(31):
        response = client.post(reverse("account_login"), {"login": "x", "password": "y"})
    assert response.status_code == 429
    assert "Небольшая пауза" in response.content.decode()


@pytest.mark.parametrize(
    ("language", "subject", "greeting"),
    [
        ("ru", "Новый пароль для Talimger", "Здравствуйте, Асель!"),
        ("kk", "Talimger үшін жаңа құпиясөз", "Сәлеметсіз бе, Асель!"),
        ("en", "A new password for Talimger", "Hello, Асель!"),
    ],
)
def test_a_forgotten_password_is_replaced_by_a_link_in_the_persons_language(
    client: Client, language: str, subject: str, greeting: str
) -> None:
    person = make_person(None, name="Асель", email="asel@example.org", password=PASSWORD, language=language)
    assert client.get(reverse("account_reset_password")).status_code == 200
    asked = client.post(reverse("account_reset_password"), {"email": "asel@example.org"})
    assert asked.headers["Location"] == reverse("account_reset_password_done")
    assert client.get(reverse("account_reset_password_done")).status_code == 200
    letter = OutboxMail.objects.get()
    assert (letter.subject, letter.programme, letter.language) == (subject, None, language)
    assert letter.body.startswith(greeting)
    link = re.search(r"http://testserver(\S+)", letter.body)
    assert link is not None
    form = client.get(link[1], follow=True)
    address = form.request["PATH_INFO"]
    assert client.post(address, {"password1": "short", "password2": "short"}).status_code == 200
    assert client.post(address, {"password1": NEW, "password2": NEW}).status_code == 302
    assert client.get(reverse("account_reset_password_from_key_done")).status_code == 200
    person.refresh_from_db()
    assert person.check_password(NEW)
    assert OutboxMail.objects.count() == 2
    assert Client().get(link[1], follow=True).context["token_fail"]


def test_asking_for_a_new_password_does_not_tell_whether_an_account_exists(client: Client) -> None:
    make_person(None, email="asel@example.org", password=PASSWORD)
    answers = [client.post(reverse("account_reset_password"), {"email": f"{name}@example.org"}) for name in ("asel", "nobody")]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(302, reverse("account_reset_password_done"))}
    assert "С этим адресом нет учётной записи" in OutboxMail.objects.get(to_email="nobody@example.org").body


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_a_letter_to_an_unknown_address_is_in_the_language_of_who_asked(client: Client, language: str) -> None:
    client.cookies["language"] = language
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert OutboxMail.objects.get().language == language


def test_a_broken_link_for_a_new_password_is_a_clear_page(client: Client) -> None:
    response = client.get(reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "x-y"}))
    assert "больше не работает" in response.content.decode()


def test_changing_the_password_ends_all_other_sessions_and_is_told(programme: Programme, client: Client) -> None:
    make_person(programme, "mentor", email="asel@example.org", password=PASSWORD)
    other = Client()
    sign_in(client, "asel@example.org")
    sign_in(other, "asel@example.org")
    assert client.get(reverse("account_change_password")).status_code == 200
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post(reverse("account_change_password"), {**form, "oldpassword": "x"}).status_code == 200
    assert client.post(reverse("account_change_password"), form).status_code == 302
    assert is_inside(client)
    assert not is_inside(other)
    assert OutboxMail.objects.get().subject == "Пароль вашей учётной записи изменён"


@pytest.mark.parametrize("name", NOT_OFFERED)
def test_what_allauth_offers_elsewhere_is_not_offered_here(programme: Programme, client: Client, name: str) -> None:
    inside = client_for(make_person(programme, "officer"))
    for browser in (client, inside):
        assert browser.get(reverse(name)).status_code == 404
        assert browser.post(reverse(name), {"email": "x@example.org", "password1": NEW}).status_code == 404
    assert User.objects.count() == 1


def test_a_closed_account_is_told_so_only_after_its_password(client: Client) -> None:
    person = make_person(None, email="asel@example.org", password=PASSWORD)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert sign_in(client, "asel@example.org", "не тот пароль").status_code == 200  # type: ignore[attr-defined]
    answer = sign_in(client, "asel@example.org")
    assert answer.headers["Location"] == reverse("account_inactive")  # type: ignore[attr-defined]
    assert "закрыта" in client.get(reverse("account_inactive")).content.decode()
    assert not is_inside(client)


def test_demo_people_do_not_exist_outside_the_demo(programme: Programme, client: Client, settings: LazySettings) -> None:
    person = make_person(programme, "officer", email="demo@example.org", password=PASSWORD, is_demo=True)
    settings.DEMO = True
    inside = client_for(person)
    sign_in(client, "demo@example.org")
    assert is_inside(inside)
    assert is_inside(client)
    settings.DEMO = False
    assert not is_inside(inside)
    assert not is_inside(client)
    assert authenticate(RequestFactory().post("/"), email="demo@example.org", password=PASSWORD) is None
    assert PersonBackend().get_user(person.pk) is None
    fresh = Client()
    assert sign_in(fresh, "demo@example.org").headers["Location"] == reverse("account_inactive")  # type: ignore[attr-defined]
    assert not is_inside(fresh)
    for values in ({"role": "officer"}, {"person": str(person.pk)}):
        assert Client().post(reverse("demo_enter"), values).status_code == 404


def test_the_demo_has_one_door_for_each_role_and_they_open(
    programme: Programme, other_programme: Programme, settings: LazySettings
) -> None:
    settings.DEMO = True
    both = make_person(programme, "officer", "assessor", name="Жанна", is_demo=True)
    only = make_person(programme, "assessor", name="Асем", is_demo=True)
    make_person(programme, "mentor", name="Настоящий человек")
    make_person(other_programme, "trainer", name="Чужой", is_demo=True)
    page = Client().get(reverse("account_login"))
    assert [(door.role, door.person) for door in page.context["demo_doors"]] == [("officer", both), ("assessor", only)]
    text = page.content.decode()
    assert text.index("demo/enter") < text.index('name="password"')
    browser = Client()
    assert browser.post(reverse("demo_enter"), {"role": "assessor"}).status_code == 303
    assert browser.session["_auth_user_id"] == str(only.pk)
    assert browser.post(reverse("demo_enter"), {"person": str(both.pk)}).status_code == 303
    assert browser.session["_auth_user_id"] == str(both.pk)
    assert browser.get(reverse("demo_enter")).status_code == 405


def test_the_demos_doors_open_for_demo_people_only(programme: Programme, client: Client, settings: LazySettings) -> None:
    settings.DEMO = True
    real = make_person(programme, "officer")
    for values in ({"person": str(real.pk)}, {"role": "officer"}, {"person": "x"}, {"person": "9" * 40}, {}):
        assert client.post(reverse("demo_enter"), values).status_code == 404
    assert not is_inside(client)


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_the_language_switch_is_kept_in_the_account(programme: Programme, language: str) -> None:
    person = make_person(programme, "mentor", language="en" if language == "ru" else "ru")
    client = client_for(person)
    client.post(reverse("shell:language"), {"language": language})
    person.refresh_from_db()
    assert person.language == language
    other_device = client_for(person)
    assert f'<html lang="{language}"' in other_device.get(reverse("my_settings")).content.decode()


@pytest.mark.parametrize("language", ["", "de", "RU", "../kk", "кк", "ru" * 500])
def test_a_wrong_language_code_changes_nothing(programme: Programme, language: str) -> None:
    person = make_person(programme, "mentor", language="kk")
    client = client_for(person)
    assert client.post(reverse("shell:language"), {"language": language}).status_code == 400
    if language.isascii():
        client.cookies["language"] = language
    response = client.get(reverse("my_settings"))
    assert response.headers["Content-Language"] == "kk"
    person.refresh_from_db()
    assert person.language == "kk"


def test_a_language_left_on_a_shared_computer_changes_nobodys_account(programme: Programme) -> None:
    person = make_person(programme, "mentor", language="kk")
    client = client_for(person)
    client.cookies["language"] = "en"
    assert '<html lang="en"' in client.get(reverse("my_settings")).content.decode()
    person.refresh_from_db()
    assert person.language == "kk"


def test_a_stranger_is_answered_in_the_language_of_their_browser(client: Client) -> None:
    assert '<html lang="kk"' in client.get(reverse("account_login"), HTTP_ACCEPT_LANGUAGE="kk-KZ,ru;q=0.5").content.decode()


@pytest.mark.parametrize("name", ["my_settings", "mfa_index", "account_change_password", "mfa_deactivate_totp", "mfa_activate_totp"])
def test_pages_of_ones_own_account_ask_to_sign_in_first(client: Client, name: str) -> None:
    assert client.get(reverse(name)).headers["Location"].startswith((reverse("account_login"), reverse("account_reauthenticate")))


def test_my_settings_stand_behind_the_initials(programme: Programme) -> None:
    client = client_for(make_person(programme, "officer", password=PASSWORD))
    assert f'href="{reverse("my_settings")}"' in client.get(reverse("people:list", args=["samgau"])).content.decode()
    page = client.get(reverse("my_settings")).content.decode()
    assert reverse("account_change_password") in page
    assert reverse("mfa_index") in page
