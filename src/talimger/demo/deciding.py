"""The first decisions of the demo, taken by the officer through the command, so that each has its letter."""

from __future__ import annotations

import random
from collections.abc import Sequence

from django.db.models import Avg

from talimger.demo.calendar import DemoCalendar
from talimger.demo.content import Words
from talimger.demo.staff import Staff
from talimger.selection.commands import decide
from talimger.selection.models import Candidate, Decision, Rating, RatingSheet

Outcome, Reason = Decision.Outcome, Decision.Reason
# Outcome, language of the candidate, coded reason, and which of the officer's sentences goes with it.
FIRST_DECISIONS = (
    (Outcome.ACCEPT, "ru", Reason.STRONG_EVIDENCE, 0),
    (Outcome.ACCEPT, "kk", Reason.STRONG_EVIDENCE, 2),
    (Outcome.ACCEPT, "ru", Reason.STRONG_EVIDENCE, 1),
    (Outcome.ACCEPT, "kk", Reason.NEEDED_STRENGTH, 3),
    (Outcome.RESERVE, "ru", Reason.PLACES_FILLED, 0),
    (Outcome.RESERVE, "kk", Reason.AWAITING_EVIDENCE, 1),
    (Outcome.NOT_NOW, "ru", Reason.COMPETENCY_BELOW_NEED, 1),
    (Outcome.NOT_NOW, "kk", Reason.EVIDENCE_TOO_THIN, 2),
)


def decide_first(staff: Staff, complete: Sequence[int], words: Words, calendar: DemoCalendar, rng: random.Random) -> None:
    """Decide about eight of the candidates whose sheets are all locked: the strongest, two of the middle, the weakest."""
    language = staff.people["officer"].language
    ranked = _ranked(complete)
    sources = {Outcome.ACCEPT: ranked, Outcome.RESERVE: ranked[len(ranked) // 2 :], Outcome.NOT_NOW: ranked[::-1]}
    decided: set[int] = set()
    for place, (outcome, spoken, reason, sentence) in enumerate(FIRST_DECISIONS):
        candidate = next(each for each in sources[outcome] if each.language == spoken and each.pk not in decided)
        decided.add(candidate.pk)
        decide(
            actor=staff.acting("officer", calendar.days_ago(2 - place // 5, 10 + place % 5, rng.randrange(60))),
            candidate=candidate,
            outcome=outcome,
            reason=reason,
            comment=words.comments[outcome][language][sentence],
        )


def _ranked(complete: Sequence[int]) -> list[Candidate]:
    """The complete candidates, the highest raw mean first."""
    ratings = Rating.objects.filter(sheet__candidate__in=complete, sheet__state=RatingSheet.State.LOCKED)
    means = dict(ratings.values_list("sheet__candidate").annotate(Avg("level")))
    return sorted(Candidate.objects.filter(pk__in=complete), key=lambda each: (-means[each.pk], each.number))
