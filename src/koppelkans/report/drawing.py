"""How a chart becomes SVG text: Altair builds it, vl-convert draws it, without network or browser.

Domain and range of every colour scale come from ``palette``, so that chart, map and legend never disagree. The text of a chart
is text; its font is the one the report ships.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt

from koppelkans.report import palette

FONTS = Path(__file__).parent / "fonts"
FONT = "Inter"
WIDTH = 620
_LABEL_LIMIT = 260


def colour(name: str, domain: list[str], colours: list[str], columns: int = 4, symbol: str = "square") -> alt.Color:
    """The colour of a part by its name, with a legend above the chart in the order of ``domain``."""
    legend = alt.Legend(title=None, orient="top", columns=columns, symbolType=symbol, labelLimit=_LABEL_LIMIT)
    return alt.Color(f"{name}:N", scale=alt.Scale(domain=domain, range=colours), sort=domain, legend=legend)


_CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": palette.PAPER,
    "view": {"stroke": None},
    "axis": {
        "labelColor": palette.INK, "titleColor": palette.SOFT_INK, "gridColor": "#e3e8ea", "domainColor": palette.LINE,
        "tickColor": palette.LINE, "labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "labelLimit": _LABEL_LIMIT,
    },
    "legend": {"labelColor": palette.INK, "labelFontSize": 11},
    "header": {"labelColor": palette.INK, "labelFontSize": 12, "labelFontWeight": 600, "labelAnchor": "start", "labelOrient": "top", "labelPadding": 2},
}  # fmt: skip

_LOCALES = {
    "nl": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["€ ", ""]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""]},
}


@cache
def _renderer() -> Any:
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert


def drawn(chart: Any, language: str) -> str:
    """A chart as SVG text, its numbers written as in ``language``."""
    spec = {**chart.to_dict(validate=False), "config": _CONFIG}
    return _embeddable(_renderer().vegalite_to_svg(spec, format_locale=_LOCALES[language]))


def _embeddable(svg: str) -> str:
    """The drawing without the roles and labels of Vega: the figure around it names the whole, once, in the reader's language."""
    svg = re.sub(r'\s(?:role|aria-[a-z]+|xml:[a-z]+)="[^"]*"', "", svg)
    return re.sub(r"^<\?xml[^>]*\?>|<!DOCTYPE[^>]*>", "", svg).strip()
