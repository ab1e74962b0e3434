"""Files that people send: size-limited, kept outside the web root under a random name, deleted when they expire."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from talimger.kernel.errors import DomainError
from talimger.kernel.models import FileRecord
from talimger.kernel.policies import Actor
from talimger.kernel.tenancy import across_programmes


def read_upload(upload: UploadedFile[bytes]) -> bytes:
    """The bytes of an upload. Raises ``DomainError`` when it is empty or larger than the installation allows."""
    limit = settings.UPLOAD_MAX_BYTES
    # Read at most one byte too many: the size is what the sender says it is.
    content: bytes = upload.read(limit + 1)
    if len(content) > limit:
        raise DomainError(
            _("The file is larger than %(limit)s MB. Save it without pictures or send it in parts.") % {"limit": limit // 2**20},
            code="too_large",
            field="file",
        )
    if not content:
        raise DomainError(_("The file is empty. Choose another one."), code="empty", field="file")
    return content


def keep_file(*, actor: Actor, content: bytes, name: str, purpose: str, keep_for: dt.timedelta) -> FileRecord:
    """Store bytes for a purpose and a time. The name is only shown, never used as a path."""
    record = FileRecord(
        programme_id=actor.programme_key,
        name=_shown_name(name),
        purpose=purpose,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_by_id=actor.user_id,
        created_at=actor.now,
        expires_at=actor.now + keep_for,
    )
    record.content.save(f"{uuid.uuid4()}.bin", ContentFile(content), save=False)
    record.save()
    return record


def _shown_name(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2]
    words = "".join(letter if letter.isprintable() else " " for letter in last).split()
    return " ".join(words).strip(".")[-200:] or "file"


def delete_stray_files(*, now: dt.datetime) -> int:
    """Delete bytes without a row, left by a transaction that was rolled back more than a day ago; how many there were."""
    with across_programmes():
        known = set(FileRecord.objects.values_list("content", flat=True))
    strays = 0
    for name in _stored_under("kernel"):
        if name not in known and default_storage.get_modified_time(name) < now - dt.timedelta(days=1):
            default_storage.delete(name)
            strays += 1
    return strays


def _stored_under(folder: str) -> Iterator[str]:
    if not default_storage.exists(folder):
        return
    folders, names = default_storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in names)
    for inner in folders:
        yield from _stored_under(f"{folder}/{inner}")


def delete_expired_files(*, now: dt.datetime) -> int:
    """Delete what nobody may keep any longer, row and bytes, and return how many there were."""
    with across_programmes():
        expired = list(FileRecord.objects.filter(expires_at__lte=now))
        for record in expired:
            record.content.delete(save=False)
            record.delete()
    return len(expired)
