"""Every non-trivial read of mentors."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from talimger.kernel.languages import in_alphabet, search_words
from talimger.kernel.policies import Actor, allowed
from talimger.mentors.models import Admission, Mentor

EXPORT_COLUMNS = ("full_name", "email", "phone", "city", "region", "language", "status", "admitted_on", "admissions")


def mentors_listed(actor: Actor, *, search: str = "") -> QuerySet[Mentor]:
    """The mentors of the programme in the alphabet's order, searched in any script, with the number of their admissions."""
    rows: QuerySet[Mentor] = allowed(actor, "mentors.list")
    for word in search_words(search):
        rows = rows.filter(name_key__contains=word)
    return rows.annotate(times=Count("admissions")).order_by(in_alphabet("full_name"), "pk")


def export_rows(actor: Actor, *, search: str = "") -> list[tuple[str | int, ...]]:
    """The list as a spreadsheet has it."""
    return [
        (
            mentor.full_name,
            mentor.email,
            mentor.phone,
            mentor.city,
            mentor.region,
            mentor.language,
            mentor.status,
            date_format(timezone.localtime(mentor.admitted_at), "Y-m-d"),
            mentor.times,  # type: ignore[attr-defined]  # annotated
        )
        for mentor in mentors_listed(actor, search=search)
    ]


def admitted_candidates(candidates: Collection[int]) -> dict[int, int]:
    """Which of these candidates are mentors already: candidate's key to mentor's key."""
    return dict(Admission.objects.filter(candidate_key__in=candidates).values_list("candidate_key", "mentor"))
