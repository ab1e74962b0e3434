"""Changing the matrix of a draft: which method gives evidence on what, and what exactly is scored there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from talimger.framework.commands.edits import refuse_stale
from talimger.framework.commands.versions import locked_draft
from talimger.framework.content import REASON_LENGTH, ItemContent, tidy
from talimger.framework.models import Competency, FrameworkVersion, MatrixCell, Method, RatingItem
from talimger.framework.queries import Place, items_of_cell, places_of, scoreable
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import Actor


@command("framework.matrix.change")
def change_matrix(*, actor: Actor, version: FrameworkVersion, places: Collection[Place], reason: str, seen: str) -> FrameworkVersion:
    """Make ``places`` (method, competency) the cells of the draft. Adding one needs a reason; it scores its competency as a whole."""
    draft = locked_draft(version.pk)
    current, wanted = places_of(draft), tuple(sorted(set(places)))
    if wanted == current:
        return draft
    added, removed = set(wanted) - set(current), set(current) - set(wanted)
    competencies = {row.pk: row for row in Competency.objects.filter(version=draft)}
    methods = {row.pk: row for row in Method.objects.filter(version=draft)}
    if any(method not in methods or competency not in competencies for method, competency in added):
        raise DomainError(_("Choose methods and competencies of this draft."), code="foreign")
    why = tidy(reason)
    if added and not why:
        raise DomainError(_("Say why: whoever asks later what this cell is for will read it."), code="reason", field="reason")
    if len(why) > REASON_LENGTH:
        raise DomainError(_("Shorten this text to %(limit)s characters.") % {"limit": REASON_LENGTH}, code="long", field="reason")
    refuse_stale(current, seen)
    for cell in MatrixCell.objects.filter(version=draft):
        if (cell.method_id, cell.competency_id) in removed:
            cell.delete()
    for method, competency in sorted(added):
        cell = MatrixCell.objects.create(programme_id=draft.programme_id, version=draft, method_id=method, competency_id=competency)
        RatingItem.objects.create(programme_id=draft.programme_id, cell=cell, order=0)
    _renumber({method for method, _competency in added})
    return draft


@command("framework.cell.change")
def choose_rating_items(*, actor: Actor, cell: MatrixCell, items: Iterable[ItemContent], seen: str) -> MatrixCell:
    """Choose what is scored in a cell of the draft: the competency as a whole, its indicators, or parts of them."""
    locked_draft(cell.version_id)
    current = items_of_cell(cell)
    offered = scoreable(cell.competency)
    chosen = set(items)
    wanted = tuple(item for item in offered if item in chosen)
    if not wanted or len(wanted) != len(chosen):
        raise DomainError(_("Choose at least one thing that is scored here."), code="nothing", field="items")
    if wanted == current:
        return cell
    refuse_stale(current, seen)
    cell.rating_items.all().delete()
    RatingItem.objects.bulk_create(
        RatingItem(programme_id=cell.programme_id, cell=cell, indicator=indicator, part=part, order=order)
        for order, (item, (indicator, part)) in enumerate(offered.items())
        if item in wanted
    )
    _renumber({cell.method_id})
    return cell


def _renumber(methods: Collection[int]) -> None:
    """Put the items of a sheet in the order of the competencies, and within one in the order they had."""
    for method in methods:
        items = RatingItem.objects.filter(cell__method=method).order_by("cell__competency__order", "order", "pk")
        for order, item in enumerate(items):
            if item.order != order:
                item.order = order
                item.save(update_fields=["order"])
