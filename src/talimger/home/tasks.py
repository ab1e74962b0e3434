"""What is to do now, gathered from the rooms below. A task is a sentence with a number, a reason and a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talimger.framework.models import FrameworkVersion
from talimger.kernel.models import OutboxMail
from talimger.kernel.policies import Actor, allowed, possible, rule_for
from talimger.selection.models import Intake
from talimger.selection.queries import SheetTotals, assessor_loads, candidates_listed, own_queue, queue_counts, shown_name

INTAKES_TO_ANALYSE = 3


@dataclass(frozen=True)
class Task:
    """Something that waits for this person. The first one is shown large, with ``button`` as its verb."""

    title: str
    detail: str
    url: str
    button: str
    icon: str = "flag"
    due_on: dt.date | None = None
    is_late: bool = False

    @property
    def when(self) -> str:
        return date_format(self.due_on, "MONTH_DAY_FORMAT") if self.due_on else ""


def tasks_for(actor: Actor, programme: str, intake: Intake | None, totals: SheetTotals | None) -> list[Task]:
    """Everything that waits for the actor in this programme, late things first."""
    today = timezone.localdate(actor.now)
    tasks = [
        *_rating(actor, programme, today),
        *_selecting(actor, programme, intake, totals, today),
        *_letters(actor, programme),
        *_analysing(actor, programme),
    ]
    return sorted(tasks, key=lambda task: not task.is_late)


def current_intake(actor: Actor) -> Intake | None:
    """The newest open intake that the actor may see."""
    if not possible(actor, "selection.intake.view"):
        return None
    intake: Intake | None = allowed(actor, "selection.intake.view").filter(state=Intake.State.OPEN).order_by("-opens_on", "-pk").first()
    return intake


def _rating(actor: Actor, programme: str, today: dt.date) -> Iterator[Task]:
    if not possible(actor, "selection.sheet.queue"):
        return
    counts = queue_counts(actor)
    first = own_queue(actor).first()
    if first is None:
        return
    late = first.due_on < today
    yield Task(
        title=ngettext("Rate %(count)s sheet", "Rate %(count)s sheets", counts.open) % {"count": counts.open},
        detail=_("Locked: %(locked)s of %(all)s. The next one is %(name)s.")
        % {"locked": counts.locked, "all": counts.total, "name": shown_name(first)},
        url=reverse("selection:sheet", kwargs={"programme": programme, "pk": first.pk}),
        button=_("Open the next sheet"),
        icon="edit",
        due_on=first.due_on,
        is_late=late,
    )


def _selecting(actor: Actor, programme: str, intake: Intake | None, totals: SheetTotals | None, today: dt.date) -> Iterator[Task]:
    if not possible(actor, "selection.intake.view"):
        return
    if intake is None or totals is None:
        yield _first_intake(programme)
        return
    where = {"programme": programme, "pk": intake.pk}
    if not totals.candidates:
        yield Task(
            title=_("Bring in the candidates"),
            detail=_("Take the spreadsheet that your application form exported."),
            url=reverse("selection:upload", kwargs=where),
            button=_("Import a spreadsheet"),
            icon="upload",
        )
        return
    undecided = candidates_listed(actor, intake, state="complete").filter(rule_for("selection.decide").rows(actor)).count()
    if undecided:
        yield Task(
            title=ngettext("Decide about %(count)s candidate", "Decide about %(count)s candidates", undecided) % {"count": undecided},
            detail=_("Everybody who rates them has locked."),
            url=reverse("selection:candidates", kwargs=where) + "?state=complete",
            button=_("See whom"),
            icon="check",
            due_on=intake.decide_by,
            is_late=intake.decide_by < today,
        )
    if totals.unassigned:
        yield Task(
            title=ngettext("Assign %(count)s sheet", "Assign %(count)s sheets", totals.unassigned) % {"count": totals.unassigned},
            detail=_("Nobody rates these yet, so no decision can be taken."),
            url=reverse("selection:assign", kwargs=where),
            button=_("Choose assessors"),
            icon="users",
            due_on=intake.rate_by,
            is_late=intake.rate_by < today,
        )
    late = [load for load in assessor_loads(intake, today=today) if load.is_late]
    if late:
        yield Task(
            title=ngettext("Talk to %(count)s late assessor", "Talk to %(count)s late assessors", len(late)) % {"count": len(late)},
            detail=", ".join(load.name for load in late[:3]) + ("…" if len(late) > 3 else ""),
            url=reverse("selection:board", kwargs=where),
            button=_("Open the coverage"),
            icon="mail",
            due_on=min((load.due_on for load in late if load.due_on), default=None),
            is_late=True,
        )


def _first_intake(programme: str) -> Task:
    if not FrameworkVersion.objects.filter(state=FrameworkVersion.State.PUBLISHED).exists():
        return Task(
            title=_("Publish the competency framework"),
            detail=_("An intake keeps the version under which it was opened."),
            url=reverse("framework:overview", kwargs={"programme": programme}),
            button=_("Open the framework"),
            icon="file",
        )
    return Task(
        title=_("Open the next intake") if Intake.objects.exists() else _("Open the first intake"),
        detail=_("An intake has dates, candidates and assessors."),
        url=reverse("selection:intake_new", kwargs={"programme": programme}),
        button=_("Open an intake"),
        icon="plus",
    )


def _analysing(actor: Actor, programme: str) -> Iterator[Task]:
    """Who may take the ratings but does not see the intakes finds them here."""
    if possible(actor, "selection.intake.view") or not possible(actor, "selection.ratings.export"):
        return
    for intake in allowed(actor, "selection.ratings.export").order_by("-opens_on", "-pk")[:INTAKES_TO_ANALYSE]:
        yield Task(
            title=_("Ratings of %(intake)s") % {"intake": intake.name},
            detail=_("One rating a line, of candidates whose sheets are all locked."),
            url=reverse("selection:ratings", kwargs={"programme": programme, "pk": intake.pk, "kind": "xlsx"}),
            button=_("Download as XLSX"),
            icon="download",
        )


def _letters(actor: Actor, programme: str) -> Iterator[Task]:
    if not possible(actor, "people.outbox.view"):
        return
    failed = allowed(actor, "people.outbox.view").filter(state=OutboxMail.State.FAILED).count()
    if failed:
        yield Task(
            title=ngettext("%(count)s letter was not delivered", "%(count)s letters were not delivered", failed) % {"count": failed},
            detail=_("Check the address, then send it again."),
            url=reverse("people:outbox", kwargs={"programme": programme}) + "?state=failed",
            button=_("See which"),
            icon="mail",
            is_late=True,
        )
