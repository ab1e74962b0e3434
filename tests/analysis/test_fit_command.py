"""`talimger fit`: fair scores from a file of ratings, a clear line for every mistake, and nothing left behind."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from talimger.analysis.progress import Progress
from talimger.cli import main
from talimger.shell.spreadsheets import SheetOut, write_csv, write_xlsx

ROOT = Path(__file__).resolve().parents[2]
HEAD = ("candidate", "assessor", "item", "rating")
COLUMNS = ("--person", "candidate", "--facets", "assessor,item")
Rating = tuple[Any, ...]


def made_ratings(
    *, persons: int = 24, assessors: Sequence[str] = ("Anna", "Берік", "Chu"), items: int = 4, low: int = 1, high: int = 5, seed: int = 3
) -> list[Rating]:
    """Ratings by chance around a truth: each person is rated by two assessors, the first of them is the strictest."""
    rng = random.Random(seed)
    rows: list[Rating] = []
    for person in range(persons):
        level = rng.gauss(0, 1.2)
        for turn in range(2):
            by = (person + turn) % len(assessors)
            for item in range(items):
                place = level + 0.7 * by - 0.4 * item + rng.gauss(0, 0.8)
                rating = round((low + high) / 2 + place * (high - low) / 5)
                rows.append((f"P{person + 1}", assessors[by], f"I{item + 1}", min(max(rating, low), high)))
    return rows


def written(path: Path, rows: Iterable[Rating], head: Sequence[str] = HEAD, *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def process(folder: Path, *words: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
    """The command as people start it, in a folder of its own."""
    given = {"cwd": folder, "env": surroundings(), "capture_output": True, "timeout": 120, "check": False} | more
    return subprocess.run([sys.executable, "-m", "talimger", "fit", *words], **given)


def surroundings() -> dict[str, str]:
    """Settings of an installation are named, as on a server: the command must not make its data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TALIMGER_")}
    return kept | {"PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "talimger.config.settings", "PYTHONUTF8": "1"}


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """The command in this process, which is quicker: exit code, standard output, errors."""
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> tuple[int, str, str]:
        code = main(["fit", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    with translation.override("en"):
        yield command


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    return written(tmp_path / "ratings.csv", made_ratings())


def results(run: Run, *words: str) -> dict[str, Any]:
    code, _out, err = run(*words, "--json", "out.json")
    assert code == 0, err
    found: dict[str, Any] = json.loads(Path("out.json").read_text("utf-8"))
    return found


def mistakes(run: Run, folder: Path, *words: str) -> list[str]:
    """The lines of a refusal; nothing was written or printed."""
    before = sorted(folder.iterdir())
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert sorted(folder.iterdir()) == before
    return err.splitlines()


# ── as a process ──


@pytest.mark.thorough
def test_a_file_becomes_a_summary_results_and_a_report_and_nothing_else(tmp_path: Path, ratings: Path) -> None:
    done = process(tmp_path, ratings.name, *COLUMNS, "--json", "out.json", "--report", "out.pdf")
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.json", "out.pdf", "ratings.csv"]
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF-")
    assert json.loads((tmp_path / "out.json").read_bytes())["converged"] is True
    text = done.stdout.decode()
    assert text.startswith("ratings.csv: 192 ratings from 1 to 5 (UTF-8, commas)")
    assert "candidate: 24, assessor: 3, item: 4." in text
    assert "For the same work Anna gives" in text
    assert "Reliability 0." in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.thorough
def test_help_and_mistakes_of_the_command_load_neither_django_nor_numbers() -> None:
    code = (
        "import sys; from talimger.cli import main\n"
        "for words in (['--help'], ['fit', '--help'], ['fit']):\n"
        "    try: main(words)\n"
        "    except SystemExit: pass\n"
        "sys.exit(any(name in sys.modules for name in ('django', 'numpy', 'scipy')))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=surroundings(), capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "talimger fit" in done.stdout
    assert "--person" in done.stderr


@pytest.mark.thorough
def test_standard_input_is_read_and_a_reader_who_has_seen_enough_is_no_error(tmp_path: Path, ratings: Path) -> None:
    command = subprocess.Popen(
        [sys.executable, "-m", "talimger", "fit", "-", *COLUMNS],
        cwd=tmp_path,
        env=surroundings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert command.stdin is not None
    assert command.stdout is not None
    assert command.stderr is not None
    command.stdout.close()
    command.stdin.write(ratings.read_bytes())
    command.stdin.close()
    assert command.wait(120) == 0
    assert command.stderr.read() == b""
    command.stderr.close()
    assert list(tmp_path.iterdir()) == [ratings]


@pytest.mark.thorough
def test_ctrl_c_ends_the_command_quietly(tmp_path: Path) -> None:
    command = subprocess.Popen(
        [sys.executable, "-m", "talimger", "fit", "-", *COLUMNS, "--json", "out.json"],
        cwd=tmp_path,
        env=surroundings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert command.stdin is not None
    # More than a pipe holds: when this returns, the command is reading.
    command.stdin.write(b"candidate,assessor,item,rating\n" * 10_000)
    command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=60)
    assert (command.returncode, out, err) == (130, b"", b"")
    assert list(tmp_path.iterdir()) == []


# ── results ──


def test_results_have_the_promised_form(run: Run, ratings: Path) -> None:
    found = results(run, str(ratings), *COLUMNS)
    assert list(found) == [
        "model",
        "engine",
        "converged",
        "iterations",
        "seconds",
        "deviance",
        "population",
        "thresholds",
        "facets",
        "persons",
        "reliability",
        "warnings",
    ]
    assert (found["model"], found["converged"]) == ("RSM", True)
    assert found["engine"] in {"quadrature", "laplace"}
    assert found["iterations"] > 0
    assert found["seconds"] > 0
    assert set(found["population"]) == {"mean", "sd"}
    assert len(found["thresholds"]) == 4
    assert set(found["facets"]) == {"assessor", "item"}
    for elements in found["facets"].values():
        assert all(list(one) == ["measure", "se", "n", "infit", "outfit", "fair_average"] for one in elements.values())
        assert math.isclose(sum(one["measure"] for one in elements.values()), 0, abs_tol=1e-9)
    assert list(found["facets"]["assessor"]) == ["Anna", "Chu", "Берік"]
    assert found["facets"]["assessor"]["Anna"]["measure"] > found["facets"]["assessor"]["Chu"]["measure"]
    assert len(found["persons"]) == 24
    assert all(list(one) == ["measure", "se", "n", "fair_average"] for one in found["persons"].values())
    assert found["persons"]["P1"]["n"] == 8
    assert 0 < found["reliability"] < 1
    assert found["warnings"] == []


def test_partial_credit_has_thresholds_by_the_label_of_the_last_facet(run: Run, ratings: Path) -> None:
    found = results(run, str(ratings), *COLUMNS, "--model", "pcm", "--engine", "quadrature")
    assert (found["model"], found["engine"]) == ("PCM", "quadrature")
    assert list(found["thresholds"]) == ["I1", "I2", "I3", "I4"]
    assert all(len(steps) == 4 for steps in found["thresholds"].values())


def test_several_dimensions_are_named(run: Run, tmp_path: Path) -> None:
    first, second = (made_ratings(persons=60, items=5, seed=seed) for seed in (5, 6))
    rows = [(*row, "leading") for row in first] + [(who, by, f"K{item}", rating, "listening") for who, by, item, rating in second]
    path = written(tmp_path / "two.csv", rows, (*HEAD, "competency"))
    found = results(run, str(path), *COLUMNS, "--dimension", "competency")
    dimensions = {"leading", "listening"}
    assert set(found["population"]) == set(found["reliability"]) == set(found["persons"]["P7"]) == dimensions
    assert set(found["population"]["leading"]) == {"mean", "sd"}
    assert list(found["persons"]["P7"]["leading"]) == ["measure", "se", "n", "fair_average"]
    code, out, _err = run(str(path), *COLUMNS, "--dimension", "competency")
    assert code == 0
    assert "Reliability of leading" in out
    assert "fair, all" in out


def test_what_the_fit_warns_of_is_in_the_results_and_in_the_summary(run: Run, tmp_path: Path) -> None:
    rows = [(*row[:3], 5 if row[3] == 4 else row[3]) for row in made_ratings()]
    path = written(tmp_path / "unused.csv", rows)
    found = results(run, str(path), *COLUMNS)
    assert found["warnings"] == ["Nobody gave 4."]
    # What is no number is null, in every JSON reader.
    assert found["thresholds"][2:] == [None, None]
    assert "Before you use this:\n  - Nobody gave the rating 4." in run(str(path), *COLUMNS)[1]


def test_parts_without_a_link_are_listed_and_nothing_is_compared_across_them(run: Run, tmp_path: Path) -> None:
    rows = made_ratings() + [(f"Q{row[0]}", f"{row[1]} II", *row[2:]) for row in made_ratings(persons=12, seed=8)]
    path = written(tmp_path / "parts.csv", rows)
    found = results(run, path.name, *COLUMNS)
    assert [len(part["persons"]) for part in found["parts"]] == [24, 12]
    assert found["parts"][1]["facets"] == {"assessor": ["Anna II", "Chu II", "Берік II"], "item": ["I1", "I2", "I3", "I4"]}
    out = run(path.name, *COLUMNS)[1]
    assert "2 parts, and nothing is compared across them:\n  Part 1: 24 candidate (P1, P10," in out
    assert "Reliability is not given" in out
    assert "assessor, part 1: 3" in out
    assert "assessor, part 2: 3" in out
    assert "item, parts 1, 2: 4" in out
    assert "candidate, part 1: 24" in out
    assert "Part 2: for the same work Anna II gives" in out
    assert max(map(len, out.splitlines())) <= 100


def test_a_fit_that_does_not_converge_is_written_and_said(run: Run, tmp_path: Path) -> None:
    # So few ratings are not for Laplace's method, which is why nobody gets it unasked.
    path = written(tmp_path / "few.csv", [(p, a, i, (p + a + i) % 2 + 1) for p in range(2) for a in range(2) for i in range(2)])
    code, out, err = run(str(path), *COLUMNS, "--json", "out.json", "--engine", "laplace")
    assert code == 3
    assert "did not converge" in err
    assert "DID NOT CONVERGE" in out
    found = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert found["converged"] is False
    assert found["reason"] in err


@pytest.mark.parametrize(("low", "high"), [(0, 1), (1, 9)])
def test_any_scale_is_measured(run: Run, tmp_path: Path, low: int, high: int) -> None:
    path = written(tmp_path / "scale.csv", made_ratings(items=6, low=low, high=high))
    assert len(results(run, str(path), *COLUMNS)["thresholds"]) == high - low
    assert f"ratings from {low} to {high}" in " ".join(run(str(path), *COLUMNS)[1].split())


def test_labels_are_what_people_wrote(run: Run, tmp_path: Path) -> None:
    labels = ["Әсел  Қуанышқызы", "=1+1", "long " + "ұ" * 300, 'O"Neill, Ann', "a\tb"]
    path = written(tmp_path / "labels.csv", made_ratings(persons=30, assessors=labels))
    code, out, _err = run(str(path), *COLUMNS)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 100
    said = ["Әсел Қуанышқызы", "=1+1", labels[2], 'O"Neill, Ann', "a b"]
    assert set(results(run, str(path), *COLUMNS)["facets"]["assessor"]) == set(said)


def test_our_own_export_is_read_with_its_guarded_texts_and_missing_ratings(run: Run, tmp_path: Path) -> None:
    head = ("candidate", "candidate_name", "assessor", "method", "item", "competency", "rating", "no_evidence")
    missing = {7: None}
    rows = [
        (int(who[1:]), "Қанат; Jr", by.replace("Anna", "=Anna"), "call", item, "I", missing.get(place % 20, rating), int(place % 20 == 7))
        for place, (who, by, item, rating) in enumerate(made_ratings())
    ]
    (tmp_path / "export.csv").write_bytes(write_csv(head, rows))
    code, out, err = run("export.csv", *COLUMNS)
    assert code == 0, err
    assert "182 ratings from 1 to 5 (UTF-8, semicolons)" in out
    assert "10 rows without a rating were left out." in out
    assert "'=Anna" not in out


def test_a_workbook_is_read_like_a_text(run: Run, tmp_path: Path, ratings: Path) -> None:
    (tmp_path / "ratings.xlsx").write_bytes(write_xlsx([SheetOut("Бағалар", HEAD, made_ratings())]))
    one, other = (results(run, name, *COLUMNS) for name in ("ratings.csv", "ratings.xlsx"))
    assert one["persons"] == other["persons"]
    wrong = [(*row[:3], "good" if place == 4 else row[3]) for place, row in enumerate(made_ratings())]
    (tmp_path / "wrong.xlsx").write_bytes(write_xlsx([SheetOut("x", HEAD, wrong)]))
    assert mistakes(run, tmp_path, "wrong.xlsx", *COLUMNS) == ["wrong.xlsx, line 6: the rating “good” is not a whole number."]


def test_anchors_stay_and_weights_count(run: Run, tmp_path: Path, ratings: Path) -> None:
    (tmp_path / "anchors.json").write_text('{"assessor": {"Anna": 0.5, "Chu": -1}}', encoding="utf-8")
    found = results(run, str(ratings), *COLUMNS, "--anchors", "anchors.json", "--no-shrink")
    assert [found["facets"]["assessor"][name]["measure"] for name in ("Anna", "Chu")] == [0.5, -1]
    assert found["facets"]["assessor"]["Anna"]["se"] == 0
    weighted = [(*row, "0,5" if row[1] == "Anna" else 1) for row in made_ratings()]
    path = written(tmp_path / "weights.csv", weighted, (*HEAD, "Weight"))
    assert results(run, str(path), *COLUMNS, "--weights", "weight")["persons"] != results(run, str(ratings), *COLUMNS)["persons"]


def test_results_alone_go_to_standard_output(run: Run, ratings: Path) -> None:
    code, out, _err = run(str(ratings), *COLUMNS, "--json", "-")
    assert code == 0
    assert json.loads(out)["model"] == "RSM"


def test_long_lists_are_shown_by_their_ends(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path / "many.csv", made_ratings(persons=60, assessors=[f"A{n}" for n in range(30)]))
    out = run(str(path), *COLUMNS)[1]
    assert "… 14 more …" in out
    assert "… 40 more …" in out
    assert "\n  60. " in out
    assert "\n  30. " not in out


# ── mistakes ──


def changed(rows: list[Rating], changes: dict[int, Rating]) -> list[Rating]:
    """Some rows in other words; the first row of data stands in line 2."""
    return [(*row[: 4 - len(changes[line])], *changes[line]) if line in changes else row for line, row in enumerate(rows, start=2)]


def test_a_wrong_column_is_named_with_the_ones_there_are(run: Run, tmp_path: Path, ratings: Path) -> None:
    assert mistakes(run, tmp_path, "ratings.csv", "--person", "candidates", "--facets", "assesor,item", "--rating", "level") == [
        "ratings.csv: there is no column “candidates”. Did you mean “candidate”?",
        "ratings.csv: there is no column “assesor”. Did you mean “assessor”?",
        "ratings.csv: there is no column “level”.",
        "The columns are: “candidate”, “assessor”, “item”, “rating”.",
    ]


def test_columns_are_found_whatever_their_capital_letters_and_spaces(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path / "heads.csv", made_ratings(), (" Candidate", "ASSESSOR ", "Item, no.", "Rating"))
    found = results(run, str(path), "--person", "candidate", "--facets", 'assessor,"item, no."')
    assert list(found["facets"]) == ["assessor", "item, no."]
    twice = written(tmp_path / "twice.csv", made_ratings(), ("candidate", "assessor", "rating", "Rating "))
    assert mistakes(run, tmp_path, str(twice), "--person", "candidate", "--facets", "assessor", "--rating", "RATING")[0].endswith(
        "2 columns are called “RATING”. Give them different names."
    )


def test_a_column_is_asked_for_once_and_a_facet_is_needed(run: Run, tmp_path: Path, ratings: Path) -> None:
    for facets, line in {"item": "The column “item” is asked for twice.", " , ": "Name at least one facet, such as the assessor."}.items():
        assert mistakes(run, tmp_path, "ratings.csv", "--person", "item", "--facets", facets) == [line]


def test_ratings_that_are_not_whole_numbers_are_told_with_their_lines(run: Run, tmp_path: Path) -> None:
    rows = changed(made_ratings(), {3: ("3.5",), 7: ("good",), 8: ("3,0",), 9: ("1_0",), 11: ("٣",)})
    written(tmp_path / "ratings.csv", rows)
    assert mistakes(run, tmp_path, "ratings.csv", *COLUMNS) == [
        "ratings.csv, line 3: the rating “3.5” is not a whole number.",
        "ratings.csv, line 7: the rating “good” is not a whole number.",
        "ratings.csv, line 9: the rating “1_0” is not a whole number.",
        "ratings.csv, line 11: the rating “٣” is not a whole number.",
    ]


def test_of_many_mistakes_ten_are_told_and_all_are_counted(run: Run, tmp_path: Path) -> None:
    written(tmp_path / "ratings.csv", [(*row[:3], "n/a") for row in made_ratings()])
    lines = mistakes(run, tmp_path, "ratings.csv", *COLUMNS)
    assert len(lines) == 11
    assert lines[0] == "ratings.csv, line 2: the rating “n/a” is not a whole number."
    assert lines[-1] == "ratings.csv: 192 ratings that are not whole numbers in all; the first 10 are listed."


def test_a_single_category_and_a_scale_that_is_none_are_refused(run: Run, tmp_path: Path) -> None:
    written(tmp_path / "one.csv", [(*row[:3], 3) for row in made_ratings()])
    assert mistakes(run, tmp_path, "one.csv", *COLUMNS) == ["one.csv: All ratings are 3: where nobody differs, nothing can be measured."]
    written(tmp_path / "far.csv", changed(made_ratings(), {5: (444,)}))
    assert mistakes(run, tmp_path, "far.csv", *COLUMNS)[0].startswith("far.csv: Ratings run from 1 to 444")
    assert mistakes(run, tmp_path, "far.csv", *COLUMNS)[-1] == "far.csv, line 5: 444 is the highest rating."


def test_what_is_rated_twice_is_told_with_both_lines(run: Run, tmp_path: Path) -> None:
    rows = made_ratings()
    rows[20] = (*rows[20][:3], None)  # so that rows and lines differ
    written(tmp_path / "twice.csv", [*rows, rows[3], rows[-1]])
    assert mistakes(run, tmp_path, "twice.csv", *COLUMNS) == [
        "twice.csv, lines 5 and 194: the same candidate, assessor, item is rated twice.",
        "twice.csv, lines 193 and 195: the same candidate, assessor, item is rated twice.",
        "If they differ in another column, name it among the facets, too.",
    ]
    written(tmp_path / "all.csv", made_ratings() * 2)
    assert mistakes(run, tmp_path, "all.csv", *COLUMNS)[-2] == "all.csv: 192 ratings stand there twice; the first 10 are listed."


def test_a_rating_of_nobody_or_by_nobody_is_refused(run: Run, tmp_path: Path) -> None:
    rows = changed(made_ratings(), {4: (" ", "Anna", "I1", 3), 6: (" \u200b", "I2", 3), 8: ("", "", "", ""), 9: ("", "Anna", "I1", "")})
    written(tmp_path / "ratings.csv", rows)
    assert mistakes(run, tmp_path, "ratings.csv", *COLUMNS) == [
        "ratings.csv, line 4: there is nothing in the column “candidate”.",
        "ratings.csv, line 6: there is nothing in the column “assessor”.",
    ]


def test_files_that_are_no_table_are_named_for_what_they_are(run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name, content in {
        "empty.csv": b"",
        "blank.csv": b"\xef\xbb\xbf \r\n\r\n",
        "heads.csv": b"candidate,assessor,item,rating\n",
        "unrated.csv": b"candidate,assessor,item,rating\nP1,Anna,I1,\n",
        "binary.csv": bytes(range(256)) * 40,
        "paper.csv": b"%PDF-1.7\n",
        "open.csv": b'candidate,assessor,item,rating\nP1,Anna,I1,3\nP2,"Anna,I1,3\nP3,Anna,I1,4\n',
        "wide.csv": b"candidate,assessor,item,rating\nP1,Anna,I1,3\nP2,Chu, Li,I1,3\n",
    }.items():
        (tmp_path / name).write_bytes(content)
    for name, line in {
        "missing.csv": "There is no file missing.csv.",
        "folder": "folder is a folder: name a file of ratings.",
        "empty.csv": "There is nothing in empty.csv.",
        "blank.csv": "There is nothing in blank.csv.",
        "heads.csv": "heads.csv: there are no rows below the headings.",
        "unrated.csv": "unrated.csv: no row has a rating.",
        "binary.csv": "binary.csv: This is not a table that can be read here. Save it as .xlsx or .csv.",
        "paper.csv": "paper.csv: This is a PDF. Ask for the table itself, saved as .xlsx or .csv.",
        "open.csv": 'open.csv, line 3: a quotation mark (") is never closed, or a text is far too long.',
        "wide.csv": "wide.csv, line 3: 5 cells where the headings have 4. Is a separator inside a text without quotation marks?",
    }.items():
        assert mistakes(run, tmp_path, name, *COLUMNS) == [line]


def test_a_place_that_cannot_be_written_is_found_before_anything_is_read(run: Run, tmp_path: Path, ratings: Path) -> None:
    (tmp_path / "folder").mkdir()
    before = ratings.read_bytes()
    for words, line in {
        ("--json", "nowhere/out.json"): "nowhere/out.json cannot be written: there is no folder nowhere.",
        ("--report", "folder"): "folder is a folder: name a file to write.",
        ("--json", "/dev/null"): "/dev/null is not a file that can be replaced.",
        ("--json", "ratings.csv"): "ratings.csv is the file of ratings itself: name another file to write.",
        ("--json", "out", "--report", "./out"): "Results and report need a file each.",
        ("--json", "/proc/out.json"): "/proc/out.json cannot be written: No such file or directory.",
    }.items():
        assert mistakes(run, tmp_path, "ratings.csv", *COLUMNS, *words) == [line]
    assert ratings.read_bytes() == before


def test_what_was_there_is_replaced_whole(run: Run, tmp_path: Path, ratings: Path) -> None:
    (tmp_path / "real.json").write_text("old", encoding="utf-8")
    (tmp_path / "out.json").symlink_to("real.json")
    assert results(run, "ratings.csv", *COLUMNS)["model"] == "RSM"
    assert (tmp_path / "out.json").is_symlink()
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('{"assessor": {"Nobody": 1}}', "assessor has no Nobody to anchor."),
        ('{"judge": {"Anna": 1}}', "There is no facet judge."),
        ('{"assessor": {"Anna": "strict", "Chu": true}}', "anchors.json: the anchor of “Anna” in “assessor” is not a measure in logits."),
        ('{"assessor": {"Anna": NaN}}', "anchors.json: the anchor of “Anna” in “assessor” is not a measure in logits."),
        ('{"assessor": {"Anna": 1e9}}', "anchors.json: the anchor of “Anna” in “assessor” is not a measure in logits."),
        ('{"assessor": 3}', 'anchors.json: anchors are written as {"facet": {"label": measure}}.'),
        ('{"assessor":\n', "anchors.json, line 2: this is not JSON (Expecting value)."),
        (None, "anchors.json cannot be read: No such file or directory."),
    ],
)
def test_anchors_that_cannot_be_used_are_refused(run: Run, tmp_path: Path, ratings: Path, content: str | None, line: str) -> None:
    if content is not None:
        (tmp_path / "anchors.json").write_text(content, encoding="utf-8")
    assert mistakes(run, tmp_path, "ratings.csv", *COLUMNS, "--anchors", "anchors.json")[0] == line


def test_weights_are_numbers_from_zero_up(run: Run, tmp_path: Path) -> None:
    rows = [(*row, {1: "-1", 2: "heavy", 3: "inf"}.get(place, 1)) for place, row in enumerate(made_ratings())]
    written(tmp_path / "weights.csv", rows, (*HEAD, "weight"))
    assert mistakes(run, tmp_path, "weights.csv", *COLUMNS, "--weights", "weight") == [
        "weights.csv, line 3: the weight “-1” is not a number from zero up.",
        "weights.csv, line 4: the weight “heavy” is not a number from zero up.",
        "weights.csv, line 5: the weight “inf” is not a number from zero up.",
    ]


def test_what_a_file_holds_cannot_command_the_terminal(run: Run, tmp_path: Path) -> None:
    written(tmp_path / "escape.csv", changed(made_ratings(), {2: ("\x1b[2Jred\x07",)}))
    (line,) = mistakes(run, tmp_path, "escape.csv", *COLUMNS)
    assert line.isprintable()


# ── progress ──


def test_progress_is_one_line_on_a_terminal_and_nothing_elsewhere() -> None:
    ours, theirs = os.openpty()
    with contextlib.closing(os.fdopen(theirs, "w")) as terminal:
        progress = Progress(terminal, patience=0)
        progress.round(5, 0.00042)
        progress.round(6, 0.0001)  # too soon after the last to be read
        progress.clear()
        said = os.read(ours, 1000).decode()
    os.close(ours)
    assert said == "\rround 5, largest step 0.00042" + "\r" + " " * 29 + "\r"
    pipe = io.StringIO()
    progress = Progress(pipe, patience=0)
    progress.round(5, 0.00042)
    progress.clear()
    assert pipe.getvalue() == ""
