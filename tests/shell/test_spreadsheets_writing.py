"""What goes out opens in Excel as it was meant, no text becomes a formula, what is read back is what was written."""

import datetime
import io
import zipfile
from decimal import Decimal

import django
import openpyxl
import pytest
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

if not settings.configured:
    settings.configure(USE_I18N=True)
    django.setup()

from talimger.shell.spreadsheets import SheetOut, read_table, write_csv, write_xlsx

FORMULAS = ["=1+1", "+7 701", "-x", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "''-1"]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def lines(content):
    return content.decode("utf-8-sig").split("\r\n")


class TestWorkbooks:
    def test_headings_are_bold_frozen_and_filtered_and_days_are_days(self):
        day, moment = datetime.date(2004, 5, 17), datetime.datetime(2004, 5, 17, 10, 30)
        sheet = opened(write_xlsx([SheetOut("Люди", ["Имя", "День", "Час"], [["Әсем", day, moment]])]))["Люди"]
        assert sheet["A1"].font.bold
        assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:C2")
        assert (sheet["B2"].value, sheet["B2"].number_format) == (datetime.datetime(2004, 5, 17), "dd.mm.yyyy")
        assert (sheet["C2"].value, sheet["C2"].number_format) == (moment, "dd.mm.yyyy hh:mm")

    def test_no_text_becomes_a_formula_or_a_link_or_a_number(self):
        texts = [*FORMULAS[:4], "https://example.org", "mailto:a@b.kz", "007", "{=1}"]
        sheet = opened(write_xlsx([SheetOut("x", ["=1+1"], [[text] for text in texts])])).active
        assert sheet["A1"].data_type == "s"
        for row, text in enumerate(texts, start=2):
            cell = sheet.cell(row, 1)
            assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)

    def test_numbers_stay_numbers_unless_excel_would_round_them(self):
        row = [1, -0.4, Decimal("2.5"), True, None, "", 10**15]
        sheet = opened(write_xlsx([SheetOut("x", list("abcdefg"), [row])])).active
        assert [cell.value for cell in sheet[2]] == [1, -0.4, 2.5, True, None, None, "1000000000000000"]

    def test_days_that_excel_does_not_know_are_text(self):
        row = [datetime.date(1890, 1, 2), datetime.datetime(1890, 1, 2, 3, 4)]
        sheet = opened(write_xlsx([SheetOut("x", ["a", "b"], [row])])).active
        assert [cell.value for cell in sheet[2]] == ["1890-01-02", "1890-01-02 03:04:00"]

    def test_a_time_with_a_zone_is_written_in_the_current_zone(self):
        moment = datetime.datetime(2004, 5, 17, 10, 30, tzinfo=datetime.UTC)
        with timezone.override(datetime.timezone(datetime.timedelta(hours=5))):
            sheet = opened(write_xlsx([SheetOut("x", ["a"], [[moment]])])).active
            text = write_csv(["a"], [[moment]])
        assert sheet["A2"].value == datetime.datetime(2004, 5, 17, 15, 30)
        assert lines(text)[1] == "2004-05-17 15:30:00"

    def test_translated_texts_are_written(self):
        content = write_xlsx([SheetOut("x", [gettext_lazy("Name of nobody")], [[gettext_lazy("Value of nobody")]])])
        assert [row[0].value for row in opened(content).active.rows] == ["Name of nobody", "Value of nobody"]

    def test_what_xml_cannot_hold_is_left_out_and_what_excel_cannot_hold_is_cut_and_marked(self):
        content = write_xlsx([SheetOut("x", ["a"], [["a\x00b\ud800c\uffffd\re"], ["x" * 40_000]])])
        sheet = opened(content).active
        assert sheet["A2"].value == "abcd\ne"
        assert len(sheet["A3"].value) == 32_767
        assert sheet["A3"].value.endswith("… [✂]")

    def test_sheet_names_are_mended_and_kept_apart(self):
        names = ["Оценки: день/2", "оценки  день 2", "'", "History", "н" * 40, "Н" * 40, ""]
        content = write_xlsx([SheetOut(name, ["a"], []) for name in names])
        assert opened(content).sheetnames == [
            "Оценки день 2",
            "оценки день 2 (2)",
            "Sheet",
            "History_",
            "н" * 31,
            "Н" * 27 + " (2)",
            "Sheet (2)",
        ]

    def test_a_sheet_without_headings_is_written(self):
        assert opened(write_xlsx([SheetOut("x", [], [["a", "b"]])])).active["B2"].value == "b"

    def test_the_same_sheets_give_the_same_bytes(self):
        sheets = [SheetOut("x", ["a"], [["b"]])]
        assert write_xlsx(sheets) == write_xlsx(sheets)

    @pytest.mark.parametrize("number", [float("nan"), float("inf"), Decimal("NaN")])
    def test_numbers_that_are_none_are_refused(self, number):
        with pytest.raises(ValueError, match="infinite"):
            write_xlsx([SheetOut("x", ["a"], [[number]])])
        with pytest.raises(ValueError, match="infinite"):
            write_csv(["a"], [[number]])

    def test_what_does_not_fit_is_refused_and_not_dropped(self):
        with pytest.raises(ValueError, match="at least one sheet"):
            write_xlsx([])
        with pytest.raises(ValueError, match="bigger"):
            write_xlsx([SheetOut("x", ["a"], [[None] * 16_385])])
        with pytest.raises(ValueError, match="bigger"):
            write_xlsx([SheetOut("x", ["a"], [[]] * 1_048_576)])

    def test_no_row_is_kept_in_a_file_on_the_disk(self, monkeypatch):
        monkeypatch.setattr("tempfile.mkstemp", None)
        monkeypatch.setattr("tempfile.TemporaryFile", None)
        with zipfile.ZipFile(io.BytesIO(write_xlsx([SheetOut("x", ["a"], [["b"]])]))) as archive:
            assert archive.testzip() is None


