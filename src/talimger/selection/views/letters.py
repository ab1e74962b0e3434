"""Letters, feedback and places: what candidates will read, who took a place, and who comes next."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from talimger.kernel.errors import DomainError
from talimger.kernel.policies import fetch, may
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands import admit_taken, note_answer, offer_place, release_letters, write_feedback
from talimger.selection.forms_deciding import OfferForm
from talimger.selection.letters import compose_letter
from talimger.selection.models import Candidate, CandidateFeedback, Decision, Intake
from talimger.selection.queries import current_decision, fairness_of, letters_page, places_page
from talimger.selection.queries.feedback import suggestions


@require_safe
def letters(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """What will leave with one click, and what to look at before."""
    intake: Intake = fetch(request.actor, "selection.letters.view", pk=pk)
    page = letters_page(request.actor, intake)
    examples: dict[tuple[str, str], Decision] = {}
    for decision in page.waiting:
        examples.setdefault((decision.outcome, decision.candidate.language), decision)
    previews = [
        (each.get_outcome_display(), compose_letter(candidate=each.candidate, outcome=each.outcome, programme=request.programme))
        for each in examples.values()
    ]
    context = {
        "intake": intake,
        "page": page,
        "previews": previews,
        "may_release": may(request.actor, "selection.letters.release", intake),
        "fairness": fairness_of(intake),
    }
    return render(request, "selection/letters_page.html", context)


@require_POST
def release(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Let all letters go."""
    intake: Intake = fetch(request.actor, "selection.letters.release", pk=pk)
    number = len(release_letters(actor=request.actor, intake=intake))
    text = ngettext("%(count)s letter is on its way.", "%(count)s letters are on their way.", number) % {"count": number}
    messages.success(request, text if number else _("All letters had left already."))
    return see_other(reverse("selection:letters", kwargs={"programme": programme, "pk": pk}))


@require_safe
def letter(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """The letter of one candidate as it would leave now."""
    candidate = _candidate(request, pk, "selection.candidate.view")
    decision = current_decision(candidate)
    if decision is None or not may(request.actor, "selection.letters.view", candidate.intake):
        raise Http404
    text = compose_letter(candidate=candidate, outcome=decision.outcome, programme=request.programme)
    context = {"candidate": candidate, "intake": candidate.intake, "decision": decision, "letter": text}
    return render(request, "selection/letters_one.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """What the candidate reads about each competency, with a suggestion from the anchors."""
    candidate = _candidate(request, pk, "selection.feedback.write")
    written = dict(CandidateFeedback.objects.filter(candidate=candidate).values_list("competency", "text"))
    problem = ""
    if request.method == "POST":
        # Browsers send two characters for a line break; no PostgreSQL takes a NUL.
        keys = [row.competency.pk for row in suggestions(candidate)]
        typed = {key: request.POST.get(f"competency-{key}", "") for key in keys}
        texts = {key: text.replace("\r\n", "\n").replace("\x00", "") for key, text in typed.items()}
        try:
            write_feedback(actor=request.actor, candidate=candidate, texts=texts)
        except DomainError as error:
            problem, written = error.message, texts
        else:
            messages.success(request, _("Saved."))
            return see_other(request.path)
    context = {
        "candidate": candidate,
        "intake": candidate.intake,
        "rows": [(row, written.get(row.competency.pk, "")) for row in suggestions(candidate)],
        "problem": problem,
        "decision": current_decision(candidate),
    }
    return render(request, "selection/letters_feedback.html", context, status=422 if problem else 200)


@require_safe
def places(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Who took a place, who declined, who has not answered, and who comes next."""
    return _places(request, fetch(request.actor, "selection.ranking.view", pk=pk))


@require_POST
def answer(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Note what an accepted person said."""
    candidate = _candidate(request, pk, "selection.candidate.view")
    fetch(request.actor, "selection.place.manage", pk=candidate.intake_id)
    decision = current_decision(candidate)
    try:
        if decision is None:
            raise DomainError(_("No place is being offered to this candidate. Load the page again."), code="no_place")
        note_answer(actor=request.actor, decision=decision, answer=request.POST.get("answer", ""))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Noted."))
    return see_other(reverse("selection:places", kwargs={"programme": programme, "pk": candidate.intake_id}))


@require_POST
def offer(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Offer a place that became free to somebody of the reserve."""
    candidate = _candidate(request, pk, "selection.decide")
    form = OfferForm(request.POST)
    if form.is_valid():
        try:
            offer_place(actor=request.actor, candidate=candidate, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("Decided. Release the letter, then %(name)s can answer.") % {"name": candidate.full_name})
            return see_other(reverse("selection:places", kwargs={"programme": programme, "pk": candidate.intake_id}))
    return _places(request, candidate.intake, form)


@require_POST
def admit(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Make mentors of all who took their place."""
    mentors = admit_taken(actor=request.actor, intake=fetch(request.actor, "selection.place.manage", pk=pk))
    messages.success(
        request, ngettext("%(count)s mentor is admitted.", "%(count)s mentors are admitted.", len(mentors)) % {"count": len(mentors)}
    )
    return see_other(reverse("selection:places", kwargs={"programme": programme, "pk": pk}))


def _places(request: ProgrammeRequest, intake: Intake, form: OfferForm | None = None) -> HttpResponse:
    context = {
        "intake": intake,
        "page": places_page(request.actor, intake),
        "form": form or OfferForm(),
        "may_manage": may(request.actor, "selection.place.manage", intake),
        "answers": Decision.Answer,
    }
    return render(request, "selection/letters_places.html", context, status=422 if form is not None else 200)


def _candidate(request: ProgrammeRequest, pk: int, action: str) -> Candidate:
    candidate: Candidate = fetch(request.actor, action, Candidate.objects.select_related("intake"), pk=pk)
    return candidate
