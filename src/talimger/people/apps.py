from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from talimger.shell.navigation import PERSON, NavItem, register


class PeopleConfig(AppConfig):
    name = "talimger.people"
    label = "people"

    def ready(self) -> None:
        # The policy table and the doors must be complete before the first request.
        from talimger.people import policies  # noqa: F401  # registers the rules

        register(NavItem(_("People"), "people:list", "people.list", order=80, section="people"))
        register(NavItem(_("Everybody"), "people:list", "people.list", order=81, group="people"))
        register(NavItem(_("Invitations"), "people:invitations", "people.invite", order=82, group="people"))
        register(NavItem(_("Organisations"), "people:organisations", "people.organisation.edit", order=83, group="people"))
        register(NavItem(_("Letters"), "people:outbox", "people.outbox.view", order=84, group="people"))
        register(NavItem(_("Cycles"), "people:cycles", "people.cycle.edit", order=85, group="people"))
        register(NavItem(_("Programme settings"), "people:settings", "people.settings.edit", order=86, group="people"))
        register(NavItem(_("My settings"), "my_settings", order=10, group=PERSON, icon="user", outside_programme=True))
