"""The report of a rating analysis as a PDF: the finding in plain words first, then pictures, tables, and how to read them.

Works without a database: see ``talimger.analysis.settings``. The template holds no words; it draws blocks in the order given here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from talimger.analysis import blocks
from talimger.analysis.charts import category_curves, rating_network, severity_strip, threshold_words, variable_map
from talimger.analysis.numbers import FitNumbers, Reading
from talimger.analysis.persons import person_blocks
from talimger.analysis.summary import summary
from talimger.analysis.tables import assessor_blocks, facet_blocks
from talimger.analysis.words import reading_guide
from talimger.core.measurement.results import FacetsFit
from talimger.shell.pdf import render_pdf

TEMPLATE = Path(__file__).resolve().parent / "report.typ"
AUTHOR = "Talimger"
# Parts that get pictures and lists of their own; the rest is counted.
MOST_PARTS = 6
# So that a strip of many assessors still stands on the first page.
STRIP_ENDS = 6


def write_report(fit: FacetsFit, statistics: FitNumbers, *, title: str, source: str, now: datetime, language: str) -> bytes:
    """The report as PDF bytes in "ru", "kk" or "en". ``source`` names the file that the ratings came from, ``now`` dates the report."""
    with translation.override(language):
        data = report_data(Reading(fit), statistics, title=title, source=source, now=now, language=language)
        return render_pdf(TEMPLATE, data, title=title, author=AUTHOR, language=language, now=now)


def report_data(reading: Reading, statistics: FitNumbers, *, title: str, source: str, now: datetime, language: str) -> Mapping[str, Any]:
    """What the template draws, in the language that is switched on."""
    found = summary(reading, statistics)
    parts = reading.groups[:MOST_PARTS]
    content: list[blocks.Block] = []
    for group in parts:
        if len(group.assessors) > 1:
            content += blocks.chart(severity_strip(reading, group, most=STRIP_ENDS), language, _strip_note(group.number))
    content += assessor_blocks(reading, statistics, parts)
    if reading.network.is_connected:
        content += blocks.chart(variable_map(reading), language)
    for facet in reading.other_facets:
        content += facet_blocks(reading, statistics, facet)
    content += blocks.chart(category_curves(reading), language, notes=[threshold_words(reading)])
    content += blocks.chart(rating_network(reading), language)
    content += person_blocks(reading, parts)
    content += [blocks.guide(_("How to read this"), reading_guide())]
    return {
        "eyebrow": f"{title} · {source} · {date_format(now, 'DATE_FORMAT')}",
        "finding": found.finding,
        "lead": list(found.lead),
        "facts": [list(fact) for fact in found.facts],
        "notice": {"title": _("What to know before you use this"), "items": list(found.warnings)},
        "method": found.method,
        "blocks": content,
    }


def _strip_note(number: int) -> str:
    words = _("In ink: who is stricter or more lenient than colleagues for sure. In grey: who cannot be told from the average.")
    return words if not number else f"{words} {_('Only colleagues of the same part are compared.')}"
