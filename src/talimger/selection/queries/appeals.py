"""Second looks: the list, and what can be checked about the procedure without anybody's opinion."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from talimger.kernel.policies import Actor, allowed
from talimger.selection.models import Appeal, ConflictOfInterest, Decision, Intake, Override, RatingChange, RatingSheet


def appeals_of(actor: Actor, intake: Intake) -> QuerySet[Appeal]:
    """The second looks that this actor may take: open ones first, oldest first."""
    rows: QuerySet[Appeal] = allowed(actor, "selection.appeal.decide").filter(decision__candidate__intake=intake)
    return rows.select_related("decision__candidate", "decision__decided_by", "decided_by").order_by("outcome", "asked_at", "pk")


def appeals_of_others(actor: Actor, intake: Intake) -> int:
    """How many second looks wait for somebody else, because the actor decided, rated, or knows the candidate."""
    open_ones = Appeal.objects.filter(decision__candidate__intake=intake, outcome="")
    return open_ones.exclude(pk__in=allowed(actor, "selection.appeal.decide").values("pk")).count()


@dataclass(frozen=True)
class ProcedureCheck:
    """What the record says about one decision."""

    decided_by: str
    decider_had_rated: bool
    decider_knew: bool
    sheets: int
    locked_after: int
    conflicts_rated: int
    overrides: tuple[Override, ...]
    changes: tuple[RatingChange, ...]
    is_short_of_raters: bool
    departs: bool

    @property
    def was_kept(self) -> bool:
        """Whether nothing in the record speaks against it; people judge the rest."""
        return not (self.decider_had_rated or self.decider_knew or self.locked_after or self.conflicts_rated)


def procedure_of(decision: Decision) -> ProcedureCheck:
    """Whether a decision was taken as the rules ask: independent, on locked sheets, without conflicts of interest."""
    sheets = list(
        RatingSheet.objects.filter(candidate=decision.candidate_id, state__in=(RatingSheet.State.LOCKED, RatingSheet.State.SUPERSEDED))
    )
    conflicts = set(
        ConflictOfInterest.objects.filter(candidate=decision.candidate_id)
        .exclude(ground=ConflictOfInterest.Ground.TRAINING)
        .values_list("person", flat=True)
    )
    overrides = Override.objects.filter(candidate=decision.candidate_id, made_at__lte=decision.decided_at)
    changes = RatingChange.objects.filter(rating__sheet__candidate=decision.candidate_id, superseded_at=None)
    return ProcedureCheck(
        decided_by=decision.decided_by.full_name,
        decider_had_rated=any(sheet.assessor_id == decision.decided_by_id for sheet in sheets),
        decider_knew=decision.decided_by_id in conflicts,
        sheets=len(sheets),
        locked_after=sum(
            sheet.locked_at > decision.decided_at and sheet.gate <= decision.gate for sheet in sheets if sheet.locked_at is not None
        ),
        conflicts_rated=sum(sheet.assessor_id in conflicts and sheet.state == RatingSheet.State.LOCKED for sheet in sheets),
        overrides=tuple(overrides.select_related("method", "made_by")),
        changes=tuple(changes.select_related("changed_by")),
        is_short_of_raters=overrides.exists(),
        departs=decision.departs_from_order,
    )
