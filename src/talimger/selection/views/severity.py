"""My severity: told to each assessor alone, once nobody rates any more."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from talimger.kernel.policies import fetch
from talimger.people.http import ProgrammeRequest
from talimger.selection.charts import severity_chart
from talimger.selection.models import Intake
from talimger.selection.queries import own_severity


@require_safe
def my_severity(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """How strict I was in this intake, against colleagues."""
    intake: Intake = fetch(request.actor, "selection.severity.own", pk=pk)
    severity = own_severity(request.actor, intake)
    side = ""
    if severity is not None:
        side = "strict" if severity.points_low > 0 else "lenient" if severity.points_high < 0 else "same"
    context = {
        "here": intake,
        "severity": severity,
        "side": side,
        "size": abs(severity.points) if severity else 0,
        "range": sorted((abs(severity.points_low), abs(severity.points_high))) if severity else (),
        "chart": severity_chart(severity) if severity else None,
    }
    return render(request, "selection/severity.html", context)
