"""The programme's settings and its cycles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText
from talimger.kernel.policies import Actor, fetch, require
from talimger.people.commands._rows import save_row
from talimger.people.models import Cycle, Programme
from talimger.people.queries import cycle_values, settings_values
from talimger.people.versions import check_version


@command("people.settings.edit")
def save_settings(
    *,
    actor: Actor,
    name: LocalisedText,
    languages: Sequence[str],
    accent: str,
    contact_email: str,
    invitation_days: int,
    version: str,
) -> Programme:
    """Change the settings if they still are what the page had shown."""
    programme: Programme = fetch(actor, "people.settings.edit", Programme.objects.select_for_update(), pk=actor.programme_key)
    check_version(version, settings_values(programme))
    programme.name = name
    programme.languages = used_languages(languages)
    programme.accent, programme.contact_email, programme.invitation_days = accent, contact_email, invitation_days
    save_row(programme, field="invitation_days")
    return programme


def used_languages(codes: Sequence[str]) -> list[str]:
    """The languages of a programme in the house's order. Raises ``DomainError`` when none of them is known here."""
    known = [code for code in LANGUAGE_CODES if code in codes]
    if not known or set(codes) - set(known):
        raise DomainError(_("Choose at least one of the languages offered."), code="language", field="languages")
    return known


# Nobody plans so far: a date beyond it is a slip of the keyboard.
FAR_AWAY = dt.timedelta(days=3653)


@command("people.cycle.edit")
def save_cycle(
    *,
    actor: Actor,
    name: LocalisedText,
    starts_on: dt.date,
    bootcamp_on: dt.date,
    ends_on: dt.date,
    key: int | None = None,
    version: str = "",
) -> Cycle:
    """Add a cycle, or change the one with this key if it still is what the page had shown."""
    require(actor, "people.cycle.edit")
    near = actor.now.date()
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if not near - FAR_AWAY <= day <= near + FAR_AWAY:
            raise DomainError(_("This date is more than ten years away. Check the year."), field=field)
    if key is None:
        cycle = Cycle(programme_id=actor.programme_key, created_at=actor.now)
    else:
        cycle = fetch(actor, "people.cycle.edit", Cycle.objects.select_for_update(), pk=key)
        check_version(version, cycle_values(cycle))
    cycle.name, cycle.starts_on, cycle.bootcamp_on, cycle.ends_on = name, starts_on, bootcamp_on, ends_on
    save_row(cycle, field="bootcamp_on")
    return cycle
