"""Tables as people have them, and files made to do harm, go in; a `Table` or a clear error comes out."""

import contextlib
import datetime
import io
import time
import tracemalloc
import zipfile
from xml.etree.ElementTree import ParseError

import django
import openpyxl
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

if not settings.configured:
    settings.configure(USE_I18N=True)
    django.setup()

from talimger.shell.spreadsheets import (
    Limits,
    Row,
    SheetOut,
    SpreadsheetError,
    Table,
    read_table,
    write_xlsx,
)

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
PEOPLE = "Имя;Город\nӘсем Қуанышқызы;Өскемен\nБолат;Алматы\n"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def workbook(*rows, name="Sheet1"):
    """A workbook of one sheet, the first row its headings."""
    return write_xlsx([SheetOut(name, rows[0], rows[1:])])


def remade(content, changes):
    """The same zip with some parts replaced, added or (None) left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename not in changes:
                new.writestr(part.filename, old.read(part))
        for filename, part in changes.items():
            if part is not None:
                new.writestr(filename, part)
    return out.getvalue()


def sheet_xml(rows, *, dimension="", after=""):
    return f'<worksheet xmlns="{MAIN}">{dimension}<sheetData>{rows}</sheetData>{after}</worksheet>'


def with_sheet(rows, **parts):
    """A workbook whose sheet is this XML."""
    return remade(workbook(["a", "b"], ["1", "2"]), {SHEET: sheet_xml(rows, **parts)})


def text_row(line, *texts):
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{line}">{cells}</row>'


def part_of(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refusal(content, filename="people.xlsx", **limits):
    with pytest.raises(SpreadsheetError) as caught:
        read_table(content, filename, limits=Limits(**limits))
    assert caught.value.message
    assert str(caught.value) == caught.value.message
    return caught.value


def note(table, code):
    return next((found.message for found in table.notes if found.code == code), None)


class TestTextTables:
    @pytest.mark.parametrize(
        ("encoding", "mark", "found"),
        [
            ("utf-8", b"", "utf-8"),
            ("utf-8-sig", b"", "utf-8"),
            ("utf-16", b"", "utf-16-le"),
            ("utf-16-be", b"\xfe\xff", "utf-16-be"),
            ("utf-32", b"", "utf-32-le"),
            ("kz1048", b"", "kz1048"),
        ],
    )
    def test_a_semicolon_file_is_read_in_every_encoding(self, encoding, mark, found):
        table = read_table(mark + PEOPLE.encode(encoding), "people.csv")
        assert table == Table(
            headers=("Имя", "Город"),
            rows=(Row(2, ("Әсем Қуанышқызы", "Өскемен")), Row(3, ("Болат", "Алматы"))),
            sheet_name=None,
            encoding=found,
            delimiter=";",
            notes=(),
        )

    def test_a_russian_file_of_cp1251_is_read(self):
        table = read_table("Имя;Отчество\nЁлка;Съёмкина\n".encode("cp1251"), "people.csv")
        assert table.rows[0].cells == ("Ёлка", "Съёмкина")

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_the_delimiter_is_found_although_the_others_stand_in_the_text(self, delimiter):
        lines = ["Имя|Почему; зачем, и как|Балл", "Айша|Хочу, могу; буду|4,5", "Болат|Да|3,5", "Ева|Нет, нет, нет|5"]
        text = "\n".join(
            delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in line.split("|")) for line in lines
        )
        table = read_table(text.encode(), "people.txt")
        assert table.delimiter == delimiter
        assert table.headers == ("Имя", "Почему; зачем, и как", "Балл")
        assert table.rows[0].cells == ("Айша", "Хочу, могу; буду", "4,5")

    def test_a_decimal_comma_does_not_look_like_a_delimiter(self):
        assert read_table(b"Name;Score\nA;4,5\nB;3,5\nC;2,5\n", "a.csv").delimiter == ";"

    def test_the_separator_line_of_excel_is_obeyed_and_not_counted(self):
        table = read_table(b"sep=;\r\na,b;c\r\n1;2\r\n", "a.csv")
        assert (table.headers, table.rows) == (("a,b", "c"), (Row(2, ("1", "2")),))

    def test_quotes_and_lines_within_a_cell_count_as_one_row_as_in_excel(self):
        table = read_table('Имя;Ответ\r\nА;"первая\r\nвторая; ""да"""\r\nБ;x\r\n'.encode(), "a.csv")
        assert table.rows == (Row(2, ("А", 'первая\nвторая; "да"')), Row(3, ("Б", "x")))

    def test_a_quotation_mark_inside_a_name_is_taken_as_excel_takes_it(self):
        table = read_table('Центр;Город\nЦентр "Жас";Алматы\n"Жас" орталығы;Тараз\n'.encode(), "a.csv")
        assert [row.cells[0] for row in table.rows] == ['Центр "Жас"', "Жас орталығы"]

    def test_old_macintosh_lines_and_the_dos_end_mark_are_understood(self):
        assert read_table(b"a;b\r1;2\r3;4\r\x1a", "a.csv").rows == (Row(2, ("1", "2")), Row(3, ("3", "4")))

    def test_one_column_without_any_delimiter_is_a_table(self):
        table = read_table("Почта\na@b.kz\nИванова, Анна\nc@d.kz\n".encode(), "a.txt")
        assert (table.headers, table.delimiter) == (("Почта",), None)
        assert table.rows[1].cells == ("Иванова, Анна",)

    def test_the_apostrophe_that_guards_a_formula_is_taken_off(self):
        table = read_table(b"a;b\n'=1+1;''-x\n'quoted;'\n", "a.csv")
        assert table.rows[0].cells == ("=1+1", "'-x")
        assert table.rows[1].cells == ("'quoted", "'")

    def test_a_few_spoiled_bytes_do_not_turn_the_whole_file_into_nonsense(self):
        table = read_table("Имя;Город\nБолат;Алматы�\n".encode() + b"\xd0;\xd0\xa2\n", "a.csv")
        assert table.encoding == "utf-8"
        assert table.rows[0].cells == ("Болат", "Алматы�")
        assert "1." in note(table, "unreadable_characters")

    def test_a_real_replacement_character_is_not_taken_for_damage(self):
        assert read_table("a;b\n�;2\n".encode(), "a.csv").notes == ()


