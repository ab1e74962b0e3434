"""What was typed at the paper desk."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from talimger.selection.commands import RatingEntry

register = template.Library()


@register.simple_tag
def paper_typed(typed: Mapping[int, RatingEntry] | str, item: int) -> RatingEntry:
    """What was typed for an item before the page came back; nothing on a fresh page."""
    return typed.get(item, RatingEntry(item)) if isinstance(typed, Mapping) else RatingEntry(item)
