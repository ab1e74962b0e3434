"""``talimger bench web``: what the pages of the main job cost at five hundred candidates, and how many sheets a second are saved.

It measures an installation of its own, in a folder that it deletes: nothing of yours is read or written. SQLite, settings of
production, the product's own server. docs/performance.md says what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from talimger.bench.pages import Cost
    from talimger.bench.saving import Saving

SHEETS_A_SECOND = 60
WORKER_MB = 120


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print a table; the exit code is 1 if a target is missed."""
    options = _parser().parse_args(sys.argv[1:] if argv is None else argv)
    if options.folder:
        return _measure(options)
    # Another process: this one may have read the settings of an installation that is in use.
    with tempfile.TemporaryDirectory(prefix="talimger-bench-") as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TALIMGER_")}
        environment |= {"TALIMGER_DATA": folder, "DJANGO_SETTINGS_MODULE": "talimger.config.settings"}
        command = [sys.executable, "-m", "talimger.bench.web", "--in", folder, "--seconds", str(options.seconds)]
        command += ["--small"] if options.small else []
        command += ["--json", str(Path(options.json).resolve())] if options.json else []
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603  # our own command line


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="talimger bench web", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", metavar="OUT", help="write the figures into this file as well")
    parser.add_argument("--small", action="store_true", help="a tenth of the volume, only to see that it runs")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long sheets are saved (%(default)s)")
    parser.add_argument("--in", dest="folder", help=argparse.SUPPRESS)
    return parser


def _measure(options: argparse.Namespace) -> int:
    import django  # in the process that measures, and only there

    django.setup()
    from django.db import connections
    from django.utils import timezone, translation

    from talimger.bench.pages import measure_pages
    from talimger.bench.saving import measure_saving
    from talimger.bench.seed import SMALL, Size, write_programme
    from talimger.config import server

    server.migrate()
    server.collect_static_files()
    with translation.override("ru"):
        seeded = write_programme(SMALL if options.small else Size(), now=timezone.now())
        volume = f"{seeded.candidates} candidates, {seeded.sheets} sheets, {seeded.ratings} ratings"
    costs = measure_pages(seeded)
    connections.close_all()
    saving = measure_saving(seeded, seconds=options.seconds)
    print(_table(volume, costs, saving))
    if options.json:
        Path(options.json).write_text(json.dumps(_figures(volume, costs, saving), indent=2) + "\n", encoding="utf-8")
    return 0 if all(cost.is_met for cost in costs) and _is_met(saving) else 1


def _is_met(saving: Saving) -> bool:
    return saving.per_second >= SHEETS_A_SECOND and saving.worker_mb <= WORKER_MB and not saving.errors


def _table(volume: str, costs: Sequence[Cost], saving: Saving) -> str:
    lines = [
        f"{volume} · Python {platform.python_version()} · {os.cpu_count()} cores · SQLite, synchronous=FULL",
        "",
        f"{'page':<22}{'SQL':>5}{'CPU ms':>9}{'KB':>8}{'gzip':>7}   target",
    ]
    for cost in costs:
        wanted = [f"SQL <= {cost.target.sql}"] if cost.target.sql is not None else []
        wanted += [f"<= {cost.target.cpu_ms:g} ms"] if cost.target.cpu_ms is not None else []
        words = ", ".join([*wanted, "met" if cost.is_met else "NOT MET"]) if wanted else ""
        lines.append(f"{cost.name:<22}{cost.sql:>5}{cost.cpu_ms:>9.1f}{cost.size / 1024:>8.1f}{cost.packed / 1024:>7.1f}   {words}")
    is_fast, is_lean = saving.per_second >= SHEETS_A_SECOND, saving.worker_mb <= WORKER_MB
    lines += [
        "",
        f"sheets a second   {saving.per_second:>8.1f}   >= {SHEETS_A_SECOND}, {'met' if is_fast else 'NOT MET'}"
        f" ({saving.saved} saved in {saving.seconds:.1f} s by two web processes, errors: {saving.errors})",
        f"a web process, MB {saving.worker_mb:>8.1f}   <= {WORKER_MB}, {'met' if is_lean else 'NOT MET'}",
    ]
    return "\n".join(lines)


def _figures(volume: str, costs: Sequence[Cost], saving: Saving) -> dict[str, Any]:
    return {
        "volume": volume,
        "python": platform.python_version(),
        "pages": {
            cost.name: {
                "sql": cost.sql,
                "cpu_ms": round(cost.cpu_ms, 2),
                "bytes": cost.size,
                "gzip_bytes": cost.packed,
                "met": cost.is_met,
            }
            for cost in costs
        },
        "saving": {
            "per_second": round(saving.per_second, 1),
            "saved": saving.saved,
            "errors": saving.errors,
            "worker_mb": round(saving.worker_mb, 1),
            "met": _is_met(saving),
        },
    }


if __name__ == "__main__":
    raise SystemExit(main())