class TestHeadings:
    def test_empty_lines_and_a_title_above_the_headings_are_skipped_and_lines_keep_their_numbers(self):
        table = read_table("\n\nСписок 2025;;\n\nИмя;Город\n\nА;Б\n;\n\nВ;Г\n\n".encode(), "a.csv")
        assert table.headers == ("Имя", "Город")
        assert [row.line for row in table.rows] == [7, 10]
        assert "Список 2025" in note(table, "title_skipped")
        assert "3." in note(table, "empty_lines")

    def test_a_remark_beside_a_list_of_one_column_is_no_heading(self):
        table = read_table(b"mail\na@b.kz\nc@d.kz;remark\ne@f.kz\ng@h.kz\n", "a.csv")
        assert table.headers[0] == "mail"
        content = workbook(["mail"], ["a@b.kz"], ["c@d.kz", "remark"], ["e@f.kz"], ["g@h.kz"], ["i@j.kz"])
        assert read_table(content, "a.xlsx").headers == ("mail", "Column B")

    def test_headings_are_cleaned_and_made_unique_and_named_by_letter_when_empty(self):
        table = read_table("\u200bИмя\xa0 полное ;имя полное;;Имя  ПОЛНОЕ;;Город\n1;2;3;4;;6;7\n".encode(), "a.csv")
        assert table.headers == ("Имя полное", "имя полное (2)", "Column C", "Имя ПОЛНОЕ (3)", "Город", "Column G")
        assert table.rows[0].cells == ("1", "2", "3", "4", "6", "7")

    def test_short_rows_are_filled_up_and_blank_cells_are_none(self):
        table = read_table("a;b;c\n1\n\xa0;\u200b;3\n".encode(), "a.csv")
        assert [row.cells for row in table.rows] == [("1", None, None), (None, None, "3")]

    def test_cells_in_which_a_formula_failed_are_read_as_empty_and_named(self):
        table = read_table("a;b\n#Н/Д;1\n2;#DIV/0!\n#REF!;#REF!\n".encode(), "a.csv")
        assert [row.cells for row in table.rows] == [(None, "1"), ("2", None)]
        message = note(table, "excel_errors")
        for part in ("4", "#Н/Д", "A2"):
            assert part in message


