"""Fairness: counted by a job from the voluntary questions; small counts are never kept, and nobody's answers are shown."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.test import Client
from django.utils import timezone

from talimger.kernel.models import FileRecord, Job
from talimger.selection.fitting import LEAST_SHOWN, fairness_report
from talimger.selection.models import Decision, FairnessAnswers
from talimger.selection.queries import counted, fairness_of
from talimger.selection.queries.fairness import FIELDS, Counted
from tests.factories.selection import Scene, make_candidate, run_jobs


def url(scene: Scene, rest: str = "") -> str:
    return scene.url("candidates") + f"fairness/{rest}"


def stage(groups: Sequence[tuple[str, int, int]]) -> Counted:
    """Groups by sex: name, how many were selected, how many there were."""
    people = [
        (place < selected, {each: name if each == "sex" else "" for each in FIELDS})
        for name, selected, number in groups
        for place in range(number)
    ]
    return Counted("accept", tuple(people))


def by_sex(*groups: tuple[str, int, int]) -> dict[str, object]:
    return fairness_report([stage(groups)])[0]["fields"][0]


def test_a_group_let_through_clearly_more_rarely_is_named_with_its_exact_range() -> None:
    found = by_sex(("female", 5, 30), ("male", 24, 30))
    female = next(group for group in found["groups"] if group["label"] == "female")
    assert (found["verdict"], female["verdict"]) == ("likely", "likely")
    assert female["lower"] < female["ratio"] < female["upper"] < 1


def test_small_groups_are_too_few_to_say() -> None:
    assert by_sex(("female", 0, 6), ("male", 6, 6))["verdict"] == "too_few_to_say"


@pytest.mark.parametrize("small", [1, 2, 4])
def test_a_count_under_five_is_never_kept_nor_worked_out_from_the_rest(small: int) -> None:
    found = by_sex(("female", small, small), ("male", 10, 20), ("", 5, 10))
    sizes = [group["n"] for group in found["groups"]] + [found["left_out"]]
    assert sum(size is None for size in sizes) >= 2
    assert all(size is None or size == 0 or size >= LEAST_SHOWN for size in sizes)


def test_where_fewer_than_five_were_let_through_there_is_no_rate_and_no_ratio() -> None:
    female = next(group for group in by_sex(("female", 2, 30), ("male", 24, 30))["groups"] if group["label"] == "female")
    assert (female["n"], female["rate"], "ratio" in female, female["verdict"]) == (30, None, False, "likely")


def test_the_officer_has_it_counted_and_reads_words_first(scene: Scene, officer: Client) -> None:
    assert "Nothing has been counted yet" in officer.get(url(scene)).content.decode()
    for number in range(24):
        candidate = make_candidate(scene.intake)
        sex = "female" if number % 2 else "male"
        FairnessAnswers.objects.create(programme=scene.programme, candidate=candidate, sex=sex)
        outcome, reason = ("accept", "strong_evidence") if number % 4 < 2 else ("not_now", "evidence_too_thin")
        Decision.objects.create(
            programme=scene.programme, candidate=candidate, outcome=outcome, reason=reason, decided_by=scene.officer,
            decided_at=timezone.now(),
        )  # fmt: skip
    for _click in range(2):
        assert officer.post(url(scene, "count/")).status_code == 303
    assert Job.objects.filter(kind="selection.fairness").count() == 1
    run_jobs()
    page = officer.get(url(scene)).content.decode()
    assert "No sign that a group was let through more rarely" in page
    assert "no sign of a difference" in page
    assert fairness_of(scene.intake)[1][0]["stage"] == "accept"
    assert FileRecord.objects.get().purpose == f"fairness-{scene.intake.pk}"


def test_a_gate_counts_who_was_not_stopped_there(scene: Scene) -> None:
    stopped, goes_on = make_candidate(scene.intake), make_candidate(scene.intake)
    Decision.objects.create(
        programme=scene.programme, candidate=stopped, gate=1, outcome="not_further", reason="requirements_not_met",
        decided_by=scene.officer, decided_at=timezone.now(),
    )  # fmt: skip
    (desk,) = counted(scene.intake)
    assert desk.stage == "desk"
    assert sorted(chosen for chosen, _answers in desk.people) == [False, True]
    assert goes_on.pk != stopped.pk
