"""Intakes with how far they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from talimger.selection.models import LIVE_STATES, Candidate, Decision, Intake, RatingSheet


@dataclass(frozen=True)
class IntakeSummary:
    """An intake in counts: candidates, sheets assigned and locked, decisions in force."""

    intake: Intake
    candidates: int
    sheets: int
    locked: int
    decided: int


def intake_summaries(intakes: Iterable[Intake]) -> list[IntakeSummary]:
    """The counts of several intakes, in four queries whatever their number."""
    rows = list(intakes)
    keys = [intake.pk for intake in rows]
    candidates = _counts(Candidate.objects.filter(intake__in=keys).values_list("intake").annotate(n=Count("pk")))
    sheets = _counts(RatingSheet.objects.filter(intake__in=keys, state__in=LIVE_STATES).values_list("intake").annotate(n=Count("pk")))
    locked = _counts(
        RatingSheet.objects.filter(intake__in=keys).values_list("intake").annotate(n=Count("pk", filter=Q(state=RatingSheet.State.LOCKED)))
    )
    decided = _counts(
        Decision.objects.filter(candidate__intake__in=keys, superseded_at=None).values_list("candidate__intake").annotate(n=Count("pk"))
    )
    return [IntakeSummary(intake, *(counts.get(intake.pk, 0) for counts in (candidates, sheets, locked, decided))) for intake in rows]


def _counts(rows: Iterable[tuple[int, int]]) -> dict[int, int]:
    return dict(rows)
