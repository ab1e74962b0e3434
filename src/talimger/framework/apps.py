from django.apps import AppConfig


class FrameworkConfig(AppConfig):
    name = "talimger.framework"
    label = "framework"

    def ready(self) -> None:
        # The policy table must be complete before the first request.
        from talimger.framework import policies  # noqa: F401  # registers the rules
