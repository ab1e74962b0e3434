"""Who may do what with people, organisations and the programme itself."""

from django.db.models import Q

from talimger.kernel.policies import EVERYTHING, NOTHING, Actor, anyone, both, held, policy_table
from talimger.people.models import RoleAssignment
from talimger.people.roles import OFFICE, SECOND_FACTOR_ROLES, Role


def own_jobs(actor: Actor) -> Q:
    """The jobs that this person started."""
    return Q(requested_by=actor.user_id)


def own_account(actor: Actor) -> Q:
    """The person's own account."""
    return NOTHING if actor.user_id is None else Q(pk=actor.user_id)


def known_here(actor: Actor) -> Q:
    """Who holds or has held a role in the programme."""
    return Q(pk__in=RoleAssignment._base_manager.filter(programme=actor.programme_id).values("person"))


def invitations_within_reach(actor: Actor) -> Q:
    """Whoever reads an invitation could open it in another's place, so a coordinator reads none to a more powerful role."""
    if actor.holds(Role.OFFICER, Role.ADMINISTRATOR):
        return EVERYTHING
    return ~Q(role__in=SECOND_FACTOR_ROLES) if actor.holds(Role.COORDINATOR) else NOTHING


def roles_to_invite_to(actor: Actor) -> list[Role]:
    """The roles that this person may invite others to: nobody can make somebody more powerful than themselves."""
    if actor.is_system or actor.holds(Role.OFFICER, Role.ADMINISTRATOR):
        return list(Role)
    return [role for role in Role if role not in SECOND_FACTOR_ROLES] if actor.holds(Role.COORDINATOR) else []


POLICIES = policy_table(
    ("people.home", "people.Programme", anyone),
    ("people.list", "people.RoleAssignment", held(*OFFICE, Role.ADMINISTRATOR)),
    ("people.person.view", "people.User", both(held(*OFFICE, Role.ADMINISTRATOR), known_here)),
    ("people.invite", "people.Programme", held(*OFFICE, Role.ADMINISTRATOR)),
    ("people.invitation.view", "people.Invitation", invitations_within_reach),
    ("people.invitation.renew", "people.Invitation", invitations_within_reach),
    ("people.invitation.withdraw", "people.Invitation", invitations_within_reach),
    ("people.role.give", "people.Programme", held(Role.OFFICER, Role.ADMINISTRATOR)),
    ("people.role.end", "people.RoleAssignment", held(Role.OFFICER, Role.ADMINISTRATOR)),
    ("people.organisation.edit", "people.Organisation", held(*OFFICE, Role.ADMINISTRATOR)),
    ("people.settings.edit", "people.Programme", held(Role.OFFICER, Role.ADMINISTRATOR)),
    ("people.cycle.edit", "people.Cycle", held(Role.OFFICER, Role.ADMINISTRATOR)),
    ("people.outbox.view", "kernel.OutboxMail", held(*OFFICE)),
    ("people.outbox.retry", "kernel.OutboxMail", held(*OFFICE)),
    ("people.job.view", "kernel.Job", own_jobs),
    ("people.account.edit", "people.User", own_account),
)
