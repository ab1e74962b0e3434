"""The letters of the programme: written, waiting, sent, not delivered."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from talimger.kernel.models import OutboxMail
from talimger.kernel.policies import allowed, fetch, may, require
from talimger.people.commands import retry_letter
from talimger.people.http import ProgrammeRequest, see_other
from talimger.people.invitations import LETTER, without_links
from talimger.people.queries import letters_list
from talimger.people.views._answers import page_of
from talimger.shell.languages import LANGUAGE_NAMES


@require_safe
def letters(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Every letter with its state, newest first."""
    require(request.actor, "people.outbox.view")
    state = request.GET.get("state", "")
    words = request.GET.get("q", "").strip()[:100]
    page = page_of(request, letters_list(request.actor, state=state, words=words))
    failed = allowed(request.actor, "people.outbox.view").filter(state=OutboxMail.State.FAILED).count()
    context = {
        "page": page,
        "state": state if state in OutboxMail.State.values else "",
        "states": [("", _("All")), *((choice.value, choice.label) for choice in OutboxMail.State)],
        "q": words,
        "failed": failed,
        "held": settings.EMAIL_HELD,
    }
    return render(request, "people/letters.html", context)


@require_safe
def letter(request: ProgrammeRequest, programme: str, key: int) -> HttpResponse:
    """One letter in full, in its own language. Personal links can be opened by nobody but, of invitations, who could have sent them."""
    found: OutboxMail = fetch(request.actor, "people.outbox.view", pk=key)
    # With a candidate's own link one could act as the candidate.
    whole = found.purpose == LETTER and may(request.actor, "people.role.give", request.programme)
    context = {
        "letter": found,
        "body": found.body if whole else without_links(found.body),
        "problem": delivery_problem(found),
        "held": settings.EMAIL_HELD,
        "language_name": LANGUAGE_NAMES[found.language].full,
    }
    return render(request, "people/letter.html", context)


@require_POST
def letter_retry(request: ProgrammeRequest, programme: str, key: int) -> HttpResponse:
    """Try once more to deliver a letter that was given up."""
    retry_letter(actor=request.actor, key=key)
    messages.success(request, _("The letter is waiting to be sent again."))
    return see_other(reverse("people:letter", args=[programme, key]))


def delivery_problem(letter: OutboxMail) -> str:
    """Why the last attempt failed, in words for who is no postmaster; empty when none failed."""
    kind = letter.last_error.partition(":")[0]
    if not kind:
        return ""
    if kind == "SMTPRecipientsRefused":
        return _("The mail server says that nobody can be reached at this address. Check how it is written.")
    if kind in {"SMTPAuthenticationError", "SMTPSenderRefused", "SMTPNotSupportedError"}:
        return _("The mail server does not let this installation send. An administrator should check the mail settings.")
    if kind == "SMTPDataError":
        return _("The mail server did not accept this letter.")
    return _("The mail server could not be reached.")
