"""The words of a rating report: what facets are called, what findings mean, how sure an order is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from talimger.shell.charts.dots import shown

if TYPE_CHECKING:  # pages say findings too, and load no numbers library
    from talimger.core.measurement.results import Finding

# Columns that rating files usually have, in English and in Russian.
_ITEMS = frozenset({"item", "items", "criterion", "criteria", "task", "indicator", "пункт", "критерий", "задание", "показатель"})
_METHODS = frozenset({"method", "methods", "station", "метод", "станция"})
# From these reliabilities on a sentence holds (Nunnally 1978; Fisher 1992).
_SURE, _GOOD, _FAIR = 0.9, 0.8, 0.7
# As many names as a sentence can take.
_MOST_NAMES = 8


def amount(value: int) -> str:
    """A count with its thousands apart."""
    return number_format(value, force_grouping=True)


def people() -> str:
    return pgettext("facet", "People")


def facet_title(name: str, *, is_assessor: bool = False) -> str:
    """What a facet is called: assessors, items and methods in the reader's language, everything else as its column."""
    if is_assessor:
        return pgettext("facet", "Assessors")
    folded = name.strip().casefold()
    if folded in _ITEMS:
        return pgettext("facet", "Items")
    return pgettext("facet", "Methods") if folded in _METHODS else name


def names(labels: list[str]) -> str:
    """Names in a row; of many the first few and how many more."""
    shown = ", ".join(labels[:_MOST_NAMES])
    rest = len(labels) - _MOST_NAMES
    if rest <= 0:
        return shown
    return ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", rest) % {"names": shown, "count": amount(rest)}


def _extreme(fields: Mapping[str, Any]) -> str:
    labels = [str(label) for label in fields["labels"]]
    return _("Only the lowest or only the highest rating: %(names)s. Where they really stand cannot be known.") % {"names": names(labels)}


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "not_converged": lambda fields: _("The calculation did not settle. Do not decide by these numbers."),
    "disconnected": lambda fields: (
        _(
            "The ratings fall into %(count)s parts that share neither people nor assessors. Within a part people can be compared, across"
            " parts they cannot."
        )
        % {"count": amount(fields["parts"])}
    ),
    "extreme_elements": _extreme,
    "unused_categories": lambda fields: _("Nobody gave the rating %(ratings)s.") % {"ratings": ", ".join(map(str, fields["categories"]))},
    "disordered_thresholds": lambda fields: _(
        "Some rating is nowhere the most likely one. Fewer steps, or clearer words for them, would measure better."
    ),
    "no_differences": lambda fields: _("The ratings show no difference between people beyond chance."),
    "dimensions_few_persons": lambda fields: (
        _("There are too few people (%(count)s) to measure several competencies apart: they were measured as one.")
        % {"count": amount(fields["persons"])}
    ),
    "dimensions_few_ratings": lambda fields: (
        _("“%(name)s” has too few ratings of each person to be measured apart: all competencies were measured as one.")
        % {"name": fields["dimension"]}
    ),
    "dimensions_not_told_apart": lambda fields: _("The ratings do not tell the competencies apart: they were measured as one."),
}


def finding_words(finding: Finding) -> str:
    """A finding in the reader's language; one that this version does not know yet, in its own words."""
    return said_finding(finding.code, finding.fields, finding.words)


def said_finding(code: str, fields: Mapping[str, Any], words: str) -> str:
    """A finding that was kept as its code, its fields and its English words."""
    sentence = _SENTENCES.get(code)
    return sentence(fields) if sentence else words


# What the model says to ratings that it cannot take. Mistakes of a caller (a column that does not exist, say) never reach a reader.
_REFUSALS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "no_ratings": lambda fields: _("There is no rating in this column that can be used. Is it the right column?"),
    "not_whole": lambda fields: _("Line %(line)s: the rating is not a whole number.") % {"line": fields["line"]},
    "one_category": lambda fields: (
        _("All ratings are %(rating)s. Where nobody differs, nothing can be compared.") % {"rating": fields["rating"]}
    ),
    "too_many_categories": lambda fields: (
        _("Ratings run from %(low)s to %(high)s. That is no rating scale: at most %(most)s steps can be used.")
        % {"low": fields["lowest"], "high": fields["highest"], "most": fields["most"]}
    ),
}


