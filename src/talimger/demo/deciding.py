"""The first decisions of the demo, taken by the officer through the commands; their letters have been released."""

from __future__ import annotations

import random

from talimger.demo.calendar import DemoCalendar
from talimger.demo.content import Words
from talimger.demo.staff import Staff
from talimger.selection.commands import decide, release_letters
from talimger.selection.models import Decision, FairScore, Intake
from talimger.selection.queries import latest_run

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


def decide_first(staff: Staff, intake: Intake, words: Words, calendar: DemoCalendar, rng: random.Random) -> None:
    """Decide about eight of the candidates with a fair score: the strongest, two below the line, the weakest.

    The first one who is accepted has no trainer's feedback, because they did not come through UPSHIFT training.
    """
    language = staff.people["officer"].language
    ranked = _ranked(intake)
    below = ranked[intake.places or 0 :]
    sources = {Outcome.ACCEPT: ranked, Outcome.RESERVE: below, Outcome.NOT_NOW: ranked[::-1]}
    decided: set[int] = set()
    for place, (outcome, spoken, reason, sentence) in enumerate(FIRST_DECISIONS):
        candidate = next(
            each.candidate
            for each in sources[outcome]
            if each.candidate.language == spoken
            and each.candidate_id not in decided
            and not each.is_too_close
            and (place or not each.candidate.came_through_training)
        )
        decided.add(candidate.pk)
        decide(
            actor=staff.acting("officer", calendar.days_ago(2 - place // 5, 10 + place % 5, rng.randrange(60))),
            candidate=candidate,
            outcome=outcome,
            reason=reason,
            comment=words.comments[outcome][language][sentence],
        )
    release_letters(actor=staff.acting("officer", calendar.days_ago(1, 17)), intake=intake)


def _ranked(intake: Intake) -> list[FairScore]:
    """The fair scores in their order, the highest first."""
    run = latest_run(intake)
    return list(FairScore.objects.filter(run=run, rank__isnull=False).select_related("candidate").order_by("rank"))
