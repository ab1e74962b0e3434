"""A framework from a file: read, looked at, and only then a draft."""

from __future__ import annotations

import datetime as dt
import uuid

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
from talimger.framework.views._answers import show
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
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
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
