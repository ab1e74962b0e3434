"""The four pictures of a fit, from plain numbers and in the reader's language. A page draws them without a numbers library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from talimger.analysis.words import amount, facet_title, people
from talimger.shell.charts import (
    CategoryCurve,
    CategoryCurves,
    MapColumn,
    MapMark,
    RatingNetwork,
    SeverityStrip,
    StripMark,
    Tie,
    VariableMap,
)

Numbers = dict[str, Any]
"""Numbers and labels as JSON keeps them; the functions of ``charts`` make them from a fit, those here draw them."""


def draw_severity(numbers: Numbers, *, most: int = 12) -> SeverityStrip:
    """Assessors of a group from lenient to strict, in points of the scale; of many, ``most`` at either end."""
    number, marks = numbers["number"], numbers["marks"]
    out, count = sum(low > 0 or high < 0 for _label, _value, low, high in marks), len(marks)
    title = _("How strict the assessors are")
    if number:
        title = _("How strict the assessors of part %(number)s are") % {"number": number}
    return SeverityStrip(
        key=f"severity-{number}",
        title=title,
        description=ngettext(
            "%(out)s of %(count)s assessor stands out from the others for sure.",
            "%(out)s of %(count)s assessors stand out from the others for sure.",
            count,
        )
        % {"out": amount(out), "count": amount(count)},
        marks=tuple(StripMark(label, value, low, high) for label, value, low, high in marks),
        places=2,
        most=most,
        centre_label=pgettext("severity", "like colleagues"),
        start=pgettext("severity", "more lenient"),
        end=pgettext("severity", "stricter"),
        unit=_("points of the rating scale"),
    )


def draw_map(numbers: Numbers) -> VariableMap:
    """Everything on the logit ruler: people, every facet, the thresholds."""
    return VariableMap(
        key="ruler",
        title=_("Everything on one ruler"),
        description=_("People at the left, assessors and items in the middle, steps of the scale at the right; the unit is the logit."),
        persons=tuple(numbers["persons"]),
        persons_title=people(),
        persons_top=pgettext("severity", "stronger"),
        columns=tuple(
            MapColumn(
                facet_title(column["name"], is_assessor=column["is_assessor"]),
                _marks(column["marks"]),
                pgettext("severity", "stricter") if column["is_assessor"] else pgettext("severity", "harder"),
            )
            for column in numbers["columns"]
        ),
        steps_title=pgettext("severity", "Steps"),
        steps=_marks(numbers["steps"]),
    )


def _marks(pairs: Sequence[Sequence[Any]]) -> tuple[MapMark, ...]:
    return tuple(MapMark(label, at) for label, at in pairs)


def draw_curves(numbers: Numbers) -> CategoryCurves:
    """How likely each rating is for people along the ruler, given by an average assessor on an average item."""
    description = _("One curve for each rating: how likely it is, from the weakest to the strongest person.")
    if numbers["is_mean"]:
        description += " " + _("Every item has steps of its own; the picture shows their mean.")
    return CategoryCurves(
        key="categories",
        title=_("Which rating is likely for whom"),
        description=description,
        places=tuple(numbers["places"]),
        curves=tuple(CategoryCurve(label, tuple(shares)) for label, shares in numbers["curves"]),
        start=pgettext("severity", "weaker people"),
        end=pgettext("severity", "stronger people"),
    )


def draw_network(numbers: Numbers) -> RatingNetwork:
    """Assessors, tied when they rated the same people; in the order of the parts of the ratings."""
    return RatingNetwork(
        key="network",
        title=_("Who rated the same people"),
        description=_("Assessors are tied when they rated the same people; the thicker the line, the more people."),
        nodes=tuple(numbers["nodes"]),
        ties=tuple(Tie(one, other, count) for one, other, count in numbers["ties"]),
        groups=tuple(tuple(part["nodes"]) for part in numbers["parts"]),
        notes=tuple(_size(part["assessors"], part["persons"]) for part in numbers["parts"]),
        shared=_("People rated by both"),
    )


def _size(assessors: int, persons: int) -> str:
    one = ngettext("%(count)s assessor", "%(count)s assessors", assessors) % {"count": amount(assessors)}
    return f"{one}, {ngettext('%(count)s person', '%(count)s people', persons) % {'count': amount(persons)}}"
