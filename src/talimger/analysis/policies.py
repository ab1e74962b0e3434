"""Who may analyse a spreadsheet of their own, and see what came of it."""

from django.db.models import Q

from talimger.kernel.policies import NOTHING, Actor, both, held, policy_table
from talimger.people.roles import OFFICE, Role


def own(actor: Actor) -> Q:
    """The spreadsheets that this person opened: nobody else sees them, whatever their role."""
    return NOTHING if actor.user_id is None else Q(created_by=actor.user_id)


POLICIES = policy_table(
    ("analysis.start", "people.Programme", held(*OFFICE, Role.ANALYST, Role.ADMINISTRATOR)),
    ("analysis.use", "analysis.SpreadsheetAnalysis", both(held(*OFFICE, Role.ANALYST, Role.ADMINISTRATOR), own)),
)
