"""From a fit to its four pictures: first the plain numbers of each, which can be kept, then the drawing."""

from __future__ import annotations

import numpy as np
from django.utils.translation import gettext as _

from talimger.analysis.numbers import Group, Reading
from talimger.analysis.pictures import Numbers, draw_curves, draw_map, draw_network, draw_severity
from talimger.core.measurement.connectivity import shared_persons
from talimger.core.measurement.ratings import Floats
from talimger.core.measurement.scale import category_probabilities, thresholds_of
from talimger.shell.charts import CategoryCurves, RatingNetwork, SeverityStrip, VariableMap
from talimger.shell.charts.dots import signed

# How finely curves are drawn, and how far beyond the outermost threshold.
_PLACES, _BEYOND = 121, 2.5


def severity_strip(reading: Reading, group: Group, *, most: int = 12) -> SeverityStrip:
    """Assessors of a group from lenient to strict, in points of the scale; of many, ``most`` at either end."""
    return draw_severity(severity_numbers(reading, group), most=most)


def severity_numbers(reading: Reading, group: Group) -> Numbers:
    """The marks of a group's strip: label, severity in points, its limits."""
    severity = reading.severity(group)
    labels = [reading.assessors.labels[place] for place in severity.places]
    numbers = zip(labels, severity.points.tolist(), severity.low.tolist(), severity.high.tolist(), strict=True)
    return {"number": group.number, "marks": [list(mark) for mark in numbers]}


def variable_map(reading: Reading) -> VariableMap:
    """Everything on the logit ruler: people, every facet, the thresholds."""
    return draw_map(map_numbers(reading))


def map_numbers(reading: Reading) -> Numbers:
    """Where everybody and everything stands, in logits."""
    return {
        "persons": reading.person_measures.tolist(),
        "columns": [
            {
                "name": name,
                "is_assessor": name == reading.assessor_facet,
                "marks": [[label, at] for label, at in zip(measures.labels, measures.measure.tolist(), strict=True)],
            }
            for name, measures in reading.fit.facets.items()
        ],
        "steps": [[words, at] for words, at in _steps(reading)],
    }


def _steps(reading: Reading) -> list[tuple[str, float]]:
    lowest = reading.fit.table.lowest
    thresholds = thresholds_of(average_cumulative(reading))
    return [(f"{lowest + step} | {lowest + step + 1}", float(at)) for step, at in enumerate(thresholds) if np.isfinite(at)]


def average_cumulative(reading: Reading) -> Floats:
    """The thresholds of the one scale, or the mean of the scales of all items; ``inf`` for what nobody used anywhere."""
    sets = np.array(list(reading.fit.cumulative.values()))
    used = np.isfinite(sets)
    total = np.where(used, sets, 0.0).sum(axis=0)
    mean: Floats = np.where(used.any(axis=0), total / np.maximum(used.sum(axis=0), 1), np.inf)
    return mean


def category_curves(reading: Reading) -> CategoryCurves:
    """How likely each rating is for people along the ruler, given by an average assessor on an average item."""
    return draw_curves(curve_numbers(reading))


def curve_numbers(reading: Reading) -> Numbers:
    """The share of each rating at places of the ruler; no shares for what nobody used."""
    cumulative = average_cumulative(reading)
    thresholds = thresholds_of(cumulative)
    known = thresholds[np.isfinite(thresholds)]
    low, high = (float(known.min()), float(known.max())) if known.size else (-2.0, 2.0)
    places = np.linspace(low - _BEYOND, high + _BEYOND, _PLACES)
    shares = category_probabilities(places, cumulative)
    lowest = reading.fit.table.lowest
    return {
        "places": places.tolist(),
        "curves": [
            [str(lowest + category), shares[:, category].tolist() if np.isfinite(cumulative[category]) else []]
            for category in range(cumulative.size)
        ],
        "is_mean": reading.fit.is_partial_credit,
    }


def threshold_words(reading: Reading) -> str:
    """Where one rating gives way to the next, in logits."""
    found = [f"{words}: {signed(at, 2)}" for words, at in _steps(reading)]
    return _("Steps in logits, where one rating is as likely as the next: %(steps)s.") % {"steps": "; ".join(found)}


def rating_network(reading: Reading) -> RatingNetwork:
    """Assessors, tied when they rated the same people; in the order of the parts of the ratings."""
    return draw_network(network_numbers(reading))


def network_numbers(reading: Reading) -> Numbers:
    """Assessors, how many people each two of them share, and the parts they fall into."""
    parts = []
    labels = reading.assessors.labels
    placed: set[int] = set()
    for group in reading.groups:
        # Whom items alone divide may rate in two parts; a picture shows everybody once.
        mine = [place for place in group.assessors.tolist() if place not in placed]
        placed.update(mine)
        if mine:
            nodes = [labels[place] for place in mine]
            parts.append({"nodes": nodes, "assessors": len(group.assessors), "persons": len(group.persons)})
    ties = shared_persons(reading.fit.table, reading.assessor_facet)
    return {"nodes": list(labels), "ties": [list(tie) for tie in ties], "parts": parts}
