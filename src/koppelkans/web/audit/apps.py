"""Registration with Django."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Logboek."""

    name = "koppelkans.web.audit"
    verbose_name = "Logboek"
