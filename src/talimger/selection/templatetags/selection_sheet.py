"""Words of the rating sheet."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from talimger.framework.queries import SheetItem
from talimger.selection.models import RatingSheet
from talimger.selection.queries.sheets import shown_name
from talimger.shell.templatetags.talimger import localised

register = template.Library()


@register.simple_tag
def level_word(level: int) -> str:
    """What a level means where several indicators are judged together."""
    return {
        1: _("As described at level 1"),
        2: _("Between 1 and 3"),
        3: _("As described at level 3"),
        4: _("Between 3 and 5"),
        5: _("As described at level 5"),
    }[level]


@register.simple_tag
def anchor_text(item: SheetItem, level: int) -> SafeString | str:
    """The anchor of the item's only indicator at this level; between two anchors, that it lies between them."""
    text = item.prompts[0].anchors.get(level)
    return localised(text) if text else level_word(level)


@register.filter
def candidate_name(sheet: RatingSheet) -> str:
    """The candidate's name, or what the work is called where the name is hidden from its assessor."""
    return shown_name(sheet)
