"""The main job, by hand in the browser: import, assign, rate twice, decide, letter. In Russian and in Kazakh."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from talimger.kernel import worker
from talimger.kernel.models import Job, OutboxMail
from talimger.kernel.tenancy import programme_scope
from talimger.people.models import Programme, User
from talimger.selection.models import Candidate, Decision, Intake, RatingSheet
from tests.factories.framework import publish_default
from tests.factories.people import actor_of, make_person, make_programme
from tests.permissions.world import build_sheet

pytestmark = pytest.mark.django_db(transaction=True)

FILES = {
    "ru": "Отметка времени;ФИО;Эл. почта;Телефон;Дата рождения;Город;Язык;Образование\r\n"
    "05.10.2026;Айгерим  Сарсенова ;Aigerim@example.test;8 701 555 12 34;17.05.2001;Караганда;русский;КарГУ, педагогика\r\n"
    "05.10.2026;Сарсенова Айгерим;aigerim@EXAMPLE.test;;;Караганда;русский;\r\n"
    "06.10.2026;Без Почты;;;31.02.2003;Алматы;русский;\r\n",
    "kk": "Уақыт белгісі;Аты-жөні;Электрондық пошта;Телефон;Туған күні;Қала;Тіл;Білімі\r\n"
    "05.10.2026;Әсел  Тұрсынбаева ;Asel@example.test;+7 701 555 12 34;17 мамыр 2001;Қызылорда;қазақша;Қорқыт Ата университеті\r\n"
    "05.10.2026;Тұрсынбаева Әсел;asel@EXAMPLE.test;;;Қызылорда;қазақша;\r\n"
    "06.10.2026;Поштасыз Адам;;;2003-02-31;Алматы;қазақша;\r\n",
}


class Speaker:
    """Finds what is on the page by the words that people of this language read."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, english: str) -> str:
        with override(self.language):
            return gettext(english)


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_from_spreadsheet_to_letter(open_as: Any, tmp_path: Path, language: str) -> None:
    say = Speaker(language)
    programme = make_programme()
    officer = make_person(programme, "officer", name="Жанна Смагулова", language=language)
    assessors = [make_person(programme, "assessor", name=name, language=language) for name in ("Сауле Баймұханова", "Марина Ли")]
    with programme_scope(programme):
        publish_default(actor_of(officer, programme))
    page = open_as(officer, language=language)

    _open_intake(page, say)
    _import(page, say, tmp_path, language)
    candidate = _assign(page, say, programme, assessors)

    _rate(open_as(assessors[0], language=language), say, "4")
    page.goto(f"/p/{programme.slug}/selection/candidates/{candidate.pk}/")
    expect(page.get_by_text(say("Not all sheets are locked yet, so nobody sees a rating."))).to_be_visible()
    expect(page.locator("figure.chart")).to_have_count(0)

    _rate(open_as(assessors[1], language=language, width=360), say, "2")
    _move_on(page, say, programme, candidate)
    page.goto(f"/p/{programme.slug}/selection/candidates/{candidate.pk}/")
    expect(page.get_by_role("heading", name=say("Raters side by side"))).to_be_visible()
    expect(page.get_by_text(say("two levels apart")).first).to_be_visible()

    _decide(page, say)
    _letter(page, say, programme, candidate, language)
    _export(page, say, programme, candidate)


def _open_intake(page: Page, say: Speaker) -> None:
    page.goto("/")
    page.get_by_role("link", name=say("Open an intake")).first.click()
    today = timezone.localdate().isoformat()
    page.locator("[name=name_ru]").fill("Набор 3")
    page.locator("[name=name_kk]").fill("3-қабылдау")
    for name in ("opens_on", "rate_by", "decide_by"):
        page.locator(f"[name={name}]").fill(today)
    page.get_by_role("button", name=say("Open the intake")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Bring in candidates from a spreadsheet"))


def _import(page: Page, say: Speaker, folder: Path, language: str) -> None:
    file = folder / "Кандидаты.csv"
    file.write_bytes(FILES[language].encode("kz1048"))
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name=say("Read the file")).click()
    expect(page.locator("select[name=column-1]")).to_have_value("full_name")
    expect(page.locator("select[name=column-2]")).to_have_value("email")
    page.get_by_role("button", name=say("Check the lines")).click()
    expect(page.locator("tr.wrong")).to_have_count(1)
    expect(page.locator("tr.skipped")).to_have_count(1)
    page.locator("button.primary").click()
    expect(page.locator("progress")).to_be_visible()
    worker.run_once(now=timezone.now())
    assert Job._base_manager.get().state == Job.State.DONE
    page.reload()
    expect(page.locator(".counts strong").first).to_have_text("1")