class TestWorkbooks:
    def test_a_workbook_is_read_whatever_its_name(self):
        table = read_table(workbook(["Имя", "Город"], ["Әсем", "Өскемен"], name="Анкеты"), "people.csv")
        assert table == Table(("Имя", "Город"), (Row(2, ("Әсем", "Өскемен")),), "Анкеты", None, None, ())

    def test_a_text_table_called_xlsx_is_read(self):
        assert read_table(PEOPLE.encode(), "people.xlsx").headers == ("Имя", "Город")

    def test_values_look_as_in_excel_and_days_are_days(self):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["day", "moment", "time", "integer", "float", "sum", "big", "yes", "no", "text", "lasting"])
        sheet.append(
            [
                datetime.date(2004, 5, 17),
                datetime.datetime(2004, 5, 17, 10, 30),
                datetime.time(9, 15),
                77015551234,
                4.5,
                0.1 + 0.2,
                1e20,
                True,
                False,
                " два\nслова ",
                datetime.timedelta(hours=30),
            ]
        )
        row = read_table(saved(book), "a.xlsx").rows[0]
        assert row.cells[:4] == (datetime.date(2004, 5, 17), "2004-05-17 10:30:00", "09:15:00", "77015551234")
        assert row.cells[4:9] == ("4.5", "0.3", "100000000000000000000", "TRUE", "FALSE")
        assert row.cells[9:] == (" два\nслова ", "1 day, 6:00:00")

    def test_dates_of_the_1904_calendar_and_of_iso_cells_are_right(self):
        book = openpyxl.Workbook()
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        book.active.append(["a", "b"])
        book.active.append([datetime.date(2004, 5, 17), "x"])
        assert read_table(saved(book), "a.xlsx").rows[0].cells[0] == datetime.date(2004, 5, 17)
        rows = text_row(1, "a", "b") + '<row r="2"><c t="d"><v>2004-05-17</v></c><c><v>7</v></c></row>'
        assert read_table(with_sheet(rows), "a.xlsx").rows[0].cells == (datetime.date(2004, 5, 17), "7")

    def test_formulas_give_their_saved_values_and_a_note(self):
        rows = (
            text_row(1, "a", "b")
            + '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>A2</f></c></row>'
            + '<row r="3"><c r="A3" t="str"><f>""</f><v></v></c><c r="B3"><v>5</v></c></row>'
        )
        table = read_table(with_sheet(rows), "a.xlsx")
        assert [row.cells for row in table.rows] == [("2", None), (None, "5")]
        assert "2." in note(table, "formulas")
        assert "B2" in note(table, "formulas_without_value")

    def test_merged_cells_below_the_title_and_hidden_rows_and_other_sheets_are_noted(self):
        book = openpyxl.Workbook()
        sheet = book.active
        for row in (["Список"], ["Город", "Имя"], ["Алматы", "А"], [None, "Б"]):
            sheet.append(row)
        sheet.merge_cells("A1:B1")
        assert note(read_table(saved(book), "a.xlsx"), "merged_cells") is None
        sheet.merge_cells("A3:A4")
        sheet.row_dimensions[4].hidden = True
        book.create_sheet("Пустой")
        book.create_sheet("Архив").append(["старое"])
        table = read_table(saved(book), "a.xlsx")
        assert table.rows[1].cells == (None, "Б")
        assert note(table, "merged_cells")
        assert "1." in note(table, "hidden_rows")
        assert "Архив" in note(table, "other_sheets")
        assert "Пустой" not in note(table, "other_sheets")

    def test_the_first_visible_sheet_with_content_is_read(self):
        book = openpyxl.Workbook()
        book.active.append(["hidden", "x"])
        book.active.sheet_state = "hidden"
        book.create_sheet("Empty")
        people = book.create_sheet("People")
        people.append(["a", "b"])
        people.append([1, 2])
        book.create_chartsheet("Chart")
        table = read_table(saved(book), "a.xlsx")
        assert table.sheet_name == "People"
        assert "Sheet" in note(table, "other_sheets")

    def test_a_false_dimension_costs_nothing(self):
        rows = text_row(1, "a", "b") + text_row(2, "1", "2") + text_row(3, "3", "4")
        content = with_sheet(rows, dimension='<dimension ref="A1:XFD1048576"/>')
        began = time.perf_counter()
        assert len(read_table(content, "a.xlsx").rows) == 2
        assert time.perf_counter() - began < 1
        content = with_sheet(rows, dimension='<dimension ref="A1"/>')
        assert len(read_table(content, "a.xlsx").rows) == 2

    def test_very_wide_and_very_long_empty_formatting_is_left_out(self):
        wide = "".join('<c s="0"/>' for _ in range(16_384))
        empty = "".join(f'<row r="{line}"><c s="0"/></row>' for line in range(4, 20_000))
        rows = text_row(1, "a", "b") + f'<row r="2">{wide}</row>' + text_row(3, "1", "2") + empty
        table = read_table(with_sheet(rows), "a.xlsx")
        assert (table.headers, table.rows) == (("a", "b"), (Row(3, ("1", "2")),))

    def test_shared_strings_in_other_letters_and_without_styles_are_found(self):
        content = workbook(["a", "b"], ["1", "2"])
        strings = part_of(content, "xl/sharedStrings.xml")
        changes = {"xl/sharedStrings.xml": None, "xl/SharedStrings.xml": strings}
        assert read_table(remade(content, changes), "1c.xlsx").headers == ("a", "b")
        relations = part_of(content, "xl/_rels/workbook.xml.rels").replace("/styles", "/nothing")
        assert read_table(remade(content, {"xl/_rels/workbook.xml.rels": relations}), "1c.xlsx").headers == ("a", "b")

    def test_styles_and_rules_that_openpyxl_cannot_read_do_no_harm(self):
        book = openpyxl.Workbook()
        book.active.append(["a", "b"])
        book.active.append([datetime.date(2004, 5, 17), 1])
        content = saved(book)
        styles = part_of(content, "xl/styles.xml")
        changes = {"xl/styles.xml": styles.replace("<fills>", '<fills><fill><nonsense rgb="no"/></fill>')}
        changes["docProps/core.xml"] = "<broken"
        spoiled = remade(content, changes)
        with pytest.raises(ParseError):  # openpyxl alone falls over this file
            openpyxl.load_workbook(io.BytesIO(spoiled))
        assert read_table(spoiled, "a.xlsx").rows[0].cells == (datetime.date(2004, 5, 17), "1")
        rows = text_row(1, "a", "b") + text_row(2, "1", "2")
        rules = '<dataValidations><dataValidation sqref="nonsense" type="what"/></dataValidations>'
        assert read_table(with_sheet(rows, after=rules), "a.xlsx").headers == ("a", "b")

    def test_escaped_control_characters_and_line_ends_are_undone(self):
        rows = text_row(1, "a", "b") + text_row(2, "one_x000D_\ntwo", "_x000d_")
        assert read_table(with_sheet(rows), "a.xlsx").rows[0].cells == ("one\ntwo", None)

    def test_a_date_out_of_the_calendar_is_an_excel_error(self):
        book = openpyxl.Workbook()
        book.active.append(["a", "b"])
        book.active.append([datetime.date(2004, 5, 17), 1])
        content = saved(book)
        sheet = part_of(content, SHEET).replace("<v>38124</v>", "<v>99999999</v>")
        table = read_table(remade(content, {SHEET: sheet}), "a.xlsx")
        assert table.rows[0].cells == (None, "1")
        assert "#VALUE!" in note(table, "excel_errors")

    def test_links_to_other_files_are_never_followed(self):
        content = workbook(["a", "b"], ["1", "2"])
        relations = part_of(content, "xl/_rels/workbook.xml.rels").replace(
            "</Relationships>",
            '<Relationship Id="rIdX" Type="x/externalLink" Target="externalLinks/externalLink1.xml"/>'
            '<Relationship Id="rIdY" Type="x/worksheet" Target="file:///etc/passwd" TargetMode="External"/>'
            '<Relationship Id="rIdZ" Type="x/nothing"/></Relationships>',
        )
        book = part_of(content, "xl/workbook.xml").replace("</sheets>", '<sheet name="Y" r:id="rIdY"/></sheets>')
        changes = {
            "xl/workbook.xml": book.replace("</workbook>", "<externalReferences/></workbook>"),
            "xl/_rels/workbook.xml.rels": relations,
            "xl/externalLinks/externalLink1.xml": "<!DOCTYPE x SYSTEM 'http://example.org/x'><x/>",
        }
        assert read_table(remade(content, changes), "a.xlsx").notes == ()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512


