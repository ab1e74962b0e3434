"""Generalizability theory: where the differences between ratings come from, and what more raters or items would bring.

Source: Brennan (2001), "Generalizability Theory", Springer, chapters 2 to 5: balanced random designs, variance components from
expected mean squares, decision studies of the same structure. Phi(lambda): Brennan & Kane (1977), Journal of Educational Measurement
14, 277-289.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from talimger.core.measurement.errors import MeasurementError

# Mean squares this small beside the ratings themselves are rounding, not variance.
_ROUNDING = 1e-13
_Facets = frozenset[str]


@dataclass(frozen=True)
class Design:
    """Facets in the order of the axes of the data, each with the facets it is nested in (the nearest first)."""

    facets: tuple[str, ...]
    within: Mapping[str, tuple[str, ...]]

    @classmethod
    def parse(cls, text: str) -> Design:
        """A design in Brennan's notation: ``p x i x r`` is crossed, ``p x (i:r)`` has items nested in raters.

        >>> Design.parse("p x (i:r)").effects
        ('p', 'r', 'p x r', 'i:r', 'p x (i:r)')
        """
        chains = [re.sub(r"^\((.*)\)$", r"\1", term.strip()).split(":") for term in re.split(r"\s+[x×]\s+", text.strip())]
        names = [name.strip() for chain in chains for name in chain]
        if len(names) < 2 or len(set(names)) < len(names) or not all(name.isidentifier() for name in names):
            raise MeasurementError(
                "unreadable_design", "{design} is no design of two facets or more, such as p x i, p x (i:r) or i:p", design=text
            )
        within = {chain[at].strip(): tuple(name.strip() for name in chain[at + 1 :]) for chain in chains for at in range(len(chain))}
        return cls(facets=tuple(names), within=within)

    @property
    def sources(self) -> tuple[_Facets, ...]:
        """The sets of facets whose effects the design can tell apart, no set before one that it contains."""
        sets = (frozenset(some) for size in range(1, len(self.facets) + 1) for some in combinations(self.facets, size))
        return tuple(some for some in sets if all(some >= set(self.within[facet]) for facet in some))

    @property
    def effects(self) -> tuple[str, ...]:
        return tuple(self.name(source) for source in self.sources)

    def name(self, source: Iterable[str]) -> str:
        """The name of an effect as the design would write it."""
        present = set(source)
        nests = {outer for facet in present for outer in self.within[facet]}
        chains = [":".join((facet, *self.within[facet])) for facet in self.facets if facet in present - nests]
        return " x ".join(f"({chain})" if ":" in chain and len(chains) > 1 else chain for chain in chains)


@dataclass(frozen=True)
class VarianceComponent:
    """One line of the analysis of variance. ``sigma2`` is kept as estimated, below zero too; the last one includes the error."""

    effect: str
    facets: frozenset[str]
    df: int
    ss: float
    ms: float
    sigma2: float

    @property
    def is_negative(self) -> bool:
        """Sampling error around a small component, or a design that does not fit: D studies count it as zero."""
        return self.sigma2 < 0


@dataclass(frozen=True)
class GStudy:
    """The variance components of a design, the object of measurement, and how many conditions they were estimated from."""

    design: Design
    objects: str
    sizes: Mapping[str, int]
    components: tuple[VarianceComponent, ...]
    grand_mean: float

    def component(self, effect: str) -> VarianceComponent:
        """The component of this name; ``KeyError`` for an effect that the design does not have."""
        return {component.effect: component for component in self.components}[effect]

    @property
    def negative(self) -> tuple[str, ...]:
        """The effects whose estimate is below zero, worth a sentence wherever a D study of them is shown."""
        return tuple(component.effect for component in self.components if component.is_negative)

    @property
    def shares(self) -> dict[str, float]:
        """Each component's share of the variance of a single rating (they sum to 1), negative ones counted as zero."""
        total = math.fsum(max(component.sigma2, 0.0) for component in self.components)
        return {component.effect: max(component.sigma2, 0.0) / total if total else 0.0 for component in self.components}


@dataclass(frozen=True)
class DStudy:
    """What to expect of a mean over ``n`` conditions: error variances in squared rating points, coefficients from 0 to 1.

    ``generalizability`` (E rho squared) is about the order of people, ``dependability`` (Phi) about their level, ``phi_lambda`` about
    the side of the cut they are on. ``zeroed`` names the components that were estimated below zero and are counted as zero.
    """

    n: Mapping[str, int]
    universe: float
    relative_error: float
    absolute_error: float
    generalizability: float
    dependability: float
    phi_lambda: float | None
    zeroed: tuple[str, ...]

    @property
    def relative_sem(self) -> float:
        """Standard error of a difference from the others' mean, in rating points."""
        return math.sqrt(self.relative_error)

    @property
    def absolute_sem(self) -> float:
        """Standard error of the score itself, in rating points."""
        return math.sqrt(self.absolute_error)