def refusal_words(code: str, fields: Mapping[str, Any]) -> str:
    """Why ratings could not be measured, in the reader's language."""
    sentence = _REFUSALS.get(code)
    return sentence(fields) if sentence else _("These ratings cannot be computed. Look at the columns again.")


def gap_words(*, strict: str, lenient: str, gap: float, low: int, high: int) -> str:
    """How far the strictest and the most lenient assessor are apart."""
    return _(
        "For the same work %(strict)s gives %(gap)s points less than %(lenient)s, on a scale from %(low)s to %(high)s. Fair scores"
        " take this difference out."
    ) % {"strict": strict, "lenient": lenient, "gap": shown(gap), "low": low, "high": high}


def finding_of_severity(*, converged: bool, parts: int, gap: float, anybody_stands_out: bool) -> str:
    """The most important sentence about the assessors."""
    if not converged:
        return _("The calculation did not settle: do not decide by these numbers")
    if parts > 1:
        return ngettext(
            "People can be compared only within %(count)s part, not across",
            "People can be compared only within %(count)s parts, not across",
            parts,
        ) % {"count": amount(parts)}
    if not anybody_stands_out:
        return _("No assessor is stricter or more lenient than colleagues for sure")
    return _("From the most lenient to the strictest assessor it is %(gap)s points") % {"gap": shown(gap)}


def verdict_sentences(labels_by_verdict: Mapping[str, list[str]]) -> list[str]:
    """Whose ratings fit badly, one sentence for each way of it."""
    sentences = {
        "erratic": _("Unpredictable: %(names)s. Talk about what they look at; their ratings surprise compared with colleagues'."),
        "uniform": _("Too uniform: %(names)s. They hardly use the scale, or rate all items of a person alike."),
    }
    return [words % {"names": names(labels)} for kind, words in sentences.items() if (labels := labels_by_verdict.get(kind))]


def reliability_words(reliability: float) -> str:
    """What an order of people is worth."""
    if reliability >= _SURE:
        return _("The order of people can be relied on; neighbours may still change places.")
    if reliability >= _GOOD:
        return _("Strong, middling and weak people are well told apart; neighbours are not.")
    if reliability >= _FAIR:
        return _("The ratings tell a stronger half from a weaker half, not more.")
    return _("The ratings hardly tell people apart: do not decide by this order alone.")


def verdict_words(verdict: str) -> str:
    """What is said about an assessor whose ratings fit badly."""
    return {"erratic": _("unpredictable"), "uniform": _("too uniform")}.get(verdict, "")


def reading_guide() -> list[tuple[str, str]]:
    """How to read the report, for who has never met such a model: terms and what they mean."""
    return [
        (
            _("Fair score"),
            _(
                "What a person would get on the same scale from an average assessor on average items. Two people with the same fair"
                " score did equally well, even if one met stricter assessors."
            ),
        ),
        (
            _("Strictness in points"),
            _(
                "How many points less an assessor gives for the same work than colleagues do on average. +0.4 is stricter by 0.4 points,"
                " −0.4 more lenient. Being strict is no fault: the fair score takes it out."
            ),
        ),
        (
            _("Likely between"),
            _(
                "No number is exact. The true value lies between these limits 95 times of 100. Where the limits of two people overlap"
                " widely, the ratings do not say who is better."
            ),
        ),
        (
            _("Logit and ruler"),
            _(
                "The ruler on which the model measures everything. A person one logit above an item's step takes it 73 times of 100, at"
                " the same place 50 times of 100."
            ),
        ),
        (
            _("Infit and outfit"),
            _(
                "How predictable ratings are; 1 is as expected. Far above 1: unpredictable, the assessor may look at something else than"
                " colleagues. Far below 1: too uniform, the assessor hardly uses the scale or copies. Outfit is moved by single"
                " surprises, infit is not."
            ),
        ),
        (
            _("Reliability"),
            _("How much of the difference between people is real and not chance, from 0 to 1. From 0.8 on people can be compared."),
        ),
        (
            _("What the model cannot do"),
            _(
                "It removes constant strictness, not friendship, prejudice or a bad question. It helps people who decide and does not"
                " decide for them."
            ),
        ),
    ]
