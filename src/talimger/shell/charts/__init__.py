"""Pictures of numbers as frozen dataclasses; templates draw them as SVG whose text never shrinks.

A room fills in the numbers and the words (title, and a description that says what the picture shows); ``{% chart %}`` draws it.
"""

from talimger.shell.charts.bars import Bar, BarChart, Funnel, Stage
from talimger.shell.charts.base import Chart, Table
from talimger.shell.charts.dots import Dot, DotChart
from talimger.shell.charts.matrix import Cell, Column, Matrix, MatrixRow
from talimger.shell.charts.scales import Scale, linear_scale, nice_ticks
from talimger.shell.charts.timeline import Moment, Span, Timeline, Track

__all__ = [
    "Bar",
    "BarChart",
    "Cell",
    "Chart",
    "Column",
    "Dot",
    "DotChart",
    "Funnel",
    "Matrix",
    "MatrixRow",
    "Moment",
    "Scale",
    "Span",
    "Stage",
    "Table",
    "Timeline",
    "Track",
    "linear_scale",
    "nice_ticks",
]
