from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "talimger.people"
    label = "people"

    def ready(self) -> None:
        # The policy table must be complete before the first request.
        from talimger.people import policies  # noqa: F401  # registers the rules
