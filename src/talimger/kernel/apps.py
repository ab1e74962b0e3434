from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "talimger.kernel"
    label = "kernel"
