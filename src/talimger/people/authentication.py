"""Signing in: by address and password, never by signing up; demo people only in the demo; letters through the outbox."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from talimger.kernel.outbox import queue_mail
from talimger.people.models import User


class PersonBackend(AuthenticationBackend):
    """allauth's sign-in, closed to demo people unless this installation is a demo."""

    def get_user(self, user_id: Any) -> User | None:
        person = User.objects.filter(pk=user_id).first()
        return person if person is not None and self.user_can_authenticate(person) else None

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        if not isinstance(user, User) or not user.is_active:
            return False
        return settings.DEMO or not user.is_demo


class AccountAdapter(DefaultAccountAdapter):
    """allauth's behaviour as this house needs it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from invitations only."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the letter in its reader's language instead of sending it within the request."""
        person = User.objects.filter(email__iexact=email).first()
        language = person.language if person else translation.get_language() or settings.LANGUAGE_CODE
        with translation.override(language):
            words = {"email": email, "person": person, **context}
            queue_mail(
                purpose="account",
                to_email=email,
                to_name=person.full_name if person else "",
                subject=render_to_string(f"{template_prefix}_subject.txt", words),
                body=render_to_string(f"{template_prefix}_message.txt", words),
                language=language[:2],
                now=timezone.now(),
            )


class SecondFactorAdapter(DefaultMFAAdapter):
    """Names this installation in the authenticator app."""

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return str(getattr(user, "email", ""))

    def _get_site_name(self) -> str:
        return "Talimger"
