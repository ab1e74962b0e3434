"""The ranked list: the order with its line, decisions for one or a band, and the places."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from talimger.kernel.errors import DomainError
from talimger.kernel.policies import fetch, may, require
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.charts import score_axis
from talimger.selection.commands import decide_band, set_places
from talimger.selection.forms_deciding import DecisionForm, PlacesForm, read_ticked
from talimger.selection.models import Intake
from talimger.selection.queries import ranking_of, reliabilities_of


@require_safe
def ranking(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """The computed order in bands; decisions are taken here, singly or for several at once."""
    intake: Intake = fetch(request.actor, "selection.ranking.view", pk=pk)
    return _page(request, intake)


@require_POST
def decide_ticked(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Decide the same about all who are ticked, or about none."""
    intake: Intake = fetch(request.actor, "selection.letters.release", pk=pk)
    form, ticked = DecisionForm(request.POST, intake=intake), read_ticked(request.POST)
    if form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("outcome", "reason", "comment")}
        try:
            decided = decide_band(actor=request.actor, intake=intake, candidates=ticked, **words)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            number = len(decided)
            text = ngettext("%(count)s decision was noted.", "%(count)s decisions were noted.", number) % {"count": number}
            messages.success(request, text if number else _("These decisions were noted already."))
            return see_other(reverse("selection:ranking", kwargs={"programme": programme, "pk": pk}))
    return _page(request, intake, form=form, ticked=ticked)


@require_POST
def places(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Say how many places there are and how long a second look can be asked for."""
    intake: Intake = fetch(request.actor, "selection.intake.steer", pk=pk)
    form = PlacesForm(request.POST)
    if form.is_valid():
        try:
            set_places(actor=request.actor, intake=intake, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("Saved. The line through the order is being computed."))
            return see_other(reverse("selection:ranking", kwargs={"programme": programme, "pk": pk}))
    return _page(request, intake, places_form=form)


def _page(
    request: ProgrammeRequest,
    intake: Intake,
    *,
    form: DecisionForm | None = None,
    ticked: list[int] | None = None,
    places_form: PlacesForm | None = None,
) -> HttpResponse:
    require(request.actor, "selection.ranking.view", intake)
    found = ranking_of(request.actor, intake)
    context = {
        "intake": intake,
        "ranking": found,
        "scoring": found.scoring,
        "axis": score_axis(),
        "form": form or DecisionForm(intake=intake),
        "ticked": ticked or (),
        "may_decide": may(request.actor, "selection.letters.release", intake),
        "places_form": places_form or PlacesForm(initial={"places": intake.places, "appeal_days": intake.appeal_days}),
        "reliabilities": reliabilities_of(found.scoring.run),
    }
    failed = form is not None or places_form is not None
    return render(request, "selection/ranking.html", context, status=422 if failed else 200)
