"""Registration with Django."""

from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    """Bewoners."""

    name = "koppelkans.web.residents"
    verbose_name = "Bewoners"
