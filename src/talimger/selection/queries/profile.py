"""A candidate's profile: competency x rater, as raw means."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from talimger.core.raw_means import RawMean, raw_mean
from talimger.framework.models import Competency
from talimger.selection.models import Candidate, Rating, RatingSheet


@dataclass(frozen=True)
class GivenRating:
    """One rating as the office reads it once everybody has locked."""

    assessor: str
    method: str
    item: str
    level: int | None
    note: str


@dataclass(frozen=True)
class ItemRatings:
    """One item with its raters side by side."""

    method: str
    item: str
    ratings: tuple[GivenRating, ...]

    @property
    def is_wide_gap(self) -> bool:
        levels = [rating.level for rating in self.ratings if rating.level is not None]
        return bool(levels) and max(levels) - min(levels) >= 2


@dataclass(frozen=True)
class CompetencyProfile:
    competency: Competency
    mean: RawMean | None
    by_method: tuple[tuple[str, RawMean | None], ...]
    items: tuple[ItemRatings, ...]

    @property
    def wide_gaps(self) -> int:
        """On how many items the raters are two levels apart or more."""
        return sum(item.is_wide_gap for item in self.items)


@dataclass(frozen=True)
class Profile:
    candidate: Candidate
    competencies: tuple[CompetencyProfile, ...]
    overall: RawMean | None

    @property
    def wide_gaps(self) -> int:
        return sum(each.wide_gaps for each in self.competencies)


def profile_of(candidate: Candidate) -> Profile:
    """The profile from all locked sheets. Fetch the candidate through ``selection.profile.view``: it is that rule's to guard."""
    ratings = list(
        Rating.objects.filter(sheet__candidate=candidate, sheet__state=RatingSheet.State.LOCKED)
        .select_related("sheet__assessor", "sheet__method", "item__cell__competency", "item__indicator", "item__part")
        .order_by("sheet__method__order", "item__order", "item_id", "sheet__assessor__full_name")
    )
    grouped: dict[int, list[Rating]] = defaultdict(list)
    for rating in ratings:
        grouped[rating.item.cell.competency_id].append(rating)
    competencies = Competency.objects.filter(version=candidate.intake.framework_id).order_by("order")
    return Profile(
        candidate=candidate,
        competencies=tuple(_competency(competency, grouped[competency.pk]) for competency in competencies),
        overall=_mean(ratings),
    )


def _competency(competency: Competency, ratings: list[Rating]) -> CompetencyProfile:
    by_method: dict[str, list[Rating]] = defaultdict(list)
    by_item: dict[int, list[Rating]] = defaultdict(list)
    for rating in ratings:
        by_method[str(rating.sheet.method.short_name or rating.sheet.method)].append(rating)
        by_item[rating.item_id].append(rating)
    return CompetencyProfile(
        competency=competency,
        mean=_mean(ratings),
        by_method=tuple((method, _mean(group)) for method, group in by_method.items()),
        items=tuple(_item(group) for group in by_item.values()),
    )


def _item(group: list[Rating]) -> ItemRatings:
    given = tuple(
        GivenRating(rating.sheet.assessor.full_name, str(rating.sheet.method), _item_label(rating), rating.level, rating.note)
        for rating in group
    )
    return ItemRatings(given[0].method, given[0].item, given)


def _item_label(rating: Rating) -> str:
    item = rating.item
    if item.part is not None:
        return str(item.part)
    return str(item.indicator or item.cell.competency.name)


def _mean(ratings: list[Rating]) -> RawMean | None:
    by_rater: dict[str, list[int]] = defaultdict(list)
    for rating in ratings:
        if rating.level is not None:
            by_rater[str(rating.sheet.assessor_id)].append(rating.level)
    return raw_mean(by_rater)
