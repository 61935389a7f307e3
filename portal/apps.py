"""The wiring as an installed app, so that its commands and checks are found."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    label = "portal"

    def ready(self) -> None:
        from accounts import sso  # noqa: PLC0415 - imports models, which are there only when the apps are loaded

        # Importing registers the checks, and says where messages go: commands send some, too.
        from portal import celery, checks, sso_calls  # noqa: F401, PLC0415 - imported for its effect, and only when the apps are loaded

        sso.call_through(sso_calls.calls_to)
