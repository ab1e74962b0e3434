"""Small parts of sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def listed(words: Sequence[str]) -> str:
    """Words as a sentence says them: "III", "IV and V", "III, IV and V"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(some)s and %(last)s") % {"some": ", ".join(words[:-1]), "last": words[-1]}


def count_of_competencies(count: int) -> str:
    """A small number in words, as it stands in "three competencies have no exercise"; digits for large ones."""
    words = {
        1: pgettext("competencies have no exercise", "one"),
        2: pgettext("competencies have no exercise", "two"),
        3: pgettext("competencies have no exercise", "three"),
        4: pgettext("competencies have no exercise", "four"),
        5: pgettext("competencies have no exercise", "five"),
    }
    return words.get(count, str(count))


def sentence(words: str) -> str:
    """With a capital at its start."""
    return words[:1].upper() + words[1:]
