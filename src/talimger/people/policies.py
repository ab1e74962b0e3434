"""Who may do what with people, organisations and the programme itself."""

from django.db.models import Q

from talimger.kernel.policies import Actor, anyone, held, policy_table
from talimger.people.roles import OFFICE, Role


def own_jobs(actor: Actor) -> Q:
    """The jobs that this person started."""
    return Q(requested_by=actor.user_id)


POLICIES = policy_table(
    ("people.home", "people.Programme", anyone),
    ("people.list", "people.RoleAssignment", held(*OFFICE, Role.ADMINISTRATOR)),
    ("people.invite", "people.Programme", held(*OFFICE, Role.ADMINISTRATOR)),
    ("people.invitation.view", "people.Invitation", held(*OFFICE, Role.ADMINISTRATOR)),
    ("people.invitation.withdraw", "people.Invitation", held(*OFFICE, Role.ADMINISTRATOR)),
    ("people.role.give", "people.Programme", held(Role.OFFICER, Role.ADMINISTRATOR)),
    ("people.role.end", "people.RoleAssignment", held(Role.OFFICER, Role.ADMINISTRATOR)),
    ("people.organisation.edit", "people.Organisation", held(*OFFICE, Role.ADMINISTRATOR)),
    ("people.settings.edit", "people.Programme", held(Role.OFFICER, Role.ADMINISTRATOR)),
    ("people.cycle.edit", "people.Cycle", held(Role.OFFICER, Role.ADMINISTRATOR)),
    ("people.outbox.view", "kernel.OutboxMail", held(*OFFICE)),
    ("people.job.view", "kernel.Job", own_jobs),
)
