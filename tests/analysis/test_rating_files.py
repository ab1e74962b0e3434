"""Files of ratings, whatever they were saved as: the same table, the right lines, at the speed of the disk where nothing is in the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talimger.analysis.files.outputs import write_all
from talimger.analysis.files.problems import FileError
from talimger.analysis.files.reading import Columns, RatingFile, read_ratings

COLUMNS = Columns("кім", ("by", "item"), "rating")
HEAD = "кім,by,item,rating"
ROWS = ["Әсел,Қанат,I1,3", "Әсел,Гүлнұр,I1,4", "Ёлка «Ң»,Қанат,I1,1", "Ёлка «Ң»,Гүлнұр,I1,2"]


def read(content: bytes, folder: Path, columns: Columns = COLUMNS) -> RatingFile:
    path = folder / "ratings.csv"
    path.write_bytes(content)
    return read_ratings(str(path), columns, progress=lambda _words: None)


def table_of(file: RatingFile) -> list[tuple[str, ...]]:
    """The rows as labels, with the line that each came from."""
    table = file.table
    factors = (table.person, *table.facets)
    return [
        (*(factor.labels[factor.codes[row]] for factor in factors), str(table.score[row] + table.lowest), str(file.lines.of(row)))
        for row in range(table.size)
    ]


EXPECTED = [(*row.split(","), str(line)) for line, row in enumerate(ROWS, start=2)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "kz1048", "ptcp154", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_ends_are_found(encoding: str, delimiter: str, newline: str, tmp_path: Path) -> None:
    text = newline.join([HEAD, *ROWS]).replace(",", delimiter)
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    assert table_of(read((mark + text).encode(encoding), tmp_path)) == EXPECTED


def test_russian_windows_is_found(tmp_path: Path) -> None:
    text = "\n".join([HEAD.replace("кім", "Кто"), "Ёж №1,«Пётр»,I1,3", "Ёж №1,Анна,I1,4", "Уж,«Пётр»,I1,1"])
    file = read(text.encode("cp1251"), tmp_path, Columns("кто", ("by", "item"), "rating"))
    assert file.table.person.labels == ("Ёж №1", "Уж")
    assert file.table.facets[0].labels == ("«Пётр»", "Анна")


def test_an_utf8_file_with_a_spoiled_byte_stays_utf8_and_says_so(tmp_path: Path) -> None:
    file = read("\n".join([HEAD, *ROWS, "Али\x00,Қанат,I2,2"]).encode().replace(b"\x00", b"\xff"), tmp_path)
    assert file.notes == ("1 characters cannot be read and are shown as “�”.",)
    assert "Али�" in file.table.person.labels


def test_titles_a_separator_line_and_the_mark_of_old_programs_are_no_rows(tmp_path: Path) -> None:
    text = "sep=;\nRatings of spring\n\n" + "\n".join([HEAD, *ROWS]).replace(",", ";") + "\n;;;\n\n\x1a"
    file = read(text.encode(), tmp_path)
    assert [row[-1] for row in table_of(file)] == ["5", "6", "7", "8"]
    assert file.without_rating == 0


def test_line_breaks_inside_quoted_fields_count_as_lines(tmp_path: Path) -> None:
    text = f'{HEAD},note\nA,X,1,3,"two\nlines"\nA,Y,1,4,\n\nB,"X",1,1,"one\r\ntwo\rthree"\nB,Y,1,x,\n'
    with pytest.raises(FileError) as caught:
        read(text.encode(), tmp_path)
    assert caught.value.lines == (f"{tmp_path / 'ratings.csv'}, line 9: the rating “x” is not a whole number.",)
    lines = [row[-1] for row in table_of(read(text.replace(",x,", ",2,").encode(), tmp_path))]
    assert lines == ["2", "4", "6", "9"]


def test_a_quotation_mark_after_megabytes_is_read_in_the_same_pass(tmp_path: Path) -> None:
    rows = [f"P{number // 10},R{number % 10},I,{number % 5 + 1}" for number in range(400_000)]
    rows[-2] = '"P39999","R8","I","4"'
    file = read("\n".join([HEAD, *rows]).encode(), tmp_path)
    assert file.table.size == 400_000
    assert len(file.table.person) == 40_000
    assert [file.lines.of(row) for row in (0, 300_000, 399_999)] == [2, 300_002, 400_001]
    table = file.table
    assert [factor.labels[factor.codes[-2]] for factor in (table.person, *table.facets)] == ["P39999", "R8", "I"]
    assert table.score[-2] + table.lowest == 4


def test_labels_that_only_stand_in_rows_without_a_rating_are_not_measured(tmp_path: Path) -> None:
    file = read("\n".join([HEAD, *ROWS, "Nobody,Zed,I9,", "Әсел,Қанат,I1,"]).encode(), tmp_path)
    assert "Nobody" not in file.table.person.labels
    assert file.table.facets[1].labels == ("I1",)
    assert file.without_rating == 2


_LABEL = st.text(alphabet=st.sampled_from("abАқұ=+'- 1\u00a0"), min_size=1, max_size=20).filter(lambda text: text.strip(" \u00a0'"))


_ROW = st.tuples(_LABEL, _LABEL, _LABEL, st.integers(-3, 9))


@given(rows=st.lists(_ROW, min_size=2, max_size=30), encoding=st.sampled_from(["utf-8", "kz1048"]))
@settings(deadline=None, max_examples=60)
def test_bytes_and_cells_give_the_same_table(
    rows: list[tuple[str, str, str, int]], encoding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("same", numbered=True)
    rows = [*rows, ("a", "b", "c", 1), ("a", "b", "c", 2)]

    def text(quote: str) -> bytes:
        lines = [HEAD, *(",".join(f"{quote}{cell}{quote}" for cell in row) for row in rows)]
        return "\n".join(lines).encode(encoding, errors="replace")

    assert table_of(read(text(""), folder)) == table_of(read(text('"'), folder))


def test_files_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"old")

    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_all({tmp_path / "old": [b"new"], tmp_path / "other": pieces()})
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("old", b"old")]
