"""One row per command, in its transaction: who did what to which row, and when. Ids, not contents."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import OperationalError, connection, models, transaction

from talimger.kernel.models import AuditEntry, AuditSeal
from talimger.kernel.policies import Actor

SEAL_BATCH = 10_000


def record(*, actor: Actor, action: str, target: models.Model | None = None, count: int = 1) -> AuditEntry:
    """Write the audit row of a command. Call it inside the command's transaction (the decorator does)."""
    return AuditEntry.objects.create(
        at=actor.now,
        programme_id=actor.programme_id,
        person_id=actor.user_id,
        action=action,
        target_kind=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        count=count,
    )


def seal_audit(*, now: dt.datetime) -> AuditSeal | None:
    """Chain the rows written since the last seal: each seal hashes its rows and the seal before it.

    ``None`` if there are none, or if somebody is writing one: a row that is committed late must not fall behind a seal.
    """
    with transaction.atomic():
        if not _nobody_writes():
            return None
        last = AuditSeal.objects.select_for_update().order_by("-pk").first()
        entries = list(AuditEntry.objects.filter(pk__gt=last.last_entry if last else 0).order_by("pk")[:SEAL_BATCH])
        if not entries:
            return None
        return AuditSeal.objects.create(
            at=now,
            first_entry=entries[0].pk,
            last_entry=entries[-1].pk,
            entries=len(entries),
            digest=_digest(last.digest if last else "", entries),
        )


def broken_seals() -> list[AuditSeal]:
    """The seals whose rows are no longer what they were; an empty list means that the chain holds."""
    broken: list[AuditSeal] = []
    previous, sealed = "", 0
    for seal in AuditSeal.objects.order_by("pk"):
        # From the seal before, not from its own first row: a row pushed in between breaks it, too.
        entries = list(AuditEntry.objects.filter(pk__gt=sealed, pk__lte=seal.last_entry).order_by("pk"))
        if len(entries) != seal.entries or _digest(previous, entries) != seal.digest:
            broken.append(seal)
        previous, sealed = seal.digest, seal.last_entry
    return broken


def _nobody_writes() -> bool:
    """Keep others from writing audit rows until the transaction ends, if that is possible without waiting.

    On PostgreSQL a row can get its number long before it is committed; on SQLite a transaction writes alone.
    """
    if connection.vendor != "postgresql":
        return True
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(AuditEntry._meta.db_table)} IN SHARE MODE NOWAIT")
    except OperationalError:
        return False
    return True


def _digest(previous: str, entries: list[AuditEntry]) -> str:
    digest = hashlib.sha256(previous.encode("ascii"))
    for entry in entries:
        fields = (entry.pk, entry.at.astimezone(dt.UTC).isoformat(), entry.programme_id, entry.person_id)
        digest.update(repr((*fields, entry.action, entry.target_kind, entry.target_id, entry.count)).encode())
    return digest.hexdigest()
