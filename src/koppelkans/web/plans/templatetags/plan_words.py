"""Words of plans in templates: the status of a date or price, and an indicator with its unit and band."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from koppelkans.web.plans.vocabulary import unit_words
from koppelkans.web.ui.templatetags.koppelkans import rounded

register = template.Library()


@register.simple_tag
def status_badge(status: str, reference: str = "", owner: str = "") -> SafeString:
    """Who stands behind a date or price: decided (number of the decision), planned (by whom) or computed (by the engine)."""
    words = {
        "decided": (_("beslist"), _("besluit %(number)s") % {"number": reference} if reference else owner),
        "planned": (_("gepland"), owner or reference),
        "computed": (_("berekend"), "koppelkans"),
    }
    word, by = words[status]
    return format_html('<span class="badge {}">{}</span>', status, f"{word} · {by}" if by else word)


@register.filter
def indicator_title(row: Mapping[str, Any]) -> str:
    """The name of an indicator in the language of the page."""
    return str(row["title_en"] if get_language() == "en" else row["title"])


@register.filter
def indicator_value(row: Mapping[str, Any]) -> str:
    """The value of an indicator; shares as percentages, counts in full."""
    return _shown(row["value"], row["unit"])


@register.filter
def indicator_unit(row: Mapping[str, Any]) -> str:
    """The unit of an indicator in words."""
    return "" if row["unit"] == "aandeel" else unit_words(str(row["unit"]))


@register.filter
def indicator_band(row: Mapping[str, Any]) -> str:
    """Low to high of an indicator; empty where no band was computed."""
    if row["low"] is None or row["high"] is None:
        return ""
    low, high = _shown(row["low"], row["unit"]), _shown(row["high"], row["unit"])
    return _("%(low)s tot %(high)s") % {"low": low, "high": high}


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "aandeel":
        return f"{rounded(100 * value, 2)}\u00a0%"
    if unit in ("gebouwen", "woningen"):
        return number_format(round(value), force_grouping=True)
    return rounded(value)


@register.filter
def day(text: str) -> str:
    """A day that a file holds as 2026-11-01, in words."""
    return date_format(date.fromisoformat(text), "j F Y") if text else "–"
