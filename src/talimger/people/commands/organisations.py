"""Organisations: where people come from."""

from __future__ import annotations

from talimger.kernel.commands import command
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor, fetch, require
from talimger.people.commands._rows import save_row
from talimger.people.models import Organisation
from talimger.people.queries import organisation_values
from talimger.people.versions import check_version


@command("people.organisation.edit")
def save_organisation(*, actor: Actor, name: LocalisedText, kind: str, key: int | None = None, version: str = "") -> Organisation:
    """Add an organisation, or change the one with this key if it still is what the page had shown."""
    require(actor, "people.organisation.edit")
    if key is None:
        organisation = Organisation(programme_id=actor.programme_key)
    else:
        organisation = fetch(actor, "people.organisation.edit", Organisation.objects.select_for_update(), pk=key)
        check_version(version, organisation_values(organisation))
    organisation.name, organisation.kind = name, kind
    save_row(organisation, field="name")
    return organisation
