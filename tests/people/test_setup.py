"""An empty installation becomes a programme in five steps, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LocalisedText
from talimger.kernel.models import AuditEntry, OutboxMail
from talimger.kernel.policies import Actor, system_actor
from talimger.kernel.tenancy import across_programmes, current_programme
from talimger.people import setup
from talimger.people.commands import FirstProgramme, NewOfficer, set_up_installation
from talimger.people.lists import MOST_LINES, read_lines
from talimger.people.models import Cycle, Invitation, Programme, RoleAssignment, User
from tests.factories.people import PASSWORD, make_programme

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
Called = list[tuple[Programme, Actor, setup.NewProgrammeOptions]]


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Called:
    """What higher rooms are told about a new programme, in place of those rooms."""
    calls: Called = []

    def callback(programme: Programme, actor: Actor, options: setup.NewProgrammeOptions) -> None:
        assert current_programme() == programme
        if options.framework_yaml == b"broken":
            raise DomainError("Line 7 makes no sense")
        calls.append((programme, actor, options))

    monkeypatch.setattr(setup, "_callbacks", [])
    setup.on_new_programme(callback)
    setup.on_new_programme(callback)
    return calls


def address(step: str) -> str:
    return reverse("setup_step", kwargs={"token": setup.setup_token(), "step": step})


def fill_in(step: str, **values: Any) -> dict[str, Any]:
    forms: dict[str, dict[str, Any]] = {
        "programme": {
            "name_ru": "Самғау",
            "name_kk": "Самғау",
            "name_en": "Samgau",
            "languages": ["ru", "kk"],
            "accent": "clay",
            "slug": "",
        },
        "you": {"full_name": "Жанна Сейтжанова", "email": "Zhanna@Example.org", "password": PASSWORD, "language": "kk"},
        "framework": {"source": "default"},
        "people": {"cycle_name_ru": "", "starts_on": "", "bootcamp_on": "", "ends_on": "", "people": ""},
        "summary": {},
    }
    return forms[step] | values


def walk(client: Client, *, until: str = "summary", **changes: dict[str, Any]) -> Any:
    """Fill in every step up to and without ``until``; the last answer."""
    answer: Any = None
    for step in ("programme", "you", "framework", "people", "summary"):
        if step == until:
            break
        answer = client.post(address(step), fill_in(step, **changes.get(step, {})))
        assert answer.status_code == 303, (step, answer.content.decode())
    return answer


def test_five_steps_make_a_programme_with_its_first_officer(client: Client, called: Called) -> None:
    walk(client)
    assert not Programme.objects.exists()
    summary = client.get(address("summary")).content.decode()
    assert "Жанна Сейтжанова" in summary
    assert "/p/samgau/" in summary
    answer = client.post(address("summary"))
    assert answer.headers["Location"] == reverse("home:tasks", args=["samgau"])
    programme, person = Programme.objects.get(), User.objects.get()
    assert (programme.slug, programme.accent, programme.languages) == ("samgau", "clay", ["ru", "kk"])
    assert (person.email, person.language) == ("zhanna@example.org", "kk")
    assert person.check_password(PASSWORD)
    assert client.session["_auth_user_id"] == str(person.pk)
    with across_programmes():
        assert set(RoleAssignment.objects.values_list("role", flat=True)) == {"officer", "administrator"}
    [(told, actor, options)] = called
    assert (told, actor.user_id, options.framework_yaml) == (programme, person.pk, None)
    assert AuditEntry.objects.get(action="people.installation.set_up").target_id == str(programme.pk)


def test_the_first_cycle_and_the_first_people_come_with_it(client: Client, called: Called) -> None:
    days = {name: (TODAY + dt.timedelta(days=place)).isoformat() for place, name in enumerate(("starts_on", "bootcamp_on", "ends_on"))}
    lines = "Асель Ким, asel@example.org, бағалаушы\n\nДанияр; daniyar@example.org; Mentor\nЕрлан\terlan@example.org\tкоординатор"
    walk(client, people={**days, "cycle_name_ru": "Осень", "people": lines})
    assert "Данияр" in client.get(address("summary")).content.decode()
    client.post(address("summary"))
    with across_programmes():
        assert Cycle.objects.get().starts_on == TODAY
        assert set(Invitation.objects.values_list("email", "role")) == {
            ("asel@example.org", "assessor"),
            ("daniyar@example.org", "mentor"),
            ("erlan@example.org", "coordinator"),
        }
        assert Invitation.objects.first().created_by == User.objects.get()  # type: ignore[union-attr]
    assert OutboxMail.objects.count() == 3


def test_afterwards_there_is_no_such_page(client: Client, called: Called) -> None:
    walk(client)
    client.post(address("summary"))
    for browser in (client, Client()):
        for step in ("programme", "summary"):
            assert browser.get(address(step)).status_code == 404
            assert browser.post(address(step), fill_in(step)).status_code == 404
    assert Programme.objects.count() == 1


@pytest.mark.parametrize("token", ["x", "setup", "setup.x", "%00", "a" * 2000])
def test_without_the_consoles_signature_there_is_no_such_page(client: Client, token: str) -> None:
    assert client.get(f"/setup/{token}/").status_code == 404
    assert client.post(f"/setup/{token}/you/", fill_in("you")).status_code == 404


def test_the_console_shows_an_address_that_opens_the_first_step(client: Client) -> None:
    url = setup.setup_url()
    assert client.get(url.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_steps_are_taken_in_order(client: Client) -> None:
    assert client.get(address("summary")).headers["Location"] == address("programme")
    assert client.post(address("people"), fill_in("people")).headers["Location"] == address("programme")
    walk(client, until="framework")
    assert client.post(address("summary")).headers["Location"] == address("framework")
    assert client.get(address("nowhere")).status_code == 404
    assert 'value="Жанна Сейтжанова"' in client.get(address("you")).content.decode()


def test_no_password_waits_in_the_session(client: Client) -> None:
    walk(client, until="framework")
    assert PASSWORD not in str(dict(client.session))
    # Coming back without writing it again keeps the one that was chosen.
    assert client.post(address("you"), fill_in("you", password="", full_name="Жанна")).status_code == 303
    assert client.session["setup"]["you"]["password_hash"]


@pytest.mark.parametrize(
    ("step", "values"),
    [
        ("programme", {"name_ru": "", "name_kk": "", "name_en": ""}),
        ("programme", {"languages": []}),
        ("programme", {"languages": ["xx"]}),
        ("programme", {"slug": "Самғау!"}),
        ("programme", {"name_ru": "!!!", "name_kk": "", "name_en": ""}),
        ("you", {"email": "nobody"}),
        ("you", {"password": "short"}),
        ("you", {"password": "zhanna@example.org"}),
        ("you", {"language": "xx"}),
        ("framework", {"source": "own"}),
        ("framework", {"source": "other"}),
        ("people", {"people": "Асель"}),
        ("people", {"people": "Асель, asel@example.org, император"}),
        ("people", {"people": "Асель, не адрес, mentor"}),
        ("people", {"people": "А, a@example.org, mentor\nБ, A@example.org, mentor"}),
        ("people", {"starts_on": "2026-01-01"}),
        ("people", {"cycle_name_ru": "Осень"}),
        ("people", {"cycle_name_ru": "Осень", "starts_on": "2026-03-01", "bootcamp_on": "2026-02-01", "ends_on": "2026-04-01"}),
    ],
)
def test_a_step_that_makes_no_sense_is_shown_again_with_what_was_typed(client: Client, step: str, values: dict[str, Any]) -> None:
    walk(client, until=step)
    refused = client.post(address(step), fill_in(step, **values))
    assert refused.status_code == 422
    assert refused.context["form"].errors
    assert step not in client.session.get("setup", {})


def test_a_framework_of_ones_own_is_handed_on(client: Client, called: Called) -> None:
    walk(client, until="framework")
    upload = SimpleUploadedFile("модель.yaml", "name: Наша".encode())
    assert client.post(address("framework"), {"source": "own", "file": upload}).status_code == 303
    # Coming back keeps the file.
    assert client.post(address("framework"), {"source": "own"}).status_code == 303
    assert client.post(address("people"), fill_in("people")).status_code == 303
    assert "модель.yaml" in client.get(address("summary")).content.decode()
    client.post(address("summary"))
    assert called[0][2].framework_yaml == "name: Наша".encode()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"x" * 600_000])
def test_a_file_that_is_no_framework_is_refused_at_once(client: Client, content: bytes) -> None:
    walk(client, until="framework")
    refused = client.post(address("framework"), {"source": "own", "file": SimpleUploadedFile("x.yaml", content)})
    assert refused.status_code == 422


def test_a_framework_that_makes_no_sense_undoes_everything_and_is_told_on_its_step(client: Client, called: Called) -> None:
    walk(client, until="framework")
    client.post(address("framework"), {"source": "own", "file": SimpleUploadedFile("x.yaml", b"broken")})
    client.post(address("people"), fill_in("people", people="Асель, asel@example.org, mentor"))
    answer = client.post(address("summary"))
    assert answer.headers["Location"] == address("framework")
    assert "Line 7 makes no sense" in client.get(address("framework")).content.decode()
    assert not Programme.objects.exists()
    assert not User.objects.exists()
    assert not OutboxMail.objects.exists()
    assert client.post(address("framework"), fill_in("framework")).status_code == 303
    assert client.post(address("summary")).status_code == 303
    assert Programme.objects.exists()


def test_an_invitation_that_a_rule_refuses_is_told_on_the_step_of_people(client: Client, called: Called) -> None:
    walk(client, people={"people": "Жанна, zhanna@example.org, officer"})
    assert client.post(address("summary")).headers["Location"] == address("people")
    assert not Programme.objects.exists()


def test_a_spreadsheet_of_people_becomes_lines_that_can_be_mended(client: Client) -> None:
    walk(client, until="people")
    table = "ФИО;Почта;Роль\nАсель Ким;asel@example.org;Оценщик\nДанияр;daniyar@example.org;никто\n".encode("cp1251")
    refused = client.post(address("people"), {**fill_in("people"), "file": SimpleUploadedFile("люди.csv", table)})
    assert refused.status_code == 422
    assert "Асель Ким, asel@example.org, Оценщик" in refused.content.decode()
    headless = "Асель Ким,asel@example.org,Оценщик\nДанияр,daniyar@example.org,Наставник\n".encode()
    assert client.post(address("people"), {**fill_in("people"), "file": SimpleUploadedFile("x.csv", headless)}).status_code == 303
    assert len(read_lines(client.session["setup"]["people"]["people"])[0]) == 2
    broken = client.post(address("people"), {**fill_in("people"), "file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04...")})
    assert broken.status_code == 422


@given(st.text(max_size=300))
def test_any_text_is_people_or_lines_that_say_what_is_wrong(text: str) -> None:
    people, bad = read_lines(text)
    assert all("@" in person.email for person in people)
    assert all(line.message for line in bad)


def test_a_list_has_an_end() -> None:
    lines = "\n".join(f"Имя, a{number}@example.org, mentor" for number in range(MOST_LINES + 2))
    people, bad = read_lines(lines)
    assert (len(people), len(bad)) == (MOST_LINES, 2)
    assert str(MOST_LINES + 1) in str(bad[0])


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Самғау", "samgau"),
        ("UPSHIFT Қазақстан 2026", "upshift-kazakstan-2026"),
        ("  «Жас өркен» ", "zhas-orken"),
        ("!!!", ""),
        ("я" * 60, "ia" * 20),
    ],
)
def test_a_name_becomes_an_address(name: str, slug: str) -> None:
    assert setup.slug_for(name) == slug


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_wizards_that_finish_at_once_one_makes_the_programme(at_once: Callable[..., list[Any]], called: Called) -> None:
    def finish(slug: str) -> Programme:
        return set_up_installation(
            actor=system_actor(programme_id=None, now=timezone.now()),
            first=FirstProgramme(name=LocalisedText(ru=slug), slug=slug, languages=["ru"]),
            officer=NewOfficer(full_name="Жанна", email=f"{slug}@example.org", password_hash="!", language="ru"),
            options=setup.NewProgrammeOptions(),
        )

    results = at_once(lambda: finish("one"), lambda: finish("two"))
    assert [result.code for result in results if isinstance(result, DomainError)] == ["set_up_already"]
    assert Programme.objects.count() == 1


def test_a_programme_that_is_there_closes_the_set_up(client: Client) -> None:
    make_programme()
    assert client.get(setup.setup_url().removeprefix("http://127.0.0.1:8000")).status_code == 404
