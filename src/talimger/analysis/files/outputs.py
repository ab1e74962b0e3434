"""Files that are written whole or not at all, to places that were tried before the long work."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from talimger.analysis.files.problems import FileError


def place_for(path: str, *, source: str) -> Path:
    """Where a file can be written. Raises ``FileError`` for a folder that is missing or closed, and for the file of ratings itself."""
    place = Path(os.path.realpath(path))
    if place.is_dir():
        raise FileError(f"{path} is a folder: name a file to write.")
    if place.exists() and not place.is_file():
        raise FileError(f"{path} is not a file that can be replaced.")
    if not place.parent.is_dir():
        raise FileError(f"{path} cannot be written: there is no folder {Path(path).parent}.")
    if source != "-" and place.exists() and Path(source).exists() and place.samefile(source):
        raise FileError(f"{path} is the file of ratings itself: name another file to write.")
    with _told(place):
        beside = _beside(place)
        beside.touch(exist_ok=False)
        beside.unlink()
    return place


def write_all(contents: Mapping[Path, Iterable[bytes]]) -> None:
    """Write all of the files, or none: they get their names when all of them are complete. Raises ``FileError``."""
    ready: dict[Path, Path] = {}
    try:
        for place, pieces in contents.items():
            beside = ready[place] = _beside(place)
            with _told(place), beside.open("xb") as file:
                file.writelines(pieces)
        for place, beside in ready.items():
            with _told(place):
                beside.replace(place)
    finally:
        for beside in ready.values():
            beside.unlink(missing_ok=True)


def _beside(place: Path) -> Path:
    """In the same folder, where renaming cannot fail half-way. The name is short: that of the file may be as long as names can be."""
    return place.with_name(f".talimger-{secrets.token_hex(6)}")


@contextlib.contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileError(f"{place} cannot be written: {error.strerror or error}.") from error
