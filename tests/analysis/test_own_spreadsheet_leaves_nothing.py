"""A spreadsheet of one's own is seen by its person only, stands in no table, and is gone on leaving, at the latest after an hour."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from talimger.analysis import measuring, views
from talimger.analysis.commands import delete_analysis, upload_spreadsheet
from talimger.analysis.folders import GRACE, Folder, GoneError
from talimger.analysis.housekeeping import delete_what_is_over
from talimger.analysis.models import SpreadsheetAnalysis
from talimger.kernel import worker
from talimger.kernel.models import AuditEntry, Job
from talimger.people.models import Programme, RoleAssignment, User
from tests.analysis.test_own_spreadsheet import HOME, LONG, csv_of, drop, row_of, text_of, unfair_ratings
from tests.factories.people import actor_of, client_for, give, make_person

CANARY = "Кенарь-Құпия"
Worker = Callable[[], None]
ADDRESSES = ["", "result.pdf", "result.xlsx", "result.csv"]
POSTS = ["", "leave/", "delete/"]


@pytest.fixture(autouse=True)
def transient(tmp_path: Path, settings: Any) -> Path:
    """A folder of this test alone: others' spreadsheets would be strays here, because their rows are rolled back."""
    settings.TRANSIENT_DIR = tmp_path / "transient"
    return tmp_path / "transient"


@pytest.fixture
def officer(programme: Programme) -> User:
    return make_person(programme, "officer", language="en")


@pytest.fixture
def office(officer: User) -> Client:
    return client_for(officer)


@pytest.fixture
def address(office: Client) -> str:
    """A spreadsheet whose file name, heads and cells carry a canary, just dropped."""
    rows = [(f"{CANARY} {person}", f"{CANARY}-{assessor}", item, score) for person, assessor, item, score in unfair_ratings()]
    return drop(office, csv_of(rows, f"Кандидат {CANARY};Эксперт {CANARY};Критерий {CANARY};Балл"), f"{CANARY}.csv")


def compute(client: Client, address: str, work: Worker) -> None:
    assert client.post(address, LONG).status_code == 303
    work()


def at(monkeypatch: pytest.MonkeyPatch, moment: dt.datetime) -> None:
    """Every clock of the house shows this moment."""
    monkeypatch.setattr(timezone, "now", lambda: moment)


# ── nobody else ──


@pytest.mark.parametrize("role", ["officer", "coordinator", "analyst", "administrator", "assessor", "mentor"])
def test_nobody_else_of_the_programme_finds_it(
    programme: Programme, office: Client, address: str, work_until_idle: Worker, role: str
) -> None:
    compute(office, address, work_until_idle)
    other = client_for(make_person(programme, role))
    assert {other.get(address + each).status_code for each in ADDRESSES} == {404}
    assert {other.post(address + each).status_code for each in POSTS} == {404}
    assert office.get(address).status_code == 200
    assert CANARY.encode() not in other.get(HOME).content


def test_the_same_person_finds_it_in_no_other_programme(
    programme: Programme, other_programme: Programme, officer: User, office: Client, address: str
) -> None:
    give(officer, other_programme, "officer")
    foreign = address.replace("/samgau/", "/tengri/")
    assert office.get(foreign).status_code == 404
    assert office.post(f"{foreign}delete/").status_code == 404
    office.post(f"{address}delete/")
    assert office.get(foreign).status_code == 404


def test_whoever_lost_the_role_loses_the_result(programme: Programme, officer: User, office: Client, address: str) -> None:
    RoleAssignment.objects.filter(person=officer).update(role="mentor")
    assert office.get(address).status_code == 404


def test_after_deletion_its_person_is_told_so_and_everybody_else_finds_nothing(
    programme: Programme, office: Client, address: str, work_until_idle: Worker
) -> None:
    compute(office, address, work_until_idle)
    assert office.post(f"{address}delete/").status_code == 303
    assert "The file and its result are deleted." in text_of(office.get(HOME))
    for each in ADDRESSES:
        answer = office.get(address + each)
        assert answer.status_code == 410
        assert "This is gone, as promised" in text_of(answer)
    assert office.post(f"{address}leave/", {"page": "0" * 16}).status_code == 204
    assert office.post(f"{address}delete/").status_code == 303
    assert office.post(address, LONG).status_code == 410
    assert client_for(make_person(programme, "officer")).get(address).status_code == 404
    assert office.get(f"{HOME}{'0' * 64}/").status_code == 404
    assert office.get(f"{HOME}nothing/").status_code == 404


# ── nothing in the database ──


