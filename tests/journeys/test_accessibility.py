"""axe on every page once, on the gallery in all languages, themes and widths."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.urls import reverse

from talimger.people.invitations import token_of
from talimger.people.setup import setup_url
from tests.factories.people import PASSWORD, make_invitation, make_person, make_programme
from tests.journeys.conftest import problems_of
from tests.permissions.matrix import MATRIX, PUBLIC
from tests.permissions.test_matrix import address_of
from tests.permissions.world import build

pytestmark = pytest.mark.django_db(transaction=True)
NOT_A_PAGE = {"selection:ratings", "framework:export", "mentors:export"}
OPEN_TO_STRANGERS = sorted(name for name, (stranger, _) in PUBLIC.items() if stranger == frozenset({200}) and "from_key" not in name)


def test_every_page_is_accessible(open_as: Any) -> None:
    with transaction.atomic():
        unit = build("samgau", "Свой")
    windows: dict[tuple[str, int], Any] = {}
    seen, problems = 0, []
    for number, (name, line) in enumerate(MATRIX.items()):
        if not line.get or name in NOT_A_PAGE:
            continue
        role = sorted(line.get)[0]
        # Every other page on a phone: each kind of page is seen both ways in its room.
        width = 360 if number % 2 else 1280
        if (role, width) not in windows:
            windows[role, width] = open_as(unit.people[role], width=width, language="kk" if number % 3 else "ru")
        page = windows[role, width]
        response = page.goto(address_of(name, line, unit, unit, role))
        assert response.status == 200, f"{name}: {response.status}"
        problems += problems_of(page)
        seen += 1
    stranger = open_as(width=360)
    for name in OPEN_TO_STRANGERS:
        stranger.goto(reverse(name))
        problems += problems_of(stranger)
    stranger.goto("/nothing-here/")
    problems += problems_of(stranger)
    assert not problems, "\n".join(problems)
    assert seen > 35


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_gallery_is_accessible(open_as: Any, settings: Any, language: str, theme: str) -> None:
    settings.DEMO = True
    for width in (360, 1280):
        page = open_as(language=language, theme=theme, width=width)
        assert page.goto("/gallery/").status == 200
        assert page.locator("html").get_attribute("lang") == language
        assert not problems_of(page)


def test_the_pages_of_entering_are_accessible(open_as: Any) -> None:
    """Set-up, an invitation that is open, one's own account: the pages that no programme's address leads to."""
    problems: list[str] = []
    page = open_as(width=360, language="kk")
    page.goto(urlsplit(setup_url()).path)
    problems += problems_of(page)
    for name, words in (("name_ru", "Самғау"), ("name_kk", "Самғау"), ("slug", "samgau")):
        page.fill(f"[name={name}]", words)
    page.locator("main button.primary").click()
    problems += problems_of(page)
    for name, words in (("full_name", "Жанна"), ("email", "zhanna@example.test"), ("password", "очень-длинный-пароль-1")):
        page.fill(f"[name={name}]", words)
    for _step in ("framework", "people", "summary"):
        page.locator("main button.primary").click()
        problems += problems_of(page)
    assert page.url.endswith("/summary/")
    programme = make_programme()
    guest = open_as(width=1280, language="ru")
    assert guest.goto(f"/i/{token_of(make_invitation(programme))}/").status == 200
    problems += problems_of(guest)
    mentor = open_as(make_person(programme, "mentor", password=PASSWORD), width=360, language="ru")
    for name in ("my_settings", "account_change_password", "mfa_index"):
        mentor.goto(reverse(name))
        problems += problems_of(mentor)
    assert not problems, "\n".join(problems)
