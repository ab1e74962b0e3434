"""A task in the browser: the server's clock, a text that saves itself, one picture, and nothing after the time."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.models import FileRecord
from talimger.selection.commands import attach_file, begin_sitting, save_sitting, submit_sitting
from talimger.selection.models import Candidate, Intake, TaskSitting
from tests.factories.applying import nobody_of, own_token, released, with_task
from tests.factories.selection import Scene, make_scene

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def scene(programme: object) -> Scene:
    made = make_scene(programme, asks_for=None)  # type: ignore[arg-type]  # the fixture's programme
    with_task(made.intake)
    return made


@pytest.fixture
def candidate(scene: Scene) -> Candidate:
    return scene.candidate("Айгерим", language="en")


def address(candidate: Candidate, code: str = "written") -> str:
    return f"/me/{own_token(candidate)}/task/{code}/"


def begun(candidate: Candidate) -> TaskSitting:
    sitting: TaskSitting = begin_sitting(actor=nobody_of(candidate.programme), candidate=candidate, method_code="written")
    return sitting


def at(sitting: TaskSitting, seconds: float) -> dt.datetime:
    """So many seconds after the time is over."""
    return sitting.ends_at + dt.timedelta(seconds=seconds)


def test_looking_at_the_rules_starts_no_clock_and_begin_does(candidate: Candidate, client: Client) -> None:
    page = client.get(address(candidate)).content.decode()
    assert "40 minutes" in page
    assert "Write a letter." not in page
    assert not TaskSitting.objects.exists()
    client.post(address(candidate), {"do": "begin"})
    sitting = TaskSitting.objects.get()
    assert sitting.ends_at - sitting.begun_at == dt.timedelta(minutes=40)
    assert "Write a letter." in client.get(address(candidate)).content.decode()


def test_who_needs_more_time_has_it(scene: Scene, client: Client) -> None:
    slow = scene.candidate(needs_extra_time=True, language="en")
    assert "60 minutes" in client.get(address(slow)).content.decode()
    sitting = begun(slow)
    assert sitting.ends_at - sitting.begun_at == dt.timedelta(minutes=60)


def test_beginning_twice_gives_no_second_clock(candidate: Candidate) -> None:
    assert begun(candidate) == begun(candidate)


@pytest.mark.parametrize("code", ["facilitation", "senior_interview", "nothing"])
def test_what_is_no_task_for_the_browser_is_not_there(candidate: Candidate, client: Client, code: str) -> None:
    assert client.get(address(candidate, code)).status_code == 404


def test_outside_its_phases_or_after_the_result_no_task_begins(scene: Scene, candidate: Candidate) -> None:
    released(candidate, "not_now", scene.officer)
    with pytest.raises(DomainError):
        begun(candidate)
    Intake.objects.update(phase=Intake.Phase.CALL, gate=1)
    with pytest.raises(DomainError):
        begun(scene.candidate())


def test_who_withdrew_begins_nothing(scene: Scene) -> None:
    with pytest.raises(DomainError):
        begun(scene.candidate(withdrawn_at=timezone.now()))


def test_the_text_saves_itself_and_is_there_when_one_comes_back(candidate: Candidate, client: Client) -> None:
    begun(candidate)
    answer = client.post(address(candidate), {"revision": "0", "text": "Қымбатты ата-аналар"}, headers={"X-Autosave": "1"})
    assert answer.json()["revision"] == 1
    page = Client().get(address(candidate)).content.decode()
    assert "Қымбатты ата-аналар" in page
    assert "data-seconds=" in page


def test_another_window_overwrites_nothing_and_both_texts_are_shown(candidate: Candidate, client: Client) -> None:
    sitting = begun(candidate)
    save_sitting(actor=nobody_of(candidate.programme), sitting=sitting, revision=0, text="Первый")
    with pytest.raises(StaleWriteError):
        save_sitting(actor=nobody_of(candidate.programme), sitting=sitting, revision=0, text="Второй")
    answer = client.post(address(candidate), {"revision": "0", "text": "Второй", "do": "save"})
    assert answer.status_code == 409
    assert "Первый" in answer.content.decode()
    assert "Второй" in answer.content.decode()
    # The same words from both windows are no conflict.
    assert save_sitting(actor=nobody_of(candidate.programme), sitting=sitting, revision=0, text="Первый").text == "Первый"


def test_half_a_minute_after_the_time_nothing_is_saved_any_more_and_what_was_saved_counts(candidate: Candidate) -> None:
    sitting = begun(candidate)
    actor = nobody_of(candidate.programme)
    save_sitting(actor=actor, sitting=sitting, revision=0, text="Вовремя")
    save_sitting(actor=nobody_of(candidate.programme, at(sitting, 29)), sitting=sitting, revision=1, text="В пути")
    late = nobody_of(candidate.programme, at(sitting, 31))
    with pytest.raises(DomainError) as refused:
        save_sitting(actor=late, sitting=sitting, revision=2, text="Поздно")
    assert refused.value.code == "over"
    with pytest.raises(DomainError):
        attach_file(actor=late, sitting=sitting, content=PNG, name="a.png")
    submit_sitting(actor=late, sitting=sitting, revision=2, text="Поздно")
    sitting.refresh_from_db()
    assert (sitting.text, sitting.submitted_at) == ("В пути", None)


def test_when_the_time_is_over_the_page_says_what_counts(candidate: Candidate, client: Client) -> None:
    sitting = begun(candidate)
    save_sitting(actor=nobody_of(candidate.programme), sitting=sitting, revision=0, text="Вовремя")
    past = timezone.now() - dt.timedelta(hours=2)
    TaskSitting.objects.update(begun_at=past, ends_at=past + dt.timedelta(minutes=40))
    page = client.get(address(candidate)).content.decode()
    assert "The time is over" in page
    assert "Вовремя" in page
    assert client.post(address(candidate), {"revision": "1", "text": "Поздно", "do": "save"}).status_code == 303
    sitting.refresh_from_db()
    assert sitting.text == "Вовремя"


def test_handing_in_twice_is_once_and_closes_the_task(candidate: Candidate, client: Client) -> None:
    sitting = begun(candidate)
    for text in ("Готово", "Ещё раз"):
        assert client.post(address(candidate), {"revision": "0", "text": text, "do": "submit"}).status_code == 303
    sitting.refresh_from_db()
    assert (sitting.text, sitting.submitted_at is not None) == ("Готово", True)
    assert "has arrived" in client.get(address(candidate)).content.decode()


@pytest.mark.parametrize(
    ("content", "name"), [(PNG, "план.png"), (b"\xff\xd8\xff\xe0rest", "a.jpeg"), (b"RIFF1234WEBPrest", "a.webp"), (b"%PDF-1.7 ", "a.pdf")]
)
def test_a_picture_or_a_pdf_is_kept(candidate: Candidate, client: Client, content: bytes, name: str) -> None:
    sitting = begun(candidate)
    client.post(address(candidate), {"revision": "0", "text": "Текст", "do": "save", "file": SimpleUploadedFile(name, content)})
    sitting.refresh_from_db()
    assert sitting.file is not None
    assert (sitting.file.name, sitting.text) == (name, "Текст")


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"MZ\x90\x00", "image.png"), (b"<svg onload=alert(1)>", "a.svg"), (b"PK\x03\x04", "a.pdf"), (b"", "a.png"), (b"GIF89a", "a.gif")],
)
@pytest.mark.parametrize("do", ["save", "submit"])
def test_another_kind_of_file_is_refused_and_the_text_stays(
    candidate: Candidate, client: Client, content: bytes, name: str, do: str
) -> None:
    sitting = begun(candidate)
    answer = client.post(address(candidate), {"revision": "0", "text": "Мой текст", "do": do, "file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert "Мой текст" in answer.content.decode()
    sitting.refresh_from_db()
    assert (sitting.file, sitting.submitted_at) == (None, None)


def test_a_file_that_is_too_large_is_refused(candidate: Candidate, client: Client, settings: object) -> None:
    settings.UPLOAD_MAX_BYTES = 20  # type: ignore[attr-defined]  # pytest-django's fixture
    begun(candidate)
    answer = client.post(address(candidate), {"revision": "0", "text": "Т", "do": "save", "file": SimpleUploadedFile("a.png", PNG)})
    assert answer.status_code == 422


def test_a_name_that_lies_about_the_kind_gets_the_true_ending_and_a_new_file_replaces_the_old_one(candidate: Candidate) -> None:
    sitting = begun(candidate)
    actor = nobody_of(candidate.programme)
    attach_file(actor=actor, sitting=sitting, content=PNG, name="virus.exe")
    attach_file(actor=actor, sitting=sitting, content=b"%PDF-1.4", name="../../план.pdf")
    sitting.refresh_from_db()
    assert sitting.file is not None
    assert sitting.file.name == "план.pdf"
    assert FileRecord.objects.get(name="virus.png").expires_at <= actor.now


@pytest.mark.parametrize("fields", [{}, {"revision": "x", "text": "a"}, {"revision": "0", "text": "я" * 60_001}])
def test_a_damaged_form_changes_nothing(candidate: Candidate, client: Client, fields: dict[str, str]) -> None:
    sitting = begun(candidate)
    assert client.post(address(candidate), {"do": "save", **fields}).status_code == 422
    sitting.refresh_from_db()
    assert sitting.revision == 0


def test_a_text_that_cannot_be_saved_is_shown_again(candidate: Candidate, client: Client) -> None:
    begun(candidate)
    answer = client.post(address(candidate), {"do": "save", "revision": "x", "text": "Не терять"})
    assert "Не терять" in answer.content.decode()


def test_a_new_version_of_the_task_does_not_change_the_one_begun(scene: Scene, candidate: Candidate, client: Client) -> None:
    sitting = begun(candidate)
    from talimger.selection.models import Instrument, MethodSetting

    other = Instrument.objects.get()
    other.pk, other.number, other._state.adding = None, 2, True
    other.save()
    MethodSetting.objects.filter(intake=scene.intake, method__code="written").update(instrument=other)
    assert begun(candidate) == sitting
    assert client.get(address(candidate)).status_code == 200
