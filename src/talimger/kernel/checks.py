"""What ``talimger check`` looks at: whether this installation is whole. A room adds its own with ``register_check`` in ``ready()``."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from talimger.kernel.audit import broken_seals
from talimger.kernel.languages import KAZAKH_COLLATION
from talimger.kernel.models import AuditSeal, Event, OutboxMail
from talimger.kernel.tenancy import across_programmes
from talimger.kernel.translations import UPSTREAM_LOCALE, catalogue_gaps, missing_upstream_translations
from talimger.kernel.worker import last_beat

# The worker says every minute that it is alive; what it has to send leaves within seconds.
WORKER_LATE = dt.timedelta(minutes=3)
MAIL_LATE = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Finding:
    """What one check found, in words, and whether that is as it should be."""

    words: str
    is_fine: bool = True


@dataclass(frozen=True)
class NamedFinding:
    """A finding with the name of its check."""

    name: str
    words: str
    is_fine: bool


Check = Callable[[dt.datetime], Finding]
_checks: dict[str, Check] = {}


def register_check(name: str, check: Check) -> None:
    """Have ``check(now)`` run with ``talimger check``. It works across programmes; an exception is a finding, too."""
    if _checks.setdefault(name, check) is not check:
        raise ValueError(f"two checks of the name {name}")


def run_checks(*, now: dt.datetime) -> Iterator[NamedFinding]:
    """Every check of the house, in the order of registration; one that fails does not stop the others."""
    for name, check in list(_checks.items()):
        with across_programmes():
            try:
                finding = check(now)
            except Exception as error:  # whatever goes wrong is what this command is there to show
                finding = Finding(f"{type(error).__name__}: {error}", is_fine=False)
        yield NamedFinding(name, finding.words, finding.is_fine)


def database(now: dt.datetime) -> Finding:
    """The settings on which "acknowledged means stored" rests."""
    return _postgresql() if connection.vendor == "postgresql" else _sqlite()


def _sqlite() -> Finding:
    with connection.cursor() as cursor:  # connecting refuses wrong settings by itself (talimger.kernel.db.sqlite3)
        found = {}
        for name in ("journal_mode", "synchronous", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            found[name] = cursor.fetchone()[0]
        cursor.execute("SELECT sqlite_version()")
        version = cursor.fetchone()[0]
    synchronous = {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}[found["synchronous"]]
    keys = "on" if found["foreign_keys"] else "off"
    words = f"SQLite {version}, journal_mode {found['journal_mode']}, synchronous {synchronous}, foreign_keys {keys}"
    return Finding(words, is_fine=found["synchronous"] >= 2 and bool(found["foreign_keys"]))


def _postgresql() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('server_encoding'), current_setting('fsync'),"
            " current_setting('synchronous_commit'), EXISTS (SELECT 1 FROM pg_collation WHERE collname = %s)",
            [KAZAKH_COLLATION],
        )
        version, encoding, fsync, commit, has_collation = cursor.fetchone()
    collation = KAZAKH_COLLATION if has_collation else f"no {KAZAKH_COLLATION}"
    words = f"PostgreSQL {version}, {encoding}, collation {collation}, fsync {fsync}, synchronous_commit {commit}"
    return Finding(words, is_fine=has_collation and encoding == "UTF8" and fsync == "on" and commit != "off")


def migrations(now: dt.datetime) -> Finding:
    """Whether the tables are those that this version expects."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not waiting:
        return Finding("all applied")
    names = ", ".join(f"{migration.app_label} {migration.name}" for migration, _backwards in waiting[:3])
    return Finding(f"{len(waiting)} not applied ({names}): run talimger migrate", is_fine=False)


def translations(now: dt.datetime) -> Finding:
    """Whether everything that people can see is there in every language."""
    words, is_fine = [], True
    for language in ("ru", "kk"):
        own = catalogue_gaps(UPSTREAM_LOCALE.parent / "locale" / language / "LC_MESSAGES" / "django.po")
        upstream = catalogue_gaps(UPSTREAM_LOCALE / language / "LC_MESSAGES" / "django.po")
        missing = len(own.missing) + len(missing_upstream_translations(language))
        fuzzy = len(own.fuzzy) + len(upstream.fuzzy)
        words.append(f"{language}: {missing} missing, {fuzzy} fuzzy")
        is_fine = is_fine and not missing and not fuzzy
    return Finding("; ".join(words), is_fine=is_fine)


def outbox(now: dt.datetime) -> Finding:
    """Whether letters leave. A letter that its receiver's server refused is not a fault of this installation."""
    waiting = OutboxMail.objects.filter(state=OutboxMail.State.WAITING)
    failed = OutboxMail.objects.filter(state=OutboxMail.State.FAILED).count()
    oldest = waiting.order_by("created_at").values_list("created_at", flat=True).first()
    words = f"{waiting.count()} waiting, {failed} not delivered"
    if oldest is not None:
        words += f", the oldest waits for {_duration(now - oldest)}"
    if settings.EMAIL_HELD:
        return Finding(f"{words}; letters are kept here: {'this is a demo' if settings.DEMO else 'TALIMGER_EMAIL_URL names no server'}")
    return Finding(words, is_fine=oldest is None or now - oldest <= MAIL_LATE)


def events(now: dt.datetime) -> Finding:
    """Whether news reaches those who wait for it."""
    waiting = Event.objects.filter(delivered_at=None)
    stuck = waiting.filter(attempts__gt=0).order_by("pk").first()
    words = f"{waiting.count()} waiting"
    if stuck is None:
        return Finding(words)
    return Finding(f"{words}; {stuck.kind} failed {stuck.attempts} times: {stuck.last_error}", is_fine=False)


def worker(now: dt.datetime) -> Finding:
    """Whether somebody does the background work."""
    seen = last_beat()
    if seen is None:
        return Finding("never seen: talimger serve starts one", is_fine=False)
    return Finding(f"seen {_duration(now - seen)} ago", is_fine=now - seen <= WORKER_LATE)


def audit(now: dt.datetime) -> Finding:
    """Whether the audit still says what it said when it was sealed."""
    broken = broken_seals()
    if broken:
        first = broken[0]
        return Finding(f"{len(broken)} seals broken, the first over the rows {first.first_entry} to {first.last_entry}", is_fine=False)
    return Finding(f"{AuditSeal.objects.count()} seals hold")


def data_directory(now: dt.datetime) -> Finding:
    """Whether files can be kept."""
    with tempfile.TemporaryFile(dir=settings.DATA_DIR):
        free = shutil.disk_usage(settings.DATA_DIR).free
    return Finding(f"{settings.DATA_DIR}, writable, {free / 2**30:.1f} GB free", is_fine=free > 2**28)


def _duration(span: dt.timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


for _name, _check in (
    ("database", database),
    ("migrations", migrations),
    ("translations", translations),
    ("outbox", outbox),
    ("events", events),
    ("worker", worker),
    ("audit", audit),
    ("data", data_directory),
):
    register_check(_name, _check)
