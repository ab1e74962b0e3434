"""Places of fair scores on their axis."""

from __future__ import annotations

from django import template

from talimger.selection.charts import SCORES

register = template.Library()


@register.filter
def on_axis(value: float) -> str:
    """Where a score stands on the axis of the list, as an SVG length."""
    return SCORES.percent(value)
