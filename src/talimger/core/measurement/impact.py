"""Adverse impact: is a group of candidates accepted so much more rarely than another that somebody has to look?

A programme chooses dozens, not thousands. Every figure here is therefore exact where it can be, and a group of a few people gets
the answer "too few to say" rather than a ratio that one person more would turn round.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from talimger.core.measurement.errors import MeasurementError

FOUR_FIFTHS = 0.8
LEAST = 10
_TIE = 1e-9

Verdict = Literal["too_few_to_say", "no_sign", "possible", "likely"]
_LOUDEST_FIRST: tuple[Verdict, ...] = ("likely", "possible", "no_sign")
_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class GroupRate:
    """How many of a group were there, and how many of them were selected."""

    label: str
    selected: int
    n: int

    @property
    def rate(self) -> float:
        return self.selected / self.n


@dataclass(frozen=True)
class MantelHaenszel:
    """One odds ratio over all strata (``None`` where no stratum says anything), its interval and the test that it is 1.

    ``homogeneity_p`` is small where the strata disagree among themselves; one common odds ratio then describes nobody.
    """

    odds_ratio: float | None
    lower: float
    upper: float
    chi2: float
    p: float
    homogeneity_p: float
    strata: int


@dataclass(frozen=True)
class ImpactRatio:
    """A group's selection rate as a share of the reference group's, with what may be said about it.

    ``ratio`` is ``None`` where nobody of either group was selected and infinite where only the group had anybody selected.
    ``adjusted_p`` is Fisher's p allowing for the number of groups compared; ``None`` where there were too few to say.
    """

    group: GroupRate
    reference: GroupRate
    ratio: float | None
    lower: float
    upper: float
    fisher_p: float
    adjusted_p: float | None
    below_four_fifths: bool
    mantel_haenszel: MantelHaenszel | None
    verdict: Verdict


@dataclass(frozen=True)
class AdverseImpact:
    """Selection rates of all groups, and each group against the reference. ``left_out`` did not say which group they belong to."""

    groups: tuple[GroupRate, ...]
    reference: GroupRate
    comparisons: tuple[ImpactRatio, ...]
    left_out: int
    confidence: float
    least: int

    @property
    def verdict(self) -> Verdict:
        """The loudest verdict about any group; "too few to say" only where that is so of every group."""
        found = {comparison.verdict for comparison in self.comparisons}
        return next((verdict for verdict in _LOUDEST_FIRST if verdict in found), "too_few_to_say")


def adverse_impact(
    selected: Sequence[bool] | Sequence[int],
    group: Sequence[str | None],
    *,
    reference: str | None = None,
    strata: Sequence[str] | None = None,
    confidence: float = 0.95,
    least: int = LEAST,
) -> AdverseImpact:
    """Compares every group's selection rate with the reference group's and says no more than the numbers carry.

    ``selected``, ``group`` and ``strata`` have one entry per candidate; a group of ``None`` ("prefer not to say") is left out and
    counted. Without ``reference`` it is the group with the highest rate among those of at least ``least`` people.

    A verdict is about the group being worse off than the reference: "too_few_to_say" where either has fewer than ``least`` people or
    where not even the most one-sided outcome could have been told from chance; "likely" where the ratio is below four fifths, its
    exact interval lies below 1 and Fisher's p survives the number of comparisons (Benjamini-Hochberg); "possible" where the ratio is
    below four fifths or the interval below 1; "no_sign" otherwise, which is not a proof of fairness.

    Raises ``MeasurementError``: ``length_mismatch``, ``not_yes_or_no``, ``too_few_groups``, ``unknown_reference``,
    ``confidence_out_of_range``, ``least_out_of_range``.
    Source: Uniform Guidelines on Employee Selection Procedures (1978), 29 CFR 1607.4 D, for the four-fifths rule and small numbers.

    >>> result = adverse_impact([1] * 24 + [0] * 16 + [1] * 5 + [0] * 15, ["city"] * 40 + ["village"] * 20)
    >>> village = result.comparisons[0]
    >>> round(village.ratio, 3), round(village.upper, 3), village.verdict
    (0.417, 0.946, 'likely')
    """
    _check(selected, group, strata, confidence, least)
    rates = _rates(selected, group)
    best = _reference(rates, reference, least)
    others = [rate for rate in rates if rate.label != best.label]
    tables = [_tables(selected, group, strata, other.label, best.label) for other in others]
    p_values = [float(stats.fisher_exact(table.sum(axis=0)).pvalue) for table in tables]
    silent = [min(other.n, best.n) < least or _least_p(other, best) > 1 - confidence for other in others]
    asked = [p for p, quiet in zip(p_values, silent, strict=True) if not quiet]
    adjusted = iter(stats.false_discovery_control(asked)) if asked else iter(())
    comparisons = []
    for other, table, p, quiet in zip(others, tables, p_values, silent, strict=True):
        lower, upper = ratio_interval(other.selected, other.n, best.selected, best.n, confidence=confidence)
        ratio = _ratio(other, best)
        adjusted_p = None if quiet else float(next(adjusted))
        comparisons.append(
            ImpactRatio(
                group=other,
                reference=best,
                ratio=ratio,
                lower=lower,
                upper=upper,
                fisher_p=p,
                adjusted_p=adjusted_p,
                below_four_fifths=_is_below_four_fifths(other, best),
                mantel_haenszel=None if strata is None else mantel_haenszel(table, confidence=confidence),
                verdict=_verdict(_is_below_four_fifths(other, best), upper < 1, adjusted_p, 1 - confidence),
            )
        )
    return AdverseImpact(rates, best, tuple(comparisons), sum(label is None for label in group), confidence, least)


def ratio_interval(x1: int, n1: int, x2: int, n2: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """An interval for p1 / p2 that holds the true ratio at least as often as it promises, whatever the two probabilities are.

    ``x1`` of ``n1`` against ``x2`` of ``n2``. Two one-sided exact tests on the score statistic are turned round, each with half of
    the error, the unknown second probability being set to the value that is worst for the claim. Right at zero cells: nobody
    selected among ``n1`` gives a lower limit of 0, nobody among ``n2`` an upper limit of infinity.

    Raises ``MeasurementError``: ``counts_out_of_range``, ``confidence_out_of_range``.
    Source: Chan & Zhang (1999), Biometrics 55, 1202-1209; the statistic is Koopman's (1984), Biometrics 40, 513-517.

    >>> [round(limit, 4) for limit in ratio_interval(9, 11, 4, 12)]
    [1.0965, 10.8647]
    """
    if not (0 <= x1 <= n1 and 0 <= x2 <= n2 and n1 > 0 and n2 > 0):
        raise MeasurementError("counts_out_of_range", "{x1} of {n1} and {x2} of {n2} are no counts", x1=x1, n1=n1, x2=x2, n2=n2)
    _check_confidence(confidence)
    tail = (1 - confidence) / 2
    # The score changes its sign, and nothing else, when the groups change places: one limit serves for both.
    from_above = _lower_limit(x2, n2, x1, n1, tail)
    return _lower_limit(x1, n1, x2, n2, tail), (1 / from_above if from_above > 0 else math.inf)


def mantel_haenszel(tables: npt.ArrayLike, *, confidence: float = 0.95, correction: bool = True) -> MantelHaenszel:
    """The odds ratio common to all strata, so that groups are compared only with people of the same stratum.

    ``tables`` has the shape (strata, 2, 2): the group's selected and not selected, then the reference's. The interval is Robins,
    Breslow and Greenland's, good both for few large and for many small strata; where the odds ratio is 0 or infinite it is 0 to
    infinity. The test is Cochran-Mantel-Haenszel's, with half a person's correction unless switched off; ``homogeneity_p`` is
    Breslow and Day's with Tarone's correction. ``strata`` counts those that say something.

    Raises ``MeasurementError``: ``tables_wrong``, ``confidence_out_of_range``.
    Source: Mantel & Haenszel (1959), J. Natl Cancer Inst. 22, 719-748; Robins, Breslow & Greenland (1986), Biometrics 42, 311-323;
    Tarone (1985), Biometrika 72, 91-95.
    """
    cells = np.asarray(tables, dtype=np.float64)
    if cells.ndim != 3 or cells.shape[1:] != (2, 2) or not np.all(np.isfinite(cells)) or np.any(cells < 0):
        raise MeasurementError("tables_wrong", "Expected counts of the shape (strata, 2, 2), got the shape {shape}", shape=cells.shape)
    _check_confidence(confidence)
    # A stratum with one group only, or where all or none were selected, compares nobody with anybody.
    cells = cells[np.all(cells.sum(axis=1) > 0, axis=1) & np.all(cells.sum(axis=2) > 0, axis=1)]
    if not len(cells):
        return MantelHaenszel(None, 0.0, math.inf, 0.0, 1.0, 1.0, 0)
    (a, b), (c, d) = cells[:, 0].T, cells[:, 1].T
    n = a + b + c + d
    expected = (a + b) * (a + c) / n
    variance = float(((a + b) * (c + d) * (a + c) * (b + d) / (n**2 * (n - 1))).sum())
    distance = abs(float((a - expected).sum()))
    chi2 = (distance - min(0.5, distance) * correction) ** 2 / variance
    r, s = a * d / n, b * c / n
    odds_ratio = float(r.sum() / s.sum()) if s.sum() > 0 else math.inf
    lower, upper, homogeneity_p = 0.0, math.inf, 1.0
    if 0 < odds_ratio < math.inf:
        p, q = (a + d) / n, (b + c) / n
        log_variance = (
            (p * r).sum() / (2 * r.sum() ** 2) + (p * s + q * r).sum() / (2 * r.sum() * s.sum()) + (q * s).sum() / (2 * s.sum() ** 2)
        )
        reach = math.exp(float(special.ndtri((1 + confidence) / 2)) * math.sqrt(log_variance))
        lower, upper = odds_ratio / reach, odds_ratio * reach
        homogeneity_p = _breslow_day_tarone(cells, odds_ratio)
    return MantelHaenszel(odds_ratio, lower, upper, chi2, float(special.chdtrc(1, chi2)), homogeneity_p, len(cells))


def _breslow_day_tarone(cells: _Floats, odds_ratio: float) -> float:
    """The p value of the strata having one odds ratio; 1 where there is one stratum only."""
    a = cells[:, 0, 0]
    row, column, n = cells[:, 0].sum(axis=1), cells[:, :, 0].sum(axis=1), cells.sum(axis=(1, 2))
    # The count that gives this odds ratio with these margins is the root of a quadratic that lies within the margins.
    quadratic, linear, constant = 1 - odds_ratio, n - row - column + odds_ratio * (row + column), -odds_ratio * row * column
    root = np.sqrt(linear**2 - 4 * quadratic * constant)
    fitted = -2 * constant / (linear + root)
    spread = 1 / (1 / fitted + 1 / (row - fitted) + 1 / (column - fitted) + 1 / (n - row - column + fitted))
    chi2 = float(((a - fitted) ** 2 / spread).sum() - (a - fitted).sum() ** 2 / spread.sum())
    return float(special.chdtrc(len(cells) - 1, max(chi2, 0.0))) if len(cells) > 1 else 1.0


def _lower_limit(x1: int, n1: int, x2: int, n2: int, tail: float) -> float:
    """The smallest ratio that a one-sided exact test of size ``tail`` does not reject."""
    if x1 == 0:
        return 0.0
    table = (x1, n1, x2, n2)
    reach = float(special.ndtri(1 - tail))
    far = 1.7
    while _exact_p(_score_limits(np.array([reach * far]), *table), *table)[0] > tail:
        far *= 1.5
    # The exact p value jumps as the ratio moves, so it may cross the line more than once: the outermost crossing keeps the promise.
    steps = max(24, min(140, 24_000 // (n1 + n2)))
    coarse = _score_limits(reach * np.linspace(far, 0.2, steps // 4), *table)
    crossing = coarse[int(np.argmax(_exact_p(coarse, *table) > tail))]
    walk = np.geomspace(coarse[0], crossing, steps)
    inside = max(int(np.argmax(_exact_p(walk, *table) > tail)), 1)
    low, high = math.log(walk[inside - 1]), math.log(walk[inside])
    while high - low > 1e-6:
        middle = (low + high) / 2
        if _exact_p(np.array([math.exp(middle)]), *table)[0] > tail:
            high = middle
        else:
            low = middle
    return math.exp(low)


def _score_limits(reach: _Floats, x1: int, n1: int, x2: int, n2: int) -> _Floats:
    """Where the score falls to ``reach``: Koopman's limit, good for large groups and a place to start from for small ones."""
    low, high = np.full(len(reach), math.log(1e-9)), np.full(len(reach), math.log(1e9))
    for _ in range(42):
        middle = (low + high) / 2
        too_low = _score(np.asarray(x1), n1, np.asarray(x2), n2, np.exp(middle)) > reach
        low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    limits: _Floats = np.exp(low)
    return limits


