"""What a page may cost: queries and bytes. Times belong in `talimger bench web`, never in a timed test."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from talimger.framework.models import Method
from talimger.people.models import Programme
from talimger.selection.links import resume_token_of
from talimger.selection.models import Candidate, Intake, RatingSheet
from tests.analysis.test_own_spreadsheet import LONG, csv_of, drop, unfair_ratings
from tests.factories.applying import begin, fill, open_call, own_token, with_task
from tests.factories.framework import publish_default
from tests.factories.people import actor_of, client_for, make_person
from tests.factories.selection import make_candidate, make_scene
from tests.permissions.world import build_sheet

pytestmark = pytest.mark.django_db
FIRST_LOAD, NEXT_LOADS, CANDIDATE = 150_000, 40_000, 30_000
SQL = {"queue": 15, "sheet": 15, "save": 15, "candidates": 15, "by fair score": 15, "board": 15, "candidate": 20}
OWN_SPREADSHEET = 15


@pytest.fixture
def sheet(programme: Programme) -> RatingSheet:
    officer, assessor = make_person(programme, "officer"), make_person(programme, "assessor")
    publish_default(actor_of(officer, programme))
    return build_sheet(programme, officer, assessor)


def more(sheet: RatingSheet, number: int) -> None:
    """So many more candidates, each with a sheet of the same assessor."""
    methods = list(Method.objects.filter(version=sheet.intake.framework_id).order_by("order"))
    for each in range(number):
        candidate = make_candidate(sheet.intake, f"Кандидат {each:02} с длинным именем", number=each + 1_000)
        RatingSheet.objects.create(
            programme=sheet.programme,
            intake=sheet.intake,
            candidate=candidate,
            method=methods[each % 5],
            assessor=sheet.assessor,
            due_on=sheet.due_on,
            queue_place=each,
            assigned_at=timezone.now(),
        )


def pages(sheet: RatingSheet) -> dict[str, tuple[Client, Callable[[Client], Any]]]:
    def address(name: str, **keys: object) -> str:
        return reverse(f"selection:{name}", kwargs={"programme": "samgau", **keys})

    office = client_for(make_person(sheet.programme, "officer"))
    rater = client_for(sheet.assessor)
    own = address("sheet", pk=sheet.pk)
    item = sheet.method.cells.get().rating_items.get()
    saving = {"window": "one", "revision": "0", f"level-{item.pk}": "4", f"note-{item.pk}": "Видно по записям"}
    return {
        "queue": (rater, lambda client: client.get(address("queue"))),
        "sheet": (rater, lambda client: client.get(own)),
        "save": (rater, lambda client: client.post(own, saving, headers={"HX-Request": "true"})),
        "candidates": (office, lambda client: client.get(address("candidates", pk=sheet.intake_id) + "?sort=-score")),
        "by fair score": (office, lambda client: client.get(address("candidates", pk=sheet.intake_id) + "?sort=-fair")),
        "board": (office, lambda client: client.get(address("board", pk=sheet.intake_id))),
        "candidate": (office, lambda client: client.get(address("candidate", pk=sheet.candidate_id))),
    }


@pytest.mark.parametrize("name", sorted(SQL))
def test_a_page_asks_the_database_no_more_for_thirty_rows_than_for_one_and_stays_in_its_budget(sheet: RatingSheet, name: str) -> None:
    client, ask = pages(sheet)[name]
    assert ask(client).status_code == 200
    with CaptureQueriesContext(connection) as one:
        ask(client)
    more(sheet, 30)
    with CaptureQueriesContext(connection) as thirty:
        ask(client)
    assert len(thirty) == len(one)
    assert len(one) <= SQL[name], [query["sql"] for query in one]


@pytest.mark.parametrize("name", ["queue", "sheet", "candidates", "board", "candidate"])
def test_a_page_of_fifty_rows_is_light(sheet: RatingSheet, name: str) -> None:
    more(sheet, 60)
    assert Candidate.objects.count() > 50
    assert Intake.objects.count() == 1
    client, ask = pages(sheet)[name]
    page = ask(client)
    sent = len(gzip.compress(page.content))
    assert sent <= NEXT_LOADS
    assert sent + _files(page.content.decode()) <= FIRST_LOAD


def _files(page: str, *, own_font: bool = True) -> int:
    """What a browser that has never been here fetches besides the page: styles, scripts, icons, and the fonts they name."""
    names = set(re.findall(r'(?:href|src)="/static/([^"#?]+)', page))
    fonts = set()
    total = 0
    for name in names:
        content = Path(str(finders.find(name))).read_bytes()
        total += len(gzip.compress(content))
        if name.endswith(".css"):
            fonts |= {f"shell/fonts/{font}" for font in re.findall(r"fonts/([\w.-]+\.woff2)", content.decode())}
    assert len(names) > 5
    assert fonts
    return total + (sum(Path(str(finders.find(font))).stat().st_size for font in fonts) if own_font else 0)


@pytest.mark.parametrize("name", ["start", "form", "experience", "send", "home", "task"])
def test_a_candidates_page_is_light_for_a_phone_that_has_never_been_here(programme: Programme, name: str) -> None:
    """No font is fetched: the candidates' style sheet puts the system's own in its place."""
    scene = make_scene(programme, asks_for=None)
    call = open_call(scene.intake)
    application = fill(begin(call))
    form = resume_token_of(application)
    with_task(scene.intake)
    own = own_token(make_candidate(scene.intake))
    client = Client()
    addresses = {"start": f"/apply/{programme.slug}/{call.pk}/", "home": f"/me/{own}/", "task": f"/me/{own}/task/written/"}
    addresses |= {"form": f"/a/{form}/you/", "experience": f"/a/{form}/experience/", "send": f"/a/{form}/send/"}
    if name == "task":
        client.post(addresses["task"], {"do": "begin"})
    if name != "task" and name != "home":
        open_call(scene.intake)
    page = client.get(addresses[name])
    assert page.status_code == 200
    assert len(gzip.compress(page.content)) + _files(page.content.decode(), own_font=False) <= CANDIDATE
    assert "--font: var(--system-font)" in Path(str(finders.find("selection/portal.css"))).read_text("utf-8")


def test_a_page_goes_over_the_wire_compressed(sheet: RatingSheet) -> None:
    client, _ask = pages(sheet)["board"]
    answer = client.get(
        reverse("selection:board", kwargs={"programme": "samgau", "pk": sheet.intake_id}), headers={"Accept-Encoding": "gzip"}
    )
    assert answer["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("persons", [30, 600])
def test_the_result_of_ones_own_spreadsheet_stays_in_its_budget(
    programme: Programme, work_until_idle: Callable[[], None], persons: int
) -> None:
    client = client_for(make_person(programme, "officer"))
    address = drop(client, csv_of(unfair_ratings(persons=persons, assessors=12)))
    pages = [client.get(address)]
    client.post(address, LONG)
    pages.append(client.get(address))
    work_until_idle()
    with CaptureQueriesContext(connection) as asked:
        pages.append(client.get(address))
    assert len(asked) <= OWN_SPREADSHEET, [query["sql"] for query in asked]
    for page in pages:
        sent = len(gzip.compress(page.content))
        assert sent <= NEXT_LOADS
        assert sent + _files(page.content.decode()) <= FIRST_LOAD
