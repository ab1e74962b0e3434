"""A fit in a terminal: what was read, what came out, what to know before using it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from talimger.analysis.files.reading import RatingFile
from talimger.analysis.numbers import Reading
from talimger.analysis.text_tables import ends, label, listed, number, table, wrapped
from talimger.analysis.words import finding_words, reliability_words
from talimger.core.measurement.fit_statistics import FitStatistics
from talimger.core.measurement.ratings import Floats, Ints
from talimger.core.measurement.results import FacetsFit

# What is shown in full; of more, as many at either end.
_ELEMENTS, _ELEMENT_ENDS = 20, 8
_PERSONS, _PERSON_ENDS = 20, 10
# Parts of a network that get tables of their own; the rest is counted.
_MOST_PARTS = 6
# Thresholds, and dimensions, that stand beside each other in a hundred columns.
_STEPS, _DIMENSIONS = 7, 4
_SCALES = {"RSM": "Rating scale model", "PCM": "Partial credit model"}
_FACET_NOTE = (
    "Measures are logits, a higher one is more severe or harder. Infit and outfit: 1 is as expected, far above 1"
    " unpredictable, far below 1 too uniform. Fair average: what an average person gets there."
)
_PERSON_NOTE = "Fair average: the rating that everybody alike would give. Raw mean: the plain mean of the ratings."


@dataclass(frozen=True, eq=False)
class TextSummary:
    """What is printed about a fit. ``seconds`` is the time of the fit, ``read_seconds`` of reading the file."""

    fit: FacetsFit
    statistics: FitStatistics
    file: RatingFile
    seconds: float
    read_seconds: float

    @cached_property
    def reading(self) -> Reading:
        return Reading(self.fit)

    def text(self) -> str:
        sections = [self._read(), self._fitted(), self._reliability(), self._parts(), *self._facets()]
        sections += [self._thresholds(), *self._persons(), self._warnings()]
        return "\n\n".join("\n".join(section) for section in sections if section) + "\n"

    # ── what was done ──

    def _read(self) -> list[str]:
        table_read = self.fit.table
        counted = [f"{label(factor.name)}: {len(factor):,}" for factor in (table_read.person, *table_read.facets)]
        ratings = f"{table_read.size:,} ratings from {table_read.categories[0]} to {table_read.categories[-1]}"
        lines = wrapped(f"{self.file.name}: {ratings} ({self.file.form}), read in {self.read_seconds:.2f} s.", indent="  ")
        lines += wrapped(f"  {', '.join(counted)}.", indent="  ")
        if self.file.without_rating:
            rows = f"{self.file.without_rating:,} rows" if self.file.without_rating > 1 else "1 row"
            lines.append(f"  {rows} without a rating {'were' if self.file.without_rating > 1 else 'was'} left out.")
        for note in self.file.notes:
            lines += wrapped(f"  {note}", indent="  ")
        return lines

    def _fitted(self) -> list[str]:
        fit = self.fit
        rounds = "1 round" if fit.iterations == 1 else f"{fit.iterations} rounds"
        ending = f"converged in {rounds}" if fit.converged else f"DID NOT CONVERGE in {rounds} ({fit.reason})"
        lines = wrapped(f"{_SCALES[fit.model]} by {fit.engine}: {ending}, {self.seconds:.2f} s. Deviance {number(fit.deviance)}.")
        for name, population in fit.population.items():
            of = f" on {label(name)}" if name else ""
            found = f"mean {number(population.mean)}, SD {number(population.sd)} logits"
            lines += wrapped(f"  The population of {label(fit.table.person.name)}{of}: {found}.", indent="  ")
        return lines

    def _reliability(self) -> list[str]:
        if not self.reading.network.is_connected:
            return wrapped("Reliability is not given: it is about one order of everybody, which parts without a link do not have.")
        lines: list[str] = []
        for name, value in self.fit.reliability.items():
            of = f" of {label(name)}" if name else ""
            lines += wrapped(f"Reliability{of} {number(value)}. {reliability_words(value)}")
        return lines

    def _parts(self) -> list[str]:
        network = self.reading.network
        if network.is_connected:
            return []
        lines = [f"{len(network.parts):,} parts, and nothing is compared across them:"]
        for place, part in enumerate(network.parts[:_MOST_PARTS], start=1):
            elements = "; ".join(f"{name}: {listed(labels)}" for name, labels in part.elements.items())
            persons = f"{len(part.persons):,} {label(self.fit.table.person.name)} ({listed(part.persons)})"
            lines += wrapped(f"  Part {place}: {persons}; {elements}.", indent="    ")
        return [*lines, *self._more_parts(len(network.parts))]

    def _more_parts(self, count: int) -> list[str]:
        return [f"  … {count - _MOST_PARTS:,} more parts …"] if count > _MOST_PARTS else []

    # ── facets ──

    def _facets(self) -> Iterator[list[str]]:
        for place, name in enumerate(self.fit.facets):
            lines: list[str] = []
            order = "the most severe" if place == 0 else "the hardest"
            groups, count = self._comparable(name)
            for parts, members in groups:
                within = f", part{'s' if len(parts) > 1 else ''} {', '.join(map(str, parts[:_MOST_PARTS]))}" if parts else ""
                lines += [f"{label(name)}{within}: {len(members):,}, {order} first", *self._elements(name, members), ""]
            lines += self._more_parts(count)
            if place == 0:
                lines += [*self._gaps(), ""]
            if place == len(self.fit.facets) - 1:
                lines += wrapped(_FACET_NOTE)
            yield lines if lines[-1] else lines[:-1]

    def _comparable(self, facet: str) -> tuple[list[tuple[list[int], Ints]], int]:
        """Elements that parts of the network join, with those parts: items that all parts meet are one list, assessors one a part.

        The first few lists, and how many there are.
        """
        network, factor = self.reading.network, self.fit.table.facet(facet)
        if network.is_connected:
            return [([], np.arange(len(factor)))], 1
        parts = len(network.parts)
        met = np.unique(network.part_of_person[self.fit.table.person.codes] * len(factor) + factor.codes)
        size = parts + len(factor)
        graph = sparse.coo_matrix((np.ones(met.size), (met // len(factor), parts + met % len(factor))), shape=(size, size))
        count, joined = connected_components(graph, directed=False)
        first = list(dict.fromkeys(joined[:parts].tolist()))[:_MOST_PARTS]
        return [((np.flatnonzero(joined[:parts] == one) + 1).tolist(), np.flatnonzero(joined[parts:] == one)) for one in first], int(count)

    def _elements(self, facet: str, members: Ints) -> list[str]:
        measures, found = self.fit.facets[facet], self.statistics.facets[facet]
        order = members[np.argsort(-measures.measure[members], kind="stable")]
        shown, gap = ends(len(order), _ELEMENTS, _ELEMENT_ENDS)
        rows = [
            (
                label(measures.labels[place]),
                number(measures.measure[place]),
                number(measures.se[place]),
                f"{measures.n[place]:,}",
                number(found.infit[place]),
                number(found.outfit[place]),
                number(measures.fair_average[place]),
            )
            for place in order[shown].tolist()
        ]
        return table(("", "measure", "se", "n", "infit", "outfit", "fair average"), rows, gap=gap)

    def _gaps(self) -> list[str]:
        """How far the strictest and the most lenient who rate are apart, on the scale that people know."""
        lines: list[str] = []
        labels, categories = self.reading.assessors.labels, self.fit.table.categories
        for group in self.reading.groups[:_MOST_PARTS]:
            if len(group.assessors) < 2:
                continue
            severity = self.reading.severity(group)
            strict, lenient = label(labels[int(severity.places[-1])]), label(labels[int(severity.places[0])])
            gap = number(float(severity.points[-1] - severity.points[0]))
            within = f"Part {group.number}: for" if group.number else "For"
            scale = f"on the scale from {categories[0]} to {categories[-1]}"
            lines += wrapped(f"{within} the same work {strict} gives {gap} points less than {lenient}, {scale}.")
        return lines

    def _thresholds(self) -> list[str]:
        sets = self.fit.thresholds
        categories = self.fit.table.categories.tolist()
        steps = [f"{low}|{high}" for low, high in pairwise(categories)]
        of = f" of each {label(self.fit.step_facet)}" if self.fit.step_facet else ""
        lines = [f"Thresholds{of}, logits: where the next category becomes the likelier one"]
        shown, gap = ends(len(sets), _ELEMENTS, _ELEMENT_ENDS)
        names = list(sets)
        for first in range(0, len(steps), _STEPS):
            part = slice(first, first + _STEPS)
            rows = [(label(names[place]), *(number(value) for value in sets[names[place]][part])) for place in shown]
            lines += table(("", *steps[part]), rows, gap=gap)
        return lines

    # ── persons ──

    def _persons(self) -> Iterator[list[str]]:
        raw, fair = self.reading.raw_means(self.fit.table.person), self.reading.fair_mean
        groups = self.reading.groups
        name = label(self.fit.table.person.name)
        for group in groups[:_MOST_PARTS]:
            within = f", part {group.number}" if group.number else ""
            order = group.persons[np.argsort(-fair[group.persons], kind="stable")]
            shown, gap = ends(len(order), _PERSONS, _PERSON_ENDS)
            rank = self._ranks(raw[order])
            several = len(self.fit.dimensions) > 1
            rows = [self._row(row, int(order[row]), raw, rank, several=several) for row in shown]
            head = self._dimension_heads() if several else ("fair average", "raw mean", "by raw mean", "measure", "se", "n")
            yield [f"{name}{within}: {len(order):,}, the best first", *table(("", "", *head), rows, gap=gap, words=frozenset({1}))]
        if len(groups) > _MOST_PARTS:
            yield self._more_parts(len(groups))
        yield wrapped(_PERSON_NOTE)

    def _ranks(self, raw: Floats) -> Ints:
        """Places by the plain mean; equal means share one."""
        descending = np.sort(-raw)
        return np.asarray(np.searchsorted(descending, -raw - 1e-9) + 1, dtype=np.int64)

    def _row(self, row: int, person: int, raw: Floats, rank: Ints, *, several: bool) -> Sequence[str]:
        fit = self.fit
        place, name = f"{row + 1}.", fit.table.person.labels[person]
        plain = (number(raw[person]), f"{rank[row]}.")
        if several:
            each = [number(fit.persons[one].fair_average[person]) for one in fit.dimensions[:_DIMENSIONS]]
            return (place, label(name, 30), number(self.reading.fair_mean[person]), *each, *plain)
        one = fit.person()
        measured = (number(one.measure[person]), number(one.se[person]), f"{one.n[person]:,}")
        return (place, label(name, 36), number(one.fair_average[person]), *plain, *measured)

    def _dimension_heads(self) -> Sequence[str]:
        return ("fair, all", *(label(name, 8) for name in self.fit.dimensions[:_DIMENSIONS]), "raw", "by raw")

    def _warnings(self) -> list[str]:
        if not self.fit.warnings:
            return []
        lines = ["Before you use this:"]
        for finding in self.fit.warnings:
            lines += wrapped(f"  - {finding_words(finding)}", indent="    ")
        return lines
