"""A folder for one spreadsheet and its result: readable by its owner only, outside the database and every backup, gone for good.

What is deleted is not made again: every write goes into a folder that must be there, and raises ``GoneError`` when it is not.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

# A page that was left is waited for so long: a reload, or the way back.
GRACE = dt.timedelta(seconds=30)
_ASIDE = ".gone-"
_PAGE = re.compile(r"[0-9a-f]{16}")
# Backup programs leave out a folder that holds this file (https://bford.info/cachedir/).
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Nothing in this folder may be backed up: it is deleted within the hour.\n"


class GoneError(Exception):
    """The folder was deleted meanwhile."""


def root() -> Path:
    """The folder of all folders, made on first use and marked for backup programs."""
    path: Path = settings.TRANSIENT_DIR
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    tag = path / "CACHEDIR.TAG"
    if not tag.exists():
        tag.write_text(_TAG, encoding="ascii")
        tag.chmod(0o600)
    return path


@dataclass(frozen=True)
class Folder:
    """What belongs to one token."""

    token: str

    @property
    def path(self) -> Path:
        path: Path = settings.TRANSIENT_DIR / self.token
        return path

    @property
    def exists(self) -> bool:
        return self.path.is_dir()

    def create(self) -> None:
        """Make the folder. Raises ``FileExistsError`` rather than share one."""
        path = root() / self.token
        path.mkdir(mode=0o700)
        (path / "pages").mkdir(mode=0o700)

    def remove(self) -> bool:
        """Delete the folder with all it holds; whether it was there.

        It is moved aside first: whoever is writing into it finds nothing from then on, and cannot bring it back.
        """
        aside = settings.TRANSIENT_DIR / f"{_ASIDE}{secrets.token_hex(8)}"
        try:
            self.path.rename(aside)
        except FileNotFoundError:
            return False
        shutil.rmtree(aside)
        return True

    # ── files ──

    def write(self, name: str, content: bytes) -> None:
        """Write a file as a whole. Raises ``GoneError`` when the folder is."""
        unfinished = self.path / f".{name}.{secrets.token_hex(4)}"
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(content)
            unfinished.replace(self.path / name)
        except FileNotFoundError as error:
            raise GoneError from error

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises ``GoneError`` when it is not there."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError as error:
            raise GoneError from error

    def write_json(self, name: str, value: Any) -> None:
        self.write(name, json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())

    def read_json(self, name: str) -> Any:
        return json.loads(self.read(name))

    def has(self, name: str) -> bool:
        return (self.path / name).is_file()

    def drop(self, *names: str) -> None:
        """Delete single files, if they are there."""
        for name in names:
            (self.path / name).unlink(missing_ok=True)

    # ── pages that are open in a browser ──

    def open_page(self) -> str:
        """Note that a page is being shown, and give the name under which it will say that it was left.

        A browser asks for the next page before it leaves this one: only whoever has no page open any more has left.
        """
        page = secrets.token_hex(8)
        try:
            os.close(os.open(self.path / "pages" / page, os.O_WRONLY | os.O_CREAT, 0o600))
        except FileNotFoundError as error:
            raise GoneError from error
        return page

    def close_page(self, page: str, now: dt.datetime) -> None:
        """Note that a page was left, and when that was the last one. What no page of ours would say changes nothing."""
        if not _PAGE.fullmatch(page) or not (self.path / "pages" / page).is_file():
            return
        (self.path / "pages" / page).unlink(missing_ok=True)
        if self._has_no_page():
            self.write("left", now.isoformat().encode("ascii"))

    def was_left(self, now: dt.datetime) -> bool:
        """Whether no page is open any more, and none was opened again within the grace."""
        if not self._has_no_page():
            return False
        try:
            left = dt.datetime.fromisoformat(self.read("left").decode("ascii"))
        except GoneError:
            return False
        return left + GRACE <= now

    def _has_no_page(self) -> bool:
        pages = self.path / "pages"
        return not pages.is_dir() or not any(pages.iterdir())


def folders_on_disk() -> Iterator[tuple[str, dt.datetime]]:
    """Every folder with the moment of its last change; whatever was moved aside and not deleted comes as its own token."""
    if not settings.TRANSIENT_DIR.is_dir():
        return
    for path in settings.TRANSIENT_DIR.iterdir():
        if path.is_dir():
            yield path.name, dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC)


def is_aside(token: str) -> bool:
    return token.startswith(_ASIDE)
