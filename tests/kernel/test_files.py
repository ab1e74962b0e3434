"""Files that people send: limited, never a path, gone when their time is over."""

import datetime as dt
import hashlib
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from talimger.kernel.errors import DomainError
from talimger.kernel.files import delete_expired_files, delete_stray_files, keep_file, read_upload
from talimger.kernel.models import FileRecord
from talimger.kernel.policies import Actor
from talimger.kernel.tenancy import across_programmes, programme_scope
from talimger.people.models import Programme
from tests.factories.people import actor_of, make_person

pytestmark = pytest.mark.django_db
MONTH = dt.timedelta(days=30)


@pytest.fixture
def actor(programme: Programme) -> Actor:
    return actor_of(make_person(programme, "officer"), programme)


def test_a_file_is_kept_with_its_size_hash_owner_and_time(actor: Actor) -> None:
    record = keep_file(actor=actor, content=b"name;phone\n", name="кандидаты.csv", purpose="import", keep_for=MONTH)
    record.refresh_from_db()
    assert (record.name, record.purpose, record.size, record.created_by_id) == ("кандидаты.csv", "import", 11, actor.user_id)
    assert record.sha256 == hashlib.sha256(b"name;phone\n").hexdigest()
    assert record.expires_at == actor.now + MONTH
    with record.content.open() as handle:
        assert handle.read() == b"name;phone\n"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Айгерим\\список.xlsx", "список.xlsx"),
        ("/var/www/page.php", "page.php"),
        ("..", "file"),
        ("", "file"),
        (".hidden.csv", "hidden.csv"),
        ("a" * 300 + ".csv", "a" * 196 + ".csv"),
        ("bell\x07and\nline.csv", "bell and line.csv"),
    ],
)
def test_a_name_is_never_a_path(actor: Actor, given: str, shown: str) -> None:
    record = keep_file(actor=actor, content=b"x", name=given, purpose="import", keep_for=MONTH)
    assert record.name == shown
    stored = Path(default_storage.path(record.content.name)).resolve()
    assert (settings.DATA_DIR / "files" / "kernel").resolve() in stored.parents
    assert stored.suffix == ".bin"
    assert shown not in stored.name
    assert settings.STATIC_ROOT not in stored.parents
    assert oct(stored.stat().st_mode & 0o777) == "0o600"


def test_an_upload_within_the_limit_is_read() -> None:
    assert read_upload(SimpleUploadedFile("a.csv", b"abc")) == b"abc"


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"x" * 11, "too_large")])
def test_an_empty_or_too_large_upload_is_refused_with_words(settings: object, content: bytes, code: str) -> None:
    settings.UPLOAD_MAX_BYTES = 10  # type: ignore[attr-defined]
    with pytest.raises(DomainError) as refusal:
        read_upload(SimpleUploadedFile("a.csv", content))
    assert (refusal.value.code, refusal.value.field) == (code, "file")
    assert refusal.value.message


def test_an_upload_that_lies_about_its_size_is_refused(settings: object) -> None:
    settings.UPLOAD_MAX_BYTES = 10  # type: ignore[attr-defined]
    upload = SimpleUploadedFile("a.csv", b"x" * 100)
    upload.size = 5
    with pytest.raises(DomainError) as refusal:
        read_upload(upload)
    assert refusal.value.code == "too_large"


def test_a_file_is_deleted_with_its_bytes_when_its_time_is_over(actor: Actor, programme: Programme, other_programme: Programme) -> None:
    old = keep_file(actor=actor, content=b"old", name="old.csv", purpose="import", keep_for=MONTH)
    young = keep_file(actor=actor, content=b"young", name="young.csv", purpose="import", keep_for=MONTH * 2)
    with programme_scope(other_programme):
        foreign_actor = actor_of(make_person(other_programme, "officer"), other_programme)
        keep_file(actor=foreign_actor, content=b"old", name="old.csv", purpose="import", keep_for=MONTH)
    assert delete_expired_files(now=actor.now + MONTH - dt.timedelta(seconds=1)) == 0
    assert delete_expired_files(now=actor.now + MONTH + dt.timedelta(minutes=1)) == 2
    with across_programmes():
        assert list(FileRecord.objects.all()) == [young]
    assert not default_storage.exists(old.content.name)
    assert default_storage.exists(young.content.name)


def test_bytes_that_are_gone_already_do_not_stop_the_deletion(actor: Actor) -> None:
    record = keep_file(actor=actor, content=b"old", name="old.csv", purpose="import", keep_for=MONTH)
    default_storage.delete(record.content.name)
    assert delete_expired_files(now=actor.now + MONTH) == 1


def test_bytes_of_a_file_that_was_never_recorded_are_swept_up_after_a_day(actor: Actor) -> None:
    kept = keep_file(actor=actor, content=b"kept", name="kept.csv", purpose="import", keep_for=MONTH)
    stray = default_storage.save("kernel/2026/11/stray.bin", ContentFile(b"rolled back"))
    fresh = default_storage.save("kernel/2026/11/fresh.bin", ContentFile(b"being written"))
    two_days_ago = (timezone.now() - dt.timedelta(days=2)).timestamp()
    for name in (kept.content.name, stray):
        os.utime(default_storage.path(name), (two_days_ago, two_days_ago))
    assert delete_stray_files(now=timezone.now()) == 1
    assert [default_storage.exists(name) for name in (kept.content.name, stray, fresh)] == [True, False, True]


def test_an_installation_without_files_has_nothing_to_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talimger.kernel.files.default_storage", FileSystemStorage(location=tmp_path))
    assert delete_stray_files(now=timezone.now()) == 0
