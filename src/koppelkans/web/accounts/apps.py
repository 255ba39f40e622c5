"""Registration with Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts."""

    name = "koppelkans.web.accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Checks and listeners."""
        from koppelkans.web.accounts import checks, signals  # noqa: F401 - registers its check

        signals.connect()
