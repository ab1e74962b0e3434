"""Opening a selection."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from talimger.framework.models import FrameworkVersion
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor, require
from talimger.people.models import Cycle
from talimger.selection.models import Intake

# Nobody plans so far: a date beyond it is a slip of the keyboard.
FAR_AWAY = dt.timedelta(days=3653)


@command("selection.intake.open")
def open_intake(
    *,
    actor: Actor,
    name: LocalisedText,
    framework: FrameworkVersion,
    opens_on: dt.date,
    rate_by: dt.date,
    decide_by: dt.date,
    cycle: Cycle | None = None,
    raters_per_sheet: int = 2,
) -> Intake:
    """Open an intake under a published version of the framework. Raises ``DomainError`` on dates out of order or a draft."""
    require(actor, "selection.intake.open")
    if framework.is_draft:
        raise DomainError(_("Publish the framework first: an intake keeps the version it was opened under."), field="framework")
    if not opens_on <= rate_by <= decide_by:
        raise DomainError(_("An intake opens first, is rated next, and is decided last."), field="rate_by")
    near = actor.now.date()
    if not near - FAR_AWAY <= opens_on <= decide_by <= near + FAR_AWAY:
        raise DomainError(
            _("This date is more than ten years away. Check the year."), field="opens_on" if opens_on < near - FAR_AWAY else "decide_by"
        )
    if not 1 <= raters_per_sheet <= 5:
        raise DomainError(_("One to five assessors rate each sheet."), field="raters_per_sheet")
    return Intake.objects.create(
        programme_id=actor.programme_key,
        name=name,
        cycle=cycle,
        framework=framework,
        opens_on=opens_on,
        rate_by=rate_by,
        decide_by=decide_by,
        raters_per_sheet=raters_per_sheet,
        created_at=actor.now,
    )
