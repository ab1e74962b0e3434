from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "talimger.demo"
    label = "demo"
