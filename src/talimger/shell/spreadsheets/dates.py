"""Dates as people write them in Kazakhstan: 2004-05-17, 17.05.2004, 17 мая 2004 г., 2004 жылғы 17 мамыр, 38124."""

import calendar
import datetime
import re
from typing import NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from talimger.shell.spreadsheets.cells import CellError, text_of
from talimger.shell.spreadsheets.model import Cell

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
# As Excel does: 49 is 2049, 50 is 1950.
_LAST_TWO_DIGIT_YEAR_OF_2000 = 49
# Excel counts from 1900 and believes in 29 February 1900; five digits are the days from 1927 to 2173.
_DAY_ZERO_OF_EXCEL = datetime.date(1899, 12, 30)

# Month by month: Russian (genitive, nominative, short), Kazakh (also typed without Kazakh letters), English.
_MONTH_NAMES = (
    "января январь янв қаңтар кантар қаң january jan",
    "февраля февраль фев февр ақпан акпан ақп february feb",
    "марта март мар наурыз нау march mar",
    "апреля апрель апр сәуір сауир сәу april apr",
    "мая май мамыр мам may",
    "июня июнь июн маусым мау june jun",
    "июля июль июл шілде шилде шіл july jul",
    "августа август авг тамыз там august aug",
    "сентября сентябрь сен сент қыркүйек кыркуйек қыр september sep sept",
    "октября октябрь окт қазан казан қаз october oct",
    "ноября ноябрь ноя нояб қараша караша қар november nov",
    "декабря декабрь дек желтоқсан желтоксан жел december dec",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()}

# One text for each short month: in Russian and Kazakh the name changes its ending.
_SHORT_MONTHS: dict[int, str | Promise] = {
    2: gettext_lazy("February %(year)d has %(last)d days: there is no %(day)d."),
    4: gettext_lazy("April has 30 days: there is no %(day)d."),
    6: gettext_lazy("June has 30 days: there is no %(day)d."),
    9: gettext_lazy("September has 30 days: there is no %(day)d."),
    11: gettext_lazy("November has 30 days: there is no %(day)d."),
}

_YEAR = r"(?P<year>\d{4}|\d{2})"
_DAY = r"(?P<day>\d{1,2})"
_WORD = r"(?P<word>[^\W\d_]+)\.?"
_ORDINAL = r"(?:\s*-?\s*(?:е|ое|го|ші|шы|сі|сы|st|nd|rd|th)\b)?"
_YEAR_WORD = r"(?:\s*(?:года|год|г|жылғы|жылы|жыл|ж)\b\.?)?"
_STYLES = tuple(
    re.compile(style)
    for style in (
        r"(?P<year>\d{4})(?P<mark>[-./])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        rf"{_DAY}\s?(?P<mark>[-./])\s?(?P<month>\d{{1,2}})\s?(?P=mark)\s?{_YEAR}{_YEAR_WORD}",
        rf"{_DAY}{_ORDINAL}[\s.-]*{_WORD}[\s,-]*{_YEAR}{_YEAR_WORD}",
        rf"(?P<year>\d{{4}}){_YEAR_WORD}[\s,]*{_DAY}{_ORDINAL}[\s-]*{_WORD}",
        rf"{_WORD}\s+{_DAY}{_ORDINAL}[\s,]+(?P<year>\d{{4}})",
    )
)
# The time of day that forms write behind the date.
_TIME = re.compile(
    r"(?:t|,?\s)\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:[ap]m)?\s?(?:z|(?:gmt|utc)?(?:[+-]\d{1,2}(?::?\d{2})?)?)?$"
)


def parse_date(cell: Cell) -> datetime.date:
    """Give the day a cell names; a time of day behind it is left out.

    Numbers are read day first: 05/06/2004 is the fifth of June, as everywhere but in the United States. Years of two
    digits are 1950 to 2049. Also takes days of Excel and their numbers ("38124").

    Errors: CellError when the cell is empty or no date, when the day does not exist, or the year is past 1900-2100.
    """
    if isinstance(cell, datetime.date):
        return _day(cell.year, cell.month, cell.day)
    text = text_of(cell)
    plain = _TIME.sub("", text.casefold())
    if re.fullmatch(r"[0-9]{5}(?:[.,][0-9]+)?", plain):
        found = _DAY_ZERO_OF_EXCEL + datetime.timedelta(days=int(plain[:5]))
        return _day(found.year, found.month, found.day)
    for style in _STYLES:
        match = style.fullmatch(plain)
        if match:
            fields = match.groupdict()
            month = _MONTHS.get(fields["word"]) if "word" in fields else int(fields["month"])
            if month is not None:
                return _day(_full_year(fields["year"]), month, int(fields["day"]))
    raise CellError("date", _("“%(text)s” is not a date. Write it like 17.05.2004.") % {"text": text[:40]})


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year <= _LAST_TWO_DIGIT_YEAR_OF_2000 else 1900)


def _day(year: int, month: int, day: int) -> datetime.date:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise CellError("year", _("The year %(year)d cannot be right.") % {"year": year})
    if not 1 <= month <= 12:
        raise CellError(
            "no_such_month",
            _("There is no month number %(month)d. Write the day first, like 17.05.2004.") % {"month": month},
        )
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        _refuse_day(year, month, day)
    return datetime.date(year, month, day)


def _refuse_day(year: int, month: int, day: int) -> NoReturn:
    text = _("No month has a day number %(day)d.") if not 1 <= day <= 31 else str(_SHORT_MONTHS[month])
    last = calendar.monthrange(year, month)[1]
    raise CellError("no_such_day", text % {"year": year, "last": last, "day": day})
