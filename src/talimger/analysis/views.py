"""Start from your own spreadsheet: drop a file, name its columns, see the result, leave nothing behind."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from talimger.analysis import sayings
from talimger.analysis.columns import why_not
from talimger.analysis.commands import delete_analysis, start_analysis, upload_spreadsheet
from talimger.analysis.folders import GoneError
from talimger.analysis.forms import FileForm, LongForm, WideForm
from talimger.analysis.models import SpreadsheetAnalysis
from talimger.analysis.order import order_rows, order_ticks
from talimger.analysis.pictures import draw_curves, draw_map, draw_network, draw_severity
from talimger.analysis.queries import analysis_at, open_analyses
from talimger.analysis.result import Cut, Result
from talimger.analysis.sheets import result_csv, result_xlsx
from talimger.analysis.tokens import is_token_of
from talimger.analysis.words import reading_guide, refusal_words
from talimger.kernel.errors import DomainError
from talimger.kernel.files import read_upload
from talimger.kernel.models import Job
from talimger.kernel.policies import require
from talimger.people.http import ProgrammeRequest, see_other

State = SpreadsheetAnalysis.State
ROWS, LINES_TOLD = 50, 50
_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Step 1: the file, and what happens to it."""
    require(request.actor, "analysis.start", request.programme)
    opened = open_analyses(request.actor)
    for row in opened.over:
        delete_analysis(actor=request.actor, analysis=row)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = cast("UploadedFile[bytes]", form.cleaned_data["file"])
        try:
            analysis = upload_spreadsheet(
                actor=request.actor, programme=request.programme, content=read_upload(file), file_name=file.name or ""
            )
        except DomainError as error:
            form.add_error("file", error.message)
        else:
            return see_other(_address(programme, analysis))
    return render(request, "analysis/start.html", {"form": form, "opened": opened.current}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: ProgrammeRequest, programme: str, token: str) -> HttpResponse:
    """A spreadsheet where it stands: its columns, the computation, the result. What is gone says so."""
    analysis = _own(request, token)
    if analysis is None:
        return _gone(request)
    try:
        if request.method == "POST":
            return _columns(request, analysis)
        return _where_it_stands(request, analysis)
    except GoneError:  # deleted in another window while this page was being made
        return _gone(request)


def _where_it_stands(request: ProgrammeRequest, analysis: SpreadsheetAnalysis) -> HttpResponse:
    job = analysis.job if analysis.state == State.RUNNING else None
    if job is not None and not (job.state == Job.State.FAILED and "columns" in request.GET):
        if request.headers.get("HX-Request") == "true":
            return _progress(request, job)
        return _shown(request, analysis, "running", {"job": job, "failed": job.state == Job.State.FAILED})
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Refresh": "true"})
    if analysis.state == State.DONE and "columns" not in request.GET:
        return _result(request, analysis)
    head = analysis.folder.read_json("head.json")
    problem = ""
    if analysis.state == State.PROBLEM and "columns" not in request.GET:
        refused = analysis.folder.read_json("result.json")
        problem = refusal_words(refused["code"], refused["fields"])
    layout = request.GET.get("layout") or ("wide" if head["wide"] else "long")
    form = WideForm(head=head) if layout == "wide" else LongForm(head=head)
    return _columns_page(request, analysis, head, form, problem)


def _progress(request: ProgrammeRequest, job: Job) -> HttpResponse:
    response = render(request, "analysis/_progress.html", {"job": job, "url": request.path})
    if job.is_over:
        response["HX-Refresh"] = "true"
    return response


# ── columns ──


def _columns(request: ProgrammeRequest, analysis: SpreadsheetAnalysis) -> HttpResponse:
    """Step 2: which column is what. Lines that cannot be used are told before anything is left out."""
    head = analysis.folder.read_json("head.json")
    form_class = WideForm if request.POST.get("layout") == "wide" else LongForm
    form: WideForm | LongForm = form_class(request.POST, head=head)
    if not form.is_valid():
        return _columns_page(request, analysis, head, form)
    ratings = form.read(analysis.folder.read_json("rows.json"))
    problem = why_not(ratings)
    if problem:
        return _columns_page(request, analysis, head, form, problem, lines=ratings.problems[:LINES_TOLD])
    if ratings.problems and request.POST.get("leave_out") != "1":
        context = {"head": head, "ratings": ratings, "lines": ratings.problems[:LINES_TOLD], "sent": _sent(request)}
        return _shown(request, analysis, "lines", context)
    start_analysis(actor=request.actor, analysis=analysis, ratings=ratings)
    return see_other(request.path)


def _sent(request: ProgrammeRequest) -> list[tuple[str, str]]:
    """What was chosen, for the next form to say again."""
    names = ("layout", "person", "assessor", "rating", "item", "assessors")
    return [(name, value) for name in names for value in request.POST.getlist(name)]


def _columns_page(
    request: ProgrammeRequest,
    analysis: SpreadsheetAnalysis,
    head: dict[str, Any],
    form: WideForm | LongForm,
    problem: str = "",
    lines: list[Any] | None = None,
) -> HttpResponse:
    is_bad = bool(form.errors or (problem and request.method == "POST"))
    context = {"head": head, "form": form, "is_wide": isinstance(form, WideForm), "problem": problem, "lines": lines or []}
    return _shown(request, analysis, "columns", context, status=422 if is_bad else 200)


