"""Solving a model level by level with CP-SAT. OR-tools is loaded here, when something is solved, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from talimger.core.planning.day import Level

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver

# In turns, so that a seed gives the same plan again; of two and eight, four were the quickest on two cores.
WORKERS = 4
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


class Solving:
    """The time and the seed that a plan has, spent over several models."""

    def __init__(self, *, time_limit: float, seed: int, progress: Progress | None = None) -> None:
        self.seed = seed
        self.spent = 0.0
        self._limit = time_limit
        self._progress = progress

    def left(self, share: float = 1.0) -> float:
        """Seconds that a model may take; never nothing, or an easy one would find no plan."""
        return max((self._limit - self.spent) * share, 0.2)

    def levels(self, model: CpModel, goals: Sequence[tuple[str, Any]], *, share: float = 1.0) -> tuple[CpSolver | None, tuple[Level, ...], bool]:
        """Minimise one goal after the other, each held while the next is sought.

        The solver that holds the last values, or ``None`` without any; the levels; whether it is proved that there are none.
        """
        best: CpSolver | None = None
        levels: list[Level] = []
        end = self.spent + self.left(share)
        for place, (name, goal) in enumerate(goals):
            if goal is not None:
                model.minimize(goal)
            # What a level leaves of its time goes to those after it.
            seconds = max((end - self.spent) / (len(goals) - place) if place else end - self.spent, 0.1)
            solver, status = self._solve(model, name, seconds, of_many=len(goals) - place > 1)
            if solver is None:
                if best is None:
                    return None, (), status == "INFEASIBLE"
                continue
            best = solver
            if goal is None:
                continue
            value, bound = round(solver.objective_value), _whole(solver.best_objective_bound)
            levels.append(level(name, value, bound))
            model.add(goal <= value)
            _hint(model, solver)
        return best, tuple(levels), False

    def _solve(self, model: CpModel, name: str, seconds: float, *, of_many: bool) -> tuple[CpSolver | None, str]:
        from ortools.sat.python import cp_model  # two seconds, and no web process should hold it

        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.max_time_in_seconds = seconds
        parameters.random_seed = self.seed
        parameters.num_workers = WORKERS
        parameters.interleave_search = True
        parameters.relative_gap_limit = GAP
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
    model.clear_hints()
    for at in range(len(model.proto.variables)):
        variable = model.get_int_var_from_proto_index(at)
        model.add_hint(variable, solver.value(variable))


def _whole(bound: float) -> int:
    """The least whole number that is not below a bound: goals are whole."""
    return -int(-(bound - 1e-6) // 1)
