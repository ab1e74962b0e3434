"""My application: what a candidate sees and does behind the own link."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.files import read_upload
from talimger.kernel.tenancy import programme_scope
from talimger.people.http import see_other
from talimger.selection.commands.candidate_rights import answer_offer, ask_second_look, erase_candidate, may_be_erased, withdraw_candidate
from talimger.selection.commands.sittings import attach_file, begin_sitting, save_sitting, submit_sitting
from talimger.selection.forms import read_revision
from talimger.selection.forms_applying import plain
from talimger.selection.links import BadLinkError, ReplacedLinkError, find_link, token_of
from talimger.selection.models import Candidate, PersonalLink, TaskSitting
from talimger.selection.queries.portal import Task, calendar_of, own_data, portal_page, slots_of, tasks_of
from talimger.selection.views.apply import LinkRequest, dead_link, language_of, link_actor

APPEAL_LENGTH = 4_000


def by_candidate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Find the candidate behind the link, and answer within the programme and in their language."""

    @wraps(view)
    @never_cache
    def run(request: LinkRequest, token: str, **rest: Any) -> HttpResponse:
        try:
            link = find_link(token, PersonalLink.Purpose.CANDIDATE)
        except (BadLinkError, ReplacedLinkError) as error:
            return dead_link(request, error)
        candidate = link.candidate
        assert candidate is not None
        language = language_of(request, candidate.language)
        with translation.override(language), programme_scope(link.programme):
            request.programme, request.actor = link.programme, link_actor(link.programme)
            if candidate.erased_at is not None:
                response = render(request, "selection/portal/erased.html", {"candidate": candidate})
            else:
                response = view(request, candidate, token_of(link), **rest)
            response.headers["Content-Language"] = language
            return response

    return run


@require_safe
@by_candidate
def home(request: LinkRequest, candidate: Candidate, token: str) -> HttpResponse:
    """Where I am, what comes next, what I can do."""
    return _home(request, candidate, token)


def _home(request: LinkRequest, candidate: Candidate, token: str, *, status: int = 200, **rest: Any) -> HttpResponse:
    now = request.actor.now
    page = portal_page(candidate, now=now)
    context = {
        "page": page,
        "candidate": candidate,
        "intake": candidate.intake,
        "token": token,
        "now": now,
        "open_tasks": page.open_tasks(now),
        "next_slot": next((slot for slot in page.slots if slot.ends_at > now), None),
        "may_appeal": page.appeal is None and page.appeal_until is not None and now <= page.appeal_until,
        "here": next(step for step in page.way if step.state == "now"),
    }
    return render(request, "selection/portal/home.html", {**context, **rest}, status=status)


@require_POST
@by_candidate
def answer(request: LinkRequest, candidate: Candidate, token: str) -> HttpResponse:
    """Take or decline the place."""
    given = request.POST.get("answer", "")
    if given not in ("take", "decline"):
        return _home(request, candidate, token, status=422, problem=_("Choose one of the two answers."))
    try:
        answer_offer(actor=request.actor, candidate=candidate, takes=given == "take")
    except DomainError as error:
        return _home(request, candidate, token, status=422, problem=error.message)
    messages.success(request, _("Thank you. Your answer has arrived."))
    return see_other(_home_address(token))


@require_POST
@by_candidate
def appeal(request: LinkRequest, candidate: Candidate, token: str) -> HttpResponse:
    """Ask for a second look."""
    text = plain(request.POST.get("text", ""))
    try:
        if len(text) > APPEAL_LENGTH:
            raise DomainError(_("The text is too long to be saved. Shorten it."), field="text")
        ask_second_look(actor=request.actor, candidate=candidate, text=text)
    except DomainError as error:
        return _home(request, candidate, token, status=422, problem=error.message, appeal_text=text)
    messages.success(request, _("Your request has arrived. Other people than the first ones look at it."))
    return see_other(_home_address(token))


@require_http_methods(["GET", "HEAD", "POST"])
@by_candidate
def withdraw(request: LinkRequest, candidate: Candidate, token: str) -> HttpResponse:
    """Asked once more, then withdrawn."""
    if request.method == "POST":
        withdraw_candidate(actor=request.actor, candidate=candidate)
        messages.success(request, _("You have withdrawn. Thank you for your time."))
        return see_other(_home_address(token))
    return render(request, "selection/portal/withdraw.html", {"candidate": candidate, "token": token})


@require_http_methods(["GET", "HEAD", "POST"])
@by_candidate
def erase(request: LinkRequest, candidate: Candidate, token: str) -> HttpResponse:
    """What goes and what stays, then it is gone."""
    problem = ""
    if request.method == "POST":
        try:
            erase_candidate(actor=request.actor, candidate=candidate)
        except DomainError as error:
            problem = error.message
        else:
            return see_other(_home_address(token))
    context = {"candidate": candidate, "token": token, "problem": problem, "may_erase": may_be_erased(candidate)}
    return render(request, "selection/portal/erase.html", context, status=422 if problem else 200)


