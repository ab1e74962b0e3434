"""The result of a spreadsheet as a spreadsheet again, in the reader's language."""

from __future__ import annotations

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from talimger.analysis.result import Result
from talimger.analysis.words import people
from talimger.shell.spreadsheets import CellOut, SheetOut, write_csv, write_xlsx


def result_xlsx(result: Result) -> bytes:
    """People and assessors, a sheet each."""
    return write_xlsx([_people(result), _assessors(result)])


def result_csv(result: Result) -> bytes:
    """The people, with the decimal mark that the reader's Excel expects."""
    sheet = _people(result)
    return write_csv(sheet.headers, sheet.rows, decimal_mark="." if get_language() == "en" else ",")


def _people(result: Result) -> SheetOut:
    head = [
        pgettext("report", "Person"),
        _("Place by fair score"),
        _("Place by plain mean"),
        _("Fair score"),
        _("Likely from"),
        _("Likely to"),
        _("Plain mean"),
        _("Ratings"),
    ]
    rows: list[list[CellOut]] = []
    for part in result.parts:
        for person in part.persons:
            numbers = [round(value, 3) for value in (person.fair, person.low, person.high, person.mean)]
            where: list[CellOut] = [part.number] if not result.is_whole else []
            rows.append([*where, person.label, person.place, person.mean_places, *numbers, person.ratings])
    return SheetOut(people(), head if result.is_whole else [_("Part"), *head], rows)


def _assessors(result: Result) -> SheetOut:
    head = [pgettext("report", "Assessor"), _("Strictness, points"), _("Likely from"), _("Likely to"), _("Ratings")]
    assessors = result.data["assessors"]
    given = dict(zip(assessors["label"], assessors["ratings"], strict=True))
    rows: list[list[CellOut]] = []
    for part in result.parts:
        for label, *numbers in part.strip["marks"]:
            where: list[CellOut] = [part.number] if not result.is_whole else []
            rows.append([*where, label, *(round(value, 3) for value in numbers), given[label]])
    return SheetOut(pgettext("facet", "Assessors"), head if result.is_whole else [_("Part"), *head], rows)
