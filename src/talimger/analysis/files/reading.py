"""A file of ratings in long form, whatever it was saved as, becomes a table of codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from talimger.analysis.files.blocks import Block
from talimger.analysis.files.columns import Gathered, Lines, Roles
from talimger.analysis.files.delimited import delimited_blocks
from talimger.analysis.files.layout import NAMES_OF_DELIMITERS, columns_of, layout_of
from talimger.analysis.files.problems import FileError, Problems, quoted
from talimger.analysis.files.source import opened
from talimger.analysis.files.workbook import read_workbook
from talimger.core.measurement.errors import MeasurementError
from talimger.core.measurement.ratings import RatingTable, rating_table

_NAMES_OF_ENCODINGS = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32-le": "UTF-32"}


@dataclass(frozen=True)
class Columns:
    """The names of the columns, as somebody asked for them."""

    person: str
    facets: tuple[str, ...]
    rating: str
    dimension: str | None = None
    weights: str | None = None

    @property
    def all(self) -> tuple[str, ...]:
        """Each name once."""
        more = [name for name in (self.dimension, self.weights) if name is not None]
        return tuple(dict.fromkeys((self.person, *self.facets, self.rating, *more)))


@dataclass(frozen=True, eq=False)
class RatingFile:
    """The ratings of a file, with what a reader should know about how they were read.

    ``table.lines`` is empty, because millions of numbers that hardly ever are asked for would fill the memory: ``lines`` has them.
    """

    name: str
    table: RatingTable
    lines: Lines
    form: str
    without_rating: int
    notes: tuple[str, ...]

    def duplicates(self, error: MeasurementError) -> list[str]:
        """Ratings that stand in the file twice, with their lines; ``error`` counts rows from 1."""
        pairs: list[tuple[int, int]] = error.fields["pairs"]  # type: ignore[assignment]  # what this kind of error has
        what = ", ".join((self.table.person.name, *(factor.name for factor in self.table.facets)))
        lines = [
            f"{self.name}, lines {self.lines.of(first - 1)} and {self.lines.of(second - 1)}: the same {what} is rated twice."
            for first, second in pairs
        ]
        count = int(str(error.fields["count"]))
        more = [f"{self.name}: {count:,} ratings stand there twice; the first {len(pairs)} are listed."] if count > len(pairs) else []
        return [*lines, *more, "If they differ in another column, name it among the facets, too."]


def read_ratings(path: str, columns: Columns, *, progress: Callable[[str], None]) -> RatingFile:
    """Read a file, "-" for standard input. Raises ``FileError`` with the lines of what is wrong."""
    _check(columns)
    with opened(path) as source:
        problems = Problems(source.name)
        blocks: Iterable[Block]
        if source.is_workbook:
            layout, sheet, notes = read_workbook(source)
            blocks, form = [sheet], "XLSX"
        else:
            layout = layout_of(source.head(), columns.all)
            blocks = delimited_blocks(source, layout, problems)
            encoding = _NAMES_OF_ENCODINGS.get(source.encoding, source.encoding.upper())
            form = f"{encoding}, {NAMES_OF_DELIMITERS.get(layout.delimiter, layout.delimiter)}"
            notes = (f"{source.unreadable:,} characters cannot be read and are shown as “�”.",) if source.unreadable else ()
        places = columns_of(layout.headings, columns.all, name=source.name)
        labels = (columns.person, *columns.facets, *([columns.dimension] if columns.dimension else []))
        roles = Roles(tuple(places[name] for name in labels), places[columns.rating], places[columns.weights] if columns.weights else None)
        gathered = Gathered(roles, {place: name for name, place in places.items()}, problems)
        for block in blocks:
            gathered.add(block)
            progress(f"{gathered.size:,} ratings read")
    problems.raise_if_any()
    if not gathered.size:
        why = "no row has a rating" if gathered.without_rating else "there are no rows below the headings"
        raise FileError(f"{source.name}: {why}.")
    lines = gathered.lines()
    table = _table(gathered, places, columns, lines)
    return RatingFile(source.name, table, lines, form, gathered.without_rating, notes)


def _check(columns: Columns) -> None:
    """A column is one thing; only a facet may be the dimension as well."""
    if not columns.facets:
        raise FileError("Name at least one facet, such as the assessor.")
    names = [columns.person, *columns.facets, columns.rating, *([columns.weights] if columns.weights else [])]
    if columns.dimension is not None and columns.dimension not in columns.facets:
        names.append(columns.dimension)
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise FileError(*(f"The column {quoted(name)} is asked for twice." for name in twice))


def _table(gathered: Gathered, places: dict[str, int], columns: Columns, lines: Lines) -> RatingTable:
    factors = {name: gathered.factor(places[name], name) for name in columns.all if name not in (columns.rating, columns.weights)}
    score = gathered.score()
    try:
        return rating_table(
            {**factors, columns.rating: score},
            person=columns.person,
            facets=columns.facets,
            rating=columns.rating,
            dimension=columns.dimension,
            weights=gathered.weight(),
        )
    except MeasurementError as error:
        told = [f"{gathered.problems.name}: {error}"]
        if error.code == "too_many_categories":
            # More often than not it is a wrong column, or a key that was held down.
            ends = {"lowest": int(score.argmin()), "highest": int(score.argmax())}
            told += [f"{gathered.problems.name}, line {lines.of(row)}: {score[row]} is the {which} rating." for which, row in ends.items()]
        raise FileError(*told) from error
