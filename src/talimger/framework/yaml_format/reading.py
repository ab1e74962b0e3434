"""From a file to a framework. Everything that is wrong is reported at once, each thing at its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from talimger.framework.content import (
    ANCHOR_LENGTH,
    LEVELS,
    NAME_LENGTH,
    REASON_LENGTH,
    SHORT_NAME_LENGTH,
    AnchorContent,
    CellContent,
    CompetencyContent,
    FrameworkContent,
    IndicatorContent,
    ItemContent,
    MethodContent,
    PartContent,
    TermContent,
    tidy,
)
from talimger.framework.models import Indicator, Method, Term
from talimger.framework.yaml_format import tree
from talimger.framework.yaml_format.problems import Problem, Problems
from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText
from talimger.people.roles import Role

SECTIONS = {
    "performance_sources": Term.Kind.PERFORMANCE_SOURCE,
    "kpis": Term.Kind.KPI,
    "help_areas": Term.Kind.HELP_AREA,
    "make_it_real_stages": Term.Kind.MAKE_IT_REAL_STAGE,
}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SLUG = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Reading:
    """What came of a file: its content, or, when there are problems, ``None`` and all of them."""

    content: FrameworkContent | None
    problems: tuple[Problem, ...] = ()


def read_framework(source: str | bytes, *, languages: Sequence[str] = LANGUAGE_CODES) -> Reading:
    """Read a file. Its texts must have words in ``languages``; whatever else is wrong is a problem too, never an exception."""
    problems = Problems()
    root = tree.parse_tree(source, problems)
    content = None if root is None else _Reader(problems, tuple(languages)).framework(root)
    return Reading(None if problems.found else content, tuple(sorted(problems.found, key=lambda problem: problem.line)))


class _Reader:
    """Each method reads one kind of node. A node of the wrong kind is reported and read as an empty one."""

    def __init__(self, problems: Problems, languages: tuple[str, ...]) -> None:
        self.problems = problems
        self.languages = languages

    # ── the parts of a framework ──

    def framework(self, node: tree.Node) -> FrameworkContent:
        keys = self._mapping(node, "", ("framework", "competencies", "methods", "matrix", "rating_items"), tuple(SECTIONS))
        head = self._mapping(keys.get("framework"), "framework", ("code", "name"), ("draft_languages",))
        competencies = tuple(self._competencies(keys.get("competencies")))
        methods = self._methods(keys.get("methods"), keys.get("matrix"), keys.get("rating_items"), competencies)
        terms = [term for section, kind in SECTIONS.items() for term in self._terms(keys.get(section), section, kind)]
        return FrameworkContent(
            code=self._code(head.get("code"), "framework.code", 40, _SLUG),
            name=self._localised(head.get("name"), "framework.name", NAME_LENGTH),
            draft_languages=tuple(self._words(head.get("draft_languages"), "framework.draft_languages", LANGUAGE_CODES)),
            competencies=competencies,
            methods=methods,
            terms=tuple(terms),
        )

    def _competencies(self, node: tree.Node | None) -> list[CompetencyContent]:
        found = []
        codes: set[str] = set()
        indicator_codes: set[str] = set()
        for place, item in self._list(node, "competencies", at_least_one=True):
            keys = self._mapping(item, place, ("code", "name", "indicators"))
            indicators = self._list(keys.get("indicators"), f"{place}.indicators", at_least_one="indicators" in keys)
            found.append(
                CompetencyContent(
                    code=self._unique_code(keys.get("code"), f"{place}.code", 10, codes),
                    name=self._localised(keys.get("name"), f"{place}.name", NAME_LENGTH),
                    indicators=tuple(self._indicator(each, where, indicator_codes) for where, each in indicators),
                )
            )
        return found

    def _indicator(self, node: tree.Node, place: str, codes: set[str]) -> IndicatorContent:
        keys = self._mapping(node, place, ("code", "name", "anchors"), ("target", "parts"))
        part_codes: set[str] = set()
        return IndicatorContent(
            code=self._unique_code(keys.get("code"), f"{place}.code", 10, codes),
            name=self._localised(keys.get("name"), f"{place}.name", NAME_LENGTH),
            target=self._choice(keys.get("target"), f"{place}.target", Indicator.Target.values),
            parts=tuple(self._part(each, where, part_codes) for where, each in self._list(keys.get("parts"), f"{place}.parts")),
            anchors=tuple(self._anchors(keys.get("anchors"), f"{place}.anchors")),
        )

    def _part(self, node: tree.Node, place: str, codes: set[str]) -> PartContent:
        keys = self._mapping(node, place, ("code", "name"))
        return PartContent(
            self._unique_code(keys.get("code"), f"{place}.code", 20, codes),
            self._localised(keys.get("name"), f"{place}.name", NAME_LENGTH),
        )

    def _anchors(self, node: tree.Node | None, place: str) -> list[AnchorContent]:
        if node is None:
            return []
        levels = self._items_of(node, place)
        for key, value in levels.items():
            if key not in map(str, LEVELS):
                self._problem(tree.join(place, key), _("anchors describe the levels 1, 3 and 5 only"), value)
        for level in LEVELS:
            if str(level) not in levels:
                self._problem(place, _("level %(level)s is missing") % {"level": level}, node)
        return [
            AnchorContent(level, self._localised(levels[str(level)], f"{place}.{level}", ANCHOR_LENGTH))
            for level in LEVELS
            if str(level) in levels
        ]

    def _methods(
        self, node: tree.Node | None, matrix: tree.Node | None, items: tree.Node | None, competencies: Sequence[CompetencyContent]
    ) -> tuple[MethodContent, ...]:
        codes: set[str] = set()
        read = []
        for place, item in self._list(node, "methods", at_least_one=True):
            keys = self._mapping(item, place, ("code", "kind", "name"), ("short_name", "condition", "by"))
            code = self._unique_code(keys.get("code"), f"{place}.code", 30, codes)
            read.append((place, code, keys))
        cells = {code: self._cells(each, where, competencies) for code, where, each in self._by_method(matrix, "matrix", codes)}
        scored = {
            code: self._items(each, where, competencies, [cell.competency for cell in cells.get(code, ())])
            for code, where, each in self._by_method(items, "rating_items", codes)
        }
        for code, of_method in cells.items():
            for cell in of_method:
                if cell.competency not in {item.competency for item in scored.get(code, ())}:
                    self._problem(f"rating_items.{code}", _("nothing is scored in the cell %(cell)s") % {"cell": cell.competency}, items)
        return tuple(
            MethodContent(
                code=code,
                kind=self._choice(keys.get("kind"), f"{place}.kind", Method.Kind.values),
                name=self._localised(keys.get("name"), f"{place}.name", NAME_LENGTH),
                short_name=self._localised(keys.get("short_name"), f"{place}.short_name", SHORT_NAME_LENGTH),
                applies=self._choice(keys.get("condition"), f"{place}.condition", Method.Applies.values) or Method.Applies.EVERYONE.value,
                rater_role=self._choice(keys.get("by"), f"{place}.by", Role.values),
                cells=tuple(cells.get(code, ())),
                items=tuple(scored.get(code, ())),
            )
            for place, code, keys in read
        )

    def _by_method(self, node: tree.Node | None, section: str, methods: Collection[str]) -> list[tuple[str, str, tree.Node]]:
        found = []
        for code, value in self._items_of(node, section).items() if node else ():
            place = tree.join(section, code)
            if code not in methods:
                self._problem(place, _("there is no method “%(code)s”") % {"code": code[:40]}, value)
            else:
                found.append((code, place, value))
        return found

    def _cells(self, node: tree.Node, place: str, competencies: Sequence[CompetencyContent]) -> list[CellContent]:
        order = [competency.code for competency in competencies]
        found: dict[str, CellContent] = {}
        for where, item in self._list(node, place):
            keys = {"competency": item} if isinstance(item, tree.Text) else self._mapping(item, where, ("competency",), ("reason",))
            code = self._words_of(keys.get("competency"), where, 10)
            if code in found:
                self._problem(where, _("“%(code)s” is named twice") % {"code": code}, item)
            elif code and code not in order:
                self._problem(where, _("there is no competency “%(code)s”") % {"code": code}, item)
            elif code:
                reason = self._words_of(keys["reason"], f"{where}.reason", REASON_LENGTH) if "reason" in keys else ""
                found[code] = CellContent(code, reason)
        return sorted(found.values(), key=lambda cell: order.index(cell.competency))

    def _items(
        self, node: tree.Node, place: str, competencies: Sequence[CompetencyContent], cells: Collection[str]
    ) -> list[ItemContent]:
        found: list[ItemContent] = []
        for where, each in self._list(node, place):
            keys = self._mapping(each, where, ("competency",), ("indicator", "part"))
            words = {key: self._words_of(value, f"{where}.{key}", 20) for key, value in keys.items()}
            item = ItemContent(words.get("competency", ""), words.get("indicator", ""), words.get("part", ""))
            if item.competency and self._is_in_framework(item, where, each, competencies, cells):
                if item in found:
                    self._problem(where, _("this is scored twice"), each)
                else:
                    found.append(item)
        return found

    def _is_in_framework(
        self, item: ItemContent, place: str, node: tree.Node, competencies: Sequence[CompetencyContent], cells: Collection[str]
    ) -> bool:
        competency = next((each for each in competencies if each.code == item.competency), None)
        indicator = next((each for each in competency.indicators if each.code == item.indicator), None) if competency else None
        if item.competency not in cells:
            self._problem(place, _("“%(code)s” is not a cell of this method in the matrix") % {"code": item.competency}, node)
        elif item.indicator and indicator is None:
            words = {"code": item.indicator, "competency": item.competency}
            self._problem(place, _("there is no indicator “%(code)s” in the competency %(competency)s") % words, node)
        elif item.part and (indicator is None or item.part not in {part.code for part in indicator.parts}):
            self._problem(place, _("there is no part “%(code)s” of this indicator") % {"code": item.part}, node)
        else:
            return True
        return False

    def _terms(self, node: tree.Node | None, section: str, kind: Term.Kind) -> list[TermContent]:
        codes: set[str] = set()
        optional = ("subtypes",) if kind == Term.Kind.PERFORMANCE_SOURCE else ()
        found = []
        for place, item in self._list(node, section):
            keys = self._mapping(item, place, ("code", "name"), optional)
            code = self._unique_code(keys.get("code"), f"{place}.code", 30, codes)
            name = self._localised(keys.get("name"), f"{place}.name", NAME_LENGTH)
            subtypes: set[str] = set()
            listed = self._list(keys.get("subtypes"), f"{place}.subtypes")
            found.append(TermContent(kind.value, code, name, tuple(self._unique_code(each, where, 30, subtypes) for where, each in listed)))
        return found

    # ── kinds of nodes ──

    def _problem(self, place: str, message: str, node: tree.Node | None) -> None:
        self.problems.add(place, message, node.line if node else 0)

    def _items_of(self, node: tree.Node, place: str) -> dict[str, tree.Node]:
        if isinstance(node, tree.Mapping):
            return node.items
        self._problem(place, _("keys with values belong here"), node)
        return {}

    def _mapping(
        self, node: tree.Node | None, place: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> dict[str, tree.Node]:
        """The values of known keys. Unknown keys and required ones that are missing are problems."""
        if node is None:
            return {}
        items = self._items_of(node, place)
        known = (*required, *optional)
        for key, value in items.items():
            if key not in known:
                self._problem(tree.join(place, key), _("this key is unknown; known are %(known)s") % {"known": ", ".join(known)}, value)
        if isinstance(node, tree.Mapping):
            for key in required:
                if key not in items:
                    self._problem(place, _("“%(key)s” is missing") % {"key": key}, node)
        return {key: value for key, value in items.items() if key in known}

    def _list(self, node: tree.Node | None, place: str, *, at_least_one: bool = False) -> list[tuple[str, tree.Node]]:
        """The items of a list with their places."""
        if node is None:
            return []
        if not isinstance(node, tree.Sequence):
            self._problem(place, _("a list belongs here"), node)
            return []
        if at_least_one and not node.items:
            self._problem(place, _("at least one is needed"), node)
        return [(f"{place}[{index}]", item) for index, item in enumerate(node.items)]

    def _words_of(self, node: tree.Node | None, place: str, limit: int) -> str:
        """A text that must have words, at most ``limit`` signs of them; empty after a problem."""
        if node is None:
            return ""
        if not isinstance(node, tree.Text):
            self._problem(place, _("a text belongs here"), node)
            return ""
        words = "" if node.is_null else tidy(node.words)
        if not words:
            self._problem(place, _("this is empty"), node)
        elif len(words) > limit:
            figures = {"count": len(words), "limit": limit}
            self._problem(place, _("%(count)s characters are too many, at most %(limit)s fit") % figures, node)
            return ""
        return words

    def _code(self, node: tree.Node | None, place: str, limit: int, pattern: re.Pattern[str] = _CODE) -> str:
        code = self._words_of(node, place, limit)
        if code and not pattern.fullmatch(code):
            self._problem(place, _("a code is Latin letters, digits, dots and hyphens, without spaces"), node)
            return ""
        return code

    def _unique_code(self, node: tree.Node | None, place: str, limit: int, codes: set[str]) -> str:
        code = self._code(node, place, limit)
        if code in codes:
            self._problem(place, _("the code “%(code)s” is used twice") % {"code": code}, node)
        elif code:
            codes.add(code)
        return code

    def _choice(self, node: tree.Node | None, place: str, known: Sequence[str]) -> str:
        word = self._words_of(node, place, 40)
        if word and word not in known:
            self._problem(place, _("“%(word)s” is not one of %(known)s") % {"word": word, "known": ", ".join(known)}, node)
            return ""
        return word

    def _words(self, node: tree.Node | None, place: str, known: Sequence[str]) -> list[str]:
        words = [self._choice(item, where, known) for where, item in self._list(node, place)]
        return [word for word in known if word in words]

    def _localised(self, node: tree.Node | None, place: str, limit: int) -> LocalisedText:
        """A text in every language of the programme, and perhaps in others of ours."""
        if node is None:
            return LocalisedText()
        if isinstance(node, tree.Text):
            self._problem(place, _("write this text by language, for example {ru: …, kk: …, en: …}"), node)
            return LocalisedText()
        items = self._items_of(node, place)
        known = {"known": ", ".join(LANGUAGE_CODES)}
        for key, value in items.items():
            if key not in LANGUAGE_CODES:
                self._problem(tree.join(place, key), _("this language is unknown; known are %(known)s") % known, value)
        missing = [code for code in self.languages if code not in items]
        if missing and isinstance(node, tree.Mapping):
            self._problem(place, _("the text is missing in %(languages)s") % {"languages": ", ".join(missing)}, node)
        return LocalisedText(**{code: self._words_of(items.get(code), f"{place}.{code}", limit) for code in LANGUAGE_CODES})