# ── result ──


def _result(request: ProgrammeRequest, analysis: SpreadsheetAnalysis) -> HttpResponse:
    """Step 3: who was wrongly placed, how strict the assessors were, the fair order; statistics one click below."""
    result = Result(analysis.folder.read_json("result.json"))
    cut = _cut(request, result)
    context: dict[str, Any] = {
        "result": result,
        "cut": cut,
        "size": sayings.size(result),
        "finding": sayings.finding(result, cut),
        "lead": sayings.lead(result, cut),
        "reliability": sayings.reliability(result),
        "warnings": sayings.warnings(result),
        "strips": [draw_severity(part.strip) for part in result.parts[: sayings.MOST_PARTS] if len(part.strip["marks"]) > 1],
        "map": draw_map(result.data["map"]) if result.is_whole else None,
        "curves": draw_curves(result.data["curves"]),
        "network": draw_network(result.data["network"]),
        "network_note": sayings.ties_left_out(result),
        "guide": reading_guide(),
    }
    if cut is not None:
        context["sides"] = sayings.sides(cut)
    context["ticks"] = order_ticks(result)
    if result.is_whole:
        context["order"] = order = Paginator(result.parts[0].persons, ROWS).get_page(request.GET.get("page"))
        context["rows"] = order_rows(result, cut, list(order.object_list))
    else:
        context["parts"] = [(*said, order_rows(result, None, part.persons[:ROWS])) for said, part in sayings.parts(result)]
        context["parts_left"] = max(0, len(result.parts) - sayings.MOST_PARTS)
    return _shown(request, analysis, "result", context)


def _cut(request: ProgrammeRequest, result: Result) -> Cut | None:
    """The cut that was asked for, else a third; none where not everybody can be compared, or nobody told apart."""
    if not result.is_whole or not result.tells_people_apart:
        return None
    asked = request.GET.get("top", "")
    top = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else result.third
    return result.cut(max(1, min(top, result.count - 1)))


@require_safe
def download(request: ProgrammeRequest, programme: str, token: str, kind: str) -> HttpResponse:
    """The report as a PDF, or the results as a spreadsheet."""
    analysis = _own(request, token)
    if kind not in _TYPES:
        raise Http404
    if analysis is None:
        return _gone(request)
    if analysis.state != State.DONE:
        return see_other(_address(programme, analysis))
    try:
        content = analysis.folder.read("report.pdf") if kind == "pdf" else _spreadsheet(analysis, kind)
    except GoneError:
        return _gone(request)
    name = {"pdf": "rating-check.pdf", "xlsx": "rating-check.xlsx", "csv": "rating-check.csv"}[kind]
    return HttpResponse(content, content_type=_TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _spreadsheet(analysis: SpreadsheetAnalysis, kind: str) -> bytes:
    result = Result(analysis.folder.read_json("result.json"))
    return result_xlsx(result) if kind == "xlsx" else result_csv(result)


# ── leaving ──


@require_POST
def leave(request: ProgrammeRequest, programme: str, token: str) -> HttpResponse:
    """A page says that it was left. What is not opened again within the grace is deleted."""
    analysis = _own(request, token)
    if analysis is not None:
        analysis.folder.close_page(request.POST.get("page", ""), request.actor.now)
    return HttpResponse(status=204)


@require_POST
def delete(request: ProgrammeRequest, programme: str, token: str) -> HttpResponse:
    """Delete now, and leave."""
    analysis = _own(request, token)
    if analysis is not None:
        delete_analysis(actor=request.actor, analysis=analysis)
    messages.success(request, _("The file and its result are deleted."))
    return see_other(reverse("analysis:start", kwargs={"programme": programme}))


def _own(request: ProgrammeRequest, token: str) -> SpreadsheetAnalysis | None:
    """The person's own spreadsheet; ``None`` when it is over, and then nothing of it is left. Another's is not there at all."""
    require(request.actor, "analysis.start", request.programme)
    analysis = analysis_at(request.actor, token)
    if analysis is None and not is_token_of(request.actor, token):
        raise Http404
    if analysis is not None and analysis.is_over(request.actor.now):
        delete_analysis(actor=request.actor, analysis=analysis)
        return None
    return analysis


def _gone(request: ProgrammeRequest) -> HttpResponse:
    response = render(request, "analysis/gone.html", status=410)
    if request.headers.get("HX-Request") == "true":
        response["HX-Refresh"] = "true"
    return response


def _shown(
    request: ProgrammeRequest, analysis: SpreadsheetAnalysis, name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page that keeps the spreadsheet as long as it is open."""
    where = {"analysis": analysis, "opened_page": analysis.folder.open_page()}
    return render(request, f"analysis/{name}.html", where | context, status=status)


def _address(programme: str, analysis: SpreadsheetAnalysis) -> str:
    return reverse("analysis:page", kwargs={"programme": programme, "token": analysis.token})
