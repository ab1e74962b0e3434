"""The one table of the room: that somebody has a spreadsheet open. What is in it stands in a folder that no backup knows."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models

from talimger.analysis.folders import Folder
from talimger.kernel.models import Job
from talimger.kernel.tenancy import ProgrammeOwned


class SpreadsheetAnalysis(ProgrammeOwned):
    """A spreadsheet that one person opened for an hour. The row holds no name, no label and no number of the file."""

    class State(models.TextChoices):
        UPLOADED = "uploaded"
        RUNNING = "running"
        DONE = "done"
        PROBLEM = "problem"

    token = models.CharField(max_length=64, unique=True)
    # Whoever goes takes it along; the folder is swept then.
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")

    @property
    def folder(self) -> Folder:
        return Folder(self.token)

    def is_over(self, now: dt.datetime) -> bool:
        """Whether nobody may see it any longer: its hour has passed, its person has left, or its folder is gone."""
        return self.expires_at <= now or not self.folder.exists or self.folder.was_left(now)
