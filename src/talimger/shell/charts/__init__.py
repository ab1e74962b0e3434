"""Pictures of numbers as frozen dataclasses; templates draw them as SVG whose text never shrinks.

A room fills in the numbers and the words (title, and a description that says what the picture shows); ``{% chart %}`` draws it.
"""

from talimger.shell.charts.bars import Bar, BarChart, Funnel, Stage
from talimger.shell.charts.base import Chart, Table
from talimger.shell.charts.categories import CategoryCurve, CategoryCurves
from talimger.shell.charts.dots import Dot, DotChart
from talimger.shell.charts.drawing import DrawnChart
from talimger.shell.charts.matrix import Cell, Column, Matrix, MatrixRow
from talimger.shell.charts.network import RatingNetwork, Tie
from talimger.shell.charts.scales import Scale, linear_scale, nice_ticks
from talimger.shell.charts.severity import SeverityStrip, StripMark
from talimger.shell.charts.standalone import standalone_svg
from talimger.shell.charts.timeline import Moment, Span, Timeline, Track
from talimger.shell.charts.variable_map import MapColumn, MapMark, VariableMap

__all__ = [
    "Bar",
    "BarChart",
    "CategoryCurve",
    "CategoryCurves",
    "Cell",
    "Chart",
    "Column",
    "Dot",
    "DotChart",
    "DrawnChart",
    "Funnel",
    "MapColumn",
    "MapMark",
    "Matrix",
    "MatrixRow",
    "Moment",
    "RatingNetwork",
    "Scale",
    "SeverityStrip",
    "Span",
    "Stage",
    "StripMark",
    "Table",
    "Tie",
    "Timeline",
    "Track",
    "VariableMap",
    "linear_scale",
    "nice_ticks",
    "standalone_svg",
]
