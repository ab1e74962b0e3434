"""Fits made by hand from known truth: what reports and pictures are tested with, without an estimator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from talimger.core.measurement.ratings import Factor, Floats, RatingTable
from talimger.core.measurement.results import FacetsFit, Finding, Measures, Population
from talimger.core.measurement.scale import expected_rating

THRESHOLDS = (-2.2, -0.7, 0.6, 2.3)
NAMES = ("Айгерим", "Данияр", "Гүлнұр", "Ерлан", "Салтанат", "Ильяс", "Әсел", "Қанат", "Меруерт", "Руслан", "Жанар", "Тимур", "Өмірбек")
FAMILIES = ("Сарсенова", "Ахметов", "Ибраева", "Мукашев", "Абдрахманова", "Хамитов", "Преображенская-Воскресенская", "Тұрсынбаев", "Цой")


@dataclass(frozen=True)
class MadeFit:
    """The mean squares of one facet."""

    infit: Floats
    outfit: Floats
    infit_z: Floats
    outfit_z: Floats


@dataclass(frozen=True)
class MadeStatistics:
    facets: Mapping[str, MadeFit]
    persons: Mapping[str, MadeFit]


def people(count: int) -> list[str]:
    """Names as long as real ones, no two alike."""
    return [f"{NAMES[i % len(NAMES)]} {FAMILIES[i // len(NAMES) % len(FAMILIES)]}{f' {i}' if i >= 117 else ''}" for i in range(count)]


def made_fit(
    *,
    persons: int = 60,
    assessors: int = 8,
    items: int = 24,
    each: int = 2,
    parts: int = 1,
    spread: float = 0.5,
    thresholds: Sequence[float] = THRESHOLDS,
    dimensions: Sequence[str] = (),
    converged: bool = True,
    warnings: Sequence[Finding] = (),
    seed: int = 7,
) -> FacetsFit:
    """A fit whose measures are the truth with a little noise. With several ``parts`` nobody rates across them."""
    rng = np.random.default_rng(seed)
    by = _who_rates_whom(rng, persons, assessors, each, parts)
    person = np.repeat(by[:, 0], items)
    assessor = np.repeat(by[:, 1], items)
    item = np.tile(np.arange(items), len(by))
    theta, strict, hard = rng.normal(0.4, 1.1, persons), rng.normal(0, spread, assessors), rng.normal(0, 0.6, items)
    strict, hard = strict - strict.mean(), hard - hard.mean()
    cumulative = np.concatenate([[0.0], np.cumsum(thresholds)])
    eta = theta[person] - strict[assessor] - hard[item]
    logits = np.multiply.outer(eta, np.arange(cumulative.size)) - cumulative
    score = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    labels = people(persons + assessors)
    table = RatingTable(
        person=_factor("candidate", labels[:persons], person),
        facets=(_factor("assessor", labels[persons:], assessor), _factor("item", [f"П{n + 1:02}" for n in range(items)], item)),
        score=score.astype(np.int16),
        lowest=1,
        dimension=_factor("competency", list(dimensions), item % len(dimensions)) if dimensions else None,
    )
    n_person = np.bincount(person, minlength=persons)
    names = tuple(dimensions) or ("",)
    return FacetsFit(
        model="RSM",
        engine="laplace",
        converged=converged,
        reason="" if converged else "rounds",
        iterations=12,
        deviance=1000.0,
        table=table,
        cumulative={"": cumulative},
        facets={
            "assessor": _measures(table.facets[0].labels, strict, np.bincount(assessor, minlength=assessors), cumulative, -1),
            "item": _measures(table.facets[1].labels, hard, np.bincount(item, minlength=items), cumulative, -1),
        },
        spread={"assessor": spread, "item": 0.6},
        persons={
            name: _measures(table.person.labels, theta + rng.normal(0, 0.2, persons), n_person // len(names), cumulative, 1)
            for name in names
        },
        population={name: Population(0.4, 1.1) for name in names},
        correlations=np.eye(len(names)),
        reliability={name: 0.93 - 0.1 * place for place, name in enumerate(names)},
        warnings=tuple(warnings),
    )


def made_statistics(fit: FacetsFit, *, odd: bool = True) -> MadeStatistics:
    """Ratings that fit as expected; the first assessor is unpredictable and the second too uniform, if ``odd``."""

    def made(count: int) -> MadeFit:
        infit = np.linspace(0.9, 1.1, count)
        z = np.zeros(count)
        if odd and count > 1:
            infit[:2], z[:2] = (1.62, 0.58), (4.1, -3.9)
        return MadeFit(infit, infit * 1.02, z, z)

    return MadeStatistics(
        {name: made(len(measures)) for name, measures in fit.facets.items()},
        {name: made(len(measures)) for name, measures in fit.persons.items()},
    )


def _who_rates_whom(rng: np.random.Generator, persons: int, assessors: int, each: int, parts: int) -> np.ndarray:
    """Pairs of a person and an assessor. Neighbours overlap, so that a part holds together."""
    edges = [round(place) for place in np.linspace(0, assessors, parts + 1)]
    pairs = []
    for part, (first, after) in enumerate(pairwise(edges)):
        mine = range(part, persons, parts)
        count = after - first
        for step, person in enumerate(mine):
            start = step if step < count else int(rng.integers(count))
            pairs += [(person, first + (start + shift) % count) for shift in range(min(each, count))]
    return np.array(pairs)


def _factor(name: str, labels: Sequence[str], codes: np.ndarray) -> Factor:
    return Factor(name, tuple(labels), codes.astype(np.int32))


def _measures(labels: tuple[str, ...], measure: Floats, n: np.ndarray, cumulative: Floats, way: int) -> Measures:
    se = 1.4 / np.sqrt(np.maximum(n, 1)) + 0.02
    fair = expected_rating(0.4 * (way < 0) + way * measure, cumulative, 1)
    return Measures(labels, measure, se, n.astype(np.int64), fair)
