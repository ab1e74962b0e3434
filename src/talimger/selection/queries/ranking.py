"""The ranked list: the computed order in bands, with the line of places and what it is worth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from talimger.kernel.policies import Actor, allowed
from talimger.people.models import User
from talimger.selection.models import Candidate, Decision, FairScore, FairScoreRun, HelpfulRating, Intake, WashUp
from talimger.selection.queries.scores import Scoring, scores_shown, scoring_of

ABOVE, CLOSE, BELOW, ALL, OUT = "above", "close", "below", "all", "out"


@dataclass(frozen=True)
class RankedRow:
    """One candidate of the order."""

    number: int
    candidate: Candidate
    score: FairScore | None
    decision: Decision | None
    may_decide: bool
    is_agreed: bool

    @property
    def hundred(self) -> int:
        """The chance of belonging above the line, in hundred; the ends are said in words."""
        return round(100 * self.score.chance_above_line) if self.score and self.score.chance_above_line is not None else 0

    @property
    def word(self) -> str:
        """Above, below, or not to be told apart."""
        if self.score is None or self.score.chance_above_line is None:
            return ""
        if self.score.is_too_close:
            return CLOSE
        return ABOVE if self.score.chance_above_line > 0.5 else BELOW


@dataclass(frozen=True)
class Band:
    """Candidates whom the order puts together, of one part."""

    kind: str
    part: int
    rows: tuple[RankedRow, ...]

    @property
    def undecided(self) -> tuple[RankedRow, ...]:
        return tuple(row for row in self.rows if row.may_decide and row.decision is None)

    @property
    def decided(self) -> int:
        return sum(row.decision is not None for row in self.rows)

    @property
    def is_decided(self) -> bool:
        return self.decided == len(self.rows)

    @property
    def keys(self) -> str:
        return ",".join(str(row.candidate.pk) for row in self.undecided)


@dataclass(frozen=True)
class Ranking:
    """The list as a page shows it. ``cut`` is where the line lies on the scale of scores; ``None`` without one."""

    scoring: Scoring
    bands: tuple[Band, ...]
    cut: float | None
    helpful: tuple[tuple[User, Candidate], ...]
    departures: tuple[Decision, ...]
    accepted: int

    def size(self, kind: str) -> int:
        return sum(len(band.rows) for band in self.bands if band.kind == kind)

    @property
    def above(self) -> int:
        return self.size(ABOVE)

    @property
    def close(self) -> int:
        return self.size(CLOSE)

    @property
    def below(self) -> int:
        return self.size(BELOW)

    @property
    def rows(self) -> int:
        return sum(len(band.rows) for band in self.bands)

    @property
    def undecided(self) -> int:
        return sum(len(band.undecided) for band in self.bands)


def ranking_of(actor: Actor, intake: Intake) -> Ranking:
    """The order of an intake for this actor: complete candidates whose profiles they may see. The number of queries is constant."""
    scoring = scoring_of(intake)
    seen = {row.pk: row for row in allowed(actor, "selection.profile.view").filter(intake=intake, withdrawn_at=None, erased_at=None)}
    mine = set(allowed(actor, "selection.decide").filter(pk__in=list(seen)).values_list("pk", flat=True))
    scores = scores_shown(actor, scoring.run, list(seen))
    current = Decision.objects.filter(candidate__in=list(seen), superseded_at=None).select_related("candidate", "decided_by")
    decisions = {row.candidate_id: row for row in current}
    agreed = set(WashUp.objects.filter(candidate__in=list(seen)).values_list("candidate", flat=True))
    order = sorted(seen.values(), key=lambda row: _place(scores.get(row.pk), row))
    rows = [
        RankedRow(number, row, scores.get(row.pk), decisions.get(row.pk), row.pk in mine, row.pk in agreed)
        for number, row in enumerate(order, start=1)
    ]
    return Ranking(
        scoring=scoring,
        bands=tuple(_bands(rows)),
        cut=_cut(scoring.run),
        helpful=_helpful(scoring.run, seen),
        departures=tuple(row for row in decisions.values() if row.departs_from_order),
        accepted=sum(row.outcome == Decision.Outcome.ACCEPT for row in decisions.values()),
    )


def _place(score: FairScore | None, candidate: Candidate) -> tuple[int, float, int]:
    return (score.part, -score.measure, candidate.number) if score else (1_000_000, 0.0, candidate.number)


def _bands(rows: Iterable[RankedRow]) -> Iterable[Band]:
    grouped: dict[tuple[int, str], list[RankedRow]] = {}
    for row in rows:
        key = (row.score.part, row.word or ALL) if row.score else (1_000_000, OUT)
        grouped.setdefault(key, []).append(row)
    for (part, kind), members in sorted(grouped.items(), key=lambda item: (item[0][0], item[1][0].number)):
        yield Band(kind, part, tuple(members))


def _cut(run: FairScoreRun | None) -> float | None:
    """Half way between the last who has a place and the first who has none."""
    if run is None or run.places is None:
        return None
    both = FairScore.objects.filter(run=run, rank__in=(run.places, run.places + 1), part=1).exclude(chance_above_line=None)
    scores = list(both.values_list("score", flat=True))
    return sum(scores) / 2 if len(scores) == 2 else None


def _helpful(run: FairScoreRun | None, seen: dict[int, Candidate]) -> tuple[tuple[User, Candidate], ...]:
    if run is None:
        return ()
    rows = HelpfulRating.objects.filter(run=run, candidate__in=list(seen), assessor__isnull=False).select_related("assessor")[:5]
    return tuple((row.assessor, seen[row.candidate_id]) for row in rows if row.assessor is not None)
