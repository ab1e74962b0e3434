from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from talimger.shell import navigation
from talimger.shell.navigation import NavItem


class AnalysisConfig(AppConfig):
    name = "talimger.analysis"
    label = "analysis"

    def ready(self) -> None:
        # Policies and jobs must be known before the first request and the first task; models exist only from here on.
        from django.contrib.auth.signals import user_logged_out

        from talimger.analysis import housekeeping, jobs, policies  # noqa: F401  # they register themselves
        from talimger.kernel.worker import register_chore

        register_chore(housekeeping.delete_what_is_over)
        user_logged_out.connect(housekeeping.delete_on_sign_out, dispatch_uid="analysis")
        navigation.register(NavItem(_("Rating check"), "analysis:start", "analysis.start", order=25))
