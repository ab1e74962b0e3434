"""``talimger fit``: fair scores from any file of ratings, without a database.

Numbers and Django are loaded once the words of the command are understood, so that help and mistakes answer at once.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from talimger.analysis.files.outputs import place_for, write_all
from talimger.analysis.files.problems import FileError
from talimger.analysis.progress import Progress

if TYPE_CHECKING:
    from talimger.analysis.files.reading import RatingFile
    from talimger.analysis.text_summary import TextSummary
    from talimger.core.measurement.mfrm import Anchors
    from talimger.core.measurement.results import FacetsFit

DID_NOT_CONVERGE, MISTAKE = 3, 2


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit code: 0, 2 for a mistake (nothing is written), 3 if the fit did not converge."""
    options = _parser().parse_args(arguments)
    progress = Progress(sys.stderr)
    try:
        return _run(options, progress)
    except FileError as error:
        progress.clear()
        for line in error.lines:
            sys.stderr.write("".join(character if character.isprintable() else " " for character in line) + "\n")
        return MISTAKE
    finally:
        progress.clear()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="talimger fit",
        description="Fair scores from a file of ratings, one rating a row: how strict who rates is, how hard what is rated, and what"
        " people would get from everybody alike (many-facet Rasch model). Needs no database and leaves nothing behind.",
        epilog="Exit codes: 0 fine, 2 a mistake in the file or in the command, 3 the fit did not converge (results are written).",
    )
    parser.add_argument("ratings", metavar="RATINGS", help="CSV in any encoding and with any separator, or XLSX; - reads standard input")
    parser.add_argument("--person", required=True, metavar="COLUMN", help="who is measured")
    parser.add_argument("--facets", required=True, metavar="COLUMN,…", help="who rates first, then what is rated: assessor,item")
    parser.add_argument("--rating", default="rating", metavar="COLUMN", help="whole numbers (%(default)s)")
    parser.add_argument("--dimension", metavar="COLUMN", help="which of several correlated traits a rating is about")
    parser.add_argument("--weights", metavar="COLUMN", help="how much a rating counts")
    parser.add_argument("--model", choices=("rsm", "pcm"), default="rsm", help="one scale (rsm), or one for each of the last facet (pcm)")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false", help="no normal prior on the elements of facets")
    parser.add_argument("--anchors", metavar="FILE.json", help="measures that stay: {facet: {label: measure}}")
    parser.add_argument("--engine", choices=("auto", "quadrature", "laplace"), default="auto", help="how to integrate (%(default)s)")
    parser.add_argument("--json", metavar="OUT.json", help="write full results; - prints them instead of the summary")
    parser.add_argument("--report", metavar="OUT.pdf", help="write a report for people")
    parser.add_argument("--language", choices=("en", "kk", "ru"), default="en", help="of the report (%(default)s)")
    parser.add_argument("--title", help="of the report (the name of the file)")
    return parser


def _run(options: argparse.Namespace, progress: Progress) -> int:
    places = {path: place_for(path, source=options.ratings) for path in (options.json, options.report) if path not in (None, "-")}
    if len(set(places.values())) < len(places) or options.json == options.report is not None:
        raise FileError("Results and report need a file each.")
    _set_up_django()
    # Numbers, which --help should not wait for.
    from talimger.analysis.files.anchors import read_anchors
    from talimger.analysis.files.reading import Columns, read_ratings
    from talimger.analysis.json_form import json_pieces
    from talimger.analysis.text_summary import TextSummary
    from talimger.core.measurement.fit_statistics import fit_statistics

    columns = Columns(options.person, _names(options.facets), options.rating, options.dimension, options.weights)
    anchors = read_anchors(options.anchors) if options.anchors is not None else None
    began = time.perf_counter()
    file = read_ratings(options.ratings, columns, progress=progress.show)
    read = time.perf_counter()
    fit = _fit(options, file, anchors, progress)
    fitted = time.perf_counter()
    progress.show("how well ratings fit")
    summary = TextSummary(fit, fit_statistics(fit), file, seconds=fitted - read, read_seconds=read - began)
    pieces = partial(json_pieces, fit, summary.statistics, summary.reading.network, seconds=fitted - read)
    contents: dict[Path, Iterable[bytes]] = {}
    if options.json in places:
        contents[places[options.json]] = pieces()
    if options.report in places:
        progress.show("writing the report")
        contents[places[options.report]] = [_report(options, summary)]
    write_all(contents)
    progress.clear()
    _say(
        pieces()
        if options.json == "-"
        else [summary.text().encode(), *(f"\n{path} is written.".encode() for path in places), b"\n" * bool(places)]
    )
    if not fit.converged:
        sys.stderr.write(f"The fit did not converge: {fit.reason}. Do not decide by these numbers.\n")
        return DID_NOT_CONVERGE
    return 0


def _set_up_django() -> None:
    """Django for its translations only: whatever settings the surroundings name, they would make a data folder."""
    import django
    from django.conf import settings

    if not settings.configured:
        os.environ["DJANGO_SETTINGS_MODULE"] = "talimger.analysis.settings"
        django.setup()


def _names(text: str) -> tuple[str, ...]:
    """Column names with commas between; one that has a comma itself stands in quotation marks."""
    return tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True), []) if name.strip())


def _fit(options: argparse.Namespace, file: RatingFile, anchors: Anchors | None, progress: Progress) -> FacetsFit:
    from talimger.core.measurement.errors import MeasurementError
    from talimger.core.measurement.mfrm import fit_table

    try:
        return fit_table(
            file.table,
            model="PCM" if options.model == "pcm" else "RSM",
            shrink=options.shrink,
            anchors=anchors,
            engine=options.engine,
            progress=progress.round,
        )
    except MeasurementError as error:
        raise FileError(*(file.duplicates(error) if error.code == "duplicates" else [str(error)])) from error


def _report(options: argparse.Namespace, summary: TextSummary) -> bytes:
    from talimger.analysis.report import write_report

    name = summary.file.name
    return write_report(
        summary.fit,
        summary.statistics,
        title=options.title or Path(name).stem,
        source=Path(name).name,
        now=datetime.now().astimezone(),
        language=options.language,
    )


def _say(pieces: Iterable[bytes]) -> None:
    """Print texts in UTF-8. Whoever reads them through a pipe may stop when they have seen enough."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.writelines(pieces)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
