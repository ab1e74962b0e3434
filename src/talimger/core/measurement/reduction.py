"""Ratings counted together: a sheet of twenty items by one assessor costs a fit as much as a single rating.

The likelihood of a sheet depends on the person and the assessor by one number, the person's measure less the assessor's severity;
its sum over the items of the sheet is one function of that number. Sheets with the same items share the function, so it is
tabulated once. This is exact: no rating is dropped or averaged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from talimger.core.measurement.errors import MeasurementError
from talimger.core.measurement.ratings import Codes, Floats, Ints, RatingTable

# Sheets whose set of items is rarer than this are counted item by item: a table for them would cost more than it saves.
MANY_PATTERNS = 64
RARE = 8
LARGEST_KEY = 2**62
DUPLICATES_TOLD = 10


@dataclass(frozen=True, eq=False)
class Groups:
    """Ratings of one person on one dimension that share all facets but the last, in the order of persons.

    ``slot[g]`` is the (person, dimension) of a group, ``context[f][g]`` its element of each facet but the last, ``pattern[g]``
    the set of the last facet's elements that it holds: row of ``incidence``, a matrix (patterns, elements) of zeros and ones.
    ``slot_start`` is where each slot's groups begin; slots are sorted by person, then dimension. ``step_set[i]`` is the set of
    thresholds that element i of the last facet uses.
    Sufficient statistics: ``slot_score`` (sum of scores), ``totals[f]`` (sum of scores of each element, all facets),
    ``counts`` (step sets, categories).
    """

    slot: Codes
    context: tuple[Codes, ...]
    pattern: Codes
    weight: Floats | None
    incidence: sparse.csr_matrix
    slot_person: Ints
    slot_dimension: Ints
    slot_start: Ints
    slot_score: Floats
    totals: tuple[Floats, ...]
    counts: Floats
    step_set: Ints
    persons: int
    dimensions: int

    @property
    def size(self) -> int:
        return int(self.slot.size)

    @property
    def items(self) -> int:
        return int(self.incidence.shape[1])


def reduce_ratings(table: RatingTable, *, partial_credit: bool) -> Groups:
    """Group the ratings. Raises ``MeasurementError`` with the lines of ratings that stand in the table twice."""
    key, order = _sorted_keys(table)
    items = len(table.facets[-1])
    score = (table.score if order is None else table.score[order]).astype(np.float64)
    weight = None if table.weights is None else (table.weights if order is None else table.weights[order])
    item = (key % items).astype(np.int32)
    group_key = key // items
    del key
    start = np.flatnonzero(np.concatenate(([True], group_key[1:] != group_key[:-1])))
    del group_key
    start, pattern, incidence = _patterns(item, start, items, whole=weight is None)

    def at_start(codes: Codes) -> Codes:
        return codes[start] if order is None else codes[order[start]]

    person = at_start(table.person.codes)
    dimensions = 1 if table.dimension is None else len(table.dimension)
    slot_key = person.astype(np.int64) * dimensions
    if table.dimension is not None:
        slot_key += at_start(table.dimension.codes)
    is_new = np.concatenate(([True], slot_key[1:] != slot_key[:-1]))
    slot_start = np.flatnonzero(is_new)
    weighted = score if weight is None else score * weight
    step_set = np.arange(items) if partial_credit else np.zeros(items, dtype=np.int64)
    steps = int(table.score.max()) + 1
    cells = step_set[item] * steps + score.astype(np.int64)
    return Groups(
        slot=(np.cumsum(is_new) - 1).astype(np.int32),
        context=tuple(at_start(factor.codes) for factor in table.facets[:-1]),
        pattern=pattern,
        weight=None if weight is None else weight[start],
        incidence=incidence,
        slot_person=slot_key[slot_start] // dimensions,
        slot_dimension=slot_key[slot_start] % dimensions,
        slot_start=slot_start,
        slot_score=np.add.reduceat(np.add.reduceat(weighted, start), slot_start),
        totals=tuple(
            np.bincount(
                factor.codes, weights=table.score * (1.0 if table.weights is None else table.weights), minlength=len(factor)
            ).astype(np.float64)
            for factor in table.facets
        ),
        counts=np.bincount(cells, weights=weight, minlength=(step_set.max() + 1) * steps).reshape(-1, steps).astype(np.float64),
        step_set=step_set,
        persons=len(table.person),
        dimensions=dimensions,
    )


def _sorted_keys(table: RatingTable) -> tuple[Ints, Ints | None]:
    """One number a rating for person, dimension, facets, sorted; and the order that sorts them, ``None`` if they came sorted."""
    key = table.person.codes.astype(np.int64)
    size = len(table.person)
    for factor in [*([table.dimension] if table.dimension else []), *table.facets]:
        if size > LARGEST_KEY // len(factor):
            found, key = np.unique(key, return_inverse=True)
            size = found.size
        key *= len(factor)
        key += factor.codes
        size *= len(factor)
    order: Ints | None = None
    if not np.all(key[1:] > key[:-1]):
        order = np.argsort(key, kind="stable")
        key = key[order]
        _refuse_duplicates(table, key, order)
    return key, order


def _refuse_duplicates(table: RatingTable, key: Ints, order: Ints) -> None:
    twice = np.flatnonzero(key[1:] == key[:-1])
    if not twice.size:
        return
    pairs = [(table.line(int(order[place])), table.line(int(order[place + 1]))) for place in twice[:DUPLICATES_TOLD]]
    told = "; ".join(f"{first} and {second}" for first, second in pairs)
    raise MeasurementError(
        "duplicates",
        "{count} ratings stand in the table twice (same person and facets). Lines {told}.",
        count=int(twice.size),
        told=told,
        pairs=pairs,
    )


def _patterns(item: Codes, start: Ints, items: int, *, whole: bool) -> tuple[Ints, Codes, sparse.csr_matrix]:
    """Where groups start once rare patterns are taken apart, the pattern of each group, and what each pattern holds."""
    ratings = item.size
    if not whole or start.size > 0.7 * ratings:
        return np.arange(ratings), item, sparse.identity(items, format="csr")
    sizes = np.diff(np.append(start, ratings))
    # Equal sets have equal sums of random 64-bit numbers; that two different ones of a million agree has a chance of 1 in 10^7.
    numbers = np.random.default_rng(52).integers(1, 2**63, size=items, dtype=np.uint64)
    sums = np.add.reduceat(numbers[item], start)
    _sums, first, pattern, count = np.unique(sums, return_index=True, return_inverse=True, return_counts=True)
    kept = count >= RARE
    kept[np.argsort(-count, kind="stable")[MANY_PATTERNS:]] = False
    rows = [np.sort(item[start[place] : start[place] + sizes[place]]) for place in first[kept]]
    number = np.cumsum(kept) - 1
    stays = kept[pattern]
    if not stays.all():
        # A group that is taken apart starts anew at each of its ratings; its patterns are single items.
        apart = np.repeat(~stays, sizes)
        at = np.zeros(ratings, dtype=bool)
        at[start] = True
        at |= apart
        new_pattern = np.where(apart, item + len(rows), 0)
        new_pattern[start[stays]] = number[pattern[stays]]
        start = np.flatnonzero(at)
        pattern = new_pattern[start]
        rows += [np.array([one]) for one in range(items)]
    else:
        pattern = number[pattern]
    pointers = np.concatenate(([0], np.cumsum([row.size for row in rows])))
    columns = np.concatenate(rows)
    incidence = sparse.csr_matrix((np.ones(columns.size), columns, pointers), shape=(len(rows), items))
    return start, pattern.astype(np.int32), incidence


@dataclass(frozen=True)
class Chunk:
    """A range of whole persons with their slots and groups: what one thread works on, small enough for the cache."""

    persons: slice
    slots: slice
    groups: slice


def chunks(groups: Groups, *, most: int) -> list[Chunk]:
    """Cut the groups into ranges of whole persons with about ``most`` groups each."""
    first_slot = np.flatnonzero(np.concatenate(([True], groups.slot_person[1:] != groups.slot_person[:-1])))
    first_group = groups.slot_start[first_slot]
    cuts = np.unique(np.searchsorted(first_group, np.arange(0, groups.size, most), side="left"))
    persons = np.append(cuts, groups.persons)
    persons = np.unique(persons)
    slots = np.append(first_slot, groups.slot_start.size)[persons]
    starts = np.append(first_group, groups.size)[persons]
    return [
        Chunk(slice(int(a), int(b)), slice(int(c), int(d)), slice(int(e), int(f)))
        for a, b, c, d, e, f in zip(persons[:-1], persons[1:], slots[:-1], slots[1:], starts[:-1], starts[1:], strict=True)
    ]
