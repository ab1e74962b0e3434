"""The page behind an invitation's link: opened by people, by mail scanners and by whoever tries."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from talimger.kernel.tenancy import across_programmes
from talimger.people.invitations import BadLinkError, read_token, token_of
from talimger.people.models import Invitation, Programme, RoleAssignment, User
from talimger.people.setup import setup_token
from talimger.people.views import welcome
from tests.factories.people import PASSWORD, client_for, make_invitation, make_person

pytestmark = pytest.mark.django_db


def address(invitation: Invitation) -> str:
    return reverse("invitation", kwargs={"token": token_of(invitation)})


def fill_in(**values: str) -> dict[str, str]:
    return {"full_name": "Асель Ким", "password": PASSWORD, **values}


def test_the_page_says_who_invites_into_what_and_as_whom(programme: Programme, client: Client) -> None:
    sender = make_person(programme, "officer", name="Жанна Сейтжанова")
    page = client.get(address(make_invitation(programme, "assessor", created_by=sender))).content.decode()
    for words in ("Жанна Сейтжанова", "Программа samgau", "Оценщик", programme.contact_email):
        assert words in page


@pytest.mark.parametrize(("language", "role"), [("ru", "Оценщик"), ("kk", "Бағалаушы"), ("en", "Assessor")])
def test_the_page_speaks_the_language_of_who_is_invited(programme: Programme, client: Client, language: str, role: str) -> None:
    response = client.get(address(make_invitation(programme, "assessor", language=language)), HTTP_ACCEPT_LANGUAGE="de")
    assert f'<html lang="{language}"' in response.content.decode()
    assert role in response.content.decode()
    assert response.headers["Content-Language"] == language


def test_the_language_switch_wins_and_becomes_the_accounts_language(programme: Programme, client: Client) -> None:
    invitation = make_invitation(programme, language="ru")
    client.post(reverse("shell:language"), {"language": "kk", "next": address(invitation)})
    assert '<html lang="kk"' in client.get(address(invitation)).content.decode()
    client.post(address(invitation), fill_in())
    assert User.objects.get().language == "kk"


def test_a_wrong_language_in_the_cookie_changes_nothing(programme: Programme, client: Client) -> None:
    client.cookies["language"] = "../xx"
    assert '<html lang="kk"' in client.get(address(make_invitation(programme, language="kk"))).content.decode()


def test_opening_the_link_however_often_spends_nothing(programme: Programme, client: Client) -> None:
    invitation = make_invitation(programme)
    for _time in range(3):
        assert client.get(address(invitation)).status_code == 200
        assert client.head(address(invitation)).status_code == 200
    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    assert not User.objects.exists()


def test_a_name_and_a_password_lead_inside(programme: Programme, client: Client) -> None:
    invitation = make_invitation(programme, "mentor")
    response = client.post(address(invitation), fill_in())
    assert response.status_code == 303
    assert response.headers["Location"] == reverse("home:tasks", args=["samgau"])
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_a_double_click_makes_one_account(programme: Programme) -> None:
    invitation = make_invitation(programme)
    first, second = Client(), Client()
    assert first.post(address(invitation), fill_in()).status_code == 303
    assert second.post(address(invitation), fill_in()).status_code == 410
    assert User.objects.count() == 1
    assert RoleAssignment.objects.count() == 1


def test_a_door_that_closes_between_page_and_post_is_told_so(programme: Programme, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    invitation = make_invitation(programme)
    real = welcome.accept_invitation

    def somebody_was_quicker(**values: object) -> object:
        Invitation.objects.update(withdrawn_at=timezone.now())
        return real(**values)

    monkeypatch.setattr(welcome, "accept_invitation", somebody_was_quicker)
    assert client.post(address(invitation), fill_in()).status_code == 410
    assert not User.objects.exists()


def test_what_was_typed_is_kept_but_for_the_password(programme: Programme, client: Client) -> None:
    response = client.post(address(make_invitation(programme)), fill_in(full_name="Асель Нур", password="short"))
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="Асель Нур"' in page
    assert "short" not in page
    assert not User.objects.exists()


def test_an_empty_form_is_refused(programme: Programme, client: Client) -> None:
    assert client.post(address(make_invitation(programme)), {"full_name": ""}).status_code == 422


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"accepted_at": timezone.now()}, "уже принято"),
        ({"withdrawn_at": timezone.now()}, "отозвано"),
        ({"expires_at": timezone.now() - dt.timedelta(hours=1)}, "Срок приглашения истёк"),
    ],
)
def test_a_closed_door_says_why_and_whom_to_ask(programme: Programme, client: Client, values: dict[str, object], words: str) -> None:
    invitation = make_invitation(programme, **values)
    for response in (client.get(address(invitation)), client.post(address(invitation), fill_in())):
        assert response.status_code == 410
        assert words in response.content.decode()
        assert programme.contact_email in response.content.decode()


def test_an_older_link_points_to_the_newer_one(programme: Programme, client: Client) -> None:
    invitation = make_invitation(programme)
    old = address(invitation)
    Invitation.objects.update(nonce="another")
    assert client.get(old).status_code == 410


def test_a_link_whose_invitation_is_gone_is_no_link(programme: Programme, client: Client) -> None:
    invitation = make_invitation(programme)
    old = address(invitation)
    invitation.delete()
    assert client.get(old).status_code == 404


@pytest.mark.parametrize("token", ["x", "a.b", "WzEsMV0.x", "%00", "%F0%9F%98%80", "a" * 3000, ".", "…"])
def test_a_broken_link_is_a_clear_page(programme: Programme, client: Client, token: str) -> None:
    for response in (client.get(f"/i/{token}/"), client.post(f"/i/{token}/", fill_in())):
        assert response.status_code == 404
    assert "<h1>" in response.content.decode()


def test_a_token_signed_for_another_purpose_or_by_another_key_is_no_link(programme: Programme, client: Client) -> None:
    invitation = make_invitation(programme)
    foreign = signing.Signer(key="another installation", salt="people.invitation", sep=".").sign_object([invitation.pk, invitation.nonce])
    for token in (foreign, setup_token(), signing.dumps([invitation.pk, invitation.nonce])):
        assert client.get(f"/i/{token}/").status_code == 404


@given(st.text(min_size=1))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    with pytest.raises(BadLinkError):
        read_token(text)


@given(data=st.data())
def test_a_token_with_one_changed_letter_is_no_token(data: st.DataObject) -> None:
    whole = signing.Signer(salt="people.invitation", sep=".").sign_object([1, "nonce"])
    place = data.draw(st.integers(0, len(whole) - 1))
    letter = data.draw(st.characters().filter(lambda each: each != whole[place]))
    changed = whole[:place] + letter + whole[place + 1 :]
    # The last letter of the signature carries two bits that mean nothing; none of its twins opens the door either.
    with pytest.raises(BadLinkError):
        read_token(changed)


def test_somebody_with_an_account_signs_in_first_and_comes_back(programme: Programme, client: Client) -> None:
    make_person(None, email="asel@example.org", password=PASSWORD)
    invitation = make_invitation(programme, "mentor", email="Asel@example.org")
    page = client.get(address(invitation)).content.decode()
    assert f"{reverse('account_login')}?next=/i/" in page
    assert "new-password" not in page
    refused = client.post(address(invitation), fill_in())
    assert refused.status_code == 302
    assert refused.headers["Location"].startswith(reverse("account_login"))
    entered = client.post(reverse("account_login"), {"login": "asel@example.org", "password": PASSWORD, "next": address(invitation)})
    assert entered.headers["Location"] == address(invitation)
    assert "Принять" in client.get(address(invitation)).content.decode()
    assert client.post(address(invitation)).status_code == 303
    assert RoleAssignment.objects.get().role == "mentor"
    assert User.objects.count() == 1


def test_accepting_twice_as_the_owner_gives_one_role(programme: Programme) -> None:
    owner = make_person(None, email="asel@example.org")
    invitation = make_invitation(programme, "mentor", email="asel@example.org")
    client = client_for(owner)
    assert client.post(address(invitation)).status_code == 303
    assert client.post(address(invitation)).status_code == 410
    assert RoleAssignment.objects.filter(person=owner).count() == 1


def test_the_owner_is_told_when_the_door_closes_at_the_last_moment(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = make_person(None, email="asel@example.org")
    invitation = make_invitation(programme, "mentor", email="asel@example.org")
    real = welcome.accept_invitation

    def too_late(**values: object) -> object:
        Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
        return real(**values)

    monkeypatch.setattr(welcome, "accept_invitation", too_late)
    assert client_for(owner).post(address(invitation)).status_code == 410


def test_whoever_is_signed_in_as_another_is_asked_to_sign_out(programme: Programme) -> None:
    invitation = make_invitation(programme, "mentor")
    client = client_for(make_person(programme, "officer"))
    for response in (client.get(address(invitation)), client.post(address(invitation), fill_in())):
        assert response.status_code == 200
        assert address(invitation) in response.content.decode()
    assert not RoleAssignment.objects.filter(role="mentor").exists()


def test_a_closed_account_gets_no_role(programme: Programme, client: Client) -> None:
    owner = make_person(None, email="asel@example.org")
    User.objects.filter(pk=owner.pk).update(is_active=False)
    response = client.get(address(make_invitation(programme, email="asel@example.org")))
    assert response.status_code == 410


def test_the_link_leads_into_its_own_programme_only(programme: Programme, other_programme: Programme, client: Client) -> None:
    invitation = make_invitation(other_programme, "mentor")
    response = client.post(address(invitation), fill_in())
    assert response.headers["Location"] == reverse("home:tasks", args=["tengri"])
    with across_programmes():
        assert RoleAssignment.objects.get().programme == other_programme
    assert client.get(reverse("people:list", args=["samgau"])).status_code == 404
