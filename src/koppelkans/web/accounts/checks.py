"""What must hold before the site goes out into the world."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register

from koppelkans.web.configuration import secret_key_fault


@register(Tags.security, deploy=True)
def secret_key(app_configs: Any, **kwargs: Any) -> list[Error]:
    """The secret key is not the one that everybody knows."""
    fault = secret_key_fault(settings.SECRET_KEY)
    return [Error(fault, id="koppelkans.E001")] if fault else []
