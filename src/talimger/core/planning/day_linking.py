"""The third stage of a day: assessors and candidates change places between sessions at one time until ratings compare people well."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice, product
from typing import Any

from talimger.core.planning.day import SENIOR, DayProblem, Session

# As many plans are looked at: a hundred assessors take a second, ten a tenth of that.
_MOST_TRIES = 3000
# A very weak prior on severities: a network in pieces gets a huge variance instead of none.
_PRIOR = 1e-4
# What a swap must gain at least, as a share: less is noise of the arithmetic.
_GAIN = 1e-6


class Network:
    """How often each candidate is rated by each assessor, and how precisely that compares candidates."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        import numpy as np  # no web process may load it

        met = Counter(pairs)
        self._candidate = {key: place for place, key in enumerate(sorted({candidate for candidate, _assessor in met}))}
        self._assessor = {key: place for place, key in enumerate(sorted({assessor for _candidate, assessor in met}))}
        self._counts = np.zeros((len(self._candidate), len(self._assessor)))
        self.add(met.elements(), 1)

    def add(self, pairs: Iterable[tuple[str, str]], times: int) -> None:
        """Count pairs so many times more; -1 takes them away."""
        for candidate, assessor in pairs:
            self._counts[self._candidate[candidate], self._assessor[assessor]] += times

    def variance(self) -> float:
        """The mean variance of a difference of two candidates, severities estimated from the same ratings; one rating's error is 1.

        From the information matrix of candidates and assessors (its Schur complement is the Laplacian of the network).
        """
        import numpy as np

        counts = self._counts
        size = len(counts)
        if size < 2:
            return 0.0
        # The margins of candidates stay: whom nobody rates is not in the network.
        per_candidate, per_assessor = counts.sum(1), counts.sum(0)
        shares = counts / per_candidate[:, None]
        laplacian = np.diag(per_assessor + _PRIOR) - counts.T @ shares
        inverse = np.linalg.inv(laplacian)
        within = (1 / per_candidate).sum() + np.einsum("ca,ab,cb->", shares, inverse, shares, optimize=True)
        column = shares.sum(0)
        between = ((1 / per_candidate).sum() + column @ inverse @ column) / size
        return float(2 / (size - 1) * (within - between))


def link(problem: DayProblem, sessions: Sequence[Session], *, seed: int) -> tuple[Session, ...]:
    """The same sessions with people swapped within a block, so that loads, breaks and rooms stay as they are."""
    return _Swapping(problem, sessions, random.Random(seed)).run()  # noqa: S311  # repeatable on purpose


class _Swapping:
    def __init__(self, problem: DayProblem, sessions: Sequence[Session], rng: random.Random) -> None:
        self._problem, self._rng = problem, rng
        self._sessions = list(sessions)
        self._met = Counter(pair for session in sessions for pair in _pairs(session))
        self._network = Network(self._met.elements())

    def run(self) -> tuple[Session, ...]:
        best = self._network.variance()
        for one, other, changed in islice(self._allowed_swaps(), _MOST_TRIES):
            best = self._try(one, other, changed, best)
        return tuple(self._sessions)

    def _allowed_swaps(self) -> Iterator[tuple[int, int, tuple[Session, Session]]]:
        """Swaps as the sessions are at that moment, round after round until a round brings nothing."""
        before: list[Session] = []
        while before != self._sessions:
            before = list(self._sessions)
            for one, other, who in self._moves():
                for first, second in product(sorted(getattr(self._sessions[one], who)), sorted(getattr(self._sessions[other], who))):
                    changed = self._swapped(one, other, who, first, second)
                    if changed is not None:
                        yield one, other, changed

    def _moves(self) -> list[tuple[int, int, str]]:
        """Pairs of sessions at one time, and who can change places between them."""
        together: dict[tuple[str, int], list[int]] = defaultdict(list)
        for place, session in enumerate(self._sessions):
            together[session.block, session.length].append(place)
        moves = [(one, other, "assessors") for places in together.values() for one, other in combinations(places, 2)]
        moves += [
            (one, other, "candidates") for one, other, _who in moves if self._sessions[one].exercise == self._sessions[other].exercise
        ]
        self._rng.shuffle(moves)
        return moves

    def _swapped(self, one: int, other: int, who: str, first: str, second: str) -> tuple[Session, Session] | None:
        here, there = self._sessions[one], self._sessions[other]
        # A swap before may have taken them elsewhere already.
        if (
            first not in getattr(here, who)
            or second not in getattr(there, who)
            or first in getattr(there, who)
            or second in getattr(here, who)
        ):
            return None
        changed = (_with(here, who, first, second), _with(there, who, second, first))
        return changed if self._is_allowed(changed, (here, there)) else None

    def _is_allowed(self, changed: tuple[Session, Session], before: tuple[Session, Session]) -> bool:
        problem = self._problem
        for session in changed:
            exercise = problem.exercise[session.exercise]
            people = [problem.assessor[key] for key in session.assessors]
            if not all(problem.can_rate(person, exercise) for person in people):
                return False
            if sum(SENIOR in person.roles for person in people) < exercise.seniors:
                return False
            if any((assessor, candidate) in problem.conflicts for candidate, assessor in _pairs(session)):
                return False
            if exercise.raters == 1 and before[0].exercise != before[1].exercise and self._would_be_alone(session):
                return False
        gone, come = Counter(pair for each in before for pair in _pairs(each)), Counter(pair for each in changed for pair in _pairs(each))
        return all(self._met[pair] - gone[pair] + times <= problem.rules.meetings for pair, times in come.items() if times > gone[pair])

    def _would_be_alone(self, changed: Session) -> bool:
        """Whether the exercise, held more than once, would be rated by one person."""
        others = {key for each in self._sessions if each.exercise == changed.exercise and each.key != changed.key for key in each.assessors}
        return bool(others) and others == set(changed.assessors)

    def _try(self, one: int, other: int, changed: tuple[Session, Session], best: float) -> float:
        before = (self._sessions[one], self._sessions[other])
        for sessions, times in ((before, -1), (changed, 1)):
            for session in sessions:
                self._network.add(_pairs(session), times)
        variance = self._network.variance()
        if variance < best * (1 - _GAIN):
            self._sessions[one], self._sessions[other] = changed
            self._met.subtract(pair for each in before for pair in _pairs(each))
            self._met.update(pair for each in changed for pair in _pairs(each))
            return variance
        for sessions, times in ((changed, -1), (before, 1)):
            for session in sessions:
                self._network.add(_pairs(session), times)
        return best


def _pairs(session: Session) -> list[tuple[str, str]]:
    return list(product(session.candidates, session.assessors))


def _with(session: Session, who: str, gone: str, come: str) -> Session:
    people = tuple(sorted(come if key == gone else key for key in getattr(session, who)))
    changed: dict[str, Any] = {who: people}
    return replace(session, **changed)
