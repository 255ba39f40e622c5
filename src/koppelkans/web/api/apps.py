"""Registration with Django."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """API."""

    name = "koppelkans.web.api"
    verbose_name = "API"
