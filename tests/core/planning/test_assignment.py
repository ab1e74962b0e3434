"""Raters for sheets: every seat that can be filled, few changes, even loads, one network."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talimger.core.planning import (
    AssignmentProblem,
    PlanningError,
    Rater,
    Task,
    assign_raters,
    linkage,
    replace_assessor,
    verify_assignment,
)
from talimger.core.planning.assignment_solve import Flow
from talimger.core.planning.mixing import link_up

NAMES = tuple("abcdef")


def a_problem(candidates: int = 12, *, raters: tuple[str, ...] = NAMES, barred: int = 1, seed: int = 1, **task: Any) -> AssignmentProblem:
    rng = random.Random(seed)
    tasks = tuple(
        Task(f"{number:02}/{method}", f"{number:02}", seats=2, eligible=frozenset(raters), **task)
        for number in range(candidates)
        for method in ("one", "two")
    )
    pairs = frozenset((name, f"{number:02}") for number in range(candidates) for name in rng.sample(raters, barred))
    return AssignmentProblem(tasks, tuple(map(Rater, raters)), pairs)


def _best(problem: AssignmentProblem) -> tuple[int, float]:
    """The most seats that can be filled, and the least sum of squared loads: by a min-cost flow of OR-tools."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    flow = SimpleMinCostFlow()
    node = {name: place for place, name in enumerate(["source", "sink", *problem.task, *problem.rater])}
    for task in problem.tasks:
        flow.add_arc_with_capacity_and_unit_cost(node["source"], node[task.id], task.seats, -10_000)
        for rater in problem.raters:
            if problem.can_rate(rater.id, task):
                flow.add_arc_with_capacity_and_unit_cost(node[task.id], node[rater.id], 1, 0)
    for rater in problem.raters:
        for load in range(rater.load, 200 if rater.capacity is None else rater.capacity):
            flow.add_arc_with_capacity_and_unit_cost(node[rater.id], node["sink"], 1, 2 * load + 1)
    seats = sum(task.seats for task in problem.tasks)
    flow.set_node_supply(node["source"], seats)
    flow.set_node_supply(node["sink"], -seats)
    flow.solve_max_flow_with_min_cost()
    filled = flow.maximum_flow()
    return filled, flow.optimal_cost() + 10_000 * filled + sum(rater.load**2 for rater in problem.raters)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_seats_and_loads_are_the_best_that_a_flow_can_find(data: st.DataObject) -> None:
    names = [f"r{place}" for place in range(data.draw(st.integers(1, 5)))]
    some = st.frozensets(st.sampled_from(names))
    tasks = tuple(
        Task(f"t{place}", f"c{place // 2}", data.draw(st.integers(0, 3)), data.draw(some)) for place in range(data.draw(st.integers(1, 9)))
    )
    raters = tuple(Rater(name, data.draw(st.none() | st.integers(0, 6)), data.draw(st.integers(0, 3))) for name in names)
    barred = data.draw(st.frozensets(st.tuples(st.sampled_from(names), st.sampled_from(["c0", "c1", "c2"])), max_size=4))
    problem = AssignmentProblem(tasks, raters, barred)
    found = assign_raters(problem, seed=data.draw(st.integers(0, 3)))
    assert verify_assignment(problem, found) == ()
    assert (len(found.pairs), sum(load**2 for _rater, load in found.loads)) == _best(problem)


def test_everybody_gets_alike_and_all_candidates_are_linked() -> None:
    problem = a_problem()
    found = assign_raters(problem)
    assert verify_assignment(problem, found) == ()
    assert (found.spread, found.unfilled) == (0, ())
    assert found.before.parts == ()
    assert found.after.is_connected


def test_a_seed_gives_the_same_and_panels_are_mixed() -> None:
    problem = a_problem(barred=0)
    found = assign_raters(problem)
    turned = replace(problem, tasks=problem.tasks[::-1], raters=problem.raters[::-1])
    assert assign_raters(turned).pairs == found.pairs
    panels = {frozenset(rater for task, rater in found.pairs if task == each.id) for each in problem.tasks}
    # Of fifteen possible pairs of six people most are used.
    assert len(panels) >= 12


