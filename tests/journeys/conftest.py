"""A real Chromium against the real server. Without Chromium these tests are skipped with one line; with CI set they fail."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from talimger.people.models import User
from tests.factories.people import client_for

# Playwright's synchronous interface runs an event loop in this thread; Django's check for that would refuse the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a browser test."""
    here = os.path.dirname(__file__)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        message = "Chromium is missing: apt-get install chromium libatomic1"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *as_root])
        yield chromium
        chromium.close()


OpenAs = Callable[..., Page]


@pytest.fixture
def open_as(browser: Browser, live_server: Any) -> Iterator[OpenAs]:
    """Open a browser window as a person (or nobody), in a language, theme and width. What breaks in the page fails the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def start(person: User | None = None, *, language: str = "ru", theme: str = "light", width: int = 1280, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 800},
            color_scheme=theme,
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        contexts.append(context)
        cookies = {"language": language}
        if person is not None:
            cookies[settings.SESSION_COOKIE_NAME] = client_for(person).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None)
        return page

    yield start
    for context in contexts:
        context.close()
    assert not problems, problems


def problems_of(page: Page) -> list[str]:
    """What axe finds on this page, and whether something sticks out at the side."""
    results = Axe().run(page)
    found = [f"{page.url} {each['id']}: {each['nodes'][0]['html'][:160]}" for each in results.response["violations"]]
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, f"{page.url} is {too_wide} px too wide"] if too_wide > 0 else found
