"""The first decisions of the demo, taken by the officer through the command, so that each has its letter."""

from __future__ import annotations

import random
from collections.abc import Sequence

from django.db.models import Avg

from talimger.demo.calendar import DemoCalendar
from talimger.demo.content import Words
from talimger.demo.staff import Staff
from talimger.selection.commands import decide
from talimger.selection.models import REASONS, Candidate, Decision, Rating, RatingSheet

Outcome = Decision.Outcome
# From the strongest candidates, the middle and the weakest: so many of each, and from each language in turn.
FIRST_DECISIONS = ((Outcome.ACCEPT, 4), (Outcome.RESERVE, 2), (Outcome.NOT_NOW, 2))


def decide_first(staff: Staff, complete: Sequence[int], words: Words, calendar: DemoCalendar, rng: random.Random) -> None:
    """Decide about eight of the candidates whose sheets are all locked."""
    officer = staff.people["officer"]
    ranked = _ranked(complete)
    for place, (outcome, candidate) in enumerate(_chosen(ranked)):
        reasons = [reason for reason in REASONS[outcome] if reason != Decision.Reason.WITHDREW]
        decide(
            actor=staff.acting("officer", calendar.days_ago(2 - place // 5, 10 + place % 5, rng.randrange(60))),
            candidate=candidate,
            outcome=outcome,
            reason=rng.choice(reasons),
            comment=words.comments[outcome][officer.language][place % 4],
        )


def _ranked(complete: Sequence[int]) -> list[Candidate]:
    """The complete candidates, the highest raw mean first."""
    ratings = Rating.objects.filter(sheet__candidate__in=complete, sheet__state=RatingSheet.State.LOCKED)
    means = dict(ratings.values_list("sheet__candidate").annotate(Avg("level")))
    return sorted(Candidate.objects.filter(pk__in=complete), key=lambda each: (-means[each.pk], each.number))


def _chosen(ranked: list[Candidate]) -> list[tuple[str, Candidate]]:
    middle = len(ranked) // 2
    sources = {Outcome.ACCEPT: ranked[:middle], Outcome.RESERVE: ranked[middle:], Outcome.NOT_NOW: ranked[::-1]}
    chosen: list[tuple[str, Candidate]] = []
    for outcome, number in FIRST_DECISIONS:
        for place in range(number):
            language = ("kk", "ru")[place % 2]
            taken = {candidate.pk for _outcome, candidate in chosen}
            free = [candidate for candidate in sources[outcome] if candidate.pk not in taken]
            chosen.append((outcome, next((each for each in free if each.language == language), free[0])))
    return chosen
