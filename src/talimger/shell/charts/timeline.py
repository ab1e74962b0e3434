"""Where a cycle is: spans of days, and today."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from talimger.shell.charts.base import Chart, Table
from talimger.shell.charts.scales import Scale, as_percent, linear_scale


def day(value: dt.date, today: dt.date) -> str:
    """A day without its year, unless the year is another than today's."""
    return f"{value.day} {_month(value)}" if value.year == today.year else f"{value.day} {_month(value)} {value.year}"


def _month(value: dt.date) -> str:
    """The short name of a month; only English writes it with a capital."""
    return date_format(value, "M" if (get_language() or "").startswith("en") else "b")


@dataclass(frozen=True)
class Span:
    """A stretch of days, both included."""

    label: str
    start: dt.date
    end: dt.date
    note: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"{self.label} ends before it starts")

    def state(self, today: dt.date) -> str:
        return "was" if self.end < today else "now" if self.start <= today else "next"


@dataclass(frozen=True)
class Moment:
    """One day that counts."""

    label: str
    on: dt.date


@dataclass(frozen=True)
class Track:
    """One cycle: its spans in the order in which they begin."""

    label: str
    spans: tuple[Span, ...]
    moments: tuple[Moment, ...] = ()


@dataclass(frozen=True)
class DrawnSpan:
    span: Span
    state: str
    x: str
    width: str
    dates: str


@dataclass(frozen=True)
class DrawnMoment:
    moment: Moment
    x: str
    date: str


@dataclass(frozen=True)
class DrawnTrack:
    label: str
    spans: tuple[DrawnSpan, ...]
    moments: tuple[DrawnMoment, ...]


@dataclass(frozen=True)
class Timeline(Chart):
    """Tracks of spans on one axis of days, with a line at ``today``."""

    template: ClassVar[str] = "shell/charts/_timeline.html"

    today: dt.date = dt.date.min
    tracks: tuple[Track, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any(track.spans for track in self.tracks)

    @property
    def _bounds(self) -> tuple[dt.date, dt.date]:
        spans = [span for track in self.tracks for span in track.spans]
        return min(span.start for span in spans), max(span.end for span in spans) + dt.timedelta(days=1)

    @property
    def _scale(self) -> Scale:
        first, last = self._bounds
        return linear_scale(first.toordinal(), last.toordinal())

    @property
    def today_at(self) -> str | None:
        """Where today is; ``None`` when the picture does not hold it."""
        first, last = self._bounds
        return self._scale.percent(self.today.toordinal()) if first <= self.today <= last else None

    @property
    def today_words(self) -> str:
        return _("today, %(date)s") % {"date": day(self.today, self.today)}

    @property
    def today_anchor(self) -> str:
        """The side on which the word "today" fits."""
        share = self._scale(self.today.toordinal())
        return "start" if share < 12 else "end" if share > 88 else "middle"

    @property
    def months(self) -> list[tuple[str, str]]:
        """The first days of months within the picture; every second or third one when there are many."""
        first, last = self._bounds
        starts: list[dt.date] = []
        cursor = dt.date(first.year, first.month, 1)
        while cursor <= last:
            if cursor >= first:
                starts.append(cursor)
            cursor = (cursor + dt.timedelta(days=32)).replace(day=1)
        step = 1 if len(starts) <= 10 else 2 if len(starts) <= 18 else 3
        # January is called by its year: the months around it say the rest.
        return [
            (self._scale.percent(start.toordinal()), str(start.year) if start.month == 1 else _month(start)) for start in starts[::step]
        ]

    @property
    def drawn(self) -> list[DrawnTrack]:
        return [
            DrawnTrack(
                track.label,
                tuple(self._span(span) for span in track.spans),
                tuple(
                    DrawnMoment(moment, self._scale.percent(moment.on.toordinal()), day(moment.on, self.today)) for moment in track.moments
                ),
            )
            for track in self.tracks
        ]

    def _span(self, span: Span) -> DrawnSpan:
        scale = self._scale
        left, right = scale(span.start.toordinal()), scale(span.end.toordinal() + 1)
        return DrawnSpan(span, span.state(self.today), as_percent(left), as_percent(right - left), self._dates(span))

    def _dates(self, span: Span) -> str:
        if span.start == span.end:
            return day(span.start, self.today)
        if (span.start.year, span.start.month) == (span.end.year, span.end.month):
            return f"{span.start.day}–{day(span.end, self.today)}"
        if span.start.year == span.end.year:
            return f"{span.start.day} {_month(span.start)} – {day(span.end, self.today)}"
        return f"{day(span.start, self.today)} – {day(span.end, self.today)}"

    def as_table(self) -> Table:
        words = {"was": pgettext("chart", "over"), "now": pgettext("chart", "now"), "next": pgettext("chart", "to come")}
        return Table(
            head=(
                pgettext("chart", "Stage"),
                pgettext("chart", "Cycle"),
                pgettext("chart", "From"),
                pgettext("chart", "To"),
                pgettext("chart", "State"),
            ),
            rows=tuple(
                (span.label, track.label, day(span.start, self.today), day(span.end, self.today), words[span.state(self.today)])
                for track in self.tracks
                for span in track.spans
            ),
        )