def everything_in_the_database() -> str:
    """Every cell of every table, those of no model (the cache) included."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [repr(row) for row in cursor.fetchall()]
    return "\n".join(found)


def test_no_table_holds_a_word_of_the_file(office: Client, address: str, work_until_idle: Worker, caplog: pytest.LogCaptureFixture) -> None:
    assert len(apps.get_models()) > 30
    compute(office, address, work_until_idle)
    for each in ADDRESSES:
        assert office.get(address + each).status_code == 200
    assert CANARY in office.get(address).content.decode()
    seen = everything_in_the_database()
    assert "analysis.spreadsheet.upload" in seen
    assert CANARY not in seen
    office.post(f"{address}delete/")
    assert CANARY not in everything_in_the_database()
    assert CANARY not in caplog.text


def test_a_computation_that_breaks_writes_no_word_of_the_file_anywhere(
    office: Client, address: str, work_until_idle: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise KeyError(f"{CANARY} 1")

    monkeypatch.setattr(measuring, "fit_mfrm", broken)
    compute(office, address, work_until_idle)
    assert Job.objects.get().state == Job.State.FAILED
    assert "KeyError" in caplog.text
    assert CANARY not in caplog.text
    assert CANARY not in everything_in_the_database()
    page = office.get(address)
    assert "The computation did not work" in text_of(page)
    assert "Which column is what?" in text_of(office.get(address, {"columns": "1"}))
    monkeypatch.undo()


def test_every_command_leaves_one_row_in_the_audit_and_it_says_nothing_of_the_file(
    office: Client, address: str, work_until_idle: Worker
) -> None:
    compute(office, address, work_until_idle)
    office.post(f"{address}delete/")
    rows = AuditEntry.objects.filter(action__startswith="analysis.").order_by("pk")
    assert [row.action for row in rows] == [f"analysis.spreadsheet.{step}" for step in ("upload", "start", "finish", "delete")]
    assert {row.target_kind for row in rows} == {"analysis.spreadsheetanalysis", "kernel.job"}


# ── the hour ──


def test_after_an_hour_any_request_finds_it_gone_and_deletes_it(office: Client, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = row_of(address)
    at(monkeypatch, row.created_at + dt.timedelta(minutes=59, seconds=59))
    assert office.get(address).status_code == 200
    at(monkeypatch, row.created_at + dt.timedelta(hours=1))
    assert office.get(address).status_code == 410
    assert not SpreadsheetAnalysis.objects.exists()
    assert not row.folder.exists


def test_the_start_page_deletes_what_is_over_and_lists_what_is_open(office: Client, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = row_of(address)
    assert CANARY in office.get(HOME).content.decode()
    at(monkeypatch, row.expires_at)
    assert CANARY not in office.get(HOME).content.decode()
    assert not row.folder.exists
    assert not SpreadsheetAnalysis.objects.exists()


def test_the_worker_deletes_it_after_an_hour_without_any_request(address: str) -> None:
    row = row_of(address)
    worker.keep_house(now=row.expires_at - dt.timedelta(seconds=1))
    assert row.folder.exists
    worker.keep_house(now=row.expires_at)
    assert not row.folder.exists
    assert not SpreadsheetAnalysis.objects.exists()
    assert AuditEntry.objects.get(action="analysis.spreadsheet.delete").person_id is None


def test_folders_that_no_row_knows_are_swept(address: str, transient: Path) -> None:
    kept = row_of(address).folder
    for name, age in (("stray", 600), ("young", 0), (".gone-half", 0)):
        folder = transient / name
        folder.mkdir()
        (folder / "file").write_text(CANARY, "utf-8")
        os.utime(folder, (time.time() - age,) * 2)
    assert delete_what_is_over(now=timezone.now()) == 2
    assert {path.name for path in transient.iterdir() if path.is_dir()} == {"young", kept.token}


def test_a_folder_that_somebody_removed_by_hand_is_gone_like_any_other(office: Client, address: str) -> None:
    shutil.rmtree(row_of(address).folder.path)
    assert office.get(address).status_code == 410
    assert not SpreadsheetAnalysis.objects.exists()


def test_housekeeping_before_the_first_spreadsheet_finds_nothing(db: None) -> None:
    assert delete_what_is_over(now=timezone.now()) == 0


# ── leaving ──


def shown_page(client: Client, address: str) -> str:
    """Open the page and give the name under which it says that it was left."""
    page: Any = client.get(address)
    return str(page.context["opened_page"])


def beacon(client: Client, address: str, page: str) -> None:
    """What a browser sends on leaving."""
    assert client.post(f"{address}leave/", {"page": page}).status_code == 204


def test_leaving_deletes_after_a_short_grace(office: Client, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row, now = row_of(address), timezone.now()
    at(monkeypatch, now)
    beacon(office, address, shown_page(office, address))
    assert delete_what_is_over(now=now + GRACE - dt.timedelta(seconds=1)) == 0
    assert delete_what_is_over(now=now + GRACE) == 1
    assert not row.folder.exists
    assert office.get(address).status_code == 410


def test_leaving_deletes_without_a_worker_too(office: Client, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    at(monkeypatch, now)
    beacon(office, address, shown_page(office, address))
    at(monkeypatch, now + GRACE)
    assert office.get(HOME).status_code == 200
    assert not SpreadsheetAnalysis.objects.exists()


def test_a_reload_and_the_next_page_keep_it_whichever_request_comes_first(office: Client, address: str) -> None:
    now = timezone.now()
    first = shown_page(office, address)
    second = shown_page(office, address)  # a browser asks for the next page before it leaves this one …
    beacon(office, address, first)
    assert delete_what_is_over(now=now + dt.timedelta(minutes=30)) == 0
    beacon(office, address, second)  # … and a slow one afterwards
    shown_page(office, address)
    assert delete_what_is_over(now=now + dt.timedelta(minutes=30)) == 0


def test_two_windows_are_left_when_both_are_closed(office: Client, address: str) -> None:
    now = timezone.now()
    one, other = shown_page(office, address), shown_page(office, address)
    beacon(office, address, one)
    beacon(office, address, one)
    beacon(office, address, "../../etc")
    assert delete_what_is_over(now=now + dt.timedelta(minutes=5)) == 0
    beacon(office, address, other)
    assert delete_what_is_over(now=now + dt.timedelta(minutes=5)) == 1


def test_a_beacon_needs_the_token_of_the_page(officer: User, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = client_for(officer).cookies
    page: Any = client.get(address)
    leave = {"page": page.context["opened_page"]}
    assert client.post(f"{address}leave/", leave).status_code == 403
    assert client.post(f"{address}leave/", {**leave, "csrfmiddlewaretoken": str(page.context["csrf_token"])}).status_code == 204


def test_signing_out_deletes_at_once(office: Client, address: str) -> None:
    folder = row_of(address).folder
    office.post(reverse("account_logout"))
    assert not folder.exists
    assert not SpreadsheetAnalysis.objects.exists()


# ── deleting while the worker is at it ──


def test_a_computation_that_begins_after_the_deletion_makes_nothing_again(office: Client, address: str, work_until_idle: Worker) -> None:
    folder = row_of(address).folder
    office.post(address, LONG)
    office.post(f"{address}delete/")
    work_until_idle()
    job = Job.objects.get()
    assert job.state == Job.State.DONE
    assert job.result_url == ""
    assert not folder.exists


@pytest.mark.parametrize("moment", ["fit_mfrm", "fit_statistics", "write_report"])
def test_a_deletion_while_the_computation_runs_ends_it_quietly(
    programme: Programme, officer: User, office: Client, address: str, work_until_idle: Worker, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    row = row_of(address)
    real = getattr(measuring, moment)

    def deleted_meanwhile(*args: Any, **kwargs: Any) -> Any:
        delete_analysis(actor=actor_of(officer, programme), analysis=row)
        return real(*args, **kwargs)

    monkeypatch.setattr(measuring, moment, deleted_meanwhile)
    compute(office, address, work_until_idle)
    job = Job.objects.get()
    assert job.state == Job.State.DONE
    assert "deleted before the work was finished" in job.message
    assert not row.folder.exists


def test_a_page_that_is_made_while_another_window_deletes_says_gone(
    programme: Programme, officer: User, office: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = row_of(address)
    form = views.LongForm

    def deleted_meanwhile(*args: Any, **kwargs: Any) -> Any:
        delete_analysis(actor=actor_of(officer, programme), analysis=row)
        return form(*args, **kwargs)

    monkeypatch.setattr(views, "LongForm", deleted_meanwhile)
    assert office.get(address).status_code == 410
    assert not row.folder.exists


def test_nothing_is_written_into_a_folder_that_is_gone(transient: Path) -> None:
    folder = Folder("token")
    folder.create()
    assert folder.remove()
    assert not folder.remove()
    for write in (lambda: folder.write("file", b"x"), lambda: folder.read("file"), folder.open_page):
        with pytest.raises(GoneError):
            write()
    assert list(transient.iterdir()) == [transient / "CACHEDIR.TAG"]


def test_a_file_that_cannot_be_read_leaves_no_folder(office: Client, transient: Path) -> None:
    assert office.post(HOME, {"file": SimpleUploadedFile("x.csv", b"%PDF-1.7")}).status_code == 422
    assert not transient.exists()


def test_the_row_says_only_whose_it_is_and_how_long(programme: Programme, officer: User) -> None:
    row = upload_spreadsheet(
        actor=actor_of(officer, programme), programme=programme, content=csv_of(unfair_ratings()), file_name=f"C:\\{CANARY}.csv"
    )
    assert {field.name for field in SpreadsheetAnalysis._meta.fields} == {
        "id", "programme", "token", "created_by", "created_at", "expires_at", "state", "job",
    }  # fmt: skip
    assert row.expires_at - row.created_at == dt.timedelta(hours=1)
    assert row.folder.read_json("head.json")["name"] == f"{CANARY}.csv"
