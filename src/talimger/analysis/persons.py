"""People in the order of their fair scores, with limits, beside the plain mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from talimger.analysis import blocks
from talimger.analysis.numbers import Group, Reading
from talimger.analysis.tables import between, ends, number, with_gap
from talimger.analysis.words import amount
from talimger.shell.charts.scales import linear_scale

# Up to here everybody is listed; a picture of the limits stands in every row while the list is short.
_FULL, _ENDS, _WITH_PICTURE = 300, 23, 120
# Points that the number of a place takes.
_PLACES, _WIDE_PLACES = 24, 38


def person_blocks(reading: Reading, groups: Sequence[Group]) -> list[blocks.Block]:
    """A list for everybody, or for each part: never one order across parts."""
    intro = _("The fair score is what an average assessor would give on average items. The plain mean depends on whom a person met.")
    found = [blocks.heading(_("People by fair score"), intro, new_page=True)]
    for group in groups:
        if group.number:
            found.append(blocks.heading(_("Part %(number)s") % {"number": group.number}, level=3))
        found.append(_several(reading, group) if len(reading.fit.dimensions) > 1 else _one(reading, group))
    return found


def _order(reading: Reading, group: Group) -> list[int]:
    return [int(group.persons[place]) for place in np.argsort(-reading.fair_mean[group.persons], kind="stable")]


def _place_width(order: list[int]) -> int:
    return _WIDE_PLACES if len(order) > 999 else _PLACES


def _one(reading: Reading, group: Group) -> blocks.Block:
    table = reading.fit.table
    fair, low, high = reading.fair(reading.fit.dimensions[0])
    raw = reading.raw_means(table.person)
    scale = linear_scale(float(table.categories[0]), float(table.categories[-1]), start=0.02, end=0.98)
    order = _order(reading, group)
    listed, gap = ends(len(order), _FULL, _ENDS)
    has_picture = len(listed) <= _WITH_PICTURE
    rows = []
    for row in listed:
        place = order[row]
        picture = [[round(scale(float(value[place])), 4) for value in (fair, low, high)]] if has_picture else []
        words = [number(fair[place]), between(low[place], high[place]), number(raw[place])]
        rows.append([amount(row + 1), table.person.labels[place], *picture, *words, amount(int(reading.ratings_of_person[place]))])
    ruler = f"{int(table.categories[0])}–{int(table.categories[-1])}"
    head = [
        "№",
        pgettext("report", "Person"),
        *([ruler] if has_picture else []),
        _("Fair score"),
        _("Likely between"),
        _("Plain mean"),
        _("Ratings"),
    ]
    if not has_picture:
        return blocks.table(
            head,
            with_gap(rows, gap, column=1),
            numeric=(0, 2, 3, 4, 5),
            widths=(_place_width(order), 1, 34, 46, 34, 32),
            columns=2,
        )
    return blocks.table(
        head,
        with_gap(rows, gap, column=1),
        numeric=(0, 3, 4, 5, 6),
        widths=(_place_width(order), 1.3, 1, 62, 62, 52, 46),
    )


def _several(reading: Reading, group: Group) -> blocks.Block:
    """Several dimensions: the mean of a person's fair scores, then each with its limits."""
    table = reading.fit.table
    scores = {name: reading.fair(name) for name in reading.fit.dimensions}
    raw = reading.raw_means(table.person)
    order = _order(reading, group)
    listed, gap = ends(len(order), _FULL, _ENDS)
    rows = []
    for row in listed:
        place = order[row]
        each = [
            f"{number(fair[place], 1)} ({between(low[place], high[place])})" if reading.fit.persons[name].n[place] else "—"
            for name, (fair, low, high) in scores.items()
        ]
        rows.append([amount(row + 1), table.person.labels[place], number(reading.fair_mean[place]), *each, number(raw[place])])
    head = ["№", pgettext("report", "Person"), _("Mean of the fair scores"), *scores, _("Plain mean")]
    numeric = [0, *range(2, len(head))]
    return blocks.table(
        head,
        with_gap(rows, gap, column=1),
        numeric=numeric,
        widths=(_place_width(order), 1.4, *([1] * (len(scores) + 1)), 48),
    )
