"""Candidates: the list with scores, one candidate's profile and decision, the export of ratings."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from talimger.kernel.errors import DomainError
from talimger.kernel.policies import fetch, may, require
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.charts import overall_chart, score_axis
from talimger.selection.commands import compute_again, decide, reopen_candidate
from talimger.selection.forms_deciding import DecisionForm
from talimger.selection.letters import compose_letter
from talimger.selection.models import OUTCOMES, Candidate, Decision, Intake
from talimger.selection.queries import (
    RATING_COLUMNS,
    candidate_rows,
    candidates_listed,
    current_decision,
    how_many_complete,
    matrix_of,
    profile_of,
    rating_rows,
    scores_shown,
    scoring_of,
    sheets_of,
    superseded_sheets,
    wash_up_of,
)
from talimger.shell.spreadsheets import SheetOut, write_csv, write_xlsx

PAGE = 50


@require_safe
def candidate_list(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """The candidates of an intake with their sheets, fair scores, raw means and decisions."""
    intake: Intake = fetch(request.actor, "selection.intake.view", pk=pk)
    search, state, sort = request.GET.get("q", ""), request.GET.get("state", "all"), request.GET.get("sort", "name")
    scoring = scoring_of(intake)
    candidates = candidates_listed(request.actor, intake, search=search, state=state, sort=sort, run=scoring.run)
    page = Paginator(candidates, PAGE).get_page(request.GET.get("page"))
    states = [("all", _("All")), ("incomplete", _("Incomplete")), ("complete", _("To decide")), ("decided", _("Decided"))]
    rows = candidate_rows(request.actor, list(page.object_list), scoring.run)
    context = {
        "intake": intake,
        "scoring": scoring,
        "axis": score_axis(),
        "needs_push": scoring.has_failed or (any(row.lacks_score for row in rows) and not scoring.is_pending and not scoring.is_impossible),
        "q": search,
        "state": state,
        "states": states,
        "sort": sort,
        "page": page,
        "rows": rows,
        "totals": how_many_complete(request.actor, intake),
    }
    return render(request, "selection/candidates.html", context)


@require_POST
def compute_scores(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Ask for the fair scores again."""
    compute_again(actor=request.actor, intake=fetch(request.actor, "selection.scores.compute", pk=pk))
    messages.success(request, _("The fair scores are being computed. Load the page again in a moment."))
    return see_other(reverse("selection:candidates", kwargs={"programme": programme, "pk": pk}))


@require_safe
def candidate_page(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """One candidate: what they wrote, who rates them, and, once all have locked, the profile and the decision."""
    return _candidate_page(request, _candidate(request, pk))


@require_POST
def decide_candidate(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Decide; the letter waits until the letters are released."""
    candidate = _candidate(request, pk)
    form = DecisionForm(request.POST, intake=candidate.intake)
    if not form.is_valid():
        require(request.actor, "selection.decide", candidate)
    else:
        data = form.cleaned_data
        try:
            decision = decide(
                actor=request.actor,
                candidate=candidate,
                outcome=data["outcome"],
                reason=data["reason"],
                comment=data["comment"],
                supersedes=Decision.objects.filter(candidate=candidate, pk=data["supersedes"]).first() if data["supersedes"] else None,
            )
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(
                request, _("Decided. The letter to %(name)s waits until the letters are released.") % {"name": decision.candidate.full_name}
            )
            return see_other(reverse("selection:candidate", kwargs={"programme": programme, "pk": pk}))
    return _candidate_page(request, candidate, form)


@require_POST
def reopen(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Let somebody go on whom a gate had stopped."""
    candidate = _candidate(request, pk)
    key = request.POST.get("supersedes", "")
    decision = Decision.objects.filter(candidate=candidate, pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
    try:
        if decision is None:
            raise DomainError(_("This decision is no longer in force. Load the page again."), code="stale")
        reopen_candidate(actor=request.actor, candidate=candidate, supersedes=decision, comment=request.POST.get("comment", ""))
    except DomainError as error:
        require(request.actor, "selection.reopen", candidate)
        return _candidate_page(request, candidate, problem=error.message)
    messages.success(request, _("The candidate goes on. Assign the sheets that are missing."))
    return see_other(reverse("selection:candidate", kwargs={"programme": programme, "pk": pk}))


def _candidate_page(
    request: ProgrammeRequest, candidate: Candidate, form: DecisionForm | None = None, *, problem: str = ""
) -> HttpResponse:
    decision = current_decision(candidate)
    may_see = may(request.actor, "selection.profile.view", candidate)
    may_decide = may_see and may(request.actor, "selection.decide", candidate)
    profile = profile_of(candidate) if may_see else None
    scoring = scoring_of(candidate.intake) if may_see else None
    fair = scores_shown(request.actor, scoring.run, [candidate.pk]).get(candidate.pk) if scoring else None
    if form is not None:
        # The page shows the decision in force now, so the next click is about that one.
        form.data = {**form.data, "supersedes": decision.pk if decision else ""}
    context = {
        "candidate": candidate,
        "intake": candidate.intake,
        "sheets": sheets_of(candidate),
        "profile": profile,
        "scoring": scoring,
        "fair": fair,
        "overall": overall_chart(profile, fair, scoring) if profile and scoring else None,
        "wash_up": wash_up_of(candidate) if may_see else None,
        "superseded": superseded_sheets(candidate),
        "missing": matrix_of(candidate).missing_methods(by_gate=candidate.intake.gate) if not may_see else (),
        "problem": problem,
        "picture_levels": range(1, 6),
        "decision": decision,
        "history": Decision.objects.filter(candidate=candidate)
        .exclude(superseded_at=None)
        .select_related("decided_by")
        .order_by("-decided_at"),
        "may_decide": may_decide,
        "form": form or DecisionForm(intake=candidate.intake, initial={"supersedes": decision.pk if decision else None}),
        "letters": [
            (outcome.label, compose_letter(candidate=candidate, outcome=outcome, programme=request.programme))
            for outcome in OUTCOMES[candidate.intake.gate]
        ]
        if may_decide
        else (),
        "today": timezone.localdate(request.actor.now),
    }
    return render(request, "selection/candidate.html", context, status=422 if form is not None or problem else 200)


@require_safe
def export_ratings(request: ProgrammeRequest, programme: str, pk: int, kind: str) -> HttpResponse:
    """All ratings of complete candidates, one a line, as CSV or XLSX."""
    intake: Intake = fetch(request.actor, "selection.ratings.export", pk=pk)
    rows = rating_rows(request.actor, intake)
    if kind == "csv":
        content, content_type = write_csv(RATING_COLUMNS, rows), "text/csv; charset=utf-8"
    elif kind == "xlsx":
        content = write_xlsx([SheetOut("ratings", RATING_COLUMNS, rows)])
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    else:
        raise Http404
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="ratings-{intake.pk}.{kind}"', "X-Content-Type-Options": "nosniff"},
    )


def _candidate(request: ProgrammeRequest, pk: int) -> Candidate:
    rows = Candidate.objects.select_related("intake")
    candidate: Candidate = fetch(request.actor, "selection.candidate.view", rows, pk=pk)
    return candidate
