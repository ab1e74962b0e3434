"""Versions as rows: written whole from plain values, locked while they are changed."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from talimger.framework.content import CompetencyContent, FrameworkContent, IndicatorContent, MethodContent
from talimger.framework.models import (
    Anchor,
    Competency,
    FrameworkVersion,
    Indicator,
    IndicatorPart,
    MatrixCell,
    Method,
    RatingItem,
    Term,
)
from talimger.framework.queries import draft_version
from talimger.framework.yaml_format import digest_of
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import Actor


def new_version(*, actor: Actor, content: FrameworkContent, based_on: FrameworkVersion | None, publish: bool) -> FrameworkVersion:
    """Write a version with everything in it. A draft is refused while there is another one."""
    if not publish and draft_version() is not None:
        raise _draft_exists()
    highest = FrameworkVersion.objects.aggregate(highest=Max("number"))["highest"] or 0
    version = FrameworkVersion(
        programme_id=actor.programme_key,
        number=highest + 1,
        code=content.code,
        name=content.name,
        draft_languages=list(content.draft_languages),
        based_on=based_on,
        created_at=actor.now,
        created_by_id=actor.user_id,
    )
    if publish:
        mark_published(actor=actor, version=version, content=content)
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError as error:  # somebody else was quicker by less than a query
        raise DomainError(_("Somebody else has just made a version. Look at it, then try again."), code="draft_exists") from error
    _Writer(version).write(content)
    return version


def mark_published(*, actor: Actor, version: FrameworkVersion, content: FrameworkContent) -> None:
    """Set what makes a version published; the caller saves it."""
    version.state = FrameworkVersion.State.PUBLISHED
    version.published_at = actor.now
    version.published_by_id = actor.user_id
    version.digest = digest_of(content)


def locked_draft(version_id: int) -> FrameworkVersion:
    """The version, locked until the transaction ends. Raises ``DomainError`` unless it is a draft: published is for ever."""
    version = FrameworkVersion.objects.select_for_update().filter(pk=version_id).first()
    if version is None:
        raise DomainError(_("Somebody has discarded this draft meanwhile."), code="discarded")
    version.must_be_draft()
    return version


def _draft_exists() -> DomainError:
    return DomainError(_("There is a draft already. Publish or discard it first."), code="draft_exists")


IndicatorRows = dict[str, tuple[Indicator, dict[str, IndicatorPart]]]
"""Each indicator's row and those of its parts, by their codes."""


class _Writer:
    """Writes content below a version: one statement a table, however much there is."""

    def __init__(self, version: FrameworkVersion) -> None:
        self.version = version
        self.owner = {"programme_id": version.programme_id}

    def write(self, content: FrameworkContent) -> None:
        competencies = Competency.objects.bulk_create(
            Competency(version=self.version, order=order, code=each.code, name=each.name, **self.owner)
            for order, each in enumerate(content.competencies)
        )
        indicators = self._indicators(content.competencies, competencies)
        self._matrix(content.methods, {row.code: row for row in competencies}, indicators)
        Term.objects.bulk_create(
            Term(
                version=self.version,
                kind=each.kind,
                order=order,
                code=each.code,
                name=each.name,
                subtypes=list(each.subtypes),
                **self.owner,
            )
            for order, each in enumerate(content.terms)
        )

    def _indicators(self, contents: tuple[CompetencyContent, ...], rows: list[Competency]) -> IndicatorRows:
        pairs = [(each, row, order) for content, row in zip(contents, rows, strict=True) for order, each in enumerate(content.indicators)]
        indicators = Indicator.objects.bulk_create(
            Indicator(competency=row, order=order, code=each.code, name=each.name, target=each.target, **self.owner)
            for each, row, order in pairs
        )
        written: list[tuple[IndicatorContent, Indicator]] = [(pair[0], row) for pair, row in zip(pairs, indicators, strict=True)]
        Anchor.objects.bulk_create(
            Anchor(indicator=row, level=anchor.level, text=anchor.text, **self.owner) for each, row in written for anchor in each.anchors
        )
        parts = IndicatorPart.objects.bulk_create(
            IndicatorPart(indicator=row, order=order, code=part.code, name=part.name, **self.owner)
            for each, row in written
            for order, part in enumerate(each.parts)
        )
        return {row.code: (row, {part.code: part for part in parts if part.indicator_id == row.pk}) for row in indicators}

    def _matrix(self, contents: tuple[MethodContent, ...], competencies: dict[str, Competency], indicators: IndicatorRows) -> None:
        methods = Method.objects.bulk_create(
            Method(
                version=self.version,
                order=order,
                code=each.code,
                kind=each.kind,
                name=each.name,
                short_name=each.short_name,
                applies=each.applies,
                rater_role=each.rater_role,
                **self.owner,
            )
            for order, each in enumerate(contents)
        )
        cells = MatrixCell.objects.bulk_create(
            MatrixCell(version=self.version, method=row, competency=competencies[cell.competency], **self.owner)
            for each, row in zip(contents, methods, strict=True)
            for cell in each.cells
        )
        places = {(cell.method.code, cell.competency.code): cell for cell in cells}
        items = []
        for each in contents:
            for order, item in enumerate(each.items):
                indicator, parts = indicators.get(item.indicator, (None, {}))
                cell, part = places[each.code, item.competency], parts.get(item.part)
                items.append(RatingItem(cell=cell, indicator=indicator, part=part, order=order, **self.owner))
        RatingItem.objects.bulk_create(items)
