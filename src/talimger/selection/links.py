"""Personal links: the doors of people without an account. Whoever holds one is let in to one thing and no other.

The whole link is signed and nothing secret is stored: a copy of the database opens no door. Each purpose has a salt of its
own, so that the link of one never fits the other.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import get_random_string

from talimger.kernel.tenancy import across_programmes
from talimger.people.invitations import BadLinkError, ReplacedLinkError
from talimger.selection.models import Application, Candidate, PersonalLink

__all__ = [
    "BadLinkError",
    "ReplacedLinkError",
    "ensure_candidate_link",
    "find_application",
    "find_link",
    "fresh_nonce",
    "link_of",
    "resume_link_of",
    "resume_token_of",
    "token_of",
]

# The dot keeps a link in one piece in messengers.
_application_signer = signing.Signer(salt="selection.application", sep=".")
_signers = {purpose: signing.Signer(salt=f"selection.link.{purpose}", sep=".") for purpose in PersonalLink.Purpose.values}
# The pages behind the links, in entrance_urls.py.
_PAGES = {PersonalLink.Purpose.CANDIDATE: "portal:home", PersonalLink.Purpose.TRAINER: "portal:trainer"}


def fresh_nonce() -> str:
    """The random part of a link: whoever gets another one, their old link dies."""
    return get_random_string(16)


def token_of(link: PersonalLink) -> str:
    return _signers[link.purpose].sign_object([link.pk, link.nonce])


def link_of(link: PersonalLink) -> str:
    """The whole address behind a personal link, to be passed on."""
    path = reverse(_PAGES[PersonalLink.Purpose(link.purpose)], kwargs={"token": token_of(link)})
    return f"{settings.BASE_URL}{path}"


def find_link(token: str, purpose: str = PersonalLink.Purpose.CANDIDATE) -> PersonalLink:
    """The personal link behind a token. Raises ``BadLinkError``, or ``ReplacedLinkError`` when it was renewed or withdrawn.

    Whether it has expired is for the page to say: ``expires_at`` is on the row.
    """
    key, nonce = _read(_signers[purpose], token)
    with across_programmes():
        related = ("programme", "candidate__intake", "sheet__candidate__intake", "sheet__method", "sheet__assessor")
        link = PersonalLink.objects.select_related(*related).filter(pk=key, purpose=purpose).first()
    if link is None:
        raise BadLinkError
    if link.nonce != nonce or link.withdrawn_at is not None:
        raise ReplacedLinkError
    return link


def ensure_candidate_link(candidate: Candidate, *, now: dt.datetime) -> PersonalLink:
    """The candidate's own link, made now if there is none yet. Runs in the transaction of whoever asks."""
    link, _created = PersonalLink.objects.get_or_create(
        candidate=candidate,
        purpose=PersonalLink.Purpose.CANDIDATE,
        withdrawn_at=None,
        defaults={"programme_id": candidate.programme_id, "nonce": fresh_nonce(), "created_at": now},
    )
    return link


def resume_token_of(application: Application) -> str:
    return _application_signer.sign_object([application.pk, application.nonce])


def resume_link_of(application: Application) -> str:
    """The whole address at which an application is gone on with."""
    path = reverse("portal:form", kwargs={"token": resume_token_of(application)})
    return f"{settings.BASE_URL}{path}"


def find_application(token: str) -> Application:
    """The application behind a resume link, sent or not. Raises ``BadLinkError`` or ``ReplacedLinkError``."""
    key, nonce = _read(_application_signer, token)
    with across_programmes():
        application = Application.objects.select_related("programme", "intake", "candidate").filter(pk=key).first()
    if application is None:
        raise BadLinkError
    if application.nonce != nonce:
        raise ReplacedLinkError
    return application


def _read(signer: signing.Signer, token: str) -> tuple[int, str]:
    try:
        key, nonce = signer.unsign_object(token)
    except (signing.BadSignature, ValueError) as error:
        raise BadLinkError from error
    return key, nonce
