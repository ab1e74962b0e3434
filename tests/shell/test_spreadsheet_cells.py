"""One cell becomes one value, or the person is told why not."""

import contextlib
import datetime
import unicodedata

import django
import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

if not settings.configured:
    settings.configure(USE_I18N=True)
    django.setup()

from talimger.shell.spreadsheets import CellError, clean_text, parse_date, parse_email, parse_phone, parse_yes_no

DAY = datetime.date(2004, 5, 17)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def refusal(parse, cell):
    with pytest.raises(CellError) as caught:
        parse(cell)
    assert caught.value.message
    return caught.value


class TestText:
    @pytest.mark.parametrize(
        ("text", "clean"),
        [
            ("  Айша \xa0 Ахметова\t\n", "Айша Ахметова"),
            ("\ufeffАй\u200bша\u00ad", "Айша"),
            ("и\u0306", "й"),
            ("и\u200b\u0306", "й"),
            ("a\x00\x07b\ud800\uffff", "ab"),
            ("\u202eabc\u2066", "abc"),
            ("\u200b\xa0", ""),
        ],
    )
    def test_text_has_one_form_single_spaces_and_nothing_invisible(self, text, clean):
        assert clean_text(text) == clean

    def test_paragraphs_can_stay(self):
        assert clean_text("\n один  два \r\n\r\n\xa0\n\n три\n", keep_lines=True) == "один два\n\nтри"

    @given(st.text(), st.booleans())
    def test_clean_text_is_clean(self, text, keep_lines):
        clean = clean_text(text, keep_lines=keep_lines)
        assert clean_text(clean, keep_lines=keep_lines) == clean
        assert unicodedata.is_normalized("NFC", clean)


class TestDates:
    @pytest.mark.parametrize(
        "cell",
        [
            DAY,
            datetime.datetime(2004, 5, 17, 10, 30),
            "2004-05-17",
            "2004-5-17",
            "2004/05/17",
            "2004.05.17",
            "2004-05-17T10:30:00Z",
            "2004-05-17 10:30:00.123+05:00",
            "2004/05/17 10:32:11 AM GMT+5",
            "17.05.2004",
            " 17.05.2004 10:30",
            "17.05.2004 г.",
            "17.5.04",
            "17/05/2004",
            "17-05-2004",
            "17 . 05 . 2004",
            "17 мая 2004 г.",
            "17 мая 2004г.",
            "17 МАЯ 2004 года",
            "17-е мая 2004",
            "17 май 04",
            "17 мамыр 2004",
            "17-мамыр 2004 ж.",
            "2004 жылғы 17 мамыр",
            "2004 ж. 17-ші мамыр",
            "17 May 2004",
            "17-May-2004",
            "17th May, 2004",
            "May 17, 2004",
            "May 17th 2004",
            "38124",
            "38124.4375",
        ],
    )
    def test_a_day_is_understood_in_every_style(self, cell):
        assert parse_date(cell) == DAY

    @pytest.mark.parametrize(
        ("text", "month"),
        [
            ("1 қаңтар 2004", 1),
            ("1 акпан 2004", 2),
            ("1 наурыз 2004", 3),
            ("1 сәуір 2004", 4),
            ("1 маусым 2004", 6),
            ("1 шілде 2004", 7),
            ("1 тамыз 2004", 8),
            ("1 сент. 2004", 9),
            ("1 Oct 2004", 10),
            ("1 қараша 2004", 11),
            ("1 желтоқсан 2004", 12),
        ],
    )
    def test_months_have_names_in_three_languages(self, text, month):
        assert parse_date(text) == datetime.date(2004, month, 1)

    def test_slashes_are_read_day_first(self):
        assert parse_date("05/06/2004") == datetime.date(2004, 6, 5)
        error = refusal(parse_date, "5/17/2004")
        assert error.code == "no_such_month"
        assert "17" in error.message

    @pytest.mark.parametrize(("text", "year"), [("1.1.00", 2000), ("1.1.49", 2049), ("1.1.50", 1950), ("1.1.99", 1999)])
    def test_years_of_two_digits_are_those_of_excel(self, text, year):
        assert parse_date(text).year == year

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("31.02.2004", "February 2004 has 29 days: there is no 31."),
            ("29.02.2023", "February 2023 has 28 days: there is no 29."),
            ("31 апреля 2004", "April has 30 days: there is no 31."),
            ("31 маусым 2004", "June has 30 days: there is no 31."),
            ("2004-09-31", "September has 30 days: there is no 31."),
            ("31 November 2004", "November has 30 days: there is no 31."),
            ("45.01.2004", "No month has a day number 45."),
            ("00.01.2004", "No month has a day number 0."),
        ],
    )
    def test_a_day_that_does_not_exist_is_named(self, text, message):
        error = refusal(parse_date, text)
        assert (error.code, error.message) == ("no_such_day", message)

    @pytest.mark.parametrize("cell", ["17.05.0204", "17.05.2404", datetime.date(1812, 9, 7), "99999"])
    def test_a_year_that_cannot_be_right_is_named(self, cell):
        assert refusal(parse_date, cell).code == "year"

    @pytest.mark.parametrize("text", ["2004", "17.05", "завтра", "17 мартобря 2004", "17.05.204", "1.2.3.4", "3812"])
    def test_what_is_no_date_is_refused(self, text):
        assert refusal(parse_date, text).code == "date"

    @given(st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)))
    def test_every_day_is_understood_as_it_is_usually_written(self, day):
        assert parse_date(day.isoformat()) == day
        assert parse_date(day.strftime("%d.%m.%Y")) == day
        assert parse_date(day.strftime("%d/%m/%Y %H:%M")) == day


