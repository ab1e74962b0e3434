"""The first page in plain words: the finding, what it rests on, what to know."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from talimger.analysis.numbers import FitNumbers, Reading, Severity, verdict
from talimger.analysis.words import (
    amount,
    facet_title,
    finding_of_severity,
    finding_words,
    gap_words,
    people,
    reliability_words,
    verdict_sentences,
)
from talimger.shell.charts.dots import shown


@dataclass(frozen=True)
class Summary:
    finding: str
    lead: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    method: str


def summary(reading: Reading, statistics: FitNumbers) -> Summary:
    """What the fit says, the most important first."""
    return Summary(
        finding=_finding(reading),
        lead=tuple(_lead(reading)),
        facts=tuple(_facts(reading)),
        warnings=tuple(_warnings(reading, statistics)),
        method=_method(reading),
    )


def _gap(severity: Severity) -> float:
    return float(severity.points[-1] - severity.points[0])


def _finding(reading: Reading) -> str:
    severity = reading.severity(reading.groups[0])
    return finding_of_severity(
        converged=reading.fit.converged,
        parts=len(reading.network.parts),
        gap=_gap(severity),
        anybody_stands_out=any(severity.stands_out),
    )


def _lead(reading: Reading) -> list[str]:
    table = reading.fit.table
    found = []
    if not reading.network.is_connected:
        # Reliability is about an order of everybody, which parts do not have.
        return [_("Nothing links the parts, so nobody can say whose ratings were stricter: comparison not possible.")]
    if len(reading.assessors) > 1:
        severity = reading.severity(reading.groups[0])
        labels = reading.assessors.labels
        found.append(
            gap_words(
                strict=labels[int(severity.places[-1])],
                lenient=labels[int(severity.places[0])],
                gap=_gap(severity),
                low=int(table.categories[0]),
                high=int(table.categories[-1]),
            )
        )
    for name, reliability in reading.fit.reliability.items():
        sentence = _("%(dimension)s: reliability %(value)s.") if name else _("Reliability is %(value)s.")
        found.append(f"{sentence % {'dimension': name, 'value': shown(reliability, 2)}} {reliability_words(reliability)}")
    return found


def _facts(reading: Reading) -> list[tuple[str, str]]:
    table = reading.fit.table
    facts = [(people(), amount(len(table.person)))]
    for factor in table.facets:
        facts.append((facet_title(factor.name, is_assessor=factor.name == reading.assessor_facet), amount(len(factor))))
    facts.append((_("Ratings"), amount(table.size)))
    facts.append((_("Scale"), f"{int(table.categories[0])}–{int(table.categories[-1])}"))
    return facts


def _warnings(reading: Reading, statistics: FitNumbers) -> list[str]:
    return [*(finding_words(finding) for finding in reading.fit.warnings), *verdict_sentences(badly_fitting(reading, statistics))]


def badly_fitting(reading: Reading, statistics: FitNumbers) -> dict[str, list[str]]:
    """The assessors whose ratings are erratic or too uniform beyond doubt, by verdict."""
    fit = statistics.facets[reading.assessor_facet]
    found: dict[str, list[str]] = {}
    for place, label in enumerate(reading.assessors.labels):
        said = verdict(fit, place)
        if said:
            found.setdefault(said, []).append(label)
    return found


def _method(reading: Reading) -> str:
    fit = reading.fit
    model = _("with steps of their own for every item (partial credit)") if fit.is_partial_credit else _("with one rating scale for all")
    engine = _("quadrature") if fit.engine == "quadrature" else _("Laplace")
    return _(
        "How it was computed: a many-facet Rasch model %(model)s, by marginal maximum likelihood (engine: %(engine)s, rounds: %(rounds)s)."
        " Limits hold the true value 95 times of 100."
    ) % {"model": model, "engine": engine, "rounds": amount(fit.iterations)}