def _score(x1: _Ints, n1: int, x2: _Ints, n2: int, ratio: _Floats) -> _Floats:
    """How far the two rates are from having this ratio, in standard errors; 0 where the counts say nothing about it."""
    linear = n1 * ratio + x1 + n2 + x2 * ratio
    root = np.sqrt(np.maximum(linear**2 - 4 * (n1 + n2) * ratio * (x1 + x2), 0.0))
    # The smaller root, written so that nothing cancels where it is near 0.
    p2 = np.minimum(2 * (x1 + x2) / (linear + root), np.minimum(1.0, 1 / ratio))
    p1 = np.minimum(ratio * p2, 1.0)
    variance = p1 * (1 - p1) / n1 + ratio**2 * p2 * (1 - p2) / n2
    distance = x1 / n1 - ratio * x2 / n2
    score: _Floats = np.where(variance > 1e-15, distance / np.sqrt(np.maximum(variance, 1e-15)), 0.0)
    return score


def _exact_p(ratio: _Floats, x1: int, n1: int, x2: int, n2: int) -> _Floats:
    """The chance of a score as large as the one seen or larger, for each ``ratio``, at the least favourable second probability."""
    rows = ratio[:, None]
    seen = _score(np.asarray(x1), n1, np.asarray(x2), n2, rows) - _TIE * (1 + rows)
    # With x2 fixed the score rises with x1, so a search by halves finds the first x1 that counts, for all x2 at once.
    column = np.arange(n2 + 1)
    low, high = np.zeros((len(ratio), n2 + 1), dtype=np.int64), np.full((len(ratio), n2 + 1), n1 + 1)
    while np.any(low < high):
        middle = (low + high) // 2
        counts = _score(middle, n1, column, n2, rows) >= seen
        low, high = np.where(counts | (low == high), low, middle + 1), np.where(counts, np.minimum(middle, high), high)
    top = np.minimum(1.0, 1 / rows)
    # Even steps of the arcsine keep the grid as fine as the binomial is narrow, also near 0 and 1.
    angles = np.linspace(0.0, math.pi / 2, 45 + 2 * math.isqrt(n1 + n2))
    chances = _chances(low, n1, n2, rows, top * np.sin(angles) ** 2)
    best = angles[np.argmax(chances, axis=1)][:, None]
    fine = np.clip(best + angles[1] * np.linspace(-1, 1, 17), 0.0, math.pi / 2)
    refined: _Floats = np.maximum(chances.max(axis=1), _chances(low, n1, n2, rows, top * np.sin(fine) ** 2).max(axis=1))
    return refined


