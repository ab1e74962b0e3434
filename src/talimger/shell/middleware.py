"""A rule of the programme that no view caught becomes a calm page, not a crash."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from talimger.kernel.errors import DomainError


class DomainErrorMiddleware:
    """Show a ``DomainError`` as a page with its message (422), or as a toast when a fragment was asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if getattr(request, "htmx", False):
            response = render(request, "shell/_toast.html", {"message": exception.message, "kind": "error"}, status=422)
            response["HX-Retarget"] = "#toasts"
            response["HX-Reswap"] = "beforeend"
            return response
        return refusal(request, exception.message, status=422)


def refusal(request: HttpRequest, message: str, *, status: int) -> HttpResponse:
    """A page that says what the rule is and leads back to where the person came from."""
    return render(request, "shell/refused.html", {"message": message, "back_url": _where_from(request)}, status=status)


def _where_from(request: HttpRequest) -> str:
    """The page that the person came from, if it is one of ours and can be opened; else the start."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(referer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
