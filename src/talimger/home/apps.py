from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from talimger.shell import navigation
from talimger.shell.navigation import NavItem


class HomeConfig(AppConfig):
    name = "talimger.home"
    label = "home"

    def ready(self) -> None:
        navigation.register(NavItem(_("My tasks"), "home:tasks", "people.home", order=0))