def test_what_was_assigned_stays_and_new_candidates_are_added() -> None:
    before = assign_raters(a_problem())
    after = assign_raters(a_problem(15), previous=before)
    assert set(before.pairs) - set(after.pairs) == {
        (task, rater) for task, rater in before.pairs if (rater, task.split("/")[0]) in a_problem(15).barred
    }
    assert after.spread <= 1


def test_an_earlier_seat_moves_only_where_another_could_not_be_filled_and_comes_back_when_it_can() -> None:
    """Only ``a`` can take the new task, and has no room: ``b`` takes over the old one."""
    tasks = (Task("old", "c1", 1, frozenset("ab")), Task("new", "c2", 1, frozenset("a")))
    problem = AssignmentProblem(tasks, (Rater("a", capacity=1), Rater("b")))
    before = assign_raters(replace(problem, tasks=(replace(tasks[0], eligible=frozenset("a")),)))
    assert before.pairs == (("old", "a"),)
    assert assign_raters(problem, previous=before).pairs == (("new", "a"), ("old", "b"))
    assert assign_raters(replace(problem, raters=(Rater("a", capacity=2), Rater("b"))), previous=before).pairs == (
        ("new", "a"),
        ("old", "a"),
    )
    # More earlier seats than room: the rest goes to others.
    both = assign_raters(AssignmentProblem((tasks[0], Task("too", "c3", 1, frozenset("a"))), (Rater("a"),)))
    less = AssignmentProblem((tasks[0], Task("too", "c3", 1, frozenset("ab"))), problem.raters)
    assert len(assign_raters(less, previous=both).pairs) == 2


def test_shares_capacities_and_present_loads_count() -> None:
    problem = replace(a_problem(barred=0), raters=(Rater("a", share=50), Rater("b", capacity=3), Rater("c", load=9), *map(Rater, "def")))
    loads = dict(assign_raters(problem).loads)
    assert loads["b"] == 3
    assert loads["a"] * 2 == pytest.approx(loads["d"], abs=2)
    assert abs(loads["c"] - loads["d"]) <= 1


@pytest.mark.parametrize("seed", range(5))
def test_bundles_of_several_weights_are_evened_out(seed: int) -> None:
    rng = random.Random(seed)
    tasks = tuple(Task(f"{place:02}", f"c{place}", 2, frozenset(NAMES), weight=rng.choice([1, 2, 3])) for place in range(30))
    problem = AssignmentProblem(tasks, tuple(map(Rater, NAMES)))
    found = assign_raters(problem, seed=seed)
    assert verify_assignment(problem, found) == ()
    assert found.spread <= 1


def test_heavy_bundles_alone_are_exchanged_until_nothing_helps() -> None:
    """Who can take only the heavy ones has them; the light ones make up for it."""
    tasks = (
        *(Task(f"h{place}", f"c{place}", 1, frozenset("ab"), weight=3) for place in range(3)),
        *(Task(f"m{place}", f"d{place}", 1, frozenset("ab"), weight=2) for place in range(3)),
    )
    found = assign_raters(AssignmentProblem(tasks, tuple(map(Rater, "ab"))))
    assert found.spread == 1


def test_a_heavier_bundle_is_changed_for_a_lighter_one() -> None:
    """The heaviest first leaves 10 and 8; changing four for three makes it nine each."""
    tasks = tuple(Task(f"t{place}", f"c{place}", 1, frozenset("ab"), weight=weight) for place, weight in enumerate([5, 4, 3, 3, 3]))
    for seed in range(4):
        assert assign_raters(AssignmentProblem(tasks, tuple(map(Rater, "ab"))), seed=seed).spread == 0


def test_a_heavy_bundle_is_given_away_where_light_ones_came_afterwards() -> None:
    heavy = tuple(Task(f"h{place}", f"c{place}", 1, frozenset("ab"), weight=2) for place in range(2))
    light = tuple(Task(f"l{place}", f"d{place}", 1, frozenset("a")) for place in range(3))
    problem = AssignmentProblem((*heavy, *light), tuple(map(Rater, "ab")))
    assert assign_raters(problem).loads == (("a", 3), ("b", 4))
    # Who may not have it, or had it before, does not get it, and does not lose it.
    barred = replace(problem, barred=frozenset({("b", "c0"), ("b", "c1")}))
    assert dict(assign_raters(barred).loads) == {"a": 7, "b": 0}
    kept = assign_raters(replace(problem, tasks=tuple(replace(each, eligible=frozenset("a")) for each in problem.tasks)))
    assert assign_raters(problem, previous=kept).pairs == kept.pairs


