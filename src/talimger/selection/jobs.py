"""Work of selection that the worker does."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talimger.kernel.errors import DomainError
from talimger.kernel.jobs import Outcome, Progress, job
from talimger.kernel.models import Job
from talimger.kernel.policies import Actor, fetch, system_actor
from talimger.people.queries import actor_for
from talimger.selection.models import FairScoreRun, Intake
from talimger.selection.queries import competencies_of_items, possible_raters, score_input


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


@job("selection.fair_scores")
def fair_scores(row: Job, progress: Progress) -> Outcome:
    """Compute the fair scores of an intake. The programme itself does it: nobody's role has to last until then."""
    actor = system_actor(programme_id=row.programme_id, now=timezone.now())
    intake = Intake.objects.get(pk=row.arguments["intake"])
    progress.step(0, 1)
    run = compute_scores(actor=actor, intake=intake, row=row)
    progress.step(1, 1)
    url = reverse("selection:candidates", kwargs={"programme": row.programme.slug, "pk": intake.pk})
    if run is None:
        return Outcome(_("Nothing has changed: the fair scores stay as they are."), url)
    message = ngettext("%(count)s fair score was computed.", "%(count)s fair scores were computed.", run.candidates)
    return Outcome(message % {"count": run.candidates}, url)


def compute_scores(*, actor: Actor, intake: Intake, row: Job | None = None) -> FairScoreRun | None:
    """Fit the intake's ratings as they are now and store the run; ``None`` when nobody is complete or nothing has changed."""
    from talimger.selection.commands import is_computed, store_scores

    given = score_input(actor, intake)
    if not given.scored or is_computed(intake, given):
        return None
    # numpy and scipy load here and nowhere else: no web process comes this way.
    from talimger.selection.fitting import SOFTWARE, fit_scores

    # The long part needs no transaction; what has changed meanwhile is found when the run is stored.
    fitted = fit_scores(
        given,
        competencies=competencies_of_items(intake),
        raters=lambda candidates: possible_raters(intake, candidates, now=actor.now),
    )
    try:
        return store_scores(actor=actor, intake=intake, given=given, fitted=fitted, software=SOFTWARE, job=row)
    except DomainError as error:
        if error.code != "moved_on":
            raise
        # Whoever changed the ratings has queued a job of their own.
        return None


@job("selection.fairness")
def fairness(row: Job, progress: Progress) -> Outcome:
    """Count who was let through by what candidates said of themselves, and keep what may be shown of it."""
    from talimger.selection.commands import store_fairness
    from talimger.selection.fitting import fairness_report
    from talimger.selection.queries import counted

    actor = system_actor(programme_id=row.programme_id, now=timezone.now())
    intake = Intake.objects.get(pk=row.arguments["intake"])
    progress.step(0, 1)
    store_fairness(actor=actor, intake=intake, stages=fairness_report(counted(intake)))
    progress.step(1, 1)
    return Outcome(_("The counts are ready."), reverse("selection:fairness", kwargs={"programme": row.programme.slug, "pk": intake.pk}))
