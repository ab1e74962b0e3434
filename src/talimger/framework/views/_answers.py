"""What every page with a form does alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from talimger.framework.forms import SeenForm
from talimger.framework.models import FrameworkVersion
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.policies import fetch
from talimger.people.http import ProgrammeRequest, see_other

F = TypeVar("F", bound=SeenForm)


def draft_of(request: ProgrammeRequest, **key: Any) -> FrameworkVersion:
    """The draft that holds what ``key`` names. ``Http404`` for what is not the actor's, ``DomainError`` for what is published."""
    version: FrameworkVersion = fetch(request.actor, "framework.edit", **key)
    version.must_be_draft()
    return version


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even if it is nothing; ``None`` when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def save_or_show(
    request: ProgrammeRequest, template: str, form: F, *, save: Callable[[F], object], done: str, told: str, **context: Any
) -> HttpResponse:
    """A page with a form: save what was sent and lead to ``done``, or show it (422 when refused) with everything that was typed."""
    if request.method == "POST" and _carried_out(form, save):
        messages.success(request, told)
        return see_other(done)
    return show(request, template, form, done=done, **context)


def show(request: HttpRequest, template: str, form: Any, **context: Any) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.is_bound and form.errors else 200)


def _carried_out(form: F, save: Callable[[F], object]) -> bool:
    if not form.is_valid():
        return False
    try:
        save(form)
    except StaleWriteError as error:
        form.show_conflict(error.message)
    except DomainError as error:
        form.refuse(error.message, error.field)
    else:
        return True
    return False
