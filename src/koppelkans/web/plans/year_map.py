"""The map of works by year as a drawing, with the years of each section for the script of the page; light to load."""

from __future__ import annotations

from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe


def map_svg(found: dict[str, Any], title: str) -> SafeString:
    """The map as SVG text: a thin line per section, those with works wider, each with its years for the script of the page."""
    lines = [
        f'<path d="{line["path"]}" class="{"works" if line["years"] else "street"}" data-years="{" ".join(map(str, line["years"]))}">'
        f"<title>{escape(line['street'] or line['section'])}: {', '.join(map(str, line['years'])) or '–'}</title></path>"
        for line in sorted(found["lines"], key=lambda line: bool(line["years"]))
    ]
    return mark_safe(  # noqa: S308 - our own drawing, its texts escaped
        f'<svg xmlns="http://www.w3.org/2000/svg" class="year-map" role="img" aria-label="{escape(title)}" viewBox="-8 -8 {found["width"] + 16} {found["height"] + 16}">'
        f"{''.join(lines)}</svg>"
    )
