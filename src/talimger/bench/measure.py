"""``talimger bench measure``: how long fits take, how much memory, and how near they come to the truth.

Every case is simulated and fitted in a process of its own: each candidate is rated on 23 items by two assessors of a panel of four
whose members change. Reading a file is measured apart from the fit. docs/methods/speed.md says what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from talimger.core.measurement import FacetsFit, Measures, fit_mfrm
from talimger.core.measurement.ratings import Codes, Floats
from talimger.core.measurement.simulation import Simulated, simulate_ratings

FACETS = ("assessor", "item")
THRESHOLDS = (-0.6, -0.2, 0.2, 0.6)
SEED = 20260901


@dataclass(frozen=True)
class Size:
    """A case of the table of speeds: how many, and what it may take."""

    name: str
    persons: int
    assessors: int
    seconds: float
    severity_rmse: float | None = None
    memory_mb: float | None = None


SIZES = (
    Size("2.8k", 60, 6, 0.3),
    # Of fifty severities one sample says little: ten of them are held against the target below.
    Size("92k", 2_000, 50, 0.5),
    Size("0.92M", 20_000, 500, 2.5, 0.035),
    Size("9.2M", 200_000, 5_000, 25.0, 0.035, 1024),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 if a target is missed."""
    options = _parser().parse_args(sys.argv[1:] if argv is None else argv)
    if options.case:
        print(json.dumps(CASES[options.case](options)))
        return 0
    sizes = SIZES if options.large else SIZES[:1] if options.small else SIZES[:3]
    results: dict[str, Any] = {
        "machine": f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()},"
        f" numpy {np.__version__}, scipy {scipy.__version__}"
    }
    print(results["machine"], flush=True)
    print(
        f"\n{'ratings':>9}{'engine':>12}{'rounds':>8}{'fit s':>8}{'read s':>8}{'MB':>7}{'severity RMSE':>15}{'mean SE':>9}   targets",
        flush=True,
    )
    results["sizes"] = []
    for size in sizes:
        found = _alone("size", options, size=size.name)
        is_met = _is_met(size, found)
        results["sizes"].append(found | {"met": is_met})
        print(
            f"{found['ratings']:>9}{found['engine']:>12}{found['rounds']:>8}{found['seconds']:>8.2f}{found['reading']:>8.2f}{found['memory']:>7.0f}"
            f"{found['severity_rmse']:>15.4f}{found['severity_se']:>9.4f}   {_targets(size)}: {'met' if is_met else 'NOT MET'}",
            flush=True,
        )
    for name in ("sparse", "small_intakes", "seeds", "dimensions"):
        results[name] = _alone(name, options)
        print(f"\n{name.replace('_', ' ')}", flush=True)
        for key, value in results[name].items():
            print(f"  {key}: {value}", flush=True)
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0 if all(each["met"] for each in results["sizes"]) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="talimger bench measure", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", metavar="OUT", help="write the figures into this file as well")
    parser.add_argument("--large", action="store_true", help="also the 9.2 million ratings")
    parser.add_argument("--small", action="store_true", help="only the smallest size and a few replications, to see that it runs")
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--size", help=argparse.SUPPRESS)
    return parser


def _alone(case: str, options: argparse.Namespace, size: str = "") -> dict[str, Any]:
    """One case in a fresh process: its memory is its own, and nothing is warm that would not be."""
    command = [sys.executable, "-m", "talimger.bench.measure", "--case", case, *(["--size", size] if size else [])]
    command += ["--small"] if options.small else []
    ended = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # our own command line
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def _fit(columns: Mapping[str, Codes]) -> FacetsFit:
    return fit_mfrm(columns, person="candidate", facets=FACETS)


def _error(measures: Measures, truth: Floats) -> Floats:
    away: Floats = measures.measure - truth[[int(label) for label in measures.labels]]
    return away


def _root(values: Floats) -> float:
    return float(np.sqrt((values**2).mean()))


