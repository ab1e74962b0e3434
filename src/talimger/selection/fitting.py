"""From ratings to fair scores. Loads numpy and scipy: import it inside a job, never in a web process."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy

from talimger import __version__
from talimger.core.measurement import (
    Connectivity,
    DecisionConfidence,
    FacetsFit,
    MeasurementError,
    Measures,
    adverse_impact,
    connectivity,
    decision_confidence,
    fit_mfrm,
    fit_statistics,
    next_ratings,
)
from talimger.core.measurement.ratings import Floats
from talimger.core.measurement.scale import expected_rating
from talimger.selection.queries import ScoreInput
from talimger.selection.queries.fairness import FIELDS, Counted

# How many standard errors to either side hold the score 95 times in 100.
RANGE = 1.96
SOFTWARE = f"talimger {__version__}, numpy {np.__version__}, scipy {scipy.__version__}"
# Whom one could ask for a further rating of each of these candidates.
Raters = Callable[[Collection[int]], Mapping[int, frozenset[int]]]


@dataclass(frozen=True)
class FittedScore:
    """The fair score of one candidate: on the ruler of the model, and on the scale of the ratings with its range.

    ``chance`` is that of belonging above the line; ``None`` where there is no line.
    """

    candidate: int
    measure: float
    se: float
    score: float
    low: float
    high: float
    ratings: int
    part: int
    rank: int | None = None
    chance: float | None = None
    too_close: bool = False


@dataclass(frozen=True)
class FittedSeverity:
    """How much less (above zero) an assessor gives than colleagues do, in points of the scale, for an average candidate."""

    assessor: int
    measure: float
    se: float
    points: float
    low: float
    high: float
    infit: float | None
    ratings: int


@dataclass(frozen=True)
class FittedReliability:
    """How well the ratings of one competency, as they were collected, tell candidates apart, and with one rater more."""

    competency: int
    reliability: float | None
    raters: float
    with_one_more: float | None


@dataclass(frozen=True)
class FittedHelp:
    """A further rating: of whom, by whom, and by how much it makes a wrong decision less likely."""

    candidate: int
    assessor: int
    gain: float


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
    severities: tuple[FittedSeverity, ...] = ()
    reliabilities: tuple[FittedReliability, ...] = ()
    helpful: tuple[FittedHelp, ...] = ()


def fit_scores(given: ScoreInput, *, competencies: Mapping[int, int] | None = None, raters: Raters | None = None) -> Fitted:
    """What an average assessor would have given each candidate on an average item. The same input gives the same answer.

    ``competencies`` tells to which competency an item belongs, ``raters`` whom one could ask for more. Ratings that carry no answer
    are an answer, too: no scores, and the reason as a code.
    """
    try:
        fit = _fit(given.ratings)
    except MeasurementError as error:
        return Fitted(reason=error.code)
    population = fit.population[fit.dimensions[0]]
    network = connectivity(fit.table)
    scores, confidence = _ordered(fit, _scores(fit, network, given.scored), given)
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
        severities=_severities(fit, network),
        reliabilities=_reliabilities(fit, given, competencies or {}),
        helpful=_helpful(fit, confidence, scores, raters) if confidence is not None and raters is not None else (),
    )


def _fit(ratings: Collection[tuple[int, int, int, int]]) -> FacetsFit:
    candidates, assessors, items, levels = zip(*ratings, strict=True) if ratings else ((), (), (), ())
    columns = {"candidate": candidates, "assessor": assessors, "item": items, "rating": levels}
    return fit_mfrm(columns, person="candidate", facets=["assessor", "item"])


def _on_scale(fit: FacetsFit, measure: Floats) -> Floats:
    cumulative, lowest = fit.cumulative[""], fit.table.lowest
    # Rounding may carry a score at the very end of the scale past it by a hair.
    return np.clip(expected_rating(measure, cumulative, lowest), lowest, lowest + cumulative.size - 1)


def _scores(fit: FacetsFit, network: Connectivity, scored: frozenset[int]) -> tuple[FittedScore, ...]:
    person = fit.person()
    score = _on_scale(fit, person.measure)
    low = np.minimum(_on_scale(fit, person.measure - RANGE * person.se), score)
    high = np.maximum(_on_scale(fit, person.measure + RANGE * person.se), score)
    parts = network.part_of_person
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


def _ordered(
    fit: FacetsFit, scores: tuple[FittedScore, ...], given: ScoreInput
) -> tuple[tuple[FittedScore, ...], DecisionConfidence | None]:
    """The scores with their place in the order and the chance of belonging above the line.

    Only those who compete have a place. Between parts nothing is compared, so that several parts have no common line.
    """
    ranks: dict[int, int] = {}
    for part in {score.part for score in scores}:
        own = [score for score in scores if score.part == part and score.candidate not in given.out]
        own.sort(key=lambda score: (-score.measure, score.candidate))
        ranks.update({score.candidate: place for place, score in enumerate(own, start=1)})
    scores = tuple(replace(score, rank=ranks.get(score.candidate)) for score in scores)
    competing = [score for score in scores if score.rank is not None]
    if not given.places or not competing or any(score.part > 1 for score in scores):
        return scores, None
    if given.places >= len(competing):
        return tuple(replace(score, chance=1.0) if score.rank is not None else score for score in scores), None
    measure, se = (np.array([getattr(score, name) for score in competing]) for name in ("measure", "se"))
    found = decision_confidence(measure, se, places=given.places)
    place = {score.candidate: number for number, score in enumerate(competing)}
    told = tuple(
        replace(score, chance=float(found.chance[at]), too_close=bool(found.too_close[at]))
        if (at := place.get(score.candidate)) is not None
        else score
        for score in scores
    )
    close = {score.candidate for score in told if score.too_close}
    of_all = np.array([int(label) in close for label in fit.person().labels])
    return told, replace(found, chance=np.full(of_all.size, np.nan), too_close=of_all)


def _severities(fit: FacetsFit, network: Connectivity) -> tuple[FittedSeverity, ...]:
    """Nobody's where the ratings fall into parts: who met other people's candidates only cannot be compared with them."""
    if not network.is_connected:
        return ()
    assessors, infit = fit.facets["assessor"], fit_statistics(fit).facets["assessor"].infit
    mean = fit.population[fit.dimensions[0]].mean

    def points(measure: Floats) -> Floats:
        return _on_scale(fit, np.full(len(assessors), mean)) - _on_scale(fit, mean - measure)

    middle, low, high = (points(assessors.measure + sign * RANGE * assessors.se) for sign in (0, -1, 1))
    return tuple(
        FittedSeverity(
            assessor=int(label),
            measure=float(assessors.measure[place]),
            se=float(assessors.se[place]),
            points=float(middle[place]),
            low=float(low[place]),
            high=float(high[place]),
            infit=float(infit[place]) if np.isfinite(infit[place]) else None,
            ratings=int(assessors.n[place]),
        )
        for place, label in enumerate(assessors.labels)
    )


def _reliabilities(fit: FacetsFit, given: ScoreInput, competencies: Mapping[int, int]) -> tuple[FittedReliability, ...]:
    """How far raters of a competency agree on who is better, once their severity and the items' difficulty are taken out."""
    mean = fit.population[fit.dimensions[0]].mean
    severity, difficulty = ({int(label): float(at) for label, at in zip(each.labels, each.measure, strict=True)} for each in _facets(fit))
    pairs = sorted({(assessor, item) for _candidate, assessor, item, _level in given.ratings})
    average = _on_scale(fit, np.array([mean - severity[assessor] - difficulty[item] for assessor, item in pairs]))
    expected = dict(zip(pairs, average, strict=True))
    seen: dict[int, dict[int, dict[int, list[float]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for candidate, assessor, item, level in given.ratings:
        if item in competencies:
            seen[competencies[item]][candidate][assessor].append(level - float(expected[assessor, item]))
    return tuple(
        _reliability(competency, [[float(np.mean(values)) for values in raters.values()] for raters in candidates.values()])
        for competency, candidates in sorted(seen.items())
    )


def _facets(fit: FacetsFit) -> tuple[Measures, Measures]:
    return fit.facets["assessor"], fit.facets["item"]


def _reliability(competency: int, groups: Sequence[Sequence[float]]) -> FittedReliability:
    """One-way intraclass correlation with unequal numbers of raters, of their mean (Shrout & Fleiss 1979).

    One rater more follows by the formula of Spearman (1910) and Brown (1910).
    """
    sizes = np.array([len(group) for group in groups], dtype=np.float64)
    raters, number = float(sizes.mean()), float(sizes.sum())
    if len(groups) < 2 or number <= len(groups):
        return FittedReliability(competency, None, raters, None)
    means = np.array([np.mean(group) for group in groups])
    whole = float((sizes * means).sum()) / number
    between = float((sizes * (means - whole) ** 2).sum()) / (len(groups) - 1)
    within = sum(float(((np.array(group) - at) ** 2).sum()) for group, at in zip(groups, means, strict=True)) / (number - len(groups))
    usual = (number - float((sizes**2).sum()) / number) / (len(groups) - 1)
    spread = between + (usual - 1) * within
    if spread <= 0:
        return FittedReliability(competency, None, raters, None)
    single = max((between - within) / spread, 0.0)
    found, more = (count * single / (1 + (count - 1) * single) for count in (raters, raters + 1))
    return FittedReliability(competency, found, raters, more)


def _helpful(fit: FacetsFit, confidence: DecisionConfidence, scores: tuple[FittedScore, ...], raters: Raters) -> tuple[FittedHelp, ...]:
    """For each who is too close to call, the rating that makes a wrong decision least likely, the most helpful one first."""
    close = [score.candidate for score in scores if score.too_close]
    labels = fit.person().labels
    found = []
    for candidate, people in raters(close).items():
        alone = replace(confidence, too_close=np.array([label == str(candidate) for label in labels]))
        best = next_ratings(fit, alone, most=1, by=[str(person) for person in people])
        found += [FittedHelp(candidate, int(each.elements["assessor"]), each.gain) for each in best]
    return tuple(sorted(found, key=lambda each: (-each.gain, each.candidate)))


# A count of fewer people than this is never kept, nor one from which it could be worked out.
LEAST_SHOWN = 5


def fairness_report(stages: Sequence[Counted]) -> list[dict[str, Any]]:
    """Selection rates by group at each stage, and whether a group is let through so rarely that somebody has to look.

    What is returned is what may be shown: small counts are gone from it, and a group alone in being hidden hides another one.
    """
    return [{"stage": each.stage, "fields": [_impact_by(name, each) for name in FIELDS]} for each in stages]


def _impact_by(name: str, stage: Counted) -> dict[str, Any]:
    selected = [chosen for chosen, _answers in stage.people]
    groups = [answers[name] or None for _chosen, answers in stage.people]
    sizes = Counter("" if group is None else group for group in groups)
    hidden = _hidden(sizes)
    shown: dict[str, Any] = {"field": name, "groups": [], "left_out": None if "" in hidden else sizes[""], "verdict": "too_few_to_say"}
    try:
        impact = adverse_impact(selected, groups)
    except MeasurementError:
        shown["groups"] = [{"label": label, "n": None if label in hidden else sizes[label]} for label in sorted(sizes) if label]
        return shown
    shown["verdict"], shown["reference"] = impact.verdict, impact.reference.label
    compared = {each.group.label: each for each in impact.comparisons}
    reference_told = _rate_told(impact.reference.selected, impact.reference.n, impact.reference.label in hidden)
    for rate in impact.groups:
        told = _rate_told(rate.selected, rate.n, rate.label in hidden)
        group: dict[str, Any] = {"label": rate.label, "n": None if rate.label in hidden else rate.n, "rate": rate.rate if told else None}
        if rate.label in compared:
            each = compared[rate.label]
            group["verdict"] = each.verdict
            # A ratio with its exact interval gives both counts away.
            if told and reference_told and each.ratio is not None and np.isfinite([each.ratio, each.upper]).all():
                group |= {"ratio": each.ratio, "lower": each.lower, "upper": each.upper}
        shown["groups"].append(group)
    return shown


def _hidden(sizes: Mapping[str, int]) -> frozenset[str]:
    small = {label for label, number in sizes.items() if 0 < number < LEAST_SHOWN}
    others = sorted((number, label) for label, number in sizes.items() if label not in small and number)
    if len(small) == 1 and others:
        small.add(others[0][1])
    return frozenset(small)


def _rate_told(selected: int, n: int, is_hidden: bool) -> bool:
    return not is_hidden and all(count == 0 or count >= LEAST_SHOWN for count in (selected, n - selected))
