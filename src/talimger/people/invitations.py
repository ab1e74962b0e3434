"""The link of an invitation, its state, and what is written to who is invited."""

from __future__ import annotations

import datetime as dt
import enum
import re

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import get_random_string
from django.utils.formats import date_format
from django.utils.timezone import localtime

from talimger.kernel.models import OutboxMail
from talimger.kernel.outbox import queue_mail
from talimger.kernel.tenancy import across_programmes
from talimger.people.models import Invitation, Programme
from talimger.people.roles import Role

LETTER = "invitation"
# The whole link is signed and nothing secret is stored: a copy of the database opens no door. The dot keeps the link in
# one piece in messengers.
_signer = signing.Signer(salt="people.invitation", sep=".")
# Every address with a door in it: invitations, applications, candidates' own pages, trainers' forms.
_LINK = re.compile(r"/(i|a|me|t)/[^\s/]{20,}/")


class InvitationState(enum.StrEnum):
    """What an invitation can be asked for now."""

    OPEN = "open"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"

    @classmethod
    def of(cls, invitation: Invitation, now: dt.datetime) -> InvitationState:
        if invitation.accepted_at is not None:
            return cls.ACCEPTED
        if invitation.withdrawn_at is not None:
            return cls.WITHDRAWN
        return cls.OPEN if now < invitation.expires_at else cls.EXPIRED

    def rows(self, now: dt.datetime) -> Q:
        """The same as a condition on rows."""
        waiting = Q(accepted_at=None, withdrawn_at=None)
        return {
            InvitationState.OPEN: waiting & Q(expires_at__gt=now),
            InvitationState.EXPIRED: waiting & Q(expires_at__lte=now),
            InvitationState.ACCEPTED: Q(accepted_at__isnull=False),
            InvitationState.WITHDRAWN: Q(withdrawn_at__isnull=False),
        }[self]


class BadLinkError(Exception):
    """Not a link of ours: cut short, changed, or signed by another installation."""


class ReplacedLinkError(Exception):
    """A link of ours that a newer one has replaced."""


def fresh_nonce() -> str:
    """The random part of a link: a renewed invitation gets another one, and its old links die."""
    return get_random_string(16)


def token_of(invitation: Invitation) -> str:
    return _signer.sign_object([invitation.pk, invitation.nonce])


def link_of(invitation: Invitation) -> str:
    """The whole address, to be passed on."""
    path = reverse("invitation", kwargs={"token": token_of(invitation)})
    return f"{settings.BASE_URL}{path}"


def find_invitation(token: str) -> Invitation:
    """The invitation behind a link, whatever its state. Raises ``BadLinkError`` or ``ReplacedLinkError``."""
    key, nonce = read_token(token)
    with across_programmes():
        invitation = Invitation.objects.select_related("programme", "organisation", "created_by").filter(pk=key).first()
    if invitation is None:
        raise BadLinkError
    if invitation.nonce != nonce:
        raise ReplacedLinkError
    return invitation


def read_token(token: str) -> tuple[int, str]:
    """The key and the random part that a link was signed with. Raises ``BadLinkError``."""
    try:
        key, nonce = _signer.unsign_object(token)
    except signing.BadSignature as error:
        raise BadLinkError from error
    return key, nonce


def words_for(invitation: Invitation, programme: Programme) -> dict[str, str]:
    """What the letter and the text for messengers say, in the language that is active. The sender's name may be empty."""
    return {
        "name": invitation.full_name,
        "sender": invitation.created_by.full_name if invitation.created_by else "",
        "programme": programme.name.text(),
        "role": str(Role(invitation.role).label),
        "link": link_of(invitation),
        "until": date_format(localtime(invitation.expires_at), "DATE_FORMAT"),
        "contact": programme.contact_email,
    }


def queue_letter(invitation: Invitation, programme: Programme, *, now: dt.datetime) -> OutboxMail:
    """Put the invitation into the outbox, in the language of who is invited."""
    with translation.override(invitation.language):
        words = words_for(invitation, programme)
        return queue_mail(
            purpose=LETTER,
            to_email=invitation.email,
            to_name=invitation.full_name,
            subject=render_to_string("people/mail/invitation_subject.txt", words),
            body=render_to_string("people/mail/invitation.txt", words),
            language=invitation.language,
            now=now,
            programme_id=programme.pk,
        )


def text_to_share(invitation: Invitation, programme: Programme) -> str:
    """A few lines for WhatsApp or Telegram, in the language of who is invited."""
    with translation.override(invitation.language):
        return render_to_string("people/mail/invitation_share.txt", words_for(invitation, programme)).strip()


def without_links(text: str) -> str:
    """A letter's text in which no personal link can be opened by who reads over the shoulder."""
    return _LINK.sub(r"/\1/•••/", text)