def test_bundles_that_cannot_change_hands_stay() -> None:
    """Only ``a`` can take the heavy ones, only ``b`` the middle one; ``b`` could take a light one, but not for nothing."""
    tasks = (
        *(Task(f"h{place}", f"c{place}", 1, frozenset("a"), weight=4) for place in range(2)),
        Task("m", "d", 1, frozenset("b"), weight=2),
        *(Task(f"s{place}", f"e{place}", 1, frozenset("ab"), weight=3) for place in range(1)),
    )
    found = assign_raters(AssignmentProblem(tasks, tuple(map(Rater, "ab"))))
    assert found.loads == (("a", 8), ("b", 5))
    # The heavy one could go to b, but what b would give back cannot come to a.
    tasks = (
        Task("x", "c1", 1, frozenset("ab"), weight=5),
        Task("y", "c2", 1, frozenset("b"), weight=4),
        Task("z", "c3", 1, frozenset("a"), weight=3),
    )
    found = assign_raters(AssignmentProblem(tasks, tuple(map(Rater, "ab"))))
    assert dict(found.loads) in ({"a": 8, "b": 4}, {"a": 3, "b": 9})


def test_who_rated_already_counts_for_load_and_network() -> None:
    problem = a_problem(4, raters=("a", "b", "c"), barred=0)
    tasks = tuple(replace(task, seats=1, raters=frozenset("a")) for task in problem.tasks)
    found = assign_raters(replace(problem, tasks=tasks))
    assert found.loads == (("a", 8), ("b", 4), ("c", 4))
    assert found.before.is_connected
    assert found.after.is_connected


def test_people_of_parts_that_nothing_links_change_seats() -> None:
    """Earlier ratings made two tracks; new seats, evenly dealt, have to join them."""
    tasks = tuple(Task(f"{place}", f"c{place}", 1, frozenset("abcd"), raters=frozenset("ab" if place < 2 else "cd")) for place in range(4))
    problem = AssignmentProblem(tasks, tuple(map(Rater, "abcd")))
    for seed in range(6):
        found = assign_raters(problem, seed=seed)
        assert len(found.before.parts) == 2
        assert found.after.is_connected
        assert found.spread == 0


def test_two_tracks_are_joined_by_one_exchange_of_seats() -> None:
    tracks = [(f"t{place}", rater) for place in range(6) for rater in ("ab" if place < 3 else "cd")]
    problem = AssignmentProblem(
        tuple(Task(f"t{place}", f"c{place}", 2, frozenset("abcd")) for place in range(6)), tuple(map(Rater, "abcd"))
    )
    flow = Flow(problem, tracks, seed=1)
    assert len(flow.assignment().after.parts) == 2
    link_up(flow, ())
    joined = flow.assignment()
    assert joined.after.is_connected
    assert joined.loads == (("a", 3), ("b", 3), ("c", 3), ("d", 3))
    assert len(set(joined.pairs) - set(tracks)) == 2


def test_parts_that_no_exchange_can_join_stay_and_are_told() -> None:
    tasks = (
        *(Task(f"x{place}", f"x{place}", 2, frozenset("ab")) for place in range(3)),
        *(Task(f"y{place}", f"y{place}", 2, frozenset("cd")) for place in range(3)),
    )
    found = assign_raters(AssignmentProblem(tasks, tuple(map(Rater, "abcd"))))
    assert len(found.after.parts) == 2
    one_each = tuple(Task(f"{place}", f"c{place}", 1, frozenset(NAMES)) for place in range(30))
    alone = assign_raters(AssignmentProblem(one_each, tuple(map(Rater, NAMES))))
    assert len(alone.after.parts) == 6


