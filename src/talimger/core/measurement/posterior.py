"""What ratings say of each person, given severities, thresholds and population: by Laplace's method or by quadrature.

Both engines answer the same question, the posterior distribution of a person, and hand it on in the same form: nodes with weights.

- Laplace: the posterior mode by Newton's method and the second-order expansion around it (Tierney & Kadane 1986; Shun & McCullagh
  1995), as one node at the mode with a mean and a variance around it. Quick, and good from about ten ratings a person on.
- Quadrature: adaptive nodes around each person's own posterior (Naylor & Smith 1982; Pinheiro & Bates 1995). On one dimension 25
  equally spaced nodes half a posterior standard deviation apart; the trapezoid rule converges exponentially on such densities. On
  several dimensions a Gauss-Hermite product.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import product
from typing import TypeVar

import numpy as np

from talimger.core.measurement.cumulants import (
    PatternTables,
    fourth_at,
    log_normaliser_at,
    mean_at,
    third_at,
    variance_at,
)
from talimger.core.measurement.ratings import Floats
from talimger.core.measurement.reduction import Chunk, Groups, chunks

R = TypeVar("R")
CHUNK = 1 << 15
MOST_WORKERS = 4
LINE_ROUNDS = 6
# Nodes in posterior standard deviations. The trapezoid rule is off by about exp(-2 pi^2 / gap^2): 1e-34, and 3e-9.
LINE = np.linspace(-6, 6, 25)
COARSE_LINE = np.linspace(-5, 5, 11)
LARGEST_MOVE = 1.5
MODE_PRECISION = 1e-7
MODE_ROUNDS = 60
# Nodes a dimension of the product rule; seven dimensions would be 2,187 nodes a person.
PRODUCT_NODES = {2: 7, 3: 5}
PRODUCT_NODES_BEYOND = 3


@dataclass(frozen=True, eq=False)
class Population:
    """A normal population of persons: ``mean`` (dimensions), ``covariance`` and its inverse (dimensions, dimensions)."""

    mean: Floats
    covariance: Floats

    @property
    def precision(self) -> Floats:
        return np.linalg.inv(self.covariance).astype(np.float64)

    @property
    def log_determinant(self) -> float:
        return float(np.linalg.slogdet(self.covariance)[1])


@dataclass(frozen=True, eq=False)
class Posterior:
    """Each person's posterior. Shapes: persons P, nodes Q, dimensions D.

    ``nodes`` (P, Q, D) with ``weights`` (P, Q) that sum to one. Laplace has one node, the mode; the mean of what lies around it is
    ``shift`` (P, D) away and has the variance ``local`` (P, D). Both are zero for quadrature.
    ``root`` (P, D, D) is the lower triangular root of the inverse curvature at the mode (Laplace) or of ``covariance``.
    ``log_marginal`` (P) leaves out the terms that are linear in severities and thresholds, which need no sum over persons. Laplace's
    is of the first order, because its slope is the one that the estimator follows; ``correction`` (P) is the second order.
    """

    log_marginal: Floats
    correction: Floats
    mean: Floats
    covariance: Floats
    root: Floats
    nodes: Floats
    weights: Floats
    shift: Floats
    local: Floats

    @property
    def is_laplace(self) -> bool:
        return bool(self.nodes.shape[1] == 1)


@dataclass(frozen=True, eq=False)
class Places:
    """Where persons meet groups: the tables of the patterns, and each group's severity, the sum over its facets but the last."""

    groups: Groups
    tables: PatternTables
    severity: Floats
    population: Population


def in_chunks(work: Callable[[Chunk], R], parts: Sequence[Chunk]) -> list[R]:
    """Do the work for every chunk, several at a time, and return what they gave in the order of persons."""
    workers = min(len(parts), os.cpu_count() or 1, MOST_WORKERS)
    if workers < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, parts))


def laplace(places: Places, start: Floats) -> Posterior:
    """The posteriors by the second-order Laplace expansion, searching modes from ``start`` (persons, dimensions)."""
    parts = chunks(places.groups, most=CHUNK)
    return _joined(in_chunks(lambda part: _laplace(_View(places, part), start[part.persons]), parts))


def quadrature(places: Places, start: Floats, *, coarse: bool = False) -> Posterior:
    """The posteriors by adaptive quadrature; ``coarse`` is enough, on one dimension, where there are many ratings a person."""
    dimensions = places.groups.dimensions
    line = COARSE_LINE if coarse else LINE
    nodes = line.size if dimensions == 1 else PRODUCT_NODES.get(dimensions, PRODUCT_NODES_BEYOND) ** dimensions
    parts = chunks(places.groups, most=max(CHUNK * 4 // nodes, 1))

    def one(part: Chunk) -> Posterior:
        view = _View(places, part)
        return _on_a_line(view, start[part.persons], line) if dimensions == 1 else _on_a_product(view, start[part.persons])

    return _joined(in_chunks(one, parts))


def _joined(parts: Sequence[Posterior]) -> Posterior:
    if len(parts) == 1:
        return parts[0]
    return Posterior(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Posterior)))


