"""Ratings whose truth is known: candidates, assessors and items are drawn, then rated by the many-facet Rasch model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
THRESHOLDS = (-1.6, -0.5, 0.5, 1.6)


@dataclass(frozen=True, eq=False)
class Simulated:
    """Columns of ratings in long form with the truth they were drawn from (logits)."""

    columns: dict[str, NDArray[np.int64]]
    ability: Floats
    severity: Floats
    difficulty: Floats
    thresholds: Floats


def simulate_ratings(
    *,
    persons: int = 60,
    assessors: int = 8,
    items: int = 23,
    each: int = 2,
    severity_sd: float = 0.5,
    ability: Floats | None = None,
    dimension_of_item: NDArray[np.int64] | None = None,
    thresholds: tuple[float, ...] | Floats = THRESHOLDS,
    seed: int = 0,
) -> Simulated:
    """Every person is rated on all items by ``each`` assessors drawn at random; ``ability`` (persons, dimensions) or standard normal.

    ``thresholds`` are common, or one row for each item.
    """
    rng = np.random.default_rng(seed)
    ability = rng.normal(0, 1, (persons, 1)) if ability is None else ability
    severity = rng.normal(0, severity_sd, assessors)
    difficulty = rng.normal(0, 0.5, items)
    severity, difficulty = severity - severity.mean(), difficulty - difficulty.mean()
    who = np.array([rng.permutation(assessors)[:each] for _person in range(persons)])
    person = np.repeat(np.arange(persons), each * items)
    assessor, item = np.repeat(who.ravel(), items), np.tile(np.arange(items), persons * each)
    dimension = np.zeros(items, dtype=np.int64) if dimension_of_item is None else dimension_of_item
    steps = np.atleast_2d(np.asarray(thresholds, dtype=np.float64))
    cumulative = np.concatenate((np.zeros((steps.shape[0], 1)), np.cumsum(steps, axis=1)), axis=1)
    eta = ability[person, dimension[item]] - severity[assessor] - difficulty[item]
    logits = eta[:, None] * np.arange(cumulative.shape[1]) - cumulative[item if steps.shape[0] > 1 else np.zeros_like(item)]
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    reached = odds.cumsum(axis=1) / odds.sum(axis=1, keepdims=True)
    rating = 1 + (rng.random(person.size)[:, None] > reached).sum(axis=1)
    columns = {"candidate": person, "assessor": assessor, "item": item, "rating": rating}
    if dimension_of_item is not None:
        columns["competency"] = dimension[item]
    return Simulated(columns, ability, severity, difficulty, steps)
