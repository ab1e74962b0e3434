"""Which methods of selection foretell later performance, and by how much one adds to the others.

Only those accepted become mentors, so only the upper part of every score is ever seen again. A correlation among them is smaller than
it would be among all candidates; the corrections here say what it would be, on assumptions that their docstrings name.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from talimger.core.measurement.errors import MeasurementError

LEAST = 100
_BOOTSTRAP = 2000

Verdict = Literal["not_yet", "adds", "no_sign"]
Correction = Literal["none", "case2", "lawley"]
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PredictorValidity:
    """A predictor's correlation with the outcome among mentors, and what it would be among all candidates (``None``: not corrected)."""

    name: str
    added: bool
    r: float
    lower: float
    upper: float
    correction: Correction
    corrected: float | None
    corrected_lower: float | None
    corrected_upper: float | None


@dataclass(frozen=True)
class Increment:
    """Shares of the outcome's variance: by the base, by base and added together, and the difference.

    ``adjusted_delta`` allows for the number of predictors (Ezekiel) and may be negative; the interval is about it.
    """

    r2_base: float
    r2_full: float
    delta: float
    adjusted_delta: float
    lower: float
    upper: float


@dataclass(frozen=True)
class IncrementalValidity:
    """What ``incremental_validity`` found. ``corrected`` speaks of all candidates, ``observed`` of the mentors themselves."""

    n: int
    observed: Increment
    f: float
    df1: int
    df2: int
    p: float
    corrected: Increment | None
    predictors: tuple[PredictorValidity, ...]
    confidence: float
    least: int
    verdict: Verdict