def _chances(first: _Ints, n1: int, n2: int, ratio: _Floats, p2: _Floats) -> _Floats:
    """P(X1 >= first[X2]) with p1 = ratio * p2: a row for each ratio, a column for each ``p2`` of it."""
    at_least = np.cumsum(_binomial(n1, ratio * p2)[::-1], axis=0)[::-1]
    at_least = np.concatenate([at_least, np.zeros((1, *p2.shape))])
    row, column = np.ogrid[: p2.shape[0], : p2.shape[1]]
    total: _Floats = np.einsum("xrc,xrc->rc", _binomial(n2, p2), at_least[first.T[:, :, None], row, column])
    return total


def _binomial(n: int, p: _Floats) -> _Floats:
    """Binomial probabilities, the counts 0 to ``n`` along the first axis."""
    count = np.arange(n + 1)[:, None, None]
    safe = np.clip(p, 1e-12, 1 - 1e-12)
    ways = special.gammaln(n + 1) - special.gammaln(count + 1) - special.gammaln(n - count + 1)
    chances: _Floats = np.exp(ways + count * np.log(safe) + (n - count) * np.log1p(-safe))
    return chances


def _least_p(group: GroupRate, reference: GroupRate) -> float:
    """Fisher's p of the outcome that would have been worst for the group with as many people selected as there were."""
    chosen = group.selected + reference.selected
    worst = max(0, chosen - reference.n)
    table = [[worst, group.n - worst], [chosen - worst, reference.n - chosen + worst]]
    return float(stats.fisher_exact(table).pvalue)


