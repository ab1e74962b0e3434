"""What a candidate reads on their own page: where they are, what comes next, and only of themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from talimger.selection.models import (
    Appeal,
    ApplicationAnswer,
    ApplicationEntry,
    AssessmentDay,
    Candidate,
    CandidateFeedback,
    Decision,
    FairnessAnswers,
    Instrument,
    Intake,
    IntakePhase,
    MethodSetting,
    SessionCandidate,
    TaskSitting,
)
from talimger.selection.queries.applying import compose_entry

Phase = Intake.Phase
# Tasks that are done at a keyboard; the others happen in a room.
TASK_METHODS = ("written", "visual_planning", "problem_solving")
TASK_PHASES = (Phase.DESK, Phase.DAY)
# The way as candidates see it: what the office calls wash-up, decisions and letters is one wait for them.
WAY = (
    (gettext_lazy("Application"), (Phase.CALL,)),
    (gettext_lazy("We read it"), (Phase.DESK,)),
    (gettext_lazy("Tasks and assessment day"), (Phase.DAY,)),
    (gettext_lazy("Interview"), (Phase.INTERVIEW,)),
    (gettext_lazy("Result"), (Phase.WASH_UP, Phase.DECISION, Phase.LETTERS, Phase.APPEAL, Phase.HANDOVER)),
)
# The result is there when the letters are out, not when second looks are over.
_RESULT_BY = Phase.LETTERS


@dataclass(frozen=True)
class WayStep:
    """A step of the candidate's way, with the day by which it ends if it is known."""

    words: str
    by: dt.date | None
    state: str


@dataclass(frozen=True)
class Slot:
    """Where the candidate is expected, and when. It names nobody else."""

    key: int
    method: str
    room: str
    place: str
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True)
class Task:
    """A task in the browser that this intake asks for."""

    setting: MethodSetting
    instrument: Instrument
    sitting: TaskSitting | None
    minutes: int

    @property
    def code(self) -> str:
        return self.setting.method.code

    def is_over(self, now: dt.datetime) -> bool:
        return self.sitting is not None and (self.sitting.submitted_at is not None or now >= self.sitting.ends_at)


@dataclass(frozen=True)
class PortalPage:
    """Everything on the page "My application"."""

    candidate: Candidate
    way: list[WayStep]
    slots: list[Slot]
    tasks: list[Task]
    decision: Decision | None
    feedback: list[CandidateFeedback]
    appeal: Appeal | None
    appeal_until: dt.datetime | None

    def open_tasks(self, now: dt.datetime) -> list[Task]:
        return [task for task in self.tasks if not task.is_over(now)]


def portal_page(candidate: Candidate, *, now: dt.datetime) -> PortalPage:
    """The page of one candidate. Before the letters are released nothing of a decision is on it."""
    decision = released_decision(candidate)
    return PortalPage(
        candidate=candidate,
        way=way_of(candidate.intake, is_told=decision is not None),
        slots=slots_of(candidate),
        tasks=[] if decision else tasks_of(candidate),
        decision=decision,
        feedback=feedback_of(candidate) if decision else [],
        appeal=Appeal.objects.filter(decision=decision).first() if decision else None,
        appeal_until=appeal_deadline(decision, candidate.intake) if decision else None,
    )


def way_of(intake: Intake, *, is_told: bool = False) -> list[WayStep]:
    """The steps with their dates; what has no date yet promises none. Who has the result is at the end of the way."""
    dates = dict(IntakePhase.objects.filter(intake=intake).values_list("phase", "ends_on"))
    here = len(WAY) - 1 if is_told else next(place for place, (_words, phases) in enumerate(WAY) if intake.phase in phases)
    steps = []
    for place, (words, phases) in enumerate(WAY):
        by = dates.get(_RESULT_BY) or dates.get(Phase.DECISION) or intake.decide_by if place == len(WAY) - 1 else dates.get(phases[-1])
        steps.append(WayStep(str(words), by, "was" if place < here else "now" if place == here else ""))
    return steps


def released_decision(candidate: Candidate) -> Decision | None:
    """The decision that the candidate has been told, the newest one if it was taken again and told again."""
    told = Decision.objects.filter(candidate=candidate, released_at__isnull=False)
    return told.order_by("-pk").first()


def appeal_deadline(decision: Decision, intake: Intake) -> dt.datetime | None:
    """Until when a second look can be asked for; ``None`` where there is nothing to look at again."""
    if decision.released_at is None or decision.superseded_at is not None or decision.outcome == Decision.Outcome.ACCEPT:
        return None
    return decision.released_at + dt.timedelta(days=intake.appeal_days)


def feedback_of(candidate: Candidate) -> list[CandidateFeedback]:
    return list(CandidateFeedback.objects.filter(candidate=candidate).select_related("competency").order_by("competency__order"))


