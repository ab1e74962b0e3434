"""Which texts of Django and django-allauth people can see here, and which of them lack a translation.

``upstream_locale`` fills the gaps that those packages leave in Kazakh and Russian. A release of either package can open
new ones; ``missing_upstream_translations`` finds them, in the tests and in a running installation, with nothing but the
catalogues that are installed. Texts that appear on no page here are left out: administration, debug pages, commands.
"""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

UPSTREAM_LOCALE = Path(__file__).resolve().parent.parent / "upstream_locale"
# A numeral up to this one takes every plural form that a language has.
_NUMERALS = range(201)
_LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr)(?:\[\d+\])?\s+(".*")$')


@dataclass(frozen=True)
class Catalogue:
    """A directory of catalogues in a package; ``shown`` and ``hidden`` are the starts of the paths of its source files."""

    package: str
    directory: str
    shown: tuple[str, ...] = ("",)
    hidden: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise ModuleNotFoundError(f"{self.package} is not installed")
        return Path(spec.submodule_search_locations[0]) / self.directory

    def shows(self, source: str) -> bool:
        return source.startswith(self.shown) and not (self.hidden and source.startswith(self.hidden))


UPSTREAM = (
    Catalogue("django", "conf/locale", hidden=("contrib/sitemaps/", "contrib/syndication/", "views/templates/")),
    Catalogue("django", "contrib/auth/locale", hidden=("contrib/auth/admin.py", "contrib/auth/hashers.py")),
    Catalogue("django", "contrib/contenttypes/locale"),
    Catalogue("django", "contrib/sessions/locale"),
    Catalogue("django", "contrib/humanize/locale"),
    Catalogue(
        "allauth",
        "locale",
        shown=("account/", "mfa/", "templates/account/", "templates/allauth/", "templates/mfa/"),
        hidden=("account/admin.py",),
    ),
)


@dataclass
class Text:
    """One entry of a catalogue."""

    msgid: str = ""
    plural: str = ""
    context: str | None = None
    translations: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    fuzzy: bool = False

    @property
    def key(self) -> tuple[str | None, str]:
        return (self.context, self.msgid)


class Gaps(NamedTuple):
    """The texts of a catalogue that have no translation, and those whose translation waits to be confirmed."""

    missing: list[str]
    fuzzy: list[str]


def read_catalogue(path: Path) -> list[Text]:
    """The entries of a .po file without its header and without the entries that are commented out."""
    texts: list[Text] = []
    text, part = Text(), ""
    for line in path.read_text(encoding="utf-8").splitlines():
        match = _LINE.match(line)
        if part == "msgstr" and (line.startswith("#") or (match and match[1] in {"msgctxt", "msgid"})):
            texts.append(text)
            text, part = Text(), ""
        if line.startswith("#~"):
            text = Text()
        elif line.startswith("#:"):
            text.sources += [re.sub(r":\d+$", "", source) for source in line[2:].split()]
        elif line.startswith("#,"):
            text.fuzzy = text.fuzzy or "fuzzy" in line
        elif match:
            part = match[1]
            _add(text, part, match[2], starts=True)
        elif line.startswith('"') and part:
            _add(text, part, line, starts=False)
    if part == "msgstr":
        texts.append(text)
    return [text for text in texts if text.msgid]


def _add(text: Text, part: str, literal: str, *, starts: bool) -> None:
    words = str(ast.literal_eval(literal))
    if part == "msgstr":
        if starts:
            text.translations.append("")
        text.translations[-1] += words
    elif part == "msgctxt":
        text.context = (text.context or "") + words
    elif part == "msgid":
        text.msgid += words
    else:
        text.plural += words


def catalogue_gaps(path: Path) -> Gaps:
    """What a .po file of ours still lacks: entries with an empty form, and fuzzy ones (which gettext does not use)."""
    texts = read_catalogue(path)
    return Gaps(
        missing=[text.msgid for text in texts if not text.fuzzy and not all(text.translations)],
        fuzzy=[text.msgid for text in texts if text.fuzzy],
    )


@cache
def visible_upstream_texts() -> tuple[Text, ...]:
    """The texts that people can see, from the packages' English catalogues, which name each text's source files."""
    texts: dict[tuple[str | None, str], Text] = {}
    for catalogue in UPSTREAM:
        for text in read_catalogue(catalogue.path / "en" / "LC_MESSAGES" / "django.po"):
            if any(catalogue.shows(source) for source in text.sources):
                known = texts.setdefault(text.key, text)
                known.plural = known.plural or text.plural
    return tuple(texts.values())


class _Absent(gettext.NullTranslations):
    """The end of a chain of catalogues: says nothing, where gettext would repeat the English text."""

    def gettext(self, message: str) -> str:
        return ""

    def pgettext(self, context: str, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return ""


@cache
def _chain(language: str) -> gettext.NullTranslations:
    """Our own catalogue, then those of the packages: the order in which Django looks, given ``LOCALE_PATHS``."""
    first: gettext.NullTranslations | None = None
    for directory in (UPSTREAM_LOCALE, *(catalogue.path for catalogue in UPSTREAM)):
        path = directory / language / "LC_MESSAGES" / "django.mo"
        if path.exists():
            with path.open("rb") as handle:
                translations = gettext.GNUTranslations(handle)
            if first is None:
                first = translations
            else:
                first.add_fallback(translations)
    if first is None:
        return _Absent()
    first.add_fallback(_Absent())
    return first


def upstream_translations(text: Text, language: str) -> list[str]:
    """Every form in which a text appears in a language; an empty form where there is none."""
    chain = _chain(language)
    if not text.plural:
        return [chain.gettext(text.msgid) if text.context is None else chain.pgettext(text.context, text.msgid)]
    if text.context is None:
        forms: Iterable[str] = (chain.ngettext(text.msgid, text.plural, n) for n in _NUMERALS)
    else:
        forms = (chain.npgettext(text.context, text.msgid, text.plural, n) for n in _NUMERALS)
    return list(dict.fromkeys(forms))


def missing_upstream_translations(language: str) -> list[str]:
    """The texts of Django and django-allauth that people would read in another language than this one."""
    if language.partition("-")[0] == "en":
        return []
    return [text.msgid for text in visible_upstream_texts() if not all(upstream_translations(text, language))]
