"""Every non-trivial read of selection."""

from talimger.selection.queries.appeals import ProcedureCheck, appeals_of, appeals_of_others, procedure_of
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
from talimger.selection.queries.candidates import CandidateRow, candidate_rows, candidates_listed, current_decision, how_many_complete
from talimger.selection.queries.days import BlockView, DayView, PersonDay, SessionView, day_view
from talimger.selection.queries.desk import QueueLine, queue_lines
from talimger.selection.queries.export import RATING_COLUMNS, rating_rows
from talimger.selection.queries.fairness import counted, fairness_of
from talimger.selection.queries.imports import preview_of, table_of
from talimger.selection.queries.intakes import IntakeSummary, intake_summaries
from talimger.selection.queries.letters import LettersPage, PlacesPage, letters_page, places_page
from talimger.selection.queries.matrix import CandidateCell, CandidateMatrix, CellStatus, matrix_of
from talimger.selection.queries.profile import Profile, WashUpRow, profile_of, superseded_sheets, wash_up_of, wash_up_rows
from talimger.selection.queries.proposals import ProposalView, network_of, proposal_view, waiting_proposal, who_could_take
from talimger.selection.queries.ranking import Band, RankedRow, Ranking, ranking_of
from talimger.selection.queries.reliability import own_severity, reliabilities_of
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
from talimger.selection.queries.sheets import (
    Evidence,
    SheetPage,
    item_keys,
    own_queue,
    queue_counts,
    sheet_page,
    sheets_of,
    shown_name,
)
from talimger.selection.queries.steps import PhaseRow, interviewers_from_outside, overrides_of, phases_of

__all__ = [
    "RATING_COLUMNS",
    "AssessorLoad",
    "Band",
    "BlockView",
    "Board",
    "BoardRow",
    "CandidateCell",
    "CandidateMatrix",
    "CandidateRow",
    "CellState",
    "CellStatus",
    "DayView",
    "Evidence",
    "IntakeSummary",
    "LettersPage",
    "PersonDay",
    "PhaseRow",
    "PlacesPage",
    "ProcedureCheck",
    "Profile",
    "ProposalView",
    "QueueLine",
    "RankedRow",
    "Ranking",
    "ScoreInput",
    "Scoring",
    "SessionView",
    "SheetPage",
    "SheetTotals",
    "WashUpRow",
    "appeals_of",
    "appeals_of_others",
    "assessor_loads",
    "board",
    "candidate_rows",
    "candidates_listed",
    "competencies_of_items",
    "counted",
    "current_decision",
    "day_view",
    "fairness_of",
    "how_many_complete",
    "intake_summaries",
    "interviewers_from_outside",
    "item_keys",
    "latest_run",
    "letters_page",
    "matrix_of",
    "network_of",
    "overrides_of",
    "own_queue",
    "own_severity",
    "phases_of",
    "places_page",
    "possible_raters",
    "preview_of",
    "procedure_of",
    "profile_of",
    "proposal_view",
    "queue_counts",
    "queue_lines",
    "ranking_of",
    "raters_with_load",
    "rating_rows",
    "reliabilities_of",
    "score_input",
    "scores_shown",
    "scoring_of",
    "sheet_page",
    "sheet_totals",
    "sheets_of",
    "shown_name",
    "superseded_sheets",
    "table_of",
    "waiting_proposal",
    "wash_up_of",
    "wash_up_rows",
    "who_could_take",
    "with_level_in_force",
]