def _one_size(options: argparse.Namespace) -> dict[str, Any]:
    size = next(size for size in SIZES if size.name == options.size)
    made = simulate_ratings(rng=np.random.default_rng(SEED), persons=size.persons, assessors=size.assessors, panel=4, thresholds=THRESHOLDS)
    simulated = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.perf_counter()
    fit = _fit(made.columns)
    seconds = time.perf_counter() - started
    assessors = fit.facets["assessor"]
    return {
        "size": size.name,
        "ratings": fit.table.size,
        "engine": fit.engine,
        "converged": fit.converged,
        "rounds": fit.iterations,
        "seconds": round(seconds, 3),
        "memory": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "memory_before": round(simulated, 1),
        "severity_rmse": round(_root(_error(assessors, made.severity)), 5),
        "severity_se": round(float(assessors.se.mean()), 5),
        "coverage": round(float((np.abs(_error(fit.person(), made.ability[:, 0])) < 1.96 * fit.person().se).mean()), 4),
        "reading": round(_reading(made), 2),
    }


def _reading(made: Simulated) -> float:
    """How long the same ratings take as a CSV file, read as ``talimger fit`` reads it."""
    from talimger.analysis.files.reading import Columns, read_ratings  # only after the memory of the fit was read

    with tempfile.TemporaryDirectory(prefix="talimger-bench-") as folder:
        path = Path(folder) / "ratings.csv"
        with path.open("w", encoding="ascii") as file:
            file.write(",".join(made.columns) + "\n")
            for start in range(0, made.columns["rating"].size, 1 << 18):
                rows = np.column_stack([column[start : start + (1 << 18)] for column in made.columns.values()])
                np.savetxt(file, rows, fmt="%d", delimiter=",")
        started = time.perf_counter()
        read_ratings(str(path), Columns(person="candidate", facets=FACETS, rating="rating"), progress=lambda _words: None)
        return time.perf_counter() - started


def _sparse(options: argparse.Namespace) -> dict[str, Any]:
    """Two, three and five ratings a candidate: random pairs of assessor and item."""
    found = {}
    for each in (2, 3, 5):
        rng = np.random.default_rng(SEED + each)
        made = simulate_ratings(
            rng=rng, persons=300 if options.small else 2_000, assessors=50, items=23, each=each, panel=8, thresholds=THRESHOLDS
        )
        # Of every assessor's sheet one item, another one for each.
        rows = np.arange(0, made.columns["rating"].size, 23)
        rows = rows + rng.integers(0, 23, rows.size)
        started = time.perf_counter()
        fit = fit_mfrm({name: column[rows] for name, column in made.columns.items()}, person="candidate", facets=FACETS)
        found[f"{each} ratings a candidate"] = (
            f"{fit.engine}, converged {fit.converged} in {fit.iterations} rounds and {time.perf_counter() - started:.2f} s, "
            f"severity RMSE {_root(_error(fit.facets['assessor'], made.severity)):.3f}, mean SE {fit.facets['assessor'].se.mean():.3f}"
        )
    return found


def _small_intakes(options: argparse.Namespace) -> dict[str, Any]:
    """60 candidates, 8 assessors, over and over: top thirds, and how often intervals hold the truth."""
    count = 5 if options.small else 200
    raw, fair, persons, assessors = [], [], [], []
    for replication in range(count):
        made = simulate_ratings(rng=np.random.default_rng(SEED + replication), thresholds=THRESHOLDS)
        fit = _fit(made.columns)
        means = np.bincount(made.columns["candidate"], weights=made.columns["rating"]) / np.bincount(made.columns["candidate"])
        best = set(np.argsort(-made.ability[:, 0])[:20].tolist())
        raw.append(len(best & set(np.argsort(-means)[:20].tolist())) / 20)
        fair.append(len(best & set(np.argsort(-fit.person().measure)[:20].tolist())) / 20)
        persons.append(np.abs(_error(fit.person(), made.ability[:, 0])) < 1.96 * fit.person().se)
        assessors.append(np.abs(_error(fit.facets["assessor"], made.severity)) < 1.96 * fit.facets["assessor"].se)
    return {
        "replications": count,
        "true top third found by raw means": round(float(np.mean(raw)), 3),
        "true top third found by fair scores": round(float(np.mean(fair)), 3),
        "95 % intervals of candidates hold": round(float(np.mean(persons)), 3),
        "95 % intervals of assessors hold": round(float(np.mean(assessors)), 3),
    }


