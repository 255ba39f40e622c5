"""Registration with Django."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Taken."""

    name = "koppelkans.web.jobs"
    verbose_name = "Taken"
