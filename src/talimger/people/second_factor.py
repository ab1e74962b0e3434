"""Whether a person who opens other people's records has a second factor."""

from __future__ import annotations

from collections.abc import Collection

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest

from talimger.people.models import User

_SESSION_KEY = "second_factor_seen"


def lacks_second_factor(request: HttpRequest, person: User, sensitive_roles: Collection[str]) -> bool:
    """True when one of the roles asks for a second factor and the account has none. Never in the demo: it has no secrets."""
    if settings.DEMO or not sensitive_roles:
        return False
    # The answer is asked of the database once a session, not once a page; removing the factor forgets it.
    if request.session.get(_SESSION_KEY):
        return False
    if is_mfa_enabled(person):
        request.session[_SESSION_KEY] = True
        return False
    return True


def forget_second_factor(request: HttpRequest) -> None:
    """Ask the database again on the next page."""
    request.session.pop(_SESSION_KEY, None)
