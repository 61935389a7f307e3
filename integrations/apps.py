from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Vendors"

    def ready(self) -> None:
        from integrations.services import enrollment_sealing  # noqa: PLC0415 - needs the models loaded
        from portal.base import secrets  # noqa: PLC0415 - needs the models loaded

        secrets.on_rotation("registrations", enrollment_sealing.reseal, key_ids=enrollment_sealing.key_ids)
