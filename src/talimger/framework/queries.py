"""What the house asks about the framework: versions, their trees, sheets, weak spots."""

from __future__ import annotations

from collections import defaultdict
from django.db.models import QuerySet
from dataclasses import dataclass

from talimger.framework.models import Anchor, Indicator, RatingItem
from talimger.kernel.languages import LocalisedText


@dataclass(frozen=True)
class Prompt:
    """What one would see at levels 1, 3 and 5 of an indicator; a level without words is not in ``anchors``."""

    indicator_code: str
    indicator_name: LocalisedText
    anchors: dict[int, LocalisedText]


@dataclass(frozen=True)
class SheetItem:
    """One thing that an assessor scores. An item about a whole competency is prompted by each of its indicators."""

    pk: int
    code: str
    label: LocalisedText
    competency_code: str
    competency_name: LocalisedText
    prompts: tuple[Prompt, ...]


def items_of_method(method_id: int) -> list[SheetItem]:
    """The sheet of a method, in its order: three queries, or one when the method has nothing to score."""
    return _sheets(RatingItem.objects.filter(cell__method=method_id).order_by("order", "pk")).get(method_id, [])


def items_of_version(version_id: int) -> dict[int, list[SheetItem]]:
    """The sheets of every method of a version, by the method's key: three queries."""
    return _sheets(RatingItem.objects.filter(cell__version=version_id).order_by("cell__method__order", "order", "pk"))


def _sheets(rows: QuerySet[RatingItem]) -> dict[int, list[SheetItem]]:
    items = list(rows.select_related("cell__competency", "indicator", "part"))
    prompts = _prompts({item.cell.competency_id for item in items})
    sheets: dict[int, list[SheetItem]] = defaultdict(list)
    for item in items:
        of_competency = prompts[item.cell.competency_id]
        sheets[item.cell.method_id].append(
            SheetItem(
                pk=item.pk,
                code=item.code,
                label=item.label,
                competency_code=item.cell.competency.code,
                competency_name=item.cell.competency.name,
                prompts=tuple(prompt for key, prompt in of_competency if item.indicator_id in (None, key)),
            )
        )
    return dict(sheets)


def _prompts(competencies: set[int]) -> dict[int, list[tuple[int, Prompt]]]:
    """The indicators of each competency with their anchors, in order. No query when there are no competencies."""
    anchors: dict[int, dict[int, LocalisedText]] = defaultdict(dict)
    for anchor in Anchor.objects.filter(indicator__competency__in=competencies).order_by("level"):
        anchors[anchor.indicator_id][anchor.level] = anchor.text
    prompts: dict[int, list[tuple[int, Prompt]]] = defaultdict(list)
    for indicator in Indicator.objects.filter(competency__in=competencies).order_by("order"):
        prompts[indicator.competency_id].append((indicator.pk, Prompt(indicator.code, indicator.name, anchors[indicator.pk])))
    return prompts
