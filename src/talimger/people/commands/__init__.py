"""Every write of this room."""

from talimger.people.commands.account import update_my_settings
from talimger.people.commands.installation import FirstCycle, FirstProgramme, NewOfficer, set_up_installation
from talimger.people.commands.invitations import accept_invitation, invite, renew_invitation, withdraw_invitation
from talimger.people.commands.letters import retry_letter
from talimger.people.commands.organisations import save_organisation
from talimger.people.commands.programme import save_cycle, save_settings
from talimger.people.commands.roles import end_role, give_role

__all__ = [
    "FirstCycle",
    "FirstProgramme",
    "NewOfficer",
    "accept_invitation",
    "end_role",
    "give_role",
    "invite",
    "renew_invitation",
    "retry_letter",
    "save_cycle",
    "save_organisation",
    "save_settings",
    "set_up_installation",
    "update_my_settings",
    "withdraw_invitation",
]
