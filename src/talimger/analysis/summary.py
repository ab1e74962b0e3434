"""The first page in plain words: the finding, what it rests on, what to know."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talimger.analysis.numbers import FitNumbers, Reading, Severity, verdict
from talimger.analysis.words import amount, facet_title, finding_words, names, people, reliability_words
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
    if not reading.fit.converged:
        return _("The calculation did not settle: do not decide by these numbers")
    if not reading.network.is_connected:
        count = len(reading.network.parts)
        return ngettext(
            "People can be compared only within %(count)s part, not across",
            "People can be compared only within %(count)s parts, not across",
            count,
        ) % {"count": amount(count)}
    severity = reading.severity(reading.groups[0])
    if not any(severity.stands_out):
        return _("No assessor is stricter or more lenient than colleagues for sure")
    return _("From the most lenient to the strictest assessor it is %(gap)s points") % {"gap": shown(_gap(severity))}


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
            _(
                "For the same work %(strict)s gives %(gap)s points less than %(lenient)s, on a scale from %(low)s to %(high)s. Fair scores"
                " take this difference out."
            )
            % {
                "strict": labels[int(severity.places[-1])],
                "lenient": labels[int(severity.places[0])],
                "gap": shown(_gap(severity)),
                "low": int(table.categories[0]),
                "high": int(table.categories[-1]),
            }
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
    found = [finding_words(finding) for finding in reading.fit.warnings]
    fit = statistics.facets[reading.assessor_facet]
    verdicts = [verdict(fit, place) for place in range(len(reading.assessors))]
    for kind, words in (
        ("erratic", _("Unpredictable: %(names)s. Talk about what they look at; their ratings surprise compared with colleagues'.")),
        ("uniform", _("Too uniform: %(names)s. They hardly use the scale, or rate all items of a person alike.")),
    ):
        labels = [label for label, said in zip(reading.assessors.labels, verdicts, strict=True) if said == kind]
        if labels:
            found.append(words % {"names": names(labels)})
    return found


def _method(reading: Reading) -> str:
    fit = reading.fit
    model = _("with steps of their own for every item (partial credit)") if fit.is_partial_credit else _("with one rating scale for all")
    engine = _("quadrature") if fit.engine == "quadrature" else _("Laplace")
    return _(
        "How it was computed: a many-facet Rasch model %(model)s, by marginal maximum likelihood (engine: %(engine)s, rounds: %(rounds)s)."
        " Limits hold the true value 95 times of 100."
    ) % {"model": model, "engine": engine, "rounds": amount(fit.iterations)}