def _seeds(options: argparse.Namespace) -> dict[str, Any]:
    """92k ratings with other seeds: whether standard errors are as large as errors."""
    errors, claimed = [], []
    for seed in range(2 if options.small else 10):
        size = (400, 10) if options.small else (2_000, 50)
        made = simulate_ratings(
            rng=np.random.default_rng(SEED + 100 + seed), persons=size[0], assessors=size[1], panel=4, thresholds=THRESHOLDS
        )
        fit = _fit(made.columns)
        errors.append(_error(fit.facets["assessor"], made.severity))
        claimed.append(fit.facets["assessor"].se)
    rmse, se = _root(np.array(errors)), float(np.mean(claimed))
    return {
        "seeds": len(errors),
        "severity RMSE": round(rmse, 5),
        "target, <= 0.035": "met" if rmse <= 0.035 else "NOT MET",
        "mean SE": round(se, 5),
        "mean SE / RMSE": round(se / rmse, 3),
    }


def _dimensions(options: argparse.Namespace) -> dict[str, Any]:
    """Five competencies that correlate by 0.6: one fit of all against five fits."""
    persons = 60 if options.small else 500
    of_item = np.repeat(np.arange(5), (5, 5, 5, 4, 4))
    rng = np.random.default_rng(SEED)
    ability = rng.multivariate_normal(np.zeros(5), np.full((5, 5), 0.6) + 0.4 * np.eye(5), persons)
    made = simulate_ratings(rng=rng, persons=persons, assessors=20, ability=ability, dimension_of_item=of_item, thresholds=THRESHOLDS)
    started = time.perf_counter()
    together = fit_mfrm(made.columns, person="candidate", facets=FACETS, dimension="competency")
    seconds = time.perf_counter() - started
    found: dict[str, Any] = {
        "fit": f"{together.engine}, converged {together.converged} in {together.iterations} rounds and {seconds:.2f} s",
        "correlations found": together.correlations.round(2)[np.triu_indices(5, 1)].tolist(),
    }
    for place, name in enumerate(together.dimensions):
        rows = made.columns["competency"] == place
        alone = _fit({key: column[rows] for key, column in made.columns.items()})
        truth = ability[:, place] - made.difficulty[of_item == place].mean()
        found[f"RMSE of competency {place + 1}, alone and together"] = [
            round(_root(_error(alone.person(), truth)), 3),
            round(_root(_error(together.person(name), truth)), 3),
        ]
    return found


CASES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "size": _one_size,
    "sparse": _sparse,
    "small_intakes": _small_intakes,
    "seeds": _seeds,
    "dimensions": _dimensions,
}


def _targets(size: Size) -> str:
    wanted = {key: value for key, value in asdict(size).items() if key in ("seconds", "severity_rmse", "memory_mb") and value is not None}
    words = {"seconds": "<= {} s", "severity_rmse": "RMSE <= {}", "memory_mb": "<= {} MB"}
    return ", ".join(words[key].format(value) for key, value in wanted.items())


def _is_met(size: Size, found: dict[str, Any]) -> bool:
    return bool(
        found["converged"]
        and found["seconds"] <= size.seconds
        and (size.severity_rmse is None or found["severity_rmse"] <= size.severity_rmse)
        and (size.memory_mb is None or found["memory"] <= size.memory_mb)
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    raise SystemExit(main())
