"""Invitations: written, renewed, withdrawn, accepted."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.events import publish
from talimger.kernel.policies import Actor, fetch, require
from talimger.people.commands._rows import address_of, known_language, name_of, save_row
from talimger.people.invitations import InvitationState, find_invitation, fresh_nonce, queue_letter
from talimger.people.models import Invitation, Organisation, Programme, RoleAssignment, User
from talimger.people.policies import roles_to_invite_to


@command("people.invite")
def invite(
    *, actor: Actor, full_name: str, email: str, role: str, language: str = "", organisation: Organisation | None = None
) -> Invitation:
    """Open a door for one person and write them a letter. A role that they hold already needs no invitation."""
    require(actor, "people.invite")
    if role not in roles_to_invite_to(actor):
        raise DomainError(_("You cannot invite to this role. Ask an officer or an administrator to do it."), code="role", field="role")
    programme = Programme.objects.get(pk=actor.programme_key)
    address = address_of(email)
    held = RoleAssignment.objects.filter(RoleAssignment.current(timezone.localdate(actor.now)), person__email__iexact=address, role=role)
    if held.exists():
        raise DomainError(_("This person holds this role already."), code="holds_role", field="email")
    if organisation is not None:
        organisation = fetch(actor, "people.organisation.edit", pk=organisation.pk)
    invitation = Invitation(
        programme=programme,
        full_name=name_of(full_name),
        email=address,
        role=role,
        organisation=organisation,
        language=known_language(language, programme),
        nonce=fresh_nonce(),
        created_by_id=actor.user_id,
        created_at=actor.now,
        expires_at=_last_moment(programme, actor.now),
    )
    save_row(invitation, field="email")
    queue_letter(invitation, programme, now=actor.now)
    return invitation


@command("people.invitation.renew")
def renew_invitation(*, actor: Actor, key: int) -> Invitation:
    """Give an invitation a new link and its full time again, and write once more. The links sent before stop working."""
    invitation = _locked(actor, "people.invitation.renew", key)
    if invitation.accepted_at is not None:
        raise DomainError(_("%(name)s has accepted this invitation already.") % {"name": invitation.full_name}, code="accepted")
    programme = Programme.objects.get(pk=actor.programme_key)
    invitation.nonce = fresh_nonce()
    invitation.withdrawn_at = None
    invitation.expires_at = _last_moment(programme, actor.now)
    save_row(invitation)
    queue_letter(invitation, programme, now=actor.now)
    return invitation


@command("people.invitation.withdraw")
def withdraw_invitation(*, actor: Actor, key: int) -> Invitation:
    """Close the door before anybody came through it. Doing it twice is doing it once."""
    invitation = _locked(actor, "people.invitation.withdraw", key)
    if invitation.accepted_at is not None:
        raise DomainError(
            _("%(name)s has accepted this invitation already. End the role instead.") % {"name": invitation.full_name}, code="accepted"
        )
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at = actor.now
        save_row(invitation)
    return invitation


@command("people.invitation.accept")
def accept_invitation(*, actor: Actor, token: str, full_name: str = "", password: str = "", language: str = "") -> Invitation:
    """Come in through the door, once: as the person who is signed in, or with a new account.

    Raises ``DomainError`` with the state of the invitation as its code when it is not open any more, and ``account_exists``
    when the address has an account whose owner has to sign in first.
    """
    invitation = Invitation.objects.select_for_update().get(pk=find_invitation(token).pk)
    state = InvitationState.of(invitation, actor.now)
    if state is not InvitationState.OPEN:
        raise DomainError(_("This invitation is not open any more."), code=state)
    owner = User.objects.filter(email__iexact=invitation.email).first()
    if owner is None and actor.user_id is None:
        person = _new_account(invitation, full_name, password, language, actor.now)
    elif owner is not None and owner.pk == actor.user_id:
        person = owner
    else:
        raise DomainError(_("This address has an account already. Sign in with it, then accept the invitation."), code="account_exists")
    _give(invitation, person, timezone.localdate(actor.now))
    invitation.accepted_at, invitation.accepted_by = actor.now, person
    save_row(invitation)
    publish(
        "people.invitation_accepted",
        now=actor.now,
        programme_id=invitation.programme_id,
        invitation=invitation.pk,
        person=person.pk,
        role=invitation.role,
    )
    return invitation


def _new_account(invitation: Invitation, full_name: str, password: str, language: str, now: dt.datetime) -> User:
    person = User(
        email=invitation.email, full_name=name_of(full_name), language=known_language(language or invitation.language), joined_at=now
    )
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise DomainError(" ".join(error.messages), code="password", field="password") from error
    person.set_password(password)
    save_row(person)
    return person


def _give(invitation: Invitation, person: User, today: dt.date) -> None:
    """The invited role from today, unless the person holds it already."""
    if RoleAssignment.objects.filter(RoleAssignment.current(today), person=person, role=invitation.role).exists():
        return
    save_row(
        RoleAssignment(
            programme_id=invitation.programme_id,
            person=person,
            role=invitation.role,
            organisation_id=invitation.organisation_id,
            starts_on=today,
        )
    )


def _locked(actor: Actor, action: str, key: int) -> Invitation:
    invitation: Invitation = fetch(actor, action, Invitation.objects.select_for_update(), pk=key)
    return invitation


def _last_moment(programme: Programme, now: dt.datetime) -> dt.datetime:
    return now + dt.timedelta(days=programme.invitation_days)
