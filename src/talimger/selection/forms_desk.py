"""What an assessor says on several sheets in one form: each sheet's fields carry its key."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.http import QueryDict
from django.utils.translation import gettext as _

from talimger.kernel.errors import DomainError
from talimger.selection.commands import SheetInput
from talimger.selection.forms import read_entries
from talimger.selection.queries.desk import OpenSheet


def fields_of(data: QueryDict, sheet_id: int) -> QueryDict:
    """The fields of one sheet as if it stood on a page of its own: ``s12-level-3`` becomes ``level-3``."""
    prefix, own = f"s{sheet_id}-", QueryDict(mutable=True)
    for name in data:
        if name.startswith(prefix):
            own[name.removeprefix(prefix)] = data.get(name, "")
    return own


def is_of_this_page(data: QueryDict, sheets: Iterable[OpenSheet]) -> bool:
    """Whether the form holds exactly the sheets that are open now: one that was locked or put back elsewhere changes the page."""
    sent = {name for name in data if re.fullmatch(r"revision-[0-9]{1,18}", name)}
    return sent == {f"revision-{each.sheet.pk}" for each in sheets}


def read_filled(data: QueryDict, sheets: Iterable[OpenSheet], *, by_sheet: bool) -> list[SheetInput]:
    """What the form says of each sheet. Raises ``DomainError`` for a form that was made from other sheets than these."""
    sheets = list(sheets)
    if not is_of_this_page(data, sheets):
        raise DomainError(_("Your sheets have changed in another window. Load the page again."), code="damaged")
    filled = []
    for each in sheets:
        revision = data.get(f"revision-{each.sheet.pk}", "")
        if not re.fullmatch("[0-9]{1,9}", revision):
            raise DomainError(_("This form is damaged. Load the page again."), code="damaged")
        own = fields_of(data, each.sheet.pk) if by_sheet else data
        filled.append(SheetInput(each.sheet, int(revision), read_entries(own, [item.pk for item in each.items])))
    return filled
