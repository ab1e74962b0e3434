"""Exercises and interview guides: drafted in three languages, published once, never changed after that."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml
from django.db.models import F, Max
from django.utils.translation import gettext as _

from talimger.framework.models import Competency, FrameworkVersion, Method
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor, require
from talimger.people.models import Programme
from talimger.selection.models import GuideQuestion, Instrument, Intake, MethodSetting, TaskSitting

State = Instrument.State
MOST_QUESTIONS = 15


@command("selection.instrument.draft")
def draft_instrument(*, actor: Actor, method_code: str) -> Instrument:
    """Begin a new version of an exercise or guide: a copy of the newest one. Raises ``DomainError`` when a draft exists."""
    require(actor, "selection.instrument.create")
    Programme.objects.select_for_update().get(pk=actor.programme_key)
    method = Method.objects.filter(code=method_code, kind__in=(Method.Kind.EXERCISE, Method.Kind.INTERVIEW)).order_by("-version").first()
    if method is None:
        raise DomainError(_("Choose one of the methods."), field="method")
    versions = Instrument.objects.filter(method_code=method_code)
    if versions.filter(state=State.DRAFT).exists():
        raise DomainError(_("There is a draft already. Publish or discard it first."), code="draft")
    newest = versions.order_by("-number").first()
    draft = Instrument.objects.create(
        programme_id=actor.programme_key,
        method_code=method_code,
        number=(newest.number if newest else 0) + 1,
        title=newest.title if newest else method.name,
        task=newest.task if newest else LocalisedText(),
        materials=newest.materials if newest else LocalisedText(),
        minutes=newest.minutes if newest else 30,
        extra_minutes=newest.extra_minutes if newest else 10,
        created_at=actor.now,
        created_by_id=actor.user_id,
    )
    questions = GuideQuestion.objects.filter(instrument=newest) if newest else ()
    for question in questions:
        question.pk, question.instrument, question._state.adding = None, draft, True
        question.save()
    return draft


@command("selection.instrument.edit")
def edit_instrument(
    *,
    actor: Actor,
    instrument: Instrument,
    title: LocalisedText,
    task: LocalisedText,
    materials: LocalisedText,
    minutes: int,
    extra_minutes: int,
) -> Instrument:
    """Change a draft. Raises ``DomainError`` once it is published, or for a time that no exercise takes."""
    instrument = _draft(actor, instrument)
    if not title:
        raise DomainError(_("Write this text in at least one language."), field="title")
    if not 5 <= minutes <= 240:
        raise DomainError(_("An exercise takes between 5 and 240 minutes."), field="minutes")
    if not 0 <= extra_minutes <= 240:
        raise DomainError(_("An exercise takes between 5 and 240 minutes."), field="extra_minutes")
    instrument.title, instrument.task, instrument.materials = title, task, materials
    instrument.minutes, instrument.extra_minutes = minutes, extra_minutes
    instrument.save(update_fields=["title", "task", "materials", "minutes", "extra_minutes"])
    return instrument


@command("selection.guide.add")
def add_guide_question(
    *,
    actor: Actor,
    instrument: Instrument,
    text: LocalisedText,
    listen_for: LocalisedText,
    competency_code: str = "",
    is_hold_back: bool = False,
) -> GuideQuestion:
    """Add a question at the end of a draft guide. Raises ``DomainError`` without words, or when there are too many."""
    instrument = _draft(actor, instrument)
    questions = GuideQuestion.objects.filter(instrument=instrument)
    if questions.count() >= MOST_QUESTIONS:
        raise DomainError(_("Nobody can ask more than %(count)s questions in one interview.") % {"count": MOST_QUESTIONS}, field="text")
    question = GuideQuestion(
        programme_id=instrument.programme_id,
        instrument=instrument,
        order=(questions.aggregate(last=Max("order"))["last"] or 0) + 1,
    )
    return _write(question, text, listen_for, competency_code, is_hold_back)


@command("selection.guide.edit")
def edit_guide_question(
    *,
    actor: Actor,
    question: GuideQuestion,
    text: LocalisedText,
    listen_for: LocalisedText,
    competency_code: str = "",
    is_hold_back: bool = False,
) -> GuideQuestion:
    """Change a question of a draft guide."""
    _draft(actor, question.instrument)
    return _write(question, text, listen_for, competency_code, is_hold_back)


def _write(
    question: GuideQuestion, text: LocalisedText, listen_for: LocalisedText, competency_code: str, is_hold_back: bool
) -> GuideQuestion:
    if not text:
        raise DomainError(_("Write this text in at least one language."), field="text")
    if competency_code and not Competency.objects.filter(code=competency_code).exists():
        raise DomainError(_("Choose one of the competencies."), field="competency_code")
    question.text, question.listen_for = text, listen_for
    question.competency_code, question.is_hold_back = competency_code, is_hold_back
    question.save()
    return question


@command("selection.guide.move")
def move_guide_question(*, actor: Actor, question: GuideQuestion) -> GuideQuestion:
    """Ask a question one place earlier; the first one stays first."""
    _draft(actor, question.instrument)
    before = GuideQuestion.objects.filter(instrument=question.instrument_id, order__lt=question.order).order_by("-order").first()
    if before is not None:
        own, other = question.order, before.order
        # Three steps, because no two questions may stand in one place even for a moment.
        GuideQuestion.objects.filter(pk=before.pk).update(order=F("order") + 10_000)
        GuideQuestion.objects.filter(pk=question.pk).update(order=other)
        GuideQuestion.objects.filter(pk=before.pk).update(order=own)
    return question


@command("selection.guide.remove")
def remove_guide_question(*, actor: Actor, question: GuideQuestion) -> None:
    """Take a question out of a draft guide."""
    _draft(actor, question.instrument)
    question.delete()


@command("selection.instrument.publish")
def publish_instrument(*, actor: Actor, instrument: Instrument) -> Instrument:
    """Make a draft final. Raises ``DomainError`` while a language is missing, or a guide lacks a question it must ask."""
    instrument = _draft(actor, instrument)
    questions = list(GuideQuestion.objects.filter(instrument=instrument))
    if is_guide(instrument.method_code):
        _refuse_gaps(questions)
        in_languages(instrument.programme, instrument.title, *(question.text for question in questions))
    else:
        in_languages(instrument.programme, instrument.title, instrument.task)
    instrument.state, instrument.published_at = State.PUBLISHED, actor.now
    instrument.save(update_fields=["state", "published_at"])
    return instrument


def _refuse_gaps(questions: list[GuideQuestion]) -> None:
    if not any(question.is_hold_back for question in questions):
        raise DomainError(
            _("The guide needs a situation in which a good mentor holds back and lets the team lead. Mark that question."),
            code="hold_back",
        )
    version = FrameworkVersion.objects.filter(state=FrameworkVersion.State.PUBLISHED).order_by("-number").first()
    asked = {question.competency_code for question in questions}
    for competency in Competency.objects.filter(version=version).order_by("order"):
        if competency.code not in asked:
            raise DomainError(
                _("No question is about “%(competency)s”. Every competency needs at least one.") % {"competency": competency.name},
                code="competency",
            )


def in_languages(programme: Programme, *texts: LocalisedText) -> None:
    """Raise ``DomainError`` when one of these texts lacks a language in which the programme works."""
    missing = {code for text in texts for code in text.missing(programme.languages or ("ru",))}
    if missing:
        raise DomainError(
            _("Before it is published it needs all languages of the programme. Missing: %(languages)s.")
            % {"languages": ", ".join(sorted(missing))},
            code="languages",
        )


def is_guide(method_code: str) -> bool:
    """Whether an instrument of this method is an interview guide and not an exercise."""
    return Method.objects.filter(code=method_code, kind=Method.Kind.INTERVIEW).exists()


@command("selection.instrument.discard")
def discard_instrument(*, actor: Actor, instrument: Instrument) -> None:
    """Throw a draft away."""
    _draft(actor, instrument).delete()


def _draft(actor: Actor, instrument: Instrument) -> Instrument:
    require(actor, "selection.instrument.edit", instrument)
    instrument = Instrument.objects.select_for_update(of=("self",)).select_related("programme").get(pk=instrument.pk)
    if instrument.state != State.DRAFT:
        raise DomainError(_("A published version never changes. Begin a new one."), code="published")
    return instrument


@command("selection.instrument.choose")
def choose_instrument(*, actor: Actor, setting: MethodSetting, instrument: Instrument | None) -> MethodSetting:
    """Say with which published version an intake works. Raises ``DomainError`` once a candidate of it has begun the task."""
    require(actor, "selection.intake.steer", setting.intake)
    Intake.objects.select_for_update().get(pk=setting.intake_id)
    setting = MethodSetting.objects.select_related("method").get(pk=setting.pk)
    if setting.instrument_id == (instrument.pk if instrument else None):
        return setting
    if instrument is not None and (instrument.state != State.PUBLISHED or instrument.method_code != setting.method.code):
        raise DomainError(_("Choose a published version of this method."), field="instrument")
    if TaskSitting.objects.filter(candidate__intake=setting.intake_id, method=setting.method_id).exists():
        raise DomainError(_("Somebody has begun this task: everybody gets the same version now."), field="instrument")
    setting.instrument = instrument
    setting.save(update_fields=["instrument"])
    return setting


@command("selection.instrument.load_defaults")
def load_default_instruments(*, actor: Actor) -> list[Instrument]:
    """Publish the house's own exercises and guide for methods that have none yet. A second call adds nothing."""
    require(actor, "selection.instrument.load")
    programme = Programme.objects.select_for_update().get(pk=actor.programme_key)
    known = set(Instrument.objects.values_list("method_code", flat=True))
    asked = set(Method.objects.values_list("code", flat=True)) - known
    return [_from_file(programme, each, actor) for each in default_content()["instruments"] if each["method"] in asked]


def _from_file(programme: Programme, content: dict[str, Any], actor: Actor) -> Instrument:
    instrument = Instrument.objects.create(
        programme=programme,
        method_code=content["method"],
        number=1,
        state=State.PUBLISHED,
        title=LocalisedText.of(content["title"]),
        task=LocalisedText.of(content.get("task")),
        materials=LocalisedText.of(content.get("materials")),
        minutes=content["minutes"],
        extra_minutes=content.get("extra_minutes", 0),
        created_at=actor.now,
        created_by_id=actor.user_id,
        published_at=actor.now,
    )
    GuideQuestion.objects.bulk_create(
        GuideQuestion(
            programme=programme,
            instrument=instrument,
            order=place,
            text=LocalisedText.of(question["text"]),
            listen_for=LocalisedText.of(question.get("listen_for")),
            competency_code=question.get("competency", ""),
            is_hold_back=question.get("hold_back", False),
        )
        for place, question in enumerate(content.get("questions", ()), start=1)
    )
    return instrument


def default_content() -> dict[str, Any]:
    """The exercises, the guide and the samples that come with the house."""
    read: dict[str, Any] = yaml.safe_load(files("talimger.selection").joinpath("data/instruments.yaml").read_text("utf-8"))
    return read
