"""A selection by the whole framework, and what the browser sends from a page with several sheets."""

from __future__ import annotations

from talimger.framework.models import FrameworkVersion, Method
from talimger.kernel.tenancy import programme_scope
from talimger.people.models import Programme
from talimger.selection.models import RatingSheet
from tests.factories.framework import publish_default
from tests.factories.people import actor_of, make_person
from tests.factories.selection import Scene, items_of, make_intake


def make_whole_scene(programme: Programme) -> Scene:
    """An officer, two assessors and an intake that asks for all nine methods of the programme's own framework."""
    officer = make_person(programme, "officer", language="en", name="The officer")
    with programme_scope(programme):
        version: FrameworkVersion = publish_default(actor_of(officer, programme))
        methods = {each.code: each for each in Method.objects.filter(version=version)}
    return Scene(
        programme=programme,
        officer=officer,
        intake=make_intake(programme, version),
        methods=methods,
        assessors=[make_person(programme, "assessor", language="en", name=f"Assessor {number}") for number in (1, 2)],
    )


def several_form(sheets: list[RatingSheet], level: str, *, step: str = "save", by_sheet: bool = False) -> dict[str, str]:
    """The same level on every item of these sheets."""
    form = {"step": step, "window": "tests"}
    for sheet in sheets:
        form[f"revision-{sheet.pk}"] = str(sheet.revision)
        prefix = f"s{sheet.pk}-" if by_sheet else ""
        form |= {f"{prefix}level-{item.pk}": level for item in items_of(sheet)}
    return form
