"""Applying without an account: the start page of a call, the pages of the form, the receipt."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.policies import Actor
from talimger.kernel.tenancy import programme_scope
from talimger.people.http import see_other
from talimger.people.models import Programme
from talimger.selection.commands.applying import save_application, send_links_again, start_application, submit_application
from talimger.selection.forms import read_revision
from talimger.selection.forms_applying import (
    FairnessForm,
    Kind,
    LostLinkForm,
    StartForm,
    TrainingForm,
    YouForm,
    has_mistakes,
    read_entry_forms,
    shown_entry_forms,
)
from talimger.selection.links import BadLinkError, ReplacedLinkError, find_application, resume_token_of, token_of
from talimger.selection.models import Application, Intake, PersonalLink
from talimger.selection.queries.applying import answered_questions, compose_entry, is_call_open, missing_parts, written_entries

STEPS = ("you", "experience", "training", "send")
# 410: there was something at this address, and there will be nothing again.
GONE = 410


class LinkRequest(HttpRequest):
    """A request of somebody who holds a link: no account, no role, one thing."""

    actor: Actor
    programme: Programme


def link_actor(programme: Programme) -> Actor:
    """Whoever holds a link acts without an account and without a role."""
    return Actor(user_id=None, programme_id=programme.pk, roles=frozenset(), now=timezone.now())


def language_of(request: HttpRequest, own: str) -> str:
    """The language chosen with the switch, else the person's own."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else own


def dead_link(request: HttpRequest, error: Exception) -> HttpResponse:
    """A link that leads nowhere, and why."""
    replaced = isinstance(error, ReplacedLinkError)
    return render(request, "selection/portal/dead_link.html", {"replaced": replaced}, status=GONE if replaced else 404)


