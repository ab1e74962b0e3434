"""From a fit to its four pictures."""

from __future__ import annotations

import numpy as np
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from talimger.analysis.numbers import Group, Reading
from talimger.analysis.words import facet_title, people
from talimger.core.measurement.connectivity import shared_persons
from talimger.core.measurement.ratings import Floats
from talimger.core.measurement.scale import category_probabilities, thresholds_of
from talimger.shell.charts import (
    CategoryCurve,
    CategoryCurves,
    MapColumn,
    MapMark,
    RatingNetwork,
    SeverityStrip,
    StripMark,
    Tie,
    VariableMap,
)
from talimger.shell.charts.dots import signed

# How finely curves are drawn, and how far beyond the outermost threshold.
_PLACES, _BEYOND = 121, 2.5


def severity_strip(reading: Reading, group: Group, *, most: int = 12) -> SeverityStrip:
    """Assessors of a group from lenient to strict, in points of the scale; of many, ``most`` at either end."""
    severity = reading.severity(group)
    labels = [reading.assessors.labels[place] for place in severity.places]
    out = sum(severity.stands_out)
    count = len(labels)
    title = _("How strict the assessors are")
    if group.number:
        title = _("How strict the assessors of part %(number)s are") % {"number": group.number}
    return SeverityStrip(
        key=f"severity-{group.number}",
        title=title,
        description=ngettext(
            "%(out)s of %(count)s assessor stands out from the others for sure.",
            "%(out)s of %(count)s assessors stand out from the others for sure.",
            count,
        )
        % {"out": number_format(out, force_grouping=True), "count": number_format(count, force_grouping=True)},
        marks=tuple(
            StripMark(label, float(value), float(low), float(high))
            for label, value, low, high in zip(labels, severity.points, severity.low, severity.high, strict=True)
        ),
        places=2,
        most=most,
        centre_label=pgettext("severity", "like colleagues"),
        start=pgettext("severity", "more lenient"),
        end=pgettext("severity", "stricter"),
        unit=_("points of the rating scale"),
    )


def variable_map(reading: Reading) -> VariableMap:
    """Everything on the logit ruler: people, every facet, the thresholds."""
    fit = reading.fit
    tops = {name: pgettext("severity", "harder") for name in reading.other_facets}
    tops[reading.assessor_facet] = pgettext("severity", "stricter")
    lowest = fit.table.lowest
    thresholds = thresholds_of(average_cumulative(reading))
    return VariableMap(
        key="ruler",
        title=_("Everything on one ruler"),
        description=_("People at the left, assessors and items in the middle, steps of the scale at the right; the unit is the logit."),
        persons=tuple(reading.person_measures.tolist()),
        persons_title=people(),
        persons_top=pgettext("severity", "stronger"),
        columns=tuple(
            MapColumn(
                facet_title(name, is_assessor=name == reading.assessor_facet),
                tuple(MapMark(label, float(at)) for label, at in zip(measures.labels, measures.measure, strict=True)),
                tops[name],
            )
            for name, measures in fit.facets.items()
        ),
        steps_title=pgettext("severity", "Steps"),
        steps=tuple(MapMark(f"{lowest + step} | {lowest + step + 1}", float(at)) for step, at in enumerate(thresholds) if np.isfinite(at)),
    )


def average_cumulative(reading: Reading) -> Floats:
    """The thresholds of the one scale, or the mean of the scales of all items; ``inf`` for what nobody used anywhere."""
    sets = np.array(list(reading.fit.cumulative.values()))
    used = np.isfinite(sets)
    total = np.where(used, sets, 0.0).sum(axis=0)
    mean: Floats = np.where(used.any(axis=0), total / np.maximum(used.sum(axis=0), 1), np.inf)
    return mean


def category_curves(reading: Reading) -> CategoryCurves:
    """How likely each rating is for people along the ruler, given by an average assessor on an average item."""
    cumulative = average_cumulative(reading)
    thresholds = thresholds_of(cumulative)
    known = thresholds[np.isfinite(thresholds)]
    low, high = (float(known.min()), float(known.max())) if known.size else (-2.0, 2.0)
    places = np.linspace(low - _BEYOND, high + _BEYOND, _PLACES)
    shares = category_probabilities(places, cumulative)
    lowest = reading.fit.table.lowest
    return CategoryCurves(
        key="categories",
        title=_("Which rating is likely for whom"),
        description=_("One curve for each rating: how likely it is, from the weakest to the strongest person.") + _shared_scale(reading),
        places=tuple(places.tolist()),
        curves=tuple(
            CategoryCurve(str(lowest + category), tuple(shares[:, category].tolist()) if np.isfinite(cumulative[category]) else ())
            for category in range(cumulative.size)
        ),
        start=pgettext("severity", "weaker people"),
        end=pgettext("severity", "stronger people"),
    )


def _shared_scale(reading: Reading) -> str:
    return " " + _("Every item has steps of its own; the picture shows their mean.") if reading.fit.is_partial_credit else ""


def threshold_words(reading: Reading) -> str:
    """Where one rating gives way to the next, in logits."""
    lowest = reading.fit.table.lowest
    found = [
        f"{lowest + step} | {lowest + step + 1}: {signed(float(at), 2)}"
        for step, at in enumerate(thresholds_of(average_cumulative(reading)))
        if np.isfinite(at)
    ]
    return _("Steps in logits, where one rating is as likely as the next: %(steps)s.") % {"steps": "; ".join(found)}


def rating_network(reading: Reading) -> RatingNetwork:
    """Assessors, tied when they rated the same people; in the order of the parts of the ratings."""
    notes, parts = [], []
    labels = reading.assessors.labels
    placed: set[int] = set()
    for group in reading.groups:
        # Whom items alone divide may rate in two parts; a picture shows everybody once.
        mine = [place for place in group.assessors.tolist() if place not in placed]
        placed.update(mine)
        parts.append(tuple(labels[place] for place in mine))
        persons = len(group.persons)
        words = ngettext("%(count)s person", "%(count)s people", persons) % {"count": number_format(persons, force_grouping=True)}
        assessors = len(group.assessors)
        other = ngettext("%(count)s assessor", "%(count)s assessors", assessors) % {"count": number_format(assessors, force_grouping=True)}
        notes.append(f"{other}, {words}")
    return RatingNetwork(
        key="network",
        title=_("Who rated the same people"),
        description=_("Assessors are tied when they rated the same people; the thicker the line, the more people."),
        nodes=labels,
        ties=tuple(Tie(one, other, count) for one, other, count in shared_persons(reading.fit.table, reading.assessor_facet)),
        groups=tuple(part for part in parts if part),
        notes=tuple(note for note, part in zip(notes, parts, strict=True) if part),
        shared=_("People rated by both"),
    )
