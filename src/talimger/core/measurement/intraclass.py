"""Intraclass correlation: how much of the difference between ratings is a difference between the people rated.

The six forms of Shrout & Fleiss (1979), "Intraclass correlations: uses in assessing rater reliability", Psychological Bulletin 86,
420-428; intervals as there and in McGraw & Wong (1996), Psychological Methods 1, 30-46 (with the erratum on p. 390).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc, fdtri

from talimger.core.measurement.errors import MeasurementError

IccForm = Literal["ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k"]
FORMS: tuple[IccForm, ...] = get_args(IccForm)

# Differences this small beside the ratings themselves are rounding, not disagreement.
_ROUNDING = 1e-13


@dataclass(frozen=True)
class MeanSquares:
    """The analysis of variance of a complete targets x raters table: BMS, WMS, JMS and EMS of Shrout & Fleiss, with its size."""

    targets: float
    within: float
    raters: float
    residual: float
    n_targets: int
    n_raters: int


@dataclass(frozen=True)
class IntraclassCorrelation:
    """One form of the coefficient with the F test of "no difference between targets" and a two-sided interval.

    ``value`` can be negative: raters then agree less than by chance. For an average it has no lower end (``-inf``).
    """

    form: IccForm
    value: float
    F: float
    df1: float
    df2: float
    p: float
    lower: float
    upper: float
    confidence: float
    n_targets: int
    n_raters: int


def mean_squares(table: npt.ArrayLike) -> MeanSquares:
    """The mean squares of a complete targets x raters table, in squared rating points.

    ``table``: at least 2 x 2 finite numbers, one row per target, one column per rater. ``MeasurementError`` where a cell is missing,
    where a number is infinite, or where nothing distinguishes the targets, so that no reliability is defined.
    """
    ratings = np.asarray(table, dtype=np.float64)
    if ratings.ndim != 2 or min(ratings.shape) < 2:
        raise MeasurementError(
            "table_too_small", "At least 2 targets and 2 raters are needed, not a table of shape {shape}", shape=ratings.shape
        )
    missing = int(np.isnan(ratings).sum())
    if missing:
        raise MeasurementError(
            "missing_cells",
            "{missing} ratings are missing: an intraclass correlation needs every rater to rate every target"
            " (Krippendorff's alpha and the Rasch model do not)",
            missing=missing,
        )
    if not np.isfinite(ratings).all():
        raise MeasurementError("not_finite", "Ratings must be finite numbers")
    n, k = ratings.shape
    # Differences are taken before squaring: textbook sums of squares lose all digits on ratings like 1,000,001.
    deviations = ratings - ratings.mean()
    by_target, by_rater = deviations.mean(axis=1), deviations.mean(axis=0)
    rounding = (_ROUNDING * float(np.abs(ratings).max())) ** 2 * ratings.size
    between, raters, residual, within = (
        total if total > rounding else 0.0
        for total in (
            k * float(by_target @ by_target),
            n * float(by_rater @ by_rater),
            float(np.sum((deviations - by_target[:, None] - by_rater) ** 2)),
            float(np.sum((deviations - by_target[:, None]) ** 2)),
        )
    )
    if between == 0 and residual == 0:
        raise MeasurementError("no_variance", "Every rater gave all targets the same rating: there is no difference to be reliable about")
    return MeanSquares(
        targets=between / (n - 1),
        within=within / (n * (k - 1)),
        raters=raters / (k - 1),
        residual=residual / ((n - 1) * (k - 1)),
        n_targets=n,
        n_raters=k,
    )


def icc(table: npt.ArrayLike, *, form: IccForm, confidence: float = 0.95) -> IntraclassCorrelation:
    """The intraclass correlation of a complete targets x raters table in one of the six forms, with test and interval.

    ``ICC1``: every target has its own raters. ``ICC2``: the same raters, a sample of many; severity counts as error. ``ICC3``: these
    raters and no others; severity does not count. A ``k`` behind it: the reliability of the mean over the raters of the table.
    The intervals of ICC1 and ICC3 are exact under normality, that of ICC2 rests on Satterthwaite's degrees of freedom.
    ``MeasurementError`` for what ``mean_squares`` refuses, an unknown form, or a confidence outside (0, 1).

    >>> round(icc([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], form="ICC2").value, 2)
    0.29
    """
    if form not in FORMS:
        raise MeasurementError("unknown_form", "Unknown form {form}: one of {forms}", form=form, forms=", ".join(FORMS))
    if not 0 < confidence < 1:
        raise MeasurementError("confidence", "The confidence must lie between 0 and 1, not {confidence}", confidence=confidence)
    return _coefficient(mean_squares(table), form, confidence)


def icc_all(table: npt.ArrayLike, *, confidence: float = 0.95) -> dict[IccForm, IntraclassCorrelation]:
    """All six forms of one table, by name: the spread between them shows what severity costs and what averaging brings."""
    return {form: icc(table, form=form, confidence=confidence) for form in FORMS}


def _coefficient(squares: MeanSquares, form: IccForm, confidence: float) -> IntraclassCorrelation:
    """All six are one ratio of mean squares. Without rater effects (ICC1, ICC3) the raters' mean square is the error's own."""
    n, k = squares.n_targets, squares.n_raters
    averaged = form.endswith("k")
    between = squares.targets
    error = squares.within if form.startswith("ICC1") else squares.residual
    raters = squares.raters if form.startswith("ICC2") else error
    df1 = float(n - 1)
    df2 = float(n * (k - 1) if form.startswith("ICC1") else (n - 1) * (k - 1))
    error_df = _satterthwaite(squares) if form.startswith("ICC2") else df2
    tail = (1 + confidence) / 2
    shrink, stretch = float(fdtri(df1, error_df, tail)), float(fdtri(error_df, df1, tail))
    ratio = between / error if error else math.inf
    return IntraclassCorrelation(
        form=form,
        value=_ratio(between, raters, error, n, k, averaged),
        F=ratio,
        df1=df1,
        df2=df2,
        p=float(fdtrc(df1, df2, ratio)),
        lower=_ratio(between, shrink * raters, shrink * error, n, k, averaged),
        upper=_ratio(stretch * between, raters, error, n, k, averaged),
        confidence=confidence,
        n_targets=n,
        n_raters=k,
    )


def _ratio(between: float, raters: float, error: float, n: int, k: int, averaged: bool) -> float:
    """Variance of targets over the variance of a rating (or of a mean rating), times the same constant."""
    total = between + (raters - error) / n if averaged else between + (k - 1) * error + k * (raters - error) / n
    # Targets that differ less than their errors would have it: the coefficient of a mean falls without end.
    return (between - error) / total if total > 0 else -math.inf


def _satterthwaite(squares: MeanSquares) -> float:
    """The degrees of freedom of ICC2's error, a sum of the mean squares of raters and residual (McGraw & Wong 1996, table 7)."""
    n, k = squares.n_targets, squares.n_raters
    single = _ratio(squares.targets, squares.raters, squares.residual, n, k, averaged=False)
    # A negative estimate of a variance must not turn a weight negative: its degrees of freedom could then be zero.
    share = max(single, 0.0)
    weight_of_raters = k * share
    weight_of_error = n * (1 - share) + k * share * (n - 1)
    by_raters, by_error = weight_of_raters * squares.raters, weight_of_error * squares.residual
    if by_raters + by_error == 0:
        return float((n - 1) * (k - 1))
    return (by_raters + by_error) ** 2 / (by_raters**2 / (k - 1) + by_error**2 / ((n - 1) * (k - 1)))