class TestTelephoneNumbers:
    @pytest.mark.parametrize(
        "cell",
        [
            "8 701 555 12 34",
            "+7(701)555-12-34",
            "7015551234",
            "77015551234",
            "87015551234.0",
            "+7 701 555 12 34 (WhatsApp)",
            "тел.: 8-701-555-12-34",
            "8\xa0701\u200b5551234",
        ],
    )
    def test_a_number_of_kazakhstan_is_understood_in_every_style(self, cell):
        assert parse_phone(cell) == "+77015551234"

    def test_a_number_of_another_country_is_taken_with_its_code(self):
        assert parse_phone("+996 555 123 456") == "+996555123456"
        assert parse_phone("0555 123 456", region="KG") == "+996555123456"

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            (None, "empty"),
            ("нет", "phone"),
            ("701 555 12", "phone"),
            ("+7 999", "phone"),
            (DAY, "phone"),
            ("7,70156E+10", "shortened"),
            ("8 701 555 12 34, 8 702 555 12 34", "several"),
            ("8 701 555 12 34 или 8 702 555 12 34", "several"),
            ("8 701 FLOWERS 5", "several"),
            ("1" * 400, "too_long"),
        ],
    )
    def test_what_is_not_one_number_is_refused(self, cell, code):
        assert refusal(parse_phone, cell).code == code


class TestAddresses:
    @pytest.mark.parametrize(
        ("cell", "address"),
        [
            (" A.Akhmetova@Mail.KZ ", "A.Akhmetova@mail.kz"),
            ("mailto:a@b.kz?subject=x", "a@b.kz"),
            ("Айша Ахметова <a@B.kz>", "a@b.kz"),
            ("<a@b.kz>;", "a@b.kz"),
            ("a@b.kz.", "a@b.kz"),
            ("a\u200b@b.kz", "a@b.kz"),
        ],
    )
    def test_an_address_is_laid_bare(self, cell, address):
        assert parse_email(cell) == address

    def test_a_cyrillic_letter_in_an_address_is_named(self):
        error = refusal(parse_email, "аisha@mail.kz")
        assert error.code == "not_latin"
        for part in ("“а”", "number 1", "Cyrillic"):
            assert part in error.message
        error = refusal(parse_email, "aisha@mäil.kz")
        assert error.code == "not_latin"
        assert "Cyrillic" not in error.message

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("", "empty"),
            ("none", "email"),
            ("a b@c.kz", "email"),
            ("a@gmail,com", "email"),
            ("a@b.kz, c@d.kz", "several"),
            (DAY, "email"),
        ],
    )
    def test_what_is_not_one_address_is_refused(self, cell, code):
        assert refusal(parse_email, cell).code == code


class TestYesAndNo:
    @pytest.mark.parametrize("cell", ["Да", "иә", "ия", "YES", "y", "1", "+", "true", "Да.", " Есть "])
    def test_yes_is_yes(self, cell):
        assert parse_yes_no(cell) is True

    @pytest.mark.parametrize("cell", ["нет", "Жоқ", "ЖОК", "No!", "0", "-", "—", "FALSE"])
    def test_no_is_no(self, cell):
        assert parse_yes_no(cell) is False

    @pytest.mark.parametrize(("cell", "code"), [("может быть", "yes_no"), (None, "empty"), ("\u200b", "empty")])
    def test_anything_else_is_refused(self, cell, code):
        assert refusal(parse_yes_no, cell).code == code


NEARLY = st.text(st.sampled_from("0123456789 .,-/+:@<>EeтmайМaygTZ()?;'\u200b\xa0"), max_size=30)


class TestAnyText:
    @hypothesis_settings(max_examples=300, deadline=None)
    @given(st.none() | st.dates() | st.text() | NEARLY)
    def test_any_cell_gives_a_value_or_an_error(self, cell):
        for parse in (parse_date, parse_phone, parse_email, parse_yes_no):
            with contextlib.suppress(CellError):
                assert parse(cell) is not None

    @pytest.mark.parametrize("text", ["1" * 300 + "x", "1x" * 160, "1," * 160, "1 " * 150 + ":", "a@" + "a." * 150])
    def test_no_text_takes_long(self, text):
        began = datetime.datetime.now(tz=datetime.UTC)
        for parse in (parse_date, parse_phone, parse_email):
            refusal(parse, text)
        assert datetime.datetime.now(tz=datetime.UTC) - began < datetime.timedelta(seconds=0.5)
