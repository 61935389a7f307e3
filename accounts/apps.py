from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.services import second_factors  # noqa: PLC0415 - imports models, which are there only when the apps are loaded
        from portal.base import secrets  # noqa: PLC0415 - imports models, which are there only when the apps are loaded

        secrets.on_rotation("totp-seeds", second_factors.reseal, key_ids=second_factors.key_ids)
