"""How the three languages are called on buttons and beside fields: each in its own words."""

from typing import NamedTuple


class LanguageName(NamedTuple):
    short: str
    full: str


LANGUAGE_NAMES = {
    "ru": LanguageName("Рус", "Русский"),
    "kk": LanguageName("Қаз", "Қазақша"),
    "en": LanguageName("Eng", "English"),
}
