"""British English: 24 November 2026, weeks from Monday. No order of digits that an American would read otherwise."""

DATE_FORMAT = "j F Y"  # 24 November 2026
TIME_FORMAT = "H:i"  # 14:32
DATETIME_FORMAT = "j F Y, H:i"  # 24 November 2026, 14:32
YEAR_MONTH_FORMAT = "F Y"  # November 2026
MONTH_DAY_FORMAT = "j F"  # 24 November
SHORT_DATE_FORMAT = "j M Y"  # 24 Nov 2026
SHORT_DATETIME_FORMAT = "j M Y, H:i"  # 24 Nov 2026, 14:32
FIRST_DAY_OF_WEEK = 1  # Monday

DATE_INPUT_FORMATS = [
    "%d/%m/%Y",  # 24/11/2026
    "%d/%m/%y",  # 24/11/26
    "%d.%m.%Y",  # 24.11.2026
    "%d %B %Y",  # 24 November 2026
    "%d %b %Y",  # 24 Nov 2026
    "%Y-%m-%d",  # 2026-11-24
]
DATETIME_INPUT_FORMATS = [
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S.%f",
    "%d/%m/%Y %H:%M",
    "%d/%m/%y %H:%M",
    "%d.%m.%Y %H:%M",
]

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
