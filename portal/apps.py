"""The wiring as an installed app, so that its commands and checks are found."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    label = "portal"

    def ready(self) -> None:
        from portal import checks  # noqa: F401, PLC0415 - importing registers them, and needs the apps loaded
