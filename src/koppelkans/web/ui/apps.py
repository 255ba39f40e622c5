"""Registration with Django."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Opmaak."""

    name = "koppelkans.web.ui"
    verbose_name = "Opmaak"
