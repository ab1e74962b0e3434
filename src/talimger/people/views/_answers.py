"""What every page with a form does alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from talimger.kernel.errors import DomainError
from talimger.people.forms.versioned import VersionedForm
from talimger.people.versions import ChangedMeanwhileError

ROWS_A_PAGE = 50
M = TypeVar("M", bound=Model)
R = TypeVar("R")


def carry_out(form: Form, write: Callable[[], R]) -> R | None:
    """What the write returns; ``None`` when the form or a rule says no, which then stands on the form."""
    if not form.is_valid():
        return None
    try:
        return write()
    except ChangedMeanwhileError as error:
        if not isinstance(form, VersionedForm):
            raise
        form.show_conflict(error)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    return None


def show(request: HttpRequest, template: str, form: Form, **context: Any) -> HttpResponse:
    """A page with a form: 422 when the form was refused, with everything that was typed."""
    return render(request, template, {"form": form, **context}, status=422 if form.is_bound and form.errors else 200)


def page_of(request: HttpRequest, rows: QuerySet[M]) -> Page[M]:
    """The page of a list that the address asks for; a page that does not exist is the nearest one."""
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