class TestOtherKindsOfFiles:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (OLE + "Workbook".encode("utf-16-le"), "old_excel"),
            (OLE + "Book".encode("utf-16-le"), "old_excel"),
            (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
            (OLE + "WordDocument".encode("utf-16-le"), "word"),
            (OLE, "binary"),
            (b"%PDF-1.7\n...", "pdf"),
            (b"\x89PNG\r\n\x1a\n...", "picture"),
            (b"\xff\xd8\xff\xe0...", "picture"),
            (b"\x00\x00\x00\x18ftypheic", "picture"),
            (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "picture"),
            (b"{\\rtf1 text}", "word"),
            (b"\x1f\x8b\x08\x00", "archive"),
            (b"\xef\xbb\xbf\n <HTML><table><tr><td>1</td></tr></table></html>", "web_page"),
            ("\ufeff<html><body>".encode("utf-16-le"), "web_page"),
            (b"<table border=1><tr><td>1", "web_page"),
            (b"MIME-Version: 1.0\nContent-Type: multipart/related", "web_page"),
            (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "excel_xml"),
            (b'<?xml version="1.0"?><svg/>', "binary"),
            (b"a;b\n1;\x002\n", "binary"),
            (b"\x01\x02\x03\x04\x05\x06\x07", "binary"),
            (b"PK\x05\x06" + b"\x00" * 18, "archive"),
            (b"PK\x03\x04 and then nothing", "damaged"),
        ],
    )
    def test_a_file_of_another_kind_is_named(self, content, code):
        assert refusal(content).code == code

    @pytest.mark.parametrize(
        ("part", "code"),
        [
            ("content.xml", "open_document"),
            ("word/document.xml", "word"),
            ("ppt/presentation.xml", "presentation"),
            ("Index/Document.iwa", "numbers"),
            ("xl/workbook.bin", "binary_workbook"),
            ("people.csv", "archive"),
        ],
    )
    def test_a_zip_of_another_kind_is_named(self, part, code):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(part, "x")
        assert refusal(out.getvalue()).code == code

    def test_the_strict_dialect_of_excel_is_named(self):
        content = workbook(["a", "b"], ["1", "2"])
        book = part_of(content, "xl/workbook.xml").replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
        assert refusal(remade(content, {"xl/workbook.xml": book})).code == "strict_workbook"


