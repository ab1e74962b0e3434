"""``talimger day``: plan an assessment day from a file of JSON, without a database."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path

from talimger.analysis.day.example import example
from talimger.analysis.day.output import plan_as_json, plan_as_text, problem_as_json
from talimger.analysis.day.reading import read_plan, read_problem
from talimger.analysis.day.words import error_in_words, violation_in_words
from talimger.analysis.files.outputs import place_for, write_all
from talimger.analysis.files.problems import FileError, quoted
from talimger.analysis.progress import Progress
from talimger.core.planning import DayDiff, DayPlan, DayProblem, PlanningError, Step, compare_days, if_absent, plan_day, verify_day

INFEASIBLE, MISTAKE = 1, 2


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit code: 0, 1 when there is no plan, 2 for a mistake."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.example:
        sys.stdout.write(json.dumps(problem_as_json(example()), ensure_ascii=False, indent=1) + "\n")
        return 0
    if options.problem is None:
        parser.error("name a file: talimger day PROBLEM.json, or write one to start from: talimger day --example > problem.json")
    progress = Progress(sys.stderr)
    try:
        return _run(options, progress)
    except FileError as error:
        progress.clear()
        sys.stderr.write("".join(f"{line}\n" for line in error.lines))
        return MISTAKE
    finally:
        progress.clear()


def _seconds(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value > 0):
        raise ValueError
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="talimger day",
        description="Plan an assessment day: who does which exercise when and where, and who rates whom, so that everybody has pauses and"
        " lunch and all candidates can be compared. Needs no database and sends nothing anywhere.",
        epilog="Exit codes: 0 fine, 1 there is no plan (the reasons are printed), 2 a mistake in a file or in the command.",
    )
    parser.add_argument("problem", nargs="?", metavar="PROBLEM.json", help="blocks, rooms, exercises, candidates, assessors")
    parser.add_argument("--json", metavar="OUT.json", help="write the plan for other programs; - prints it instead of the text")
    parser.add_argument("--time-limit", type=_seconds, default=30.0, metavar="SECONDS", help="to look for better plans (%(default)g)")
    parser.add_argument("--seed", type=int, default=1, help="another number may give another plan that is as good (%(default)s)")
    parser.add_argument("--previous", metavar="PLAN.json", help="change this plan as little as can be")
    parser.add_argument("--absent", metavar="ASSESSOR", help="who does not come; with --previous and --now")
    parser.add_argument("--now", metavar="BLOCK", help="from which block on; sessions that began before stay")
    parser.add_argument("--example", action="store_true", help="print a complete problem to start from")
    return parser


def _run(options: argparse.Namespace, progress: Progress) -> int:
    out = place_for(options.json, source=options.problem) if options.json not in (None, "-") else None
    problem = read_problem(options.problem)
    previous = read_plan(options.previous) if options.previous is not None else None
    try:
        problem, plan, diff = _planned(options, problem, previous, progress)
    except PlanningError as error:
        progress.clear()
        sys.stderr.write("".join(f"{line}\n" for line in error_in_words(error, problem)))
        return INFEASIBLE
    progress.clear()
    as_json = json.dumps(plan_as_json(problem, plan, diff), ensure_ascii=False, indent=1) + "\n"
    if out is not None:
        write_all({out: [as_json.encode()]})
    sys.stdout.write(as_json if options.json == "-" else plan_as_text(problem, plan, diff))
    if out is not None:
        sys.stdout.write(f"\n{out} is written.\n")
    return 0


def _planned(
    options: argparse.Namespace, problem: DayProblem, previous: DayPlan | None, progress: Progress
) -> tuple[DayProblem, DayPlan, DayDiff | None]:
    def show(step: Step) -> None:
        progress.show(f"{step.seconds:.0f} s, {step.level.replace('_', ' ')} {step.value:,}, at best {step.bound:,}")

    if options.absent is None:
        if options.now is not None:
            raise FileError("--now goes with --absent.")
        plan = plan_day(problem, previous=previous, time_limit=options.time_limit, seed=options.seed, progress=show)
        return problem, plan, compare_days(previous, plan) if previous is not None else None
    if previous is None or options.now is None:
        raise FileError("--absent goes with --previous PLAN.json and --now BLOCK.")
    if options.absent not in problem.assessor:
        raise FileError(f"--absent: unknown assessor {quoted(options.absent)}.")
    if options.now not in problem.block_at:
        raise FileError(f"--now: unknown block {quoted(options.now)}.")
    broken = verify_day(problem, previous)
    if broken:
        name = Path(options.previous).name
        raise FileError(f"{name} is no plan of this problem:", *(f"  - {violation_in_words(each)}" for each in broken[:10]))
    changed = if_absent(
        problem, previous, options.absent, now_block=options.now, time_limit=options.time_limit, seed=options.seed, progress=show
    )
    return changed.problem, changed.plan, changed.diff
