"""The rating scale: from a place on the logit ruler to probabilities of categories and the rating to expect (Andrich 1978)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from talimger.core.measurement.ratings import Floats


def category_probabilities(eta: Floats, cumulative: Floats) -> Floats:
    """Probabilities of the categories at each place ``eta`` (logits), as an array (places, categories) whose rows sum to one.

    ``cumulative[k]`` is the sum of the thresholds up to category k; ``inf`` means that the category is never used.
    """
    steps = np.arange(cumulative.size)
    logits = np.multiply.outer(np.asarray(eta, dtype=np.float64), steps) - cumulative
    logits -= logits.max(axis=-1, keepdims=True)
    odds = np.exp(logits)
    probabilities: Floats = odds / odds.sum(axis=-1, keepdims=True)
    return probabilities


def expected_rating(eta: Floats, cumulative: Floats, lowest: int) -> Floats:
    """The mean rating to expect at each place, on the scale of the ratings, whose first category is ``lowest``."""
    expected: Floats = lowest + category_probabilities(eta, cumulative) @ np.arange(cumulative.size, dtype=np.float64)
    return expected


def average_rating(eta: Floats, scales: Iterable[Floats], lowest: int) -> Floats:
    """The mean rating to expect at each place when everything else is average; over several scales, their mean."""
    ratings: Floats = np.mean([expected_rating(eta, cumulative, lowest) for cumulative in scales], axis=0)
    return ratings


def rating_variance(eta: Floats, cumulative: Floats) -> Floats:
    """The variance of a rating at each place: its information about the person, too."""
    probabilities = category_probabilities(eta, cumulative)
    steps = np.arange(cumulative.size, dtype=np.float64)
    mean = probabilities @ steps
    variance: Floats = probabilities @ steps**2 - mean**2
    return variance


def thresholds_of(cumulative: Floats) -> Floats:
    """The thresholds between neighbouring categories; ``nan`` on both sides of one that nobody used."""
    with np.errstate(invalid="ignore"):
        steps = np.diff(cumulative)
    steps[~np.isfinite(steps)] = np.nan
    return steps
