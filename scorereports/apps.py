from django.apps import AppConfig


class ScorereportsConfig(AppConfig):
    name = "scorereports"
    verbose_name = "Score reports"
