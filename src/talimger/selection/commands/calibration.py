"""Samples to calibrate on: written by the office, published once, rated by each assessor before live rating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Max
from django.utils.translation import gettext as _

from talimger.framework.models import Method, RatingItem
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor, require
from talimger.selection.commands.instruments import in_languages
from talimger.selection.models import (
    CalibrationRating,
    CalibrationSample,
    CalibrationSheet,
    Intake,
    MethodSetting,
    ReferenceRating,
)

# More than three samples and nobody rates with care any more.
MOST_SAMPLES = 3


@dataclass(frozen=True)
class Reference:
    """What experienced assessors give a sample on one item, and why."""

    item: int
    level: int | None
    why: LocalisedText = field(default_factory=LocalisedText)


@command("selection.sample.add")
def add_sample(*, actor: Actor, intake: Intake, method: Method, title: LocalisedText, performance: LocalisedText) -> CalibrationSample:
    """Write a sample performance for a method of the intake. Raises ``DomainError`` for a fourth one, or without words."""
    require(actor, "selection.intake.steer", intake)
    Intake.objects.select_for_update().get(pk=intake.pk)
    if not MethodSetting.objects.filter(intake=intake, method=method).exists():
        raise DomainError(_("The intake does not ask for this method."), field="method")
    others = CalibrationSample.objects.filter(intake=intake, method=method)
    if others.count() >= MOST_SAMPLES:
        raise DomainError(_("Three samples of a method are enough."), field="method")
    _require_words(title, performance)
    return CalibrationSample.objects.create(
        programme_id=intake.programme_id,
        intake=intake,
        method=method,
        order=(others.aggregate(last=Max("order"))["last"] or 0) + 1,
        title=title,
        performance=performance,
    )


@command("selection.sample.edit")
def edit_sample(
    *, actor: Actor, sample: CalibrationSample, title: LocalisedText, performance: LocalisedText, reference: Sequence[Reference]
) -> CalibrationSample:
    """Keep the words and the reference so far. Raises ``DomainError`` once the sample is published."""
    sample = _draft(actor, sample)
    _require_words(title, performance)
    sample.title, sample.performance = title, performance
    sample.save(update_fields=["title", "performance"])
    items = set(RatingItem.objects.filter(cell__method=sample.method_id).values_list("pk", flat=True))
    given = [(each, each.level) for each in reference if each.level is not None and each.item in items]
    if any(not 1 <= level <= 5 for _each, level in given):
        raise DomainError(_("A rating is a whole number from 1 to 5."), code="level")
    ReferenceRating.objects.filter(sample=sample).delete()
    ReferenceRating.objects.bulk_create(
        ReferenceRating(programme_id=sample.programme_id, sample=sample, item_id=each.item, level=level, why=each.why)
        for each, level in given
    )
    return sample


@command("selection.sample.publish")
def publish_sample(*, actor: Actor, sample: CalibrationSample) -> CalibrationSample:
    """Let assessors rate the sample. Raises ``DomainError`` while a language or a level of the reference is missing."""
    sample = _draft(actor, sample)
    in_languages(sample.programme, sample.title, sample.performance)
    items = RatingItem.objects.filter(cell__method=sample.method_id).count()
    if ReferenceRating.objects.filter(sample=sample).count() < items:
        raise DomainError(_("Give every item its reference level first."), code="reference")
    sample.published_at = actor.now
    sample.save(update_fields=["published_at"])
    return sample


@command("selection.sample.delete")
def delete_sample(*, actor: Actor, sample: CalibrationSample) -> None:
    """Throw a draft away. A published sample stays: somebody may have rated it."""
    _draft(actor, sample).delete()


@command("selection.sample.rate")
def rate_sample(*, actor: Actor, sample: CalibrationSample, levels: Mapping[int, int]) -> CalibrationSheet:
    """Rate a sample, once; rated again it stays as it was. Raises ``DomainError`` while an item has no level."""
    require(actor, "selection.sample.rate", sample)
    if actor.user_id is None:
        raise DomainError(_("A sample is rated by a named person."), code="nobody")
    sample = CalibrationSample.objects.select_for_update().get(pk=sample.pk)
    known = CalibrationSheet.objects.filter(sample=sample, assessor=actor.user_id).first()
    if known is not None:
        return known
    items = set(RatingItem.objects.filter(cell__method=sample.method_id).values_list("pk", flat=True))
    if any(not 1 <= level <= 5 for level in levels.values()):
        raise DomainError(_("A rating is a whole number from 1 to 5."), code="level")
    if set(levels) != items:
        raise DomainError(_("Give every item a level, then lock."), code="incomplete")
    sheet = CalibrationSheet.objects.create(programme_id=sample.programme_id, sample=sample, assessor_id=actor.user_id, locked_at=actor.now)
    CalibrationRating.objects.bulk_create(
        CalibrationRating(programme_id=sample.programme_id, sheet=sheet, item_id=item, level=level) for item, level in levels.items()
    )
    return sheet


def _draft(actor: Actor, sample: CalibrationSample) -> CalibrationSample:
    require(actor, "selection.sample.edit", sample)
    sample = CalibrationSample.objects.select_for_update().get(pk=sample.pk)
    if sample.published_at is not None:
        raise DomainError(_("This sample is published and no longer changes."), code="published")
    return sample


def _require_words(title: LocalisedText, performance: LocalisedText) -> None:
    if not title:
        raise DomainError(_("Write this text in at least one language."), field="title")
    if not performance:
        raise DomainError(_("Write this text in at least one language."), field="performance")
