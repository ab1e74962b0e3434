"""Ratings in long form: one rating a line, as every statistics programme likes them."""

from __future__ import annotations

from talimger.kernel.policies import Actor
from talimger.selection.models import Candidate, Intake, Rating, RatingSheet
from talimger.selection.policies import complete
from talimger.selection.queries.scores import with_level_in_force

RATING_COLUMNS = ("candidate", "candidate_name", "assessor", "method", "item", "competency", "rating", "rating_agreed", "no_evidence")


def rating_rows(actor: Actor, intake: Intake) -> list[tuple[int | str | None, ...]]:
    """All ratings of candidates whose sheets are all locked: an export of the others would be a look at them too soon.

    ``rating`` is what the assessor gave, ``rating_agreed`` what counts: the same, unless the wash-up agreed on another level.
    """
    seen = Candidate.objects.filter(complete(actor), intake=intake)
    ratings = (
        with_level_in_force(Rating.objects.filter(sheet__candidate__in=seen.values("pk"), sheet__state=RatingSheet.State.LOCKED))
        .select_related("sheet__candidate", "sheet__assessor", "sheet__method", "item__cell__competency", "item__indicator", "item__part")
        .order_by("sheet__candidate__number", "sheet__method__order", "item__order", "item_id", "sheet__assessor_id")
    )
    return [
        (
            rating.sheet.candidate.number,
            rating.sheet.candidate.full_name,
            rating.sheet.assessor.full_name,
            rating.sheet.method.code,
            rating.item.code,
            rating.item.cell.competency.code,
            rating.level,
            rating.in_force,  # type: ignore[attr-defined]  # annotated
            int(rating.no_evidence),
        )
        for rating in ratings
    ]
