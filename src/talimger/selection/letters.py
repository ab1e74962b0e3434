"""The letter that tells a candidate the decision, in the candidate's language."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import override

from talimger.people.models import Programme
from talimger.selection.models import Candidate, Decision


@dataclass(frozen=True)
class Letter:
    subject: str
    body: str
    language: str


def compose_letter(*, candidate: Candidate, outcome: str, programme: Programme, link: str = "") -> Letter:
    """Write the letter for an outcome. Its words are those of the language's own template, never a translation of pieces.

    The first line of a template is the subject. No letter names an assessor, a rating or a reason code. ``link`` opens the
    candidate's own page; a preview has none, for whoever looks at it is not the candidate.
    """
    if outcome not in Decision.Outcome.values:
        raise ValueError(f"no letter for the outcome {outcome}")
    language = candidate.language
    with override(language):
        text = render_to_string(
            f"selection/letters/{outcome}.{language}.txt",
            {
                "candidate": candidate,
                "intake": candidate.intake,
                "programme": programme,
                "contact": programme.contact_email,
                "link": link,
                "days": candidate.intake.appeal_days,
            },
        )
    subject, _newline, body = text.strip().partition("\n")
    return Letter(subject=subject.strip(), body=body.strip() + "\n", language=language)
