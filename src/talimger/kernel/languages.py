"""Languages: texts that people edit in three languages, search that ignores script and case, Kazakh sort order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Collate
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LANGUAGE_CODES = ("ru", "kk", "en")
# The name that PostgreSQL gives the Kazakh collation of ICU; SQLite gets ours under the same name.
KAZAKH_COLLATION = "kk-x-icu"
_FALLBACK = {"ru": ("kk", "en"), "kk": ("ru", "en"), "en": ("ru", "kk")}
KAZAKH_ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
_KAZAKH_ORDER = {letter: index for index, letter in enumerate(KAZAKH_ALPHABET)}
_AFTER_CYRILLIC = len(KAZAKH_ALPHABET)

# One key for both scripts, so that "Aigerim", "Айгерим" and "Әйгерім" find each other.
_TO_LATIN = str.maketrans(
    {
        "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh",
        "з": "z", "и": "i", "й": "i", "к": "k", "қ": "k", "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o",
        "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "h",
        "һ": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i", "і": "i", "ь": "", "э": "e",
        "ю": "iu", "я": "ia", "y": "i", "q": "k", "x": "h", "j": "zh", "w": "u",
    }
)  # fmt: skip
_KH = re.compile("k+h")


def fold(text: str) -> str:
    """The key under which a text is found: Latin, lower case, without accents, script and spelling variants.

    >>> fold("Әйгерім") == fold("Айгерим") == fold("AIGERIM")
    True
    """
    # Twice, because taking an accent off can leave a letter that has a spelling of its own: "Ý" is "y" is "i".
    plain = _without_accents(unicodedata.normalize("NFC", text).casefold().translate(_TO_LATIN))
    return " ".join(_KH.sub("h", plain.casefold().translate(_TO_LATIN)).split())


def _without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


# A condition of a thousand parts is more than SQLite takes, and nobody remembers eight words of a name.
SEARCH_WORDS = 8


def plain_words(text: str) -> list[str]:
    """The words of a search as they were typed, without the sign that no PostgreSQL takes."""
    return text.replace("\x00", " ").split()[:SEARCH_WORDS]


def search_words(text: str) -> list[str]:
    """The keys of a search, one a word: what is found holds all of them."""
    return [key for word in plain_words(text) for key in fold(word).split()]


# Remembered, because sorting a list asks for the same names again and again: 500 names in 2 ms, not 10.
@lru_cache(maxsize=8192)
def kazakh_key(text: str) -> tuple[tuple[int, int], ...]:
    """The place of a text in the Kazakh alphabet: signs and digits, then Cyrillic, then other scripts."""
    return tuple(map(_letter_key, unicodedata.normalize("NFC", text).casefold()))


@lru_cache(maxsize=1024)
def _letter_key(letter: str) -> tuple[int, int]:
    if letter in _KAZAKH_ORDER:
        return (1, _KAZAKH_ORDER[letter])
    return (2, ord(letter)) if letter.isalpha() else (0, ord(letter))


def compare_kazakh(left: str, right: str) -> int:
    """Negative, zero or positive, as SQLite asks of a collation; of two words that differ in case alone, the small one comes first."""
    # As ICU does it: a small letter stands before its capital.
    left_key, right_key = (kazakh_key(left), left.swapcase()), (kazakh_key(right), right.swapcase())
    return (left_key > right_key) - (left_key < right_key)


def in_alphabet(field: str) -> Collate:
    """Order by this column in the Kazakh alphabet (which holds the Russian one) on either database."""
    return Collate(field, KAZAKH_COLLATION)


@dataclass(frozen=True)
class LocalisedText:
    """A text in up to three languages. ``str()`` gives the reader's language, or the nearest one that has words."""

    ru: str = ""
    kk: str = ""
    en: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str] | str | LocalisedText | None) -> LocalisedText:
        """Read a mapping of language codes; a plain string stands for all three. Unknown codes raise ``ValueError``."""
        if isinstance(values, LocalisedText):
            return values
        if values is None:
            return cls()
        if isinstance(values, str):
            return cls(values, values, values)
        unknown = set(values) - set(LANGUAGE_CODES)
        if unknown:
            raise ValueError(f"unknown language codes: {', '.join(sorted(unknown))}")
        return cls(**{code: (values.get(code) or "").strip() for code in LANGUAGE_CODES})

    def as_dict(self) -> dict[str, str]:
        return {code: getattr(self, code) for code in LANGUAGE_CODES}

    def language_shown(self, language: str | None = None) -> str:
        """The code of the language whose words a reader of ``language`` gets; the asked one if there are none at all."""
        wanted = (language or get_language() or "ru")[:2]
        if wanted not in _FALLBACK:
            wanted = "ru"
        for code in (wanted, *_FALLBACK[wanted]):
            if getattr(self, code):
                return code
        return wanted

    def text(self, language: str | None = None) -> str:
        return str(getattr(self, self.language_shown(language)))

    @property
    def is_fallback(self) -> bool:
        """Whether the reader sees another language than their own: pages mark it with ``lang`` and a word."""
        wanted = (get_language() or "ru")[:2]
        return self.language_shown() != wanted and bool(self)

    def missing(self, languages: Iterable[str] = LANGUAGE_CODES) -> list[str]:
        return [code for code in languages if not getattr(self, code)]

    def __str__(self) -> str:
        return self.text()

    def __bool__(self) -> bool:
        return bool(self.ru or self.kk or self.en)


class LocalisedTextField(models.JSONField):
    """One column with the words of up to three languages. At least one language must have words unless ``blank``."""

    description = _("Text in several languages")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", LocalisedText)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Migrations know this field as the JSON column that it is: they import no application code (docs/architecture.md)."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs["default"] = dict
        return name, "django.db.models.JSONField", list(args), kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> LocalisedText:
        return LocalisedText.of(super().from_db_value(value, expression, connection))

    def to_python(self, value: Any) -> LocalisedText:
        try:
            return LocalisedText.of(value)
        except ValueError as error:
            raise ValidationError(_("This text names a language that is not used here."), code="language") from error

    def get_prep_value(self, value: Any) -> Any:
        return value.as_dict() if isinstance(value, LocalisedText) else value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(self.get_prep_value(value), connection, prepared)

    def validate(self, value: Any, model_instance: Any) -> None:
        if not self.blank and not LocalisedText.of(value):
            raise ValidationError(_("Write this text in at least one language."), code="blank")

    def value_to_string(self, obj: Any) -> Any:
        return self.get_prep_value(self.value_from_object(obj))
