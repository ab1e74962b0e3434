"""What the house asks about the framework: versions, their trees, sheets, weak spots."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from talimger.framework.content import (
    AnchorContent,
    CellContent,
    CompetencyContent,
    FrameworkContent,
    IndicatorContent,
    ItemContent,
    MethodContent,
    PartContent,
    TermContent,
)
from talimger.framework.models import Anchor, Competency, FrameworkVersion, Indicator, IndicatorPart, MatrixCell, Method, RatingItem
from talimger.framework.weak_spots import WeakSpot, find_weak_spots
from talimger.framework.yaml_format import digest_of
from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText
from talimger.people.models import Programme


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


# ── versions ──


def current_version() -> FrameworkVersion | None:
    """The latest published version of the programme in scope; ``None`` before the first one."""
    return FrameworkVersion.objects.filter(state=FrameworkVersion.State.PUBLISHED).order_by("-number").first()


def draft_version() -> FrameworkVersion | None:
    """The draft of the programme in scope, if somebody is working on one."""
    return FrameworkVersion.objects.filter(state=FrameworkVersion.State.DRAFT).first()


def load_tree(version: FrameworkVersion) -> FrameworkVersion:
    """Load everything that hangs on a version, in eight queries however large it is. A tree that is loaded costs none."""
    prefetch_related_objects(
        [version],
        "competencies__indicators__anchors",
        "competencies__indicators__parts",
        "methods__cells__rating_items",
        "terms",
    )
    return version


def content_of(version: FrameworkVersion) -> FrameworkContent:
    """A version as plain values: for its file, its digest, its weak spots, and what differs from another one."""
    load_tree(version)
    competencies = {competency.pk: competency for competency in version.competencies.all()}
    return FrameworkContent(
        code=version.code,
        name=version.name,
        draft_languages=tuple(version.draft_languages),
        competencies=tuple(_competency(competency) for competency in competencies.values()),
        methods=tuple(_method(method, competencies) for method in version.methods.all()),
        terms=tuple(TermContent(term.kind, term.code, term.name, tuple(term.subtypes)) for term in version.terms.all()),
    )


def _competency(competency: Competency) -> CompetencyContent:
    return CompetencyContent(competency.code, competency.name, tuple(indicator_content(each) for each in competency.indicators.all()))


def indicator_content(indicator: Indicator) -> IndicatorContent:
    """An indicator with its anchors as plain values."""
    return IndicatorContent(
        code=indicator.code,
        name=indicator.name,
        target=indicator.target,
        parts=tuple(PartContent(part.code, part.name) for part in indicator.parts.all()),
        anchors=tuple(AnchorContent(anchor.level, anchor.text) for anchor in indicator.anchors.all()),
    )


def _method(method: Method, competencies: dict[int, Competency]) -> MethodContent:
    cells = sorted(method.cells.all(), key=lambda cell: competencies[cell.competency_id].order)
    items = sorted(((item, cell) for cell in cells for item in cell.rating_items.all()), key=lambda pair: (pair[0].order, pair[0].pk))
    return MethodContent(
        code=method.code,
        kind=method.kind,
        name=method.name,
        short_name=method.short_name,
        applies=method.applies,
        rater_role=method.rater_role,
        cells=tuple(CellContent(competencies[cell.competency_id].code) for cell in cells),
        items=tuple(_item(item, competencies[cell.competency_id]) for item, cell in items),
    )


def _item(item: RatingItem, competency: Competency) -> ItemContent:
    indicator = next((each for each in competency.indicators.all() if each.pk == item.indicator_id), None)
    part = next((each for each in indicator.parts.all() if each.pk == item.part_id), None) if indicator else None
    return ItemContent(competency.code, indicator.code if indicator else "", part.code if part else "")


def weak_spots(version: FrameworkVersion) -> list[WeakSpot]:
    """Where the matrix of a version is thin, the gravest first."""
    return find_weak_spots(content_of(version))


def changed_after_publishing() -> list[FrameworkVersion]:
    """The published versions whose rows are no longer what they were when they were published; there should be none."""
    published = FrameworkVersion.objects.filter(state=FrameworkVersion.State.PUBLISHED).order_by("number")
    return [version for version in published if digest_of(content_of(version)) != version.digest]


# ── what pages of a draft show, and commands compare ──

Place = tuple[int, int]
"""A cell of the matrix as the keys of its method and its competency."""


def places_of(version: FrameworkVersion) -> tuple[Place, ...]:
    """The cells of a version, in a fixed order."""
    return tuple(sorted(MatrixCell.objects.filter(version=version).values_list("method_id", "competency_id")))


def scoreable(competency: Competency) -> dict[ItemContent, tuple[Indicator | None, IndicatorPart | None]]:
    """Everything that can be scored in a cell of a competency: it as a whole, each indicator, each part of one."""
    offered: dict[ItemContent, tuple[Indicator | None, IndicatorPart | None]] = {ItemContent(competency.code): (None, None)}
    for indicator in competency.indicators.prefetch_related("parts"):
        offered[ItemContent(competency.code, indicator.code)] = (indicator, None)
        for part in indicator.parts.all():
            offered[ItemContent(competency.code, indicator.code, part.code)] = (indicator, part)
    return offered


def offered_items(competency: Competency) -> list[tuple[ItemContent, str]]:
    """The same with the words under which people choose."""
    whole = _("%(code)s as a whole: %(name)s") % {"code": competency.code, "name": competency.name}
    return [
        (item, f"{item.indicator}: {part.name}" if part else f"{item.indicator} {indicator.name}" if indicator else whole)
        for item, (indicator, part) in scoreable(competency).items()
    ]


def items_of_cell(cell: MatrixCell) -> tuple[ItemContent, ...]:
    """What is scored in a cell now, in the order of the competency."""
    scored = {(item.indicator_id, item.part_id) for item in cell.rating_items.all()}
    offered = scoreable(cell.competency).items()
    return tuple(item for item, (indicator, part) in offered if (indicator and indicator.pk, part and part.pk) in scored)


def languages_of(programme: Programme) -> tuple[str, ...]:
    """The languages in which the programme's texts must have words."""
    return tuple(code for code in LANGUAGE_CODES if code in programme.languages) or LANGUAGE_CODES
