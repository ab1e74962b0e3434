"""Every write of selection."""

from talimger.selection.commands.appeals import decide_appeal
from talimger.selection.commands.applying import (
    EntryText,
    save_application,
    send_links_again,
    start_application,
    submit_application,
)
from talimger.selection.commands.assignment import release_sheets_of_ended_role, withdraw_sheet
from talimger.selection.commands.calibration import (
    Reference,
    add_sample,
    delete_sample,
    edit_sample,
    publish_sample,
    rate_sample,
)
from talimger.selection.commands.call import add_question, move_question, set_call, withdraw_question
from talimger.selection.commands.candidate_rights import answer_offer, ask_second_look, erase_candidate, withdraw_candidate
from talimger.selection.commands.conflicts import declare_conflict, declare_conflicts, match_conflicts, set_organisation
from talimger.selection.commands.days import (
    Shape,
    broken_rules,
    change_session,
    plan_again,
    publish_day,
    report_absent,
    set_up_day,
    store_plan,
)
from talimger.selection.commands.decisions import decide, decide_band, reopen_candidate
from talimger.selection.commands.feedback import write_feedback
from talimger.selection.commands.imports import map_columns, start_writing, undo_import, upload_candidates, write_candidates
from talimger.selection.commands.instruments import (
    add_guide_question,
    choose_instrument,
    discard_instrument,
    draft_instrument,
    edit_guide_question,
    edit_instrument,
    load_default_instruments,
    move_guide_question,
    publish_instrument,
    remove_guide_question,
)
from talimger.selection.commands.intakes import change_method_setting, default_settings, move_to_phase, open_intake, set_phase_dates
from talimger.selection.commands.letters import admit_candidate, admit_taken, note_answer, offer_place, release_letters, set_places
from talimger.selection.commands.overrides import allow_interviewer, allow_missing_evidence, withdraw_override
from talimger.selection.commands.paper import confirm_from_paper, enter_from_paper
from talimger.selection.commands.proposals import (
    apply_proposal,
    ask_for_proposal,
    ask_for_replacement,
    change_proposed,
    drop_proposal,
    give_sheets,
    store_proposal,
)
from talimger.selection.commands.rating import RatingEntry, SheetInput, save_sheet, save_sheets, submit_sheet, submit_sheets
from talimger.selection.commands.reminders import remind_assessors
from talimger.selection.commands.scores import (
    compute_again,
    is_computed,
    request_fairness,
    request_scores,
    store_fairness,
    store_scores,
)
from talimger.selection.commands.sittings import attach_file, begin_sitting, save_sitting, submit_sitting
from talimger.selection.commands.superseding import supersede_sheet
from talimger.selection.commands.trainer import ask_trainer, withdraw_trainer_link
from talimger.selection.commands.washup import agree, change_rating

__all__ = [
    "EntryText",
    "RatingEntry",
    "Reference",
    "Shape",
    "SheetInput",
    "add_guide_question",
    "add_question",
    "add_sample",
    "admit_candidate",
    "admit_taken",
    "agree",
    "allow_interviewer",
    "allow_missing_evidence",
    "answer_offer",
    "apply_proposal",
    "ask_for_proposal",
    "ask_for_replacement",
    "ask_second_look",
    "ask_trainer",
    "attach_file",
    "begin_sitting",
    "broken_rules",
    "change_method_setting",
    "change_proposed",
    "change_rating",
    "change_session",
    "choose_instrument",
    "compute_again",
    "confirm_from_paper",
    "decide",
    "decide_appeal",
    "decide_band",
    "declare_conflict",
    "declare_conflicts",
    "default_settings",
    "delete_sample",
    "discard_instrument",
    "draft_instrument",
    "drop_proposal",
    "edit_guide_question",
    "edit_instrument",
    "edit_sample",
    "enter_from_paper",
    "erase_candidate",
    "give_sheets",
    "is_computed",
    "load_default_instruments",
    "map_columns",
    "match_conflicts",
    "move_guide_question",
    "move_question",
    "move_to_phase",
    "note_answer",
    "offer_place",
    "open_intake",
    "plan_again",
    "publish_day",
    "publish_instrument",
    "publish_sample",
    "rate_sample",
    "release_letters",
    "release_sheets_of_ended_role",
    "remind_assessors",
    "remove_guide_question",
    "reopen_candidate",
    "report_absent",
    "request_fairness",
    "request_scores",
    "save_application",
    "save_sheet",
    "save_sheets",
    "save_sitting",
    "send_links_again",
    "set_call",
    "set_organisation",
    "set_phase_dates",
    "set_places",
    "set_up_day",
    "start_application",
    "start_writing",
    "store_fairness",
    "store_plan",
    "store_proposal",
    "store_scores",
    "submit_application",
    "submit_sheet",
    "submit_sheets",
    "submit_sitting",
    "supersede_sheet",
    "undo_import",
    "upload_candidates",
    "withdraw_candidate",
    "withdraw_override",
    "withdraw_question",
    "withdraw_sheet",
    "withdraw_trainer_link",
    "write_candidates",
    "write_feedback",
]
