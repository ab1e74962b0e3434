from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "talimger.shell"
    label = "shell"
