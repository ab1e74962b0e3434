"""When things happen in the demo: every date is counted from the day on which it is loaded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

FRIDAY = 4


@dataclass(frozen=True)
class DemoCalendar:
    """The running cycle is nine weeks before its bootcamp: exercises are done, interviews go on, first letters are out."""

    now: dt.datetime

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)

    @property
    def bootcamp_on(self) -> dt.date:
        """The Friday that is nearest to nine weeks from today."""
        latest = self.today + dt.timedelta(weeks=9, days=3)
        return latest - dt.timedelta(days=(latest.weekday() - FRIDAY) % 7)

    @property
    def call_on(self) -> dt.date:
        """The cycle and its intake begin with the call, fourteen weeks before the bootcamp."""
        return self.bootcamp_on - dt.timedelta(weeks=14)

    @property
    def ends_on(self) -> dt.date:
        return self.bootcamp_on + dt.timedelta(weeks=26)

    @property
    def last_ended_on(self) -> dt.date:
        """The cycle before was over a week before this one's call."""
        return self.call_on - dt.timedelta(weeks=1)

    @property
    def last_bootcamp_on(self) -> dt.date:
        return self.last_ended_on - dt.timedelta(weeks=26)

    @property
    def last_began_on(self) -> dt.date:
        return self.last_bootcamp_on - dt.timedelta(weeks=14)

    def at(self, day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
        """A moment of a day in the time zone of the installation, never later than now."""
        moment = timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))
        return min(moment, self.now)

    def days_ago(self, days: int, hour: int, minute: int = 0) -> dt.datetime:
        return self.at(self.today - dt.timedelta(days=days), hour, minute)

    def in_days(self, days: int) -> dt.date:
        return self.today + dt.timedelta(days=days)
