"""The pictures of the home page: where the cycle is, and how far selection has come."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from talimger.people.models import Cycle
from talimger.selection.models import Decision, Intake
from talimger.selection.queries import SheetTotals
from talimger.shell.charts import Funnel, Moment, Span, Stage, Timeline, Track

WEEK = dt.timedelta(weeks=1)


def cycle_chart(cycles: list[Cycle], intakes: list[Intake], *, today: dt.date) -> Timeline:
    """The programme's cycles by month: selection, preparation, bootcamp, Make it Real, review."""
    return Timeline(
        key="cycles",
        title=_("Where we are in the cycle"),
        description=_("When selection, preparation, bootcamp and practice take place."),
        today=today,
        tracks=tuple(_track(cycle, [each for each in intakes if each.cycle_id == cycle.pk]) for cycle in cycles),
    )


def _track(cycle: Cycle, intakes: list[Intake]) -> Track:
    bootcamp = cycle.bootcamp_on
    spans = [Span(_("Selection"), intake.opens_on, intake.decide_by) for intake in intakes]
    ready = max((intake.decide_by for intake in intakes), default=cycle.starts_on) + dt.timedelta(days=1)
    if ready < bootcamp:
        spans.append(Span(_("Preparation"), ready, bootcamp - dt.timedelta(days=1)))
    spans.append(Span(_("Bootcamp"), bootcamp, bootcamp + WEEK))
    if bootcamp + 15 * WEEK <= cycle.ends_on:
        spans.append(Span(_("“Make it Real”"), bootcamp + 3 * WEEK, bootcamp + 14 * WEEK))
        spans.append(Span(_("Review"), bootcamp + 15 * WEEK, cycle.ends_on))
    moments = tuple(Moment(_("decision"), intake.decide_by) for intake in intakes)
    return Track(str(cycle.name), tuple(spans), moments)


def selection_funnel(totals: SheetTotals, decided: dict[str, int]) -> Funnel:
    """From candidates to those accepted, in numbers of people."""
    return Funnel(
        key="funnel",
        title=_("Selection so far"),
        description=_("How many candidates have come how far."),
        stages=(
            Stage(_("Candidates"), totals.candidates),
            Stage(_("Evidence complete"), totals.complete, is_current=True),
            Stage(_("Decided"), sum(decided.values())),
            Stage(_("Accepted"), decided.get(Decision.Outcome.ACCEPT, 0)),
        ),
    )
