"""An assessor's own sheets: the queue, and one sheet with its evidence. Where the intake hides names, nothing here has one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from talimger.framework.models import Method, RatingItem
from talimger.framework.queries import SheetItem, items_of_method
from talimger.kernel.policies import Actor, allowed
from talimger.selection.models import (
    OPEN_STATES,
    ApplicationEntry,
    Candidate,
    GuideQuestion,
    Instrument,
    MethodSetting,
    Rating,
    RatingSheet,
    TaskSitting,
)

# No letter that is read as a digit, no digit that is read as a letter.
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def named(sheets: QuerySet[RatingSheet]) -> QuerySet[RatingSheet]:
    """These sheets with ``name_hidden``: whether their assessor must not learn whose work it is."""
    hiding = MethodSetting._base_manager.filter(intake=OuterRef("intake"), method=OuterRef("method"), hides_name=True)
    return sheets.annotate(name_hidden=Exists(hiding))


def work_label(sheet: RatingSheet) -> str:
    """What a work is called whose author is hidden: always the same, and nobody can reckon from it whose it is."""
    number = int.from_bytes(salted_hmac("selection.work_label", str(sheet.pk), algorithm="sha256").digest()[:4], "big")
    signs = "".join(_SIGNS[number >> (5 * place) & 31] for place in range(4))
    return _("Work %(label)s") % {"label": signs}


def shown_name(sheet: RatingSheet) -> str:
    """The candidate's name as the assessor may read it. ``sheet`` comes from ``named``."""
    return work_label(sheet) if _is_hidden(sheet) else sheet.candidate.full_name


def _is_hidden(sheet: RatingSheet) -> bool:
    return bool(sheet.name_hidden)  # type: ignore[attr-defined]  # see named()


def own_queue(actor: Actor, *, locked: bool = False) -> QuerySet[RatingSheet]:
    """The actor's sheets, open ones by due date and in their own stable random order; locked ones newest first."""
    sheets = named(allowed(actor, "selection.sheet.queue")).select_related("candidate", "method", "intake")
    if locked:
        return sheets.filter(state=RatingSheet.State.LOCKED).order_by("-locked_at", "pk")
    return sheets.filter(state__in=OPEN_STATES).order_by("due_on", "queue_place", "pk")


@dataclass(frozen=True)
class QueueCounts:
    open: int
    locked: int

    @property
    def total(self) -> int:
        return self.open + self.locked


def queue_counts(actor: Actor) -> QueueCounts:
    """How many sheets the actor has open and locked."""
    counts = allowed(actor, "selection.sheet.queue").aggregate(
        open=Count("pk", filter=Q(state__in=OPEN_STATES)), locked=Count("pk", filter=Q(state=RatingSheet.State.LOCKED))
    )
    return QueueCounts(**counts)


@dataclass(frozen=True)
class Evidence:
    """A piece of what the assessor reads: a heading and the candidate's words, empty if nothing was written."""

    kind: str
    text: str
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One line of a life, as the candidate wrote it in the application form."""

    title: str
    years: str
    text: str


@dataclass(frozen=True)
class SheetPage:
    """A sheet as its assessor sees it: evidence, items with prompts, and what was said so far. Nobody else's rating."""

    sheet: RatingSheet
    name: str
    is_name_hidden: bool
    evidence: tuple[Evidence, ...]
    instrument: Instrument | None
    questions: tuple[GuideQuestion, ...]
    # What was done at a keyboard, and its text as the assessor may read it.
    sitting: TaskSitting | None
    work: str
    items: tuple[SheetItem, ...]
    ratings: Mapping[int, Rating]


# Which of the candidate's own texts a method is judged by. An exercise is judged by what is seen on the day.
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "professional_experience": ("professional_experience", "education"),
    "youth_experience": ("youth_experience",),
    "education": ("education",),
    "senior_interview": ("professional_experience", "youth_experience"),
}
_ENTRIES: Mapping[str, str] = {
    "professional_experience": ApplicationEntry.Kind.PROFESSIONAL,
    "youth_experience": ApplicationEntry.Kind.YOUTH,
    "education": ApplicationEntry.Kind.EDUCATION,
}


