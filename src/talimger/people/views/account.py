"""Signing in, one's own settings, and allauth's doors that this house keeps shut."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView
from allauth.mfa.totp.views import deactivate_totp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from talimger.kernel.policies import Actor
from talimger.people.authentication import enter
from talimger.people.commands import update_my_settings
from talimger.people.demo_doors import demo_doors
from talimger.people.forms.account import MySettingsForm
from talimger.people.http import see_other
from talimger.people.models import User
from talimger.people.queries import account_values, demo_people
from talimger.people.second_factor import forget_second_factor
from talimger.people.views._answers import carry_out, show


class SignInView(LoginView):  # type: ignore[misc]  # allauth ships no types
    """allauth's page; in the demo with one button for each role above it."""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**context)
        return found | {"demo_doors": demo_doors() if settings.DEMO else []}


sign_in = SignInView.as_view()


@require_POST
def demo_enter(request: HttpRequest) -> HttpResponse:
    """Walk in as one of the demo's people, by role or by key. Outside a demo there is no such address."""
    if not settings.DEMO:
        raise Http404
    by_role = {role.value: person for person, role in demo_people()}
    person = by_role.get(request.POST.get("role", ""))
    if person is None:
        key = request.POST.get("person", "")
        person = get_object_or_404(User, pk=int(key) if key.isdecimal() and len(key) < 10 else 0, is_demo=True, is_active=True)
    enter(request, person)
    return see_other(reverse("home"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def my_settings(request: HttpRequest) -> HttpResponse:
    """One's own name, language and telephone; from here to the password and the second step."""
    person = request.user
    assert isinstance(person, User)
    form = MySettingsForm(request.POST or None, stored=account_values(person))
    if request.method == "POST":
        actor = Actor(user_id=person.pk, programme_id=None, roles=frozenset(), now=timezone.now(), name=person.full_name)
        saved = carry_out(form, lambda: update_my_settings(actor=actor, version=form.data.get("version", ""), **form.values))
        if saved is not None:
            with translation.override(saved.language):
                messages.success(request, _("Your settings are saved."))
            response = see_other(reverse("my_settings"))
            # This browser may remember another language: the newest choice counts everywhere.
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, saved.language, max_age=settings.LANGUAGE_COOKIE_AGE, samesite="Lax",
                secure=request.is_secure(), httponly=True,
            )  # fmt: skip
            return response
    return show(request, "people/my_settings.html", form, may_change_password=person.has_usable_password())


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def deactivate_second_factor(request: HttpRequest) -> HttpResponse:
    """allauth's page; whoever switches the second step off is asked for it again where their role needs it."""
    response: HttpResponse = deactivate_totp(request)
    if request.method == "POST":
        forget_second_factor(request)
    return response


def not_offered(request: HttpRequest) -> HttpResponse:
    """A page of allauth that this house does not have: accounts come by invitation, addresses are not changed alone."""
    raise Http404
