"""Reminders: one letter each, in the person's language, once a day, and nothing in it that could be read over a shoulder."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from talimger.kernel.errors import DomainError
from talimger.kernel.models import OutboxMail
from talimger.people.models import User
from talimger.selection.commands import remind_assessors
from talimger.selection.models import RatingSheet
from tests.factories.selection import Scene, make_candidate, rate


def test_everybody_with_sheets_left_gets_one_letter_in_their_language(scene: Scene, officer: Client) -> None:
    User.objects.filter(pk=scene.assessors[0].pk).update(language="kk")
    User.objects.filter(pk=scene.assessors[1].pk).update(language="ru")
    for name in ("Ая Тайная", "Бота Тайная"):
        candidate = make_candidate(scene.intake, name)
        scene.sheet(candidate, 0)
        scene.sheet(candidate, 1)
        rate(scene.sheet(candidate, 2), 4)
    behind = officer.get(scene.url("board")).context["behind"]
    assert {load.assessor for load in behind} == {scene.assessors[0].pk, scene.assessors[1].pk}
    everybody = {"assessor": [person.pk for person in scene.assessors]}
    assert officer.post(scene.url("remind"), everybody).status_code == 303
    letters = {mail.to_email: mail for mail in OutboxMail.objects.all()}
    assert set(letters) == {scene.assessors[0].email, scene.assessors[1].email}
    kazakh, russian = letters[scene.assessors[0].email], letters[scene.assessors[1].email]
    assert "жабылмаған парақ қалды: 2" in kazakh.body
    assert "незакрытых листов: 2" in russian.body
    for mail in letters.values():
        assert f"/p/{scene.programme.slug}/selection/sheets/" in mail.body
        assert "Тайная" not in mail.subject + mail.body


def test_nobody_is_reminded_twice_a_day(scene: Scene, officer: Client) -> None:
    scene.sheet(make_candidate(scene.intake), 0)
    form = {"assessor": [scene.assessors[0].pk]}
    for _click in range(2):
        assert officer.post(scene.url("remind"), form).status_code == 303
    assert OutboxMail.objects.count() == 1
    OutboxMail.objects.update(created_at=scene.actor().now - dt.timedelta(days=1))
    officer.post(scene.url("remind"), form)
    assert OutboxMail.objects.count() == 2


@pytest.mark.parametrize("state", ["withdrawn", "conflict"])
def test_who_has_nothing_left_hears_nothing(scene: Scene, state: str) -> None:
    sheet = scene.sheet(make_candidate(scene.intake), 0)
    RatingSheet.objects.filter(pk=sheet.pk).update(state=state)
    with pytest.raises(DomainError) as refusal:
        remind_assessors(actor=scene.actor(), intake=scene.intake, assessors=[scene.assessors[0].pk])
    assert refusal.value.code == "nobody"
