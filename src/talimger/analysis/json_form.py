"""A fit as JSON: the form that other programs read. It only grows; what is in it today stays."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from talimger.core.measurement.connectivity import Connectivity
from talimger.core.measurement.fit_statistics import ElementFit, FitStatistics
from talimger.core.measurement.ratings import Floats
from talimger.core.measurement.results import FacetsFit, Measures


def json_pieces(fit: FacetsFit, statistics: FitStatistics, network: Connectivity, *, seconds: float) -> Iterator[bytes]:
    """The document piece by piece: a million persons need not be in memory twice. What is no number is ``null``."""
    head: dict[str, Any] = {
        "model": fit.model,
        "engine": fit.engine,
        "converged": fit.converged,
        **({} if fit.converged else {"reason": fit.reason}),
        "iterations": fit.iterations,
        "seconds": round(seconds, 4),
        "deviance": _number(fit.deviance),
        "population": _by_dimension(
            fit, {name: {"mean": _number(one.mean), "sd": _number(one.sd)} for name, one in fit.population.items()}
        ),
        "thresholds": _thresholds(fit),
    }
    tail: dict[str, Any] = {
        "reliability": _by_dimension(fit, {name: _number(value) for name, value in fit.reliability.items()}),
        "warnings": [str(finding) for finding in fit.warnings],
    }
    if not network.is_connected:
        tail["parts"] = [
            {"persons": list(part.persons), "facets": {name: list(labels) for name, labels in part.elements.items()}}
            for part in network.parts
        ]
    facets = (f"{_text(name)}: {{\n{_joined(_elements(measures, statistics.facets[name]))}\n}}" for name, measures in fit.facets.items())
    yield ("{\n" + "".join(f"{_text(key)}: {_text(value)},\n" for key, value in head.items())).encode()
    yield ('"facets": {' + ", ".join(facets) + '},\n"persons": {\n').encode()
    separator = ""
    for label, value in _persons(fit):
        yield f"{separator}{_text(label)}: {_text(value)}".encode()
        separator = ",\n"
    yield ("\n}" + "".join(f",\n{_text(key)}: {_text(value)}" for key, value in tail.items()) + "\n}\n").encode()


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _joined(entries: Iterator[tuple[str, dict[str, Any]]]) -> str:
    return ",\n".join(f"{_text(label)}: {_text(value)}" for label, value in entries)


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _numbers(values: Floats) -> list[float | None]:
    return [_number(value) for value in values.tolist()]


def _by_dimension(fit: FacetsFit, values: Mapping[str, Any]) -> Any:
    """One value where there is one dimension, else all by name."""
    return dict(values) if len(fit.dimensions) > 1 else values[fit.dimensions[0]]


def _thresholds(fit: FacetsFit) -> Any:
    sets = {name: _numbers(values) for name, values in fit.thresholds.items()}
    return sets if fit.is_partial_credit else sets[""]


def _elements(measures: Measures, found: ElementFit) -> Iterator[tuple[str, dict[str, Any]]]:
    columns = {
        "measure": _numbers(measures.measure),
        "se": _numbers(measures.se),
        "n": measures.n.tolist(),
        "infit": _numbers(found.infit),
        "outfit": _numbers(found.outfit),
        "fair_average": _numbers(measures.fair_average),
    }
    return _rows(measures.labels, columns)


def _persons(fit: FacetsFit) -> Iterator[tuple[str, dict[str, Any]]]:
    each = [_rows(measures.labels, _person_columns(measures)) for measures in fit.persons.values()]
    for entries in zip(*each, strict=True):
        label = entries[0][0]
        yield label, _by_dimension(fit, dict(zip(fit.dimensions, (value for _label, value in entries), strict=True)))


def _person_columns(measures: Measures) -> dict[str, list[Any]]:
    return {
        "measure": _numbers(measures.measure),
        "se": _numbers(measures.se),
        "n": measures.n.tolist(),
        "fair_average": _numbers(measures.fair_average),
    }


def _rows(labels: tuple[str, ...], columns: Mapping[str, list[Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for label, *values in zip(labels, *columns.values(), strict=True):
        yield label, dict(zip(columns, values, strict=True))
