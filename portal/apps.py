"""The wiring as an installed app, so that its commands and checks are found."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    label = "portal"

    def ready(self) -> None:
        # Importing registers the checks, and says where messages go: commands send some, too.
        from portal import celery, checks  # noqa: F401, PLC0415 - needs the apps loaded
