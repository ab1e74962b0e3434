from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MentorsConfig(AppConfig):
    name = "talimger.mentors"
    label = "mentors"

    def ready(self) -> None:
        # The policy table and the door must be complete before the first request.
        from talimger.mentors import policies  # noqa: F401  # registers the rules
        from talimger.shell.navigation import NavItem, register

        register(NavItem(_("Mentors"), "mentors:list", "mentors.list", order=30))
