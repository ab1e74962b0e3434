"""What could be said to a candidate about each competency: the anchors near what they showed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from talimger.framework.models import Anchor, Competency
from talimger.selection.models import Candidate
from talimger.selection.queries.profile import profile_of

# Two sentences are read; five are not.
MOST_SENTENCES = 2


@dataclass(frozen=True)
class Suggestion:
    """A competency with sentences from its anchors, in the candidate's language; none where nothing was rated."""

    competency: Competency
    text: str


def suggestions(candidate: Candidate) -> list[Suggestion]:
    """Sentences near the mean of each competency. Fetch the candidate through ``selection.feedback.write`` first."""
    profile = profile_of(candidate)
    anchors: dict[tuple[int, int], list[str]] = defaultdict(list)
    for anchor in Anchor.objects.filter(indicator__competency__version=candidate.intake.framework_id).select_related("indicator"):
        anchors[anchor.indicator.competency_id, anchor.level].append(anchor.text.text(candidate.language))
    found = []
    for each in profile.competencies:
        sentences = anchors[each.competency.pk, _nearest(each.mean.mean)][:MOST_SENTENCES] if each.mean else []
        found.append(Suggestion(each.competency, " ".join(f"{sentence.rstrip('.')}." for sentence in sentences)))
    return found


def _nearest(mean: float) -> int:
    return min(Anchor.LEVELS, key=lambda level: abs(level - mean))
