"""The planner's work in the background: an assessment day, and who rates whom. Its solver is loaded here and in no web process."""

from __future__ import annotations

import random

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talimger.core.planning.errors import PlanningError
from talimger.kernel.errors import DomainError
from talimger.kernel.jobs import Outcome, Progress, job
from talimger.kernel.models import Job
from talimger.selection.day_planning import read_day
from talimger.selection.day_words import Names, why_not
from talimger.selection.jobs import acting_person
from talimger.selection.models import AssessmentDay, AssignmentProposal

# A first plan takes a second; a better one is worth half a minute of waiting.
DAY_SECONDS = 30


@job("selection.plan_day")
def plan_the_day(row: Job, progress: Progress) -> Outcome:
    """Plan a day, or find who takes over from somebody who does not come."""
    from talimger.core.planning.day import DayPlan, fingerprint
    from talimger.core.planning.day_change import if_absent  # loads the solver
    from talimger.core.planning.day_solve import plan_day
    from talimger.selection.commands import store_plan  # commands name this job's kind, so they come second

    actor = acting_person(row)
    day = AssessmentDay.objects.select_related("intake").get(pk=row.arguments["day"])
    revision, given, absent = day.revision, read_day(day), row.arguments.get("absent")

    progress.step(0, 1)
    try:
        if absent is not None and given.sessions:
            before = read_day(day, with_absent=frozenset({absent}))
            stands = DayPlan(before.sessions, (), fingerprint(before.problem), day.seed, 0.0, None)
            plan = if_absent(
                before.problem, stands, str(absent), now_block=_now(day), time_limit=DAY_SECONDS, seed=day.seed
            ).plan
        else:
            plan = plan_day(given.problem, time_limit=DAY_SECONDS, seed=day.seed)
    except PlanningError as error:
        raise DomainError("\n".join(_why(error, day)), code=error.code) from error
    progress.step(1, 1)
    store_plan(actor=actor, day=day, revision=revision, plan=plan, rng=random.SystemRandom())
    url = reverse("selection:day", kwargs={"programme": row.programme.slug, "pk": day.pk})
    return Outcome(_("The day is planned: %(count)s sessions.") % {"count": len(plan.sessions)}, url)


def _now(day: AssessmentDay) -> str:
    """The block that comes next: on the day itself what has begun is past, before it nothing is."""
    moment = timezone.localtime()
    blocks = list(day.blocks.order_by("order"))
    if day.held_on != moment.date():
        return str(blocks[0].pk)
    return str(next((block.pk for block in blocks if block.starts_at > moment.time()), blocks[-1].pk))


def _why(error: PlanningError, day: AssessmentDay) -> list[str]:
    if error.code == "no_plan_in_time":
        return [_("No plan was found in time. Give the day more blocks, rooms or assessors, and try again.")]
    said = why_not(error.reasons, Names.of(day))
    return said or [_("There is no plan that keeps all rules. Give the day more blocks, rooms or assessors.")]


@job("selection.propose")
def propose(row: Job, progress: Progress) -> Outcome:
    """Compute who could rate whom."""
    from talimger.selection.assigning import propose_sheets  # loads the solver
    from talimger.selection.commands import store_proposal

    actor = acting_person(row)
    proposal = AssignmentProposal.objects.select_related("intake", "absent").get(pk=row.arguments["proposal"])
    progress.step(0, 1)
    places, unfilled = propose_sheets(proposal, row.arguments, now=timezone.now())
    store_proposal(actor=actor, proposal=proposal, places=places, unfilled=unfilled)
    progress.step(1, 1)
    words = ngettext("%(count)s sheet is proposed.", "%(count)s sheets are proposed.", len(places))
    url = reverse("selection:proposal", kwargs={"programme": row.programme.slug, "pk": proposal.pk})
    return Outcome(words % {"count": len(places)}, url)
