"""What a person has open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from talimger.analysis.folders import GoneError
from talimger.analysis.models import SpreadsheetAnalysis
from talimger.kernel.policies import Actor, allowed


def analysis_at(actor: Actor, token: str) -> SpreadsheetAnalysis | None:
    """The actor's own spreadsheet at an address; ``None`` if there is none, or none any more (``tokens`` knows which)."""
    row: SpreadsheetAnalysis | None = allowed(actor, "analysis.use").select_related("job").filter(token=token).first()
    return row


@dataclass(frozen=True)
class OpenAnalyses:
    current: list[dict[str, Any]]
    over: list[SpreadsheetAnalysis]


def open_analyses(actor: Actor) -> OpenAnalyses:
    """The spreadsheets that the actor has open, with their file names, and those whose time is over."""
    found = OpenAnalyses([], [])
    for row in allowed(actor, "analysis.use").order_by("-created_at", "-pk"):
        try:
            if row.is_over(actor.now):
                raise GoneError
            found.current.append({"row": row, "name": row.folder.read_json("head.json")["name"]})
        except GoneError:
            found.over.append(row)
    return found
