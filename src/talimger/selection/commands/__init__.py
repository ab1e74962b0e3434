"""Every write of selection."""

from talimger.selection.commands.assignment import assign_sheets, release_sheets_of_ended_role, withdraw_sheet
from talimger.selection.commands.conflicts import declare_conflict, declare_conflicts, match_conflicts, set_organisation
from talimger.selection.commands.decisions import decide
from talimger.selection.commands.imports import map_columns, start_writing, undo_import, upload_candidates, write_candidates
from talimger.selection.commands.intakes import change_method_setting, default_settings, move_to_phase, open_intake, set_phase_dates
from talimger.selection.commands.overrides import allow_interviewer, allow_missing_evidence, withdraw_override
from talimger.selection.commands.rating import RatingEntry, save_sheet, submit_sheet
from talimger.selection.commands.reminders import remind_assessors
from talimger.selection.commands.scores import compute_again, is_computed, request_scores, store_scores

__all__ = [
    "RatingEntry",
    "allow_interviewer",
    "allow_missing_evidence",
    "assign_sheets",
    "change_method_setting",
    "compute_again",
    "decide",
    "declare_conflict",
    "declare_conflicts",
    "default_settings",
    "is_computed",
    "map_columns",
    "match_conflicts",
    "move_to_phase",
    "open_intake",
    "release_sheets_of_ended_role",
    "remind_assessors",
    "request_scores",
    "save_sheet",
    "set_organisation",
    "set_phase_dates",
    "start_writing",
    "store_scores",
    "submit_sheet",
    "undo_import",
    "upload_candidates",
    "withdraw_override",
    "withdraw_sheet",
    "write_candidates",
]
