"""Words and notation of the register: shares, counts still needed, figures of the business case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from koppelkans.web.ui.templatetags.koppelkans import rounded

register = template.Library()
MOST_SHARE = 10.0
"""Above ten times everybody a required share says nothing more than: far beyond everybody."""


@register.filter
def whole(value: Any) -> int:
    """A count as a whole number."""
    return round(value or 0)


@register.filter
def as_percent(share: Any) -> str:
    """A share in hundredths; a dash for none."""
    return "–" if share is None else f"{round(100 * share)} %"


@register.filter
def as_required(share: Any) -> str:
    """A required share: never, when no share is enough."""
    if share is None:
        return _("nooit")
    return f"> {round(100 * MOST_SHARE)} %" if share > MOST_SHARE else f"{round(100 * share)} %"


@register.filter
def still_needed(row: Mapping[str, Any], name: str) -> str:
    """How many dwellings more are needed: in words when there are not so many, or when no number is enough."""
    needed, left = row[name], row["left_dwellings"]
    if needed is None:
        return _("nooit genoeg")
    return _("meer dan er zijn") if needed > left else str(round(needed))


@register.simple_tag
def project_value(row: Mapping[str, Any] | None, key: str, kind: str) -> str:
    """One figure of a business case in its notation: amounts with three digits, shares in hundredths, ratios with two."""
    value = None if not row else row.get(key)
    if value is None:
        return "–"
    return f"{rounded(100 * value, 2)} %" if kind == "share" else str(rounded(value, 2 if kind == "ratio" else 3))
