"""The words of Django and django-allauth in Kazakh and Russian, and the way dates and numbers are written."""

import datetime
import gettext
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.extract import extract
from django import forms
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import naturalday, naturaltime, ordinal
from django.template.defaultfilters import date as date_filter
from django.utils import formats, timezone, translation
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.utils.translation.template import templatize

from talimger.kernel.translations import (
    UPSTREAM,
    UPSTREAM_LOCALE,
    Text,
    catalogue_gaps,
    missing_upstream_translations,
    read_catalogue,
    upstream_translations,
    visible_upstream_texts,
)

LANGUAGES = ("kk", "ru")
NBSP = "\N{NO-BREAK SPACE}"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sdr]|\{\w*\}")
TAG = re.compile(r"<[^>]+>")
# The folders of the packages whose texts can reach a page of ours.
SOURCES = {
    "django": (
        "conf", "core", "db", "forms", "http", "template", "utils", "views", "contrib/auth", "contrib/contenttypes",
        "contrib/sessions", "contrib/humanize", "contrib/messages", "contrib/staticfiles",
    ),
    "allauth": ("account", "core", "mfa", "templates/account", "templates/allauth", "templates/mfa"),
}  # fmt: skip
KEYWORDS = {
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop", "_"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
DAY = datetime.date(2026, 11, 24)
MOMENT = datetime.datetime(2026, 11, 24, 9, 5)


def texts_in_sources() -> Iterator[tuple[str, str | None, str]]:
    """(file, context, text) of everything translatable in the packages' own files, whatever their catalogues say."""
    for package, folders in SOURCES.items():
        catalogues = [catalogue for catalogue in UPSTREAM if catalogue.package == package]
        hidden = tuple(start for catalogue in catalogues for start in catalogue.hidden)
        root = catalogues[-1].path.parents[catalogues[-1].directory.count("/")]
        for path in (path for folder in folders for path in sorted((root / folder).rglob("*"))):
            name = path.relative_to(root).as_posix()
            if path.suffix not in {".py", ".html", ".txt"} or name.startswith(hidden) or "/management/" in name:
                continue
            source = path.read_text(encoding="utf-8")
            if path.suffix != ".py":
                # Django turns a template into a row of gettext calls; its indentation means nothing to Python.
                source = "\n".join(line.strip() for line in templatize(source).splitlines())
            for _line, message, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
                msgid = message if isinstance(message, str) else message[0]
                if msgid:
                    yield name, context, msgid


def placeholders(words: str) -> set[str]:
    return set(PLACEHOLDER.findall(words))


def header(path: Path, name: str) -> str:
    with path.open("rb") as handle:
        return str(gettext.GNUTranslations(handle).info()[name]).replace(" ", "")


def test_the_list_of_upstream_texts_holds_everything_that_the_packages_sources_can_say() -> None:
    known = {text.key for text in visible_upstream_texts()}
    found = list(texts_in_sources())
    assert len(found) > 600
    assert [text for text in found if text[1:] not in known] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_upstream_text_that_people_see_is_translated(language: str) -> None:
    assert missing_upstream_translations(language) == []


def test_english_needs_no_upstream_translations_and_an_unknown_language_needs_them_all() -> None:
    assert missing_upstream_translations("en") == []
    assert len(missing_upstream_translations("xx")) == len(visible_upstream_texts()) > 700


@pytest.mark.parametrize("language", LANGUAGES)
def test_upstream_catalogue_has_no_gaps_and_no_fuzzy_entries(language: str) -> None:
    assert catalogue_gaps(UPSTREAM_LOCALE / language / "LC_MESSAGES" / "django.po") == ([], [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_tags_of_upstream_translations_are_those_of_the_english_text(language: str) -> None:
    wrong: list[tuple[str, str]] = []
    for text in visible_upstream_texts():
        least, most = placeholders(text.msgid), placeholders(text.msgid + text.plural)
        for form in upstream_translations(text, language):
            # "a minute ago" may become «5 минут назад» in any form; the number may not be lost where English has it.
            agree = least <= placeholders(form) <= most
            if not agree or sorted(TAG.findall(form)) != sorted(TAG.findall(text.msgid)):
                wrong.append((text.msgid, form))
    assert wrong == []


@pytest.mark.parametrize(("language", "forms_of_numerals"), [("kk", 2), ("ru", 4)])
def test_plural_entries_of_the_upstream_catalogue_have_every_form(language: str, forms_of_numerals: int) -> None:
    texts = read_catalogue(UPSTREAM_LOCALE / language / "LC_MESSAGES" / "django.po")
    plurals = [text for text in texts if text.plural]
    assert plurals
    assert [text.msgid for text in plurals if len(text.translations) != forms_of_numerals] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_rule_of_the_upstream_catalogue_is_that_of_django(language: str) -> None:
    ours = UPSTREAM_LOCALE / language / "LC_MESSAGES" / "django.mo"
    djangos = UPSTREAM[0].path / language / "LC_MESSAGES" / "django.mo"
    assert header(ours, "plural-forms").rstrip(";") == header(djangos, "plural-forms").rstrip(";")


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_upstream_catalogue_says_what_its_source_says(language: str) -> None:
    """Compile with ``msgfmt -c -o django.mo django.po`` in the directory of the catalogue."""
    folder = UPSTREAM_LOCALE / language / "LC_MESSAGES"
    texts = read_catalogue(folder / "django.po")
    stale = [text.msgid for text in texts if set(upstream_translations(text, language)) - set(text.translations)]
    assert stale == []
    with (folder / "django.mo").open("rb") as handle:
        compiled = {key for key in gettext.GNUTranslations(handle)._catalog if key}  # type: ignore[attr-defined]
    assert len({key[0] if isinstance(key, tuple) else key for key in compiled}) == len(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_upstream_catalogue_holds_only_texts_that_the_packages_still_have(language: str) -> None:
    known = {text.key for text in visible_upstream_texts()}
    texts = read_catalogue(UPSTREAM_LOCALE / language / "LC_MESSAGES" / "django.po")
    assert [text.msgid for text in texts if text.key not in known] == []


def test_kazakh_file_says_that_it_is_a_draft_for_a_native_speaker() -> None:
    head = (UPSTREAM_LOCALE / "kk" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8").partition("msgid")[0]
    assert "DRAFT" in head
    assert "native speaker" in head


def test_catalogue_reader_counts_missing_and_fuzzy_entries_and_skips_removed_ones(tmp_path: Path) -> None:
    path = tmp_path / "django.po"
    path.write_text(
        'msgid ""\nmsgstr "Language: kk\\n"\n\n'
        '#: a.py:3 b.html:7\nmsgid ""\n"Line one\\n"\n"line \\"two\\""\nmsgstr "Бір\\n"\n"екі"\n\n'
        '#, fuzzy, python-format\nmsgctxt "menu"\nmsgid "Open"\nmsgstr "Ашу"\n'
        'msgid "%d day"\nmsgid_plural "%d days"\nmsgstr[0] "%d күн"\nmsgstr[1] ""\n\n'
        '#, fuzzy\n#~ msgid "Old"\n#~ msgstr "Ескі"\n\n'
        'msgid "New"\nmsgstr ""\n',
        encoding="utf-8",
    )
    assert read_catalogue(path) == [
        Text('Line one\nline "two"', translations=["Бір\nекі"], sources=["a.py", "b.html"]),
        Text("Open", context="menu", translations=["Ашу"], fuzzy=True),
        Text("%d day", plural="%d days", translations=["%d күн", ""]),
        Text("New", translations=[""]),
    ]
    assert catalogue_gaps(path) == (["%d day", "New"], ["Open"])


def test_settings_read_the_upstream_catalogues_after_our_own() -> None:
    paths = [Path(path).name for path in settings.LOCALE_PATHS]
    assert paths == ["locale", "upstream_locale"]
    assert settings.FORMAT_MODULE_PATH == "talimger.formats"


def test_pages_show_upstream_texts_in_kazakh() -> None:
    with translation.override("kk"):
        assert _("This field is required.") == "Бұл өрісті толтыру қажет."
        assert _("Two-Factor Authentication") == "Екі сатылы тексеру"
        assert _("Sign In") == "Кіру"
        assert pgettext("alt. month", "November") == "қараша"
        assert ngettext("%(num)d day", "%(num)d days", 5) % {"num": 5} == "5 күн"


def test_pages_show_upstream_texts_in_russian_with_every_plural_form() -> None:
    text = "You have added %(count)s security key.", "You have added %(count)s security keys."
    with translation.override("ru"):
        assert _("Request Code") == "Запросить код"
        said = [ngettext(*text, count) % {"count": count} for count in (1, 3, 5, 21)]
    assert said == [
        "Вы добавили 1 ключ безопасности.",
        "Вы добавили 3 ключа безопасности.",
        "Вы добавили 5 ключей безопасности.",
        "Вы добавили 21 ключ безопасности.",
    ]


def test_times_past_and_ahead_are_grammatical_in_kazakh() -> None:
    now = timezone.now()
    with translation.override("kk"):
        assert naturaltime(now - datetime.timedelta(minutes=5, seconds=1)) == f"5{NBSP}минут бұрын"
        assert naturaltime(now + datetime.timedelta(minutes=5, seconds=30)) == f"5{NBSP}минуттан кейін"
        assert naturaltime(now - datetime.timedelta(days=15)) == f"2{NBSP}апта, 1{NBSP}күн бұрын"
        assert timesince(now - datetime.timedelta(days=3)) == f"3{NBSP}күн"
        assert naturalday(timezone.localdate() + datetime.timedelta(days=1)) == "ертең"
        assert [ordinal(number) for number in (1, 6, 9, 12)] == ["1-ші", "6-шы", "9-шы", "12-ші"]


@pytest.mark.parametrize(
    ("language", "long", "short", "month", "day", "moment"),
    [
        ("kk", "2026 ж. 24 қараша", "24.11.2026", "2026 ж. қараша", "24 қараша", "2026 ж. 24 қараша, 09:05"),
        ("ru", "24 ноября 2026 г.", "24.11.2026", "Ноябрь 2026 г.", "24 ноября", "24 ноября 2026 г., 09:05"),
        ("en", "24 November 2026", "24 Nov 2026", "November 2026", "24 November", "24 November 2026, 09:05"),
    ],
)
def test_dates_are_written_as_the_language_writes_them(
    language: str, long: str, short: str, month: str, day: str, moment: str
) -> None:
    with translation.override(language):
        assert formats.date_format(DAY) == long
        assert date_filter(DAY, "SHORT_DATE_FORMAT") == short
        assert formats.date_format(DAY, "YEAR_MONTH_FORMAT") == month
        assert formats.date_format(DAY, "MONTH_DAY_FORMAT") == day
        assert formats.date_format(MOMENT, "DATETIME_FORMAT") == moment
        assert formats.time_format(datetime.time(14, 32)) == "14:32"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_weeks_start_on_monday(language: str) -> None:
    with translation.override(language):
        assert formats.get_format("FIRST_DAY_OF_WEEK") == 1


@pytest.mark.parametrize(
    ("language", "written"),
    [("kk", f"1{NBSP}234{NBSP}567,5"), ("ru", f"1{NBSP}234{NBSP}567,5"), ("en", "1,234,567.5")],
)
def test_numbers_are_written_as_the_language_writes_them(language: str, written: str) -> None:
    with translation.override(language):
        assert formats.number_format(1234567.5, force_grouping=True) == written
        # Typed back as people type it: without the spaces of thousands.
        typed = formats.number_format(1234567.5, use_l10n=True)
        assert forms.DecimalField(localize=True).clean(typed) == Decimal("1234567.5")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("typed", ["24.11.2026", "24.11.26", "2026-11-24"])
def test_date_fields_accept_the_usual_ways_to_type_a_date(language: str, typed: str) -> None:
    with translation.override(language):
        assert forms.DateField().clean(typed) == DAY


@pytest.mark.parametrize("typed", ["24/11/2026", "24.11.2026", "24 November 2026", "2026-11-24"])
def test_date_fields_in_english_read_the_day_first(typed: str) -> None:
    with translation.override("en"):
        assert forms.DateField().clean(typed) == DAY


def test_a_required_field_says_so_in_kazakh() -> None:
    class Application(forms.Form):
        name = forms.CharField(label="Аты")

    with translation.override("kk"):
        assert Application({}).errors["name"] == ["Бұл өрісті толтыру қажет."]
