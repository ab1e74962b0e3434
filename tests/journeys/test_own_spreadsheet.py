"""Last year's ratings by hand in the browser: drop, map, read, leave. In Russian and in Kazakh."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from talimger.analysis.folders import GRACE
from talimger.analysis.housekeeping import delete_what_is_over
from talimger.analysis.models import SpreadsheetAnalysis
from talimger.kernel import worker
from talimger.people.models import User
from tests.analysis.test_own_spreadsheet import csv_of, unfair_ratings
from tests.factories.people import make_person, make_programme
from tests.journeys.conftest import problems_of

pytestmark = pytest.mark.django_db(transaction=True)
HEADS = {"ru": "Кандидат;Эксперт;Критерий;Балл", "kk": "Үміткер;Бағалаушы;Құзырет;Ұпай"}
START = "/p/samgau/analysis/"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.TRANSIENT_DIR = tmp_path / "transient"


@pytest.fixture
def officer() -> User:
    return make_person(make_programme(), "officer", name="Жанна Смагулова")


def file_of(folder: Path, language: str, *broken: tuple[str, str, str, str]) -> Path:
    """A CSV as an old Kazakh Windows writes it."""
    file = folder / "Былтырғы бағалар.csv"
    file.write_bytes(csv_of([*unfair_ratings(), *broken], HEADS[language], "kz1048"))
    return file


def say(language: str, english: str) -> str:
    with override(language):
        return gettext(english)


def drop(page: Page, file: Path, language: str) -> None:
    page.goto(START)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name=say(language, "Read the file")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say(language, "Which column is what?"))


def is_over(at: dt.timedelta) -> bool:
    """Whether the worker's next round finds everything left."""
    delete_what_is_over(now=timezone.now() + at)
    return not SpreadsheetAnalysis._base_manager.exists()


@pytest.mark.parametrize(("language", "theme", "width"), [("ru", "light", 1280), ("kk", "dark", 360)])
def test_from_the_old_spreadsheet_to_the_finding_and_away(
    open_as: Any, officer: User, tmp_path: Path, language: str, theme: str, width: int
) -> None:
    page = open_as(officer, language=language, theme=theme, width=width)
    page.goto(START)
    problems = problems_of(page)
    drop(page, file_of(tmp_path, language, ("Кандидат 01", "Эксперт 5", "Опыт", "4,5")), language)
    for name, column in (("person", "0"), ("assessor", "1"), ("item", "2"), ("rating", "3")):
        expect(page.locator(f"[name={name}]")).to_have_value(column)
    problems += problems_of(page)
    page.get_by_role("button", name=say(language, "Compute"), exact=True).click()
    expect(page.locator(".told li")).to_have_count(1)
    problems += problems_of(page)
    page.get_by_role("button", name=say(language, "Compute without them")).click()
    expect(page.locator("progress")).to_be_visible()
    problems += problems_of(page)
    worker.run_once(now=timezone.now())
    # The page asks again by itself.
    expect(page.locator("#chart-severity-0-title")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text({"ru": "другую треть", "kk": "басқа үштен бірге"}[language])
    for summary in page.locator("#behind summary").all():
        summary.click()
    expect(page.locator("#chart-ruler-title")).to_be_visible()
    problems += problems_of(page)
    with page.expect_download() as download:
        page.get_by_role("link", name=say(language, "Report (PDF)")).click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    page.locator("#top").fill("5")
    page.get_by_role("button", name=say(language, "Show"), exact=True).click()
    page.wait_for_url("**top=5*")
    page.reload()
    page.wait_for_timeout(300)
    assert not is_over(GRACE * 2)
    page.get_by_role("button", name=say(language, "Delete now and leave")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say(language, "Were the ratings of last year fair?"))
    assert not SpreadsheetAnalysis._base_manager.exists()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(say(language, "This is gone, as promised"))
    problems += problems_of(page)
    assert not problems, "\n".join(problems)


def close(page: Page) -> None:
    page.close(run_before_unload=True)


def go_elsewhere(page: Page) -> None:
    page.goto("/p/samgau/")


@pytest.mark.parametrize("leave", [close, go_elsewhere])
def test_leaving_the_page_deletes(open_as: Any, officer: User, tmp_path: Path, leave: Callable[[Page], None]) -> None:
    page = open_as(officer)
    other = page.context.new_page()
    other.goto(START)
    drop(page, file_of(tmp_path, "ru"), "ru")
    assert not is_over(GRACE * 2)
    leave(page)
    other.wait_for_timeout(500)
    assert not is_over(dt.timedelta(0))
    assert is_over(GRACE)
