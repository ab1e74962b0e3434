"""Every text of the house has its Russian and its Kazakh, and the committed catalogues are what the tool would write."""

from __future__ import annotations

from pathlib import Path

import pytest

from talimger.kernel.catalogues import PLURAL_FORMS, Collection, catalogue_files, collect, main, stubs


@pytest.fixture(scope="module")
def collection() -> Collection:
    return collect()


def test_every_text_has_its_words_in_both_languages(collection: Collection) -> None:
    assert {language: [text.msgid for text in collection.missing(language)] for language in PLURAL_FORMS} == {"ru": [], "kk": []}
    assert stubs(collection) == ""


def test_placeholders_agree_and_no_room_keeps_words_that_nobody_says(collection: Collection) -> None:
    assert collection.problems == []


def test_the_catalogues_in_the_repository_are_up_to_date(collection: Collection) -> None:
    stale = [path for path, content in catalogue_files(collection).items() if path.read_bytes() != content]
    assert stale == [], "run: talimger catalogues"


def test_the_tool_lists_what_is_missing_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--missing"]) == 0
    assert "missing: ru 0, kk 0" in capsys.readouterr().out


def _package(folder: Path, code: str, words: str) -> Path:
    (folder / "room" / "templates").mkdir(parents=True)
    (folder / "locale_parts").mkdir()
    (folder / "room" / "views.py").write_text(code, encoding="utf-8")
    (folder / "locale_parts" / "room.yaml").write_text(words, encoding="utf-8")
    return folder


def test_a_text_without_words_a_lost_placeholder_and_mixed_letters_are_told(tmp_path: Path) -> None:
    code = "from django.utils.translation import gettext as _\n_('Hello %(name)s')\n_('Bye')\n"
    words = '- {en: "Hello %(name)s", ru: "Привет", kk: "Cәлем %(name)s"}\n- {en: "Old", ru: "Старое", kk: "Ескі"}\n'
    found = collect(_package(tmp_path, code, words))
    assert [text.msgid for text in found.missing("ru")] == ["Bye"]
    assert "Bye" in stubs(found)
    told = "\n".join(found.problems)
    assert "placeholders" in told
    assert "Cәлем" in told
    assert "no source says 'Old'" in told