def incremental_validity(
    outcome: Sequence[float],
    base: Mapping[str, Sequence[float]],
    added: Mapping[str, Sequence[float]],
    *,
    unrestricted_sd: Mapping[str, float] | None = None,
    unrestricted: Mapping[str, Sequence[float]] | None = None,
    confidence: float = 0.95,
    bootstrap: int = _BOOTSTRAP,
    rng: np.random.Generator | None = None,
    least: int = LEAST,
) -> IncrementalValidity:
    """How much the ``added`` predictors improve on ``base`` in foretelling ``outcome``, and how sure that is.

    One entry per mentor everywhere; ``base`` may be empty. ``unrestricted`` holds all candidates' scores on every predictor: then
    correlations and variance shares are corrected together (Lawley), which is right if whoever was accepted was accepted by these
    scores. ``unrestricted_sd`` holds only standard deviations: then each predictor named is corrected by itself (Thorndike's case
    2), which is right for the one score that decided and too cautious or too bold for the rest.

    Intervals: Fisher's z for correlations and case 2, else percentiles of ``bootstrap`` resamples of mentors (and of candidates),
    drawn with ``rng`` (a fixed seed unless given, so that a page shows the same numbers twice). Verdict: "not_yet" below ``least``
    mentors; "adds" where the F test finds the difference; "no_sign" otherwise, which is not "adds nothing".

    Raises ``MeasurementError``: ``nothing_added``, ``name_twice``, ``length_mismatch``, ``not_finite``, ``too_few_people``,
    ``no_spread``, ``predictors_overlap``, ``unknown_predictor``, ``missing_predictor``, ``sd_out_of_range``, ``two_corrections``,
    ``confidence_out_of_range``, ``bootstrap_out_of_range``.
    Source: Cohen, Cohen, West & Aiken (2003), ch. 5, for the F test; Sackett & Yang (2000), J. Applied Psychology 85, 112-118.
    """
    if not 0 < confidence < 1:
        raise MeasurementError("confidence_out_of_range", "Confidence must lie between 0 and 1, not {confidence}", confidence=confidence)
    if bootstrap < 100:
        raise MeasurementError("bootstrap_out_of_range", "At least 100 resamples are needed, not {n}", n=bootstrap)
    if unrestricted is not None and unrestricted_sd is not None:
        raise MeasurementError("two_corrections", "Give either all candidates' scores or their standard deviations, not both")
    names = _names(base, added)
    columns = {**base, **added}
    scores = _table([*(columns[name] for name in names), outcome], [*names, "outcome"])
    n, k, k_base = len(scores), len(names), len(base)
    if n < k + 3:
        raise MeasurementError("too_few_people", "{n} people cannot carry {k} predictors", n=n, k=k)
    _check_spread(scores, [*names, "outcome"])
    cohort = None if unrestricted is None else _candidates(unrestricted, names)
    sds = _checked_sds(unrestricted_sd or {}, names)

    rng = rng or np.random.default_rng(20250301)
    draws = _resampled_moments(scores, bootstrap, rng)
    moments = np.cov(scores, rowvar=False)
    tail = (1 - confidence) / 2
    observed = _increment(moments, draws, n, k_base, tail)
    df1, df2 = k - k_base, n - k - 1
    f = (observed.delta / df1) / max((1 - observed.r2_full) / df2, 1e-300)
    p = float(special.fdtrc(df1, df2, f))

    corrected, lawley = None, None
    if cohort is not None:
        lawley = _lawley(moments[None], np.cov(cohort, rowvar=False).reshape(1, k, k))[0]
        lawley_draws = _lawley(draws, _resampled_moments(cohort, bootstrap, rng))
        corrected = _increment(lawley, lawley_draws, n, k_base, tail)
    predictors = []
    for i, name in enumerate(names):
        r = float(_correlations(moments[None])[0, i, k])
        lower, upper = fisher_interval(r, n, confidence=confidence)
        correction: Correction = "none"
        better: tuple[float, float, float] | tuple[None, None, None] = (None, None, None)
        if lawley is not None:
            correction = "lawley"
            resampled = np.quantile(_correlations(lawley_draws)[:, i, k], [tail, 1 - tail])
            better = (float(_correlations(lawley[None])[0, i, k]), float(resampled[0]), float(resampled[1]))
        elif name in sds:
            correction = "case2"
            sd = math.sqrt(moments[i, i])
            # Case 2 rises with r, so the limits of r, corrected, are limits of the corrected r.
            better = (thorndike_case2(r, sd, sds[name]), thorndike_case2(lower, sd, sds[name]), thorndike_case2(upper, sd, sds[name]))
        predictors.append(PredictorValidity(name, i >= k_base, r, lower, upper, correction, *better))
    verdict: Verdict = "not_yet" if n < least else "adds" if p <= 1 - confidence else "no_sign"
    return IncrementalValidity(n, observed, f, df1, df2, p, corrected, tuple(predictors), confidence, least, verdict)


def thorndike_case2(r: float, restricted_sd: float, unrestricted_sd: float) -> float:
    """The correlation among all candidates, where acceptance was by this predictor alone.

    Needs a straight line with even scatter over the whole range, also where nobody was accepted.
    Raises ``MeasurementError``: ``sd_out_of_range``, ``correlation_out_of_range``.
    Source: Thorndike (1949), Personnel Selection, ch. 6; in modern letters Sackett & Yang (2000), formula 1.

    >>> round(thorndike_case2(0.5, 0.9, 1.5), 4)
    0.6934
    """
    _check_sd(restricted_sd, "restricted")
    _check_sd(unrestricted_sd, "unrestricted")
    _check_correlations(r)
    wider = unrestricted_sd / restricted_sd
    return r * wider / math.sqrt(1 + r * r * (wider * wider - 1))


def thorndike_case3(r_xy: float, r_xz: float, r_yz: float, restricted_sd: float, unrestricted_sd: float) -> float:
    """The correlation of x and y among all candidates, where acceptance was by a third score z, whose two SDs are given.

    The three correlations are those among the accepted. Needs straight lines with even scatter of x and y on z.
    Raises ``MeasurementError``: ``sd_out_of_range``, ``correlation_out_of_range``.
    Source: Thorndike (1949), Personnel Selection, ch. 6.
    """
    _check_sd(restricted_sd, "restricted")
    _check_sd(unrestricted_sd, "unrestricted")
    _check_correlations(r_xy, r_xz, r_yz)
    wider = (unrestricted_sd / restricted_sd) ** 2 - 1
    return (r_xy + r_xz * r_yz * wider) / math.sqrt((1 + r_xz * r_xz * wider) * (1 + r_yz * r_yz * wider))


