"""The wash-up: the list for the panel, and one candidate with all raters side by side."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from talimger.kernel.errors import DomainError
from talimger.kernel.policies import fetch
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands import agree, change_rating
from talimger.selection.forms_deciding import ChangeForm
from talimger.selection.models import Candidate, Intake, Rating
from talimger.selection.queries import profile_of, scores_shown, scoring_of, wash_up_of, wash_up_rows


@require_safe
def wash_up_list(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Whom the panel has still to talk about, the widest disagreement first."""
    intake: Intake = fetch(request.actor, "selection.ranking.view", pk=pk)
    rows = wash_up_rows(request.actor, intake)
    context = {"intake": intake, "rows": rows, "left": sum(row.agreed is None for row in rows)}
    return render(request, "selection/washup_list.html", context)


@require_safe
def wash_up(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """One candidate before the panel."""
    return _page(request, _candidate(request, pk))


@require_POST
def wash_up_agree(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """The panel agrees with the ratings as they stand; on to the next candidate."""
    candidate = _candidate(request, pk)
    agree(actor=request.actor, candidate=candidate)
    messages.success(request, _("Agreed on: %(name)s.") % {"name": candidate.full_name})
    return see_other(reverse("selection:wash_up_list", kwargs={"programme": programme, "pk": candidate.intake_id}))


@require_POST
def wash_up_change(request: ProgrammeRequest, programme: str, pk: int, rating: int) -> HttpResponse:
    """Agree on another level for one rating."""
    candidate = _candidate(request, pk)
    row = Rating.objects.select_related("sheet__candidate").filter(pk=rating, sheet__candidate=candidate).first()
    form = ChangeForm(request.POST)
    if row is not None and form.is_valid():
        data = form.cleaned_data
        try:
            change_rating(actor=request.actor, rating=row, level=data["level"], reason=data["reason"], seen=data["seen"])
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("The new level counts. The old one stays beside it."))
            return see_other(reverse("selection:wash_up", kwargs={"programme": programme, "pk": pk}) + f"#rating-{rating}")
    return _page(request, candidate, form=form, failed=rating)


def _page(request: ProgrammeRequest, candidate: Candidate, *, form: ChangeForm | None = None, failed: int = 0) -> HttpResponse:
    scoring = scoring_of(candidate.intake)
    context = {
        "candidate": candidate,
        "intake": candidate.intake,
        "profile": profile_of(candidate),
        "scoring": scoring,
        "fair": scores_shown(request.actor, scoring.run, [candidate.pk]).get(candidate.pk),
        "agreed": wash_up_of(candidate),
        "form": form,
        "failed": failed,
        "levels": range(1, 6),
    }
    return render(request, "selection/washup.html", context, status=422 if form is not None else 200)


def _candidate(request: ProgrammeRequest, pk: int) -> Candidate:
    rows = Candidate.objects.select_related("intake")
    candidate: Candidate = fetch(request.actor, "selection.wash_up", rows, pk=pk)
    return candidate
