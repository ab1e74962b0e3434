"""A spreadsheet that waits to become candidates."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from talimger.kernel.errors import DomainError
from talimger.selection.importing import Preview, read_lines
from talimger.selection.models import Candidate, CandidateImport
from talimger.shell.spreadsheets import Table, read_table


def table_of(batch: CandidateImport) -> Table:
    """The table of an import's file, read again. Raises ``DomainError`` when the file has been deleted since."""
    if batch.file is None:
        raise DomainError(_("The file of this import has been deleted. Upload it again."), code="gone")
    try:
        with batch.file.content.open("rb") as handle:
            return read_table(handle.read(), batch.file_name)
    except FileNotFoundError as error:
        raise DomainError(_("The file of this import has been deleted. Upload it again."), code="gone") from error


def preview_of(batch: CandidateImport, *, today: dt.date) -> Preview:
    """What writing this import would do, line by line, judged on what the intake holds now."""
    known = Candidate.objects.filter(intake=batch.intake_id).values_list("email", flat=True)
    languages = batch.intake.programme.languages or ["ru"]
    return read_lines(table_of(batch), batch.mapping, known_emails=known, language=languages[0], today=today)
