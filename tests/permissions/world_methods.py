"""The part of each unit that exercises and guides have: a draft guide with one question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from talimger.framework.models import Method
from talimger.kernel.languages import LocalisedText
from talimger.selection.models import GuideQuestion, Instrument, Intake, MethodSetting

if TYPE_CHECKING:
    from tests.permissions.world import Unit


def add_guide(unit: Unit, intake: Intake, method: Method, mark: str) -> None:
    """Plant a draft guide, and name the setting of a method."""
    guide = Instrument.objects.create(
        programme=unit.programme,
        method_code="senior_interview",
        number=2,
        title=LocalisedText.of(f"{mark} план"),
        minutes=40,
        created_at=timezone.now(),
    )
    question = GuideQuestion.objects.create(programme=unit.programme, instrument=guide, order=1, text=LocalisedText.of(f"{mark} вопрос?"))
    setting = MethodSetting.objects.get(intake=intake, method=method)
    unit.keys |= {"instrument": guide.pk, "guide_question": question.pk, "setting": setting.pk}
