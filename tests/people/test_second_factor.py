"""Who opens other people's records signs in with a second step; everybody else may."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from talimger.kernel.models import OutboxMail
from talimger.people.authentication import AccountAdapter, SecondFactorAdapter
from talimger.people.invitations import token_of
from talimger.people.models import Programme, User
from talimger.people.roles import SECOND_FACTOR_ROLES, Role
from tests.factories.people import PASSWORD, client_for, make_invitation, make_person, make_programme

pytestmark = pytest.mark.django_db
ACTIVATE = "mfa_activate_totp"


@pytest.fixture(autouse=True)
def _nobody_is_throttled_yet(db: None) -> None:
    cache.clear()


def code_for(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def activate(client: Client) -> str:
    """Go through the page as a person does; the secret that the authenticator app keeps."""
    page = client.get(reverse(ACTIVATE))
    assert page.status_code == 200
    secret: str = page.context["form"].secret
    assert secret in page.content.decode()
    done = client.post(reverse(ACTIVATE), {"code": code_for(secret)})
    assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def signed_in(person: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client


@pytest.mark.parametrize("role", Role.values)
def test_powerful_roles_are_led_to_the_second_step_before_any_page(programme: Programme, role: str) -> None:
    client = client_for(make_person(programme, role), second_factor=False)
    answer = client.get(reverse("home:tasks", args=["samgau"]))
    if role in SECOND_FACTOR_ROLES:
        assert answer.headers["Location"] == reverse(ACTIVATE)
        assert client.post(reverse("people:invite", args=["samgau"]), {}).headers["Location"] == reverse(ACTIVATE)
    else:
        assert answer.status_code == 200


def test_the_demo_asks_for_no_second_step(programme: Programme, settings: LazySettings) -> None:
    settings.DEMO = True
    client = client_for(make_person(programme, "officer", is_demo=True), second_factor=False)
    assert client.get(reverse("people:list", args=["samgau"])).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_an_officer_sets_it_up_uses_it_and_switches_it_off() -> None:
    programme = make_programme()
    person = make_person(programme, "officer", password=PASSWORD)
    client = signed_in(person)
    tasks = reverse("people:list", args=["samgau"])
    assert client.get(tasks).headers["Location"] == reverse(ACTIVATE)
    assert client.post(reverse(ACTIVATE), {"code": "000000"}).status_code == 200
    secret = activate(client)
    codes = client.get(reverse("mfa_view_recovery_codes"))
    assert len(codes.context["unused_codes"]) == 10
    assert codes.context["unused_codes"][0] in client.get(reverse("mfa_download_recovery_codes")).content.decode()
    assert client.get(tasks).status_code == 200

    # The next sign-in asks for the code.
    cache.clear()
    again = Client()
    answer = again.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert again.get(tasks).headers["Location"].startswith(reverse("account_login"))
    assert again.get(reverse("mfa_authenticate")).status_code == 200
    assert again.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert again.post(reverse("mfa_authenticate"), {"code": codes.context["unused_codes"][0]}).status_code == 302
    assert again.get(tasks).status_code == 200
    assert secret

    # Switched off, it is asked for at once, in the very session that had passed it.
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.get(reverse("mfa_generate_recovery_codes")).status_code == 200
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert client.get(tasks).headers["Location"] == reverse(ACTIVATE)
    subjects = list(OutboxMail.objects.order_by("pk").values_list("subject", flat=True))
    assert subjects == ["Второй шаг при входе включён", "Второй шаг при входе выключен"]
    assert "Если это были не вы" in OutboxMail.objects.latest("pk").body


@pytest.mark.django_db(transaction=True)
def test_an_old_session_confirms_itself_before_it_changes_the_protection() -> None:
    person = make_person(make_programme(), "officer", password=PASSWORD)
    client = signed_in(person)
    session = client.session
    for record in (records := session["account_authentication_methods"]):
        record["at"] -= 3600
    session["account_authentication_methods"] = records
    session.save()
    asked = client.get(reverse(ACTIVATE))
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    page = client.get(asked.headers["Location"])
    assert "Это вы?" in page.content.decode()
    assert client.post(asked.headers["Location"], {"password": "не тот"}).status_code == 200
    confirmed = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": reverse(ACTIVATE)})
    assert confirmed.headers["Location"] == reverse(ACTIVATE)
    activate(client)
    assert client.get(reverse("mfa_reauthenticate")).status_code == 200


def test_an_invited_officer_is_not_asked_for_the_new_password_twice(programme: Programme, client: Client) -> None:
    invitation = make_invitation(programme, "officer")
    address = reverse("invitation", kwargs={"token": token_of(invitation)})
    inside = client.post(address, {"full_name": "Асель", "password": PASSWORD})
    assert client.get(inside.headers["Location"]).headers["Location"] == reverse(ACTIVATE)
    page = client.get(reverse(ACTIVATE))
    assert page.status_code == 200
    assert "needs a second step" not in page.content.decode()
    assert re.search("второй шаг", page.content.decode())


@pytest.mark.parametrize("name", ["mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"])
def test_pages_of_the_second_step_work_without_one(programme: Programme, name: str) -> None:
    client = client_for(make_person(programme, "mentor"))
    assert client.get(reverse(name)).status_code in {200, 302, 404}


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
@pytest.mark.parametrize(
    "prefix",
    [
        "account/email/password_changed",
        "account/email/password_reset",
        "mfa/email/totp_activated",
        "mfa/email/totp_deactivated",
        "mfa/email/recovery_codes_generated",
    ],
)
def test_letters_about_the_account_are_whole_in_every_language(prefix: str, language: str) -> None:
    person = make_person(None, name="Асель", language=language)
    AccountAdapter().send_notification_mail(prefix, person)
    letter = OutboxMail.objects.get()
    assert letter.subject
    assert "Асель" in letter.body
    assert reverse("account_reset_password") in letter.body
    english = "If it was not you" in letter.body
    assert english == (language == "en")


def test_the_secret_of_the_second_step_is_not_readable_in_the_database() -> None:
    adapter = SecondFactorAdapter()
    kept = adapter.encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in kept
    assert adapter.decrypt(kept) == "JBSWY3DPEHPK3PXP"
