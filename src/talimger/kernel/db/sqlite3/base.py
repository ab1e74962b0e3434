"""SQLite as this project needs it: durable settings asserted on every connection, and the Kazakh alphabet known."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.sqlite3 import base

from talimger.kernel.languages import KAZAKH_COLLATION, compare_kazakh

# FULL: a power cut under NORMAL lost acknowledged writes in our tests, none under FULL (docs/adr/0004).
WANTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite backend with write-ahead log, full synchronisation and the collation ``kk-x-icu``."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.create_collation(KAZAKH_COLLATION, compare_kazakh)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -16000")
        in_memory = self.is_in_memory_db()
        for name, wanted in WANTED.items():
            (found,) = connection.execute(f"PRAGMA {name}").fetchone()
            # A database in memory (tests) has no log to write ahead to.
            if found != wanted and not (in_memory and name == "journal_mode"):
                raise ImproperlyConfigured(f"SQLite setting {name} is {found}, this project needs {wanted}.")
        return connection
