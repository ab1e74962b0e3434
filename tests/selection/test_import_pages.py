"""An officer brings in candidates from a spreadsheet: file, columns, check, done; and takes them back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

import talimger.demo
from talimger.kernel.models import AuditEntry, FileRecord, Job
from talimger.people.models import RoleAssignment
from talimger.selection.importing import FIELD_NAMES
from talimger.selection.models import Candidate, CandidateImport, ImportLine
from tests.factories.people import client_for, make_person
from tests.factories.selection import COLUMNS, Scene, make_candidate, make_import, run_jobs

State = CandidateImport.State
ALL_BUT_OCCUPATION = {name for name in FIELD_NAMES if name not in ("family_name", "given_name", "occupation")}
SAMPLES = Path(talimger.demo.__file__).parent / "data"
SHORT = "ФИО;Почта;Город\nАйгерім Сейітқызы;a@example.org;Алматы\nБорис Ким;b@example.org;Тараз\nБез Адреса;;Семей\n"


def upload(scene: Scene, browser: Client, content: bytes | str = SHORT, name: str = "form.csv") -> HttpResponse:
    data = content.encode() if isinstance(content, str) else content
    return browser.post(scene.url("upload"), {"file": SimpleUploadedFile(name, data)})


@pytest.fixture
def batch(scene: Scene, officer: Client) -> CandidateImport:
    """A short file that has been uploaded and mapped."""
    assert upload(scene, officer).status_code == 303
    batch = CandidateImport.objects.get()
    assert officer.post(scene.url("import", batch.pk), COLUMNS).status_code == 303
    batch.refresh_from_db()
    assert batch.state == State.MAPPED
    return batch


def write(scene: Scene, browser: Client, batch: CandidateImport) -> CandidateImport:
    assert browser.post(scene.url("write", batch.pk)).status_code == 303
    assert run_jobs() == 1
    batch.refresh_from_db()
    return batch


def undone(scene: Scene, browser: Client, batch: CandidateImport) -> str:
    """What the officer reads after asking to take an import back."""
    answer = browser.post(scene.url("undo", batch.pk))
    assert answer.status_code == 303
    return browser.get(answer["Location"]).content.decode()


# ── the whole way ──


@pytest.mark.parametrize(
    ("name", "new", "duplicates", "errors", "first", "language", "trained"),
    [
        ("import-sample.csv", 19, 2, 3, "Айсулу Ермекова", "ru", False),
        ("import-sample.xlsx", 15, 0, 0, "Ақбота Мейірбек", "kk", True),
    ],
)
def test_a_spreadsheet_as_people_have_them_becomes_candidates_and_is_taken_back(
    scene: Scene, officer: Client, name: str, new: int, duplicates: int, errors: int, first: str, language: str, trained: bool
) -> None:
    answer = upload(scene, officer, (SAMPLES / name).read_bytes(), name)
    batch = CandidateImport.objects.get()
    page = scene.url("import", batch.pk)
    assert (answer.status_code, answer["Location"]) == (303, page)

    columns = officer.get(page)
    assert "Which column is what?" in columns.content.decode()
    guessed = {f"column-{column['place']}": column["field"] for column in columns.context["columns"]}
    assert sorted(filter(None, guessed.values())) == sorted(ALL_BUT_OCCUPATION)
    assert first in columns.content.decode()
    assert officer.post(page, guessed).status_code == 303

    check = officer.get(page)
    assert f"{new} candidates will be added" in check.content.decode()
    assert "Nothing has been written yet." in check.content.decode()
    assert not Candidate.objects.exists()

    assert officer.post(scene.url("write", batch.pk)).status_code == 303
    assert "The candidates are being written" in officer.get(page).content.decode()
    assert run_jobs() == 1
    job = Job.objects.get()
    assert (job.state, job.message, job.result_url) == (Job.State.DONE, f"{new} candidates were written.", page)
    assert (job.done, job.total) == (new + duplicates + errors, new + duplicates + errors)

    report = officer.get(page)
    assert report.context["counts"] == {"new": new, "duplicate": duplicates, "error": errors}
    assert Candidate.objects.count() == new
    candidate = Candidate.objects.get(full_name=first)
    assert (candidate.language, candidate.came_through_training) == (language, trained)
    assert (candidate.number, candidate.brought_by, candidate.intake) == (1, batch, scene.intake)
    assert candidate.name_key.startswith(("aisulu ermekova", "akbota meiirbek"))
    assert sorted(Candidate.objects.values_list("number", flat=True)) == list(range(1, new + 1))

    assert officer.post(scene.url("undo", batch.pk)).status_code == 303
    assert not Candidate.objects.exists()
    assert ImportLine.objects.count() == new + duplicates + errors
    taken_back = officer.get(page).content.decode()
    assert "This import was taken back" in taken_back
    assert f"{new} candidates were taken back." in taken_back
    assert AuditEntry.objects.get(action="selection.candidate.import.undo").count == new


def test_the_report_names_each_line_that_was_left_out(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    write(scene, officer, batch)
    page = officer.get(scene.url("import", batch.pk)).content.decode()
    assert "2 candidates were added" in page
    assert "Без Адреса" in page
    assert "nowhere to send the letter" in page
    assert "Борис Ким" not in page
    assert list(ImportLine.objects.values_list("line", "verdict")) == [(2, "new"), (3, "new"), (4, "error")]


def test_whoever_may_bring_in_candidates(scene: Scene) -> None:
    batch = make_import(scene.intake)
    for role, status in (("coordinator", 200), ("assessor", 404), ("analyst", 404), ("administrator", 404), ("mentor", 404)):
        browser = client_for(scene.person(role))
        assert browser.get(scene.url("upload")).status_code == status
        for page in ("write", "undo"):
            assert browser.post(scene.url(page, batch.pk)).status_code == (
                422 if page == "write" and status == 200 else 303 if status == 200 else 404
            )


# ── columns ──


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"column-0": "full_name"}, "Choose the column with the e-mail address"),
        ({"column-1": "email"}, "Choose the column with the full name"),
        ({"column-0": "email", "column-1": "email", "column-2": "city"}, "“E-mail address” was chosen for two columns"),
        ({"column-0": "shoe_size", "column-1": "email"}, "A column was chosen that this file does not have."),
        ({}, "Choose the column with the full name"),
    ],
)
def test_columns_that_cannot_be_used_are_told_and_stay_chosen(scene: Scene, officer: Client, columns: dict[str, str], words: str) -> None:
    upload(scene, officer)
    batch = CandidateImport.objects.get()
    answer = officer.post(scene.url("import", batch.pk), columns)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert {f"column-{column['place']}": column["field"] for column in answer.context["columns"] if column["field"]} == columns
    batch.refresh_from_db()
    assert (batch.state, batch.mapping) == (State.UPLOADED, {"full_name": 0, "email": 1, "city": 2})


def test_columns_can_be_changed_until_the_file_is_written(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    page = scene.url("import", batch.pk)
    shown = officer.get(page + "?columns=1")
    assert [column["field"] for column in shown.context["columns"]] == ["full_name", "email", "city"]
    assert officer.post(page, {**COLUMNS, "column-2": ""}).status_code == 303
    write(scene, officer, batch)
    assert set(Candidate.objects.values_list("city", flat=True)) == {""}
    late = officer.post(page, COLUMNS)
    assert late.status_code == 422
    assert "This import has moved on" in late.content.decode()


# ── writing ──


def test_a_second_click_on_write_starts_no_second_job(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    for _click in range(2):
        assert officer.post(scene.url("write", batch.pk)).status_code == 303
    assert Job.objects.count() == 1
    run_jobs()
    assert Candidate.objects.count() == 2
    late = officer.post(scene.url("write", batch.pk))
    assert late.status_code == 422
    assert "This import has moved on since the page was opened." in late.content.decode()
    assert run_jobs() == 0
    assert (Job.objects.count(), Candidate.objects.count()) == (1, 2)


def test_candidates_who_came_between_check_and_write_are_not_doubled(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    assert "2 candidates will be added" in officer.get(scene.url("import", batch.pk)).content.decode()
    make_candidate(scene.intake, "Айгерім Сейітқызы", email="A@Example.org", number=7)
    write(scene, officer, batch)
    assert Candidate.objects.count() == 2
    assert Candidate.objects.get(email="b@example.org").number == 8
    assert "a@example.org is a candidate of this intake already." in officer.get(scene.url("import", batch.pk)).content.decode()


def test_the_same_file_twice_brings_nobody_twice(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    write(scene, officer, batch)
    upload(scene, officer)
    again = CandidateImport.objects.latest("pk")
    officer.post(scene.url("import", again.pk), COLUMNS)
    page = officer.get(scene.url("import", again.pk)).content.decode()
    assert "There is nobody to add" in page
    write(scene, officer, again)
    assert again.state == State.WRITTEN
    assert Candidate.objects.count() == 2


def test_two_imports_written_one_after_the_other_number_on(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    write(scene, officer, batch)
    upload(scene, officer, "ФИО;Почта;Город\nДана;d@example.org;Шу\n")
    second = CandidateImport.objects.latest("pk")
    officer.post(scene.url("import", second.pk), COLUMNS)
    write(scene, officer, second)
    assert Candidate.objects.get(email="d@example.org").number == 3


def test_a_job_that_failed_can_be_tried_again(
    scene: Scene, officer: Client, batch: CandidateImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_values: object) -> None:
        raise RuntimeError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(ImportLine.objects, "bulk_create", broken)
        write(scene, officer, batch)
    assert batch.state == State.WRITING
    assert not Candidate.objects.exists()
    page = officer.get(scene.url("import", batch.pk)).content.decode()
    assert "nothing was changed" in page
    assert "Try again" in page
    write(scene, officer, batch)
    assert (batch.state, Candidate.objects.count(), Job.objects.count()) == (State.WRITTEN, 2, 2)


def test_a_job_of_somebody_who_left_is_told_and_writes_nothing(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    officer.post(scene.url("write", batch.pk))
    RoleAssignment.objects.filter(person=scene.officer).update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    run_jobs()
    assert Job.objects.get().state == Job.State.FAILED
    assert "no longer has a role" in Job.objects.get().message
    assert not Candidate.objects.exists()


def test_a_job_of_somebody_who_is_an_assessor_now_writes_nothing(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    officer.post(scene.url("write", batch.pk))
    RoleAssignment.objects.filter(person=scene.officer).update(role="assessor")
    run_jobs()
    assert Job.objects.get().state == Job.State.FAILED
    assert not Candidate.objects.exists()


def test_a_job_of_nobody_writes_nothing(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    officer.post(scene.url("write", batch.pk))
    Job.objects.update(requested_by=None)
    run_jobs()
    assert Job.objects.get().state == Job.State.FAILED


# ── taking back ──


def test_an_import_with_assigned_sheets_cannot_be_taken_back(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    write(scene, officer, batch)
    sheet = scene.sheet(Candidate.objects.first())
    for state in ("assigned", "withdrawn", "conflict"):
        type(sheet).objects.update(state=state)
        assert "sheets have been assigned for 1 of its candidates" in undone(scene, officer, batch)
        assert Candidate.objects.count() == 2


def test_taking_back_twice_takes_back_once(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    write(scene, officer, batch)
    own = make_candidate(scene.intake)
    for _click in range(2):
        assert officer.post(scene.url("undo", batch.pk)).status_code == 303
    assert list(Candidate.objects.all()) == [own]
    batch.refresh_from_db()
    assert batch.state == State.UNDONE
    assert officer.post(scene.url("write", batch.pk)).status_code == 422


def test_what_was_not_written_cannot_be_taken_back(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    assert "This import has moved on" in undone(scene, officer, batch)


def test_earlier_imports_stand_below_the_form(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    page = officer.get(scene.url("upload")).content.decode()
    assert "Earlier imports" in page
    assert scene.url("import", batch.pk) in page
    assert "The officer" in page


# ── files that are no longer there ──


@pytest.mark.parametrize("how", ["expired", "lost"])
def test_a_file_that_has_been_deleted_is_told_on_every_page(scene: Scene, officer: Client, batch: CandidateImport, how: str) -> None:
    record = FileRecord.objects.get()
    record.content.delete(save=False)
    if how == "expired":
        record.delete()
    page = scene.url("import", batch.pk)
    for answer in (officer.get(page), officer.get(page + "?columns=1"), officer.post(page, COLUMNS)):
        assert answer.status_code == 422
        assert "The file of this import has been deleted. Upload it again." in answer.content.decode()
    write(scene, officer, batch)
    assert Job.objects.get().state == Job.State.FAILED
    assert "has been deleted" in Job.objects.get().message
    assert not Candidate.objects.exists()


def test_an_import_whose_job_is_gone_shows_its_lines(scene: Scene, officer: Client, batch: CandidateImport) -> None:
    officer.post(scene.url("write", batch.pk))
    CandidateImport.objects.update(job=None)
    assert "2 candidates will be added" in officer.get(scene.url("import", batch.pk)).content.decode()


def test_an_import_of_another_programme_is_not_there(scene: Scene, batch: CandidateImport, other_programme: object) -> None:
    stranger = client_for(make_person(other_programme, "officer"))
    for page in ("import", "write", "undo"):
        for address in (scene.url(page, batch.pk), scene.url(page, batch.pk).replace("/samgau/", "/tengri/")):
            assert stranger.post(address, COLUMNS).status_code == 404
            assert stranger.get(address).status_code in (404, 405)
    assert stranger.get(f"/p/tengri/jobs/{uuid4()}/").status_code == 404
