"""Who is tied to whom: nodes on a circle, a line for each tie, the thicker the stronger. Parts without a tie are drawn apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from talimger.shell.charts.base import Table
from talimger.shell.charts.drawing import WIDTH, Box, Disc, Drawing, DrawnChart, Line, Shape, Words, shortened, width_of
from talimger.shell.charts.variable_map import Key

# Circle and rows, in per cent and pixels. Above a dozen nodes each label has a row of its own, so that none meets another.
_MIDDLE, _RADIUS = 50.0, 22.0
_ROW, _EDGE = 20.0, 12.0
_ROUND = 12
_PHONE_ROOM = 320 * (_MIDDLE - _RADIUS) / 100 - 12
_ROOM = WIDTH * (_MIDDLE - _RADIUS) / 100 - 14
# More lines than this are a grey cloud: each node keeps its strongest.
_MOST_TIES, _STRONGEST = 240, 4
_THICKEST = 5.0
# What a summary names one by one, and its bars.
_MOST_PARTS = 8
_BAR, _LONGEST = 30.0, 60.0
# Between the parts of a drawing that stands alone.
_GAP, _TITLE = 18.0, 26.0


@dataclass(frozen=True)
class Tie:
    """Two nodes and the number of what they share."""

    one: str
    other: str
    count: int


@dataclass(frozen=True)
class DrawnPart:
    title: str
    note: str
    picture: Drawing
    keys: tuple[Key, ...]
    """Numbers that a phone shows instead of the labels."""


@dataclass(frozen=True)
class RatingNetwork(DrawnChart):
    """Nodes and ties. ``notes`` say something about each part, the largest part first; ``groups`` names the parts, if not ties alone
    make them.

    A circle for each part; above ``most`` nodes it is a summary instead: a bar for each part.
    """

    template: ClassVar[str] = "shell/charts/_network.html"

    nodes: tuple[str, ...] = ()
    ties: tuple[Tie, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    shared: str = ""
    most: int = 60

    @property
    def is_empty(self) -> bool:
        return not self.nodes

    @property
    def is_summary(self) -> bool:
        return len(self.nodes) > self.most

    @cached_property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """Nodes that are tied to one another, directly or by others; the largest part first, nodes in the order given."""
        if self.groups:
            return self.groups
        home = {node: node for node in self.nodes}

        def root(node: str) -> str:
            while home[node] != node:
                home[node] = node = home[home[node]]
            return node

        for tie in self.ties:
            home[root(tie.one)] = root(tie.other)
        found: dict[str, list[str]] = {}
        for node in self.nodes:
            found.setdefault(root(node), []).append(node)
        return tuple(sorted((tuple(part) for part in found.values()), key=lambda part: -len(part)))

    @cached_property
    def drawn_ties(self) -> tuple[Tie, ...]:
        """All ties, or each node's strongest where all would be a cloud; the strongest last, on top."""
        ties = sorted(self.ties, key=lambda tie: (tie.count, tie.one, tie.other))
        if len(ties) <= _MOST_TIES:
            return tuple(ties)
        left = dict.fromkeys(self.nodes, _STRONGEST)
        kept = []
        for tie in reversed(ties):
            if left[tie.one] > 0 or left[tie.other] > 0:
                left[tie.one] -= 1
                left[tie.other] -= 1
                kept.append(tie)
        return tuple(reversed(kept))

    @property
    def remarks(self) -> list[str]:
        """What the picture leaves out, in words."""
        if self.is_summary or len(self.drawn_ties) == len(self.ties):
            return []
        return [
            _("Only the strongest ties are drawn: %(drawn)s of %(total)s.")
            % {"drawn": _amount(len(self.drawn_ties)), "total": _amount(len(self.ties))}
        ]

    def _title(self, place: int) -> str:
        return _("part %(number)s") % {"number": place + 1} if len(self.parts) > 1 else ""

    def _note(self, place: int) -> str:
        return self.notes[place] if place < len(self.notes) else ""

    @property
    def drawn(self) -> list[DrawnPart]:
        """Each part as a circle of its own."""
        thickest = max((tie.count for tie in self.ties), default=1)
        drawn = []
        for place, part in enumerate(self.parts):
            by_key = any(width_of(node) > _PHONE_ROOM for node in part)
            keys = tuple(Key(str(number), node) for number, node in enumerate(part, 1)) if by_key else ()
            drawn.append(DrawnPart(self._title(place), self._note(place), self._circle(part, thickest, by_key), keys))
        return drawn

    def _circle(self, part: tuple[str, ...], thickest: int, by_key: bool) -> Drawing:
        places, height = _places(part)
        shapes: list[Shape] = []
        for tie in self.drawn_ties:
            if tie.one in places and tie.other in places:
                (x1, y1), (x2, y2) = places[tie.one], places[tie.other]
                shapes.append(Line("link", x1, y1, x2, y2, 1 + (_THICKEST - 1) * tie.count / thickest))
        for number, node in enumerate(part, 1):
            x, y = places[node]
            is_right = x >= _MIDDLE - 0.01
            side, dx = ("", 10.0) if is_right else ("end", -10.0)
            shapes.append(Disc("dot", x, y))
            shapes.append(Words(f"on-wide {side}".strip(), shortened(node, _ROOM), x, y + 4.5, dx=dx))
            shapes.append(Words(f"on-phone {side}".strip(), str(number) if by_key else node, x, y + 4.5, dx=dx))
        return Drawing(height, tuple(shapes))

    @property
    def summary(self) -> Drawing:
        """A bar for each part."""
        sizes = [len(part) for part in self.parts]
        shapes: list[Shape] = []
        for place, size in enumerate(sizes[:_MOST_PARTS]):
            y = place * 46.0
            title = _("part %(number)s") % {"number": place + 1} if len(sizes) > 1 else _("one part")
            shapes.append(Words("strong", title, 0, y + 16))
            shapes.append(Box("bar", 0, y + 22, max(_LONGEST * size / max(sizes), 0.5), 14))
            shapes.append(Words("quiet", self._note(place) or _amount(size), 0, y + 16, dx=width_of(title) + 12))
        rest = len(sizes) - _MOST_PARTS
        if rest > 0:
            words = _("and %(count)s smaller parts") % {"count": _amount(rest)}
            shapes.append(Words("quiet", words, 0, _MOST_PARTS * 46.0 + 16))
        return Drawing(min(len(sizes), _MOST_PARTS) * 46.0 + (26.0 if rest > 0 else 0), tuple(shapes))

    def drawing(self) -> Drawing:
        if self.is_summary:
            return self.summary
        shapes: list[Shape] = []
        y = 0.0
        for part in self.drawn:
            if part.title:
                shapes.append(Words("strong", part.title, 0, y + 14))
                shapes.append(Words("quiet", part.note, 0, y + 14, dx=width_of(part.title) + 12))
                y += _TITLE
            shapes += [shape.lowered(y) for shape in part.picture.shapes]
            y += part.picture.height + _GAP
        return Drawing(y - _GAP, tuple(shapes))

    def as_table(self) -> Table:
        return self._table_of_parts() if self.is_summary else self._table_of_ties()

    def _table_of_parts(self) -> Table:
        return Table(
            head=(pgettext("chart", "Part"), pgettext("chart", "How many"), pgettext("chart", "Note")),
            rows=tuple(
                (self._title(place) or _("one part"), _amount(len(part)), self._note(place)) for place, part in enumerate(self.parts)
            ),
            numeric=frozenset({1}),
        )

    def _table_of_ties(self) -> Table:
        home = {node: self._title(place) for place, part in enumerate(self.parts) for node in part}
        tied = {node for tie in self.ties for node in (tie.one, tie.other)}
        rows = [(tie.one, tie.other, _amount(tie.count), home[tie.one]) for tie in sorted(self.ties, key=lambda tie: -tie.count)]
        rows += [(node, "—", "0", home[node]) for node in self.nodes if node not in tied]
        count = self.shared or pgettext("chart", "How many")
        head = (pgettext("chart", "Who"), pgettext("chart", "With whom"), count, pgettext("chart", "Part"))
        width = 4 if len(self.parts) > 1 else 3
        return Table(head=head[:width], rows=tuple(row[:width] for row in rows), numeric=frozenset({2}))


def _amount(value: int) -> str:
    return number_format(value, force_grouping=True)


def _places(part: tuple[str, ...]) -> tuple[Mapping[str, tuple[float, float]], float]:
    """Places clockwise from the upper right, and the height that they need: a circle for few, equal steps downwards for many."""
    if len(part) == 1:
        return {part[0]: (_MIDDLE, _EDGE)}, 2 * _EDGE
    if len(part) <= _ROUND:
        height = max(100.0, _ROW * len(part)) + 2 * _EDGE
        angles = [2 * math.pi * (place + 0.5) / len(part) for place in range(len(part))]
        spots = [(math.sin(angle), -math.cos(angle)) for angle in angles]
    else:
        right = math.ceil(len(part) / 2)
        height = right * _ROW + 2 * _EDGE
        spots = []
        for place in range(len(part)):
            is_right = place < right
            count = right if is_right else len(part) - right
            level = ((place if is_right else len(part) - 1 - place) + 0.5) / count * 2 - 1
            spots.append(((1 if is_right else -1) * math.sqrt(1 - level * level), level))
    return {
        node: (_MIDDLE + across * _RADIUS, height / 2 + level * (height / 2 - _EDGE))
        for node, (across, level) in zip(part, spots, strict=True)
    }, height
