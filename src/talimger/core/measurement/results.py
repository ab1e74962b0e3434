"""What a fit says: frozen, in the field's own terms, and as the JSON that files and other programs read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from talimger.core.measurement.ratings import Floats, Ints, RatingTable
from talimger.core.measurement.scale import thresholds_of


@dataclass(frozen=True)
class Finding:
    """Something a reader of the result must know: a code with its numbers, and the same in plain English.

    Codes are stable, so that a page can say it in the reader's language.
    """

    code: str
    words: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, eq=False)
class Measures:
    """Estimates of the elements of one facet, or of the persons on one dimension; arrays of one length, logits.

    ``fair_average`` is on the scale of the ratings: what an element would get, or a person would be given, if everybody else were
    average. ``se`` of an anchored element is zero. A person without a rating on a dimension has ``n`` 0.
    """

    labels: tuple[str, ...]
    measure: Floats
    se: Floats
    n: Ints
    fair_average: Floats

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, label: str) -> int:
        """The place of a label. Raises ``KeyError``."""
        try:
            return self.labels.index(label)
        except ValueError as error:
            raise KeyError(label) from error


@dataclass(frozen=True)
class Population:
    """The normal distribution that persons are drawn from, in logits."""

    mean: float
    sd: float


@dataclass(frozen=True, eq=False)
class FacetsFit:
    """A many-facet Rasch model fitted to ratings.

    ``cumulative[set]`` holds, for each category, the sum of the thresholds up to it: 0 at both ends of the scale that was used, and
    ``inf`` for a category that nobody used. The rating-scale model has one set, named ``""``; the partial-credit model has one for
    each element of the last facet.
    ``persons``, ``population`` and ``reliability`` are keyed by dimension; a single dimension is named ``""``.
    ``spread[f]`` is the standard deviation of a facet whose elements are estimated with a normal prior, ``None`` without one.
    """

    model: str
    engine: str
    converged: bool
    reason: str
    iterations: int
    deviance: float
    table: RatingTable
    cumulative: Mapping[str, Floats]
    facets: Mapping[str, Measures]
    spread: Mapping[str, float | None]
    persons: Mapping[str, Measures]
    population: Mapping[str, Population]
    correlations: Floats
    reliability: Mapping[str, float]
    warnings: tuple[Finding, ...]

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(self.persons)

    @property
    def thresholds(self) -> dict[str, Floats]:
        """Rasch-Andrich thresholds, one a step, their sum zero; ``nan`` on both sides of a category that nobody used."""
        return {name: thresholds_of(cumulative) for name, cumulative in self.cumulative.items()}

    @property
    def is_partial_credit(self) -> bool:
        return self.model == "PCM"

    @property
    def step_facet(self) -> str | None:
        """The facet whose elements have thresholds of their own; ``None`` under the rating-scale model."""
        return self.table.facets[-1].name if self.is_partial_credit else None

    def person(self, dimension: str | None = None) -> Measures:
        """The persons' measures on a dimension; without a name, on the only or the first one."""
        return self.persons[self.dimensions[0] if dimension is None else dimension]