class TestTextTables:
    def test_excel_knows_the_encoding_and_the_lines(self):
        assert write_csv(["Имя", "Город"], [["Әсем", "Өскемен"]]) == (
            b"\xef\xbb\xbf" + "Имя;Город\r\nӘсем;Өскемен\r\n".encode()
        )

    @pytest.mark.parametrize("text", FORMULAS)
    def test_a_text_that_looks_like_a_formula_gets_an_apostrophe(self, text):
        row = next(iter(read_table(write_csv(["a", "b"], [[text, "x"]]), "a.csv").rows))
        assert b"\n'" in write_csv(["a"], [[text]]) or b"\n\"'" in write_csv(["a"], [[text]])
        assert row.cells[0] == text.replace("\r", "\n")

    def test_real_numbers_days_and_truth_are_written_plainly(self):
        row = [-0.4, 5, Decimal("-2.50"), 1e-7, True, False, None, datetime.date(2004, 5, 17)]
        assert lines(write_csv(["a"], [row]))[1] == "-0.4;5;-2.50;0.0000001;TRUE;FALSE;;2004-05-17"

    def test_a_decimal_comma_can_be_asked_for(self):
        assert lines(write_csv(["a"], [[-0.4, "0.4"]], decimal_mark=","))[1] == "-0,4;0.4"

    def test_another_delimiter_can_be_asked_for_and_is_quoted_in_text(self):
        assert lines(write_csv(["a"], [["b,c", 'd"e']], delimiter=","))[1] == '"b,c","d""e"'

    def test_what_no_file_can_hold_does_not_break_it(self):
        assert lines(write_csv(["a"], [["b\x00\ud800"]]))[1] == "b?"


# Visible text with everything that makes trouble. Left out: control characters (tested by name above), the errors
# of Excel such as #N/A (read as empty) and its escapes such as _x000D_.
TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn")) | st.sampled_from("=+-@';,\t|\"\n _x0D<&"), max_size=20
).filter(
    lambda text: (
        any(map(str.isalnum, text)) and text.replace("\n", "").isprintable() and "#" not in text and "x0" not in text
    )
)
TABLES = st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=5)
quickly = hypothesis_settings(max_examples=100, deadline=None)


class TestThereAndBack:
    @quickly
    @given(TABLES)
    def test_a_text_table_read_back_is_what_was_written(self, rows):
        table = read_table(write_csv(["Имя", "Город"], rows), "a.csv")
        assert table.headers == ("Имя", "Город")
        assert [list(row.cells) for row in table.rows] == rows

    @hypothesis_settings(max_examples=40, deadline=None)
    @given(TABLES)
    def test_a_workbook_read_back_is_what_was_written(self, rows):
        table = read_table(write_xlsx([SheetOut("x", ["Имя", "Город"], rows)]), "a.xlsx")
        assert table.headers == ("Имя", "Город")
        assert [list(row.cells) for row in table.rows] == rows

    @hypothesis_settings(max_examples=30, deadline=None)
    @given(st.dates(datetime.date(1901, 1, 1), datetime.date(2100, 12, 31)))
    def test_a_day_read_back_is_the_same_day(self, day):
        table = read_table(write_xlsx([SheetOut("x", ["a", "b"], [[day, "x"]])]), "a.xlsx")
        assert table.rows[0].cells[0] == day
