"""The settings of an installation, in a folder that lives as long as the test run, with what tests need to be quick."""

import atexit
import os
import shutil
import tempfile

# A developer's own settings must not change what the tests see; the database may be named (tests/tools/postgres_server.py).
for _name in [name for name in os.environ if name.startswith("TALIMGER_")]:
    if _name not in {"TALIMGER_DATABASE_URL", "TALIMGER_SAMPLE_MATRIX"}:
        del os.environ[_name]
# Every commit is synced to the disk (talimger.kernel.db.sqlite3); in memory that costs nothing.
_FOLDER = tempfile.mkdtemp(prefix="talimger-tests-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
os.environ["TALIMGER_DATA"] = _FOLDER

from talimger.config.settings import *  # noqa: E402, F403  # the lines above must come first
from talimger.config.settings import DATA_DIR, DATABASES, STORAGES  # noqa: E402  # named for the lines below

# A file, never a database in memory: threads (the live server, two people at once) need connections of their own.
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0

# Hashing for seconds protects nobody here; people.authentication has a test on the real setting.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Files under their own names: no collectstatic before a test.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
(DATA_DIR / "static").mkdir()