def lawley(restricted: npt.ArrayLike, unrestricted: npt.ArrayLike) -> _Floats:
    """The covariances among all candidates, from those among the accepted and those of the scores that decided.

    ``restricted`` has the shape (q, q), the scores that decided first; ``unrestricted`` is their (s, s) covariance among all
    candidates. Needs straight lines with even scatter of the others on the scores that decided.
    Raises ``MeasurementError``: ``covariances_wrong``.
    Source: Lawley (1943), Proc. Royal Society of Edinburgh A 62, 28-30.
    """
    accepted, everybody = np.asarray(restricted, dtype=np.float64), np.asarray(unrestricted, dtype=np.float64)
    square = accepted.ndim == everybody.ndim == 2 and accepted.shape[0] == accepted.shape[1] and everybody.shape[0] == everybody.shape[1]
    if not square or not 0 < len(everybody) < len(accepted):
        raise MeasurementError(
            "covariances_wrong",
            "Shapes {restricted} and {unrestricted} do not fit",
            restricted=accepted.shape,
            unrestricted=everybody.shape,
        )
    whole: _Floats = _lawley(accepted[None], everybody[None])[0]
    return whole


def fisher_interval(r: float, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Fisher's interval for a correlation ``r`` among ``n`` people.

    Raises ``MeasurementError``: ``too_few_people``, ``correlation_out_of_range``.

    >>> [round(limit, 3) for limit in fisher_interval(0.3, 100)]
    [0.11, 0.469]
    """
    if n < 4:
        raise MeasurementError("too_few_people", "{n} people cannot carry {k} predictors", n=n, k=1)
    _check_correlations(r)
    reach = float(special.ndtri((1 + confidence) / 2)) / math.sqrt(n - 3)
    centre = math.atanh(max(-1 + 1e-15, min(1 - 1e-15, r)))
    return math.tanh(centre - reach), math.tanh(centre + reach)


def _lawley(accepted: _Floats, everybody: _Floats) -> _Floats:
    """``lawley`` for stacks of matrices: what regression on the deciding scores says does not change with who was accepted."""
    s = everybody.shape[-1]
    # Resamples of few people may repeat the same ones; a pseudo-inverse has an answer where an inverse has none.
    slopes = np.linalg.pinv(accepted[:, :s, :s], hermitian=True) @ accepted[:, :s, s:]
    across = everybody @ slopes
    rest = accepted[:, s:, s:] + slopes.swapaxes(1, 2) @ (everybody - accepted[:, :s, :s]) @ slopes
    upper, lower = np.concatenate([everybody, across], axis=2), np.concatenate([across.swapaxes(1, 2), rest], axis=2)
    whole: _Floats = np.concatenate([upper, lower], axis=1)
    return whole


def _increment(moments: _Floats, draws: _Floats, n: int, k_base: int, tail: float) -> Increment:
    """The three variance shares of one covariance matrix, the last row being the outcome, with percentiles over ``draws``."""
    base, full = (_explained(moments[None], count)[0] for count in (k_base, len(moments) - 1))
    delta = float(_adjusted_delta(moments[None], n, k_base)[0])
    lower, upper = np.quantile(_adjusted_delta(draws, n, k_base), [tail, 1 - tail])
    return Increment(float(base), float(full), float(full - base), delta, float(lower), float(upper))


def _adjusted_delta(moments: _Floats, n: int, k_base: int) -> _Floats:
    k = moments.shape[-1] - 1
    full, base = (1 - (1 - _explained(moments, count)) * (n - 1) / (n - 1 - count) for count in (k, k_base))
    difference: _Floats = full - base
    return difference


def _explained(moments: _Floats, count: int) -> _Floats:
    """R2 of the outcome (last) on the first ``count`` columns, for a stack of covariance matrices."""
    r = _correlations(moments)
    along = r[:, :count, -1:]
    share: _Floats = (along.swapaxes(1, 2) @ np.linalg.pinv(r[:, :count, :count], hermitian=True) @ along)[:, 0, 0]
    return np.clip(share, 0.0, 1.0)


def _correlations(moments: _Floats) -> _Floats:
    spread = np.sqrt(np.maximum(np.diagonal(moments, axis1=1, axis2=2), 1e-300))
    correlations: _Floats = moments / spread[:, :, None] / spread[:, None, :]
    return correlations


def _resampled_moments(scores: _Floats, times: int, rng: np.random.Generator) -> _Floats:
    """Covariance matrices of ``times`` resamples of the rows, as weights on products so that no resample is ever copied."""
    n, q = scores.shape
    centred = scores - scores.mean(axis=0)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=times) / n
    products = (centred[:, :, None] * centred[:, None, :]).reshape(n, q * q)
    means = weights @ centred
    moments: _Floats = ((weights @ products).reshape(times, q, q) - means[:, :, None] * means[:, None, :]) * n / (n - 1)
    return moments


def _names(base: Mapping[str, Sequence[float]], added: Mapping[str, Sequence[float]]) -> list[str]:
    if not added:
        raise MeasurementError("nothing_added", "No added predictor was named")
    twice = sorted(set(base) & set(added))
    if twice:
        raise MeasurementError("name_twice", "{name} is both in the base and added", name=twice[0])
    return [*base, *added]


def _table(columns: list[Sequence[float]], names: list[str]) -> _Floats:
    """The columns side by side, shape (people, columns)."""
    lengths = [len(column) for column in columns]
    if len(set(lengths)) > 1:
        odd = next(i for i, length in enumerate(lengths) if length != lengths[-1])
        raise MeasurementError(
            "length_mismatch", "{column} has {other} entries instead of {n}", column=names[odd], other=lengths[odd], n=lengths[-1]
        )
    table = np.array(columns, dtype=np.float64).T
    if not np.all(np.isfinite(table)):
        raise MeasurementError(
            "not_finite", "{column} has an entry that is no number", column=names[int(np.argmin(np.isfinite(table).all(axis=0)))]
        )
    return table


def _check_spread(table: _Floats, names: list[str]) -> None:
    spread = table.std(axis=0)
    if np.any(spread <= 1e-12 * np.maximum(1.0, np.abs(table).max(axis=0))):
        raise MeasurementError("no_spread", "{column} is the same for everybody", column=names[int(np.argmin(spread))])
    standard = (table[:, :-1] - table[:, :-1].mean(axis=0)) / spread[:-1]
    if np.linalg.matrix_rank(standard, tol=1e-8 * len(table)) < standard.shape[1]:
        raise MeasurementError("predictors_overlap", "One of the predictors is made of the others: {names}", names=", ".join(names[:-1]))


def _candidates(unrestricted: Mapping[str, Sequence[float]], names: list[str]) -> _Floats:
    missing = [name for name in names if name not in unrestricted]
    if missing:
        raise MeasurementError("missing_predictor", "All candidates' scores of {name} are missing", name=missing[0])
    table = _table([unrestricted[name] for name in names], names)
    if len(table) < len(names) + 2:
        raise MeasurementError("too_few_people", "{n} people cannot carry {k} predictors", n=len(table), k=len(names))
    return table


def _checked_sds(sds: Mapping[str, float], names: list[str]) -> Mapping[str, float]:
    for name, sd in sds.items():
        if name not in names:
            raise MeasurementError("unknown_predictor", "{name} is not among the predictors", name=name)
        _check_sd(sd, name)
    return sds


def _check_sd(sd: float, name: str) -> None:
    if not 0 < sd < math.inf:
        raise MeasurementError("sd_out_of_range", "The standard deviation of {name} must be positive, not {sd}", name=name, sd=sd)


def _check_correlations(*correlations: float) -> None:
    for r in correlations:
        if not -1 <= r <= 1:
            raise MeasurementError("correlation_out_of_range", "A correlation lies between -1 and 1, not at {r}", r=r)
