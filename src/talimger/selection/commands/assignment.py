"""Who rates whom: sheets are assigned, declared in conflict, withdrawn."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from talimger.framework.models import Method
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.models import Event
from talimger.kernel.policies import Actor, require
from talimger.people.models import RoleAssignment, User
from talimger.selection.commands.scores import request_scores
from talimger.selection.models import (
    OPEN_STATES,
    SHEET_TRANSITIONS,
    Candidate,
    ConflictOfInterest,
    Decision,
    Intake,
    MethodSetting,
    RatingSheet,
)
from talimger.selection.policies import RATERS

State = RatingSheet.State


@command("selection.sheet.assign")
def assign_sheets(
    *,
    actor: Actor,
    intake: Intake,
    candidates: Collection[int],
    methods: Collection[int],
    assessors: Collection[int],
    due_on: dt.date,
    rng: random.Random,
) -> list[RatingSheet]:
    """Give every chosen candidate and method as many assessors as the intake asks for, the least loaded first.

    Sheets that exist count, so a second click adds nothing. Nobody rates a candidate whose conflict of interest they
    declared, whom they decided about, or themselves; a method that does not apply to a candidate gets no sheet.
    """
    require(actor, "selection.sheet.assign", intake)
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    if intake.state != Intake.State.OPEN:
        raise DomainError(_("This intake is closed: nothing can be assigned any more."))
    chosen_methods = list(Method.objects.filter(pk__in=methods, version_id=intake.framework_id))
    raters = _raters(assessors, today=timezone.localdate(actor.now))
    if not chosen_methods:
        raise DomainError(_("Choose at least one method."), field="methods")
    if not raters:
        raise DomainError(_("Choose at least one assessor."), field="assessors")
    chosen = list(Candidate.objects.filter(pk__in=candidates, intake=intake).order_by("number"))
    if not chosen:
        raise DomainError(_("Choose at least one candidate."), field="candidates")
    sheets = _spread(intake, chosen, chosen_methods, raters, due_on, actor, rng)
    return RatingSheet.objects.bulk_create(sheets)


def _raters(assessors: Collection[int], *, today: dt.date) -> dict[User, frozenset[str]]:
    """The chosen people who hold a rating role today, with those roles."""
    roles: dict[User, set[str]] = defaultdict(set)
    held = RoleAssignment.objects.filter(RoleAssignment.current(today), person__in=assessors, person__is_active=True, role__in=RATERS)
    for assignment in held.select_related("person").order_by("person_id"):
        roles[assignment.person].add(assignment.role)
    return {person: frozenset(names) for person, names in roles.items()}


def _spread(
    intake: Intake,
    candidates: list[Candidate],
    methods: list[Method],
    raters: dict[User, frozenset[str]],
    due_on: dt.date,
    actor: Actor,
    rng: random.Random,
) -> list[RatingSheet]:
    gone = (State.WITHDRAWN, State.SUPERSEDED)
    existing = RatingSheet.objects.filter(intake=intake).exclude(state__in=gone).values_list("candidate", "method", "assessor", "state")
    settings = {setting.method_id: setting for setting in MethodSetting.objects.filter(intake=intake)}
    load: Counter[int] = Counter()
    on_sheet: dict[tuple[int, int], set[int]] = defaultdict(set)
    barred: dict[int, set[int]] = defaultdict(set)
    for candidate_id, method_id, assessor_id, state in existing:
        if state != State.CONFLICT:
            load[assessor_id] += 1
            on_sheet[candidate_id, method_id].add(assessor_id)
    trained: dict[int, set[int]] = defaultdict(set)
    conflicts = ConflictOfInterest.objects.filter(candidate__intake=intake)
    for candidate_id, person_id, ground in conflicts.values_list("candidate", "person", "ground"):
        # Who trained a candidate gives the feedback that is asked of trainers, and rates nothing else of them.
        (trained if ground == ConflictOfInterest.Ground.TRAINING else barred)[candidate_id].add(person_id)
    for candidate_id, person_id in Decision.objects.filter(candidate__intake=intake).values_list("candidate", "decided_by"):
        barred[candidate_id].add(person_id)
    sheets = []
    for candidate in candidates:
        for method in methods:
            if method.applies == Method.Applies.CAME_THROUGH_TRAINING and not candidate.came_through_training:
                continue
            setting = settings.get(method.pk)
            if setting is None:
                continue
            present = on_sheet[candidate.pk, method.pk]
            able = [
                person
                for person, roles in raters.items()
                if person.pk not in present
                and person.pk not in barred[candidate.pk]
                and (method.kind == Method.Kind.FEEDBACK or person.pk not in trained[candidate.pk])
                and person.email.lower() != candidate.email.lower()
                and (not method.rater_role or method.rater_role in roles)
            ]
            # Equal loads are drawn, so that pairs vary and all sheets hang together in one network.
            able.sort(key=lambda person: (load[person.pk], rng.random()))
            for person in able[: max(0, setting.raters - len(present))]:
                load[person.pk] += 1
                present.add(person.pk)
                sheets.append(
                    RatingSheet(
                        programme_id=actor.programme_key,
                        intake=intake,
                        candidate=candidate,
                        method=method,
                        assessor=person,
                        gate=setting.gate,
                        due_on=due_on,
                        queue_place=rng.randrange(1_000_000),
                        assigned_at=actor.now,
                    )
                )
    return sheets


@command("selection.sheet.withdraw")
def withdraw_sheet(*, actor: Actor, sheet: RatingSheet) -> RatingSheet:
    """Take an open sheet from its assessor; what was written on it stays in the record but counts for nothing."""
    require(actor, "selection.sheet.withdraw", sheet)
    sheet = RatingSheet.objects.select_for_update().get(pk=sheet.pk)
    if "withdraw" not in SHEET_TRANSITIONS[sheet.state]:
        raise DomainError(_("This sheet can no longer be withdrawn."), code="moved_on")
    sheet.state = SHEET_TRANSITIONS[sheet.state]["withdraw"]
    sheet.save(update_fields=["state"])
    request_scores(intake_id=sheet.intake_id, now=actor.now)
    return sheet


def release_sheets_of_ended_role(event: Event) -> None:
    """When somebody's last rating role ends, their open sheets go back to the officer. Seeing the event twice changes nothing."""
    person = event.keys["person"]
    today = timezone.localdate(event.at)
    # A role's last day still counts; the event is about a role that ends now, so the day after decides.
    still = RoleAssignment.objects.filter(RoleAssignment.current(today + dt.timedelta(days=1)), Q(person=person), role__in=RATERS)
    if not still.exists():
        mine = RatingSheet.objects.filter(assessor=person, state__in=OPEN_STATES)
        intakes = sorted(set(mine.values_list("intake", flat=True)))
        mine.update(state=State.WITHDRAWN)
        for intake in intakes:
            request_scores(intake_id=intake, now=event.at)
