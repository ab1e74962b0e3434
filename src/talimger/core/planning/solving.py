"""Solving a model level by level with CP-SAT. OR-tools is loaded here, when something is solved, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from talimger.core.planning.day import Level

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver

# Two that take turns, so that a seed gives the same plan again; one of them improves plans, the other looks for bounds.
WORKERS, SEARCH = 2, "default_lp"
# So many variables get one unit of work to find a first plan by local search alone: a unit takes a second or two, but unlike seconds
# it is the same whatever else the machine does.
FIRST_WORK, MOST_FIRST_WORK = 2000, 4.0
# A plan so near to the best is called the best: the rest of the time is better spent on the next goal.
GAP = 0.01


@dataclass(frozen=True)
class Step:
    """A better plan was found: at which level, after how many seconds, how good, and what no plan can be better than."""

    level: str
    seconds: float
    value: int
    bound: int


Progress = Callable[[Step], None]


def level(name: str, value: int, bound: int) -> Level:
    """A level that counts as proved when it is near enough to its bound."""
    return Level(name, value, bound, value - bound <= GAP * abs(value))


@dataclass(frozen=True)
class Outcome:
    """The solver that holds the last values, ``None`` without any; the levels; whether it is proved that there is nothing."""

    solver: CpSolver | None
    levels: tuple[Level, ...]
    is_impossible: bool


class Solving:
    """The time and the seed that a plan has, spent over several models."""

    def __init__(self, *, time_limit: float, seed: int, progress: Progress | None = None) -> None:
        self.seed = seed
        self.spent = 0.0
        # Another attempt at the same goal begins elsewhere.
        self.attempt = 0
        self._limit = time_limit
        self._progress = progress

    def left(self, share: float = 1.0) -> float:
        """Seconds that a model may take; never nothing, or an easy one would find no plan."""
        return max((self._limit - self.spent) * share, 0.2)

    def levels(self, model: CpModel, goals: Sequence[tuple[str, Any]], *, share: float = 1.0) -> Outcome:
        """Minimise one goal after the other, each held while the next is sought. The first is tried by local search alone, too: it has
        a plan at once where there is one.
        """
        end = self.spent + self.left(share)
        best: CpSolver | None = None
        levels: list[Level] = []
        for place, (name, goal) in enumerate(goals):
            model.minimize(goal)
            found, status = (best, "") if best is not None else self._solve(model, name, end, is_first=True)
            if found is not None:
                _hint(model, found)
            if status != "OPTIMAL":
                # What a level leaves of its time goes to those after it.
                seconds = (end - self.spent) / (2 if place + 1 < len(goals) else 1)
                better, status = self._solve(model, name, self.spent + seconds)
                if better is None and (found is None or best is not None):
                    # Without time for this goal the plan of the one before it stands.
                    return Outcome(best, tuple(levels), status == "INFEASIBLE")
                found = better if better is not None else found
                assert found is not None
                _hint(model, found)
            assert found is not None
            value = round(found.objective_value)
            levels.append(level(name, value, _whole(found.best_objective_bound)))
            model.add(goal <= value)
            best = found
        return Outcome(best, tuple(levels), False)

    def is_impossible(self, model: CpModel) -> bool:
        """Whether it is proved that a model has no solution."""
        return self._solve(model, "", self.spent + self.left())[1] == "INFEASIBLE"

    def _solve(self, model: CpModel, name: str, end: float, *, is_first: bool = False) -> tuple[CpSolver | None, str]:
        from ortools.sat.python import cp_model  # two seconds, and no web process should hold it

        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.max_time_in_seconds = max(end - self.spent, 0.1)
        parameters.random_seed = self.seed + 1000 * self.attempt
        parameters.num_workers = WORKERS
        parameters.interleave_search = True
        parameters.relative_gap_limit = GAP
        if is_first:
            parameters.use_ls_only = True
            parameters.max_deterministic_time = min(len(model.proto.variables) / FIRST_WORK, MOST_FIRST_WORK)
        else:
            parameters.subsolvers.append(SEARCH)
        status = solver.solve(model, _callback(name, self.spent, self._progress) if self._progress else None)
        self.spent += solver.wall_time
        return (solver if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None), solver.status_name(status)


def _callback(name: str, before: float, progress: Progress) -> Any:
    from ortools.sat.python.cp_model import CpSolverSolutionCallback

    class Told(CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            progress(Step(name, before + self.wall_time, round(self.objective_value), _whole(self.best_objective_bound)))

    return Told()


def _hint(model: CpModel, solver: CpSolver) -> None:
    model.clear_hints()  # type: ignore[no-untyped-call]  # it is typed nowhere
    for at in range(len(model.proto.variables)):
        variable = model.get_int_var_from_proto_index(at)
        model.add_hint(variable, solver.value(variable))


def _whole(bound: float) -> int:
    """The least whole number that is not below a bound: goals are whole."""
    return -int(-(bound - 1e-6) // 1)
