"""Changing the words of a draft. A page sends what it showed as a token: whoever was overtaken is told, and overwrites nothing."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TypeVar

from django.db.models import Max
from django.utils.translation import gettext as _

from talimger.framework.commands.versions import locked_draft
from talimger.framework.content import (
    ANCHOR_LENGTH,
    NAME_LENGTH,
    NO_WORDS,
    SHORT_NAME_LENGTH,
    AnchorContent,
    IndicatorContent,
    PartContent,
    tidy_text,
)
from talimger.framework.models import Anchor, Competency, FrameworkVersion, Indicator, MatrixCell, Method, RatingItem, Term
from talimger.framework.queries import indicator_content
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.languages import LANGUAGE_CODES, LocalisedText
from talimger.kernel.policies import Actor

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}")


@dataclass(frozen=True)
class NameTexts:
    """The name of a competency, a method or a term; only methods have a short one."""

    name: LocalisedText
    short_name: LocalisedText = NO_WORDS

    @classmethod
    def of(cls, row: Competency | Method | Term) -> NameTexts:
        return cls(row.name, row.short_name) if isinstance(row, Method) else cls(row.name)


@dataclass(frozen=True)
class VersionTexts:
    """The name of a framework, and the languages that a native speaker has still to read."""

    name: LocalisedText
    draft_languages: tuple[str, ...] = ()

    @classmethod
    def of(cls, version: FrameworkVersion) -> VersionTexts:
        return cls(version.name, tuple(version.draft_languages))


def token_of(shown: object) -> str:
    """A short name for values that a page showed: the same values have the same token. Give it plain frozen values."""
    return hashlib.sha256(repr(shown).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def refuse_stale(current: object, seen: str) -> None:
    """Raise ``StaleWriteError`` when the values are no longer those that the page showed."""
    if token_of(current) != seen:
        words = _("Somebody changed this while you were writing. Nothing was overwritten: compare, then save again.")
        raise StaleWriteError(words, code="stale")


@command("framework.edit")
def edit_version(*, actor: Actor, version: FrameworkVersion, texts: VersionTexts, seen: str) -> FrameworkVersion:
    """Change the name of the framework, and which languages are still drafts."""
    draft = locked_draft(version.pk)
    known = tuple(code for code in LANGUAGE_CODES if code in texts.draft_languages)
    wanted = VersionTexts(_checked(texts.name, NAME_LENGTH, "name"), known)
    if VersionTexts.of(draft) != wanted:
        refuse_stale(VersionTexts.of(draft), seen)
        draft.name, draft.draft_languages = wanted.name, list(wanted.draft_languages)
        draft.save(update_fields=["name", "draft_languages"])
    return draft


@command("framework.competency.rename")
def rename_competency(*, actor: Actor, competency: Competency, texts: NameTexts, seen: str) -> Competency:
    """Change the name of a competency of the draft."""
    locked_draft(competency.version_id)
    return _rename(Competency.objects.get(pk=competency.pk), texts, seen)


@command("framework.method.rename")
def rename_method(*, actor: Actor, method: Method, texts: NameTexts, seen: str) -> Method:
    """Change the names of a method of the draft."""
    locked_draft(method.version_id)
    return _rename(Method.objects.get(pk=method.pk), texts, seen)


@command("framework.term.rename")
def rename_term(*, actor: Actor, term: Term, texts: NameTexts, seen: str) -> Term:
    """Change a word of one of the draft's lists."""
    locked_draft(term.version_id)
    return _rename(Term.objects.get(pk=term.pk), texts, seen)


@command("framework.indicator.edit")
def edit_indicator(*, actor: Actor, indicator: Indicator, texts: IndicatorContent, seen: str) -> Indicator:
    """Change the name, target, parts' names and anchors of an indicator of the draft. A level without words has no anchor yet."""
    locked_draft(indicator.competency.version_id)
    row = Indicator.objects.prefetch_related("anchors", "parts").get(pk=indicator.pk)
    current = indicator_content(row)
    wanted = _checked_indicator(replace(texts, code=row.code), current)
    if wanted == current:
        return row
    refuse_stale(current, seen)
    row.name, row.target = wanted.name, wanted.target
    row.save(update_fields=["name", "target"])
    names = {part.code: part.name for part in wanted.parts}
    for part in row.parts.all():
        part.name = names[part.code]
        part.save(update_fields=["name"])
    row.anchors.all().delete()
    Anchor.objects.bulk_create(
        Anchor(programme_id=row.programme_id, indicator=row, level=anchor.level, text=anchor.text) for anchor in wanted.anchors
    )
    return row


