"""The computation that the worker does for a spreadsheet."""

from __future__ import annotations

import logging
import traceback

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from talimger.analysis.commands import finish_analysis
from talimger.analysis.folders import GoneError
from talimger.analysis.models import SpreadsheetAnalysis
from talimger.kernel.errors import DomainError
from talimger.kernel.jobs import Outcome, Progress, job
from talimger.kernel.models import Job
from talimger.people.queries import actor_for

logger = logging.getLogger(__name__)


@job("analysis.spreadsheet")
def analyse_spreadsheet(row: Job, progress: Progress) -> Outcome:
    """Compute the result of a spreadsheet. Its person may delete it at any moment: then there is nothing to do, and nothing to say.

    What goes wrong is told without the words of the mistake, because they could hold a name from the file.
    """
    try:
        return _analyse(row, progress)
    except GoneError:
        return Outcome(_("The spreadsheet was deleted before the work was finished."))
    except DomainError:
        raise
    except Exception as error:
        logger.error("spreadsheet analysis failed: %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
        raise DomainError(_("This did not work. Try again or tell your administrator.")) from None


def _analyse(row: Job, progress: Progress) -> Outcome:
    # The worker's own: no page may load a numbers library.
    from talimger.analysis.measuring import measure
    from talimger.core.measurement.errors import MeasurementError

    now = timezone.now()
    analysis = SpreadsheetAnalysis.objects.filter(pk=row.arguments["analysis"]).first()
    if analysis is None or analysis.is_over(now):
        raise GoneError
    actor = actor_for(row.requested_by, row.programme, now=now) if row.requested_by else None
    if actor is None:
        raise DomainError(_("The person who started this no longer has a role in the programme."))
    folder = analysis.folder
    file_name = folder.read_json("head.json")["name"]

    def step(done: int) -> None:
        if not folder.exists:
            raise GoneError
        progress.step(done, 100)

    step(0)
    try:
        result, report = measure(folder.read_json("ratings.json"), file_name=file_name, language=row.language, now=now, step=step)
    except MeasurementError as error:
        refused = {"code": error.code, "fields": {name: str(value) for name, value in error.fields.items()}}
        finish_analysis(actor=actor, analysis=analysis, result=refused, report=None)
        return Outcome(_("These ratings cannot be computed."), _address(row, analysis))
    finish_analysis(actor=actor, analysis=analysis, result=result, report=report)
    progress.step(100, 100)
    return Outcome(_("The result is ready."), _address(row, analysis))


def _address(row: Job, analysis: SpreadsheetAnalysis) -> str:
    return reverse("analysis:page", kwargs={"programme": row.programme.slug, "token": analysis.token})
