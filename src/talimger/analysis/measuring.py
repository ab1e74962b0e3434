"""From ratings to everything that the page of a spreadsheet shows, as plain numbers. Only the worker comes here."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from talimger.analysis.charts import curve_numbers, map_numbers, network_numbers, severity_numbers
from talimger.analysis.numbers import Group, Reading
from talimger.analysis.report import write_report
from talimger.analysis.summary import badly_fitting
from talimger.core.measurement.fit_statistics import fit_statistics
from talimger.core.measurement.mfrm import fit_mfrm

# Above so many assessors the network is a summary, which needs no lines; of very many lines the strongest are enough.
_MOST_NODES, _MOST_TIES = 60, 120
# Rounds that a fit usually takes, so that the bar does not stand still.
_USUAL_ROUNDS = 8.0
_FIT_FROM, _FIT_TO = 10, 70
Step = Callable[[int], None]
"""Told how far the work is, of 100; may raise to end it."""


def measure(ratings: dict[str, Any], *, file_name: str, language: str, now: dt.datetime, step: Step) -> tuple[dict[str, Any], bytes]:
    """The result to keep and the report as a PDF. Raises ``MeasurementError`` for ratings that cannot be measured."""
    person, assessor, item = "person", "assessor", ratings["item_title"]
    # The facet of items is called as its column, unless that has the name of another one here.
    item_name = f"{item} " if item in (person, assessor, "rating") else item
    columns: dict[str, Any] = {person: ratings["person"], assessor: ratings["assessor"], "rating": np.array(ratings["rating"])}
    if item:
        columns[item_name] = ratings["item"]

    def rounds(number: int, _size: float) -> None:
        step(int(_FIT_FROM + (_FIT_TO - _FIT_FROM) * (1 - math.exp(-number / _USUAL_ROUNDS))))

    step(_FIT_FROM)
    fit = fit_mfrm(columns, person=person, facets=[assessor, *([item_name] if item else [])], progress=rounds)
    step(_FIT_TO)
    statistics = fit_statistics(fit)
    reading = Reading(fit)
    result = _result(reading, badly_fitting(reading, statistics)) | {
        "name": file_name,
        "empty": ratings["empty"],
        "left_out": ratings["left_out"],
    }
    step(80)
    report = write_report(fit, statistics, title=_("Rating check"), source=file_name, now=now, language=language)
    step(99)
    kept: dict[str, Any] = _plain(result)
    return kept, report


def _result(reading: Reading, verdicts: dict[str, list[str]]) -> dict[str, Any]:
    fit, table = reading.fit, reading.fit.table
    measures = fit.person()
    _fair, low, high = reading.fair(fit.dimensions[0])
    network = network_numbers(reading)
    network["all_ties"] = len(network["ties"])
    # The strongest come first.
    network["ties"] = network["ties"][:_MOST_TIES] if len(network["nodes"]) <= _MOST_NODES else []
    return {
        "ratings": table.size,
        "scale": [table.categories[0], table.categories[-1]],
        "converged": fit.converged,
        "reliability": fit.reliability[fit.dimensions[0]],
        "findings": [{"code": found.code, "fields": dict(found.fields), "words": found.words} for found in fit.warnings],
        "verdicts": verdicts,
        "persons": {
            "label": measures.labels,
            "fair": measures.fair_average,
            "low": low,
            "high": high,
            "measure": measures.measure,
            "se": measures.se,
            "mean": reading.raw_means(table.person),
            "ratings": reading.ratings_of_person,
        },
        "assessors": {"label": reading.assessors.labels, "ratings": reading.assessors.n},
        "parts": [_part(reading, group) for group in reading.groups],
        "map": map_numbers(reading),
        "curves": curve_numbers(reading),
        "network": network,
    }


def _part(reading: Reading, group: Group) -> dict[str, Any]:
    return severity_numbers(reading, group) | {"persons": group.persons}


def _plain(value: Any) -> Any:
    """Numbers and texts as JSON has them: what is not finite is nothing, and six digits are enough."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
