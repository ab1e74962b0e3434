from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "talimger.home"
    label = "home"
