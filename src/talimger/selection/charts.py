"""The pictures of selection: coverage and profile."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from talimger.selection.queries import Board, CellState, Profile
from talimger.shell.charts import Cell, Column, Dot, DotChart, Matrix, MatrixRow


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


def profile_charts(profile: Profile) -> list[DotChart]:
    """One chart a competency: the raw mean of each method, and of all together."""
    charts = []
    for each in profile.competencies:
        rows = [Dot(label=method, value=mean.mean if mean else None, missing=_("no evidence")) for method, mean in each.by_method]
        if each.mean is not None and len(rows) > 1:
            rows.append(Dot(label=_("All methods"), value=each.mean.mean))
        charts.append(
            DotChart(
                key=f"competency-{each.competency.order}",
                title=str(each.competency.name),
                description=_("Raw means of the locked ratings, by method, from 1 to 5."),
                rows=tuple(rows),
            )
        )
    return charts
