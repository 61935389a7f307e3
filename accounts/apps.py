from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.services import second_factors  # noqa: PLC0415 - needs the models loaded
        from portal.base import secrets  # noqa: PLC0415 - needs the models loaded

        secrets.on_rotation("totp-seeds", second_factors.reseal, key_ids=second_factors.key_ids)
