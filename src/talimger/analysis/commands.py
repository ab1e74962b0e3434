"""A spreadsheet of one's own: keep it for an hour, compute, delete."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from talimger.analysis.columns import MOST_ROWS, MeantRatings, head_of, rows_of
from talimger.analysis.folders import GoneError
from talimger.analysis.models import SpreadsheetAnalysis
from talimger.analysis.tokens import new_token
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.jobs import start_job
from talimger.kernel.models import Job
from talimger.kernel.policies import Actor, require
from talimger.people.models import Programme
from talimger.shell.spreadsheets import Limits, Table, read_table

KEPT_FOR = dt.timedelta(hours=1)
# Somebody compares two files; nobody needs a disk full of them.
MOST_OPEN = 5
State = SpreadsheetAnalysis.State


def upload_spreadsheet(*, actor: Actor, programme: Programme, content: bytes, file_name: str) -> SpreadsheetAnalysis:
    """Keep the table of a spreadsheet for an hour. Raises ``SpreadsheetError`` when it cannot be read; then nothing is kept."""
    require(actor, "analysis.start", programme)
    # Reading a large file takes seconds, in which nobody else's writing may have to wait.
    return _keep_table(actor=actor, table=read_table(content, file_name, limits=Limits(rows=MOST_ROWS)), file_name=file_name)


@command("analysis.spreadsheet.upload")
def _keep_table(*, actor: Actor, table: Table, file_name: str) -> SpreadsheetAnalysis:
    if SpreadsheetAnalysis.objects.filter(created_by=actor.user_id).count() >= MOST_OPEN:
        raise DomainError(_("You have %(count)s spreadsheets open. Delete one of them first.") % {"count": MOST_OPEN}, field="file")
    assert actor.user_id is not None
    row: SpreadsheetAnalysis = SpreadsheetAnalysis.objects.create(
        programme_id=actor.programme_key,
        token=new_token(actor),
        created_by_id=actor.user_id,
        created_at=actor.now,
        expires_at=actor.now + KEPT_FOR,
    )
    row.folder.create()
    row.folder.write_json("head.json", head_of(table, file_name))
    row.folder.write_json("rows.json", rows_of(table))
    return row


@command("analysis.spreadsheet.start")
def start_analysis(*, actor: Actor, analysis: SpreadsheetAnalysis, ratings: MeantRatings) -> Job:
    """Queue the computation of these ratings. A second click finds the first one's job instead of starting another."""
    require(actor, "analysis.use", analysis)
    row = _locked(analysis)
    if row.state == State.RUNNING and row.job is not None and row.job.state != Job.State.FAILED:
        return row.job
    row.folder.drop("result.json", "report.pdf")
    row.folder.write_json("ratings.json", ratings.as_json())
    # The title stands in the database, which is backed up: it names nothing of the file.
    row.job = start_job(actor=actor, kind="analysis.spreadsheet", title=_("Your own spreadsheet"), analysis=row.pk)
    row.state = State.RUNNING
    row.save(update_fields=["job", "state"])
    return row.job


@command("analysis.spreadsheet.finish")
def finish_analysis(*, actor: Actor, analysis: SpreadsheetAnalysis, result: dict[str, Any], report: bytes | None) -> SpreadsheetAnalysis:
    """Put the result beside the file, or what went wrong. Raises ``GoneError`` when its person has deleted it meanwhile."""
    row = _locked(analysis)
    require(actor, "analysis.use", row)
    if report is not None:
        row.folder.write("report.pdf", report)
    row.folder.write_json("result.json", result)
    row.state = State.DONE if report is not None else State.PROBLEM
    row.save(update_fields=["state"])
    return row


@command("analysis.spreadsheet.delete")
def delete_analysis(*, actor: Actor, analysis: SpreadsheetAnalysis) -> SpreadsheetAnalysis:
    """Delete file, result and row, at once and for good. Deleting twice is no mistake."""
    if SpreadsheetAnalysis.objects.filter(pk=analysis.pk).exists():
        require(actor, "analysis.use", analysis)
    # The folder first: if the rest is rolled back, what mattered is gone all the same.
    analysis.folder.remove()
    SpreadsheetAnalysis.objects.filter(pk=analysis.pk).delete()
    return analysis


def _locked(analysis: SpreadsheetAnalysis) -> SpreadsheetAnalysis:
    fresh: SpreadsheetAnalysis | None = SpreadsheetAnalysis.objects.select_for_update().filter(pk=analysis.pk).first()
    if fresh is None:
        raise GoneError
    return fresh
