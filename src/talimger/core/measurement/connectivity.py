"""Who can be compared with whom: the rating network and the parts that it falls into."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from talimger.core.measurement.ratings import Codes, Factor, Ints, RatingTable


@dataclass(frozen=True)
class Part:
    """Persons and elements of facets that are linked with each other and with nobody else."""

    persons: tuple[str, ...]
    elements: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Connectivity:
    """The parts of a rating network, the largest first. ``part_of_person`` (persons) numbers them."""

    parts: tuple[Part, ...]
    part_of_person: Ints

    @property
    def is_connected(self) -> bool:
        return len(self.parts) == 1


def connectivity(table: RatingTable, *, anchored: Mapping[str, Collection[str]] | None = None) -> Connectivity:
    """The parts that the ratings fall into. ``anchored`` elements, by facet, link whoever met any of them: their measures are known.

    Two persons belong to one part if, in every facet, a chain of shared elements leads from one to the other: items that everybody
    meets do not make up for assessors who share no person (Weeks & Williams 1964; Linacre 1989). Elements that persons of several
    parts meet are named in each.
    """
    persons = len(table.person)
    part = np.zeros(persons, dtype=np.int64)
    for factor in table.facets:
        labels = _components(table.person.codes, persons, factor, (anchored or {}).get(factor.name, ()))
        _found, part = np.unique(part * (int(labels.max()) + 1) + labels, return_inverse=True)
    sizes = np.bincount(part)
    # The largest first; of equal ones the one with the first person.
    first = np.full(sizes.size, persons)
    np.minimum.at(first, part, np.arange(persons))
    order = np.lexsort((first, -sizes))
    number = np.empty(sizes.size, dtype=np.int64)
    number[order] = np.arange(sizes.size)
    part = number[part]
    if sizes.size == 1:
        whole = Part(table.person.labels, {factor.name: factor.labels for factor in table.facets})
        return Connectivity((whole,), part)
    part_of_row = part[table.person.codes]
    elements = {
        factor.name: _labels_by_part(factor, *np.divmod(np.unique(part_of_row * len(factor) + factor.codes), len(factor)), sizes.size)
        for factor in table.facets
    }
    order = np.argsort(part, kind="stable")
    members = _labels_by_part(table.person, part[order], order, sizes.size)
    parts = tuple(Part(members[place], {name: found[place] for name, found in elements.items()}) for place in range(sizes.size))
    return Connectivity(parts, part)


def _labels_by_part(factor: Factor, part: Ints, element: Ints, parts: int) -> list[tuple[str, ...]]:
    """The labels of each part's elements, from pairs of part and element that are sorted by part."""
    cuts = np.searchsorted(part, np.arange(1, parts))
    return [tuple(factor.labels[one] for one in each.tolist()) for each in np.split(element, cuts)]


def _components(person: Codes, persons: int, factor: Factor, anchored: Collection[str]) -> Ints:
    size = persons + len(factor)
    places = [place for place, label in enumerate(factor.labels) if label in anchored]
    element = np.arange(len(factor), dtype=np.int32)
    element[places] = places[0] if places else 0
    graph = sparse.coo_matrix(
        (np.ones(person.size, dtype=np.int8), (person, element[factor.codes] + np.int32(persons))), shape=(size, size)
    )
    _count, labels = connected_components(graph.tocsr(), directed=False)
    found: Ints = labels[:persons].astype(np.int64)
    return found


def shared_persons(table: RatingTable, facet: str) -> list[tuple[str, str, int]]:
    """For each two elements of a facet that met the same persons: their labels and how many persons, most first."""
    factor = table.facet(facet)
    met = np.unique(table.person.codes.astype(np.int64) * len(factor) + factor.codes)
    meets = sparse.csr_matrix(
        (np.ones(met.size, dtype=np.int64), (met // len(factor), met % len(factor))), shape=(len(table.person), len(factor))
    )
    shared = sparse.triu(meets.T @ meets, k=1).tocoo()
    pairs = sorted(
        zip(shared.row.tolist(), shared.col.tolist(), shared.data.tolist(), strict=True), key=lambda pair: (-pair[2], pair[0], pair[1])
    )
    return [(factor.labels[one], factor.labels[other], int(count)) for one, other, count in pairs]
