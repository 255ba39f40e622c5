"""Registration with Django."""

from django.apps import AppConfig


class IntentionsConfig(AppConfig):
    """Intenties."""

    name = "koppelkans.web.intentions"
    verbose_name = "Intenties"
