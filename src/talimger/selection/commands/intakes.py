"""Opening a selection, moving it from phase to phase, and saying what it asks of each method."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import pairwise

from django.utils.translation import gettext as _

from talimger.framework.models import FrameworkVersion, Method
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor, require
from talimger.people.models import Cycle
from talimger.selection.commands.instruments import load_default_instruments
from talimger.selection.commands.scores import request_scores
from talimger.selection.models import GATE_OF_PHASE, Gate, Intake, IntakePhase, MethodSetting, RatingSheet
from talimger.selection.queries.instruments import newest_instruments

# Nobody plans so far: a date beyond it is a slip of the keyboard.
FAR_AWAY = dt.timedelta(days=3653)


@command("selection.intake.open")
def open_intake(
    *,
    actor: Actor,
    name: LocalisedText,
    framework: FrameworkVersion,
    opens_on: dt.date,
    rate_by: dt.date,
    decide_by: dt.date,
    cycle: Cycle | None = None,
    raters_per_sheet: int = 2,
) -> Intake:
    """Open an intake under a published version of the framework. Raises ``DomainError`` on dates out of order or a draft."""
    require(actor, "selection.intake.open")
    if framework.is_draft:
        raise DomainError(_("Publish the framework first: an intake keeps the version it was opened under."), field="framework")
    if not opens_on <= rate_by <= decide_by:
        raise DomainError(_("An intake opens first, is rated next, and is decided last."), field="rate_by")
    near = actor.now.date()
    if not near - FAR_AWAY <= opens_on <= decide_by <= near + FAR_AWAY:
        raise DomainError(
            _("This date is more than ten years away. Check the year."), field="opens_on" if opens_on < near - FAR_AWAY else "decide_by"
        )
    if not 1 <= raters_per_sheet <= 5:
        raise DomainError(_("One to five assessors rate each sheet."), field="raters_per_sheet")
    # Exercises and a guide to begin with, for a programme that has none of its own.
    load_default_instruments(actor=actor)
    intake = Intake.objects.create(
        programme_id=actor.programme_key,
        name=name,
        cycle=cycle,
        framework=framework,
        opens_on=opens_on,
        rate_by=rate_by,
        decide_by=decide_by,
        raters_per_sheet=raters_per_sheet,
        created_at=actor.now,
    )
    MethodSetting.objects.bulk_create(default_settings(intake))
    return intake


# By when the evidence of each kind of method is due.
GATES: Mapping[str, Gate] = {
    Method.Kind.RECORD: Gate.DESK,
    Method.Kind.EXERCISE: Gate.DAY,
    Method.Kind.FEEDBACK: Gate.DAY,
    Method.Kind.INTERVIEW: Gate.FINAL,
}
# What is judged as a piece of work is judged without the name on it.
HIDES_NAME = frozenset({"written", "visual_planning"})


def default_settings(intake: Intake) -> list[MethodSetting]:
    """What an intake asks of each method unless somebody says otherwise: one trainer's word is all there can be."""
    newest = newest_instruments(intake.programme)
    return [
        MethodSetting(
            programme_id=intake.programme_id,
            intake=intake,
            method=method,
            raters=1 if method.kind == Method.Kind.FEEDBACK else intake.raters_per_sheet,
            gate=GATES[method.kind],
            hides_name=method.code in HIDES_NAME,
            instrument=newest.get(method.code),
        )
        for method in Method.objects.filter(version=intake.framework_id)
    ]


@command("selection.intake.move")
def move_to_phase(*, actor: Actor, intake: Intake, phase: str) -> Intake:
    """Make ``phase`` the one active phase of the intake. What is due by its gate decides from now on who sees what."""
    require(actor, "selection.intake.steer", intake)
    if phase not in GATE_OF_PHASE:
        raise DomainError(_("Choose one of the phases."), field="phase")
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    if intake.state != Intake.State.OPEN:
        raise DomainError(_("This intake is closed: nothing can be assigned any more."))
    intake.phase, intake.gate = phase, GATE_OF_PHASE[phase]
    intake.save(update_fields=["phase", "gate"])
    request_scores(intake_id=intake.pk, now=actor.now)
    return intake


@command("selection.intake.set_method")
def change_method_setting(*, actor: Actor, setting: MethodSetting, raters: int, gate: int, hides_name: bool) -> MethodSetting:
    """Say how many raters a method has, by which gate, and whether they see the name. Sheets that exist follow."""
    require(actor, "selection.intake.steer", setting.intake)
    if not 1 <= raters <= 5:
        raise DomainError(_("One to five assessors rate each sheet."), field="raters")
    if gate not in Gate.values:
        raise DomainError(_("Choose one of the gates."), field="gate")
    setting = MethodSetting.objects.select_for_update().get(pk=setting.pk)
    setting.raters, setting.gate, setting.hides_name = raters, gate, hides_name
    setting.save(update_fields=["raters", "gate", "hides_name"])
    RatingSheet.objects.filter(intake=setting.intake_id, method=setting.method_id).update(gate=gate)
    request_scores(intake_id=setting.intake_id, now=actor.now)
    return setting


@command("selection.intake.dates")
def set_phase_dates(*, actor: Actor, intake: Intake, dates: Mapping[str, dt.date], calibration_required: bool) -> Intake:
    """Say until when each phase lasts, and whether assessors calibrate first. Raises ``DomainError`` on dates out of order."""
    require(actor, "selection.intake.steer", intake)
    given = [(phase, dates[phase]) for phase in Intake.Phase if phase in dates]
    for (_before, earlier), (phase, later) in pairwise(given):
        if later < earlier:
            raise DomainError(_("A phase ends before the one before it. Check the dates."), field=phase)
    near = actor.now.date()
    for phase, day in given:
        if not near - FAR_AWAY <= day <= near + FAR_AWAY:
            raise DomainError(_("This date is more than ten years away. Check the year."), field=phase)
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    intake.calibration_required = calibration_required
    intake.save(update_fields=["calibration_required"])
    IntakePhase.objects.filter(intake=intake).exclude(phase__in=[phase for phase, _day in given]).delete()
    IntakePhase.objects.bulk_create(
        [IntakePhase(programme_id=intake.programme_id, intake=intake, phase=phase, ends_on=day) for phase, day in given],
        update_conflicts=True,
        unique_fields=["intake", "phase"],
        update_fields=["ends_on"],
    )
    return intake
