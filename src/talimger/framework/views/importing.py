"""A framework from a file: read, looked at, and only then a draft."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from talimger.framework import commands, queries
from talimger.framework.content import FrameworkContent
from talimger.framework.differences import differences
from talimger.framework.forms import UploadForm
from talimger.framework.pictures import matrix_chart
from talimger.framework.policies import UPLOAD_PURPOSE
from talimger.framework.views._answers import posted, show
from talimger.framework.weak_spots import find_weak_spots
from talimger.framework.yaml_format import Problem, digest_of, read_framework
from talimger.kernel.errors import DomainError
from talimger.kernel.files import keep_file, read_upload
from talimger.kernel.models import FileRecord
from talimger.kernel.policies import fetch, require
from talimger.people.http import ProgrammeRequest, see_other

KEPT_FOR = dt.timedelta(days=1)


@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Choose a file. A file with problems is answered with all of them."""
    require(request.actor, "framework.import", request.programme)
    form = UploadForm(posted(request), request.FILES if request.method == "POST" else None)
    problems: tuple[Problem, ...] = ()
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            content = read_upload(upload)
        except DomainError as error:
            form.add_error("file", error.message)
        else:
            problems = read_framework(content, languages=queries.languages_of(request.programme)).problems
            if not problems:
                record = keep_file(actor=request.actor, content=content, name=upload.name or "", purpose=UPLOAD_PURPOSE, keep_for=KEPT_FOR)
                return see_other(reverse("framework:import_preview", args=[programme, record.public_id]))
            form.add_error("file", _("Mend the file and choose it again. Nothing was changed."))
    return show(request, "framework/import.html", form, problems=problems)


@require_http_methods(["GET", "HEAD", "POST"])
def import_preview(request: ProgrammeRequest, programme: str, file: uuid.UUID) -> HttpResponse:
    """What the file would change; sent, it becomes the draft."""
    record: FileRecord = fetch(request.actor, "framework.import.preview", public_id=file)
    source = record.content.read()
    content = read_framework(source, languages=queries.languages_of(request.programme)).content
    refused = ""
    if request.method == "POST":
        try:
            draft = commands.load_framework(actor=request.actor, source=source, publish=False)
        except DomainError as error:
            existing = queries.draft_version()
            if existing is not None and content is not None and digest_of(queries.content_of(existing)) == digest_of(content):
                return see_other(_version_url(programme, existing.pk))  # sent twice: the first time did it
            refused = error.message
        else:
            messages.success(request, _("The file is the draft now. Nothing changes for anybody until you publish it."))
            return see_other(_version_url(programme, draft.pk))
    if content is None:  # the programme's languages have changed since the file was checked
        return see_other(reverse("framework:import", args=[programme]))
    context = _preview(content) | {"file": record, "refused": refused}
    return render(request, "framework/import_preview.html", context, status=422 if refused else 200)


def _preview(content: FrameworkContent) -> dict[str, Any]:
    current = queries.current_version()
    return {
        "content": content,
        "current": current,
        "draft": queries.draft_version(),
        "changes": differences(queries.content_of(current), content) if current else [],
        "counts": {
            "competencies": len(content.competencies),
            "indicators": sum(1 for _each in content.indicators()),
            "methods": len(content.methods),
            "cells": sum(1 for _each in content.cells()),
            "items": sum(1 for _each in content.items()),
        },
        "spots": find_weak_spots(content),
        "matrix": matrix_chart(content, {}),
    }


def _version_url(programme: str, version: int) -> str:
    return reverse("framework:version", args=[programme, version])
