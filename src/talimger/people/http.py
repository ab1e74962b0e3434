"""A request inside a programme, as every view under ``/p/<programme>/`` gets it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from talimger.kernel.policies import Actor
from talimger.people.models import Programme, User


class ProgrammeRequest(HttpRequest):
    """Set up by ``ProgrammeScopeMiddleware``: who acts, in which programme."""

    actor: Actor
    programme: Programme
    user: User


def see_other(url: str) -> HttpResponse:
    """Answer a POST that worked: the browser fetches ``url`` with GET, and reloading it sends nothing twice."""
    return HttpResponse(status=303, headers={"Location": url})
