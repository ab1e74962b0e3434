"""A proposal of who rates whom as the office looks at it: by candidate, every assessor's load, and whether the network holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from talimger.core.planning.linkage import Linkage, linkage
from talimger.kernel.policies import Actor
from talimger.people.models import User
from talimger.selection.eligibility import field_of
from talimger.selection.models import LIVE_STATES, AssignmentProposal, Candidate, Intake, ProposedSheet, RatingSheet

State = AssignmentProposal.State


@dataclass(frozen=True)
class ProposedLoad:
    """How many sheets an assessor has and would have."""

    person: User
    now: int
    more: int
    # Whether the network of raters would fall apart without this person.
    is_needed: bool = False

    @property
    def then(self) -> int:
        return self.now + self.more


@dataclass(frozen=True)
class CandidateProposal:
    candidate: Candidate
    sheets: tuple[ProposedSheet, ...]


@dataclass(frozen=True)
class ProposalView:
    """Everything that the page of a proposal shows."""

    proposal: AssignmentProposal
    candidates: tuple[CandidateProposal, ...]
    loads: tuple[ProposedLoad, ...]
    before: Linkage
    after: Linkage

    @property
    def sheets(self) -> int:
        return sum(len(each.sheets) for each in self.candidates)

    @property
    def least(self) -> int:
        return min((load.then for load in self.loads), default=0)

    @property
    def most(self) -> int:
        return max((load.then for load in self.loads), default=0)

    @property
    def parts(self) -> int:
        return len(self.after.parts)


def proposal_view(proposal: AssignmentProposal) -> ProposalView:
    """A proposal with its loads and its network, in a constant number of queries."""
    rows = ProposedSheet.objects.filter(proposal=proposal).select_related("candidate", "method", "assessor", "replaces")
    by_candidate: dict[int, list[ProposedSheet]] = defaultdict(list)
    for row in rows.order_by("candidate__number", "method__order", "assessor__full_name"):
        by_candidate[row.candidate_id].append(row)
    held = RatingSheet.objects.filter(intake=proposal.intake_id, state__in=LIVE_STATES).order_by("pk")
    live = list(held.values_list("pk", "candidate", "assessor"))
    given_up = {row.replaces_id for sheets in by_candidate.values() for row in sheets}
    kept = [(candidate, assessor) for key, candidate, assessor in live if key not in given_up]
    proposed = [(row.candidate_id, row.assessor_id) for sheets in by_candidate.values() for row in sheets]
    now, more = Counter(assessor for _key, _candidate, assessor in live), Counter(assessor for _candidate, assessor in proposed)
    people = {row.assessor_id: row.assessor for sheets in by_candidate.values() for row in sheets}
    after = _network(kept + proposed)
    return ProposalView(
        proposal=proposal,
        candidates=tuple(CandidateProposal(sheets[0].candidate, tuple(sheets)) for sheets in by_candidate.values()),
        loads=tuple(
            ProposedLoad(people[key], now[key], more[key], str(key) in after.needed)
            for key in sorted(people, key=lambda key: people[key].name_key)
        ),
        before=_network((candidate, assessor) for _key, candidate, assessor in live),
        after=after,
    )


def waiting_proposal(intake: Intake) -> AssignmentProposal | None:
    """The proposal of an intake that is being computed or waits to be looked at."""
    return AssignmentProposal.objects.filter(intake=intake, state__in=(State.COMPUTING, State.READY)).first()


def who_could_take(actor: Actor, sheet: ProposedSheet, *, people: list[User]) -> list[tuple[User, int]]:
    """Who else may take a proposed sheet, with what they would have then, the least loaded first."""
    field = field_of(sheet.proposal.intake, people=[person.pk for person in people], now=actor.now)
    more = Counter(ProposedSheet.objects.filter(proposal=sheet.proposal).values_list("assessor", flat=True))
    same = ProposedSheet.objects.filter(proposal=sheet.proposal, candidate=sheet.candidate, method=sheet.method)
    taken = field.present.get((sheet.candidate_id, sheet.method_id), frozenset()) | set(same.values_list("assessor", flat=True))
    able = [key for key in field.eligible(sheet.candidate, sheet.method) if key not in taken]
    return sorted(((field.people[key], field.load[key] + more[key]) for key in able), key=lambda each: (each[1], each[0].name_key))


def network_of(intake: Intake) -> Linkage:
    """How the ratings of an intake hang together as they are given out now."""
    live = RatingSheet.objects.filter(intake=intake, state__in=LIVE_STATES)
    return _network(live.values_list("candidate", "assessor"))


def _network(pairs: Iterable[tuple[int, int]]) -> Linkage:
    return linkage(sorted({(str(candidate), str(assessor)) for candidate, assessor in pairs}))


