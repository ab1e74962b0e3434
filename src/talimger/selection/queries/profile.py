"""A candidate's profile: competency x method x rater, with what the wash-up agreed on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Max, Prefetch, QuerySet

from talimger.core.raw_means import RawMean, raw_mean
from talimger.framework.models import Competency
from talimger.kernel.policies import Actor, allowed
from talimger.selection.models import Candidate, Intake, Rating, RatingChange, RatingSheet, WashUp

GAP = 2


@dataclass(frozen=True)
class GivenRating:
    """One rating as the office reads it once everybody has locked. ``level`` is what counts, ``own`` what the rater gave."""

    assessor: str
    method: str
    item: str
    level: int | None
    note: str
    key: int = 0
    own: int | None = None
    changes: tuple[RatingChange, ...] = ()

    @property
    def change(self) -> RatingChange | None:
        """The change in force."""
        return next((change for change in self.changes if change.superseded_at is None), None)


@dataclass(frozen=True)
class ItemRatings:
    """One item with its raters side by side."""

    method: str
    item: str
    ratings: tuple[GivenRating, ...]

    @property
    def gap(self) -> int:
        levels = [rating.level for rating in self.ratings if rating.level is not None]
        return max(levels) - min(levels) if levels else 0

    @property
    def is_wide_gap(self) -> bool:
        return self.gap >= GAP


@dataclass(frozen=True)
class RaterMean:
    """What one rater gave by one method, on the average of the competency's items."""

    assessor: str
    mean: float


@dataclass(frozen=True)
class MethodRow:
    """A method's raters side by side, for the picture."""

    method: str
    raters: tuple[RaterMean, ...]
    has_gap: bool


@dataclass(frozen=True)
class CompetencyProfile:
    competency: Competency
    mean: RawMean | None
    by_method: tuple[tuple[str, RawMean | None], ...]
    items: tuple[ItemRatings, ...]
    rows: tuple[MethodRow, ...] = ()

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

    @property
    def by_gap(self) -> list[tuple[Competency, ItemRatings]]:
        """All items, those on which raters are furthest apart first."""
        pairs = [(each.competency, item) for each in self.competencies for item in each.items]
        return sorted(pairs, key=lambda pair: -pair[1].gap if pair[1].is_wide_gap else 0)

    @property
    def changed(self) -> int:
        return sum(rating.change is not None for each in self.competencies for item in each.items for rating in item.ratings)


def profile_of(candidate: Candidate) -> Profile:
    """The profile from all locked sheets. Fetch the candidate through ``selection.profile.view``: it is that rule's to guard."""
    ratings = list(_ratings().filter(sheet__candidate=candidate))
    grouped: dict[int, list[Rating]] = defaultdict(list)
    for rating in ratings:
        grouped[rating.item.cell.competency_id].append(rating)
    competencies = Competency.objects.filter(version=candidate.intake.framework_id).order_by("order")
    return Profile(
        candidate=candidate,
        competencies=tuple(_competency(competency, grouped[competency.pk]) for competency in competencies),
        overall=_mean(ratings),
    )


def _ratings() -> QuerySet[Rating]:
    changes = Prefetch("changes", RatingChange.objects.select_related("changed_by").order_by("-pk"))
    return (
        Rating.objects.filter(sheet__state=RatingSheet.State.LOCKED)
        .select_related("sheet__assessor", "sheet__method", "item__cell__competency", "item__indicator", "item__part")
        .prefetch_related(changes)
        .order_by("sheet__method__order", "item__order", "item_id", "sheet__assessor__full_name")
    )


def level_of(rating: Rating) -> int | None:
    """The level that counts; the changes have been fetched with the rating."""
    return next((change.level for change in rating.changes.all() if change.superseded_at is None), rating.level)


def _competency(competency: Competency, ratings: list[Rating]) -> CompetencyProfile:
    by_method: dict[str, list[Rating]] = defaultdict(list)
    by_item: dict[int, list[Rating]] = defaultdict(list)
    for rating in ratings:
        by_method[str(rating.sheet.method.short_name or rating.sheet.method)].append(rating)
        by_item[rating.item_id].append(rating)
    items = tuple(_item(group) for group in by_item.values())
    return CompetencyProfile(
        competency=competency,
        mean=_mean(ratings),
        by_method=tuple((method, _mean(group)) for method, group in by_method.items()),
        items=items,
        rows=tuple(_row(method, group) for method, group in by_method.items()),
    )


