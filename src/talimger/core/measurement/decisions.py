"""How sure a choice by fair scores is, who is too close to call, and which further rating would help most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from talimger.core.measurement.errors import MeasurementError
from talimger.core.measurement.ratings import Floats
from talimger.core.measurement.results import FacetsFit
from talimger.core.measurement.scale import rating_variance

DRAWS = 20_000
# So many numbers are drawn at the most; with very many persons each gets fewer draws.
MOST_NUMBERS = 20_000_000
SURE = 0.9
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True, eq=False)
class DecisionConfidence:
    """What is known of a choice; arrays (persons).

    ``chance``: of truly being above the cut, or among the places. ``too_close``: neither this nor its opposite is at least as sure
    as asked. ``cut`` in logits. ``expected_correct``: the share of the chosen who truly belong there, on average.
    """

    chance: Floats
    too_close: np.ndarray
    cut: float
    expected_correct: float


def decision_confidence(
    measure: Floats, se: Floats, *, places: int | None = None, cut: float | None = None, sure: float = SURE, seed: int = 0
) -> DecisionConfidence:
    """How sure it is that each person is among the best ``places``, or above a ``cut`` (logits): name one of the two.

    Measures are taken as normal with their standard errors. For places, everybody's true order is drawn many times from ``seed``, so
    the same seed gives the same chances. Raises ``MeasurementError`` for places that do not exist.

    >>> sure = decision_confidence(np.array([2.0, 0.1, -0.1, -2.0]), np.full(4, 0.3), cut=0.0)
    >>> [round(float(chance), 2) for chance in sure.chance], sure.too_close.tolist()
    ([1.0, 0.63, 0.37, 0.0], [False, True, True, False])
    """
    measure, se = np.asarray(measure, dtype=np.float64), np.asarray(se, dtype=np.float64)
    if (places is None) == (cut is None):
        raise MeasurementError("places_or_cut", "Name either a number of places or a cut.")
    if not 0.5 < sure < 1:
        raise MeasurementError("sure", "How sure to be is a share between a half and one.")
    if places is not None:
        if not 0 < places < measure.size:
            raise MeasurementError(
                "places", "{places} places among {persons} persons leave nothing to choose.", places=places, persons=measure.size
            )
        cut = _cut_between(measure, places)
        chance = _chance_of_places(measure, se, places, seed)
        chosen = np.argsort(-measure, kind="stable")[:places]
    else:
        assert cut is not None
        chance = special.ndtr((measure - cut) / np.maximum(se, 1e-12))
        chosen = np.flatnonzero(measure > cut)
    return DecisionConfidence(
        chance=chance,
        too_close=(chance > 1 - sure) & (chance < sure),
        cut=cut,
        expected_correct=float(chance[chosen].mean()) if chosen.size else float("nan"),
    )


def _cut_between(measure: Floats, places: int) -> float:
    ordered = np.sort(measure)[::-1]
    return float(ordered[places - 1] + ordered[places]) / 2


def _chance_of_places(measure: Floats, se: Floats, places: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    draws = max(min(DRAWS, MOST_NUMBERS // measure.size), 200)
    among = np.zeros(measure.size)
    batch = max(min(draws, 2_000_000 // measure.size), 1)
    done = 0
    while done < draws:
        size = min(batch, draws - done)
        true = measure + se * rng.standard_normal((size, measure.size))
        best = np.argpartition(-true, places - 1, axis=1)[:, :places]
        among += np.bincount(best.ravel(), minlength=measure.size)
        done += size
    return among / draws


@dataclass(frozen=True)
class NextRating:
    """One more rating that could be asked for: of whom, by which elements, and by how much it makes a wrong decision less likely."""

    person: str
    elements: Mapping[str, str]
    gain: float


def next_ratings(fit: FacetsFit, confidence: DecisionConfidence, *, most: int = 5, by: Sequence[str] | None = None) -> list[NextRating]:
    """The further ratings that help most to decide about those who are too close to call, best first, one for each person.

    Every element of each facet that has not rated the person yet is tried (``by`` narrows the first facet). A rating is worth the
    fall in the chance of a wrong decision that it brings on average (Lindley 1956; DeGroot 1962): an informative rating of somebody
    near the cut, by somebody whose own severity is well known.
    """
    persons = fit.person()
    table = fit.table
    found = []
    facets = [fit.facets[factor.name] for factor in table.facets]
    scales = list(fit.cumulative.values())
    first = table.facets[0]
    allowed = np.ones(len(first), dtype=bool) if by is None else np.isin(np.array(first.labels), list(by))
    for at in np.flatnonzero(confidence.too_close):
        given = table.person.codes == at
        candidates = np.flatnonzero(allowed & ~np.isin(np.arange(len(first)), first.codes[given]))
        if not candidates.size:
            continue
        best: tuple[float, dict[str, str]] = (-np.inf, {})
        measure, se = persons.measure[at], persons.se[at]
        for last, scale in _last_elements(fit, scales):
            severity = facets[0].measure[candidates] + (facets[-1].measure[last] if last is not None else 0.0)
            information = rating_variance(measure - severity, scale)
            # What is not known of the severity is not known of the person either.
            known = 1 / (1 / np.maximum(information, 1e-9) + facets[0].se[candidates] ** 2)
            gains = _gains(measure, se, known, confidence.cut)
            place = int(np.argmax(gains))
            if gains[place] > best[0]:
                elements = {first.name: first.labels[candidates[place]]}
                if last is not None:
                    elements[table.facets[-1].name] = table.facets[-1].labels[last]
                best = (float(gains[place]), elements)
        found.append(NextRating(persons.labels[at], best[1], best[0]))
    found.sort(key=lambda rating: -rating.gain)
    return found[:most]


def _last_elements(fit: FacetsFit, scales: list[Floats]) -> list[tuple[int | None, Floats]]:
    if len(fit.table.facets) == 1:
        return [(None, scales[0])]
    count = len(fit.table.facets[-1])
    return [(place, scales[place if len(scales) > 1 else 0]) for place in range(count)]


def _gains(measure: float, se: float, information: Floats, cut: float) -> Floats:
    """The chance of a wrong decision now less the mean of what it will be once the rating is known."""
    after = np.sqrt(1 / (1 / se**2 + information))
    moves = np.sqrt(np.maximum(se**2 - after**2, 0))
    reached = measure + moves[:, None] * _NODES
    wrong = special.ndtr(-np.abs(reached - cut) / after[:, None]) @ _WEIGHTS
    gains: Floats = special.ndtr(-abs(measure - cut) / se) - wrong
    return gains
