"""What the paper desk lists and prints. Nothing here reads a level."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from talimger.framework.models import Method
from talimger.framework.queries import SheetItem, items_of_method
from talimger.kernel.policies import Actor, allowed
from talimger.selection.models import Intake, RatingSheet
from talimger.selection.queries.sheets import named

State = RatingSheet.State


@dataclass(frozen=True)
class PaperLine:
    """A sheet at the paper desk, and what this person of the office can do with it: ``enter``, ``confirm``, or wait."""

    sheet: RatingSheet
    step: str
    items: tuple[SheetItem, ...] = ()


def paper_sheets(actor: Actor, intake: Intake, method: Method | None = None) -> QuerySet[RatingSheet]:
    """The open sheets that the actor may type in, those that wait for a second person first."""
    rows = named(allowed(actor, "selection.paper.enter")).filter(intake=intake)
    if method is not None:
        rows = rows.filter(method=method)
    related = rows.annotate(is_fresh=Q(entered_by=None)).select_related("candidate", "method", "intake", "assessor", "entered_by")
    return related.order_by("is_fresh", "candidate__number", "method__order", "pk")


def paper_methods(actor: Actor, intake: Intake) -> list[Method]:
    """The methods of which there is a sheet to type in."""
    open_ones = allowed(actor, "selection.paper.enter").filter(intake=intake)
    return list(Method.objects.filter(pk__in=open_ones.values("method")).order_by("order"))


def paper_line(actor: Actor, sheet: RatingSheet, *, with_items: bool = False) -> PaperLine:
    """What can be done with a sheet: whoever typed it in waits for somebody else."""
    step = "enter" if sheet.state != State.ENTERED else "wait" if sheet.entered_by_id == actor.user_id else "confirm"
    return PaperLine(sheet, step, tuple(items_of_method(sheet.method_id)) if with_items else ())


def paper_to_print(actor: Actor, intake: Intake, method: Method) -> list[PaperLine]:
    """The sheets of a method that nobody has typed in yet, with the items of the method read once."""
    items = tuple(items_of_method(method.pk))
    rows = paper_sheets(actor, intake, method).exclude(state=State.ENTERED).order_by("assessor__full_name", "candidate__number", "pk")
    return [PaperLine(row, "enter", items) for row in rows]
