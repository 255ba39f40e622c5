"""Words and notation of templates: numbers and days as Dutch and English write them, and links from a figure to its method."""

from __future__ import annotations

from math import floor, isnan, log10
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from koppelkans.web.accounts.rights import may as _may

register = template.Library()


@register.filter
def rounded(value: Any, digits: int = 3) -> str:
    """A number with so many significant digits, in the notation of the reader; a dash for nothing."""
    if value is None or value == "" or (isinstance(value, float) and isnan(value)):
        return "–"

    number = float(value)
    places = 0 if number == 0 else max(0, digits - 1 - floor(log10(abs(number))))
    step = 0 if number == 0 else digits - 1 - floor(log10(abs(number)))
    text = f"{round(number, step):,.{places}f}"
    return text.translate(str.maketrans(",.", ".,")) if get_language() == "nl" else text


@register.simple_tag
def method_link(anchor: str, label: str) -> SafeString:
    """A link from a figure to its method, with the figure's name for who hears links one by one."""
    from django.urls import reverse
    from django.utils.translation import gettext

    if not anchor:
        return SafeString("")
    word = gettext("methode")
    return format_html(
        '<a class="method" href="{}#{}" aria-label="{}: {}">{}</a>', reverse("method"), anchor, word, label, word
    )


@register.simple_tag(takes_context=True)
def may(context: template.Context, right: str) -> bool:
    """Whether the reader has a right on the project of this page."""
    request = context["request"]
    return _may(request.user, right, getattr(request, "project", None))
