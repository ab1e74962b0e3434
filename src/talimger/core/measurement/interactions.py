"""Who departs from their own measure where: bias interactions, differential functioning, and anchors that moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from talimger.core.measurement.errors import MeasurementError
from talimger.core.measurement.ratings import Floats, Ints
from talimger.core.measurement.residuals import Residuals, excess_of, labels_of, residuals
from talimger.core.measurement.results import FacetsFit

# Sizes in logits from which a difference between groups is called moderate or large (Zwick, Thayer & Lewis 1999).
MODERATE, LARGE = 0.43, 0.64


@dataclass(frozen=True, eq=False)
class Interactions:
    """One row for each pair of elements that met: arrays of one length, sizes in logits.

    ``size`` above zero: ratings are higher than both elements' measures explain. ``p`` is adjusted for the number of pairs
    (Benjamini & Hochberg 1995).
    """

    first: tuple[str, ...]
    second: tuple[str, ...]
    n: Ints
    size: Floats
    se: Floats
    t: Floats
    p: Floats


def bias_interaction(fit: FacetsFit, facets: tuple[str, str], *, found: Residuals | None = None) -> Interactions:
    """Bias of every pair of elements of two facets, all other estimates held (Linacre 1989; Myford & Wolfe 2003).

    ``facets`` may name the facet of persons. ``found``: residuals from ``fit_statistics``, to save time.
    """
    table = fit.table
    first, second = (table.person if name == table.person.name else table.facet(name) for name in facets)
    if first is second:
        raise MeasurementError("one_facet", "An interaction is between two facets.")
    pair = first.codes.astype(np.int64) * len(second) + second.codes
    met, cell = np.unique(pair, return_inverse=True)
    cells = excess_of(cell, met.size, table, found or residuals(fit))
    t = cells.shift / cells.se
    return Interactions(
        first=labels_of(first, met // len(second)),
        second=labels_of(second, met % len(second)),
        n=cells.n,
        size=cells.shift,
        se=cells.se,
        t=t,
        p=_adjusted(t),
    )


@dataclass(frozen=True, eq=False)
class DifferentialFunctioning:
    """One row for each element and group: how much easier (above zero, logits) an element is for the group than for all others.

    ``verdict`` is "negligible", "moderate" or "large"; the last two need a size and a difference beyond chance.
    """

    element: tuple[str, ...]
    group: tuple[str, ...]
    n: Ints
    contrast: Floats
    se: Floats
    p: Floats
    verdict: tuple[str, ...]


def dif(fit: FacetsFit, groups: Mapping[str, str], *, facet: str | None = None, found: Residuals | None = None) -> DifferentialFunctioning:
    """Whether elements of a facet (by default the last) work differently for groups of persons who measure the same.

    ``groups`` maps persons' labels to their group; persons without one are left out. Each element's residuals in a group are set
    against those of everybody else (Rasch-Welch; Linacre & Wright 1989). Raises ``MeasurementError`` for fewer than two groups.
    """
    table = fit.table
    factor = table.facet(facet) if facet is not None else table.facets[-1]
    names = sorted({groups[label] for label in table.person.labels if label in groups})
    if len(names) < 2:
        raise MeasurementError("one_group", "Comparing groups takes at least two groups of persons with ratings.")
    number = {name: place for place, name in enumerate(names)}
    group_of = np.array([number[groups[label]] if label in groups else -1 for label in table.person.labels])[table.person.codes]
    found = found or residuals(fit)
    rows: list[tuple[str, str, int, float, float]] = []
    for group, name in enumerate(names):
        side = np.where(group_of < 0, -1, factor.codes * 2 + (group_of == group))
        cells = excess_of(side, 2 * len(factor), table, found)
        contrast = cells.shift[1::2] - cells.shift[::2]
        error = np.hypot(cells.se[1::2], cells.se[::2])
        rows += [(label, name, int(cells.n[1::2][at]), float(contrast[at]), float(error[at])) for at, label in enumerate(factor.labels)]
    element, of, n, contrasts, errors = zip(*rows, strict=True)
    contrast, se = np.array(contrasts), np.array(errors)
    p = _adjusted(contrast / se)
    return DifferentialFunctioning(
        element, of, np.array(n), contrast, se, p, tuple(_verdict(size, chance) for size, chance in zip(contrast, p, strict=True))
    )


@dataclass(frozen=True, eq=False)
class AnchorCheck:
    """One row for each anchored element: how far a free estimate would lie above its anchor (logits), and whether it moved."""

    facet: tuple[str, ...]
    label: tuple[str, ...]
    anchor: Floats
    displacement: Floats
    se: Floats
    moved: tuple[bool, ...]


def anchor_check(fit: FacetsFit, anchors: Mapping[str, Mapping[str, float]], *, found: Residuals | None = None) -> AnchorCheck:
    """Whether anchored elements still are where they were: displacement, moved if beyond half a logit and two standard errors.

    One anchor that moved pulls at its neighbours: take the largest away, fit again, and look again.
    """
    found = found or residuals(fit)
    facets: list[str] = []
    labels: list[str] = []
    values: list[tuple[float, float, float]] = []
    for name, given in anchors.items():
        factor = fit.table.facet(name)
        cells = excess_of(factor.codes, len(factor), fit.table, found)
        for label, anchor in given.items():
            at = fit.facets[name].at(label)
            facets.append(name)
            labels.append(label)
            values.append((anchor, -float(cells.shift[at]), float(cells.se[at])))
    anchor_values, displacement, se = (np.array(column) for column in zip(*values, strict=True)) if values else (np.zeros(0),) * 3
    moved = tuple(bool(far) for far in (np.abs(displacement) > 0.5) & (np.abs(displacement) > 2 * se))
    return AnchorCheck(tuple(facets), tuple(labels), anchor_values, displacement, se, moved)


def _adjusted(t: Floats) -> Floats:
    """Two-sided p values of deviates, adjusted for their number (Benjamini & Hochberg 1995); ``nan`` stays."""
    p = np.full(t.shape, np.nan)
    known = np.flatnonzero(np.isfinite(t))
    chances = 2 * special.ndtr(-np.abs(t[known]))
    order = np.argsort(-chances, kind="stable")
    ranks = np.arange(known.size, 0, -1)
    p[known[order]] = np.minimum.accumulate(np.minimum(chances[order] * known.size / ranks, 1.0))
    return p


def _verdict(contrast: float, p: float) -> str:
    if not p < 0.05 or abs(contrast) < MODERATE:
        return "negligible"
    return "large" if abs(contrast) >= LARGE else "moderate"
