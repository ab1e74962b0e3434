"""Tasks in the browser: begun once, saved as one writes, over when the time is. The server's clock counts, nobody else's."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.files import keep_file
from talimger.kernel.policies import Actor
from talimger.selection.models import Candidate, TaskSitting
from talimger.selection.queries.portal import released_decision, tasks_of

# What was on its way when the time was over still arrives.
GRACE = dt.timedelta(seconds=30)
# Longer than any second look takes.
KEEP_FILES_FOR = dt.timedelta(days=730)
LONGEST = 60_000
_SIGNATURES = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"%PDF-", "pdf"))


@command("selection.task.begin")
def begin_sitting(*, actor: Actor, candidate: Candidate, method_code: str) -> TaskSitting:
    """Start the clock of a task. Begun twice is begun once. Raises ``DomainError`` when there is no such task now."""
    candidate = Candidate.objects.select_for_update(of=("self",)).select_related("intake").get(pk=candidate.pk)
    task = next((task for task in tasks_of(candidate) if task.code == method_code), None)
    if task is not None and task.sitting is not None:
        return task.sitting
    if task is None or released_decision(candidate) is not None:
        raise DomainError(_("This task is not open at the moment."), code="closed")
    return TaskSitting.objects.create(
        programme_id=candidate.programme_id,
        candidate=candidate,
        method=task.setting.method,
        instrument=task.instrument,
        begun_at=actor.now,
        ends_at=actor.now + dt.timedelta(minutes=task.minutes),
    )


@command("selection.task.save")
def save_sitting(*, actor: Actor, sitting: TaskSitting, revision: int, text: str) -> TaskSitting:
    """Save the text so far. Raises ``StaleWriteError`` when another window has saved, ``DomainError`` when the time is over."""
    fresh = _open_sitting(sitting, actor.now)
    _write(fresh, revision, text, actor.now)
    fresh.save(update_fields=["text", "revision", "saved_at"])
    return fresh


@command("selection.task.attach")
def attach_file(*, actor: Actor, sitting: TaskSitting, content: bytes, name: str) -> TaskSitting:
    """Keep a picture or a PDF with the task; a new one takes the place of the old one. Other kinds raise ``DomainError``."""
    kind = _kind_of(content)
    if kind is None:
        raise DomainError(_("Only pictures (PNG, JPG, WebP) and PDF can be added. Your text is kept."), code="kind", field="file")
    fresh = _open_sitting(sitting, actor.now)
    before = fresh.file
    fresh.file = keep_file(actor=actor, content=content, name=_named(name, kind), purpose="task", keep_for=KEEP_FILES_FOR)
    fresh.saved_at = actor.now
    fresh.save(update_fields=["file", "saved_at"])
    if before is not None:
        # Its bytes go with the next clearing: a rollback cannot bring them back.
        type(before).objects.filter(pk=before.pk).update(expires_at=actor.now)
    return fresh


@command("selection.task.submit")
def submit_sitting(*, actor: Actor, sitting: TaskSitting, revision: int, text: str) -> TaskSitting:
    """Hand the task in. Twice is once; after the time what was saved before counts, and this changes nothing."""
    fresh = TaskSitting.objects.select_for_update().get(pk=sitting.pk)
    if fresh.submitted_at is not None or actor.now > fresh.ends_at + GRACE:
        return fresh
    _write(fresh, revision, text, actor.now)
    fresh.submitted_at = actor.now
    fresh.save(update_fields=["text", "revision", "saved_at", "submitted_at"])
    return fresh


def _open_sitting(sitting: TaskSitting, now: dt.datetime) -> TaskSitting:
    fresh = TaskSitting.objects.select_for_update().get(pk=sitting.pk)
    if fresh.submitted_at is not None:
        raise DomainError(_("This task has been handed in."), code="sent")
    if now > fresh.ends_at + GRACE:
        raise DomainError(_("The time is over. What was saved before counts."), code="over")
    return fresh


def _write(sitting: TaskSitting, revision: int, text: str, now: dt.datetime) -> None:
    if sitting.text == text:
        # The same words again, from whichever window: nothing to overwrite.
        sitting.saved_at = now
        return
    if sitting.revision != revision:
        raise StaleWriteError(_("This task was saved in another window after you opened it here."), code="stale")
    if len(text) > LONGEST:
        raise DomainError(_("The text is too long to be saved. Shorten it."), code="too_long", field="text")
    sitting.text, sitting.saved_at = text, now
    sitting.revision += 1


def _kind_of(content: bytes) -> str | None:
    """What a file is, by its first bytes; its name proves nothing."""
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    return "webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def _named(name: str, kind: str) -> str:
    """The name with the ending of what the file really is."""
    stem, _dot, ending = name.rpartition(".")
    same = {"jpeg": "jpg"}.get(ending.lower(), ending.lower()) == kind
    return name if same else f"{stem or ending or 'file'}.{kind}"
