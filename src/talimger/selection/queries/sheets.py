"""An assessor's own sheets: the queue, and one sheet with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from talimger.framework.models import RatingItem
from talimger.framework.queries import SheetItem, items_of_method
from talimger.kernel.policies import Actor, allowed
from talimger.selection.models import OPEN_STATES, Candidate, Rating, RatingSheet


def own_queue(actor: Actor, *, locked: bool = False) -> QuerySet[RatingSheet]:
    """The actor's sheets, open ones by due date and in their own stable random order; locked ones newest first."""
    sheets: QuerySet[RatingSheet] = allowed(actor, "selection.sheet.queue").select_related("candidate", "method", "intake")
    if locked:
        return sheets.filter(state=RatingSheet.State.LOCKED).order_by("-locked_at", "pk")
    return sheets.filter(state__in=OPEN_STATES).order_by("due_on", "queue_place", "pk")


@dataclass(frozen=True)
class QueueCounts:
    open: int
    locked: int

    @property
    def total(self) -> int:
        return self.open + self.locked


def queue_counts(actor: Actor) -> QueueCounts:
    """How many sheets the actor has open and locked."""
    counts = allowed(actor, "selection.sheet.queue").aggregate(
        open=Count("pk", filter=Q(state__in=OPEN_STATES)), locked=Count("pk", filter=Q(state=RatingSheet.State.LOCKED))
    )
    return QueueCounts(**counts)


@dataclass(frozen=True)
class Evidence:
    """A piece of what the assessor reads: a heading and the candidate's words, empty if nothing was written."""

    kind: str
    text: str


@dataclass(frozen=True)
class SheetPage:
    """A sheet as its assessor sees it: evidence, items with prompts, and what was said so far. Nobody else's rating."""

    sheet: RatingSheet
    evidence: tuple[Evidence, ...]
    items: tuple[SheetItem, ...]
    ratings: Mapping[int, Rating]


# Which of the candidate's own texts a method is judged by. An exercise is judged by what is seen on the day.
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "professional_experience": ("professional_experience", "education"),
    "youth_experience": ("youth_experience",),
    "education": ("education",),
    "senior_interview": ("professional_experience", "youth_experience"),
}


def sheet_page(sheet: RatingSheet) -> SheetPage:
    """Everything that the sheet's page shows. ``sheet`` comes with its candidate, method and intake."""
    texts = _TEXTS.get(sheet.method.code, ())
    evidence = tuple(Evidence(name, getattr(sheet.candidate, name)) for name in texts)
    return SheetPage(
        sheet=sheet,
        evidence=evidence,
        items=tuple(items_of_method(sheet.method_id)),
        ratings={rating.item_id: rating for rating in Rating.objects.filter(sheet=sheet)},
    )


def item_keys(sheet: RatingSheet) -> list[int]:
    """The items of a sheet in their order, as keys: all that a form's answer is read with."""
    return list(RatingItem.objects.filter(cell__method=sheet.method_id).order_by("order", "pk").values_list("pk", flat=True))


def next_sheet(actor: Actor, *, after: RatingSheet) -> RatingSheet | None:
    """The sheet that the assessor's queue offers after this one; ``None`` when all are done."""
    return own_queue(actor).exclude(pk=after.pk).first()


def sheets_of(candidate: Candidate) -> QuerySet[RatingSheet]:
    """Who rates this candidate by which method, and how far they are. No rating is in it."""
    rows = RatingSheet.objects.filter(candidate=candidate).exclude(state=RatingSheet.State.WITHDRAWN)
    return rows.select_related("method", "assessor").order_by("method__order", "assessor__full_name")
