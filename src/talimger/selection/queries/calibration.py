"""Samples to calibrate on: who has to rate which, and how somebody's rating differs from the reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from talimger.framework.queries import SheetItem, items_of_method
from talimger.kernel.languages import LocalisedText
from talimger.people.models import User
from talimger.selection.models import (
    LIVE_STATES,
    CalibrationRating,
    CalibrationSample,
    CalibrationSheet,
    Intake,
    RatingSheet,
    ReferenceRating,
)


def samples_for(person: int | None, intake: Intake) -> QuerySet[CalibrationSample]:
    """The published samples of an intake that concern this person: of methods of which they have a sheet."""
    mine = RatingSheet._base_manager.filter(
        intake=OuterRef("intake"), method=OuterRef("method"), assessor=person, state__in=LIVE_STATES
    )
    return CalibrationSample.objects.filter(Exists(mine), intake=intake, published_at__isnull=False)


def undone_samples(person: int | None, intake: Intake) -> QuerySet[CalibrationSample]:
    """What this person has to rate before anybody real; nothing where the intake does not ask for calibration."""
    if not intake.calibration_required:
        return CalibrationSample.objects.none()
    done = CalibrationSheet._base_manager.filter(sample=OuterRef("pk"), assessor=person)
    return samples_for(person, intake).filter(~Exists(done)).order_by("order", "pk")


@dataclass(frozen=True)
class Compared:
    """One item of a sample: what I said, what the reference says, and why."""

    item: SheetItem
    mine: int
    reference: int
    why: LocalisedText

    @property
    def gap(self) -> int:
        return self.mine - self.reference


@dataclass(frozen=True)
class Comparison:
    """How somebody's rating of a sample differs from the reference. Shown to themselves and to nobody else."""

    rows: tuple[Compared, ...]

    @property
    def mean_gap(self) -> float:
        """Below zero: stricter than the reference."""
        return sum(row.gap for row in self.rows) / len(self.rows) if self.rows else 0.0

    @property
    def size(self) -> float:
        return abs(self.mean_gap)


def comparison_of(sheet: CalibrationSheet) -> Comparison:
    """The comparison for a sample that was rated: items in the order of the sheet."""
    mine = dict(CalibrationRating.objects.filter(sheet=sheet).values_list("item", "level"))
    reference = {row.item_id: row for row in ReferenceRating.objects.filter(sample=sheet.sample_id)}
    rows = [
        Compared(item, mine[item.pk], reference[item.pk].level, reference[item.pk].why)
        for item in items_of_method(sheet.sample.method_id)
        if item.pk in mine and item.pk in reference
    ]
    return Comparison(tuple(rows))


@dataclass(frozen=True)
class Progress:
    """Somebody who has to calibrate, and how many of the samples they have done. Never how."""

    person: User
    done: int
    asked: int


def progress_of(intake: Intake, samples: Sequence[CalibrationSample]) -> list[Progress]:
    """Who has rated how many of the published samples that concern them."""
    published = [sample for sample in samples if sample.published_at is not None]
    of_method = Counter(sample.method_id for sample in published)
    pairs = RatingSheet.objects.filter(intake=intake, method__in=of_method, state__in=LIVE_STATES).order_by()
    asked: Counter[int] = Counter()
    for person, method in pairs.values_list("assessor", "method").distinct():
        asked[person] += of_method[method]
    rated = CalibrationSheet.objects.filter(sample__in=published).values_list("assessor").annotate(n=Count("pk"))
    done = dict(rated)
    people = User.objects.filter(pk__in=asked).order_by("full_name")
    return [Progress(person, min(done.get(person.pk, 0), asked[person.pk]), asked[person.pk]) for person in people]
