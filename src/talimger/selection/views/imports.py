"""Candidates from a spreadsheet, in four steps: file, columns, check, done."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from talimger.kernel.errors import DomainError
from talimger.kernel.files import read_upload
from talimger.kernel.policies import fetch
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands import map_columns, start_writing, undo_import, upload_candidates
from talimger.selection.forms import UploadForm, read_mapping
from talimger.selection.importing import FIELDS
from talimger.selection.models import CandidateImport, ImportLine, Intake
from talimger.selection.queries import preview_of, table_of
from talimger.shell.spreadsheets import Table

State = CandidateImport.State
EXAMPLES = 3


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Step 1: the file."""
    intake: Intake = fetch(request.actor, "selection.candidate.import", pk=pk)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = cast("UploadedFile[bytes]", form.cleaned_data["file"])
        try:
            batch = upload_candidates(actor=request.actor, intake=intake, content=read_upload(file), file_name=file.name or "")
        except DomainError as error:
            form.add_error("file", error.message)
        else:
            return see_other(reverse("selection:import", kwargs={"programme": programme, "pk": batch.pk}))
    past = intake.imports.select_related("created_by").order_by("-pk")[:20]
    return render(request, "selection/upload.html", {"form": form, "intake": intake, "past": past}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """An import where it stands: name its columns, check its lines, watch it being written, read what became of it."""
    batch = _batch(request, pk)
    if request.method == "POST":
        return _columns(request, batch)
    if batch.state == State.WRITING and batch.job is not None:
        return render(request, "selection/import_writing.html", {"batch": batch, "intake": batch.intake, "job": batch.job})
    if batch.state in (State.WRITTEN, State.UNDONE):
        return render(request, "selection/import_written.html", {"batch": batch, "intake": batch.intake, **_report(request, batch)})
    if batch.state == State.UPLOADED or "columns" in request.GET:
        return _columns_page(request, batch, table_of(batch), {place: name for name, place in batch.mapping.items()})
    preview = preview_of(batch, today=timezone.localdate(request.actor.now))
    lines = sorted(preview.lines, key=lambda line: (line.is_new and not line.messages, line.is_new, line.line))
    page = Paginator(lines, 50).get_page(request.GET.get("page"))
    return render(request, "selection/import_check.html", {"batch": batch, "intake": batch.intake, "preview": preview, "page": page})


def _columns(request: ProgrammeRequest, batch: CandidateImport) -> HttpResponse:
    """Step 2: which column holds what. What was chosen stays chosen when it cannot be used."""
    table = table_of(batch)
    try:
        mapping = read_mapping(request.POST, len(table.headers))
        map_columns(actor=request.actor, batch=batch, mapping=mapping)
    except DomainError as error:
        chosen = {place: request.POST.get(f"column-{place}", "") for place in range(len(table.headers))}
        return _columns_page(request, batch, table, chosen, problem=error.message)
    return see_other(request.path)


def _columns_page(
    request: ProgrammeRequest, batch: CandidateImport, table: Table, chosen: dict[int, str], problem: str = ""
) -> HttpResponse:
    columns = [
        {"place": place, "head": head, "field": chosen.get(place, ""), "examples": _examples(table, place)}
        for place, head in enumerate(table.headers)
    ]
    context = {"batch": batch, "intake": batch.intake, "table": table, "columns": columns, "fields": FIELDS, "problem": problem}
    return render(request, "selection/import_columns.html", context, status=422 if problem else 200)


def _examples(table: Table, place: int) -> list[str]:
    filled = (str(row.cells[place]) for row in table.rows if row.cells[place])
    return [text[:60] for text, _count in zip(filled, range(EXAMPLES), strict=False)]


@require_POST
def write(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Step 3: write what was checked."""
    start_writing(actor=request.actor, batch=_batch(request, pk))
    return see_other(reverse("selection:import", kwargs={"programme": programme, "pk": pk}))


@require_POST
def undo(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Take an import back."""
    try:
        removed = undo_import(actor=request.actor, batch=_batch(request, pk))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request, ngettext("%(count)s candidate was taken back.", "%(count)s candidates were taken back.", removed) % {"count": removed}
        )
    return see_other(reverse("selection:import", kwargs={"programme": programme, "pk": pk}))


def _report(request: ProgrammeRequest, batch: CandidateImport) -> dict[str, object]:
    lines = batch.lines.all()
    counts = {verdict: sum(1 for line in lines if line.verdict == verdict) for verdict in ImportLine.Verdict.values}
    notable = [line for line in lines if line.verdict != ImportLine.Verdict.NEW or line.messages]
    return {"counts": counts, "page": Paginator(notable, 50).get_page(request.GET.get("page"))}


def _batch(request: ProgrammeRequest, pk: int) -> CandidateImport:
    rows = CandidateImport.objects.select_related("intake__programme", "job", "file", "created_by")
    batch: CandidateImport = fetch(request.actor, "selection.import.view", rows, pk=pk)
    return batch