@require_safe
@by_candidate
def data(request: LinkRequest, candidate: Candidate, token: str) -> HttpResponse:
    """All that is kept of me, to read."""
    return render(request, "selection/portal/data.html", {"groups": own_data(candidate), "token": token, "candidate": candidate})


@require_safe
@by_candidate
def data_file(request: LinkRequest, candidate: Candidate, token: str) -> HttpResponse:
    """The same as a file that programs read."""
    groups = [
        {"title": title, "items": [{"label": label, "value": value} for label, value in pairs]} for title, pairs in own_data(candidate)
    ]
    written = json.dumps({"programme": str(request.programme.name), "groups": groups}, ensure_ascii=False, indent=2)
    return _file(written, "application/json; charset=utf-8", f"application-{candidate.number}.json")


@require_safe
@by_candidate
def calendar(request: LinkRequest, candidate: Candidate, token: str) -> HttpResponse:
    """My times as a file for the phone's calendar."""
    slots = slots_of(candidate)
    if not slots:
        raise Http404
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    written = calendar_of(slots, host=host, now=request.actor.now)
    return _file(written, "text/calendar; charset=utf-8", f"assessment-{candidate.number}.ics")


def _file(content: str, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


# ── a task in the browser ──


@require_http_methods(["GET", "HEAD", "POST"])
@by_candidate
def task(request: LinkRequest, candidate: Candidate, token: str, code: str) -> HttpResponse:
    """The rules and a button that starts the clock; then the task, which saves itself; then the thanks."""
    found = next((each for each in tasks_of(candidate) if each.code == code), None)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _task_page(request, candidate, token, found)
    if found.sitting is None:
        if request.POST.get("do") == "begin":
            begin_sitting(actor=request.actor, candidate=candidate, method_code=code)
        return see_other(request.path)
    return _work(request, candidate, token, found, found.sitting)


def _work(request: LinkRequest, candidate: Candidate, token: str, found: Task, sitting: TaskSitting) -> HttpResponse:
    text = plain(request.POST.get("text", ""))
    try:
        revision = read_revision(request.POST)
        if request.POST.get("do") == "submit":
            # The file first: where it is refused, the text is still open and nothing has been handed in.
            sitting = _attached(request, sitting)
            submit_sitting(actor=request.actor, sitting=sitting, revision=revision, text=text)
        else:
            sitting = save_sitting(actor=request.actor, sitting=sitting, revision=revision, text=text)
            sitting = _attached(request, sitting)
    except DomainError as error:
        if request.headers.get("X-Autosave"):
            return JsonResponse({"problem": error.message}, status=409 if isinstance(error, StaleWriteError) else 422)
        if error.code in ("over", "sent"):
            messages.info(request, error.message)
            return see_other(request.path)
        status = 409 if isinstance(error, StaleWriteError) else 422
        return _task_page(request, candidate, token, found, status=status, problem=error.message, typed=text)
    if request.headers.get("X-Autosave"):
        moment = timezone.localtime(request.actor.now).strftime("%H:%M")
        return JsonResponse({"revision": sitting.revision, "words": _("Saved at %(time)s") % {"time": moment}})
    return see_other(request.path)


def _attached(request: LinkRequest, sitting: TaskSitting) -> TaskSitting:
    upload = request.FILES.get("file")
    if upload is None:
        return sitting
    return attach_file(actor=request.actor, sitting=sitting, content=read_upload(upload), name=upload.name or "")


def _task_page(
    request: LinkRequest, candidate: Candidate, token: str, found: Task, *, status: int = 200, problem: str = "", typed: str | None = None
) -> HttpResponse:
    sitting = TaskSitting.objects.select_related("file").get(pk=found.sitting.pk) if found.sitting else None
    left = (sitting.ends_at - request.actor.now).total_seconds() if sitting else 0
    is_stale = status == 409 and sitting is not None
    context = {
        "task": found,
        "instrument": found.instrument,
        "sitting": sitting,
        "candidate": candidate,
        "token": token,
        "seconds": max(0, int(left)),
        "minutes_left": max(0, -int(-left // 60)),
        "problem": problem,
        "text": typed if typed is not None else (sitting.text if sitting else ""),
        "stored": sitting.text if is_stale and sitting else None,
    }
    state = "rules" if sitting is None else "over" if sitting.submitted_at or left <= 0 else "work"
    return render(request, f"selection/portal/task_{state}.html", context, status=status)


def _home_address(token: str) -> str:
    return reverse("portal:home", kwargs={"token": token})
