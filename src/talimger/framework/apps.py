"""The competency framework: competencies, indicators, anchors, methods, matrix, rating items. Versioned; published is immutable."""
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FrameworkConfig(AppConfig):
    name = "talimger.framework"
    label = "framework"

    def ready(self) -> None:
        # The policy table and the doors must be complete before the first request.
        from talimger.framework import policies  # noqa: F401  # registers the rules
        from talimger.framework.checks import published_frameworks
        from talimger.framework.commands import equip_programme
        from talimger.kernel.checks import register_check
        from talimger.people.setup import on_new_programme
        from talimger.shell.navigation import NavItem, register

        register(NavItem(_("Competencies"), "framework:overview", "framework.view", order=60, section="framework"))
        register(NavItem(_("Framework"), "framework:overview", "framework.view", order=61, group="framework"))
        register(NavItem(_("Versions"), "framework:versions", "framework.view", order=62, group="framework"))
        on_new_programme(equip_programme)
        register_check("framework", published_frameworks)