def by_application(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Find the application behind the link, and answer within its programme and in its language."""

    @wraps(view)
    @never_cache
    def run(request: LinkRequest, token: str, **rest: Any) -> HttpResponse:
        try:
            application = find_application(token)
        except (BadLinkError, ReplacedLinkError) as error:
            return dead_link(request, error)
        language = language_of(request, application.language)
        with translation.override(language), programme_scope(application.programme):
            request.programme, request.actor = application.programme, link_actor(application.programme)
            response = view(request, application, **rest)
            response.headers["Content-Language"] = language
            return response

    return run


def _intake(programme: str, pk: int) -> Intake:
    """The intake of a public address, whatever its state. Raises ``Http404``."""
    intake = Intake._base_manager.select_related("programme").filter(pk=pk, programme__slug=programme).first()
    if intake is None or intake.apply_until is None:
        raise Http404
    return intake


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: LinkRequest, programme: str, pk: int) -> HttpResponse:
    """The start page of a call: what it is, until when, and an address for the link. Closed, it says since when."""
    intake = _intake(programme, pk)
    with programme_scope(intake.programme):
        request.programme, request.actor = intake.programme, link_actor(intake.programme)
        languages = intake.programme.languages
        form = StartForm(request.POST or None, languages=languages, initial={"language": _first_language(languages)})
        is_open = is_call_open(intake, now=request.actor.now)
        if request.method == "POST" and is_open and form.is_valid():
            try:
                application = start_application(actor=request.actor, intake=intake, **form.cleaned_data)
            except DomainError:  # the last second passed meanwhile: the page says so
                is_open = False
            else:
                response = see_other(_step_address(resume_token_of(application), "you"))
                # From here on everything speaks the language that was chosen for the application.
                response.set_cookie(settings.LANGUAGE_COOKIE_NAME, application.language, samesite="Lax", max_age=31_536_000)
                return response
        context = {"intake": intake, "form": form, "is_open": is_open, "now": request.actor.now}
        return render(request, "selection/portal/start.html", context, status=422 if form.errors else 200)


def _first_language(languages: list[str]) -> str:
    wanted = (translation.get_language() or "ru")[:2]
    return wanted if wanted in languages or not languages else languages[0]


@require_http_methods(["GET", "HEAD", "POST"])
def lost_link(request: LinkRequest, programme: str, pk: int) -> HttpResponse:
    """The link once more by mail. The answer is the same for every address."""
    intake = _intake(programme, pk)
    with programme_scope(intake.programme):
        request.programme, request.actor = intake.programme, link_actor(intake.programme)
        form = LostLinkForm(request.POST or None)
        sent_to = ""
        if request.method == "POST" and form.is_valid():
            sent_to = form.cleaned_data["email"]
            send_links_again(actor=request.actor, intake=intake, email=sent_to)
        context = {"intake": intake, "form": form, "sent_to": sent_to}
        return render(request, "selection/portal/lost_link.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD"])
@by_application
def form(request: LinkRequest, application: Application) -> HttpResponse:
    """Where the application stands: its first page with something missing, or the receipt."""
    token = resume_token_of(application)
    if application.submitted_at is not None:
        return _receipt(request, application)
    missing = missing_parts(application)
    return see_other(_step_address(token, missing[0].step if missing else "send"))


@require_http_methods(["GET", "HEAD", "POST"])
@by_application
def form_step(request: LinkRequest, application: Application, step: str) -> HttpResponse:
    """One page of the form. It saves itself; "next" saves as well and goes on."""
    if step not in STEPS:
        raise Http404
    if application.submitted_at is not None:
        return see_other(reverse("portal:form", kwargs={"token": resume_token_of(application)}))
    if not is_call_open(application.intake, now=request.actor.now):
        return _closed(request, application)
    page = _Page(request, application, step)
    if request.method != "POST":
        return page.show()
    try:
        page.save()
        if request.headers.get("X-Autosave"):
            return page.saved_line()
        if page.wants_to_stay and page.has_mistakes:
            return page.show(status=422)
        if page.wants_to_stay:
            return see_other(page.same_page)
        if page.is_incomplete:
            return page.show(status=422)
        return _send(request, page) if step == "send" else see_other(page.next_page)
    except StaleWriteError as error:
        return page.refused(error, status=409)
    except DomainError as error:
        if error.code == "closed":
            return _closed(request, application)
        if error.code == "sent":
            return see_other(reverse("portal:form", kwargs={"token": resume_token_of(application)}))
        return page.refused(error, status=422)


def _send(request: LinkRequest, page: _Page) -> HttpResponse:
    sent = submit_application(actor=request.actor, application=page.application)
    if sent.submitted_at is None:
        return render(request, "selection/portal/not_sent.html", {"application": sent}, status=422)
    return see_other(reverse("portal:form", kwargs={"token": resume_token_of(sent)}))


def _receipt(request: LinkRequest, application: Application) -> HttpResponse:
    candidate = application.candidate
    if candidate is None or candidate.erased_at is not None:
        return dead_link(request, ReplacedLinkError())
    # The link was made when the application was sent; without one the way leads through the mailbox.
    own = PersonalLink.objects.filter(candidate=candidate, withdrawn_at=None).first()
    context = {"application": application, "candidate": candidate, "token": token_of(own) if own else ""}
    return render(request, "selection/portal/receipt.html", context)


def _closed(request: LinkRequest, application: Application) -> HttpResponse:
    """Too late: it says so, and shows what was written, which stays the person's own."""
    if request.headers.get("X-Autosave"):
        return JsonResponse({"problem": _("Applications are closed.")}, status=409)
    context = {"intake": application.intake, "application": application, "entries": _texts(application)}
    return render(request, "selection/portal/closed.html", context, status=409 if request.method == "POST" else 200)


def _texts(application: Application) -> list[str]:
    return [compose_entry(entry) for entry in written_entries(application)]


def _step_address(token: str, step: str) -> str:
    return reverse("portal:form_step", kwargs={"token": token, "step": step})


class _Page:
    """One page of the form: its forms, what it saves, how it is shown again with everything that was typed."""

    def __init__(self, request: LinkRequest, application: Application, step: str) -> None:
        self.request, self.application, self.step = request, application, step
        self.data = request.POST if request.method == "POST" else None
        self.action = request.POST.get("do", "")
        self.entry_forms: dict[str, list[Any]] = {}
        self.form: Any = None
        if step == "you":
            self.form = YouForm(self.data, application=application)
        elif step == "training":
            self.form = TrainingForm(self.data, application=application, questions=answered_questions(application))
        elif step == "send":
            self.form = FairnessForm(self.data, application=application)
        elif self.data is not None:
            self.entry_forms = {kind: read_entry_forms(self.data, kind) for kind in Kind.values}
        else:
            entries, more = written_entries(application), request.GET.get("add", "")
            self.entry_forms = {kind: shown_entry_forms(entries, kind, blank=more == kind) for kind in Kind.values}

    @property
    def wants_to_stay(self) -> bool:
        return self.action.startswith(("add-", "remove-", "save"))

    @property
    def same_page(self) -> str:
        address = _step_address(resume_token_of(self.application), self.step)
        verb, _dash, kind = self.action.partition("-")
        if verb == "add" and kind in Kind.values:
            return f"{address}?add={kind}#{kind}-new"
        return f"{address}#{kind.partition('-')[0]}" if verb == "remove" else address

    @property
    def next_page(self) -> str:
        return _step_address(resume_token_of(self.application), STEPS[STEPS.index(self.step) + 1])

    @property
    def _all_forms(self) -> list[Any]:
        return [*([self.form] if self.form else []), *(form for forms in self.entry_forms.values() for form in forms)]

    @property
    def has_mistakes(self) -> bool:
        return any(has_mistakes(form) for form in self._all_forms)

    @property
    def is_incomplete(self) -> bool:
        return any(form.errors for form in self._all_forms)

    def save(self) -> None:
        """Keep whatever is valid."""
        for form in self._all_forms:
            form.is_valid()
        values: dict[str, Any] = {}
        if self.step == "training":
            values = {"values": self.form.values(), "answers": self.form.answers()}
        elif self.form is not None:
            cleaned = dict(self.form.cleaned_data)
            consent = {"consent": bool(cleaned.pop("consent", False))} if self.step == "you" else {}
            values = {"values": cleaned, **consent}
        else:
            values = {"entries": {kind: [form.entry for form in forms] for kind, forms in self.entry_forms.items()}}
        revision = read_revision(self.request.POST)
        if self.step == "send" and revision == self.application.revision and not self.form.has_changed():
            # In the last minute of a call every write counts: nothing new is not written.
            return
        self.application = save_application(actor=self.request.actor, application=self.application, revision=revision, **values)

    def saved_line(self) -> HttpResponse:
        """What the page's own saving gets back."""
        moment = timezone.localtime(self.application.saved_at).strftime("%H:%M")
        problem = _("Not everything could be saved: look at what is marked when you go on.") if self.has_mistakes else ""
        words = _("Saved at %(time)s") % {"time": moment}
        return JsonResponse({"revision": self.application.revision, "words": problem or words})

    def refused(self, error: DomainError, *, status: int) -> HttpResponse:
        if self.request.headers.get("X-Autosave"):
            return JsonResponse({"problem": error.message}, status=status)
        stored = Application.objects.get(pk=self.application.pk)
        self.application = stored
        return self.show(status=status, problem=error.message, stored=self._stored() if status == 409 else [])

    def _stored(self) -> list[tuple[str, str]]:
        """What stands in the record where it differs from what was typed here."""
        if self.entry_forms:
            return [("", text) for text in _texts(self.application)]
        fresh = _Page(_reading(self.request), self.application, self.step).form
        pairs = []
        for name in self.form.fields:
            there, here = fresh[name].value(), self.form[name].value()
            if str(there if there is not None else "") != str(here if here is not None else ""):
                pairs.append((str(fresh.fields[name].label), str(there or "—")))
        return pairs

    def show(self, *, status: int = 200, problem: str = "", stored: list[tuple[str, str]] | None = None) -> HttpResponse:
        place = STEPS.index(self.step)
        names = (_("About you"), _("Experience"), _("Training"), _("Check and send"))
        steps = [(name, "was" if at < place else "now" if at == place else "") for at, name in enumerate(names)]
        labels = dict(Kind.choices)
        context = {
            "intake": self.application.intake,
            "application": self.application,
            "token": resume_token_of(self.application),
            "step": self.step,
            "steps": steps,
            "title": names[place],
            "number": place + 1,
            "back": STEPS[place - 1] if place else "",
            "form": self.form,
            "groups": [(kind, labels[kind], forms) for kind, forms in self._shown_entries().items()],
            "problem": problem,
            "stored": stored or [],
        }
        if self.step == "send":
            context |= {
                "missing": missing_parts(self.application),
                "groups": self._summary(),
                "questions": answered_questions(self.application),
            }
        return render(self.request, f"selection/portal/apply_{self.step}.html", context, status=status)

    def _shown_entries(self) -> dict[str, list[Any]]:
        if self.data is None:
            return self.entry_forms
        return {kind: forms or shown_entry_forms([], kind, blank=True) for kind, forms in self.entry_forms.items()}

    def _summary(self) -> list[tuple[str, list[str]]]:
        entries = written_entries(self.application)
        return [(str(Kind(kind).label), [compose_entry(each) for each in entries if each.kind == kind]) for kind in Kind.values]


def _reading(request: LinkRequest) -> Any:
    """The same request as somebody who only looks."""
    copy = HttpRequest()
    copy.method = "GET"
    return copy
