"""Russian: what Django's own module has otherwise than the rest of the pages. The rest comes from there."""

TIME_FORMAT = "H:i"  # 09:05, where Django has 9:05
DATETIME_FORMAT = "j E Y г., H:i"  # 24 ноября 2026 г., 14:32
MONTH_DAY_FORMAT = "j E"  # 24 ноября, where Django has «24 Ноябрь»

DATE_INPUT_FORMATS = [
    "%d.%m.%Y",  # 24.11.2026
    "%d.%m.%y",  # 24.11.26
    "%Y-%m-%d",  # 2026-11-24
]