class TestNothingToRead:
    @pytest.mark.parametrize("content", [b"", b"\n\n \n", b";;;\n;;\n", b"\xef\xbb\xbf", workbook([], [])])
    def test_an_empty_file_is_refused_by_its_name(self, content):
        error = refusal(content, "анкеты.csv")
        assert error.code == "empty"
        assert "анкеты.csv" in error.message

    @pytest.mark.parametrize("content", [b"a;b\n", b"Title;\na;b\n;\n", workbook(["a", "b"])])
    def test_headings_alone_are_refused(self, content):
        assert refusal(content).code == "only_headers"

    def test_cells_of_empty_shared_texts_are_nothing(self):
        content = workbook(["a", "b"], ["1", "2"])
        strings = f'<sst xmlns="{MAIN}"><si><t></t></si><si><t> </t></si><si><t/></si><si><t/></si></sst>'
        assert refusal(remade(content, {"xl/sharedStrings.xml": strings})).code == "empty"


class TestLimits:
    def test_too_many_rows_are_refused_with_the_limit_named(self):
        error = refusal(b"a;b\n" + b"1;2\n" * 1_000_000)
        assert error.code == "too_many_rows"
        assert "5000" in error.message
        assert refusal(b"a;b\n1;2\n3;4\n", rows=1).code == "too_many_rows"
        assert refusal(b"\n" * 1_048_577).code == "too_many_rows"
        assert len(read_table(b"a;b\n1;2\n3;4\n", "a.csv", limits=Limits(rows=2)).rows) == 2

    def test_a_workbook_of_very_many_rows_is_refused_before_it_is_read(self):
        rows = "".join(f'<row r="{line}"><c><v>1</v></c></row>' for line in range(1, 200_001))
        assert refusal(with_sheet(rows)).code == "too_many_rows"

    @pytest.mark.parametrize(
        "content",
        [
            ("a;b;c;d\n" * 5).encode(),
            b"a;b\n" + b";" * 3 + b"stray\n",
            workbook(["a", "b"], [None, None, None, "stray"]),
        ],
    )
    def test_too_many_columns_are_refused_with_the_column_named(self, content):
        error = refusal(content, columns=3)
        assert error.code == "too_many_columns"
        assert " D;" in error.message

    def test_a_line_of_a_million_separators_does_not_fill_the_memory(self):
        tracemalloc.start()
        try:
            assert refusal(b"a" + b"," * 10_000_000, columns=3).code == "too_many_columns"
            assert tracemalloc.get_traced_memory()[1] < 100_000_000
        finally:
            tracemalloc.stop()

    @pytest.mark.parametrize(
        "content", [b"a;b\n1;2\n3;" + b"x" * 10_001, workbook(["a", "b"], ["1", "2"], ["3", "x" * 10_001])]
    )
    def test_a_cell_that_is_too_long_is_named(self, content):
        error = refusal(content)
        assert (error.code, error.line) == ("cell_too_long", 3)
        assert "B3" in error.message
        assert "10000" in error.message

    @pytest.mark.parametrize("end", [b"2;3\n", b"x" * 200_000])
    def test_a_quotation_mark_that_is_never_closed_is_named_by_its_row(self, end):
        error = refusal(b'a;b\n1;2\n1;"open\n' + end)
        assert (error.code, error.line) == ("open_quote", 3)

    def test_a_file_that_is_too_big_is_refused_at_once(self):
        assert refusal(b"a;b\n1;2\n", file_bytes=5).code == "too_big"

    def test_formatting_without_end_is_refused(self, monkeypatch):
        monkeypatch.setattr("talimger.shell.spreadsheets.workbook.MOST_CELLS", 10)
        rows = text_row(1, "a", "b") + '<row r="2">' + '<c s="0"/>' * 10 + "</row>" + text_row(3, "1", "2")
        assert refusal(with_sheet(rows)).code == "too_many_cells"


