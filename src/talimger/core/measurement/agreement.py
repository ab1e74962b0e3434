"""Agreement between raters, corrected for chance: Krippendorff's alpha for any number of raters, weighted kappa for two.

Sources: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability"; Cohen (1968), Psychological Bulletin 70, 213-220; Fleiss,
Cohen & Everitt (1969), Psychological Bulletin 72, 323-327 (standard error); Zapf et al. (2016), BMC Medical Research Methodology 16, 93
(bootstrap over units).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.special import ndtri

from talimger.core.measurement.errors import MeasurementError

Level = Literal["nominal", "ordinal", "interval", "ratio"]
KappaWeights = Literal["quadratic", "linear", "none"]
_LEVELS: tuple[Level, ...] = get_args(Level)
_Floats = npt.NDArray[np.float64]
# Blocks of resamples, and of values compared with all others, that keep the working memory small.
_BLOCK = 256


@dataclass(frozen=True)
class KrippendorffAlpha:
    """Alpha = 1 - observed / expected disagreement, over the ``n_pairable`` values of the ``n_units`` units with two values or more.

    ``lower`` and ``upper`` are ``None`` unless a bootstrap was asked for; ``bootstrap`` counts the resamples that had an alpha.
    """

    alpha: float
    observed_disagreement: float
    expected_disagreement: float
    n_pairable: int
    n_units: int
    level: Level
    lower: float | None
    upper: float | None
    bootstrap: int
    confidence: float


@dataclass(frozen=True)
class WeightedKappa:
    """Kappa with its asymptotic standard error and interval; ``observed`` and ``expected`` agreement are weighted, from 0 to 1.

    ``percent_agreement`` is the plain share of pairs in the same category, without weights or correction for chance.
    """

    value: float
    se: float
    lower: float
    upper: float
    observed: float
    expected: float
    percent_agreement: float
    n: int
    confidence: float


def krippendorff_alpha(
    table: npt.ArrayLike,
    *,
    level: Level = "nominal",
    bootstrap: int = 0,
    rng: np.random.Generator | int | None = None,
    confidence: float = 0.95,
) -> KrippendorffAlpha:
    """Krippendorff's alpha of a raters x units table in which any cell may be missing (NaN).

    ``level`` says how far two different values disagree: not the same, so many ranks, so many points, such a proportion apart.
    ``bootstrap``: that many resamples of the units give a percentile interval; ``rng`` (a generator or a seed) makes it repeatable.
    ``MeasurementError`` where no unit has two values, all values are the same (there is no chance to correct for), a value is
    infinite, or ``level="ratio"`` meets a negative one.

    >>> round(krippendorff_alpha([[1, 2, 3, 4], [1, 2, 3, 5]], level="interval").alpha, 3)
    0.937
    """
    if level not in _LEVELS:
        raise MeasurementError("unknown_level", "Unknown level {level}: one of {levels}", level=level, levels=", ".join(_LEVELS))
    _check_confidence(confidence)
    values = np.asarray(table, dtype=np.float64)
    if values.ndim != 2:
        raise MeasurementError("not_a_table", "A raters x units table is needed, not {dimensions} dimensions", dimensions=values.ndim)
    if np.isinf(values).any():
        raise MeasurementError("not_finite", "Ratings must be finite numbers")
    if level == "ratio" and (values < 0).any():
        raise MeasurementError("negative_ratio", "A ratio scale has no negative values")
    values = values[:, (~np.isnan(values)).sum(axis=0) > 1]
    if not values.size:
        raise MeasurementError("nothing_pairable", "No unit was rated by two raters: agreement cannot be seen")
    units = _Units(values, level)
    once = np.ones((1, values.shape[1]))
    observed, expected = (float(disagreement[0]) for disagreement in units.disagreements(once))
    if expected == 0:
        raise MeasurementError("no_variance", "All values are the same: agreement cannot be told from chance")
    lower = upper = None
    alphas = _resampled_alphas(units, bootstrap, np.random.default_rng(rng))
    if alphas.size:
        lower, upper = (float(end) for end in np.quantile(alphas, [(1 - confidence) / 2, (1 + confidence) / 2]))
    return KrippendorffAlpha(
        alpha=1 - observed / expected,
        observed_disagreement=observed,
        expected_disagreement=expected,
        n_pairable=int(units.sizes.sum()),
        n_units=values.shape[1],
        level=level,
        lower=lower,
        upper=upper,
        bootstrap=int(alphas.size),
        confidence=confidence,
    )


class _Units:
    """A table prepared so that alpha of any weighting of its units (all once, or a resample) is a few matrix products."""

    def __init__(self, values: _Floats, level: Level) -> None:
        self.level = level
        self.sizes: _Floats = (~np.isnan(values)).sum(axis=0).astype(np.float64)
        rater, unit = np.nonzero(~np.isnan(values))
        given = values[rater, unit]
        # Alpha does not know the origin of an interval scale; squares of values near zero keep their digits.
        self.codes, position = np.unique(given - given.mean() if level == "interval" else given, return_inverse=True)
        shape = (values.shape[1], len(self.codes))
        self.counts = csr_array((np.ones(len(given)), (unit, position)), shape=shape)
        self.within: _Floats = np.zeros(values.shape[1])
        if level == "nominal":
            self.within = self.sizes**2 - self._sum(self.counts.power(2))
        elif level == "interval":
            first, second = self.counts @ self.codes, self.counts @ self.codes**2
            self.within = np.maximum(2 * (self.sizes * second - first**2), 0)
            # Units whose values are all the same differ by nothing, not by rounding.
            self.within[self._sum(self.counts > 0) == 1] = 0
        elif level == "ratio":
            for one in range(len(values) - 1):
                self.within += 2 * np.nansum(_ratio_distance(values[one], values[one + 1 :]), axis=0)

    def disagreements(self, weights: _Floats) -> tuple[_Floats, _Floats]:
        """Observed and expected disagreement for each row of ``weights`` (replicates x units)."""
        n = weights @ self.sizes
        totals = np.asarray((self.counts.T @ weights.T).T)
        pairs = n * (n - 1)
        if self.level == "ordinal":
            # The sum of the frequencies between two values, half their own, is the distance between their mean ranks.
            ranks = np.cumsum(totals, axis=1) - totals / 2 - n[:, None] / 2
            within = np.asarray(2 * (self.sizes[:, None] * (self.counts @ ranks.T**2) - (self.counts @ ranks.T) ** 2)).T
            expected = 2 * (n * np.sum(totals * ranks**2, axis=1) - np.sum(totals * ranks, axis=1) ** 2)
        else:
            within = self.within[None]
            expected = self._expected(totals, n)
        return np.sum(weights * within / (self.sizes - 1), axis=1) / n, expected / pairs

    def _expected(self, totals: _Floats, n: _Floats) -> _Floats:
        """The disagreement of all pairs of values, whichever unit they come from."""
        if self.level == "nominal":
            return np.asarray(n**2 - np.sum(totals**2, axis=1))
        if self.level == "interval":
            spread = np.maximum(n * (totals @ self.codes**2) - (totals @ self.codes) ** 2, 0)
            return np.where(np.sum(totals > 0, axis=1) > 1, 2 * spread, 0.0)
        expected = np.zeros(len(totals))
        for start in range(0, len(self.codes), _BLOCK):
            block = slice(start, start + _BLOCK)
            expected += np.sum(totals[:, block] * (totals @ np.nan_to_num(_ratio_distance(self.codes[block], self.codes[:, None]))), axis=1)
        return expected

    @staticmethod
    def _sum(matrix: csr_array) -> _Floats:
        return np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()


def _ratio_distance(first: _Floats, second: _Floats) -> _Floats:
    """The squared difference of two values as a share of their sum; NaN where a value is missing or both are zero."""
    total = first + second
    return np.asarray(np.divide(first - second, total, out=np.full(total.shape, np.nan), where=total != 0) ** 2)


def _resampled_alphas(units: _Units, bootstrap: int, rng: np.random.Generator) -> _Floats:
    """Alphas of resampled units; a resample in which every value is the same has none and is left out."""
    return np.concatenate([np.empty(0), *_alphas_by_block(units, bootstrap, rng)])


def _alphas_by_block(units: _Units, bootstrap: int, rng: np.random.Generator) -> Iterator[_Floats]:
    n = len(units.sizes)
    for start in range(0, bootstrap, _BLOCK):
        weights = rng.multinomial(n, np.full(n, 1 / n), size=min(_BLOCK, bootstrap - start)).astype(np.float64)
        observed, expected = units.disagreements(weights)
        defined = expected > 0
        yield 1 - observed[defined] / expected[defined]


def weighted_kappa(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    weights: KappaWeights | _Floats = "quadratic",
    categories: Sequence[object] | None = None,
    confidence: float = 0.95,
) -> WeightedKappa:
    """Cohen's weighted kappa of two raters' ratings of the same people, with the standard error of Fleiss, Cohen & Everitt.

    ``first``, ``second``: one rating per person, in the same order; a pair with a NaN is left out. ``categories``: all categories in
    their order, default the ones that occur. Numbers lie as far apart as they say, so that an unused level in between still counts;
    labels lie one step apart. ``weights``: credit falls with the ``linear`` or ``quadratic`` distance, ``none`` gives credit only to
    equal ratings; or a matrix of agreement weights, categories x categories, 1 on the diagonal. ``MeasurementError`` for lists of
    different length, no pair, a rating outside ``categories``, a matrix of another shape, or ratings that are all the same.

    >>> round(weighted_kappa([1, 2, 3, 4, 5], [1, 2, 3, 5, 4]).value, 3)
    0.9
    """
    _check_confidence(confidence)
    one, other = _pairs(first, second)
    known = np.unique(np.concatenate([one, other])) if categories is None else np.asarray(categories)
    order = np.argsort(known)
    rows, columns = (_positions(ratings, known, order) for ratings in (one, other))
    agreement = _agreement_weights(weights, known)
    n, k = len(one), len(known)
    shares = np.bincount(rows * k + columns, minlength=k * k).reshape(k, k) / n
    by_row, by_column = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float(np.sum(agreement * shares)), float(by_row @ agreement @ by_column)
    if 1 - expected < 1e-12:
        raise MeasurementError("no_variance", "All ratings are the same: agreement cannot be told from chance")
    value = (observed - expected) / (1 - expected)
    marginal = (agreement @ by_column)[:, None] + (by_row @ agreement)[None, :]
    # The published formula subtracts the square of this mean at the end; subtracting it first keeps the digits of a small error.
    influence = agreement - marginal * (1 - value)
    variance = float(np.sum(shares * (influence - np.sum(shares * influence)) ** 2))
    se = math.sqrt(variance / n) / (1 - expected)
    reach = float(ndtri((1 + confidence) / 2)) * se
    return WeightedKappa(
        value=value,
        se=se,
        lower=value - reach,
        upper=min(value + reach, 1.0),
        observed=observed,
        expected=expected,
        percent_agreement=float(np.trace(shares)),
        n=n,
        confidence=confidence,
    )


def percent_agreement(first: npt.ArrayLike, second: npt.ArrayLike, *, tolerance: float = 0.0) -> float:
    """The share (0 to 1) of pairs in which two raters gave the same rating, or ratings at most ``tolerance`` points apart.

    A pair with a NaN is left out. ``MeasurementError`` for lists of different length or without a pair. Labels need ``tolerance`` 0.

    >>> percent_agreement([1, 2, 3, 4], [1, 2, 4, 2]), percent_agreement([1, 2, 3, 4], [1, 2, 4, 2], tolerance=1)
    (0.5, 0.75)
    """
    one, other = _pairs(first, second)
    same = np.abs(one.astype(np.float64) - other.astype(np.float64)) <= tolerance if tolerance else one == other
    return float(np.mean(same))


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise MeasurementError("confidence", "The confidence must lie between 0 and 1, not {confidence}", confidence=confidence)


def _pairs(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]]:
    one, other = np.asarray(first), np.asarray(second)
    if one.ndim != 1 or one.shape != other.shape:
        raise MeasurementError(
            "unequal_lists", "Two lists of the same people are needed, not {first} and {second}", first=one.shape, second=other.shape
        )
    complete = (one == one) & (other == other)  # only NaN differs from itself, and labels have no isnan
    if not complete.any():
        raise MeasurementError("nothing_pairable", "Nobody was rated by both raters: agreement cannot be seen")
    return one[complete], other[complete]


def _positions(ratings: npt.NDArray[np.generic], known: npt.NDArray[np.generic], order: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The place of every rating among the categories."""
    found = np.isin(ratings, known)
    if not found.all():
        raise MeasurementError("unknown_category", "{rating} is not one of the categories", rating=ratings[~found][0])
    return np.asarray(order[np.searchsorted(known, ratings, sorter=order)])


def _agreement_weights(weights: KappaWeights | _Floats, known: npt.NDArray[np.generic]) -> _Floats:
    k = len(known)
    if not isinstance(weights, str):
        matrix = np.asarray(weights, dtype=np.float64)
        if matrix.shape != (k, k):
            raise MeasurementError(
                "weights_shape", "{k} categories need a {k} x {k} matrix of weights, not {shape}", k=k, shape=matrix.shape
            )
        return matrix
    if weights == "none":
        return np.eye(k)
    if weights not in get_args(KappaWeights):
        raise MeasurementError("unknown_weights", "Unknown weights {weights}", weights=weights)
    scores = known.astype(np.float64) if np.issubdtype(known.dtype, np.number) else np.arange(k, dtype=np.float64)
    distance = np.abs(scores[:, None] - scores[None, :])
    farthest = float(distance.max()) or 1.0
    return np.asarray(1 - (distance / farthest) ** (2 if weights == "quadratic" else 1))
