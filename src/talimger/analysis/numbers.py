"""From a fit to the numbers that people read: severity in points of the scale, limits, plain means, who can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from talimger.core.measurement.connectivity import Connectivity, connectivity
from talimger.core.measurement.ratings import Factor, Floats, Ints
from talimger.core.measurement.results import FacetsFit, Measures
from talimger.core.measurement.scale import expected_rating

# Limits that hold the true value 95 times of 100.
Z95 = 1.959964
# Mean squares of residuals: 1 is what the model expects (Linacre 2002). Both the size and the doubt must be there: among many
# ratings a difference of no weight is beyond doubt, among few a large one is chance.
ERRATIC, UNIFORM, DOUBT = 1.3, 0.7, 2.0


class ElementFit(Protocol):
    """How well ratings fit, element by element: mean squares and their standardised forms, ``nan`` where there is none."""

    @property
    def infit(self) -> Floats: ...

    @property
    def outfit(self) -> Floats: ...

    @property
    def infit_z(self) -> Floats: ...

    @property
    def outfit_z(self) -> Floats: ...


class FitNumbers(Protocol):
    """What ``fit_statistics`` gives: for each facet, and for people on each dimension, how well ratings fit."""

    @property
    def facets(self) -> Mapping[str, ElementFit]: ...

    @property
    def persons(self) -> Mapping[str, ElementFit]: ...


@dataclass(frozen=True)
class Group:
    """Assessors and people who can be compared with one another, as places in their facets; ``number`` counts from 1, 0 is everybody."""

    number: int
    assessors: Ints
    persons: Ints


@dataclass(frozen=True)
class Severity:
    """An assessor's severity and its limits: in logits from the group's own mean, and in points of the scale."""

    places: Ints
    logits: Floats
    se: Floats
    points: Floats
    low: Floats
    high: Floats

    @property
    def stands_out(self) -> list[bool]:
        return [bool(low > 0 or high < 0) for low, high in zip(self.low, self.high, strict=True)]


@dataclass(frozen=True, eq=False)
class Reading:
    """A fit with what is read from it more than once. The first facet is whoever rates."""

    fit: FacetsFit

    @property
    def assessor_facet(self) -> str:
        return self.fit.table.facets[0].name

    @property
    def assessors(self) -> Measures:
        return self.fit.facets[self.assessor_facet]

    @property
    def other_facets(self) -> tuple[str, ...]:
        return tuple(factor.name for factor in self.fit.table.facets[1:])

    @cached_property
    def network(self) -> Connectivity:
        return connectivity(self.fit.table)

    @cached_property
    def population_mean(self) -> float:
        return float(np.mean([population.mean for population in self.fit.population.values()]))

    def rating_at(self, eta: Floats) -> Floats:
        """The rating to expect at a place of the ruler, the other facets being average."""
        sets = self.fit.cumulative.values()
        expected: Floats = np.mean([expected_rating(eta, cumulative, self.fit.table.lowest) for cumulative in sets], axis=0)
        return expected

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Everybody, or the parts of the network that nothing links."""
        if self.network.is_connected:
            return (Group(0, np.arange(len(self.assessors)), np.arange(len(self.fit.table.person))),)
        place = {label: index for index, label in enumerate(self.assessors.labels)}
        return tuple(
            Group(
                number,
                np.array([place[label] for label in part.elements[self.assessor_facet]], dtype=np.int64),
                np.flatnonzero(self.network.part_of_person == number - 1),
            )
            for number, part in enumerate(self.network.parts, 1)
        )

    def severity(self, group: Group) -> Severity:
        """How strict the assessors of a group are among themselves, the most lenient first."""
        measures, places = self.assessors, group.assessors
        logits = measures.measure[places]
        if group.number:
            logits = logits - logits.mean()
        order = np.lexsort((places, logits))
        places, logits = places[order], logits[order]
        se = measures.se[places]

        def points(severity: Floats) -> Floats:
            centre = self.rating_at(np.array([self.population_mean]))[0]
            return np.asarray(centre - self.rating_at(self.population_mean - severity), dtype=np.float64)

        return Severity(places, logits, se, points(logits), points(logits - Z95 * se), points(logits + Z95 * se))

    # ── people ──

    @cached_property
    def person_measures(self) -> Floats:
        """One place on the ruler for each person: the mean over dimensions, where there are several."""
        mean: Floats = np.mean([measures.measure for measures in self.fit.persons.values()], axis=0)
        return mean

    def fair(self, dimension: str) -> tuple[Floats, Floats, Floats]:
        """Fair scores on a dimension with their limits."""
        measures = self.fit.persons[dimension]
        reach = Z95 * measures.se
        return measures.fair_average, self.rating_at(measures.measure - reach), self.rating_at(measures.measure + reach)

    @cached_property
    def fair_mean(self) -> Floats:
        mean: Floats = np.mean([measures.fair_average for measures in self.fit.persons.values()], axis=0)
        return mean

    def raw_means(self, factor: Factor) -> Floats:
        """The plain mean of the ratings of each element, whoever gave them; ``nan`` without any."""
        table = self.fit.table
        total = np.bincount(factor.codes, weights=table.score, minlength=len(factor))
        count = np.bincount(factor.codes, minlength=len(factor))
        means: Floats = table.lowest + np.divide(total, count, out=np.full(len(factor), np.nan), where=count > 0)
        return means

    @cached_property
    def ratings_of_person(self) -> Ints:
        return np.bincount(self.fit.table.person.codes, minlength=len(self.fit.table.person)).astype(np.int64)


def verdict(fit: ElementFit, place: int) -> str:
    """ "erratic", "uniform" or nothing: what the residuals of an element say beyond doubt."""
    infit, z = float(fit.infit[place]), float(fit.infit_z[place])
    if infit > ERRATIC and z > DOUBT:
        return "erratic"
    return "uniform" if infit < UNIFORM and z < -DOUBT else ""