def slots_of(candidate: Candidate) -> list[Slot]:
    """The candidate's seats on published days, in their order."""
    seats = (
        SessionCandidate.objects.filter(candidate=candidate, session__day__state=AssessmentDay.State.PUBLISHED)
        .select_related("session__day", "session__block", "session__room", "session__method")
        .order_by("session__day__held_on", "session__block__order")
    )
    zone = timezone.get_default_timezone()
    slots = []
    for seat in seats:
        session = seat.session
        start, end = (dt.datetime.combine(session.day.held_on, at, tzinfo=zone) for at in (session.block.starts_at, session.block.ends_at))
        slots.append(Slot(seat.pk, str(session.method), session.room.name, session.day.place, start, end))
    return slots


def tasks_of(candidate: Candidate) -> list[Task]:
    """The tasks that this candidate does at a keyboard, with what has come of them. Outside their phases, only those begun."""
    settings = MethodSetting.objects.filter(
        intake=candidate.intake_id, method__code__in=TASK_METHODS, instrument__state=Instrument.State.PUBLISHED
    ).select_related("method", "instrument")
    sittings = {
        sitting.method_id: sitting for sitting in TaskSitting.objects.filter(candidate=candidate).select_related("instrument", "file")
    }
    is_time = candidate.intake.phase in TASK_PHASES and candidate.withdrawn_at is None and candidate.erased_at is None
    tasks = []
    for setting in settings:
        sitting = sittings.get(setting.method_id)
        if sitting is None and not is_time:
            continue
        # Whoever has begun keeps the version they began with.
        instrument = sitting.instrument if sitting else setting.instrument
        assert instrument is not None
        extra = instrument.extra_minutes if candidate.needs_extra_time else 0
        tasks.append(Task(setting, instrument, sitting, instrument.minutes + extra))
    return tasks


def calendar_of(slots: Sequence[Slot], *, host: str, now: dt.datetime) -> str:
    """The slots as a calendar file (RFC 5545), times in UTC."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Talimger//Selection//EN", "METHOD:PUBLISH"]
    for slot in slots:
        lines += [
            "BEGIN:VEVENT",
            f"UID:slot-{slot.key}@{host}",
            f"DTSTAMP:{_utc(now)}",
            f"DTSTART:{_utc(slot.starts_at)}",
            f"DTEND:{_utc(slot.ends_at)}",
            f"SUMMARY:{_escaped(slot.method)}",
            f"LOCATION:{_escaped(', '.join(part for part in (slot.room, slot.place) if part))}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(sign, written)
    return text


def _folded(line: str) -> str:
    """At most 75 bytes a line, never cut inside a letter; what follows begins with a space."""
    parts, current, size = [], "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > 75:
            parts.append(current)
            # The space counts.
            current, size = "", 1
        current, size = current + letter, size + width
    return "\r\n ".join([*parts, current])


def own_data(candidate: Candidate) -> list[tuple[str, list[tuple[str, str]]]]:
    """All that the candidate gave or was told, in groups of (label, value): the same for the page and for the file."""
    application = getattr(candidate, "application", None)
    name_of = {each.name: str(getattr(each, "verbose_name", each.name)) for each in Candidate._meta.fields}
    plain = ("full_name", "email", "phone", "born_on", "city", "region", "occupation", "training_course", "trainer_name", "trainer_email")
    about = [(_("Number of your application"), str(candidate.number))]
    about += [(name_of[name], str(getattr(candidate, name) or "")) for name in plain]
    groups: list[tuple[str, list[tuple[str, str]]]] = [(_("About you"), about)]
    if application is not None:
        entries = ApplicationEntry.objects.filter(application=application)
        groups.append((_("Experience"), [(str(each.get_kind_display()), compose_entry(each)) for each in entries]))
        answers = ApplicationAnswer.objects.filter(application=application).select_related("question")
        groups.append((_("Questions of the programme"), [(str(each.question.text), each.text) for each in answers]))
    else:
        texts = ("professional_experience", "youth_experience", "education")
        groups.append((_("Experience"), [(name_of[name], getattr(candidate, name)) for name in texts]))
    groups.append((_("Voluntary answers"), _fairness_pairs(candidate)))
    sittings = TaskSitting.objects.filter(candidate=candidate).select_related("method", "file")
    written = [
        (str(each.method), "\n".join(part for part in (each.text, each.file.name if each.file else "") if part)) for each in sittings
    ]
    groups.append((_("Tasks"), written))
    decision = released_decision(candidate)
    if decision is not None:
        groups.append((_("Result"), [(_("Decision"), str(decision.get_outcome_display()))]))
        groups.append((_("Feedback"), [(str(each.competency), each.text) for each in feedback_of(candidate)]))
        appeal = Appeal.objects.filter(decision__candidate=candidate).first()
        if appeal is not None:
            groups.append((_("Second look"), [(_("What you wrote"), appeal.text), (_("Answer"), appeal.answer)]))
    return [(title, [(label, value) for label, value in pairs if value]) for title, pairs in groups if any(value for _l, value in pairs)]


def _fairness_pairs(candidate: Candidate) -> list[tuple[str, str]]:
    given: Any = FairnessAnswers.objects.filter(candidate=candidate).first()
    if given is None:
        return []
    names = {field.name: str(field.verbose_name) for field in FairnessAnswers._meta.fields}
    chosen = [(names[name], str(getattr(given, f"get_{name}_display")())) for name in ("sex", "age_band", "residence", "disability")]
    return [*chosen, (names["region"], given.region)]
