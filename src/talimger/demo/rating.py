"""Ratings as people would give them: what a candidate can do, how severe an assessor is, and chance.

Locked sheets are written in bulk, because 650 times the command would take longer than a first start may. They keep the
command's rules: every item of the method has a level or "no evidence", nothing else is rated, and each leaves an audit row.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

from talimger.demo.calendar import DemoCalendar
from talimger.demo.content import Words
from talimger.demo.staff import ActingAs
from talimger.framework.models import Method
from talimger.framework.queries import SheetItem, items_of_version
from talimger.kernel.models import AuditEntry
from talimger.people.models import User
from talimger.selection.commands import RatingEntry, save_sheet
from talimger.selection.models import Intake, Rating, RatingSheet

MIDDLE = 3.3
SHARE_WITHOUT_EVIDENCE = 0.03
SHARE_WITH_NOTE = 0.7
# Which part of the sheets of candidates who are still being rated is locked, by the kind of method.
LOCKED_SO_FAR = {Method.Kind.EXERCISE: 0.45, Method.Kind.RECORD: 0.28, Method.Kind.FEEDBACK: 0.3, Method.Kind.INTERVIEW: 0.04}
# How many days ago a sheet could be filled for the first time.
FIRST_DAY = {Method.Kind.EXERCISE: 10, Method.Kind.RECORD: 20, Method.Kind.FEEDBACK: 20, Method.Kind.INTERVIEW: 8}


@dataclass(frozen=True)
class Character:
    """How an assessor rates: points taken off, and how much chance there is in every level."""

    severity: float
    chance: float = 0.45


@dataclass
class Model:
    """The latent truth of the simulation. Draws are made once for each name and kept; ``characters`` are given."""

    rng: random.Random
    words: Words
    general: Mapping[int, float]
    characters: Mapping[int, Character] = field(default_factory=dict)
    _abilities: dict[tuple[int, str], float] = field(default_factory=dict)
    _drawn: dict[int, Character] = field(default_factory=dict)
    _difficulties: dict[str, float] = field(default_factory=dict)

    def entries(self, sheet: RatingSheet, items: Sequence[SheetItem]) -> list[RatingEntry]:
        """What this assessor says about this candidate on all items of a sheet."""
        unused = {group: list(notes) for group, notes in self.words.notes[sheet.method.code][sheet.assessor.language].items()}
        return [self._entry(sheet, item, unused) for item in items]

    def _entry(self, sheet: RatingSheet, item: SheetItem, unused: dict[str, list[str]]) -> RatingEntry:
        if self.rng.random() < SHARE_WITHOUT_EVIDENCE:
            return RatingEntry(item.pk, no_evidence=True)
        level = self._level(sheet, item)
        group = "low" if level <= 2 else "middle" if level == 3 else "high"
        if not unused[group] or self.rng.random() > SHARE_WITH_NOTE:
            return RatingEntry(item.pk, level=level)
        # No sentence twice on one sheet.
        return RatingEntry(item.pk, level=level, note=unused[group].pop(self.rng.randrange(len(unused[group]))))

    def _level(self, sheet: RatingSheet, item: SheetItem) -> int:
        seen = (
            MIDDLE
            + self._ability(sheet.candidate_id, item.competency_code)
            - self._character(sheet.assessor_id).severity
            - self._difficulty(f"{sheet.method.code} {item.code}")
            + self.rng.gauss(0, self._character(sheet.assessor_id).chance)
        )
        return min(5, max(1, round(seen)))

    def _ability(self, candidate: int, competency: str) -> float:
        """One general part, and one of the competency: who is good at one thing is often good at another."""
        if (candidate, competency) not in self._abilities:
            self._abilities[candidate, competency] = self.general[candidate] + self.rng.gauss(0, 0.4)
        return self._abilities[candidate, competency]

    def _character(self, assessor: int) -> Character:
        if assessor not in self._drawn:
            self._drawn[assessor] = self.characters.get(assessor) or Character(self.rng.gauss(0, 0.3))
        return self._drawn[assessor]

    def _difficulty(self, item: str) -> float:
        if item not in self._difficulties:
            self._difficulties[item] = self.rng.gauss(0, 0.2)
        return self._difficulties[item]


def general_abilities(groups: Iterable[Sequence[int]], rng: random.Random) -> dict[int, float]:
    """How able each candidate is in general, spread alike in every group: the demo must not seem to favour a language by chance."""
    abilities: dict[int, float] = {}
    spread = NormalDist(0, 0.6)
    for group in groups:
        quantiles = [spread.inv_cdf((place + 0.5) / len(group)) for place in range(len(group))]
        abilities.update(zip(group, rng.sample(quantiles, len(quantiles)), strict=True))
    return abilities


@dataclass(frozen=True)
class Plan:
    """Which sheets are locked by now, and which are begun."""

    locked: list[RatingSheet]
    begun: list[RatingSheet]


def plan(sheets: Iterable[RatingSheet], *, complete: set[int], nearly: set[int], favourite: User, rng: random.Random) -> Plan:
    """Everything of the complete candidates is locked, almost everything of the nearly complete ones, a part of the rest.

    ``favourite``, whom visitors of the demo become, has a sheet that is begun.
    """
    locked: list[RatingSheet] = []
    open_sheets: list[RatingSheet] = []
    for sheet in sheets:
        if sheet.candidate_id in complete:
            share = 1.0
        elif sheet.candidate_id in nearly:
            share = 0.0 if sheet.assessor_id == favourite.pk else 0.85
        else:
            share = LOCKED_SO_FAR[Method.Kind(sheet.method.kind)]
        (locked if rng.random() < share else open_sheets).append(sheet)
    # A candidate counts as incomplete only while something is owed.
    owing = {sheet.candidate_id for sheet in open_sheets}
    for candidate in sorted({sheet.candidate_id for sheet in locked} - owing - complete):
        last = next(sheet for sheet in reversed(locked) if sheet.candidate_id == candidate)
        locked.remove(last)
        open_sheets.append(last)
    begun = [sheet for sheet in open_sheets if sheet.method.kind != Method.Kind.INTERVIEW and rng.random() < 0.2]
    own = [sheet for sheet in open_sheets if sheet.assessor_id == favourite.pk]
    if own and not any(sheet in begun for sheet in own):
        begun.append(next((sheet for sheet in own if sheet.method.code == "facilitation"), own[0]))
    return Plan(locked=locked, begun=begun)


def carry_out(plan: Plan, intake: Intake, model: Model, acting_as: ActingAs, calendar: DemoCalendar, *, finished: set[int]) -> None:
    """Write the ratings of a plan. Sheets of the ``finished`` candidates were locked before the first decisions."""
    items = items_of_version(intake.framework_id)
    _lock_all(plan.locked, items, model, calendar, finished)
    for sheet in plan.begun:
        given = model.entries(sheet, items[sheet.method_id])
        half = (len(given) + 1) // 2 if len(given) > 1 else 0
        # Of a single item there is only the note so far.
        entries = given[:half] or [RatingEntry(given[0].item, note=given[0].note or _any_note(model, sheet))]
        now = calendar.days_ago(model.rng.randrange(1, 4), model.rng.randrange(9, 22), model.rng.randrange(60))
        save_sheet(actor=acting_as(sheet.assessor, now), sheet=sheet, revision=sheet.revision, entries=entries)


def _any_note(model: Model, sheet: RatingSheet) -> str:
    return model.rng.choice(model.words.notes[sheet.method.code][sheet.assessor.language]["middle"])


def _lock_all(
    sheets: Sequence[RatingSheet], items: Mapping[int, Sequence[SheetItem]], model: Model, calendar: DemoCalendar, finished: set[int]
) -> None:
    ratings: list[Rating] = []
    moments: list[tuple[dt.datetime, RatingSheet]] = []
    for sheet in sheets:
        latest = 3 if sheet.candidate_id in finished else 1
        days = model.rng.randrange(latest, FIRST_DAY[Method.Kind(sheet.method.kind)] + 1)
        sheet.state, sheet.revision = RatingSheet.State.LOCKED, model.rng.randrange(1, 6)
        moment = calendar.days_ago(days, model.rng.randrange(8, 23), model.rng.randrange(60))
        sheet.locked_at = sheet.saved_at = moment
        moments.append((moment, sheet))
        ratings += [
            Rating(
                programme_id=sheet.programme_id,
                sheet=sheet,
                item_id=entry.item,
                level=entry.level,
                no_evidence=entry.no_evidence,
                note=entry.note,
            )
            for entry in model.entries(sheet, items[sheet.method_id])
        ]
    RatingSheet.objects.bulk_update(sheets, ["state", "revision", "saved_at", "locked_at"], batch_size=200)
    Rating.objects.bulk_create(ratings, batch_size=500)
    _audit(sorted(moments, key=lambda each: (each[0], each[1].pk)))


def _audit(moments: Sequence[tuple[dt.datetime, RatingSheet]]) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=moment,
            programme_id=sheet.programme_id,
            person_id=sheet.assessor_id,
            action="selection.sheet.submit",
            target_kind=RatingSheet._meta.label_lower,
            target_id=str(sheet.pk),
        )
        for moment, sheet in moments
    )
