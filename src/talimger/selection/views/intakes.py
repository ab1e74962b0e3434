"""Intakes: which there are, and opening one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from talimger.kernel.errors import DomainError
from talimger.kernel.policies import allowed, require
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands import open_intake
from talimger.selection.forms import IntakeForm
from talimger.selection.queries import intake_summaries


@require_safe
def intakes(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """All intakes of the programme, the newest first."""
    require(request.actor, "selection.intake.open")
    rows = intake_summaries(allowed(request.actor, "selection.intake.view").order_by("-opens_on", "-pk"))
    return render(request, "selection/intakes.html", {"intakes": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def open_new(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Open an intake."""
    require(request.actor, "selection.intake.open")
    form = IntakeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            intake = open_intake(actor=request.actor, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("The intake is open. Now bring in the candidates."))
            return see_other(reverse("selection:upload", kwargs={"programme": programme, "pk": intake.pk}))
    return render(request, "selection/intake_new.html", {"form": form}, status=422 if form.errors else 200)
