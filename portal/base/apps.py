"""The ground floor as an installed app, so that its tables, command and tasks are found."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "portal.base"
    label = "base"
