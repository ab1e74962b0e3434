from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from talimger.shell import navigation
from talimger.shell.navigation import NavItem


class SelectionConfig(AppConfig):
    name = "talimger.selection"
    label = "selection"

    def ready(self) -> None:
        # Policies, jobs and handlers must be known before the first request and the first task; models exist only from here on.
        from talimger.kernel.events import subscribe
        from talimger.selection import jobs, planning_jobs, policies  # noqa: F401  # they register themselves
        from talimger.selection.commands import release_sheets_of_ended_role

        subscribe("people.role_ended", release_sheets_of_ended_role)
        navigation.register(NavItem(_("My sheets"), "selection:queue", "selection.sheet.queue", order=10))
        navigation.register(NavItem(_("Selection"), "selection:intakes", "selection.intake.view", order=20))
