"""The planner's codes in words: which rule a plan breaks, and why there is no plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from talimger.core.planning.errors import Reason, Violation
from talimger.people.models import User
from talimger.selection.models import AssessmentDay, Candidate


@dataclass(frozen=True)
class Names:
    """What the planner's ids are called."""

    candidates: Mapping[str, str]
    people: Mapping[str, str]
    methods: Mapping[str, str]
    rooms: Mapping[str, str]
    blocks: Mapping[str, str]

    @classmethod
    def of(cls, day: AssessmentDay) -> Names:
        """The names of a day's people, rooms, blocks and methods, in five queries."""
        people = User.objects.filter(pk__in=day.assessors.values("person")).values_list("pk", "full_name")
        candidates = Candidate.objects.filter(pk__in=day.candidates.values("candidate")).values_list("pk", "full_name")
        return cls(
            candidates={str(key): name for key, name in candidates},
            people={str(key): name for key, name in people},
            methods={row.method.code: str(row.method) for row in day.methods.select_related("method")},
            rooms={str(row.pk): row.name for row in day.rooms.all()},
            blocks={str(row.pk): f"{row.starts_at:%H:%M}" for row in day.blocks.all()},
        )

    def fill(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a code with names instead of ids."""
        filled = dict(fields)
        if "session" in filled:
            filled["exercise"], filled["block"], filled["room"] = filled["session"]
        tables: tuple[tuple[str, Mapping[str, str]], ...] = (
            ("candidate", self.candidates),
            ("assessor", self.people),
            ("exercise", self.methods),
            ("room", self.rooms),
            ("block", self.blocks),
        )
        for name, table in tables:
            if name in filled:
                filled[name] = table.get(str(filled[name]), filled[name])
        filled["person"] = filled.get("assessor") or filled.get("candidate") or ""
        if "exercises" in filled:
            filled["exercises"] = ", ".join(self.methods.get(code, code) for code in filled["exercises"])
        return filled


Say = Callable[[dict[str, Any]], str]
_BROKEN: Mapping[str, Say] = {
    "group_size": lambda f: _("%(exercise)s at %(block)s: %(size)s candidates, between %(least)s and %(most)s are needed.") % f,
    "room_capacity": lambda f: _("%(exercise)s at %(block)s: %(size)s candidates in a room for %(most)s.") % f,
    "raters": lambda f: _("%(exercise)s at %(block)s: %(count)s of %(needed)s assessors.") % f,
    "seniors": lambda f: _("%(exercise)s at %(block)s: %(count)s of %(needed)s senior interviewers.") % f,
    "length": lambda f: _("%(exercise)s at %(block)s runs past the end of the day.") % f,
    "room_twice": lambda f: _("Two sessions at once in %(room)s at %(block)s.") % f,
    "exercise_times": lambda f: _("%(candidate)s does “%(exercise)s” %(times)s times instead of %(needed)s.") % f,
    "cannot_rate": lambda f: _("%(assessor)s may not rate “%(exercise)s”.") % f,
    "busy_twice": lambda f: _("%(person)s is in two places at %(block)s.") % f,
    "not_there": lambda f: _("%(person)s is not there at %(block)s.") % f,
    "no_pause": lambda f: _("%(person)s has more than %(most)s blocks in a row, up to %(block)s.") % f,
    "no_lunch": lambda f: _("%(person)s has no time for lunch.") % f,
    "conflict": lambda f: _("%(assessor)s must not meet %(candidate)s: a conflict of interest.") % f,
    "meetings": lambda f: _("%(assessor)s meets %(candidate)s %(times)s times; %(most)s is the most.") % f,
    "one_assessor": lambda f: _("%(assessor)s alone rates every session of “%(exercise)s”: nobody could tell how strict they are.") % f,
}
_MISSING: Mapping[str, Say] = {
    "no_room": lambda f: _("No room is large enough for “%(exercise)s”.") % f,
    "group_sizes": lambda f: _("%(candidates)s candidates cannot be divided into groups of %(least)s to %(most)s for “%(exercise)s”.") % f,
    "raters": lambda f: _("“%(exercise)s” needs %(needed)s assessors at once; %(possible)s are there.") % f,
    "seniors": lambda f: _("“%(exercise)s” needs %(needed)s senior interviewers at once; %(possible)s are there.") % f,
    "room_blocks": lambda f: _("Too few rooms or blocks for %(exercises)s: %(needed)s are needed, %(possible)s are there.") % f,
    "rater_blocks": lambda f: _("Too few assessors for %(exercises)s: %(needed)s blocks of work, %(possible)s can be done.") % f,
    "senior_blocks": lambda f: _("Too few senior interviewers for %(exercises)s: %(needed)s blocks, %(possible)s can be done.") % f,
    "candidate_blocks": lambda f: _("%(candidate)s needs %(needed)s blocks with pauses and lunch; the day has %(possible)s for them.") % f,
    "conflicts": lambda f: _("Because of conflicts of interest only %(possible)s people can rate %(candidate)s in “%(exercise)s”.") % f,
    "meetings": lambda f: _("Too few assessors for %(candidate)s, so that nobody meets them more than twice.") % f,
}


def rules_broken(violations: Iterable[Violation], names: Names) -> list[str]:
    """One sentence for each rule that a plan breaks; a rule without a sentence is named by its code rather than hidden."""
    return [_said(_BROKEN, each.code, names.fill(each.fields)) for each in violations]


def why_not(reasons: Iterable[Reason], names: Names) -> list[str]:
    """One sentence for each reason why there is no plan."""
    return [_said(_MISSING, each.code, names.fill(each.fields)) for each in reasons]


def _said(table: Mapping[str, Say], code: str, fields: dict[str, Any]) -> str:
    say = table.get(code)
    return say(fields) if say else _("The plan breaks the rule “%(code)s”.") % {"code": code}
