"""``talimger bench plan``: how long days and assignments take to plan, and how near they come to the best.

The days are those of ``talimger day --example``. Solvers work in two threads that take turns; seconds are those of a person who waits, with
models built and OR-tools loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from talimger.analysis.day.example import example
from talimger.core.planning import (
    AssignmentProblem,
    PlanningError,
    Rater,
    Step,
    Task,
    assign_raters,
    if_absent,
    linkage,
    plan_day,
    verify_assignment,
    verify_day,
)

DESK = 3


@dataclass(frozen=True)
class Figure:
    """What was measured, the most it may be, and whether that is kept."""

    name: str
    value: float
    target: float
    unit: str

    @property
    def is_met(self) -> bool:
        return self.value <= self.target


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="talimger bench plan", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--small", action="store_true", help="only the assignment of 960 sheets, to see that it runs")
    options = parser.parse_args(sys.argv[1:] if argv is None else argv)
    figures = assignment(60, 8, seconds=1.0)
    if not options.small:
        figures += [*assignment(500, 30, seconds=6.0), *small_day(), *large_day()]
    is_met = all(figure.is_met for figure in figures)
    if options.json:
        print(
            json.dumps(
                {"cores": os.cpu_count(), "met": is_met, "figures": [asdict(each) | {"met": each.is_met} for each in figures]}, indent=2
            )
        )
    else:
        for each in figures:
            words = "met" if each.is_met else "NOT MET"
            print(f"{each.name:<58}{each.value:>9.2f} {each.unit:<9} target {each.target:g}: {words}")
    return 0 if is_met else 1


def small_day() -> list[Figure]:
    """24 candidates: a plan at once, a good one soon, and a day that changes."""
    import ortools.sat.python.cp_model  # noqa: F401  # its two seconds are not those of planning

    problem = example()
    steps: list[Step] = []
    plan = plan_day(problem, time_limit=30, progress=steps.append)
    began = time.perf_counter()
    changed = if_absent(problem, plan, "A03", now_block="B05")
    absent = time.perf_counter() - began
    broken = len(verify_day(problem, plan)) + len(verify_day(changed.problem, changed.plan))
    return [
        Figure("24 candidates: first timetable", steps[0].seconds, 1.0, "s"),
        Figure("24 candidates: solvers' time of the whole plan", plan.seconds, 30.0, "s"),
        Figure("24 candidates: gap", 100 * plan.gap, 1.0, "%"),
        Figure("24 candidates: parts of the rating network", len(linkage(plan.pairs).parts), 1, ""),
        Figure("24 candidates: an assessor absent from the fifth block on", absent, 10.0, "s"),
        Figure("24 candidates: broken rules", broken, 0, ""),
    ]


def large_day() -> list[Figure]:
    """60 candidates, in circuits."""
    problem = example(60)
    began = time.perf_counter()
    try:
        plan = plan_day(problem, time_limit=60)
    except PlanningError:
        return [Figure("60 candidates: days without a plan in 60 s", 1, 0, "")]
    seconds = time.perf_counter() - began
    return [
        Figure("60 candidates: the whole plan", seconds, 70.0, "s"),
        Figure("60 candidates: gap to what no day can beat", 100 * plan.gap, 3.0, "%"),
        Figure("60 candidates: parts of the rating network", len(linkage(plan.pairs).parts), 1, ""),
        Figure("60 candidates: broken rules", len(verify_day(problem, plan)), 0, ""),
    ]


def assignment(candidates: int, raters: int, *, seconds: float) -> list[Figure]:
    """Eight methods, two raters a sheet, the three of the desk rated together; an eighth of the raters barred from each candidate."""
    rng = random.Random(1)
    names = [f"A{number:02}" for number in range(raters)]
    tasks = [
        Task(f"{number:03}/{method}", f"{number:03}", 2, frozenset(names), weight=weight)
        for number in range(candidates)
        for method, weight in (("desk", DESK), *((f"m{place}", 1) for place in range(5)))
    ]
    barred = frozenset((name, f"{number:03}") for number in range(candidates) for name in rng.sample(names, raters // 8))
    problem = AssignmentProblem(tuple(tasks), tuple(map(Rater, names)), barred)
    began = time.perf_counter()
    found = assign_raters(problem)
    took = time.perf_counter() - began
    title = f"{sum(task.seats * task.weight for task in tasks):,} sheets"
    return [
        Figure(f"{title}: assignment", took, seconds, "s"),
        Figure(f"{title}: spread of loads", found.spread, 1, "sheets"),
        Figure(f"{title}: empty seats", len(found.unfilled), 0, ""),
        Figure(f"{title}: parts of the rating network", len(found.after.parts), 1, ""),
        Figure(f"{title}: broken rules", len(verify_assignment(problem, found)), 0, ""),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