def _row(method: str, group: list[Rating]) -> MethodRow:
    by_rater: dict[str, list[int]] = defaultdict(list)
    by_item: dict[int, list[int]] = defaultdict(list)
    for rating in group:
        level = level_of(rating)
        if level is not None:
            by_rater[rating.sheet.assessor.full_name].append(level)
            by_item[rating.item_id].append(level)
    raters = tuple(RaterMean(name, sum(levels) / len(levels)) for name, levels in by_rater.items())
    return MethodRow(method, raters, any(max(levels) - min(levels) >= GAP for levels in by_item.values()))


def _item(group: list[Rating]) -> ItemRatings:
    given = tuple(
        GivenRating(
            assessor=rating.sheet.assessor.full_name,
            method=str(rating.sheet.method),
            item=_item_label(rating),
            level=level_of(rating),
            note=rating.note,
            key=rating.pk,
            own=rating.level,
            changes=tuple(rating.changes.all()),
        )
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
        level = level_of(rating)
        if level is not None:
            by_rater[str(rating.sheet.assessor_id)].append(level)
    return raw_mean(by_rater)


def superseded_sheets(candidate: Candidate) -> QuerySet[RatingSheet]:
    """Sheets that a new one took the place of, with the reason: part of the candidate's history."""
    rows = RatingSheet.objects.filter(candidate=candidate, state=RatingSheet.State.SUPERSEDED)
    return rows.select_related("method", "assessor", "superseded_by").order_by("-locked_at")


@dataclass(frozen=True)
class WashUpRow:
    """A candidate for the panel: how many gaps are left, and whether it has agreed."""

    candidate: Candidate
    gaps: int
    agreed: WashUp | None


def wash_up_rows(actor: Actor, intake: Intake) -> list[WashUpRow]:
    """Candidates whom this actor may talk about, undecided gaps first, in a constant number of queries."""
    candidates = list(allowed(actor, "selection.wash_up").filter(intake=intake, withdrawn_at=None, erased_at=None))
    keys = [candidate.pk for candidate in candidates]
    levels: dict[tuple[int, int], list[int]] = defaultdict(list)
    changed = dict(RatingChange.objects.filter(rating__sheet__candidate__in=keys, superseded_at=None).values_list("rating", "level"))
    given = Rating.objects.filter(sheet__candidate__in=keys, sheet__state=RatingSheet.State.LOCKED)
    for key, candidate, item, level in given.values_list("pk", "sheet__candidate", "item", "level"):
        counts = changed.get(key, level)
        if counts is not None:
            levels[candidate, item].append(counts)
    locked = RatingSheet.objects.filter(candidate__in=keys, state=RatingSheet.State.LOCKED)
    newest = dict(locked.order_by().values_list("candidate").annotate(Max("locked_at")))
    gaps: dict[int, int] = defaultdict(int)
    for (candidate, _item_key), found in levels.items():
        gaps[candidate] += max(found) - min(found) >= GAP
    agreed = {row.candidate_id: row for row in WashUp.objects.filter(candidate__in=keys).select_related("agreed_by")}
    rows = []
    for each in candidates:
        row = agreed.get(each.pk)
        holds = row if row is not None and row.agreed_at >= newest.get(each.pk, row.agreed_at) else None
        rows.append(WashUpRow(each, gaps[each.pk], holds))
    return sorted(rows, key=lambda row: (row.agreed is not None, -row.gaps, row.candidate.number))


def wash_up_of(candidate: Candidate) -> WashUp | None:
    """What the panel agreed on, unless a sheet was replaced since."""
    known = WashUp.objects.filter(candidate=candidate).select_related("agreed_by").first()
    if known is None:
        return None
    later = RatingSheet.objects.filter(candidate=candidate, state=RatingSheet.State.LOCKED, locked_at__gt=known.agreed_at)
    return None if later.exists() else known
