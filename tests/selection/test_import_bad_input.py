"""Whatever people call a spreadsheet: a clear message, nothing kept, never a crash."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils.translation import gettext, override
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from talimger.kernel.models import FileRecord
from talimger.selection.models import Candidate, CandidateImport, Intake
from tests.factories.selection import COLUMNS, Scene, run_jobs

State = CandidateImport.State
HEAD = "ФИО;Почта;Город\n"


def send(scene: Scene, browser: Client, content: bytes, name: str = "form.csv") -> HttpResponse:
    return browser.post(scene.url("upload"), {"file": SimpleUploadedFile(name, content)})


def book(*rows: tuple[object, ...], merge: str = "") -> bytes:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    if merge:
        workbook.active.merge_cells(merge)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def bomb(size: int = 60_000_000) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * size)
    return out.getvalue()


BAD = {
    "an empty file": (b"", "The submitted file is empty."),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"0" * 200, "This is a picture"),
    "a PDF": (b"%PDF-1.7 ...", "This is a PDF"),
    "an old Excel file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "old Excel file"),
    "a web page": (b"<html><table></table></html>", "This is a web page"),
    "a zip bomb": (bomb(), "unpacks to far more than it shows"),
    "a workbook cut off": (book(("ФИО",), ("А",))[:900], "The file is damaged or cut off"),
    "heads only": (HEAD.encode(), "There are no rows below the headings."),
    "nothing but empty lines": (b"\n;;;\n;;\n", "There is nothing in the file"),
    "too many rows": ((HEAD + "А;a@example.org;Б\n" * 6_000).encode(), "more than 5000 rows"),
    "a million rows": (b"a;b\n" + b"1;2\n" * 1_000_000, "more than 5000 rows"),
    "a very long cell": ((HEAD + "x" * 10_001 + ";b;c\n").encode(), "more than 10000 characters"),
    "binary noise": (bytes(range(256)) * 40, ""),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_is_no_table_is_refused_with_a_reason_and_not_kept(scene: Scene, officer: Client, kind: str) -> None:
    content, words = BAD[kind]
    answer = send(scene, officer, content)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not CandidateImport.objects.exists()
    assert not FileRecord.objects.exists()


def test_a_file_larger_than_the_installation_allows_is_refused(scene: Scene, officer: Client, settings: object) -> None:
    settings.UPLOAD_MAX_BYTES = 2**20
    answer = send(scene, officer, b"a;b\n" * 2**18 + b"c")
    assert answer.status_code == 422
    assert "larger than 1 MB" in answer.content.decode()
    assert not FileRecord.objects.exists()


def test_a_form_without_a_file_asks_for_one(scene: Scene, officer: Client) -> None:
    answer = officer.post(scene.url("upload"), {"file": "text", "x": "y"})
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()


def test_the_message_is_in_the_persons_language(scene: Scene, officer: Client) -> None:
    with override("kk"):
        words = gettext("This is a PDF. Ask for the table itself, saved as .xlsx or .csv.")
    officer.cookies["language"] = "kk"
    answer = send(scene, officer, b"%PDF-1.7")
    assert answer["Content-Language"] == "kk"
    assert words in answer.content.decode()


def test_formulas_and_merged_cells_are_read_as_far_as_they_go_and_noted(scene: Scene, officer: Client) -> None:
    content = book(
        ("ФИО", "Почта", "Город"),
        ("Айгерім", "a@example.org", '=HYPERLINK("http://x")'),
        ("Борис", "b@example.org", "Тараз"),
        merge="C2:C3",
    )
    assert send(scene, officer, content, "form.xlsx").status_code == 303
    page = officer.get(scene.url("import", CandidateImport.objects.get().pk)).content.decode()
    assert "Cells with formulas: 1." in page
    assert "Some cells are merged" in page


def test_a_file_without_the_columns_needed_says_which_ones(scene: Scene, officer: Client) -> None:
    assert send(scene, officer, "Возраст;Рост\n20;180\n".encode()).status_code == 303
    page = scene.url("import", CandidateImport.objects.get().pk)
    assert "Which column is what?" in officer.get(page).content.decode()
    answer = officer.post(page, {})
    assert answer.status_code == 422
    assert "Choose the column with the full name" in answer.content.decode()


def test_a_closed_intake_takes_nobody_in(scene: Scene, officer: Client) -> None:
    send(scene, officer, (HEAD + "А;a@example.org;Б\n").encode())
    batch = CandidateImport.objects.get()
    officer.post(scene.url("import", batch.pk), COLUMNS)
    officer.post(scene.url("write", batch.pk))
    Intake.objects.update(state="closed")
    run_jobs()
    assert "closed" in officer.get(scene.url("import", batch.pk)).content.decode()
    late = officer.post(scene.url("write", batch.pk))
    assert late.status_code == 422
    for answer in (late, send(scene, officer, HEAD.encode() + b"a;b;c\n")):
        assert answer.status_code == 422
        assert "This intake is closed: no more candidates can be added." in answer.content.decode()
    assert not Candidate.objects.exists()


def test_a_name_of_a_file_is_shown_and_never_a_path(scene: Scene, officer: Client) -> None:
    send(scene, officer, (HEAD + "А;a@example.org;Б\n").encode(), "../../<b>тізім</b>" + "x" * 250 + ".csv")
    record = FileRecord.objects.get()
    assert "/" not in record.name
    assert ".." not in record.content.name
    assert "<b>" not in officer.get(scene.url("upload")).content.decode().replace("<b>–", "")


def test_cells_cannot_become_markup(scene: Scene, officer: Client) -> None:
    send(scene, officer, (HEAD.replace("Город", "<i>Город</i>") + "<b>А</b>;a@example.org;<script>x</script>\n").encode())
    page = scene.url("import", CandidateImport.objects.get().pk)
    officer.post(page, COLUMNS)
    for answer in (officer.get(page), officer.get(page + "?columns=1")):
        text = answer.content.decode()
        assert "<b>А</b>" not in text
        assert "<script>x" not in text
        assert "<i>Город" not in text


_TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)
_LINES = st.lists(st.lists(_TEXT, max_size=4).map(";".join), max_size=6).map(lambda lines: "\n".join(lines).encode())


@settings(max_examples=25)
@given(st.one_of(st.binary(max_size=300), _LINES, st.binary(max_size=60).map(lambda tail: b"PK\x03\x04" + tail)))
def test_any_bytes_give_a_message_or_a_table(scene: Scene, officer: Client, content: bytes) -> None:
    answer = send(scene, officer, content)
    assert answer.status_code in (303, 422)
    if answer.status_code == 303:
        assert officer.get(answer["Location"]).status_code == 200


_FIELD = st.one_of(st.sampled_from(("", "full_name", "email", "city", "language", "born_on", "phone")), _TEXT)


@pytest.fixture
def uploaded(scene: Scene, officer: Client) -> CandidateImport:
    send(scene, officer, (HEAD + "А;a@example.org;12.12.2000\nБ;;\n").encode())
    return CandidateImport.objects.get()


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from([f"column-{place}" for place in (-1, 0, 1, 2, 3, 99)]), _FIELD))
def test_any_columns_give_a_message_or_a_check(scene: Scene, officer: Client, uploaded: CandidateImport, columns: dict[str, str]) -> None:
    CandidateImport.objects.update(state=State.UPLOADED, mapping={})
    page = scene.url("import", uploaded.pk)
    answer = officer.post(page, columns)
    assert answer.status_code in (303, 422)
    assert officer.get(page).status_code == 200
    uploaded.refresh_from_db()
    assert uploaded.state == (State.MAPPED if answer.status_code == 303 else State.UPLOADED)