class TestHostileWorkbooks:
    def test_a_zip_bomb_is_refused_by_its_directory(self):
        bomb = remade(workbook(["a"], ["1"]), {SHEET: sheet_xml(" " * 30_000_000)})
        assert refusal(bomb).code == "packed_too_tightly"
        assert refusal(bomb, unpacked_bytes=1_000_000).code == "too_big"

    def test_a_directory_that_lies_about_sizes_does_not_help_a_bomb(self):
        content = bytearray(with_sheet(text_row(1, "a", "b") + " " * 900_000))
        for place in range(len(content)):  # every record of the directory claims that its part has 10 bytes
            if content[place : place + 4] == b"PK\x01\x02":
                content[place + 24 : place + 28] = (10).to_bytes(4, "little")
        assert refusal(bytes(content)).code == "damaged"

    def test_no_more_bytes_than_the_limit_come_out(self):
        # The sheet is read twice from the package (once more to see whether the other name holds something).
        content = workbook(["a", "b"], ["1", "2"])
        book = part_of(content, "xl/workbook.xml").replace("</sheets>", '<sheet name="2" r:id="rId1"/></sheets>')
        big = remade(content, {"xl/workbook.xml": book, SHEET: sheet_xml(text_row(1, "a", "b") + " " * 900_000)})
        assert refusal(big, unpacked_bytes=1_000_000).code == "too_big"

    @pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "_rels/.rels"])
    @pytest.mark.parametrize(
        "doctype",
        [
            '<!DOCTYPE x [<!ENTITY a "1234567890"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
            '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        ],
    )
    def test_entities_are_refused_in_every_part(self, part, doctype):
        content = workbook(["a", "b"], ["1", "2"])
        xml = part_of(content, part)
        head, _mark, body = xml.partition("?>")
        assert refusal(remade(content, {part: f"{head}?>{doctype}{body}"})).code == "damaged"

    def test_openpyxl_without_defusedxml_is_not_used(self, monkeypatch):
        monkeypatch.setattr(openpyxl, "DEFUSEDXML", False)
        with pytest.raises(ImproperlyConfigured):
            read_table(workbook(["a"], ["1"]), "a.xlsx")

    @pytest.mark.parametrize(
        "rows",
        [
            "<row r='2'/><row r='1'/>",
            "<row r='2'/><row r='2'/>",
            "<row r='1048577'/>",
            "<row r='99999999999999999999'/>",
            "<row r='x'/>",
            "<row r='1'><c r='ЯЯ1'><v>1</v></c></row>",
            "<row r='1'><c r='XFE1'><v>1</v></c></row>",
            "<row r='1'><c><v>abc</v></c></row>",
            "<row r='1'><c t='s'><v>77</v></c></row>",
            "<a>" * 200 + "</a>" * 200,
            f"<row r='1' x='{'y' * 300_000}'/>",
            f"<!--{'y' * 300_000}-->",
            "<row>",
        ],
    )
    def test_a_sheet_that_no_program_writes_is_refused(self, rows):
        assert refusal(with_sheet(rows)).code == "damaged"

    @pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET, "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"])
    def test_a_missing_part_is_an_error_and_no_crash(self, part):
        content = remade(workbook(["a", "b"], ["1", "2"]), {part: None})
        assert refusal(content).code in ("damaged", "empty")

    def test_too_many_parts_elements_texts_or_styles_are_refused(self, monkeypatch):
        content = workbook(["a", "b"], ["1", "2"])
        twice = remade(content, {"xl/Workbook.xml": "<x/>"})
        assert refusal(twice).code == "damaged"
        with monkeypatch.context() as patch:
            patch.setattr("talimger.shell.spreadsheets.package._MOST_ELEMENTS", 5)
            assert refusal(content).code == "too_many_cells"
        many = f'<sst xmlns="{MAIN}">{"<si/>" * 30}</sst>'
        with monkeypatch.context() as patch:
            patch.setattr("talimger.shell.spreadsheets.workbook.MOST_CELLS", 20)
            assert refusal(remade(content, {"xl/sharedStrings.xml": many})).code == "too_many_cells"
        xfs = "".join(f'<xf numFmtId="{number}"/>' for number in range(70_000))
        styles = f'<styleSheet xmlns="{MAIN}"><cellXfs>{xfs}</cellXfs></styleSheet>'
        assert refusal(remade(content, {"xl/styles.xml": styles})).code == "damaged"

    def test_a_zip_with_a_password_is_named(self):
        content = bytearray(workbook(["a"], ["1"]))
        content[content.index(b"PK\x01\x02") + 8] |= 1
        assert refusal(bytes(content)).code == "encrypted"

    def test_a_file_cut_off_anywhere_is_an_error(self):
        content = workbook(["a", "b"], ["1", "2"])
        for length in range(4, len(content) - 1, 97):
            assert refusal(content[:length]).code == "damaged"