def _is_below_four_fifths(group: GroupRate, reference: GroupRate) -> bool:
    # In whole numbers: 0.8 has no exact binary form, and a group at exactly four fifths is not below it.
    return 5 * group.selected * reference.n < 4 * reference.selected * group.n


def _ratio(group: GroupRate, reference: GroupRate) -> float | None:
    if reference.selected:
        return group.selected * reference.n / (reference.selected * group.n)
    return math.inf if group.selected else None


def _verdict(below: bool, apart: bool, adjusted_p: float | None, tail: float) -> Verdict:
    if adjusted_p is None:
        return "too_few_to_say"
    if below and apart and adjusted_p <= tail:
        return "likely"
    return "possible" if below or apart else "no_sign"


def _rates(selected: Sequence[bool] | Sequence[int], group: Sequence[str | None]) -> tuple[GroupRate, ...]:
    labels = sorted({label for label in group if label is not None})
    rates = []
    for label in labels:
        outcomes = [bool(outcome) for outcome, own in zip(selected, group, strict=True) if own == label]
        rates.append(GroupRate(label, sum(outcomes), len(outcomes)))
    if len(rates) < 2:
        raise MeasurementError("too_few_groups", "Two groups are needed to compare, found {n}", n=len(rates))
    return tuple(rates)


