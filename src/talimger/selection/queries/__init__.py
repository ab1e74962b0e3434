"""Every non-trivial read of selection."""

from talimger.selection.queries.board import (
    AssessorLoad,
    Board,
    BoardRow,
    CellState,
    SheetTotals,
    assessor_loads,
    board,
    raters_with_load,
    sheet_totals,
)
from talimger.selection.queries.candidates import CandidateRow, candidate_rows, candidates_listed, current_decision
from talimger.selection.queries.export import RATING_COLUMNS, rating_rows
from talimger.selection.queries.imports import preview_of, table_of
from talimger.selection.queries.intakes import IntakeSummary, intake_summaries
from talimger.selection.queries.matrix import CandidateCell, CandidateMatrix, CellStatus, matrix_of
from talimger.selection.queries.profile import Profile, profile_of
from talimger.selection.queries.scores import (
    ScoreInput,
    Scoring,
    competencies_of_items,
    latest_run,
    possible_raters,
    score_input,
    scores_shown,
    scoring_of,
    with_level_in_force,
)
from talimger.selection.queries.sheets import Evidence, SheetPage, item_keys, next_sheet, own_queue, queue_counts, sheet_page, sheets_of
from talimger.selection.queries.steps import PhaseRow, interviewers_from_outside, overrides_of, phases_of

__all__ = [
    "RATING_COLUMNS",
    "AssessorLoad",
    "Board",
    "BoardRow",
    "CandidateCell",
    "CandidateMatrix",
    "CandidateRow",
    "CellState",
    "CellStatus",
    "Evidence",
    "IntakeSummary",
    "PhaseRow",
    "Profile",
    "ScoreInput",
    "Scoring",
    "SheetPage",
    "SheetTotals",
    "assessor_loads",
    "board",
    "candidate_rows",
    "candidates_listed",
    "competencies_of_items",
    "current_decision",
    "intake_summaries",
    "interviewers_from_outside",
    "item_keys",
    "latest_run",
    "matrix_of",
    "next_sheet",
    "overrides_of",
    "own_queue",
    "phases_of",
    "possible_raters",
    "preview_of",
    "profile_of",
    "queue_counts",
    "raters_with_load",
    "rating_rows",
    "score_input",
    "scores_shown",
    "scoring_of",
    "sheet_page",
    "sheet_totals",
    "sheets_of",
    "table_of",
    "with_level_in_force",
]
