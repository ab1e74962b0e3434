"""Second looks: by people who neither rated the candidate nor decided about them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from talimger.kernel.errors import DomainError
from talimger.kernel.policies import fetch
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands import decide_appeal
from talimger.selection.forms_deciding import AppealForm
from talimger.selection.models import Appeal, Intake
from talimger.selection.queries import appeals_of, appeals_of_others, procedure_of, profile_of


@require_safe
def appeals(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """The second looks that this officer may take."""
    intake: Intake = fetch(request.actor, "selection.appeal.list", pk=pk)
    rows = list(appeals_of(request.actor, intake))
    context = {
        "intake": intake,
        "rows": rows,
        "open": sum(not row.outcome for row in rows),
        "others": appeals_of_others(request.actor, intake),
    }
    return render(request, "selection/appeals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """One second look: the request, the sheets, the procedure, and the answer."""
    rows = Appeal.objects.select_related("decision__candidate__intake", "decision__decided_by", "decided_by")
    row: Appeal = fetch(request.actor, "selection.appeal.decide", rows, pk=pk)
    check = procedure_of(row.decision)
    form = AppealForm(request.POST or None, initial={"procedure_was_kept": "yes" if check.was_kept else "no"})
    if request.method == "POST" and form.is_valid():
        try:
            decide_appeal(actor=request.actor, appeal=row, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("The candidate can read the answer."))
            return see_other(reverse("selection:appeals", kwargs={"programme": programme, "pk": row.decision.candidate.intake_id}))
    context = {
        "appeal": row,
        "decision": row.decision,
        "candidate": row.decision.candidate,
        "intake": row.decision.candidate.intake,
        "check": check,
        "profile": profile_of(row.decision.candidate),
        "form": form,
    }
    return render(request, "selection/appeal.html", context, status=422 if form.errors else 200)