GOOD = workbook(["Имя", "Город"], ["Әсем", "Өскемен"], ["Болат", datetime.date(2004, 5, 17)])
GOOD_SHEET = part_of(GOOD, SHEET)
quickly = hypothesis_settings(max_examples=100, deadline=None)


class TestAnyBytes:
    @quickly
    @given(st.binary(max_size=300) | st.text(alphabet='ab;,\t|"\n\r ә=\x00', max_size=60).map(str.encode))
    def test_arbitrary_bytes_give_a_table_or_an_error(self, content):
        _read_or_refuse(content)

    @quickly
    @given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=4))
    def test_a_workbook_with_changed_bytes_gives_a_table_or_an_error(self, place, change):
        _read_or_refuse(GOOD[:place] + change + GOOD[place + len(change) :])

    @quickly
    @given(
        st.integers(0, len(GOOD_SHEET) - 1),
        st.integers(0, 8),
        st.sampled_from(
            ["", "9", "-1", "x", '"', "<c>", "<v>", "</c>", "<row>", "&a;", "e9", 't="d"', "A", "XFE", "."]
        ),
    )
    def test_a_workbook_with_a_changed_sheet_gives_a_table_or_an_error(self, place, length, change):
        sheet = GOOD_SHEET[:place] + change + GOOD_SHEET[place + length :]
        _read_or_refuse(remade(GOOD, {SHEET: sheet}))


def _read_or_refuse(content):
    with contextlib.suppress(SpreadsheetError):
        table = read_table(content, "any")
        assert table.rows
        assert len({header.casefold() for header in table.headers}) == len(table.headers)
        assert all(len(row.cells) == len(table.headers) for row in table.rows)
