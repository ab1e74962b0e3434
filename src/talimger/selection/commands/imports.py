"""Candidates from a spreadsheet: upload, map, write as a job, undo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.files import keep_file
from talimger.kernel.jobs import Progress, start_job
from talimger.kernel.models import Job
from talimger.kernel.policies import Actor, require
from talimger.selection.importing import candidate_from, guess_mapping, mapping_problem
from talimger.selection.models import Candidate, CandidateImport, ImportLine, Intake, candidate_key
from talimger.selection.queries import preview_of, table_of
from talimger.shell.spreadsheets import read_table

KEEP_FILES_FOR = dt.timedelta(days=30)
State = CandidateImport.State


@command("selection.candidate.import.upload")
def upload_candidates(*, actor: Actor, intake: Intake, content: bytes, file_name: str) -> CandidateImport:
    """Keep a spreadsheet and guess its columns. Raises ``SpreadsheetError`` when it cannot be read; then nothing is kept."""
    require(actor, "selection.candidate.import", intake)
    _require_open(intake)
    table = read_table(content, file_name)
    record = keep_file(actor=actor, content=content, name=file_name, purpose="candidates", keep_for=KEEP_FILES_FOR)
    return CandidateImport.objects.create(
        programme_id=actor.programme_key,
        intake=intake,
        file=record,
        file_name=record.name,
        mapping=guess_mapping(table.headers),
        created_by_id=actor.user_id,
        created_at=actor.now,
    )


@command("selection.candidate.import.map")
def map_columns(*, actor: Actor, batch: CandidateImport, mapping: Mapping[str, int]) -> CandidateImport:
    """Say which column holds what. Raises ``DomainError`` when name or address have no column, or the file is gone."""
    require(actor, "selection.candidate.import", batch.intake)
    batch = _locked(batch, State.UPLOADED, State.MAPPED)
    table = table_of(batch)
    problem = mapping_problem(mapping, len(table.headers))
    if problem:
        raise DomainError(problem, field="mapping")
    batch.mapping = dict(mapping)
    batch.state = State.MAPPED
    batch.save(update_fields=["mapping", "state"])
    return batch


@command("selection.candidate.import.start")
def start_writing(*, actor: Actor, batch: CandidateImport) -> Job:
    """Queue the writing. A second click finds the first one's job instead of starting another."""
    require(actor, "selection.candidate.import", batch.intake)
    batch = _locked(batch, State.MAPPED, State.WRITING)
    _require_open(batch.intake)
    if batch.job is not None and not (batch.job.is_over and batch.job.state == Job.State.FAILED):
        return batch.job
    batch.job = start_job(
        actor=actor,
        kind="selection.import_candidates",
        title=_("Candidates from %(file)s") % {"file": batch.file_name},
        batch=batch.pk,
    )
    batch.state = State.WRITING
    batch.save(update_fields=["job", "state"])
    return batch.job


def write_candidates(*, actor: Actor, batch: CandidateImport, progress: Progress) -> int:
    """Read the file again, then write all new candidates and the line-by-line report at once. The number written."""
    # Reading is the long part and needs no transaction; every line is judged again inside it, on what the intake has then.
    total = len(table_of(batch).rows)
    progress.step(0, total)
    written = _write_candidates(actor=actor, batch=batch)
    progress.step(total, total)
    return written


@command("selection.candidate.import.write")
def _write_candidates(*, actor: Actor, batch: CandidateImport) -> int:
    require(actor, "selection.candidate.import", batch.intake)
    batch = _locked(batch, State.MAPPED, State.WRITING)
    intake = Intake.objects.select_for_update().get(pk=batch.intake_id)
    _require_open(intake)
    preview = preview_of(batch, today=timezone.localdate(actor.now))
    last = Candidate.objects.filter(intake=intake).aggregate(last=Max("number"))["last"] or 0
    candidates = []
    for number, line in enumerate(preview.new, start=last + 1):
        candidate = candidate_from(line)
        candidate.programme_id, candidate.intake, candidate.number = actor.programme_key, intake, number
        candidate.brought_by, candidate.created_at = batch, actor.now
        candidate.name_key = candidate_key(candidate)
        candidates.append(candidate)
    Candidate.objects.bulk_create(candidates)
    ImportLine.objects.bulk_create(
        ImportLine(
            programme_id=actor.programme_key,
            batch=batch,
            line=line.line,
            name=line.name,
            verdict=line.verdict,
            messages="\n".join(line.messages),
        )
        for line in preview.lines
    )
    batch.state, batch.written_at = State.WRITTEN, actor.now
    batch.save(update_fields=["state", "written_at"])
    return len(candidates)


@command("selection.candidate.import.undo")
def undo_import(*, actor: Actor, batch: CandidateImport) -> int:
    """Take back the candidates of an import, all of them or none. Raises ``DomainError`` once somebody has begun to rate them."""
    require(actor, "selection.candidate.import", batch.intake)
    batch = _locked(batch, State.WRITTEN, State.UNDONE)
    if batch.state == State.UNDONE:
        return 0
    # Whoever assigns sheets locks the intake as well: none can appear between the question and the answer.
    Intake.objects.select_for_update().get(pk=batch.intake_id)
    candidates = Candidate.objects.filter(brought_by=batch)
    rated = candidates.filter(sheets__isnull=False).distinct().count()
    if rated:
        raise DomainError(_("This import cannot be undone: sheets have been assigned for %(count)s of its candidates.") % {"count": rated})
    removed = candidates.count()
    candidates.delete()
    batch.state, batch.undone_at = State.UNDONE, actor.now
    batch.save(update_fields=["state", "undone_at"])
    return removed


def _require_open(intake: Intake) -> None:
    if intake.state != Intake.State.OPEN:
        raise DomainError(_("This intake is closed: no more candidates can be added."), field="file")


def _locked(batch: CandidateImport, *states: str) -> CandidateImport:
    # Without its job: PostgreSQL, having waited for the lock, would join the job as it was before the wait.
    fresh = CandidateImport.objects.select_for_update().get(pk=batch.pk)
    if fresh.state not in states:
        raise DomainError(_("This import has moved on since the page was opened. Look at it again."), code="moved_on")
    return fresh
