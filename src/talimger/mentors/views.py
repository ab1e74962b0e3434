"""Mentors: the list with its export, and one mentor."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from talimger.kernel.policies import fetch, possible
from talimger.mentors.models import Mentor
from talimger.mentors.queries import EXPORT_COLUMNS, export_rows, mentors_listed
from talimger.people.http import ProgrammeRequest
from talimger.shell.spreadsheets import SheetOut, write_csv, write_xlsx

PAGE = 50


@require_safe
def mentor_list(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Everybody who took a place, in this cycle or before."""
    if not possible(request.actor, "mentors.list"):
        raise Http404
    search = request.GET.get("q", "")
    mentors = mentors_listed(request.actor, search=search)
    page = Paginator(mentors, PAGE).get_page(request.GET.get("page"))
    context = {"q": search, "page": page, "mentors": list(page.object_list)}
    return render(request, "mentors/mentors.html", context)


@require_safe
def mentor_page(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """One mentor: how to reach them, and their admissions over the cycles."""
    mentor: Mentor = fetch(request.actor, "mentors.view", pk=pk)
    context = {"mentor": mentor, "admissions": mentor.admissions.select_related("admitted_by")}
    return render(request, "mentors/mentor.html", context)


@require_safe
def export(request: ProgrammeRequest, programme: str, kind: str) -> HttpResponse:
    """The mentors who are listed, as CSV or XLSX."""
    if kind not in ("csv", "xlsx") or not possible(request.actor, "mentors.list"):
        raise Http404
    rows = export_rows(request.actor, search=request.GET.get("q", ""))
    if kind == "csv":
        content, content_type = write_csv(EXPORT_COLUMNS, rows), "text/csv; charset=utf-8"
    else:
        content = write_xlsx([SheetOut("mentors", EXPORT_COLUMNS, rows)])
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="mentors.{kind}"', "X-Content-Type-Options": "nosniff"},
    )
