from django.apps import AppConfig


class SelectionConfig(AppConfig):
    name = "talimger.selection"
    label = "selection"
