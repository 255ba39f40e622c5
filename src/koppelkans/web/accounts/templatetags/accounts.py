"""What pages of accounts ask of the site."""

from __future__ import annotations

from django import template
from django.conf import settings

from koppelkans.web.accounts.words import role_words

register = template.Library()
register.filter("role_words", role_words)


@register.simple_tag
def mail_configured() -> bool:
    """Whether this site can send mail."""
    return bool(getattr(settings, "MAIL_CONFIGURED", False))