class _View:
    """One chunk of persons with what is asked of it over and over."""

    def __init__(self, places: Places, part: Chunk) -> None:
        groups = places.groups
        self.tables = places.tables
        self.population = places.population
        self.precision = places.population.precision
        self.pattern = groups.pattern[part.groups]
        self.severity = places.severity[part.groups]
        self.weight = None if groups.weight is None else groups.weight[part.groups]
        self.person = groups.slot_person[part.slots] - part.persons.start
        self.dimension = groups.slot_dimension[part.slots]
        self.starts = groups.slot_start[part.slots] - part.groups.start
        self.sizes = np.diff(np.append(self.starts, part.groups.stop - part.groups.start))
        self.shape = (part.persons.stop - part.persons.start, groups.dimensions)
        self.score = np.zeros(self.shape)
        self.score[self.person, self.dimension] = groups.slot_score[part.slots]

    def rows(self, theta: Floats) -> tuple[Floats, Floats]:
        """The stored cumulants of every group at the persons' measures (persons, dimensions), and the distances to them."""
        return self.tables.at(self.pattern, np.repeat(theta[self.person, self.dimension], self.sizes) - self.severity)

    def sums(self, values: Floats) -> Floats:
        """Sums over the groups of each person and dimension, as (persons, dimensions, …)."""
        if self.weight is not None:
            values = values * (self.weight if values.ndim == 1 else self.weight[:, None])
        summed = np.zeros((*self.shape, *values.shape[1:]))
        summed[self.person, self.dimension] = np.add.reduceat(values, self.starts, axis=0)
        return summed

    def log_prior(self, theta: Floats) -> Floats:
        """The population's log-density at measures (…, dimensions)."""
        away = theta - self.population.mean
        size = self.shape[1]
        density: Floats = -0.5 * (
            np.einsum("...i,ij,...j->...", away, self.precision, away) + self.population.log_determinant + size * np.log(2 * np.pi)
        )
        return density


