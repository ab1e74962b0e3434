"""What a candidate reads about each competency with the result. It never names who rated."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from talimger.framework.models import Competency
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.policies import Actor, require
from talimger.people.models import User
from talimger.selection.models import Candidate, CandidateFeedback, RatingSheet

TEXT_LENGTH = 2_000


@command("selection.feedback.write")
def write_feedback(*, actor: Actor, candidate: Candidate, texts: Mapping[int, str]) -> list[CandidateFeedback]:
    """Keep what the candidate will read, by competency; an empty text takes the feedback away.

    Raises ``DomainError`` on a text that names somebody who rated the candidate.
    """
    require(actor, "selection.feedback.write", candidate)
    if actor.user_id is None:
        raise DomainError(_("Feedback is written by a named person."), code="nobody")
    known = set(Competency.objects.filter(version=candidate.intake.framework_id).values_list("pk", flat=True))
    if set(texts) - known:
        raise DomainError(_("This page is out of date. Load it again."), code="foreign")
    names = _names_of_raters(candidate)
    kept = []
    for competency, text in texts.items():
        words = text.strip()
        field = f"competency-{competency}"
        if len(words) > TEXT_LENGTH:
            raise DomainError(_("Shorten this text to %(limit)s characters.") % {"limit": TEXT_LENGTH}, field=field)
        if any(name.casefold() in words.casefold() for name in names):
            raise DomainError(_("Feedback never names who rated. Take the name out."), field=field)
        if not words:
            CandidateFeedback.objects.filter(candidate=candidate, competency=competency).delete()
            continue
        row, _created = CandidateFeedback.objects.update_or_create(
            candidate=candidate,
            competency_id=competency,
            defaults={
                "programme_id": candidate.programme_id,
                "text": words,
                "written_by_id": actor.user_id,
                "written_at": actor.now,
            },
        )
        kept.append(row)
    return kept


def _names_of_raters(candidate: Candidate) -> list[str]:
    raters = RatingSheet.objects.filter(candidate=candidate).values("assessor")
    return list(User.objects.filter(pk__in=raters).values_list("full_name", flat=True))
