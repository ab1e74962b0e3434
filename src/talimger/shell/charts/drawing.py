"""A picture as shapes, placed once for the page and for the PDF: x in per cent of the width, y in pixels, so that text never shrinks.

On a page lengths stay per cent and looks are classes of ``charts.css``; ``standalone.py`` fixes the width and writes the looks out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from talimger.shell.charts.base import Chart
from talimger.shell.charts.scales import as_percent

Place = Callable[[float], str]
TEXT = 13.0
# The width of a picture that stands alone, in pixels: the text block of an A4 page.
WIDTH = 640.0
# Advances of Golos Text in hundredths of an em, for the letters that differ from the rest.
_NARROW, _WIDE = frozenset("ijlftrIiіІГ.,:;'!|()[]-· "), frozenset("mwMWжмфшщыюЖМФШЩЫЮЦОQOДӨ%")


def width_of(words: str, size: float = TEXT) -> float:
    """About how wide words are in Golos Text, in pixels: a little more rather than less."""
    return size * sum(0.36 if letter in _NARROW else 0.84 if letter in _WIDE else 0.7 if letter.isupper() else 0.59 for letter in words)


def shortened(words: str, room: float, size: float = TEXT) -> str:
    """The words, cut with "…" where they are wider than the room."""
    if width_of(words, size) <= room:
        return words
    while words and width_of(words, size) + size > room:
        words = words[:-1]
    return f"{words.rstrip()}…"


def number(value: float) -> str:
    """A coordinate: always with a decimal point, whatever the language."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Shape:
    """One element. ``look`` is its classes; ``on-wide`` and ``on-phone`` among them show it on one of the two."""

    tag: ClassVar[str]

    look: str

    @property
    def words(self) -> str:
        return ""

    def lengths(self, place: Place) -> Iterator[tuple[str, str]]:
        raise NotImplementedError

    def lowered(self, by: float) -> Self:
        """The same shape further down."""
        moved: dict[str, Any] = {name: getattr(self, name) + by for name in ("y", "y1", "y2") if hasattr(self, name)}
        return replace(self, **moved)

    @property
    def attributes(self) -> list[tuple[str, str]]:
        """As a page writes them."""
        return [("class", self.look), *self.lengths(as_percent)]


@dataclass(frozen=True)
class Line(Shape):
    tag: ClassVar[str] = "line"

    x1: float
    y1: float
    x2: float
    y2: float
    thick: float = 0

    def lengths(self, place: Place) -> Iterator[tuple[str, str]]:
        yield from (("x1", place(self.x1)), ("y1", number(self.y1)), ("x2", place(self.x2)), ("y2", number(self.y2)))
        if self.thick:
            yield "stroke-width", number(self.thick)


@dataclass(frozen=True)
class Box(Shape):
    tag: ClassVar[str] = "rect"

    x: float
    y: float
    width: float
    height: float

    def lengths(self, place: Place) -> Iterator[tuple[str, str]]:
        yield from (("x", place(self.x)), ("y", number(self.y)), ("width", place(self.width)), ("height", number(self.height)), ("rx", "2"))


@dataclass(frozen=True)
class Disc(Shape):
    tag: ClassVar[str] = "circle"

    x: float
    y: float
    r: float = 5.5

    def lengths(self, place: Place) -> Iterator[tuple[str, str]]:
        yield from (("cx", place(self.x)), ("cy", number(self.y)), ("r", number(self.r)))


@dataclass(frozen=True)
class Words(Shape):
    """A line of text at ``y``, its baseline; ``dx`` moves it by pixels."""

    tag: ClassVar[str] = "text"

    text: str
    x: float
    y: float
    dx: float = 0

    @property
    def words(self) -> str:
        return self.text

    def lengths(self, place: Place) -> Iterator[tuple[str, str]]:
        yield from (("x", place(self.x)), ("y", number(self.y)))
        if self.dx:
            yield "dx", number(self.dx)


@dataclass(frozen=True)
class Path:
    """A line through points (per cent, pixels). SVG has no per cent in paths: on a page it is stretched, its stroke is not."""

    look: str
    points: tuple[tuple[float, float], ...]

    def data(self, stretch: float = 1.0) -> str:
        return "M" + " ".join(f"{number(x * stretch)},{number(y)}" for x, y in self.points)

    @property
    def page_data(self) -> str:
        return self.data()


@dataclass(frozen=True)
class Drawing:
    """Shapes in the order in which they are drawn, above the paths."""

    height: float
    shapes: tuple[Shape, ...]
    paths: tuple[Path, ...] = ()

    @property
    def height_words(self) -> str:
        return number(self.height)


@dataclass(frozen=True)
class DrawnChart(Chart):
    """A chart that can leave the page: everything it shows in one drawing of a fixed width."""

    def drawing(self) -> Drawing:
        raise NotImplementedError
