"""Tables of assessors and items: severity, limits, fit, fair average."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from talimger.analysis import blocks
from talimger.analysis.numbers import Z95, FitNumbers, Group, Reading, verdict
from talimger.analysis.words import amount, facet_title, verdict_words
from talimger.shell.charts.dots import shown, signed

# What is listed in full; of more, as many at either end.
_FULL, _ENDS = 60, 15
# A table of more rows than this begins on a page of its own.
_LONG = 20
# Points, after the name: a strictness or difficulty, its limits, five more numbers.
_WIDTHS = (1, 52, 78, 46, 48, 44, 44, 52)


def number(value: float, places: int = 2) -> str:
    return shown(float(value), places) if math.isfinite(value) else "—"


def between(low: float, high: float, places: int = 1) -> str:
    return f"{shown(float(low), places)}–{shown(float(high), places)}"


def signed_between(low: float, high: float, places: int = 2) -> str:
    """Limits that may be below zero: a dash between two minus signs cannot be read."""
    return f"{signed(float(low), places)} … {signed(float(high), places)}"


def ends(count: int, full: int = _FULL, each: int = _ENDS) -> tuple[list[int], int]:
    """Which of ``count`` rows are listed, and how many stand between: all of them, or as many at either end."""
    if count <= full:
        return list(range(count)), 0
    return [*range(each), *range(count - each, count)], count - 2 * each


def with_gap(rows: Sequence[Sequence[Any]], gap: int, *, column: int = 0) -> list[Sequence[Any]]:
    """The rows of both ends with a row between them that says how many are left out."""
    if not gap:
        return list(rows)
    words = ngettext("… %(count)s more …", "… %(count)s more …", gap) % {"count": amount(gap)}
    half = len(rows) // 2
    return [*rows[:half], [words if place == column else "" for place in range(len(rows[0]))], *rows[half:]]


def assessor_blocks(reading: Reading, statistics: FitNumbers, groups: Sequence[Group]) -> list[blocks.Block]:
    """The assessors, part by part, from lenient to strict."""
    is_long = sum(len(group.assessors) for group in groups) > _LONG
    found = [blocks.heading(_("Assessors in numbers"), new_page=is_long)]
    fit = statistics.facets[reading.assessor_facet]
    measures = reading.assessors
    for group in groups:
        if group.number:
            found.append(blocks.heading(_("Part %(number)s") % {"number": group.number}, level=3))
        severity = reading.severity(group)
        listed, gap = ends(len(severity.places))
        rows = []
        for row in listed:
            place = int(severity.places[row])
            rows.append(
                [
                    blocks.with_remark(measures.labels[place], verdict_words(verdict(fit, place))),
                    signed(float(severity.points[row]), 2),
                    signed_between(severity.low[row], severity.high[row]),
                    signed(float(severity.logits[row]), 2),
                    amount(int(measures.n[place])),
                    number(fit.infit[place]),
                    number(fit.outfit[place]),
                    number(measures.fair_average[place]),
                ]
            )
        head = (
            pgettext("report", "Assessor"),
            _("Strictness, points"),
            _("Likely between"),
            _("Logits"),
            _("Ratings"),
            _("Infit"),
            _("Outfit"),
            _("Fair average"),
        )
        found.append(blocks.table(head, with_gap(rows, gap), numeric=range(1, 8), widths=_WIDTHS))
    return found


def facet_blocks(reading: Reading, statistics: FitNumbers, facet: str) -> list[blocks.Block]:
    """The elements of another facet, from hard to easy."""
    measures, fit = reading.fit.facets[facet], statistics.facets[facet]
    raw = reading.raw_means(reading.fit.table.facet(facet))
    order = np.argsort(-measures.measure, kind="stable")
    listed, gap = ends(len(order))
    rows = []
    for row in listed:
        place = int(order[row])
        reach = Z95 * float(measures.se[place])
        middle = float(measures.measure[place])
        rows.append(
            [
                blocks.with_remark(measures.labels[place], verdict_words(verdict(fit, place))),
                signed(middle, 2),
                signed_between(middle - reach, middle + reach),
                number(raw[place]),
                number(measures.fair_average[place]),
                amount(int(measures.n[place])),
                number(fit.infit[place]),
                number(fit.outfit[place]),
            ]
        )
    title = facet_title(facet)
    head = (
        title,
        _("Difficulty, logits"),
        _("Likely between"),
        _("Plain mean"),
        _("Fair average"),
        _("Ratings"),
        _("Infit"),
        _("Outfit"),
    )
    table = blocks.table(head, with_gap(rows, gap), numeric=range(1, 8), widths=_WIDTHS)
    return [blocks.heading(_("%(facet)s, from hard to easy") % {"facet": title}), table]
