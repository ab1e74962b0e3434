"""The switches of the frame, and the gallery. No GET changes anything."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from talimger.shell.context import THEME_COOKIE, THEMES
from talimger.shell.gallery import specimens
from talimger.shell.middleware import refusal


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in a cookie; the middleware of people copies it into the account of who is signed in."""
    return _keep(request, "language", settings.LANGUAGE_COOKIE_NAME, dict(settings.LANGUAGES))


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme in a cookie of this browser."""
    return _keep(request, "theme", THEME_COOKIE, THEMES)


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for whoever builds pages; not there on an installation with real people."""
    if not (settings.DEBUG or getattr(settings, "DEMO", False)):
        raise Http404
    return render(request, "shell/gallery.html", specimens(request))


def _keep(request: HttpRequest, name: str, cookie: str, known: dict[str, str] | tuple[str, ...]) -> HttpResponse:
    value = request.POST.get(name, "")
    if value not in known:
        return refusal(request, _("This choice does not exist. Nothing was changed."), status=400)
    # 303, so that a reload of the page that follows sends nothing again.
    response = HttpResponseRedirect(_safe_next(request), status=303)
    response.set_cookie(
        cookie,
        value,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=request.is_secure(),
        httponly=True,
    )
    return response


def _safe_next(request: HttpRequest) -> str:
    """``next`` if it stays on this host, else the start."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else "/"
