"""Inviting: what the commands promise, whoever calls them and however often."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import Http404
from django.utils import timezone

from talimger.kernel.errors import DomainError
from talimger.kernel.models import AuditEntry, Event, OutboxMail
from talimger.kernel.policies import Actor
from talimger.kernel.tenancy import programme_scope
from talimger.people.commands import accept_invitation, invite, renew_invitation, withdraw_invitation
from talimger.people.invitations import InvitationState, ReplacedLinkError, find_invitation, link_of, text_to_share, token_of
from talimger.people.models import Invitation, Programme, RoleAssignment, User
from tests.factories.people import PASSWORD, actor_of, give, make_invitation, make_organisation, make_person, make_programme

pytestmark = pytest.mark.django_db


def nobody(programme: Programme, now: dt.datetime | None = None) -> Actor:
    """Who opens a link without being signed in."""
    return Actor(user_id=None, programme_id=programme.pk, roles=frozenset(), now=now or timezone.now())


def test_an_invitation_queues_a_letter_and_lasts_as_long_as_the_programme_says(programme: Programme) -> None:
    programme.invitation_days = 5
    programme.save()
    actor = actor_of(make_person(programme, "officer", name="Жанна Сейтжанова"), programme)
    invitation = invite(actor=actor, full_name="  Асель   Ким ", email="Asel@Example.ORG", role="assessor", language="kk")
    letter = OutboxMail.objects.get()
    assert (invitation.full_name, invitation.email) == ("Асель Ким", "asel@example.org")
    assert invitation.expires_at == actor.now + dt.timedelta(days=5)
    assert (letter.to_email, letter.language, letter.programme) == ("asel@example.org", "kk", programme)
    assert link_of(invitation) in letter.body
    assert "Жанна Сейтжанова" in letter.body


@pytest.mark.parametrize(
    ("language", "greeting", "subject"),
    [
        ("ru", "Здравствуйте, Асель!", "Программа samgau: вас приглашают"),
        ("kk", "Сәлеметсіз бе, Асель!", "samgau бағдарламасы: сізді шақырады"),
        ("en", "Hello, Асель!", "Programme samgau: you are invited"),
    ],
)
def test_the_letter_and_the_text_to_share_are_in_the_language_of_who_is_invited(
    programme: Programme, language: str, greeting: str, subject: str
) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    invitation = invite(actor=actor, full_name="Асель", email="asel@example.org", role="mentor", language=language)
    letter = OutboxMail.objects.get()
    assert letter.body.startswith(greeting)
    assert letter.subject == subject
    assert text_to_share(invitation, programme).startswith(greeting)
    assert link_of(invitation) in text_to_share(invitation, programme)


def test_an_unknown_language_becomes_the_programmes_first_one(programme: Programme) -> None:
    programme.languages = ["kk", "ru"]
    programme.save()
    actor = actor_of(make_person(programme, "officer"), programme)
    assert invite(actor=actor, full_name="А", email="a@example.org", role="mentor", language="xx").language == "kk"


def test_nobody_is_invited_twice_to_the_same_role_at_once(programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    invite(actor=actor, full_name="А", email="a@example.org", role="mentor")
    with pytest.raises(DomainError) as refused:
        invite(actor=actor, full_name="А", email="A@example.org", role="mentor")
    assert refused.value.field == "email"
    invite(actor=actor, full_name="А", email="a@example.org", role="trainer")
    assert OutboxMail.objects.count() == 2


def test_whoever_holds_the_role_needs_no_invitation(programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    make_person(programme, "mentor", email="mentor@example.org")
    with pytest.raises(DomainError):
        invite(actor=actor, full_name="А", email="Mentor@Example.org", role="mentor")
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "аsel@example.org", "a b@example.org"])
def test_a_wrong_address_is_named_and_nothing_is_written(programme: Programme, email: str) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    with pytest.raises(DomainError) as refused:
        invite(actor=actor, full_name="А", email=email, role="mentor")
    assert refused.value.field == "email"
    assert not Invitation.objects.exists()
    assert not OutboxMail.objects.exists()
    assert not AuditEntry.objects.filter(action="people.invite").exists()


def test_a_coordinator_cannot_make_somebody_more_powerful_than_themselves(programme: Programme) -> None:
    actor = actor_of(make_person(programme, "coordinator"), programme)
    for role in ("officer", "administrator", "safeguarding", "emperor"):
        with pytest.raises(DomainError) as refused:
            invite(actor=actor, full_name="А", email="a@example.org", role=role)
        assert refused.value.field == "role"
    assert invite(actor=actor, full_name="А", email="a@example.org", role="assessor").role == "assessor"


def test_an_organisation_of_another_programme_cannot_be_named(programme: Programme, other_programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    with pytest.raises(Http404):
        invite(actor=actor, full_name="А", email="a@example.org", role="mentor", organisation=make_organisation(other_programme))


def test_renewing_gives_a_new_link_and_the_full_time_and_kills_the_old_link(programme: Programme) -> None:
    invitation = make_invitation(programme, expires_at=timezone.now() - dt.timedelta(days=1))
    old = token_of(invitation)
    actor = actor_of(make_person(programme, "officer"), programme)
    renewed = renew_invitation(actor=actor, key=invitation.pk)
    assert InvitationState.of(renewed, actor.now) is InvitationState.OPEN
    with pytest.raises(ReplacedLinkError):
        find_invitation(old)
    assert find_invitation(token_of(renewed)) == invitation
    assert token_of(renewed) in OutboxMail.objects.get().body


def test_a_withdrawn_invitation_can_be_sent_again_unless_a_newer_one_is_open(programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    invitation = make_invitation(programme)
    assert withdraw_invitation(actor=actor, key=invitation.pk).withdrawn_at == actor.now
    withdraw_invitation(actor=actor, key=invitation.pk)
    newer = make_invitation(programme, email=invitation.email)
    with pytest.raises(DomainError):
        renew_invitation(actor=actor, key=invitation.pk)
    withdraw_invitation(actor=actor, key=newer.pk)
    assert renew_invitation(actor=actor, key=invitation.pk).withdrawn_at is None


def test_an_accepted_invitation_is_neither_renewed_nor_withdrawn(programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    invitation = make_invitation(programme, accepted_at=timezone.now())
    for command in (renew_invitation, withdraw_invitation):
        with pytest.raises(DomainError):
            command(actor=actor, key=invitation.pk)
    assert not OutboxMail.objects.exists()


def test_accepting_makes_the_account_gives_the_role_and_tells_the_house(programme: Programme) -> None:
    organisation = make_organisation(programme)
    invitation = make_invitation(programme, role="assessor", organisation=organisation, language="kk")
    accept_invitation(actor=nobody(programme), token=token_of(invitation), full_name=" Асель  Ким ", password=PASSWORD)
    person = User.objects.get()
    held = RoleAssignment.objects.get()
    event = Event.objects.get()
    assert (person.email, person.full_name, person.language) == (invitation.email, "Асель Ким", "kk")
    assert person.check_password(PASSWORD)
    assert (held.person, held.role, held.organisation, held.starts_on) == (person, "assessor", organisation, timezone.localdate())
    assert event.kind == "people.invitation_accepted"
    assert event.keys == {"invitation": invitation.pk, "person": person.pk, "role": "assessor"}
    assert AuditEntry.objects.get().action == "people.invitation.accept"


@pytest.mark.parametrize("password", ["", "short", "password123", "1234567890"])
def test_a_weak_password_is_refused_and_the_door_stays_open(programme: Programme, password: str) -> None:
    invitation = make_invitation(programme)
    with pytest.raises(DomainError) as refused:
        accept_invitation(actor=nobody(programme), token=token_of(invitation), full_name="Асель", password=password)
    invitation.refresh_from_db()
    assert refused.value.field == "password"
    assert invitation.accepted_at is None
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"accepted_at": timezone.now()}, InvitationState.ACCEPTED),
        ({"withdrawn_at": timezone.now()}, InvitationState.WITHDRAWN),
        ({"expires_at": timezone.now() - dt.timedelta(minutes=1)}, InvitationState.EXPIRED),
    ],
)
def test_a_door_that_is_not_open_lets_nobody_in(programme: Programme, values: dict[str, dt.datetime], code: InvitationState) -> None:
    invitation = make_invitation(programme, **values)
    with pytest.raises(DomainError) as refused:
        accept_invitation(actor=nobody(programme), token=token_of(invitation), full_name="Асель", password=PASSWORD)
    assert refused.value.code == code
    assert not User.objects.exists()


def test_an_account_is_never_taken_over_by_an_invitation_to_its_address(programme: Programme) -> None:
    owner = make_person(None, email="asel@example.org", password=PASSWORD)
    invitation = make_invitation(programme, email="asel@example.org")
    somebody = make_person(programme, "mentor")
    for actor in (nobody(programme), actor_of(somebody, programme)):
        with pytest.raises(DomainError) as refused:
            accept_invitation(actor=actor, token=token_of(invitation), full_name="Чужой", password="совсем-другой-пароль")
        assert refused.value.code == "account_exists"
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)
    assert not RoleAssignment.objects.filter(person=owner).exists()


def test_whoever_is_signed_in_cannot_make_a_second_account(programme: Programme) -> None:
    invitation = make_invitation(programme)
    somebody = make_person(programme, "mentor")
    with pytest.raises(DomainError):
        accept_invitation(actor=actor_of(somebody, programme), token=token_of(invitation), full_name="Я", password=PASSWORD)


def test_the_owner_of_an_account_accepts_and_keeps_it(programme: Programme) -> None:
    owner = make_person(None, name="Асель", email="asel@example.org")
    invitation = make_invitation(programme, email="asel@example.org", role="mentor")
    actor = Actor(user_id=owner.pk, programme_id=programme.pk, roles=frozenset(), now=timezone.now())
    accept_invitation(actor=actor, token=token_of(invitation))
    assert User.objects.count() == 1
    assert RoleAssignment.objects.get().person == owner


def test_a_role_given_meanwhile_is_not_given_twice(programme: Programme) -> None:
    owner = make_person(None, email="asel@example.org")
    invitation = make_invitation(programme, email="asel@example.org", role="mentor")
    give(owner, programme, "mentor")
    actor = Actor(user_id=owner.pk, programme_id=programme.pk, roles=frozenset(), now=timezone.now())
    accept_invitation(actor=actor, token=token_of(invitation))
    assert RoleAssignment.objects.filter(person=owner).count() == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_accept_at_once_one_gets_an_account(at_once: object) -> None:
    programme = make_programme()
    invitation = make_invitation(programme)
    token = token_of(invitation)

    def accept() -> Invitation:
        with programme_scope(programme):
            return accept_invitation(actor=nobody(programme), token=token, full_name="Асель", password=PASSWORD)

    results = at_once(accept, accept)  # type: ignore[operator]
    refused = [result for result in results if isinstance(result, DomainError)]
    assert [error.code for error in refused] == [InvitationState.ACCEPTED]
    assert User.objects.count() == 1
    with programme_scope(programme):
        assert RoleAssignment.objects.count() == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_invitations_of_one_address_accepted_at_once_make_one_account(at_once: object) -> None:
    programme = make_programme()
    tokens = [token_of(make_invitation(programme, role, email="asel@example.org")) for role in ("mentor", "assessor")]

    def accept(token: str) -> Invitation:
        with programme_scope(programme):
            return accept_invitation(actor=nobody(programme), token=token, full_name="Асель", password=PASSWORD)

    results = at_once(*(lambda token=token: accept(token) for token in tokens))  # type: ignore[operator]
    refused = [result for result in results if isinstance(result, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], DomainError)
    assert User.objects.count() == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_officers_who_invite_the_same_person_at_once_send_one_letter(at_once: object) -> None:
    programme = make_programme()
    actor = actor_of(make_person(programme, "officer"), programme)

    def send() -> Invitation:
        with programme_scope(programme):
            return invite(actor=actor, full_name="Асель", email="asel@example.org", role="mentor")

    results = at_once(send, send)  # type: ignore[operator]
    assert sorted(isinstance(result, DomainError) for result in results) == [False, True]
    assert OutboxMail.objects.count() == 1
