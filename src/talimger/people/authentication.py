"""Signing in: by address and password, never by signing up; demo people only in the demo; letters through the outbox."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation

from talimger.kernel.languages import LANGUAGE_CODES
from talimger.kernel.outbox import queue_mail
from talimger.people.models import User

BACKEND = "talimger.people.authentication.PersonBackend"


def enter(request: HttpRequest, person: User, *, typed_password: bool = False) -> None:
    """Sign a person in. Who has just typed their password is not asked for it again on the next page."""
    login(request, person, backend=BACKEND)
    if typed_password:
        record_authentication(request, person, method="password", email=person.email)


def may_sign_in(person: AbstractBaseUser | None) -> bool:
    """Whether this account can be entered at all: it is not closed, and demo people exist in the demo only."""
    if not isinstance(person, User) or not person.is_active:
        return False
    return settings.DEMO or not person.is_demo


class PersonBackend(AuthenticationBackend):
    """allauth's sign-in, closed to demo people unless this installation is a demo."""

    def get_user(self, user_id: Any) -> User | None:
        person = User.objects.filter(pk=user_id).first()
        return person if may_sign_in(person) else None

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        return may_sign_in(user)


class AccountAdapter(DefaultAccountAdapter):
    """allauth's behaviour as this house needs it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from invitations only."""
        return False

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **rest: Any) -> HttpResponse | None:
        """Show the page of closed accounts, without a half-open sign-in left behind."""
        if may_sign_in(user):
            return None
        clear_login(request)
        response: HttpResponse = self.respond_user_inactive(request, user)
        return response

    def is_reauthentication_required(self, *, app: str, **rest: Any) -> bool:
        """Ask for the password again before something delicate, unless it was typed within the last minutes."""
        freshest = max((each["at"] for each in get_authentication_records(self.request, self.request.user)), default=0)
        return bool(time.time() - freshest > account_settings.REAUTHENTICATION_TIMEOUT)

    def send_notification_mail(
        self, template_prefix: str, user: AbstractBaseUser, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the owner that the protection of their account has changed, whoever did it."""
        self.send_mail(template_prefix, email or str(getattr(user, "email", "")), {"at": timezone.now(), **(context or {})})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the letter in its reader's language instead of sending it within the request."""
        person = User.objects.filter(email__iexact=email).first()
        language = (person.language if person else translation.get_language() or settings.LANGUAGE_CODE)[:2]
        language = language if language in LANGUAGE_CODES else settings.LANGUAGE_CODE
        with translation.override(language):
            words = {"email": email, "person": person, "home": settings.BASE_URL, **context}
            queue_mail(
                purpose="account",
                to_email=email,
                to_name=person.full_name if person else "",
                subject=render_to_string(f"{template_prefix}_subject.txt", words),
                body=render_to_string(f"{template_prefix}_message.txt", words).strip() + "\n",
                language=language,
                now=timezone.now(),
            )


class SecondFactorAdapter(DefaultMFAAdapter):
    """Names this installation in the authenticator app; keeps the secrets of the second step encrypted.

    The key is derived from the installation's own: a copy of the database alone opens nobody's second step.
    """

    def encrypt(self, text: str) -> str:
        return _vault().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return _vault().decrypt(encrypted_text.encode("ascii")).decode()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return str(getattr(user, "email", ""))

    def _get_site_name(self) -> str:
        return "Talimger"


def _vault() -> Fernet:
    digest = hashlib.sha256(b"talimger.second-factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
