"""Work of selection that the worker does."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talimger.kernel.errors import DomainError
from talimger.kernel.jobs import Outcome, Progress, job
from talimger.kernel.models import Job
from talimger.kernel.policies import Actor, fetch
from talimger.people.queries import actor_for


def acting_person(row: Job) -> Actor:
    """The person who started the job, with the roles held now. Raises ``DomainError`` when none is left."""
    actor = actor_for(row.requested_by, row.programme, now=timezone.now()) if row.requested_by else None
    if actor is None:
        raise DomainError(_("The person who started this no longer has a role in the programme."))
    return actor


@job("selection.import_candidates")
def import_candidates(row: Job, progress: Progress) -> Outcome:
    """Write the candidates of a mapped spreadsheet."""
    from talimger.selection.commands import write_candidates  # commands name this job's kind, so they come second

    actor = acting_person(row)
    batch = fetch(actor, "selection.import.view", pk=row.arguments["batch"])
    written = write_candidates(actor=actor, batch=batch, progress=progress)
    return Outcome(
        ngettext("%(count)s candidate was written.", "%(count)s candidates were written.", written) % {"count": written},
        reverse("selection:import", kwargs={"programme": row.programme.slug, "pk": batch.pk}),
    )
