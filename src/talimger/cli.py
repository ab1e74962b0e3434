"""The one command line: ``talimger serve``, ``worker``, ``migrate``, ``demo``, ``check``, ``fit``, ``day``,
``bench``, ``django``.

Nothing of Django is imported before a command needs it, so that help, version and mistakes answer at once.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.resources
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from talimger import __version__

DEFAULT_BIND = "127.0.0.1:8000"
# The rest of these lines belongs to another program or part, options included.
PASSED_ON = {
    "bench": "run a benchmark: talimger bench web, talimger bench measure, talimger bench plan, talimger bench lastminute",
    "catalogues": "write the Russian and Kazakh catalogues (for developers)",
    "day": "plan an assessment day from a file, without a database: talimger day PROBLEM.json",
    "django": "run a command of Django: talimger django shell",
    "fit": "fair scores from any file of ratings, without a database: talimger fit RATINGS.csv --person … --facets …",
}


def _set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "talimger.config.settings")
    import django  # a third of a second that --help should not take

    django.setup()


def _serve(options: argparse.Namespace) -> int:
    host, _separator, port = options.bind.rpartition(":")
    # Links in letters and the check of forms follow the address, unless the installation is reached by another one.
    os.environ.setdefault("TALIMGER_BASE_URL", f"http://{'127.0.0.1' if host in ('', '0.0.0.0') else host}:{port}")  # noqa: S104  # compared, not bound
    _set_up_django()
    from talimger.config import server  # gunicorn and the settings, for this command only

    if not server.address_is_free(options.bind):
        print(f"{options.bind} is taken. Stop what uses it, or choose another: talimger serve --bind 127.0.0.1:8010", file=sys.stderr)
        return 1
    server.serve(
        bind=options.bind,
        workers=options.workers,
        with_worker=options.worker,
        with_migrations=options.migrate,
        ready=_say_where_to_look,
    )
    return 0


def _say_where_to_look() -> None:
    from django.conf import settings  # known once a command has set Django up
    from django.db import connections

    from talimger.people import setup

    print(f"\n  Talimger {__version__} is at {settings.BASE_URL}", flush=True)
    if setup.is_needed():
        print(f"  Nothing is set up yet. Open this address to begin: {setup.setup_url()}")
    elif settings.DEMO:
        print("  A demo: sign in by one button per role.")
    print(f"  Its data lies in {settings.DATA_DIR}. Stop with Ctrl-C.\n", flush=True)
    connections.close_all()


def _worker(options: argparse.Namespace) -> int:
    _set_up_django()
    from talimger.kernel.worker import WorkerLoop  # its tables exist only now

    WorkerLoop(parent=options.parent).run()
    return 0


def _migrate(options: argparse.Namespace) -> int:
    _set_up_django()
    from talimger.config.server import migrate  # its settings exist only now

    migrate()
    return 0


def _demo(options: argparse.Namespace) -> int:
    if options.samples is not None:
        return _write_samples(options.samples)
    _set_up_django()
    from django.conf import settings  # known once Django is set up
    from django.utils import timezone

    from talimger.people.setup import is_needed

    if not settings.DEMO:
        print("Demo people can sign in to a demo only. Set TALIMGER_DEMO=1 for this command and for talimger serve.", file=sys.stderr)
        return 1
    if not is_needed():
        if options.if_empty:
            return 0
        print(f"There is a programme in {settings.DATA_DIR} already; the demo is loaded into an empty installation.", file=sys.stderr)
        return 1
    # By name: the demo is on a floor of its own, which an installation may go without.
    importlib.import_module("talimger.demo.load").load_demo(now=timezone.now())
    return 0


def _write_samples(folder: Path) -> int:
    """Spreadsheets as people really have them, to try the import with."""
    data = importlib.resources.files("talimger") / "demo" / "data"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("import-sample.csv", "import-sample.xlsx"):
        (folder / name).write_bytes((data / name).read_bytes())
        print(folder / name)
    return 0


def _check(options: argparse.Namespace) -> int:
    _set_up_django()
    from django.utils import timezone  # known once Django is set up

    from talimger.kernel.checks import run_checks

    findings = list(run_checks(now=timezone.now()))
    is_fine = all(finding.is_fine for finding in findings)
    if options.json:
        checks = {finding.name: {"fine": finding.is_fine, "words": finding.words} for finding in findings}
        print(json.dumps({"version": __version__, "fine": is_fine, "checks": checks}, ensure_ascii=False, indent=2))
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            print(f"{finding.name:<{width}}  {'ok   ' if finding.is_fine else 'WRONG'}  {finding.words}")
    return 0 if is_fine else 1


def _bench(arguments: list[str]) -> int:
    name, *rest = arguments or [""]
    if not name.isidentifier() or importlib.util.find_spec(f"talimger.bench.{name}") is None:
        print("Name a benchmark: talimger bench web, measure, plan or lastminute", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"talimger.bench.{name}").main(rest) or 0)


def _catalogues(arguments: list[str]) -> int:
    if importlib.util.find_spec("babel") is None:
        print("This is a developer's command and needs babel: pip install babel", file=sys.stderr)
        return 1
    return int(importlib.import_module("talimger.kernel.catalogues").main(arguments))


def _fit(arguments: list[str]) -> int:
    from talimger.analysis import fitting  # its options are its own

    return fitting.main(arguments)


def _day(arguments: list[str]) -> int:
    from talimger.analysis.day import command  # its options are its own

    return command.main(arguments)


def _django(arguments: list[str]) -> int:
    _set_up_django()
    from django.core.management import execute_from_command_line  # known once Django is set up

    execute_from_command_line(["talimger django", *(arguments or ["help"])])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="talimger", description="The system of record of a mentorship programme.")
    parser.add_argument("--version", action="version", version=f"talimger {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def command(name: str, action: Callable[[argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        part = commands.add_parser(name, help=words, description=words)
        part.set_defaults(action=action)
        return part

    serve = command("serve", _serve, "bring the database up to date, then serve pages and do the background work")
    serve.add_argument("--bind", default=DEFAULT_BIND, help="address and port (%(default)s)")
    serve.add_argument("--workers", type=int, default=2, help="web processes (%(default)s)")
    serve.add_argument("--no-worker", dest="worker", action="store_false", help="do no background work here")
    serve.add_argument("--no-migrate", dest="migrate", action="store_false", help="leave the database as it is")
    worker = command("worker", _worker, "do the background work: jobs, letters, news, the audit's seals")
    worker.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    command("migrate", _migrate, "bring the database up to date")
    demo = command("demo", _demo, "load the demo programme into an empty installation (TALIMGER_DEMO=1)")
    demo.add_argument("--if-empty", action="store_true", help="do nothing if there is a programme already")
    demo.add_argument("--samples", type=Path, metavar="DIR", help="only write sample spreadsheets there, to try the import with")
    check = command("check", _check, "look whether this installation is whole; the exit code is 1 if it is not")
    check.add_argument("--json", action="store_true", help="for machines")
    for name, words in PASSED_ON.items():
        commands.add_parser(name, help=words, add_help=False)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given and given[0] in PASSED_ON:
            return {"bench": _bench, "catalogues": _catalogues, "day": _day, "django": _django, "fit": _fit}[given[0]](given[1:])
        options = _parser().parse_args(given)
        action: Callable[[argparse.Namespace], int] = options.action
        return action(options)
    except KeyboardInterrupt:
        return 130
