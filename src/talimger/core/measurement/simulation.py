"""Ratings whose truth is known: persons, assessors and items are drawn, then rated by the many-facet Rasch model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from talimger.core.measurement.ratings import Codes, Floats, Ints

THRESHOLDS = (-1.6, -0.5, 0.5, 1.6)
ROWS = 1 << 20


@dataclass(frozen=True, eq=False)
class Simulated:
    """Columns of ratings in long form, as ``fit_mfrm`` takes them, with the truth they were drawn from (logits).

    ``ability`` (persons, dimensions), ``severity`` (assessors) and ``difficulty`` (items) that sum to zero, ``thresholds`` (1 or
    items, steps).
    """

    columns: dict[str, Codes]
    ability: Floats
    severity: Floats
    difficulty: Floats
    thresholds: Floats


def simulate_ratings(
    *,
    rng: np.random.Generator,
    persons: int = 60,
    assessors: int = 8,
    items: int = 23,
    each: int = 2,
    panel: int | None = None,
    severity_sd: float = 0.5,
    ability: Floats | None = None,
    dimension_of_item: Ints | None = None,
    thresholds: tuple[float, ...] | Floats = THRESHOLDS,
) -> Simulated:
    """Every person is rated on all items by ``each`` assessors, drawn from all of them or from a ``panel`` of the person's own.

    ``ability`` is standard normal on one dimension unless given. ``thresholds`` are common, or one row for each item. Columns are
    ``candidate``, ``assessor``, ``item``, ``rating`` (from 1) and, with ``dimension_of_item``, ``competency``.
    """
    ability = rng.normal(0, 1, (persons, 1)) if ability is None else ability
    severity, difficulty = rng.normal(0, severity_sd, assessors), rng.normal(0, 0.5, items)
    severity, difficulty = severity - severity.mean(), difficulty - difficulty.mean()
    who = _assessors_of(rng, persons, assessors, each, panel)
    person = np.repeat(np.arange(persons, dtype=np.int32), each * items)
    assessor = np.repeat(who.ravel(), items)
    item = np.tile(np.arange(items, dtype=np.int32), persons * each)
    steps = np.atleast_2d(np.asarray(thresholds, dtype=np.float64))
    cumulative = np.concatenate((np.zeros((steps.shape[0], 1)), np.cumsum(steps, axis=1)), axis=1)
    dimension = np.zeros(items, dtype=np.int64) if dimension_of_item is None else dimension_of_item
    rating = np.empty(person.size, dtype=np.int32)
    for start in range(0, person.size, ROWS):
        part = slice(start, start + ROWS)
        eta = ability[person[part], dimension[item[part]]] - severity[assessor[part]] - difficulty[item[part]]
        logits = eta[:, None] * np.arange(cumulative.shape[1]) - cumulative[item[part] if steps.shape[0] > 1 else np.zeros_like(item[part])]
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        reached = odds.cumsum(axis=1) / odds.sum(axis=1, keepdims=True)
        rating[part] = 1 + (rng.random(eta.size)[:, None] > reached).sum(axis=1)
    columns = {"candidate": person, "assessor": assessor, "item": item, "rating": rating}
    if dimension_of_item is not None:
        columns["competency"] = dimension[item].astype(np.int32)
    return Simulated(columns, ability, severity, difficulty, steps)


def _assessors_of(rng: np.random.Generator, persons: int, assessors: int, each: int, panel: int | None) -> Codes:
    """Who rates each person: (persons, each), nobody twice."""
    if panel is None:
        return np.array([rng.permutation(assessors)[:each] for _person in range(persons)], dtype=np.int32)
    # Neighbours on a circle that is shuffled for every round of persons: overlapping panels, quickly drawn.
    rounds = -(-persons // assessors)
    circles = np.array([rng.permutation(assessors) for _round in range(rounds)], dtype=np.int32)
    first = np.arange(persons) % assessors
    offsets = np.argsort(rng.random((persons, panel)), axis=1)[:, :each]
    who: Codes = circles[(np.arange(persons) // assessors)[:, None], (first[:, None] + offsets) % assessors]
    return who
