"""The assessment day: set up, planned, changed by hand, published, printed for each person."""

from __future__ import annotations

import random

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from talimger.framework.models import Method
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import fetch
from talimger.people.http import ProgrammeRequest, see_other
from talimger.people.models import User
from talimger.selection.commands import broken_rules, change_session, plan_again, publish_day, report_absent, set_up_day
from talimger.selection.day_planning import read_day
from talimger.selection.day_words import Names, rules_broken
from talimger.selection.forms_days import DayForm, SessionForm
from talimger.selection.models import AssessmentDay, Candidate, DaySession, Decision, Intake
from talimger.selection.queries import candidates_listed, day_view, raters_with_load


@require_safe
def days(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """The days of an intake."""
    intake: Intake = fetch(request.actor, "selection.intake.view", pk=pk)
    return render(request, "selection/days.html", {"intake": intake, "days": intake.days.order_by("held_on", "pk")})


@require_http_methods(["GET", "HEAD", "POST"])
def day_new(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Hours, rooms, people; the plan is computed at once."""
    intake: Intake = fetch(request.actor, "selection.intake.steer", pk=pk)
    held = Method.Kind.EXERCISE if intake.phase != Intake.Phase.INTERVIEW else Method.Kind.INTERVIEW
    asked = intake.method_settings.values("method")
    methods = Method.objects.filter(pk__in=asked, kind__in=(Method.Kind.EXERCISE, Method.Kind.INTERVIEW)).order_by("order")
    gone = Decision.objects.filter(outcome=Decision.Outcome.NOT_FURTHER, superseded_at=None).values("candidate")
    form = DayForm(
        request.POST or None,
        methods=methods,
        assessors=[person for person, _load in raters_with_load(intake, today=timezone.localdate(request.actor.now))],
        candidates=candidates_listed(request.actor, intake).filter(withdrawn_at=None).exclude(pk__in=gone),
        initial={"methods": [method.pk for method in methods if method.kind == held]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            day = set_up_day(actor=request.actor, intake=intake, **form.values())
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _to(day, programme)
    return render(request, "selection/day_new.html", {"intake": intake, "form": form}, status=422 if form.errors else 200)


@require_safe
def day_page(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """A day by block and room, with what is still wrong with it."""
    day = _day(request, pk, "selection.day.view")
    waiting = day.job is not None and not day.job.is_over
    view = None if waiting else day_view(day)
    context = {
        "intake": day.intake,
        "day": day,
        "job": day.job,
        "is_waiting": waiting,
        "view": view,
        "problems": rules_broken(broken_rules(read_day(day)), Names.of(day)) if view is not None and view.sessions else [],
        "people": User.objects.filter(pk__in=day.assessors.filter(is_absent=False).values("person")).order_by("name_key"),
        "within": None if day.gap is None else max(1, round(day.gap * 100)),
    }
    return render(request, "selection/day.html", context)


@require_safe
def day_print(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """The day of each person, to be printed and handed out."""
    day = _day(request, pk, "selection.day.view")
    return render(request, "selection/day_print.html", {"intake": day.intake, "day": day, "people": day_view(day).people()})


@require_http_methods(["GET", "HEAD", "POST"])
def session(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Change one session by hand."""
    rows = DaySession.objects.select_related("day__intake", "method", "room", "block")
    row: DaySession = fetch(request.actor, "selection.session.change", rows, pk=pk)
    view = next(each for each in day_view(row.day).sessions if each.session.pk == row.pk)
    invited = Candidate.objects.filter(pk__in=row.day.candidates.values("candidate")).order_by("name_key")
    present = User.objects.filter(pk__in=row.day.assessors.filter(is_absent=False).values("person")).order_by("name_key")
    form = SessionForm(request.POST or None, view=view, candidates=invited, assessors=present)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            chosen = {name: [int(key) for key in data[name]] for name in ("candidates", "assessors")}
            day = change_session(actor=request.actor, session=row, revision=data["revision"], **chosen)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _to(day, programme)
    context = {"intake": row.day.intake, "session": row, "form": form}
    return render(request, "selection/session.html", context, status=422 if form.errors else 200)


@require_POST
def day_step(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Publish the day, plan it again, or say who does not come."""
    day = _day(request, pk, "selection.day.edit")
    step = request.POST.get("step")
    try:
        if step == "publish":
            day = publish_day(actor=request.actor, day=day, rng=random.SystemRandom())
            messages.success(request, _("The day is published: candidates see their times, assessors have their sheets."))
        elif step == "absent":
            key = request.POST.get("person", "")
            person = User.objects.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
            if person is None:
                raise DomainError(_("Choose who does not come."), field="person")
            day = report_absent(actor=request.actor, day=day, person=person)
        else:
            day = plan_again(actor=request.actor, day=day)
    except DomainError as error:
        messages.error(request, error.message)
    return _to(day, programme)


def _day(request: ProgrammeRequest, pk: int, action: str) -> AssessmentDay:
    day: AssessmentDay = fetch(request.actor, action, AssessmentDay.objects.select_related("intake", "job"), pk=pk)
    return day


def _to(day: AssessmentDay, programme: str) -> HttpResponse:
    return see_other(reverse("selection:day", kwargs={"programme": programme, "pk": day.pk}))