def gstudy(values: npt.ArrayLike, *, design: str, objects: str = "p") -> GStudy:
    """The variance components of a complete, balanced study, all facets random, by expected mean squares.

    ``values``: one axis per facet, in the order in which ``design`` names them ("p x (i:r)": axes p, i, r; "i:p": axes i, p), at
    least two conditions on each, no cell missing. ``objects``: the facet that is measured; it is not nested in another.
    Components are in squared rating points. ``MeasurementError`` for a design that cannot be read or does not fit the data.

    >>> study = gstudy([[1, 2], [3, 4], [5, 6]], design="p x i")
    >>> [(one.effect, round(one.sigma2, 2)) for one in study.components]
    [('p', 4.0), ('i', 0.5), ('p x i', 0.0)]
    """
    plan = Design.parse(design)
    data = np.asarray(values, dtype=np.float64)
    if objects not in plan.facets or plan.within[objects]:
        raise MeasurementError("objects", "{objects} must be a facet of {design}, nested in no other", objects=objects, design=design)
    if data.ndim != len(plan.facets) or min(data.shape) < 2:
        raise MeasurementError(
            "design_does_not_fit",
            "{design} needs {facets} axes of at least two conditions each, not {shape}",
            design=design,
            facets=len(plan.facets),
            shape=data.shape,
        )
    missing = int((~np.isfinite(data)).sum())
    if missing:
        raise MeasurementError("missing_cells", "{missing} ratings are missing: expected mean squares need every cell", missing=missing)
    sizes = dict(zip(plan.facets, data.shape, strict=True))
    squares = _sums_of_squares(data, plan)
    df = _degrees_of_freedom(plan, sizes)
    ms = {source: squares[source] / df[source] for source in plan.sources}
    sigma2 = _solve_expected_mean_squares(ms, plan, sizes)
    components = tuple(
        VarianceComponent(plan.name(source), source, df[source], squares[source], ms[source], sigma2[source]) for source in plan.sources
    )
    return GStudy(plan, objects, sizes, components, float(data.mean()))


def dstudy(study: GStudy, *, n: Mapping[str, int] | None = None, cut: float | None = None) -> DStudy:
    """Error variances and coefficients of a mean over ``n`` conditions of each facet, for the design of the study.

    ``n``: conditions per facet (of a nested facet: per condition it is nested in); a facet left out keeps the number of the study.
    ``cut``: the score on which the decision turns, for Phi(lambda). A coefficient is 0 where the people do not differ at all.
    ``MeasurementError`` for a facet the study does not have, the object of measurement, or fewer than one condition.

    >>> study = gstudy([[1, 2, 2], [3, 4, 5], [5, 6, 5]], design="p x i")
    >>> [round(dstudy(study, n={"i": items}).generalizability, 3) for items in (1, 3)]
    [0.909, 0.968]
    """
    wanted = dict(n or {})
    for facet, conditions in wanted.items():
        if facet not in study.sizes or facet == study.objects:
            raise MeasurementError("unknown_facet", "{facet} is not a facet to average over", facet=facet)
        if conditions < 1:
            raise MeasurementError("no_condition", "{facet} needs at least one condition, not {n}", facet=facet, n=conditions)
    counts = {facet: wanted.get(facet, size) for facet, size in study.sizes.items() if facet != study.objects}
    positive = {component.facets: max(component.sigma2, 0.0) for component in study.components}
    universe = positive.pop(frozenset({study.objects}))
    averaged = {source: sigma2 / math.prod(counts[facet] for facet in source - {study.objects}) for source, sigma2 in positive.items()}
    relative = math.fsum(sigma2 for source, sigma2 in averaged.items() if study.objects in source)
    absolute = math.fsum(averaged.values())
    return DStudy(
        n=counts,
        universe=universe,
        relative_error=relative,
        absolute_error=absolute,
        generalizability=_share(universe, relative),
        dependability=_share(universe, absolute),
        phi_lambda=None if cut is None else _share(universe + _distance_from_cut(study, cut), absolute),
        zeroed=study.negative,
    )


def _share(signal: float, error: float) -> float:
    return signal / (signal + error) if signal > 0 else 0.0


def _distance_from_cut(study: GStudy, cut: float) -> float:
    """The squared distance of the population's mean from the cut, without what the sample's own mean adds by chance."""
    chance = math.fsum(
        max(component.sigma2, 0.0) / math.prod(study.sizes[facet] for facet in component.facets) for component in study.components
    )
    return max((study.grand_mean - cut) ** 2 - chance, 0.0)


def _sums_of_squares(data: npt.NDArray[np.float64], plan: Design) -> dict[_Facets, float]:
    """Every effect is a mean less the effects it contains: differences are taken before squaring, which keeps the digits."""
    rounding = (_ROUNDING * float(np.abs(data).max())) ** 2 * data.size
    centred = data - data.mean()
    deviations: dict[_Facets, npt.NDArray[np.float64]] = {}
    squares = {}
    for source in plan.sources:
        over = tuple(axis for axis, facet in enumerate(plan.facets) if facet not in source)
        deviation = centred.mean(axis=over, keepdims=True)
        for contained in deviations:
            if contained < source:
                deviation = deviation - deviations[contained]
        deviations[source] = deviation
        total = float(np.sum(deviation**2)) * (data.size // deviation.size)
        squares[source] = total if total > rounding else 0.0
    return squares


def _degrees_of_freedom(plan: Design, sizes: Mapping[str, int]) -> dict[_Facets, int]:
    df: dict[_Facets, int] = {}
    for source in plan.sources:
        df[source] = math.prod(sizes[facet] for facet in source) - 1 - sum(df[contained] for contained in df if contained < source)
    return df


def _solve_expected_mean_squares(ms: Mapping[_Facets, float], plan: Design, sizes: Mapping[str, int]) -> dict[_Facets, float]:
    """The expected mean square of an effect sums, over all effects that contain it, their variance times the ratings behind it."""
    sigma2: dict[_Facets, float] = {}
    for source in reversed(plan.sources):
        behind = {wider: math.prod(sizes[facet] for facet in plan.facets if facet not in wider) for wider in [source, *sigma2]}
        rest = math.fsum(behind[wider] * sigma2[wider] for wider in sigma2 if wider > source)
        sigma2[source] = (ms[source] - rest) / behind[source]
    return sigma2
