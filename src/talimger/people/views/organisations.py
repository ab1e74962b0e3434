"""The organisations that people come from."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from talimger.kernel.policies import fetch, require
from talimger.people.commands import save_organisation
from talimger.people.forms.people import OrganisationForm
from talimger.people.http import ProgrammeRequest, see_other
from talimger.people.models import Organisation
from talimger.people.queries import organisation_values, organisations_list
from talimger.people.views._answers import carry_out, page_of, show


@require_safe
def organisations(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """All organisations with the number of their people."""
    require(request.actor, "people.organisation.edit")
    words = request.GET.get("q", "").strip()[:100]
    page = page_of(request, organisations_list(request.actor, words=words))
    return render(request, "people/organisations.html", {"page": page, "q": words})


@require_http_methods(["GET", "HEAD", "POST"])
def organisation_new(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Add an organisation."""
    require(request.actor, "people.organisation.edit")
    return _save(request, OrganisationForm(request.POST or None), None)


@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: ProgrammeRequest, programme: str, key: int) -> HttpResponse:
    """Change an organisation."""
    found: Organisation = fetch(request.actor, "people.organisation.edit", pk=key)
    return _save(request, OrganisationForm(request.POST or None, stored=organisation_values(found)), found)


def _save(request: ProgrammeRequest, form: OrganisationForm, found: Organisation | None) -> HttpResponse:
    if request.method == "POST":
        key: dict[str, Any] = {} if found is None else {"key": found.pk, "version": form.data.get("version", "")}
        saved = carry_out(form, lambda: save_organisation(actor=request.actor, **form.values, **key))
        if saved is not None:
            messages.success(request, _("Saved: %(name)s.") % {"name": saved.name})
            return see_other(reverse("people:organisations", args=[request.programme.slug]))
    return show(request, "people/organisation.html", form, organisation=found)
