"""What a result says in plain words, the most important first."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talimger.analysis.result import SURE, Cut, Part, Placed, Result
from talimger.analysis.words import (
    amount,
    finding_of_severity,
    gap_words,
    names,
    reliability_words,
    said_finding,
    verdict_sentences,
)
from talimger.shell.charts.dots import shown

# Parts that get pictures and lists of their own; the rest is counted.
MOST_PARTS = 6
_MOST_NAMED = 30


def finding(result: Result, cut: Cut | None) -> str:
    """The headline: how many people stand on the wrong side of the cut, else what is known of the assessors."""
    severity = finding_of_severity(
        converged=result.data["converged"],
        parts=len(result.data["parts"]),
        gap=result.parts[0].gap,
        anybody_stands_out=result.parts[0].anybody_stands_out,
    )
    if result.is_whole and result.data["converged"] and not result.tells_people_apart:
        return said_finding("no_differences", {}, "").rstrip(".")
    if cut is None or not cut.changed or not result.data["converged"]:
        return severity
    if cut.top == result.third:
        words = ngettext("%(count)s person would fall into another third", "%(count)s people would fall into another third", cut.changed)
    else:
        words = ngettext(
            "%(count)s person would stand on the other side of the line",
            "%(count)s people would stand on the other side of the line",
            cut.changed,
        )
    return words % {"count": amount(cut.changed)}


def size(result: Result) -> str:
    """How many people, assessors and ratings it rests on."""
    ratings, assessors = result.data["ratings"], len(result.data["assessors"]["label"])
    words = (
        people_words(result.count),
        ngettext("%(count)s assessor", "%(count)s assessors", assessors) % {"count": amount(assessors)},
        ngettext("%(count)s rating", "%(count)s ratings", ratings) % {"count": amount(ratings)},
    )
    return " · ".join(words)


def people_words(count: int) -> str:
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": amount(count)}


def lead(result: Result, cut: Cut | None) -> list[str]:
    """What the headline rests on."""
    found = []
    if cut is not None and not cut.changed:
        found.append(_("The first %(top)s are the same people by fair score and by plain mean.") % {"top": amount(cut.top)})
    elif cut is not None and cut.close == cut.changed:
        found.append(_("All of these are too close to call: the ratings do not say who is better."))
    elif cut is not None and cut.close:
        found.append(
            ngettext(
                "%(count)s of these is too close to call: the ratings do not say who is better.",
                "%(count)s of these are too close to call: the ratings do not say who is better.",
                cut.close,
            )
            % {"count": amount(cut.close)}
        )
    if result.is_whole:
        marks = result.parts[0].strip["marks"]
        low, high = result.data["scale"]
        found.append(gap_words(strict=marks[-1][0], lenient=marks[0][0], gap=result.parts[0].gap, low=low, high=high))
    else:
        found.append(_("Nothing links the parts, so nobody can say whose ratings were stricter: comparison not possible."))
    return found


def reliability(result: Result) -> str:
    """How far the order can be trusted; empty where there is no order of all."""
    value = result.data["reliability"]
    if not result.is_whole or value is None:
        return ""
    return f"{_('Reliability is %(value)s.') % {'value': shown(value, 2)}} {reliability_words(value)}"


def warnings(result: Result) -> list[str]:
    """What to know before the result is used."""
    # What the headline says is not said again.
    said = {"no_differences"} if result.is_whole else set()
    found = [said_finding(each["code"], each["fields"], each["words"]) for each in result.data["findings"] if each["code"] not in said]
    found += verdict_sentences(result.data["verdicts"])
    left_out, empty = result.data["left_out"], result.data["empty"]
    if left_out:
        words = ngettext("%(count)s rating was left out.", "%(count)s ratings were left out.", left_out)
        found.append(words % {"count": amount(left_out)})
    if empty:
        words = ngettext("%(count)s cell without a rating was skipped.", "%(count)s cells without a rating were skipped.", empty)
        found.append(words % {"count": amount(empty)})
    return found


def ties_left_out(result: Result) -> str:
    """What the network leaves out, in words; empty if nothing."""
    network = result.data["network"]
    drawn, every = len(network["ties"]), network["all_ties"]
    if not drawn or drawn == every:
        return ""
    return _("Only the strongest ties are drawn: %(drawn)s of %(total)s.") % {"drawn": amount(drawn), "total": amount(every)}


def parts(result: Result) -> list[tuple[tuple[int, str, str], Part]]:
    """Parts that nothing links: their number, who rated there, how many people; the largest ones."""
    found = []
    for part in result.parts[:MOST_PARTS]:
        assessors = names([label for label, *_numbers in part.strip["marks"]])
        found.append(((part.number, assessors, people_words(len(part.persons))), part))
    return found


@dataclass(frozen=True)
class Side:
    """People who change sides in one direction."""

    title: str
    people: list[SaidPlaced]
    more: int = 0
    """How many are not named here."""


@dataclass(frozen=True)
class SaidPlaced:
    """One of them, in words."""

    label: str
    facts: str
    verdict: str
    chance: str
    too_close: bool


def sides(cut: Cut) -> list[Side]:
    """Whom the plain mean left out and whom it took in, the surest first."""
    found = [
        (
            _("Left out by the plain mean, in by fair score"),
            sorted(cut.comes_in, key=lambda each: -each.chance),
        ),
        (
            _("Taken in by the plain mean, out by fair score"),
            sorted(cut.goes_out, key=lambda each: each.chance),
        ),
    ]
    return [
        Side(title, [_said(each) for each in people[:_MOST_NAMED]], max(0, len(people) - _MOST_NAMED)) for title, people in found if people
    ]


def _said(placed: Placed) -> SaidPlaced:
    person = placed.person
    facts = _("Place %(fair)s by fair score, %(mean)s by plain mean. Fair score %(score)s, plain mean %(plain)s.") % {
        "fair": amount(person.place),
        "mean": person.mean_places,
        "score": shown(person.fair, 2),
        "plain": shown(person.mean, 2),
    }
    return SaidPlaced(person.label, facts, verdict_of(placed.chance), chance_words(placed.chance), placed.too_close)


def verdict_of(chance: float) -> str:
    """Which side somebody truly stands on, as far as the ratings tell."""
    if chance >= SURE:
        return _("almost surely in")
    return _("almost surely out") if chance <= 1 - SURE else _("too close to call")


def chance_words(chance: float) -> str:
    """A chance as so many of a hundred."""
    hundred = round(chance * 100)
    if hundred > 99:
        return _("more than 99 of 100")
    return _("%(count)s of 100") % {"count": hundred} if hundred else _("fewer than 1 of 100")
