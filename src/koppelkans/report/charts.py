"""Charts as SVG text: Altair builds them, vl-convert draws them, without network or browser.

Domain and range of every colour scale come from ``palette``, so that chart, map and legend never disagree. The text of a chart
is text; its font is the one the report ships.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from koppelkans.report import palette

FONTS = Path(__file__).parent / "fonts"
FONT = "Inter"
WIDTH = 620
_LABEL_LIMIT = 260


def options_chart(frame: pd.DataFrame, *, titles: dict[str, str], language: str) -> str:
    """Yearly cost per type and solution: median as a point, p10 to p90 as a line, society and owner in two colours.

    frame: ``type``, ``solution`` (titles in reading order), ``whose``, ``p10``, ``median``, ``p90`` in EUR a year.
    """
    whose = list(frame["whose"].unique())
    base = alt.Chart(frame).encode(
        y=alt.Y("solution:N", sort=list(frame["solution"].unique()), title=None),
        yOffset=alt.YOffset("whose:N", sort=whose),
        color=_colour("whose", whose, [palette.SOCIETY, palette.OWNER]),
    )
    span = base.mark_rule(strokeWidth=3, opacity=0.55).encode(
        x=alt.X("p10:Q", title=titles["cost"], scale=alt.Scale(zero=True)), x2="p90:Q"
    )
    middle = base.mark_point(filled=True, size=55, opacity=1).encode(
        x="median:Q", shape=alt.Shape("whose:N", sort=whose, legend=None)
    )
    rows = alt.layer(span, middle).properties(width=WIDTH - 220, height=alt.Step(11))
    kinds = alt.Facet("type:N", sort=list(frame["type"].unique()), title=None)
    return _svg(rows.facet(kinds, columns=1, spacing=6).resolve_scale(y="independent"), language)


def shares_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """Bars of one hundred percent: ``row`` (label), ``part`` (label), ``amount``; parts in the order of ``colours``."""
    order = list(colours)
    chart = (
        alt.Chart(frame.assign(place=frame["part"].map(order.index)))
        .mark_bar(stroke=palette.PAPER, strokeWidth=1)
        .encode(
            y=alt.Y("row:N", sort=list(frame["row"].unique()), title=None),
            x=alt.X("amount:Q", stack="normalize", title=titles["share"], axis=alt.Axis(format="%")),
            color=_colour("part", order, list(colours.values()), columns=3),
            order="place:Q",
        )
        .properties(width=WIDTH - 190, height=alt.Step(26))
    )
    return _svg(chart, language)


def stacked_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """Stacked amounts per household and heating: ``household``, ``heating``, ``part``, ``amount``; total beside each bar."""
    order = list(colours)
    bars = (
        alt.Chart()
        .mark_bar(stroke=palette.PAPER, strokeWidth=1)
        .encode(
            y=alt.Y("heating:N", sort=list(frame["heating"].unique()), title=None),
            x=alt.X("sum(amount):Q", title=titles["amount"], axis=alt.Axis(format=",.0f")),
            color=_colour("part", order, list(colours.values()), columns=3),
            order=alt.Order("place:Q"),
        )
    )
    totals = (
        alt.Chart()
        .mark_text(align="left", dx=4, color=palette.INK, fontSize=11)
        .encode(
            y=alt.Y("heating:N", sort=list(frame["heating"].unique())),
            x=alt.X("end:Q", aggregate="max"),
            text=alt.Text("total:Q", aggregate="max", format=",.0f"),
        )
    )
    data = frame.assign(place=frame["part"].map(order.index))
    by = [data["household"], data["heating"]]
    data = data.assign(
        total=data["amount"].groupby(by).transform("sum"), end=data["amount"].clip(lower=0).groupby(by).transform("sum")
    )
    rows = alt.layer(bars, totals, data=data).properties(width=WIDTH - 250, height=alt.Step(17))
    homes = alt.Facet("household:N", sort=list(frame["household"].unique()), title=None)
    return _svg(rows.facet(homes, columns=1, spacing=8).resolve_scale(y="independent"), language)


def balance_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """One bar per row to either side of nothing: ``row``, ``side``, ``amount``; optional second bar per row (``end``)."""
    chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            y=alt.Y("row:N", sort=list(frame["row"].unique()), title=None),
            x=alt.X("amount:Q", title=titles["amount"], axis=alt.Axis(format=titles["format"])),
            color=_colour("side", list(colours), list(colours.values())),
        )
        .properties(width=WIDTH - 290, height=alt.Step(19))
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=palette.INK).encode(x="zero:Q")
    return _svg(alt.layer(chart, zero), language)


def business_chart(
    money: pd.DataFrame,
    cover: pd.DataFrame,
    *,
    colours: dict[str, str],
    lines: dict[str, str],
    titles: dict[str, str],
    language: str,
) -> str:
    """Cash and loan of a heat company by year, and how often cash covers the loan at each uptake.

    money: ``year``, ``part``, ``amount``; the first of ``colours`` is a line, the others are stacked. cover: ``year``, ``uptake``,
    ``dscr``; a dashed line at 1 marks just enough.
    """
    first, *others = list(colours)
    ends = [int(money["year"].min()), int(money["year"].max())]
    scale = alt.Scale(zero=False, nice=False, domain=ends, padding=8)
    years = alt.X("year:Q", title=titles["year"], axis=alt.Axis(format="d"), scale=scale)
    amount = alt.Y("amount:Q", title=titles["cash"], axis=alt.Axis(format=",.0f"))
    hue = _colour("part", list(colours), list(colours.values()))
    parts = money.assign(place=money["part"].map(list(colours).index))
    loan = (
        alt.Chart(parts[parts["part"].isin(others)])
        .mark_bar(size=9)
        .encode(x=years, y=amount, color=hue, order="place:Q")
    )
    cash = alt.Chart(parts[parts["part"] == first]).mark_line(strokeWidth=2.5).encode(x=years, y=amount, color=hue)
    rows = [alt.layer(loan, cash).properties(width=WIDTH - 90, height=150)]
    if not cover.empty:
        shown = {name: colour for name, colour in lines.items() if (cover["uptake"] == name).any()}
        ratio = alt.Y("dscr:Q", title=titles["dscr"], axis=alt.Axis(format=".1f"))
        curves = (
            alt.Chart(cover)
            .mark_line(strokeWidth=2)
            .encode(
                x=years, y=ratio, color=_colour("uptake", list(shown), list(shown.values()), columns=5, symbol="stroke")
            )
        )
        enough = (
            alt.Chart(pd.DataFrame({"dscr": [1.0]})).mark_rule(color=palette.INK, strokeDash=[4, 3]).encode(y="dscr:Q")
        )
        rows.append(alt.layer(curves, enough).properties(width=WIDTH - 90, height=150))
    return _svg(alt.vconcat(*rows).resolve_scale(color="independent"), language)


def _colour(name: str, domain: list[str], colours: list[str], columns: int = 4, symbol: str = "square") -> alt.Color:
    legend = alt.Legend(title=None, orient="top", columns=columns, symbolType=symbol, labelLimit=_LABEL_LIMIT)
    return alt.Color(f"{name}:N", scale=alt.Scale(domain=domain, range=colours), sort=domain, legend=legend)


# ---------------------------------------------------------------------------------------------------------------------- drawing

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


def _svg(chart: Any, language: str) -> str:
    spec = {**chart.to_dict(validate=False), "config": _CONFIG}
    drawn = _renderer().vegalite_to_svg(spec, format_locale=_LOCALES[language])
    return _embeddable(drawn)


def _embeddable(svg: str) -> str:
    """The drawing without the roles and labels of Vega: the figure around it names the whole, once, in the reader's language."""
    svg = re.sub(r'\s(?:role|aria-[a-z]+|xml:[a-z]+)="[^"]*"', "", svg)
    return re.sub(r"^<\?xml[^>]*\?>|<!DOCTYPE[^>]*>", "", svg).strip()
