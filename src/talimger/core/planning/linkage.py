"""Whether ratings link all people into one network, and who holds it together. Plain Python: web processes ask this too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

# A side of the network and a name: a candidate and an assessor may be called alike.
Node = tuple[str, str]


@dataclass(frozen=True)
class LinkedPart:
    """Candidates and assessors who are linked with each other and with nobody else."""

    candidates: tuple[str, ...]
    assessors: tuple[str, ...]


@dataclass(frozen=True)
class Linkage:
    """The parts of a rating network, the largest first.

    ``needed`` are the assessors without whom candidates that are now linked would not be. ``weakest`` are pairs of candidate and
    assessor whose ratings alone hold two groups of candidates together. A candidate whom only one person rates hangs on them whatever
    is done: that is a missing rating, and counts for neither.
    """

    parts: tuple[LinkedPart, ...]
    needed: tuple[str, ...]
    weakest: tuple[tuple[str, str], ...]

    @property
    def is_connected(self) -> bool:
        return len(self.parts) <= 1


def linkage(pairs: Iterable[tuple[str, str]]) -> Linkage:
    """The network of pairs of candidate and assessor."""
    neighbours: dict[Node, set[Node]] = defaultdict(set)
    for candidate, assessor in pairs:
        neighbours["candidate", candidate].add(("assessor", assessor))
        neighbours["assessor", assessor].add(("candidate", candidate))
    walk = _Walk({node: sorted(others) for node, others in sorted(neighbours.items())})
    return Linkage(walk.parts(), tuple(sorted(walk.needed)), tuple(sorted(walk.weakest)))


class _Walk:
    """Depth first through the network, with the earliest node that each branch leads back to (Tarjan 1972)."""

    def __init__(self, neighbours: dict[Node, list[Node]]) -> None:
        self._neighbours = neighbours
        self._number: dict[Node, int] = {}
        self._lowest: dict[Node, int] = {}
        # How many candidates each branch holds, itself included.
        self._inside: dict[Node, int] = {}
        self._parts: list[list[Node]] = []
        self.needed: set[str] = set()
        self.weakest: set[tuple[str, str]] = set()
        for node in neighbours:
            if node not in self._number:
                self._one_part(node)

    def parts(self) -> tuple[LinkedPart, ...]:
        """The largest first; of equal ones the one with the first candidate."""
        found = [
            LinkedPart(*(tuple(sorted(name for of, name in part if of == side)) for side in ("candidate", "assessor")))
            for part in self._parts
        ]
        return tuple(sorted(found, key=lambda part: (-len(part.candidates), part.candidates)))

    def _one_part(self, root: Node) -> None:
        members: list[Node] = []
        tree: list[tuple[Node, Node | None]] = []
        todo: list[tuple[Node, Node | None, int]] = [(root, None, 0)]
        while todo:
            node, parent, at = todo.pop()
            if at == 0:
                self._number[node] = self._lowest[node] = len(self._number)
                self._inside[node] = node[0] == "candidate"
                members.append(node)
                tree.append((node, parent))
            others = self._neighbours[node]
            while at < len(others) and others[at] in self._number:
                if others[at] != parent:
                    self._lowest[node] = min(self._lowest[node], self._number[others[at]])
                at += 1
            if at < len(others):
                todo.append((node, parent, at + 1))
                todo.append((others[at], node, 0))
        for node, parent in reversed(tree):
            if parent is not None:
                self._lowest[parent] = min(self._lowest[parent], self._lowest[node])
                self._inside[parent] += self._inside[node]
        self._parts.append(members)
        self._judge(tree, self._inside[root])

    def _judge(self, tree: list[tuple[Node, Node | None]], candidates: int) -> None:
        branches: dict[Node, list[int]] = defaultdict(list)
        alone: dict[Node, int] = defaultdict(int)
        for node, parent in tree:
            if parent is None:
                continue
            candidate, assessor = (node, parent) if node[0] == "candidate" else (parent, node)
            if len(self._neighbours[candidate]) == 1:
                alone[assessor] += 1
                continue
            if self._lowest[node] >= self._number[parent]:
                branches[parent].append(self._inside[node])
            if self._lowest[node] > self._number[parent] and 0 < self._inside[node] < candidates:
                self.weakest.add((candidate[1], assessor[1]))
        for node, cut_off in branches.items():
            rest = candidates - sum(cut_off) - alone[node]
            if node[0] == "assessor" and sum(count > 0 for count in (*cut_off, rest)) > 1:
                self.needed.add(node[1])
