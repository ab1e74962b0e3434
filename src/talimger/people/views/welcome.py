"""The page behind the link of an invitation. Opening it changes nothing; a POST spends it, once."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from talimger.kernel.errors import DomainError
from talimger.kernel.policies import Actor
from talimger.kernel.tenancy import programme_scope
from talimger.people.authentication import enter, may_sign_in
from talimger.people.commands import accept_invitation
from talimger.people.forms.account import WelcomeForm
from talimger.people.http import see_other
from talimger.people.invitations import BadLinkError, InvitationState, ReplacedLinkError, find_invitation
from talimger.people.models import Invitation, User
from talimger.people.views._answers import show

# 410: there was something at this address, and there will be nothing again.
GONE = 410


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def invitation_link(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites, into which programme, to which role; a name and a password, and one is inside."""
    try:
        invitation = find_invitation(token)
    except BadLinkError:
        return render(request, "people/welcome_closed.html", {"reason": "unknown"}, status=404)
    except ReplacedLinkError:
        return render(request, "people/welcome_closed.html", {"reason": "replaced"}, status=GONE)
    # The page speaks the invited person's language until they choose another one with the switch.
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    language = language if language in dict(settings.LANGUAGES) else invitation.language
    with translation.override(language), programme_scope(invitation.programme):
        request.programme = invitation.programme  # type: ignore[attr-defined]  # the frame shows whose page this is
        response = _answer(request, token, invitation, language)
        response.headers["Content-Language"] = language
        return response


def _answer(request: HttpRequest, token: str, invitation: Invitation, language: str) -> HttpResponse:
    state = InvitationState.of(invitation, timezone.now())
    if state is not InvitationState.OPEN:
        return _closed(request, invitation, state)
    owner = User.objects.filter(email__iexact=invitation.email).first()
    if owner is not None and not may_sign_in(owner):
        return _closed(request, invitation, "account_closed")
    visitor = request.user if isinstance(request.user, User) else None
    if visitor is not None and visitor != owner:
        return render(request, "people/welcome_other.html", {"invitation": invitation})
    if owner is None:
        return _join(request, token, invitation, language)
    if request.method != "POST":
        return render(request, "people/welcome_known.html", {"invitation": invitation, "signed_in": visitor is not None})
    if visitor is None:
        return redirect_to_login(request.get_full_path())
    return _accept(request, token, invitation, language)


def _join(request: HttpRequest, token: str, invitation: Invitation, language: str) -> HttpResponse:
    """A new account: the form, and on POST the account itself."""
    form = WelcomeForm(request.POST or None, initial={"full_name": invitation.full_name})
    if request.method == "POST" and form.is_valid():
        try:
            return _enter(request, token, invitation, language, **form.cleaned_data)
        except DomainError as error:
            if error.code in set(InvitationState):
                return _closed(request, invitation, error.code)
            form.add_error(error.field if error.field in form.fields else None, error.message)
    return show(request, "people/welcome.html", form, invitation=invitation)


def _accept(request: HttpRequest, token: str, invitation: Invitation, language: str) -> HttpResponse:
    """Somebody who has an account and is signed in with it."""
    try:
        return _enter(request, token, invitation, language)
    except DomainError as error:
        if error.code not in set(InvitationState):
            raise
        return _closed(request, invitation, error.code)


def _enter(
    request: HttpRequest, token: str, invitation: Invitation, language: str, full_name: str = "", password: str = ""
) -> HttpResponse:
    visitor = request.user if isinstance(request.user, User) else None
    actor = Actor(user_id=visitor.pk if visitor else None, programme_id=invitation.programme_id, roles=frozenset(), now=timezone.now())
    accepted = accept_invitation(actor=actor, token=token, full_name=full_name, password=password, language=language)
    assert accepted.accepted_by is not None
    if visitor is None:
        enter(request, accepted.accepted_by, typed_password=True)
    return see_other(reverse("home:tasks", args=[invitation.programme.slug]))


def _closed(request: HttpRequest, invitation: Invitation, reason: str) -> HttpResponse:
    """Why the door is closed and whom to ask."""
    return render(request, "people/welcome_closed.html", {"invitation": invitation, "reason": reason}, status=GONE)
