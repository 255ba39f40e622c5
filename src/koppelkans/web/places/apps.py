"""Registration with Django."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Gebieden."""

    name = "koppelkans.web.places"
    verbose_name = "Gebieden"
