"""Inviting people: the form, the link to pass on, taking it back."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from talimger.kernel.models import OutboxMail
from talimger.kernel.policies import fetch, may, require
from talimger.people.commands import invite, renew_invitation, withdraw_invitation
from talimger.people.forms.people import InviteForm
from talimger.people.http import ProgrammeRequest, see_other
from talimger.people.invitations import LETTER, InvitationState, link_of, text_to_share
from talimger.people.models import Invitation
from talimger.people.queries import invitations_list
from talimger.people.views._answers import carry_out, page_of, show
from talimger.shell.languages import LANGUAGE_NAMES
from talimger.shell.qr import qr_svg


def state_choices() -> list[tuple[str, str]]:
    """The states of invitations as a filter shows them."""
    return [
        ("", _("All")),
        (InvitationState.OPEN, _("Waiting")),
        (InvitationState.EXPIRED, _("Expired")),
        (InvitationState.ACCEPTED, _("Accepted")),
        (InvitationState.WITHDRAWN, _("Withdrawn")),
    ]


@require_safe
def invitations(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Every invitation with its state."""
    require(request.actor, "people.invite")
    state = request.GET.get("state", "")
    words = request.GET.get("q", "").strip()[:100]
    page = page_of(request, invitations_list(request.actor, state=state, words=words))
    context = {
        "page": page,
        "rows": [(each, InvitationState.of(each, request.actor.now)) for each in page.object_list],
        "states": state_choices(),
        "state": state if state in set(InvitationState) else "",
        "q": words,
    }
    return render(request, "people/invitations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_new(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Invite one person."""
    require(request.actor, "people.invite")
    form = InviteForm(request.POST or None, actor=request.actor, initial={"language": request.programme.languages[0]})
    if request.method == "POST":
        invitation = carry_out(form, lambda: invite(actor=request.actor, **form.cleaned_data))
        if invitation is not None:
            return see_other(reverse("people:invitation", args=[programme, invitation.pk]))
    return show(request, "people/invite.html", form)


@require_safe
def invitation(request: ProgrammeRequest, programme: str, key: int) -> HttpResponse:
    """One invitation: the link to pass on, while it is open, and what became of it."""
    rows = Invitation.objects.select_related("organisation", "created_by", "accepted_by")
    found: Invitation = fetch(request.actor, "people.invitation.view", rows, pk=key)
    state = InvitationState.of(found, request.actor.now)
    letters = OutboxMail.objects.filter(programme=request.programme, purpose=LETTER, to_email=found.email)
    context = {
        "invitation": found,
        "state": state,
        "letter": letters.order_by("-pk").first(),
        "may_read_letters": may(request.actor, "people.outbox.view"),
        "held": settings.EMAIL_HELD,
        "language_name": LANGUAGE_NAMES[found.language].full,
    }
    if state is InvitationState.OPEN:
        link = link_of(found)
        context |= {
            "link": link,
            "text": text_to_share(found, request.programme),
            "code": qr_svg(link, label=_("QR code with the link of the invitation")),
        }
    return render(request, "people/invitation.html", context)


@require_POST
def invitation_renew(request: ProgrammeRequest, programme: str, key: int) -> HttpResponse:
    """A new link, the full time again."""
    renewed = renew_invitation(actor=request.actor, key=key)
    messages.success(request, _("%(name)s gets a new link. The old one stopped working.") % {"name": renewed.full_name})
    return see_other(reverse("people:invitation", args=[programme, key]))


@require_POST
def invitation_withdraw(request: ProgrammeRequest, programme: str, key: int) -> HttpResponse:
    """Take an invitation back."""
    withdrawn = withdraw_invitation(actor=request.actor, key=key)
    messages.success(request, _("The invitation of %(name)s is withdrawn.") % {"name": withdrawn.full_name})
    return see_other(reverse("people:invitation", args=[programme, key]))