def sheet_page(sheet: RatingSheet) -> SheetPage:
    """Everything that the sheet's page shows. ``sheet`` comes with its candidate, method and intake, from ``named``."""
    setting = MethodSetting.objects.select_related("instrument").filter(intake=sheet.intake_id, method=sheet.method_id).first()
    sitting = sitting_of(sheet) if sheet.method.kind == Method.Kind.EXERCISE else None
    # Whoever has begun keeps the version they began with.
    instrument = sitting.instrument if sitting else setting.instrument if setting else None
    is_interview = sheet.method.kind == Method.Kind.INTERVIEW
    return SheetPage(
        sheet=sheet,
        name=shown_name(sheet),
        is_name_hidden=_is_hidden(sheet),
        evidence=_evidence_of(sheet),
        instrument=instrument,
        questions=tuple(GuideQuestion.objects.filter(instrument=instrument)) if instrument and is_interview else (),
        sitting=sitting,
        work=_readable(sheet, sitting.text) if sitting else "",
        items=tuple(items_of_method(sheet.method_id)),
        ratings={rating.item_id: rating for rating in Rating.objects.filter(sheet=sheet)},
    )


def _evidence_of(sheet: RatingSheet) -> tuple[Evidence, ...]:
    names = _TEXTS.get(sheet.method.code, ())
    if not names:
        return ()
    written: dict[str, list[Entry]] = {}
    for entry in ApplicationEntry.objects.filter(application__candidate=sheet.candidate_id, kind__in=[_ENTRIES[name] for name in names]):
        title = " · ".join(part for part in (entry.what, entry.where) if part)
        years = "–".join(str(year) for year in (entry.from_year, entry.to_year) if year)
        written.setdefault(entry.kind, []).append(Entry(_readable(sheet, title), years, _readable(sheet, entry.text)))
    return tuple(Evidence(name, _readable(sheet, getattr(sheet.candidate, name)), tuple(written.get(_ENTRIES[name], ()))) for name in names)


def sitting_of(sheet: RatingSheet) -> TaskSitting | None:
    """What the candidate did at a keyboard with the task of the sheet's method, finished or not."""
    rows = TaskSitting.objects.select_related("instrument", "file")
    return rows.filter(candidate=sheet.candidate_id, method=sheet.method_id).first()


def _readable(sheet: RatingSheet, text: str) -> str:
    """A text of the candidate's, in which a hidden name stays hidden even if they signed with it."""
    if not _is_hidden(sheet):
        return text
    candidate = sheet.candidate
    # Case endings take the place of a last vowel or follow the name; so little of a short name would swallow other words.
    words = [
        re.escape(word[:-1]) + r"\w*" if len(word) > 4 else re.escape(word) + r"\b" for word in re.findall(r"\w+", candidate.full_name)
    ]
    given = [re.escape(known) for known in (candidate.email, candidate.phone) if known]
    patterns = [*given, *(rf"\b{word}" for word in words)]
    return re.sub("|".join(patterns), "•••", text, flags=re.IGNORECASE) if patterns else text


def item_keys(sheet: RatingSheet) -> list[int]:
    """The items of a sheet in their order, as keys: all that a form's answer is read with."""
    return list(RatingItem.objects.filter(cell__method=sheet.method_id).order_by("order", "pk").values_list("pk", flat=True))


def sheets_of(candidate: Candidate) -> QuerySet[RatingSheet]:
    """Who rates this candidate by which method, and how far they are. No rating is in it."""
    rows = RatingSheet.objects.filter(candidate=candidate).exclude(state=RatingSheet.State.WITHDRAWN)
    return rows.select_related("method", "assessor").order_by("method__order", "assessor__full_name")
