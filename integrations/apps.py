from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Vendors"

    def ready(self) -> None:
        from integrations.services import enrollment_sealing  # noqa: PLC0415 - imports models, which are there only when the apps are loaded
        from portal.base import secrets  # noqa: PLC0415 - imports models, which are there only when the apps are loaded

        secrets.on_rotation("registrations", enrollment_sealing.reseal, key_ids=enrollment_sealing.key_ids)
