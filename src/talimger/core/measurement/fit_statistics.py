"""Infit and outfit: whose ratings are more erratic, or more uniform, than the model expects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from talimger.core.measurement.ratings import Floats, Wholes
from talimger.core.measurement.residuals import Residuals, residuals
from talimger.core.measurement.results import FacetsFit


@dataclass(frozen=True, eq=False)
class ElementFit:
    """Fit of the elements of a facet, or of persons, in the order of their measures; ``nan`` where ratings carry no information.

    ``infit`` and ``outfit`` are mean squares, 1 is as expected, above it erratic, below it too uniform; ``infit_z`` and ``outfit_z``
    are the same as standard normal deviates. ``observed`` and ``expected`` are mean ratings.
    """

    labels: tuple[str, ...]
    infit: Floats
    outfit: Floats
    infit_z: Floats
    outfit_z: Floats
    observed: Floats
    expected: Floats


@dataclass(frozen=True, eq=False)
class FitStatistics:
    """Fit of all facets by name and of the persons by dimension; ``residuals`` are what it was computed from."""

    facets: Mapping[str, ElementFit]
    persons: Mapping[str, ElementFit]
    residuals: Residuals


def fit_statistics(fit: FacetsFit) -> FitStatistics:
    """Mean-square fit (Wright & Masters 1982), information-weighted (infit) and not (outfit), with Wilson-Hilferty deviates."""
    found = residuals(fit)
    table = fit.table
    persons = {}
    for place, (name, measures) in enumerate(fit.persons.items()):
        codes = table.person.codes
        if table.dimension is not None:
            codes = np.where(table.dimension.codes == place, codes, -1)
        persons[name] = _element_fit(measures.labels, codes, fit, found)
    facets = {factor.name: _element_fit(factor.labels, factor.codes, fit, found) for factor in table.facets}
    return FitStatistics(facets, persons, found)


def _element_fit(labels: tuple[str, ...], codes: Wholes, fit: FacetsFit, found: Residuals) -> ElementFit:
    table = fit.table
    inside = (codes >= 0) & (found.variance > 1e-9)
    weight = inside * (1.0 if table.weights is None else table.weights)
    at = np.where(inside, codes, 0)

    def total(values: Floats) -> Floats:
        return np.bincount(at, weights=weight * values, minlength=len(labels)).astype(np.float64)

    with np.errstate(divide="ignore", invalid="ignore"):
        squares, variance = found.residual**2, np.where(inside, found.variance, 1.0)
        n, information = total(np.ones(table.size)), total(variance)
        infit, outfit = total(squares) / information, total(squares / variance) / n
        infit_sd = np.sqrt(total(found.fourth - variance**2)) / information
        outfit_sd = np.sqrt(total(found.fourth / variance**2 - 1)) / n
        observed = table.lowest + total(table.score.astype(np.float64)) / n
        return ElementFit(
            labels=labels,
            infit=infit,
            outfit=outfit,
            infit_z=_deviate(infit, infit_sd),
            outfit_z=_deviate(outfit, outfit_sd),
            observed=observed,
            expected=observed - total(found.residual) / n,
        )


def _deviate(mean_square: Floats, sd: Floats) -> Floats:
    """Wilson & Hilferty's (1931) cube root turns a mean square into a nearly normal deviate."""
    deviate: Floats = (np.cbrt(mean_square) - 1) * 3 / sd + sd / 3
    return deviate
