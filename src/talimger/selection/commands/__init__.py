"""Every write of selection."""

from talimger.selection.commands.assignment import assign_sheets, declare_conflict, release_sheets_of_ended_role, withdraw_sheet
from talimger.selection.commands.decisions import decide
from talimger.selection.commands.imports import map_columns, start_writing, undo_import, upload_candidates, write_candidates
from talimger.selection.commands.intakes import open_intake
from talimger.selection.commands.rating import RatingEntry, save_sheet, submit_sheet

__all__ = [
    "RatingEntry",
    "assign_sheets",
    "decide",
    "declare_conflict",
    "map_columns",
    "open_intake",
    "release_sheets_of_ended_role",
    "save_sheet",
    "start_writing",
    "submit_sheet",
    "undo_import",
    "upload_candidates",
    "withdraw_sheet",
    "write_candidates",
]
