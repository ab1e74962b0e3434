"""How well measures tell their elements apart: separation, reliability and strata."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from talimger.core.measurement.errors import MeasurementError
from talimger.core.measurement.ratings import Floats


@dataclass(frozen=True)
class Separation:
    """``separation`` G is the true spread in units of the error, ``reliability`` G² / (1 + G²), ``strata`` (4 G + 1) / 3.

    ``chi_square`` with ``df`` and ``p`` tests whether all elements could be alike.
    """

    observed_sd: float
    true_sd: float
    rmse: float
    separation: float
    reliability: float
    strata: float
    chi_square: float
    df: int
    p: float


def separation_reliability(measure: Floats, se: Floats) -> Separation:
    """Separation of measures with standard errors, arrays of one length (Wright & Masters 1982; Wright 1996).

    The measures must not have been drawn to their average, for the error would be taken off twice: for persons' posterior means take
    the fit's ``reliability``, or Warm's estimates of ``fit_statistics(fit).residuals``. Raises ``MeasurementError`` for fewer than
    two measures with an error above zero.

    >>> found = separation_reliability(np.array([-1.0, 0.0, 1.0]), np.array([0.5, 0.5, 0.5]))
    >>> round(found.separation, 3), round(found.reliability, 3), round(found.strata, 3)
    (1.732, 0.75, 2.643)
    """
    measure, se = np.asarray(measure, dtype=np.float64), np.asarray(se, dtype=np.float64)
    known = np.isfinite(measure) & np.isfinite(se) & (se > 0)
    if known.sum() < 2:
        raise MeasurementError("too_few_measures", "Separation needs at least two measures with a standard error.")
    measure, se = measure[known], se[known]
    observed, error = float(measure.var(ddof=1)), float((se**2).mean())
    true = max(observed - error, 0.0)
    separation = float(np.sqrt(true / error))
    weight = se**-2
    chi_square = float((weight * (measure - (weight * measure).sum() / weight.sum()) ** 2).sum())
    df = int(measure.size - 1)
    return Separation(
        observed_sd=float(np.sqrt(observed)),
        true_sd=float(np.sqrt(true)),
        rmse=float(np.sqrt(error)),
        separation=separation,
        reliability=true / observed if observed > 0 else 0.0,
        strata=strata(separation),
        chi_square=chi_square,
        df=df,
        p=float(special.chdtrc(df, chi_square)),
    )


def strata(separation: float) -> float:
    """How many levels, three standard errors apart, the measures distinguish (Fisher 1992).

    >>> strata(2.0)
    3.0
    """
    return (4 * separation + 1) / 3
