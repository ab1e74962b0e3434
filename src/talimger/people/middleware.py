"""What every request passes: the person's language, the wall of the programme, the second factor."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from talimger.kernel.languages import LANGUAGE_CODES
from talimger.kernel.tenancy import programme_scope
from talimger.people.models import Programme, User
from talimger.people.queries import actor_for
from talimger.people.roles import SECOND_FACTOR_ROLES
from talimger.people.second_factor import lacks_second_factor

GetResponse = Callable[[HttpRequest], HttpResponse]
_LANGUAGES = frozenset(LANGUAGE_CODES)
PROGRAMME_PATH = re.compile(r"^/p/(?P<slug>[^/]{1,60})/")


class PersonLanguageMiddleware:
    """Answer in the language that the person chose: here (cookie), else in their account, else what the browser asks for.

    A choice made with the switch is kept in the account as well, so that letters and other devices follow it. The cookie
    alone changes no account: it may be another person's choice on a shared computer.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        person = request.user if isinstance(request.user, User) else None
        if cookie in _LANGUAGES:
            language = cookie
        elif person is not None:
            language = person.language
        else:
            language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        chosen = response.cookies.get(settings.LANGUAGE_COOKIE_NAME)
        if person is not None and chosen is not None and chosen.value in _LANGUAGES:
            User.objects.filter(pk=person.pk).exclude(language=chosen.value).update(language=chosen.value)
        return response


class ProgrammeScopeMiddleware:
    """Under ``/p/<programme>/`` a request works as an ``Actor`` within that programme, or finds nothing there.

    A programme in which the person holds no role answers exactly as one that does not exist.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.programme = request.actor = None  # type: ignore[attr-defined]  # typed by ProgrammeRequest
        match = PROGRAMME_PATH.match(request.path_info)
        if match is None:
            return self.get_response(request)
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        programme = Programme.objects.filter(slug=match["slug"]).first()
        actor = actor_for(request.user, programme, now=timezone.now()) if programme else None
        if programme is None or actor is None:
            return self.get_response(request)
        if lacks_second_factor(request, request.user, actor.roles & SECOND_FACTOR_ROLES):
            messages.info(request, _("Your role opens other people's records, so it needs a second step at sign-in. Set it up once."))
            return redirect("mfa_activate_totp")
        request.programme, request.actor = programme, actor  # type: ignore[attr-defined]  # typed by ProgrammeRequest
        with programme_scope(programme):
            response = self.get_response(request)
        # On a shared computer the next person must not read these pages with the back button.
        add_never_cache_headers(response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """No view of a programme runs without an actor: forgetting the check cannot open a door."""
        if PROGRAMME_PATH.match(request.path_info) and getattr(request, "actor", None) is None:
            raise Http404