@command("framework.indicator.add")
def add_indicator(*, actor: Actor, competency: Competency, code: str, name: LocalisedText, target: str = "") -> Indicator:
    """Add an indicator to a competency of the draft; its anchors are written next. The same one twice is one."""
    draft = locked_draft(competency.version_id)
    checked = _checked(name, NAME_LENGTH, "name")
    if not _CODE.fullmatch(code):
        raise DomainError(_("Use up to ten Latin letters, digits, dots and hyphens."), code="code", field="code")
    taken = Indicator.objects.filter(competency__version=draft, code=code).first()
    if taken is not None and (taken.competency_id, taken.name, taken.target) == (competency.pk, checked, target):
        return taken
    if taken is not None:
        raise DomainError(_("There is an indicator %(code)s already.") % {"code": code}, code="taken", field="code")
    highest = Indicator.objects.filter(competency=competency).aggregate(highest=Max("order"))["highest"]
    return Indicator.objects.create(
        programme_id=draft.programme_id,
        competency=competency,
        code=code,
        order=0 if highest is None else highest + 1,
        name=checked,
        target=_checked_target(target),
    )


@command("framework.indicator.remove")
def remove_indicator(*, actor: Actor, indicator: Indicator) -> Competency:
    """Take an indicator out of the draft, with what is scored about it.

    A cell in which nothing else was scored scores its whole competency from now on, so that the matrix stays as it is.
    """
    locked_draft(indicator.competency.version_id)
    competency = indicator.competency
    if not Indicator.objects.filter(competency=competency).exclude(pk=indicator.pk).exists():
        raise DomainError(_("A competency keeps at least one indicator. Add another one first."), code="last")
    cells = list(MatrixCell.objects.filter(rating_items__indicator=indicator).distinct())
    places = {item.cell_id: item.order for item in RatingItem.objects.filter(indicator=indicator)}
    Indicator.objects.filter(pk=indicator.pk).delete()
    for cell in cells:
        if not cell.rating_items.exists():
            RatingItem.objects.create(programme_id=cell.programme_id, cell=cell, order=places[cell.pk])
    return competency


# ── what may be written ──

R = TypeVar("R", Competency, Method, Term)


def _rename(row: R, texts: NameTexts, seen: str) -> R:
    wanted = NameTexts(_checked(texts.name, NAME_LENGTH, "name"))
    if isinstance(row, Method):
        wanted = replace(wanted, short_name=_fitting(texts.short_name, SHORT_NAME_LENGTH, "short_name"))
    current = NameTexts.of(row)
    if wanted == current:
        return row
    refuse_stale(current, seen)
    row.name = wanted.name
    if isinstance(row, Method):
        row.short_name = wanted.short_name
    row.save()
    return row


def _checked_indicator(texts: IndicatorContent, current: IndicatorContent) -> IndicatorContent:
    """Tidied, within its lengths, and with the parts that the indicator has."""
    names = {part.code: part.name for part in texts.parts}
    anchors = [AnchorContent(each.level, _fitting(each.text, ANCHOR_LENGTH, f"anchor_{each.level}")) for each in texts.anchors]
    return IndicatorContent(
        code=texts.code,
        name=_checked(texts.name, NAME_LENGTH, "name"),
        target=_checked_target(texts.target),
        parts=tuple(
            PartContent(part.code, _checked(names.get(part.code, part.name), NAME_LENGTH, f"part_{part.code}")) for part in current.parts
        ),
        anchors=tuple(sorted((each for each in anchors if each.text), key=lambda each: each.level)),
    )


def _checked_target(target: str) -> str:
    if target and target not in Indicator.Target.values:
        raise DomainError(_("Choose one of the targets offered."), code="target", field="target")
    return target


def _checked(text: LocalisedText, limit: int, field: str) -> LocalisedText:
    """A text that must have words in at least one language: what is missing in others is a gap of the draft."""
    fitting = _fitting(text, limit, field)
    if not fitting:
        raise DomainError(_("Write this text in at least one language."), code="blank", field=field)
    return fitting


def _fitting(text: LocalisedText, limit: int, field: str) -> LocalisedText:
    tidied = tidy_text(text)
    if any(len(getattr(tidied, code)) > limit for code in LANGUAGE_CODES):
        raise DomainError(_("Shorten this text to %(limit)s characters in each language.") % {"limit": limit}, code="long", field=field)
    return tidied
