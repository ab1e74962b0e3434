"""Kazakh: «2026 ж. 24 қараша», the year first, as the Unicode locale data has it."""

DATE_FORMAT = "Y ж. j E"  # 2026 ж. 24 қараша
TIME_FORMAT = "H:i"  # 14:32
DATETIME_FORMAT = "Y ж. j E, H:i"  # 2026 ж. 24 қараша, 14:32
YEAR_MONTH_FORMAT = "Y ж. E"  # 2026 ж. қараша
MONTH_DAY_FORMAT = "j E"  # 24 қараша
SHORT_DATE_FORMAT = "d.m.Y"  # 24.11.2026
SHORT_DATETIME_FORMAT = "d.m.Y H:i"  # 24.11.2026 14:32
FIRST_DAY_OF_WEEK = 1  # Monday

DATE_INPUT_FORMATS = [
    "%d.%m.%Y",  # 24.11.2026
    "%d.%m.%y",  # 24.11.26
    "%Y-%m-%d",  # 2026-11-24
]
DATETIME_INPUT_FORMATS = [
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S.%f",
    "%d.%m.%Y %H:%M",
    "%d.%m.%y %H:%M:%S",
    "%d.%m.%y %H:%M:%S.%f",
    "%d.%m.%y %H:%M",
]

DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "\xa0"  # no-break space
NUMBER_GROUPING = 3
