"""The pictures of selection: coverage, profile, and the range of a fair score."""

from __future__ import annotations

import math

from django.urls import reverse
from django.utils.translation import gettext as _

from talimger.selection.models import AssessorSeverity, FairScore
from talimger.selection.queries import Board, CellState, Profile, Scoring
from talimger.shell.charts import Cell, Column, Dot, DotChart, Matrix, MatrixRow, linear_scale

# The scale of ratings as an axis, with room for half a dot at either end.
SCORES = linear_scale(1, 5, start=5, end=95)


def board_chart(board: Board, programme: str) -> Matrix:
    """Candidate x method: done, one of two, none, conflict, not needed."""
    return Matrix(
        key="board",
        title=_("Coverage"),
        description=_("For each candidate and method: how many of the needed sheets are locked."),
        row_head=_("Candidate"),
        columns=tuple(Column(str(method), str(method.short_name or method)) for method in board.methods),
        rows=tuple(
            MatrixRow(
                row.candidate.full_name,
                tuple(Cell(cell.shape, _word(cell)) for cell in row.cells),
                reverse("selection:candidate", kwargs={"programme": programme, "pk": row.candidate.pk}),
            )
            for row in board.rows
        ),
    )


def _word(cell: CellState) -> str:
    if cell.shape == "na":
        return _("not needed")
    if cell.shape == "conf":
        return _("conflict")
    if not cell.assigned:
        return _("nobody")
    return _("%(done)s of %(all)s") % {"done": cell.locked, "all": cell.needed}


def score_axis() -> list[tuple[str, int]]:
    """The whole levels with their places on the axis of a list of scores."""
    return [(SCORES.percent(level), level) for level in range(1, 6)]


def overall_chart(profile: Profile, fair: FairScore | None, scoring: Scoring) -> DotChart:
    """The fair score with its range above the raw mean, so that one sees what the assessors' severity did."""
    missing = _("being computed") if scoring.is_pending else _("not computed")
    rows = [
        Dot(
            label=_("Fair score"),
            value=fair.score if fair else None,
            low=fair.low if fair else None,
            high=fair.high if fair else None,
            missing=missing,
        )
    ]
    rows.append(Dot(label=_("Raw mean"), value=profile.overall.mean if profile.overall else None, missing=_("no evidence")))
    return DotChart(
        key="overall",
        title=_("All ratings together"),
        description=_("The fair score with its range, and the raw mean of the locked ratings, from 1 to 5."),
        rows=tuple(rows),
    )


def severity_chart(severity: AssessorSeverity) -> DotChart:
    """One assessor against the line at which they would give what colleagues give. Nobody else is on it."""
    reach = max(1.0, abs(severity.points_low), abs(severity.points_high))
    reach = math.ceil(reach * 2) / 2
    return DotChart(
        key="severity",
        title=_("Stricter or more lenient than colleagues"),
        description=_("Points of the scale from 1 to 5 that you give less (right) or more (left) than colleagues, with the range."),
        rows=(Dot(label=_("You"), value=severity.points, low=severity.points_low, high=severity.points_high),),
        low=-reach,
        high=reach,
        start=_("more lenient"),
        end=_("stricter"),
        cut=0,
        cut_label=_("as colleagues"),
    )
