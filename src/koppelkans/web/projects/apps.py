"""Registration with Django."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Wijken."""

    name = "koppelkans.web.projects"
    verbose_name = "Wijken"
