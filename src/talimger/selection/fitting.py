"""From ratings to fair scores. Loads numpy and scipy: import it inside a job, never in a web process."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from talimger import __version__
from talimger.core.measurement import FacetsFit, MeasurementError, connectivity, fit_mfrm
from talimger.core.measurement.ratings import Floats
from talimger.core.measurement.scale import expected_rating
from talimger.selection.queries import ScoreInput

# How many standard errors to either side hold the score 95 times in 100.
RANGE = 1.96
SOFTWARE = f"talimger {__version__}, numpy {np.__version__}, scipy {scipy.__version__}"


@dataclass(frozen=True)
class FittedScore:
    """The fair score of one candidate: on the ruler of the model, and on the scale of the ratings with its range."""

    candidate: int
    measure: float
    se: float
    score: float
    low: float
    high: float
    ratings: int
    part: int


@dataclass(frozen=True)
class Fitted:
    """What a computation says. Nothing could be computed: ``deviance`` is ``None`` and ``reason`` says why."""

    scores: tuple[FittedScore, ...] = ()
    engine: str = ""
    converged: bool = False
    reason: str = ""
    deviance: float | None = None
    reliability: float | None = None
    population_mean: float | None = None
    population_sd: float | None = None
    findings: tuple[str, ...] = ()
    parts: int = 1


def fit_scores(given: ScoreInput) -> Fitted:
    """What an average assessor would have given each candidate on an average item. The same input gives the same answer.

    Ratings that carry no answer are an answer, too: no scores, and the reason as a code.
    """
    candidates, assessors, items, levels = zip(*given.ratings, strict=True) if given.ratings else ((), (), (), ())
    columns = {"candidate": candidates, "assessor": assessors, "item": items, "rating": levels}
    try:
        fit = fit_mfrm(columns, person="candidate", facets=["assessor", "item"])
    except MeasurementError as error:
        return Fitted(reason=error.code)
    population = fit.population[fit.dimensions[0]]
    scores = _scores(fit, given.scored)
    return Fitted(
        scores=scores,
        engine=fit.engine,
        converged=fit.converged,
        reason=fit.reason[:200],
        deviance=float(fit.deviance),
        reliability=float(fit.reliability[fit.dimensions[0]]),
        population_mean=population.mean,
        population_sd=population.sd,
        findings=tuple(finding.code for finding in fit.warnings),
        parts=max((score.part for score in scores), default=1),
    )


def _scores(fit: FacetsFit, scored: frozenset[int]) -> tuple[FittedScore, ...]:
    person, cumulative, lowest = fit.person(), fit.cumulative[""], fit.table.lowest

    def on_scale(measure: Floats) -> Floats:
        # Rounding may carry a score at the very end of the scale past it by a hair.
        return np.clip(expected_rating(measure, cumulative, lowest), lowest, lowest + cumulative.size - 1)

    score = on_scale(person.measure)
    low = np.minimum(on_scale(person.measure - RANGE * person.se), score)
    high = np.maximum(on_scale(person.measure + RANGE * person.se), score)
    parts = connectivity(fit.table).part_of_person
    chosen = [place for place, label in enumerate(person.labels) if int(label) in scored]
    # Only the parts in which somebody has a score are told apart, the largest first.
    numbers = {part: number for number, part in enumerate(sorted({int(parts[place]) for place in chosen}), start=1)}
    return tuple(
        FittedScore(
            candidate=int(person.labels[place]),
            measure=float(person.measure[place]),
            se=float(person.se[place]),
            score=float(score[place]),
            low=float(low[place]),
            high=float(high[place]),
            ratings=int(person.n[place]),
            part=numbers[int(parts[place])],
        )
        for place in chosen
    )