def _laplace(view: _View, start: Floats) -> Posterior:
    theta = start.copy()
    for round_ in range(MODE_ROUNDS):
        rows, distance = view.rows(theta)
        slope = view.score - view.sums(mean_at(rows, distance)) - (theta - view.population.mean) @ view.precision
        move = _solve(view.precision, view.sums(variance_at(rows, distance)), slope)
        limit = LARGEST_MOVE / (1 + round_ // 10)
        theta += np.clip(move, -limit, limit)
        if np.max(np.abs(move)) < MODE_PRECISION:
            break
    rows, distance = view.rows(theta)
    inverse, log_determinant = _inverse(view.precision, view.sums(variance_at(rows, distance)))
    third, fourth = -view.sums(third_at(rows, distance)), -view.sums(fourth_at(rows, distance))
    diagonal = np.einsum("pii->pi", inverse)
    shift = 0.5 * np.einsum("pij,pj->pi", inverse, third * diagonal)
    # The loops of the expansion: two derivatives of third order joined, and one of fourth order closed upon itself.
    joined = third[:, :, None] * third[:, None, :]
    middle = 0.5 * joined * inverse**2
    index = np.arange(view.shape[1])
    middle[:, index, index] += 0.5 * fourth * diagonal + third * shift
    covariance = inverse + inverse @ middle @ inverse
    broken = np.einsum("pii->pi", covariance).min(axis=1) < 0.3 * diagonal.min(axis=1)
    covariance[broken] = inverse[broken]
    correction = (fourth * diagonal**2).sum(axis=1) / 8
    correction += (joined * (diagonal[:, :, None] * inverse * diagonal[:, None, :] / 8 + inverse**3 / 12)).sum(axis=(1, 2))
    log_marginal = (view.score * theta).sum(axis=1) - view.sums(log_normaliser_at(rows, distance)).sum(axis=1) + view.log_prior(theta)
    log_marginal += 0.5 * (view.shape[1] * np.log(2 * np.pi) - log_determinant)
    mean = theta + shift
    return Posterior(
        log_marginal=log_marginal,
        correction=correction,
        mean=mean,
        covariance=covariance,
        root=_root(inverse),
        nodes=theta[:, None, :],
        weights=np.ones((view.shape[0], 1)),
        shift=shift,
        local=diagonal.copy(),
    )


def _on_a_line(view: _View, start: Floats, steps: Floats) -> Posterior:
    first = _laplace(view, start)
    centre, spread = first.mean[:, 0], np.sqrt(first.covariance[:, 0, 0])
    gap = steps[1] - steps[0]
    for _round in range(LINE_ROUNDS):
        theta = centre[:, None] + spread[:, None] * steps
        density = _log_density(view, theta[:, :, None]) + np.log(gap * spread)[:, None]
        top = density.max(axis=1, keepdims=True)
        weights = np.exp(density - top)
        total = weights.sum(axis=1, keepdims=True)
        weights /= total
        mean = (weights * theta).sum(axis=1)
        deviation = np.sqrt((weights * (theta - mean[:, None]) ** 2).sum(axis=1))
        if np.all(np.abs(mean - centre) < 0.3 * spread) and np.all(np.abs(np.log(deviation / spread)) < 0.3):
            break
        centre, spread = mean, deviation
    return Posterior(
        log_marginal=(top + np.log(total))[:, 0],
        correction=np.zeros(view.shape[0]),
        mean=mean[:, None],
        covariance=deviation[:, None, None] ** 2,
        root=deviation[:, None, None],
        nodes=theta[:, :, None],
        weights=weights,
        shift=np.zeros((view.shape[0], 1)),
        local=np.zeros((view.shape[0], 1)),
    )


def _on_a_product(view: _View, start: Floats) -> Posterior:
    first = _laplace(view, start)
    size = view.shape[1]
    roots, chances = np.polynomial.hermite_e.hermegauss(PRODUCT_NODES.get(size, PRODUCT_NODES_BEYOND))
    points = np.array(list(product(roots, repeat=size)))
    log_chances = np.log(np.array(list(product(chances / np.sqrt(2 * np.pi), repeat=size)))).sum(axis=1)
    theta = first.mean[:, None, :] + np.einsum("pij,qj->pqi", first.root, points)
    # The rule integrates against a normal density around the first guess: divide that density out.
    log_scale = np.log(np.einsum("pii->pi", first.root)).sum(axis=1)
    guess = -0.5 * ((points**2).sum(axis=1) + size * np.log(2 * np.pi)) - log_scale[:, None]
    density = _log_density(view, theta) - guess + log_chances
    top = density.max(axis=1, keepdims=True)
    weights = np.exp(density - top)
    total = weights.sum(axis=1, keepdims=True)
    weights /= total
    mean = np.einsum("pq,pqi->pi", weights, theta)
    away = theta - mean[:, None, :]
    covariance = np.einsum("pq,pqi,pqj->pij", weights, away, away)
    return Posterior(
        log_marginal=(top + np.log(total))[:, 0],
        correction=np.zeros(view.shape[0]),
        mean=mean,
        covariance=covariance,
        root=_root(covariance),
        nodes=theta,
        weights=weights,
        shift=np.zeros((view.shape[0], size)),
        local=np.zeros((view.shape[0], size)),
    )


def _log_density(view: _View, theta: Floats) -> Floats:
    """Log of likelihood times prior at nodes (persons, nodes, dimensions), without the terms linear in severities and thresholds."""
    at = np.repeat(theta[view.person, :, view.dimension], view.sizes, axis=0) - view.severity[:, None]
    rows, distance = view.tables.at(view.pattern[:, None], at)
    normaliser = view.sums(log_normaliser_at(rows, distance)).sum(axis=1)
    density: Floats = np.einsum("pd,pqd->pq", view.score, theta) - normaliser + view.log_prior(theta)
    return density


def _solve(precision: Floats, information: Floats, slope: Floats) -> Floats:
    """Newton's move of every person: (precision + diag(information)) move = slope."""
    if precision.shape[0] == 1:
        move: Floats = slope / (information + float(precision[0, 0]))
        return move
    return np.linalg.solve(_curvature(precision, information), slope[:, :, None])[:, :, 0].astype(np.float64)


def _inverse(precision: Floats, information: Floats) -> tuple[Floats, Floats]:
    """The inverse of every person's curvature and the log of its determinant."""
    if precision.shape[0] == 1:
        curvature = precision[0, 0] + information
        return 1 / curvature[:, :, None], np.log(curvature[:, 0])
    matrices = _curvature(precision, information)
    return np.linalg.inv(matrices).astype(np.float64), np.linalg.slogdet(matrices)[1].astype(np.float64)


def _curvature(precision: Floats, information: Floats) -> Floats:
    matrices = np.broadcast_to(precision, (information.shape[0], *precision.shape)).copy()
    index = np.arange(precision.shape[0])
    matrices[:, index, index] += information
    return matrices


def _root(covariance: Floats) -> Floats:
    root: Floats = np.sqrt(covariance) if covariance.shape[1] == 1 else np.linalg.cholesky(covariance).astype(np.float64)
    return root
