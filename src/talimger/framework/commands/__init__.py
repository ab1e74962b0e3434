"""Every write of the framework. What is published is never changed: each of these refuses to."""

from talimger.framework.commands.drafts import discard_draft, publish_draft, start_draft
from talimger.framework.commands.edits import (
    NameTexts,
    VersionTexts,
    add_indicator,
    edit_indicator,
    edit_version,
    remove_indicator,
    rename_competency,
    rename_method,
    rename_term,
    token_of,
)
from talimger.framework.commands.loading import DEFAULT_FRAMEWORK, FrameworkRefusedError, equip_programme, load_framework
from talimger.framework.commands.matrix import change_matrix, choose_rating_items

__all__ = [
    "DEFAULT_FRAMEWORK",
    "FrameworkRefusedError",
    "NameTexts",
    "VersionTexts",
    "add_indicator",
    "change_matrix",
    "choose_rating_items",
    "discard_draft",
    "edit_indicator",
    "edit_version",
    "equip_programme",
    "load_framework",
    "publish_draft",
    "remove_indicator",
    "rename_competency",
    "rename_method",
    "rename_term",
    "start_draft",
    "token_of",
]
