"""Registration with Django."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Plannen."""

    name = "koppelkans.web.plans"
    verbose_name = "Plannen"
