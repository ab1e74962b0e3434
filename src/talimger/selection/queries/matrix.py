"""The method x competency matrix of one candidate: what each cell asks for, and how far it is."""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count

from talimger.framework.models import Competency, MatrixCell, Method
from talimger.selection.models import LIVE_STATES, Candidate, Decision, MethodSetting, Override, Rating, RatingChange, RatingSheet, WashUp


class CellStatus(enum.StrEnum):
    """How far a cell of the matrix is."""

    NOT_REQUIRED = "not_required"
    NOT_APPLICABLE = "not_applicable"
    MISSING = "missing"
    EXCEPTED = "excepted"
    COLLECTED = "collected"
    MODERATED = "moderated"
    FROZEN = "frozen"


@dataclass(frozen=True)
class CandidateCell:
    """One cell of a candidate: its state, sheets locked of those needed, how many are at work, and by which gate it is due."""

    method: Method
    competency: Competency
    state: CellStatus
    collected: int = 0
    at_work: int = 0
    needed: int = 0
    gate: int = 0

    @property
    def is_required(self) -> bool:
        return self.state not in (CellStatus.NOT_REQUIRED, CellStatus.NOT_APPLICABLE)


@dataclass(frozen=True)
class CandidateMatrix:
    """Methods down, competencies across."""

    methods: tuple[Method, ...]
    competencies: tuple[Competency, ...]
    cells: tuple[tuple[CandidateCell, ...], ...]

    def count(self, *states: CellStatus) -> int:
        return sum(cell.state in states for row in self.cells for cell in row)

    @property
    def required(self) -> int:
        return sum(cell.is_required for row in self.cells for cell in row)

    def missing_methods(self, *, by_gate: int) -> tuple[Method, ...]:
        """The methods that are due by a gate and not there: what stands between the candidate and a decision."""
        return tuple(
            method
            for method, row in zip(self.methods, self.cells, strict=True)
            if any(cell.state == CellStatus.MISSING and cell.gate <= by_gate for cell in row)
        )


def matrix_of(candidate: Candidate) -> CandidateMatrix:
    """The matrix of one candidate. It tells how many sheets are locked, never a rating."""
    methods = tuple(Method.objects.filter(version=candidate.intake.framework_id).order_by("order"))
    competencies = tuple(Competency.objects.filter(version=candidate.intake.framework_id).order_by("order"))
    places = set(MatrixCell.objects.filter(version=candidate.intake.framework_id).values_list("method", "competency"))
    settings = {row.method_id: row for row in MethodSetting.objects.filter(intake=candidate.intake_id)}
    excepted = set(Override.objects.filter(candidate=candidate, withdrawn_at=None).values_list("method", flat=True))
    sheets: dict[int, Counter[str]] = defaultdict(Counter)
    for method, state, number in RatingSheet.objects.filter(candidate=candidate).values_list("method", "state").annotate(n=Count("pk")):
        sheets[method][state] = number
    moderated = _moderated(candidate)
    frozen = Decision.objects.filter(candidate=candidate, superseded_at=None, released_at__isnull=False).exists()
    agreed = WashUp.objects.filter(candidate=candidate).exists()

    def cell(method: Method, competency: Competency) -> CandidateCell:
        setting = settings.get(method.pk)
        if (method.pk, competency.pk) not in places or setting is None:
            return CandidateCell(method, competency, CellStatus.NOT_REQUIRED)
        if method.applies != Method.Applies.EVERYONE and not candidate.came_through_training:
            return CandidateCell(method, competency, CellStatus.NOT_APPLICABLE)
        collected = sheets[method.pk][RatingSheet.State.LOCKED]
        if collected < setting.raters:
            state = CellStatus.EXCEPTED if method.pk in excepted else CellStatus.MISSING
        elif frozen:
            state = CellStatus.FROZEN
        else:
            changed = agreed or (method.pk, competency.pk) in moderated
            state = CellStatus.MODERATED if changed else CellStatus.COLLECTED
        at_work = sum(sheets[method.pk][each] for each in LIVE_STATES) - collected
        return CandidateCell(method, competency, state, collected, at_work, setting.raters, setting.gate)

    return CandidateMatrix(methods, competencies, tuple(tuple(cell(method, each) for each in competencies) for method in methods))


def _moderated(candidate: Candidate) -> set[tuple[int, int]]:
    changes = RatingChange.objects.filter(superseded_at=None, rating__sheet__candidate=candidate)
    ratings = Rating.objects.filter(pk__in=changes.values("rating"), sheet__state=RatingSheet.State.LOCKED)
    return set(ratings.values_list("sheet__method", "item__cell__competency"))