def _assign(page: Page, say: Speaker, programme: Programme, assessors: list[User]) -> Candidate:
    with programme_scope(programme):
        candidate = Candidate.objects.get()
        intake = Intake.objects.get()
    assert candidate.phone == "+77015551234"
    assert str(candidate.born_on) == "2001-05-17"
    page.goto(f"/p/{programme.slug}/selection/intakes/{intake.pk}/assign/")
    with programme_scope(programme):
        education = intake.framework.methods.get(code="education")
    page.locator(f"[name=methods][value='{education.pk}']").check()
    for person in assessors:
        page.locator(f"[name=assessors][value='{person.pk}']").check()
    page.get_by_role("button", name=say("Propose"), exact=True).dblclick()
    page.wait_for_url("**/proposals/*/")
    worker.run_once(now=timezone.now())
    page.reload()
    page.get_by_role("button", name=say("Give the sheets out")).dblclick()
    page.wait_for_url("**/board/")
    with programme_scope(programme):
        assert RatingSheet.objects.count() == 2
    return candidate


def _rate(page: Page, say: Speaker, key: str) -> None:
    page.goto("/")
    page.get_by_role("link", name=say("Open the next sheet")).click()
    expect(page.locator("[data-next]")).to_be_visible()
    page.keyboard.press(key)
    expect(page.locator("[data-key]")).to_have_text(key)
    expect(page.locator("#saved use")).to_have_count(1)
    page.locator("textarea").fill("Диплом педагога, пишет о практике")
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.locator("textarea").blur()
    page.locator("[data-lock]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("All your sheets are locked"))


def _move_on(page: Page, say: Speaker, programme: Programme, candidate: Candidate) -> None:
    """The intake goes on step by step to its decisions; what nobody could collect is let pass by name, with a reason."""
    for _step in range(5):
        page.goto(f"/p/{programme.slug}/selection/intakes/{candidate.intake_id}/steps/")
        page.locator("main .head button, main .page-head button").first.click()
        with page.expect_navigation():
            page.get_by_role("button", name=say("Go on"), exact=True).click()
    for _hole in range(7):
        page.goto(f"/p/{programme.slug}/selection/candidates/{candidate.pk}/matrix/")
        page.locator("textarea[name=reason]").fill("Собрано у партнёра на бумаге")
        with page.expect_navigation():
            page.get_by_role("button", name=say("Make the exception")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Everything due by now is there"))


def _decide(page: Page, say: Speaker) -> None:
    page.locator("label:has(input[name=outcome][value=accept])").click()
    page.locator("select[name=reason]").select_option("strong_evidence")
    page.get_by_role("button", name=say("Decide"), exact=True).dblclick()
    expect(page.get_by_role("heading", name=say("Change the decision"))).to_be_visible()


def _letter(page: Page, say: Speaker, programme: Programme, candidate: Candidate, language: str) -> None:
    with programme_scope(programme):
        decision = Decision.objects.get()
    assert decision.candidate == candidate
    assert not OutboxMail.objects.filter(programme=programme).exists()
    page.goto(f"/p/{programme.slug}/selection/intakes/{candidate.intake_id}/letters/")
    with page.expect_navigation():
        page.locator("aside form button").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("All letters have left"))
    letter = OutboxMail.objects.get(programme=programme)
    assert letter.language == language
    assert candidate.full_name in letter.body
    page.goto(f"/p/{programme.slug}/people/letters/{letter.pk}/")
    expect(page.locator(f"[lang={language}]", has_text=candidate.full_name).last).to_be_visible()


def _export(page: Page, say: Speaker, programme: Programme, candidate: Candidate) -> None:
    page.goto(f"/p/{programme.slug}/selection/intakes/{candidate.intake_id}/")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [(row["candidate_name"], row["method"], row["competency"], row["rating"]) for row in rows] == [
        (candidate.full_name, "education", "II", "4"),
        (candidate.full_name, "education", "II", "2"),
    ]


def test_a_sheet_is_filled_without_javascript(open_as: Any) -> None:
    programme = make_programme()
    officer, assessor = make_person(programme, "officer"), make_person(programme, "assessor")
    with programme_scope(programme):
        sheet = build_sheet(programme, officer, assessor)
    page = open_as(assessor, scripts=False, width=360)
    page.goto(f"/p/{programme.slug}/selection/sheets/{sheet.pk}/")
    page.locator("label.anchor").nth(2).click()
    page.locator("[data-save]").click()
    expect(page.locator("#saved")).to_contain_text("1")
    page.locator("[data-lock]").click()
    with programme_scope(programme):
        assert RatingSheet.objects.get().state == RatingSheet.State.LOCKED
