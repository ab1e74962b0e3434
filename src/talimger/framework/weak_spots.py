"""Where the matrix is thin: found from the framework itself, said in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talimger.framework.content import FrameworkContent, MethodContent
from talimger.framework.models import Method
from talimger.framework.words import count_of_competencies, listed, sentence

# A competency on fewer methods than this has no third opinion.
ENOUGH_METHODS = 3


class Weakness(StrEnum):
    """In the order in which they matter."""

    NO_METHOD = "no_method"
    NO_EXERCISE = "no_exercise"
    FEW_METHODS = "few_methods"
    ONE_RATER_MOVES_ALL = "one_rater_moves_all"
    INDICATORS_WITHOUT_EXERCISE = "indicators_without_exercise"


@dataclass(frozen=True)
class WeakSpot:
    """One weakness of a matrix: the codes of what it is about, what it is, what it means, and particulars line by line."""

    kind: Weakness
    title: str
    meaning: str
    competencies: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def find_weak_spots(content: FrameworkContent) -> list[WeakSpot]:
    """Every weak spot, the gravest first; an empty list for a matrix without one."""
    found = (_no_method(content), _no_exercise(content), _few_methods(content), _one_rater(content), _indicators(content))
    return [spot for spot in found if spot is not None]


def finding(content: FrameworkContent) -> str:
    """The one sentence that a page about this framework begins with."""
    without = _competencies_without(content, content.methods)
    if without:
        return _("No method gives evidence on %(competencies)s") % {"competencies": listed(without)}
    count = len(_competencies_without(content, _exercises(content)))
    if count:
        words = ngettext("%(count)s competency has no exercise at all", "%(count)s competencies have no exercise at all", count)
        return sentence(words % {"count": count_of_competencies(count)})
    return _("Every competency is seen in an exercise")


def _exercises(content: FrameworkContent) -> tuple[MethodContent, ...]:
    return tuple(method for method in content.methods if method.kind == Method.Kind.EXERCISE)


def _competencies_without(content: FrameworkContent, methods: tuple[MethodContent, ...]) -> tuple[str, ...]:
    """The competencies on which none of these methods gives evidence."""
    covered = {code for method in methods for code in method.competencies}
    return tuple(competency.code for competency in content.competencies if competency.code not in covered)


def _no_method(content: FrameworkContent) -> WeakSpot | None:
    codes = _competencies_without(content, content.methods)
    if not codes:
        return None
    return WeakSpot(
        Weakness.NO_METHOD,
        title=_("No method at all: %(competencies)s") % {"competencies": listed(codes)},
        meaning=_("Nobody can be scored there. Add a cell to the matrix."),
        competencies=codes,
    )


def _no_exercise(content: FrameworkContent) -> WeakSpot | None:
    codes = _competencies_without(content, _exercises(content))
    if not codes:
        return None
    return WeakSpot(
        Weakness.NO_EXERCISE,
        title=_("No exercise: %(competencies)s") % {"competencies": listed(codes)},
        meaning=_("Nobody sees the candidate at work there. What is known comes from records and from what people say."),
        competencies=codes,
    )


def _few_methods(content: FrameworkContent) -> WeakSpot | None:
    """Competencies that rest on one or two methods once those that do not apply to everyone are left out."""
    always: dict[str, list[MethodContent]] = defaultdict(list)
    for method, cell in content.cells():
        if method.applies == Method.Applies.EVERYONE:
            always[cell.competency].append(method)
    codes = tuple(each.code for each in content.competencies if 0 < len(always[each.code]) < ENOUGH_METHODS)
    if not codes:
        return None
    conditional = [str(method.label) for method in content.methods if method.applies != Method.Applies.EVERYONE and method.cells]
    if conditional:
        words = {"methods": listed(conditional), "competencies": listed(codes)}
        title = _("One or two methods without “%(methods)s”: %(competencies)s") % words
        meaning = _("Whoever did not come through UPSHIFT training is judged there by these alone.")
    else:
        title = _("One or two methods: %(competencies)s") % {"competencies": listed(codes)}
        meaning = _("Candidates are judged there by these alone.")
    return WeakSpot(
        Weakness.FEW_METHODS,
        title=title,
        meaning=meaning,
        competencies=codes,
        methods=tuple(dict.fromkeys(method.code for code in codes for method in always[code])),
        lines=tuple(f"{code}: {', '.join(str(method.label) for method in always[code])}" for code in codes),
    )


def _one_rater(content: FrameworkContent) -> WeakSpot | None:
    """Methods for everyone that touch every competency."""
    total = len(content.competencies)
    methods = [each for each in content.methods if total > 1 and each.applies == Method.Applies.EVERYONE and len(each.cells) == total]
    if not methods:
        return None
    return WeakSpot(
        Weakness.ONE_RATER_MOVES_ALL,
        title=_("In every competency: %(methods)s") % {"methods": listed([str(method.label) for method in methods])},
        meaning=_("One strict rater lowers all scores of a candidate. How strict these raters are must be estimated."),
        methods=tuple(method.code for method in methods),
    )


def _indicators(content: FrameworkContent) -> WeakSpot | None:
    """Indicators that no rating item of an exercise covers; an item about a whole competency covers all of its indicators."""
    missing = tuple(_uncovered(content))
    if not missing:
        return None
    total = sum(1 for _each in content.indicators())
    words = ngettext(
        "%(count)s of %(total)s indicators is seen in no exercise",
        "%(count)s of %(total)s indicators are seen in no exercise",
        len(missing),
    )
    whole = _competencies_without(content, _exercises(content))
    lines = [
        f"{indicator.code} {indicator.name}"
        for competency, indicator in content.indicators()
        if indicator.code in missing and competency.code not in whole
    ]
    if whole:
        lines.append(_("all indicators of %(competencies)s") % {"competencies": listed(whole)})
    return WeakSpot(
        Weakness.INDICATORS_WITHOUT_EXERCISE,
        title=words % {"count": len(missing), "total": total},
        meaning=_("They can be read off records and answers, but not off what a candidate does."),
        indicators=missing,
        lines=tuple(lines),
    )


def _uncovered(content: FrameworkContent) -> Iterator[str]:
    exercises = {method.code for method in _exercises(content)}
    items = [item for method, item in content.items() if method.code in exercises]
    for competency, indicator in content.indicators():
        if not any(item.competency == competency.code and item.indicator in ("", indicator.code) for item in items):
            yield indicator.code
