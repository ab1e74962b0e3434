"""Candidates of an intake as the office lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Avg, Case, Count, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, When

from talimger.kernel.languages import in_alphabet, search_words
from talimger.kernel.policies import Actor, allowed, rule_for
from talimger.selection.models import LIVE_STATES, Candidate, Decision, FairScore, FairScoreRun, Intake, Rating, RatingSheet
from talimger.selection.policies import complete
from talimger.selection.queries.scores import scores_shown, with_level_in_force


@dataclass(frozen=True)
class CandidateRow:
    """A line of the list: sheets locked and owed, fair score and raw mean once they are all locked, the decision in force."""

    candidate: Candidate
    locked: int
    owed: int
    raw_mean: float | None
    decision: Decision | None
    fair: FairScore | None = None

    @property
    def is_complete(self) -> bool:
        return self.owed > 0 and self.locked == self.owed

    @property
    def lacks_score(self) -> bool:
        """Whether there are ratings to be seen whose fair score the latest run does not have."""
        return self.raw_mean is not None and self.fair is None


def candidates_listed(
    actor: Actor, intake: Intake, *, search: str = "", state: str = "all", sort: str = "name", run: FairScoreRun | None = None
) -> QuerySet[Candidate]:
    """The candidates whom the actor may see, searched in any script, filtered and sorted. Unknown filters count as none.

    ``run`` holds the scores that "fair" sorts by; without one there is no such order yet.
    """
    rows: QuerySet[Candidate] = allowed(actor, "selection.candidate.list").filter(intake=intake)
    for word in search_words(search):
        rows = rows.filter(name_key__contains=word)
    complete = rule_for("selection.profile.view").rows(actor)
    if state == "complete":
        rows = rows.filter(complete, ~Q(decisions__superseded_at=None, decisions__isnull=False))
    elif state == "incomplete":
        rows = rows.exclude(pk__in=Candidate.objects.filter(complete, intake=intake).values("pk"))
    elif state == "decided":
        rows = rows.filter(decisions__isnull=False, decisions__superseded_at=None).distinct()
    return _sorted(rows, sort, complete, run)


def _sorted(rows: QuerySet[Candidate], sort: str, complete: Q, run: FairScoreRun | None) -> QuerySet[Candidate]:
    name = in_alphabet("full_name")
    if sort in ("fair", "-fair") and run is not None:
        # As with means: a score of somebody who is not complete any more gives no place in the order.
        rows = rows.annotate(current=FilteredRelation("fair_scores", condition=Q(fair_scores__run=run)))
        shown = complete & Q(current__isnull=False)
        rows = rows.annotate(fair=Case(When(shown, then=F("current__score"))), part=Case(When(shown, then=F("current__part"))))
        by_score = F("fair").asc(nulls_last=True) if sort == "fair" else F("fair").desc(nulls_last=True)
        # Between parts nothing is compared, so the order goes through one part after the other, whichever way it runs.
        return rows.order_by(F("part").asc(nulls_last=True), by_score, name, "pk")
    if sort in ("score", "-score"):
        # The order is a rating seen: who is not complete has no place in it yet, and comes last by name.
        # The base manager, as in policies: the candidate is the programme's already, and SQLite, asked for the programme
        # again, would read all ratings of the programme for every candidate. No condition at all is none for ``When``.
        ratings = Rating._base_manager.filter(sheet__candidate=OuterRef("pk"), sheet__state=RatingSheet.State.LOCKED)
        means = with_level_in_force(ratings).order_by().values("sheet__candidate").annotate(mean=Avg("in_force")).values("mean")
        rows = rows.annotate(mean=Case(When(complete & Q(pk__isnull=False), then=Subquery(means))))
        by_mean = F("mean").asc(nulls_last=True) if sort == "score" else F("mean").desc(nulls_last=True)
        return rows.order_by(by_mean, name, "pk")
    if sort in ("number", "-number"):
        return rows.order_by(sort)
    return rows.order_by(name.desc() if sort == "-name" else name, "pk")


def how_many_complete(actor: Actor, intake: Intake) -> dict[str, int]:
    """How many candidates an intake has, and of how many everything due by now is there, in one query."""
    counts: dict[str, int] = Candidate.objects.filter(intake=intake).aggregate(
        candidates=Count("pk"), complete=Count("pk", filter=complete(actor))
    )
    return counts


def candidate_rows(actor: Actor, candidates: Sequence[Candidate], run: FairScoreRun | None = None) -> list[CandidateRow]:
    """The lines of one page of the list, with the scores of this run, in four queries whatever its length."""
    keys = [candidate.pk for candidate in candidates]
    counts = {
        row["candidate"]: row
        for row in RatingSheet.objects.filter(candidate__in=keys, state__in=LIVE_STATES)
        .values("candidate")
        .annotate(owed=Count("pk"), locked=Count("pk", filter=Q(state=RatingSheet.State.LOCKED)))
    }
    shown = [key for key, row in counts.items() if row["owed"] == row["locked"]]
    may_see = allowed(actor, "selection.profile.view").filter(pk__in=shown).values("pk")
    means = dict(
        with_level_in_force(Rating.objects.filter(sheet__candidate__in=may_see, sheet__state=RatingSheet.State.LOCKED))
        .values_list("sheet__candidate")
        .annotate(Avg("in_force"))
    )
    scores = scores_shown(actor, run, shown)
    decisions = {row.candidate_id: row for row in Decision.objects.filter(candidate__in=keys, superseded_at=None)}
    empty = {"owed": 0, "locked": 0}
    return [
        CandidateRow(
            candidate=candidate,
            locked=counts.get(candidate.pk, empty)["locked"],
            owed=counts.get(candidate.pk, empty)["owed"],
            raw_mean=means.get(candidate.pk),
            decision=decisions.get(candidate.pk),
            fair=scores.get(candidate.pk),
        )
        for candidate in candidates
    ]


def current_decision(candidate: Candidate) -> Decision | None:
    """The decision in force about a candidate."""
    return Decision.objects.filter(candidate=candidate, superseded_at=None).select_related("decided_by", "letter").first()
