"""What a page weighs over the wire: the promise is 150 KB for a first visit of staff and 40 KB for every page after it."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

import django_htmx

STATIC = Path(__file__).resolve().parents[2] / "src" / "talimger" / "shell" / "static" / "shell"
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
KB = 1024


@lru_cache
def packed(path: Path) -> int:
    """Bytes after gzip; fonts are packed already."""
    content = path.read_bytes()
    return len(content) if path.suffix == ".woff2" else len(gzip.compress(content, 9))


def total(*patterns: str) -> int:
    return sum(packed(path) for pattern in patterns for path in STATIC.glob(pattern) if path.name != "gallery.css")


def test_all_style_sheets_of_the_shell_weigh_at_most_14_kb() -> None:
    assert total("*.css") <= 14 * KB


def test_own_javascript_weighs_at_most_3_kb() -> None:
    assert total("*.js") <= 3 * KB


def test_every_script_does_one_thing_and_is_short() -> None:
    for script in STATIC.glob("*.js"):
        lines = script.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("//"), f"{script.name} does not say what it is for"
        assert len(lines) <= 40, f"{script.name} has grown"


def test_icons_are_one_small_file() -> None:
    assert total("icons.svg") <= 3 * KB


def test_fonts_weigh_at_most_50_kb_and_come_with_their_licence() -> None:
    assert total("fonts/*.woff2") <= 50 * KB
    assert (STATIC / "fonts" / "OFL.txt").exists()


def test_a_first_visit_leaves_room_for_the_page_itself() -> None:
    """Style, scripts, htmx, fonts and icons together; the page and a room's own sheet have what is left of 150 KB."""
    assert total("*.css", "*.js", "*.svg", "fonts/*.woff2") + packed(HTMX) <= 90 * KB


def test_a_style_sheet_of_a_room_weighs_at_most_4_kb() -> None:
    for sheet in STATIC.parents[3].glob("*/static/*/*.css"):
        if "shell" not in sheet.parts[-4:]:
            assert packed(sheet) <= 4 * KB, sheet.name


def test_no_style_sheet_fetches_anything_from_elsewhere() -> None:
    for sheet in STATIC.glob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert "http" not in text
        assert "@import" not in text
        assert text.count("{") == text.count("}")
