"""Fairness of the selection: what is counted, and the counts that may be shown. Nobody's answers are shown, ever."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from talimger.kernel.models import FileRecord
from talimger.selection.models import Candidate, Decision, FairnessAnswers, Gate, Intake

FIELDS = ("sex", "age_band", "residence", "disability", "language", "region")


@dataclass(frozen=True)
class Counted:
    """Who was let through at one stage, by what they said of themselves: ``(selected, {field: answer})`` each."""

    stage: str
    people: tuple[tuple[bool, dict[str, str]], ...]


def counted(intake: Intake) -> tuple[Counted, ...]:
    """The stages at which somebody has been stopped or chosen so far. Candidates who withdrew are not counted."""
    people = list(Candidate.objects.filter(intake=intake, withdrawn_at=None).values_list("pk", flat=True))
    answers = {row["candidate"]: row for row in FairnessAnswers.objects.filter(candidate__in=people).values("candidate", *FIELDS)}
    current = Decision.objects.filter(candidate__in=people, superseded_at=None)
    decisions = {row["candidate"]: row for row in current.values("candidate", "gate", "outcome")}

    def stage(name: str, members: list[int], chosen: set[int]) -> Counted:
        rows = tuple((key in chosen, {each: answers.get(key, {}).get(each, "") for each in FIELDS}) for key in members)
        return Counted(name, rows)

    found = []
    for gate, name in ((Gate.DESK, "desk"), (Gate.DAY, "day")):
        stopped = {key for key in people if key in decisions and decisions[key]["gate"] == gate}
        if stopped:
            found.append(stage(name, people, set(people) - stopped))
        people = [key for key in people if key not in stopped]
    decided = [key for key in people if key in decisions]
    if decided:
        found.append(stage("accept", decided, {key for key in decided if decisions[key]["outcome"] == Decision.Outcome.ACCEPT}))
    return tuple(found)


def purpose_of(intake: Intake) -> str:
    return f"fairness-{intake.pk}"


def fairness_of(intake: Intake) -> tuple[FileRecord, list[dict[str, Any]]] | None:
    """What was counted last, with the file that holds it."""
    record = FileRecord.objects.filter(purpose=purpose_of(intake)).order_by("-pk").first()
    if record is None:
        return None
    with record.content.open("rb") as stored:
        stages: list[dict[str, Any]] = json.loads(stored.read())
    return record, stages
