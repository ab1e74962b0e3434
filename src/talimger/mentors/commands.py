"""Every write of mentors."""

from __future__ import annotations

from dataclasses import dataclass

from talimger.kernel.commands import command
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor, require
from talimger.mentors.models import Admission, Mentor
from talimger.people.models import Programme, User


@dataclass(frozen=True)
class Newcomer:
    """Somebody who took a place: from which intake, as which candidate, and how to reach them."""

    intake: int
    candidate: int
    intake_name: LocalisedText
    full_name: str
    email: str
    language: str
    phone: str = ""
    city: str = ""
    region: str = ""


@command("mentors.admit")
def admit(*, actor: Actor, newcomer: Newcomer) -> Mentor:
    """Make a mentor of somebody who took a place. Asked again about the same candidate, it changes nothing.

    The same address is the same person: another cycle adds an admission and brings the contacts up to date.
    """
    # The programme's row is the lock: of two at once the second one finds the first one's mentor.
    programme = Programme.objects.select_for_update().get(pk=actor.programme_key)
    require(actor, "mentors.admit", programme)
    known = Admission.objects.filter(candidate_key=newcomer.candidate).select_related("mentor").first()
    if known is not None:
        return known.mentor
    mentor = Mentor.objects.filter(email__iexact=newcomer.email).first() or Mentor(
        programme=programme, email=newcomer.email, admitted_at=actor.now
    )
    for name in ("full_name", "language", "phone", "city", "region"):
        # An empty field of a new application takes nothing away that was known before.
        setattr(mentor, name, getattr(newcomer, name) or getattr(mentor, name))
    mentor.person = mentor.person or User.objects.filter(email__iexact=newcomer.email).first()
    mentor.save()
    Admission.objects.create(
        programme=programme,
        mentor=mentor,
        intake_key=newcomer.intake,
        candidate_key=newcomer.candidate,
        intake_name=newcomer.intake_name,
        admitted_at=actor.now,
        admitted_by_id=actor.user_id,
    )
    return mentor
