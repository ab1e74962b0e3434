"""Letters before they are released, and places after: who answered what, who is next on the reserve list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from talimger.framework.models import Competency
from talimger.kernel.policies import Actor, allowed
from talimger.mentors.queries import admitted_candidates
from talimger.selection.models import Candidate, CandidateFeedback, Decision, FairScore, Intake, Override
from talimger.selection.policies import complete
from talimger.selection.queries.scores import latest_run

POSITIVE = (Decision.Outcome.ACCEPT, Decision.Outcome.RESERVE)


def unreleased(intake: Intake) -> QuerySet[Decision]:
    """Decisions in force whose candidates know nothing yet."""
    return Decision.objects.filter(candidate__intake=intake, candidate__erased_at=None, superseded_at=None, released_at=None)


def may_be_released(rows: QuerySet[Decision]) -> QuerySet[Decision]:
    """Those of them that rest on what the matrix asks for: no acceptance and no place in the reserve over a hole."""
    return rows.filter(~Q(outcome__in=POSITIVE) | Q(candidate__in=_with_evidence().values("pk")))


def _with_evidence() -> QuerySet[Candidate]:
    # The condition asks for no role: it is about the candidate alone.
    return Candidate.objects.filter(complete(_NOBODY))


_NOBODY = Actor(user_id=None, programme_id=None, roles=frozenset(), now=None)  # type: ignore[arg-type]  # the rule has no clock


@dataclass(frozen=True)
class LetterKind:
    """Letters of one outcome: how many in each language."""

    outcome: Decision.Outcome
    languages: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(number for _language, number in self.languages)


@dataclass(frozen=True)
class LettersPage:
    """What somebody sees before the letters leave."""

    kinds: tuple[LetterKind, ...]
    waiting: tuple[Decision, ...]
    held_back: tuple[Decision, ...]
    released: int
    lacking_feedback: int
    departures: tuple[Decision, ...]
    overrides: tuple[Override, ...]
    undecided: int

    @property
    def ready(self) -> int:
        return sum(kind.total for kind in self.kinds)


def letters_page(actor: Actor, intake: Intake) -> LettersPage:
    """The letters of an intake. Names are those of candidates whose files the actor may open; numbers count everybody."""
    rows = unreleased(intake)
    ready = may_be_released(rows)
    counts: Counter[tuple[str, str]] = Counter()
    for outcome, language, number in ready.values_list("outcome", "candidate__language").annotate(n=Count("pk")):
        counts[outcome, language] = number
    kinds = tuple(
        LetterKind(each, tuple((language, counts[each, language]) for language in ("ru", "kk", "en") if counts[each, language]))
        for each in Decision.Outcome
    )
    named = Q(candidate__in=allowed(actor, "selection.candidate.view").filter(intake=intake).values("pk"))
    competencies = Competency.objects.filter(version=intake.framework_id).count()
    written = dict(
        CandidateFeedback.objects.filter(candidate__in=ready.values("candidate")).values_list("candidate").annotate(n=Count("pk"))
    )
    waiting = tuple(ready.filter(named).select_related("candidate").order_by("outcome", "candidate__name_key"))
    decided = Decision.objects.filter(candidate__intake=intake, superseded_at=None)
    return LettersPage(
        kinds=tuple(kind for kind in kinds if kind.total),
        waiting=waiting,
        held_back=tuple(rows.exclude(pk__in=ready.values("pk")).filter(named).select_related("candidate")),
        released=decided.exclude(released_at=None).count(),
        lacking_feedback=sum(written.get(decision.candidate_id, 0) < competencies for decision in waiting),
        departures=tuple(rows.filter(named, departs_from_order=True).select_related("candidate", "decided_by")),
        overrides=tuple(
            Override.objects.filter(intake=intake, withdrawn_at=None, candidate__in=rows.filter(named).values("candidate")).select_related(
                "candidate", "method", "made_by"
            )
        ),
        undecided=Candidate.objects.filter(intake=intake, withdrawn_at=None, erased_at=None)
        .exclude(pk__in=decided.values("candidate"))
        .count(),
    )


@dataclass(frozen=True)
class Place:
    """An accepted candidate: what they answered, and whether they are a mentor already."""

    decision: Decision
    mentor: int | None


@dataclass(frozen=True)
class Reserve:
    """Somebody of the reserve list with their score; the first one is offered the next place."""

    candidate: Candidate
    score: FairScore | None


@dataclass(frozen=True)
class PlacesPage:
    """Who took a place, who declined, who has not answered, and who comes next."""

    taken: tuple[Place, ...]
    silent: tuple[Place, ...]
    declined: tuple[Place, ...]
    not_told: int
    reserve: tuple[Reserve, ...]
    places: int | None

    @property
    def free(self) -> int | None:
        """How many places are left when those who have not answered yet all say yes; ``None`` without a number of places."""
        return None if self.places is None else max(self.places - len(self.taken) - len(self.silent) - self.not_told, 0)

    @property
    def to_admit(self) -> int:
        return sum(place.mentor is None for place in self.taken)


def places_page(actor: Actor, intake: Intake) -> PlacesPage:
    """The places of an intake as far as the actor may open the files."""
    seen = allowed(actor, "selection.candidate.view").filter(intake=intake)
    current = Decision.objects.filter(candidate__in=seen.values("pk"), superseded_at=None).select_related("candidate")
    accepted = list(current.filter(outcome=Decision.Outcome.ACCEPT).order_by("candidate__name_key", "pk"))
    mentors = admitted_candidates([decision.candidate_id for decision in accepted])
    places = [Place(decision, mentors.get(decision.candidate_id)) for decision in accepted if decision.released_at]
    return PlacesPage(
        taken=_answered(places, Decision.Answer.TAKEN),
        silent=_answered(places, ""),
        declined=_answered(places, Decision.Answer.DECLINED),
        not_told=sum(decision.released_at is None for decision in accepted),
        reserve=_reserve(actor, intake, current),
        places=intake.places,
    )


def _answered(places: Iterable[Place], answer: str) -> tuple[Place, ...]:
    return tuple(place for place in places if place.decision.answer == answer)


def _reserve(actor: Actor, intake: Intake, current: QuerySet[Decision]) -> tuple[Reserve, ...]:
    run = latest_run(intake)
    keys = current.filter(outcome=Decision.Outcome.RESERVE).values("candidate")
    candidates = {row.pk: row for row in Candidate.objects.filter(pk__in=keys)}
    shown = allowed(actor, "selection.profile.view").filter(pk__in=keys).values("pk")
    order = (F("part").asc(), F("measure").desc(), "candidate")
    scores = {row.candidate_id: row for row in FairScore.objects.filter(run=run, candidate__in=shown).order_by(*order)} if run else {}
    ranked = [Reserve(candidates[key], score) for key, score in scores.items()]
    return (*ranked, *(Reserve(row, None) for key, row in candidates.items() if key not in scores))