def _reference(rates: tuple[GroupRate, ...], wanted: str | None, least: int) -> GroupRate:
    if wanted is not None:
        named = next((rate for rate in rates if rate.label == wanted), None)
        if named is None:
            raise MeasurementError("unknown_reference", "No candidate belongs to the group {reference}", reference=wanted)
        return named
    large = [rate for rate in rates if rate.n >= least]
    # Among equal rates the larger group is the firmer ground; where all are small, nothing will be said anyway.
    return max(large, key=lambda rate: (rate.rate, rate.n)) if large else max(rates, key=lambda rate: rate.n)


def _tables(
    selected: Sequence[bool] | Sequence[int], group: Sequence[str | None], strata: Sequence[str] | None, label: str, reference: str
) -> _Floats:
    """Counts of the shape (strata, 2, 2): the group's selected and not selected, then the reference's."""
    stratum = ["" for _ in group] if strata is None else list(strata)
    place = {name: i for i, name in enumerate(dict.fromkeys(stratum))}
    counts = np.zeros((len(place), 2, 2))
    for outcome, own, name in zip(selected, group, stratum, strict=True):
        if own in (label, reference):
            counts[place[name], int(own == reference), int(not outcome)] += 1
    return counts


def _check(
    selected: Sequence[bool] | Sequence[int], group: Sequence[str | None], strata: Sequence[str] | None, confidence: float, least: int
) -> None:
    for name, column in (("group", group), ("strata", group if strata is None else strata)):
        if len(column) != len(selected):
            raise MeasurementError(
                "length_mismatch", "{n} outcomes but {other} entries in {column}", n=len(selected), other=len(column), column=name
            )
    if any(outcome not in (0, 1) for outcome in selected):
        raise MeasurementError("not_yes_or_no", "Selected must be yes or no (1 or 0) for every candidate")
    _check_confidence(confidence)
    if least < 1:
        raise MeasurementError("least_out_of_range", "The least number of people must be 1 or more, not {least}", least=least)


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise MeasurementError("confidence_out_of_range", "Confidence must lie between 0 and 1, not {confidence}", confidence=confidence)
