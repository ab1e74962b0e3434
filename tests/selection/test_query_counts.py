"""A page asks the database as often for thirty rows as for one. (The pages of everyday work have budgets: tests/test_budgets.py.)"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from talimger.kernel.jobs import run_job
from talimger.kernel.models import Job
from talimger.selection.commands import decide
from talimger.selection.models import CandidateImport, Decision, RatingSheet
from tests.factories.people import client_for, make_person
from tests.factories.selection import Scene, make_candidates, make_import, make_intake, rate


def queries(browser: Client, url: str) -> int:
    assert browser.get(url).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url).status_code == 200
    return len(asked)


def more_candidates(scene: Scene) -> None:
    for candidate in make_candidates(scene.intake, 29):
        rate(scene.sheet(candidate, 1), 4)


def more_raters(scene: Scene) -> None:
    candidate = RatingSheet.objects.first().candidate
    for _number in range(12):
        rate(scene.sheet(candidate, make_person(scene.programme, "assessor"), "written"), 4)


def more_decisions(scene: Scene) -> None:
    candidate = RatingSheet.objects.first().candidate
    for _number in range(6):
        now = Decision.objects.filter(superseded_at=None).first()
        decide(actor=scene.actor(), candidate=candidate, outcome="accept", reason="strong_evidence", comment="x", supersedes=now)


def more_intakes(scene: Scene) -> None:
    for _number in range(29):
        make_intake(scene.programme, scene.intake.framework)


def more_imports(scene: Scene) -> None:
    for _number in range(19):
        make_import(scene.intake, created_by=scene.officer)


@pytest.mark.parametrize(
    ("page", "more"),
    [
        ("assign", more_candidates),
        ("assign", more_raters),
        ("candidates", more_candidates),
        ("board", more_candidates),
        ("board", more_raters),
        ("csv", more_candidates),
        ("candidate", more_raters),
        ("candidate", more_decisions),
        ("intakes", more_intakes),
        ("upload", more_imports),
        ("intake_new", more_intakes),
    ],
)
def test_a_page_of_the_office_costs_the_same_whatever_it_shows(
    scene: Scene, officer: Client, page: str, more: Callable[[Scene], None]
) -> None:
    candidate = scene.candidate("", 3, 3)
    make_import(scene.intake, created_by=scene.officer)
    decide(actor=scene.actor(), candidate=candidate, outcome="reserve", reason="places_filled")
    more_decisions_once = Decision.objects.get()
    decide(
        actor=scene.actor(), candidate=candidate, outcome="accept", reason="strong_evidence", comment="x", supersedes=more_decisions_once
    )
    one = queries(officer, scene.url(page, candidate.pk))
    more(scene)
    assert queries(officer, scene.url(page, candidate.pk)) == one


def test_a_queue_costs_the_same_with_one_sheet_or_thirty(scene: Scene) -> None:
    browser = client_for(scene.assessors[1])
    rate(scene.sheet(scene.candidate(), 1), 3)
    scene.sheet(scene.candidate(), 1)
    counts = [queries(browser, scene.url("queue") + choice) for choice in ("", "?state=locked")]
    more_candidates(scene)
    for candidate in make_candidates(scene.intake, 29):
        scene.sheet(candidate, 1)
    assert [queries(browser, scene.url("queue") + choice) for choice in ("", "?state=locked")] == counts


def test_an_import_costs_the_same_with_one_line_or_thirty(scene: Scene, officer: Client) -> None:
    seen = []
    for lines in (1, 30):
        text = "ФИО;Почта;Телефон\n" + "".join(f"Имя {number};a{lines}-{number}@example.org;нет\n" for number in range(lines))
        officer.post(scene.url("upload"), {"file": SimpleUploadedFile("form.csv", text.encode())})
        batch = CandidateImport.objects.latest("pk")
        page = scene.url("import", batch.pk)
        columns = queries(officer, page)
        officer.post(page, {"column-0": "full_name", "column-1": "email", "column-2": "phone"})
        check = queries(officer, page)
        officer.post(scene.url("write", batch.pk))
        with CaptureQueriesContext(connection) as written:
            run_job.call(Job.objects.latest("pk").pk)
        seen.append((columns, check, len(written), queries(officer, page)))
    assert seen[0] == seen[1]
