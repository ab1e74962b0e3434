"""Files that are no framework: every problem is named with its place, at once; nothing is ever half read."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from talimger.framework.differences import differences
from talimger.framework.gaps import find_gaps
from talimger.framework.weak_spots import Weakness, find_weak_spots, finding
from talimger.framework.yaml_format import read_framework
from tests.factories.framework import default_source

SOURCE = default_source().decode()


def problems(source: str | bytes) -> list[str]:
    with translation.override("en"):
        reading = read_framework(source)
        assert (reading.content is None) == bool(reading.problems)
        return [str(problem) for problem in reading.problems]


def changed(old: str, new: str) -> str:
    assert old in SOURCE, old
    return SOURCE.replace(old, new, 1)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00", "UTF-8"),
        ("a: [", "YAML"),
        ("a: 1\n---\nb: 2\n", "more than one document"),
        ("a: &x 1\nb: 2\n", "anchors of YAML"),
        ("a: *x\n", "aliases"),
        ("a: !!python/object:os.system x\n", "tags"),
        ("- 1\n- 2\n", "keys"),
        ("just words", "keys"),
        ("a: \x07", "characters"),
        ("[" * 200 + "]" * 200, "deep"),
        ("a: 1\na: 2\n", "twice"),
        ("? [1]\n: 2\n", "word"),
        ("x" * 1_100_000, "1 MB"),
    ],
)
def test_what_is_no_yaml_for_us_is_told(source: str | bytes, told: str) -> None:
    assert told in " ".join(problems(source))


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (changed("code: I.1\n", "code: I.2\n"), "used twice"),
        (changed("code: I.1\n", "code: с пробелом\n"), "Latin letters"),
        (changed("kind: exercise", "kind: dance"), "dance"),
        (changed("framework:\n", "framework:\n  colour: red\n"), "colour"),
        (changed("draft_languages: [kk]", "draft_languages: [de]"), "de"),
        (changed("draft_languages: [kk]", "draft_languages: kk"), "list"),
        (changed("  facilitation: [I]", "  facilitation: [VI]"), "VI"),
        (changed("  facilitation: [I]", "  dancing: [I]"), "dancing"),
        (changed("  facilitation: [I]", "  facilitation: [I, I]"), "twice"),
        (changed("  facilitation: [I]", "  facilitation: [V]"), "not a cell"),
        (changed("target: strong", "target: excellent"), "excellent"),
        (changed("condition: came_through_training", "condition: likes_us"), "likes_us"),
    ],
)
def test_a_mistake_is_named_with_its_place(source: str, told: str) -> None:
    found = problems(source)
    assert told in " ".join(found)
    assert any(":" in problem for problem in found)


def test_all_problems_of_a_file_are_told_at_once() -> None:
    source = (
        changed("kind: exercise", "kind: dance").replace("target: strong", "target: excellent", 1).replace("    name:", "    title:", 1)
    )
    assert len(problems(source)) >= 3


@given(st.binary(max_size=300))
def test_any_bytes_are_a_framework_or_a_list_of_problems(source: bytes) -> None:
    problems(source)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda each: st.lists(each, max_size=3), max_leaves=8),
    st.data(),
)
def test_any_value_in_any_place_is_told_and_never_crashes(value: object, data: st.DataObject) -> None:
    lines = SOURCE.splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    head, colon, _rest = lines[place].partition(":")
    lines[place] = f"{head}{colon} {value!r}"
    problems("\n".join(lines))


@given(st.data())
def test_a_file_that_was_cut_off_anywhere_is_told(data: st.DataObject) -> None:
    assert problems(SOURCE[: data.draw(st.integers(0, len(SOURCE) - 2_000))])


def test_differences_and_gaps_are_found_in_what_a_file_changes() -> None:
    with translation.override("en"):
        before = read_framework(SOURCE).content
        text = changed("  facilitation: [I]", "  facilitation: [I, V]").replace(
            "    - {competency: I, indicator: I.1}", "    - {competency: I, indicator: I.1}\n    - {competency: V}", 1
        )
        text = text.replace("target: strong", "target: deep", 1).replace("kind: exercise", "kind: interview", 1)
        after = read_framework(text).content
        assert before is not None
        assert after is not None
        told = " ".join(f"{each.where} {each.what}" for each in differences(before, after))
        assert "target changed" in told
        assert "kind, condition or raters changed" in told
        assert "now gives evidence on V" in told
        assert differences(before, before) == []
        assert find_gaps(before, ["ru", "kk", "en"]) == []
        assert [spot.kind for spot in find_weak_spots(before)] == [
            Weakness.NO_EXERCISE, Weakness.FEW_METHODS, Weakness.ONE_RATER_MOVES_ALL, Weakness.INDICATORS_WITHOUT_EXERCISE,
        ]  # fmt: skip
        assert finding(after)