def test_empty_seats_say_why() -> None:
    tasks = (
        Task("few", "c1", 2, frozenset("a")),
        Task("conflict", "c2", 2, frozenset("ab")),
        Task("full", "c3", 1, frozenset("d")),
        Task("fine", "c4", 1, frozenset("ab")),
    )
    problem = AssignmentProblem(tasks, (Rater("a"), Rater("b"), Rater("d", capacity=2, load=2)), frozenset({("b", "c2")}))
    found = assign_raters(problem)
    assert verify_assignment(problem, found) == ()
    assert {task: reason.code for task, reason in found.unfilled} == {
        "few": "too_few_eligible",
        "conflict": "conflicts",
        "full": "capacity",
    }


def test_only_the_seats_of_who_is_absent_move() -> None:
    problem = a_problem()
    before = assign_raters(problem)
    diff = replace_assessor(problem, before, "c")
    assert set(diff.removed) == {pair for pair in before.pairs if pair[1] == "c"}
    assert len(diff.added) == len(diff.removed)
    assert set(before.pairs) - set(diff.removed) <= set(diff.after.pairs)
    assert diff.after.spread <= 2
    assert verify_assignment(replace(problem, raters=tuple(rater for rater in problem.raters if rater.id != "c")), diff.after) == ()
    nobody_else = replace(problem, raters=tuple(Rater(name, capacity=8) for name in NAMES))
    left = replace_assessor(nobody_else, assign_raters(nobody_else), "c")
    assert left.added == ()
    assert {reason.code for _task, reason in left.after.unfilled} == {"capacity"}


def test_a_seat_stays_empty_where_only_others_have_room() -> None:
    tasks = (Task("t", "c", 1, frozenset("ab")),)
    problem = AssignmentProblem(tasks, (Rater("a"), Rater("b", capacity=0), Rater("z")))
    diff = replace_assessor(problem, assign_raters(problem), "a")
    assert (diff.removed, diff.added) == ((("t", "a"),), ())


@pytest.mark.parametrize(
    "problem",
    [
        replace(a_problem(), raters=(Rater("a"), Rater("a"))),
        a_problem(weight=0),
        replace(a_problem(), raters=(Rater("a", share=0),)),
    ],
)
def test_a_problem_that_makes_no_sense_is_refused(problem: AssignmentProblem) -> None:
    with pytest.raises(PlanningError, match="invalid"):
        assign_raters(problem)


def test_whatever_is_wrong_with_an_assignment_is_found() -> None:
    problem = replace(a_problem(), raters=tuple(Rater(name, capacity=9) for name in NAMES))
    found = assign_raters(problem)

    def codes(*pairs: tuple[str, str], **changes: Any) -> set[str]:
        changed = replace(found, pairs=(*found.pairs, *pairs), **changes)
        return {violation.code for violation in verify_assignment(problem, changed)}

    task, rater = found.pairs[0]
    barred = next(iter(sorted(problem.barred)))
    assert codes() == set()
    assert codes(("nowhere", "a")) == {"unknown"}
    assert codes((task, rater)) == {"twice", "too_many", "loads"}
    assert "barred" in codes((f"{barred[1]}/one", barred[0]))
    missing = replace(found, pairs=found.pairs[1:])
    assert {violation.code for violation in verify_assignment(problem, missing)} == {"unfilled", "loads"}
    nobody = tuple(replace(each, eligible=frozenset()) for each in problem.tasks)
    strict = replace(problem, raters=tuple(Rater(name, capacity=7) for name in NAMES), tasks=nobody)
    assert {violation.code for violation in verify_assignment(strict, found)} == {"capacity", "not_eligible"}


@pytest.mark.thorough
def test_eight_thousand_sheets_are_assigned_evenly() -> None:
    names = tuple(f"a{place:02}" for place in range(30))
    tasks = tuple(Task(f"{number:03}/{method}", f"{number:03}", 2, frozenset(names)) for number in range(500) for method in range(8))
    problem = AssignmentProblem(tasks, tuple(map(Rater, names)))
    found = assign_raters(problem)
    assert verify_assignment(problem, found) == ()
    assert found.spread <= 1
    assert linkage([(problem.task[task].candidate, rater) for task, rater in found.pairs]).is_connected
