"""Trainer feedback: the officer asks and passes a link on; behind it the trainer sees one form and nothing else."""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from talimger.framework.queries import SheetItem, items_of_method
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.policies import Actor, fetch, may
from talimger.kernel.tenancy import programme_scope
from talimger.people.http import ProgrammeRequest, see_other
from talimger.people.queries import actor_for
from talimger.people.roles import Role
from talimger.selection.commands import RatingEntry, ask_trainer, save_sheet, submit_sheet, withdraw_trainer_link
from talimger.selection.commands.trainer import setting_for, text_to_trainer
from talimger.selection.forms import read_entries, read_revision, read_window
from talimger.selection.links import BadLinkError, ReplacedLinkError, find_link, link_of
from talimger.selection.models import Candidate, PersonalLink, Rating, RatingSheet
from talimger.selection.views.apply import LinkRequest, dead_link, language_of, link_actor
from talimger.selection.views.sheets import given_in, typed_in
from talimger.shell.qr import qr_svg

GONE = 410


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Ask the trainer, and pass the link on."""
    rows = Candidate.objects.select_related("intake", "programme")
    candidate: Candidate = fetch(request.actor, "selection.trainer.ask", rows, pk=pk)
    problem = ""
    if request.method == "POST":
        try:
            ask_trainer(actor=request.actor, candidate=candidate)
        except DomainError as error:
            problem = error.message
        else:
            messages.success(request, _("The letter is on its way. You can pass the link on yourself, too."))
            return see_other(request.path)
    links = PersonalLink.objects.filter(sheet__candidate=candidate, withdrawn_at=None).select_related("sheet__assessor")
    link = links.order_by("-pk").first()
    context = {
        "candidate": candidate,
        "intake": candidate.intake,
        "applies": setting_for(candidate) is not None,
        "problem": problem,
        "link_row": link,
        "is_over": link is not None and link.expires_at is not None and link.expires_at <= request.actor.now,
        "trainer": link.sheet.assessor if link and link.sheet else None,
    }
    if link is not None and link.sheet is not None and link.sheet.is_open and not context["is_over"]:
        address = link_of(link)
        _subject, text = text_to_trainer(link, candidate, link.sheet.assessor)
        context |= {"link": address, "text": text, "code": qr_svg(address, label=_("QR code with the trainer’s link"))}
    return render(request, "selection/trainer_ask.html", context, status=422 if problem else 200)


@require_POST
def withdraw(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Close the trainer's link."""
    candidate: Candidate = fetch(request.actor, "selection.trainer.ask", pk=pk)
    withdraw_trainer_link(actor=request.actor, candidate=candidate)
    messages.success(request, _("The link no longer works."))
    return see_other(reverse("selection:trainer", kwargs={"programme": programme, "pk": pk}))


# ── behind the link ──


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def form(request: LinkRequest, token: str) -> HttpResponse:
    """The trainer's form: five competencies, what was seen, one button at the end."""
    try:
        link = find_link(token, PersonalLink.Purpose.TRAINER)
    except (BadLinkError, ReplacedLinkError) as error:
        return dead_link(request, error)
    sheet = link.sheet
    assert sheet is not None
    language = language_of(request, sheet.assessor.language)
    with translation.override(language), programme_scope(link.programme):
        request.programme, request.actor = link.programme, link_actor(link.programme)
        response = _answer(request, link, sheet)
        response.headers["Content-Language"] = language
        return response


def _answer(request: LinkRequest, link: PersonalLink, sheet: RatingSheet) -> HttpResponse:
    now = request.actor.now
    if sheet.state == RatingSheet.State.LOCKED:
        return render(request, "selection/trainer_over.html", {"is_done": True})
    trainer = _trainer(link, sheet, request)
    if trainer is None or (link.expires_at is not None and link.expires_at <= now) or not may(trainer, "selection.sheet.rate", sheet):
        return render(request, "selection/trainer_over.html", {"is_done": False}, status=GONE)
    items = items_of_method(sheet.method_id)
    page = partial(_page, request, sheet, items)
    if request.method != "POST":
        return page({rating.item_id: rating for rating in Rating.objects.filter(sheet=sheet)})
    entries: list[RatingEntry] = read_entries(request.POST, [item.pk for item in items])
    try:
        revision, window = read_revision(request.POST), read_window(request.POST)
        save = submit_sheet if request.POST.get("step") == "lock" else save_sheet
        saved = save(actor=trainer, sheet=sheet, revision=revision, entries=entries, window=window)
    except DomainError as error:
        if request.headers.get("HX-Request"):
            raise
        return page(typed_in(entries), problem=error.message, status=409 if isinstance(error, StaleWriteError) else 422)
    if request.headers.get("HX-Request"):
        return render(request, "selection/_saved.html", {"sheet": saved, "given": given_in(entries), "total": len(entries)})
    return see_other(request.path)


def _trainer(link: PersonalLink, sheet: RatingSheet, request: LinkRequest) -> Actor | None:
    """The trainer as somebody who acts: with the link one is a trainer and nothing else, whatever other roles the account has."""
    actor = actor_for(sheet.assessor, link.programme, now=request.actor.now)
    if actor is None or not actor.holds(Role.TRAINER):
        return None
    return replace(actor, roles=frozenset({Role.TRAINER}))


def _page(
    request: LinkRequest, sheet: RatingSheet, items: list[SheetItem], ratings: dict[int, Rating], *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "sheet": sheet,
        "candidate": sheet.candidate,
        "rows": [{"item": item, "rating": ratings.get(item.pk)} for item in items],
        "levels": range(1, 6),
        "given": sum(rating.is_given for rating in ratings.values()),
        "total": len(items),
        "window": read_window(request.POST) or secrets.token_urlsafe(16),
        "problem": problem,
    }
    return render(request, "selection/trainer_form.html", context, status=status)
