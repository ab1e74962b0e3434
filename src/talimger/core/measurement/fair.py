"""Fair averages: measures back on the scale of the ratings, as if everybody had met average company."""

from __future__ import annotations

from dataclasses import dataclass

from talimger.core.measurement.ratings import Floats
from talimger.core.measurement.results import FacetsFit
from talimger.core.measurement.scale import average_rating

NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class FairAverages:
    """What each person would be given on average by average assessors on average items, with a 95 % range; arrays (persons)."""

    labels: tuple[str, ...]
    fair: Floats
    low: Floats
    high: Floats


def fair_average(fit: FacetsFit, measure: Floats) -> Floats:
    """The rating to expect at measures when all facets are average (Linacre 1989); over several scales, their mean."""
    return average_rating(measure, fit.cumulative.values(), fit.table.lowest)


def fair_averages(fit: FacetsFit, dimension: str | None = None) -> FairAverages:
    """The fair averages of all persons with their ranges, which stay inside the scale because it bends with the measure."""
    persons = fit.person(dimension)
    low, high = (fair_average(fit, persons.measure + sign * NORMAL_95 * persons.se) for sign in (-1, 1))
    return FairAverages(persons.labels, persons.fair_average, low, high)
