"""Sheets that are filled together: the records of one candidate on a desk page, a group on a facilitation grid; and the queue's lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from talimger.framework.models import Method
from talimger.framework.queries import SheetItem, items_of_version
from talimger.kernel.policies import Actor, allowed
from talimger.selection.models import (
    DaySession,
    GuideQuestion,
    Instrument,
    Intake,
    MethodSetting,
    Rating,
    RatingSheet,
    SessionAssessor,
    SessionCandidate,
)
from talimger.selection.queries.sheets import named, own_queue, shown_name

State = RatingSheet.State
# Methods in which several candidates are watched at once.
GROUP_METHODS = ("facilitation",)
# As many as one person can watch.
GROUP_SIZE = 6
_FILLED_BY_ASSESSOR = (State.ASSIGNED, State.DRAFT)


@dataclass(frozen=True)
class QueueLine:
    """One line of an assessor's queue: a sheet, or several that one page takes together."""

    page: str
    sheets: tuple[RatingSheet, ...]

    @property
    def first(self) -> RatingSheet:
        return self.sheets[0]

    @property
    def is_begun(self) -> bool:
        return any(sheet.state == State.DRAFT for sheet in self.sheets)


def queue_lines(actor: Actor) -> list[QueueLine]:
    """The actor's open sheets in their own order; those that one page takes together stand where the first of them stands."""
    sheets = list(own_queue(actor))
    seats = _seats(actor)
    groups: dict[tuple[object, ...], list[RatingSheet]] = {}
    for sheet in sheets:
        groups.setdefault(_together(sheet, seats), []).append(sheet)
    lines = [QueueLine(_page(key, part), tuple(part)) for key, group in groups.items() for part in _parts(key[0] == "grid", group)]
    place = {sheet.pk: number for number, sheet in enumerate(sheets)}
    return sorted(lines, key=lambda line: place[line.first.pk])


def _together(sheet: RatingSheet, seats: dict[int, int]) -> tuple[object, ...]:
    """What sheets that go on one page have in common; a sheet that goes by itself has it with nobody."""
    if sheet.name_hidden or sheet.state not in _FILLED_BY_ASSESSOR:  # type: ignore[attr-defined]  # see named()
        return ("sheet", sheet.pk)
    if sheet.method.kind == Method.Kind.RECORD:
        return ("desk", sheet.candidate_id)
    if sheet.method.code in GROUP_METHODS:
        return ("grid", sheet.method_id, seats.get(sheet.candidate_id))
    return ("sheet", sheet.pk)


def _parts(is_group: bool, sheets: list[RatingSheet]) -> list[Sequence[RatingSheet]]:
    """Groups of as many as one can watch; records of one candidate always go together."""
    if not is_group:
        return [sheets]
    return [sheets[start : start + GROUP_SIZE] for start in range(0, len(sheets), GROUP_SIZE)]


def _page(key: tuple[object, ...], sheets: Iterable[RatingSheet]) -> str:
    return str(key[0]) if len(list(sheets)) > 1 else "sheet"


def _seats(actor: Actor) -> dict[int, int]:
    """In which group session the actor watches each candidate."""
    seats = SessionCandidate.objects.filter(session__method__code__in=GROUP_METHODS, session__panel__person=actor.user_id)
    return dict(seats.values_list("candidate", "session"))


@dataclass(frozen=True)
class OpenSheet:
    """An own open sheet on a page with others: whose it is as the assessor may read it, its items, and what was said so far."""

    sheet: RatingSheet
    name: str
    items: tuple[SheetItem, ...]
    ratings: Mapping[int, Rating]


def desk_sheets(actor: Actor, candidate_id: int) -> list[OpenSheet]:
    """The actor's open sheets of one candidate by methods that read the file. A sheet that hides the name goes by itself."""
    rows = _own_open(actor).filter(candidate=candidate_id, method__kind=Method.Kind.RECORD)
    return opened(row for row in rows.order_by("method__order", "pk") if not row.name_hidden)  # type: ignore[attr-defined]  # see named()


def grid_sheets(actor: Actor, intake: Intake, session: DaySession | None = None) -> list[OpenSheet]:
    """The actor's open sheets of the group exercise, of one session or all of them, in the actor's own order."""
    rows = _own_open(actor).filter(intake=intake, method__code__in=GROUP_METHODS)
    if session is not None:
        rows = rows.filter(candidate__in=SessionCandidate.objects.filter(session=session).values("candidate"))
    return opened(rows.order_by("queue_place", "pk"))


def grid_sessions(actor: Actor, intake: Intake) -> list[DaySession]:
    """The sessions of the group exercise on whose panel the actor sits and has a sheet left to fill, in their order."""
    panel = SessionAssessor.objects.filter(session=OuterRef("pk"), person=actor.user_id)
    left = SessionCandidate.objects.filter(
        session=OuterRef("pk"),
        candidate__in=allowed(actor, "selection.sheet.rate").filter(intake=intake, method__code__in=GROUP_METHODS).values("candidate"),
    )
    rows = DaySession.objects.filter(Exists(panel), Exists(left), day__intake=intake, method__code__in=GROUP_METHODS)
    return list(rows.select_related("day", "block", "room").order_by("day__held_on", "block__starts_at", "pk"))


def _own_open(actor: Actor) -> QuerySet[RatingSheet]:
    return named(allowed(actor, "selection.sheet.rate")).select_related("candidate", "method", "intake")


def opened(rows: Iterable[RatingSheet]) -> list[OpenSheet]:
    """These sheets with their items and own ratings; ``rows`` come from ``named``. A constant number of queries for one framework."""
    sheets = list(rows)
    versions = {each.method.version_id for each in sheets}
    items = {key: value for version in versions for key, value in items_of_version(version).items()}
    ratings: dict[int, dict[int, Rating]] = {each.pk: {} for each in sheets}
    for rating in Rating.objects.filter(sheet__in=sheets):
        ratings[rating.sheet_id][rating.item_id] = rating
    return [OpenSheet(each, shown_name(each), tuple(items.get(each.method_id, ())), ratings[each.pk]) for each in sheets]


@dataclass(frozen=True)
class Guide:
    """The interview guide that the intake works with."""

    instrument: Instrument
    questions: tuple[GuideQuestion, ...]


def guide_of(sheet: RatingSheet) -> Guide | None:
    """The guide of a sheet's method in its intake; ``None`` when the intake has none."""
    setting = MethodSetting.objects.select_related("instrument").filter(intake=sheet.intake_id, method=sheet.method_id).first()
    if setting is None or setting.instrument is None:
        return None
    return Guide(setting.instrument, tuple(GuideQuestion.objects.filter(instrument=setting.instrument).order_by("order")))


# Each text once: two of these methods are judged by what was written on education.
_TEXTS = ("professional_experience", "youth_experience", "education")


def file_of(sheets: Sequence[OpenSheet]) -> list[tuple[str, str]]:
    """What the candidate wrote that these sheets are rated by: its kind and the words, each text once."""
    wanted = {each.sheet.method.code for each in sheets}
    if "professional_experience" in wanted:
        wanted.add("education")
    if "senior_interview" in wanted:
        wanted |= set(_TEXTS)
    return [(name, getattr(sheets[0].sheet.candidate, name)) for name in _TEXTS if name in wanted]
