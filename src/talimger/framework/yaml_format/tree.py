"""YAML down to texts, lists and mappings: no tags, no aliases, no guessing of types, so that ``no`` stays a word.

The parser's events are read one by one. Nothing is constructed and nothing is expanded, so a file of a megabyte stays a
megabyte, and every value knows its line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from django.utils.translation import gettext as _

from talimger.framework.yaml_format.problems import Problems

MOST_BYTES = 2**20
DEEPEST = 12
# libyaml is ten times as fast; both understand the same.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True)
class Text:
    """A scalar. A plain ``~``, ``null`` or nothing at all has no words: ``is_null``."""

    words: str
    line: int
    is_null: bool = False


@dataclass(frozen=True)
class Sequence:
    line: int
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Mapping:
    line: int
    items: dict[str, Node] = field(default_factory=dict)


Node = Text | Sequence | Mapping


def parse_tree(source: str | bytes, problems: Problems) -> Node | None:
    """The one document of a file; ``None`` and a problem when it cannot be read at all."""
    text = _decode(source, problems)
    if text is None:
        return None
    try:
        return _Builder(problems).build(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        problems.add("", _("line %(line)s cannot be read as YAML: check its indentation and quotation marks") % {"line": line}, line)
    except yaml.YAMLError:
        problems.add("", _("the file holds characters that YAML does not allow"))
    return None


def _decode(source: str | bytes, problems: Problems) -> str | None:
    try:
        raw = source.encode("utf-8") if isinstance(source, str) else source
        if len(raw) > MOST_BYTES:
            problems.add("", _("the file is larger than 1 MB, which no framework is"))
            return None
        return raw.decode("utf-8-sig")
    except UnicodeError:
        problems.add("", _("the file is not in UTF-8: save it again as UTF-8"))
        return None


@dataclass
class _Level:
    """A list or mapping that is still open; ``key`` is the mapping's key that waits for its value."""

    node: Sequence | Mapping | None
    place: str
    key: str | None = None


class _Builder:
    """Puts events together. What is refused is left out and reported; reading goes on, so that all problems are found."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.levels: list[_Level] = []
        self.root: Node | None = None
        self.documents = 0

    def build(self, events: Iterator[yaml.Event]) -> Node | None:
        for event in events:
            if self.problems.is_full:
                return None
            line = event.start_mark.line + 1 if event.start_mark else 0
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    self.problems.add("", _("the file holds more than one document: remove the line “---”"), line)
                    return None
            elif isinstance(event, yaml.CollectionEndEvent):
                self.levels.pop()
            elif isinstance(event, yaml.NodeEvent) and not self._open(event, line):
                return None
        if self.root is None:
            self.problems.add("", _("the file is empty"))
        return self.root

    def _open(self, event: yaml.NodeEvent, line: int) -> bool:
        """Add a node where it belongs. False when reading must stop."""
        if event.anchor is not None and not isinstance(event, yaml.AliasEvent):
            self.problems.add(self._place(), _("anchors of YAML (&) are not allowed: write the text out"), line)
        if getattr(event, "tag", None) is not None:
            self.problems.add(self._place(), _("tags (!) are not allowed"), line)
        if self._took_key(event, line):
            return True
        place = self._place()
        if isinstance(event, yaml.AliasEvent):
            self.problems.add(place, _("aliases (*) are not allowed: write the text out"), line)
            self._put(Text("", line, is_null=True))
        elif isinstance(event, yaml.ScalarEvent):
            self._put(Text(event.value, line, is_null=event.style is None and event.value in _NULLS))
        elif len(self.levels) >= DEEPEST:
            self.problems.add(place, _("this is nested too deeply for a framework"), line)
            return False
        else:
            node: Sequence | Mapping = Sequence(line) if isinstance(event, yaml.SequenceStartEvent) else Mapping(line)
            self._put(node)
            self.levels.append(_Level(node, place))
        return True

    def _took_key(self, event: yaml.NodeEvent, line: int) -> bool:
        """Whether this event was the key of a mapping."""
        level = self.levels[-1] if self.levels else None
        if level is None or not isinstance(level.node, Mapping) or level.key is not None:
            return False
        if not isinstance(event, yaml.ScalarEvent):
            self.problems.add(level.place, _("a key must be a word"), line)
            level.key = ""
            if isinstance(event, yaml.CollectionStartEvent):
                self.levels.append(_Level(None, level.place))
            return True
        if event.value in level.node.items:
            self.problems.add(join(level.place, event.value), _("this key is here twice"), line)
        level.key = event.value
        return True

    def _place(self) -> str:
        if not self.levels:
            return ""
        level = self.levels[-1]
        if isinstance(level.node, Mapping):
            return join(level.place, level.key or "")
        return f"{level.place}[{len(level.node.items) if level.node else 0}]"

    def _put(self, node: Node) -> None:
        if not self.levels:
            self.root = node
            return
        level = self.levels[-1]
        if isinstance(level.node, Mapping):
            level.node.items[level.key or ""] = node
            level.key = None
        elif isinstance(level.node, Sequence):
            level.node.items.append(node)


def join(place: str, key: str) -> str:
    """The place of a key within a mapping. A key that is a novel is cut: a place is read by a person."""
    short = " ".join(key.split())[:40]
    return f"{place}.{short}" if place else short
