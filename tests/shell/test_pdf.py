"""PDF files: the right letters, the right names, and nothing that data could break."""

from __future__ import annotations

import logging
import shutil
import struct
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst

from talimger.shell.pdf import FONT, FONTS, PACKAGE, _fonts, render_pdf

NOW = datetime(2026, 11, 25, 10, 0, 0, 123456, tzinfo=UTC)
KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
SIGNS = "₸«»–—−→↑…№·"
# What Golos Text lacks and the font beside it has.
BORROWED = "✓"


@pytest.fixture
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A template inside the package, as typst wants it, that is gone after the test."""
    path = PACKAGE / "shell" / "paper" / f"test-{tmp_path_factory.getbasetemp().name}.typ"
    path.write_text('#import "/shell/paper/house.typ": house, data\n#show: house\n= #data.head\n#data.words\n', encoding="utf-8")
    yield path
    path.unlink()


def made(template: Path, words: str, language: str = "kk", **changes: str) -> bytes:
    values = {"title": "Баға есебі", "author": "Talimger", **changes}
    return render_pdf(template, {"head": "Бас", "words": words}, language=language, now=NOW, **values)


def text_of(content: bytes, tmp_path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is missing: apt-get install poppler-utils")
    path = tmp_path / "file.pdf"
    path.write_bytes(content)
    return subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True, text=True).stdout


def letters_of(font: Path) -> set[int]:
    """The characters that a TrueType font has, from its table of segments (cmap, format 4)."""
    content = font.read_bytes()
    tables = {content[at : at + 4]: struct.unpack(">I", content[at + 8 : at + 12])[0] for at in range(12, 12 + 16 * content[5], 16)}
    start = tables[b"cmap"]
    found: set[int] = set()
    for at in range(start + 4, start + 4 + 8 * struct.unpack(">H", content[start + 2 : start + 4])[0], 8):
        begin = start + struct.unpack(">I", content[at + 4 : at + 8])[0]
        if struct.unpack(">H", content[begin : begin + 2])[0] != 4:
            continue
        count = struct.unpack(">H", content[begin + 6 : begin + 8])[0] // 2
        numbers = struct.unpack(f">{4 * count + 1}H", content[begin + 14 : begin + 14 + 2 * (4 * count + 1)])
        for last, first in zip(numbers[:count], numbers[count + 1 : 2 * count + 1], strict=True):
            found.update(range(first, last + 1))
    return found


@pytest.mark.parametrize("weight", [400, 500, 600])
def test_our_font_has_every_letter_of_the_three_languages(weight: int) -> None:
    russian = "".join(chr(code) for code in range(0x410, 0x450)) + "Ёё"
    latin = "".join(chr(code) for code in range(0x21, 0x7F))
    there = letters_of(FONTS / f"golos-text-{weight}.ttf")
    assert [letter for letter in KAZAKH + SIGNS + russian + latin if ord(letter) not in there] == []


def test_every_sign_that_a_page_may_hold_is_drawn_and_not_an_empty_box() -> None:
    """A missing glyph is no error and no warning: its outline is the box that a letter of no script gets."""

    def outline(letter: str) -> str:
        source = f'#set page(width: 40pt, height: 40pt)\n#text(font: ("{FONT}", "DejaVu Sans Mono"), fallback: false)[#("{letter}")]'
        drawn = typst.compile(source.encode(), format="svg", font_paths=_fonts())
        assert isinstance(drawn, bytes)
        return drawn.decode().partition("<defs")[2]

    box = outline("\ue123")
    assert outline("\ue124") == box
    assert [letter for letter in KAZAKH + SIGNS + BORROWED if outline(letter) == box] == []


def test_words_can_be_read_out_of_the_file(template: Path, tmp_path: Path) -> None:
    words = f"Әсел Құрманғазы {KAZAKH} {SIGNS} {BORROWED}"
    text = "".join(text_of(made(template, words), tmp_path).split())
    assert "".join(words.split()) in text


def test_a_file_names_its_title_author_language_and_is_tagged(template: Path, tmp_path: Path) -> None:
    content = made(template, "Сөз")
    assert content.startswith(b"%PDF")
    assert b"/Lang" in content
    assert b"/MarkInfo" in content
    if shutil.which("pdfinfo") is not None:
        path = tmp_path / "file.pdf"
        path.write_bytes(content)
        said = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True, text=True).stdout
        assert "Баға есебі" in said
        assert "Talimger" in said
        assert "Tagged:          yes" in said


def test_words_of_people_never_become_markup(template: Path, tmp_path: Path) -> None:
    words = '#panic("no") $x$ *bold* \\ " <a> @b'
    assert "#panic" in text_of(made(template, words), tmp_path)


def test_the_same_input_gives_the_same_bytes(template: Path) -> None:
    assert made(template, "Сөз") == made(template, "Сөз")


def test_a_picture_without_words_is_refused(template: Path) -> None:
    source = template.read_text("utf-8") + "#image(bytes(\"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>\"))\n"
    template.write_text(source, encoding="utf-8")
    with pytest.raises(typst.TypstError):
        made(template, "Сөз")


def test_what_typst_warns_about_is_written_to_the_log(template: Path, caplog: pytest.LogCaptureFixture) -> None:
    template.write_text(template.read_text("utf-8") + '#text(font: "No Such Font")[x]\n', encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        made(template, "Сөз")
    assert "unknown font family" in caplog.text


def test_fonts_come_with_their_licence() -> None:
    assert "SIL Open Font License" in (FONTS / "OFL.txt").read_text("utf-8")
