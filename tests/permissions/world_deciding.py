"""An intake after rating, for the permission matrix: somebody to talk about, somebody decided, a second look, a mentor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from talimger.framework.models import FrameworkVersion, Method
from talimger.kernel.languages import LocalisedText
from talimger.mentors.commands import Newcomer, admit
from talimger.selection.models import Appeal, Candidate, Decision, Rating
from tests.factories.people import actor_of, make_person
from tests.factories.selection import make_candidate, make_intake, make_sheet, rate

if TYPE_CHECKING:
    from tests.permissions.world import Unit


def add_deciding(unit: Unit, mark: str) -> None:
    """The keys ``discussed rating told appeal rated_intake mentor``; every text carries ``mark``."""
    programme = unit.programme
    framework = FrameworkVersion.objects.get(pk=unit.keys["version"])
    intake = make_intake(programme, framework, asks_for={"education"}, name=LocalisedText.of(f"{mark} второй набор"))
    unit.keys["rated_intake"] = intake.pk
    method = Method.objects.get(version=framework, code="education")
    rater, decider = make_person(programme, "assessor", name=f"{mark} второй"), make_person(programme, "officer", name=f"{mark} решающий")

    def rated(name: str) -> Candidate:
        candidate = make_candidate(intake, f"{mark} {name}", email=f"{name}@{programme.slug}.test", education=mark)
        rate(make_sheet(candidate, method, rater), 3, note=mark)
        return candidate

    discussed, told, others = rated("discussed"), rated("told"), rated("others")
    unit.keys["discussed"], unit.keys["told"] = discussed.pk, told.pk
    unit.keys["rating"] = Rating.objects.filter(sheet__candidate=discussed).values_list("pk", flat=True)[0]
    for role in ("assessor", "senior_interviewer", "trainer"):
        rate(make_sheet(others, method, unit.people[role]), 3, note=mark)
    decision = Decision.objects.create(
        programme=programme, candidate=told, outcome="accept", reason="strong_evidence", comment=mark, decided_by=decider,
        decided_at=timezone.now(),
    )  # fmt: skip
    appeal = Appeal.objects.create(programme=programme, decision=decision, text=f"{mark} прошу посмотреть ещё раз", asked_at=timezone.now())
    unit.keys["appeal"] = appeal.pk
    newcomer = Newcomer(
        intake=intake.pk, candidate=told.pk, intake_name=intake.name, full_name=f"{mark} наставник",
        email=f"mentor@{programme.slug}.test", language="ru",
    )  # fmt: skip
    unit.keys["mentor"] = admit(actor=actor_of(unit.people["officer"], programme), newcomer=newcomer).pk
