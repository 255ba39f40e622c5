"""Charts of solutions, bills, money and the business case, as SVG text."""

from __future__ import annotations

import altair as alt
import pandas as pd

from koppelkans.report import palette
from koppelkans.report.drawing import WIDTH, colour, drawn


def options_chart(frame: pd.DataFrame, *, titles: dict[str, str], language: str) -> str:
    """Yearly cost per type and solution: median as a point, p10 to p90 as a line, society and owner in two colours.

    frame: ``type``, ``solution`` (titles in reading order), ``whose``, ``p10``, ``median``, ``p90`` in EUR a year.
    """
    whose = list(frame["whose"].unique())
    base = alt.Chart(frame).encode(
        y=alt.Y("solution:N", sort=list(frame["solution"].unique()), title=None),
        yOffset=alt.YOffset("whose:N", sort=whose),
        color=colour("whose", whose, [palette.SOCIETY, palette.OWNER]),
    )
    span = base.mark_rule(strokeWidth=3, opacity=0.55).encode(
        x=alt.X("p10:Q", title=titles["cost"], scale=alt.Scale(zero=True)), x2="p90:Q"
    )
    middle = base.mark_point(filled=True, size=55, opacity=1).encode(
        x="median:Q", shape=alt.Shape("whose:N", sort=whose, legend=None)
    )
    rows = alt.layer(span, middle).properties(width=WIDTH - 220, height=alt.Step(11))
    kinds = alt.Facet("type:N", sort=list(frame["type"].unique()), title=None)
    return drawn(rows.facet(kinds, columns=1, spacing=6).resolve_scale(y="independent"), language)


def shares_chart(
    frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str, columns: int = 3
) -> str:
    """Bars of one hundred percent: ``row`` (label), ``part`` (label), ``amount``; parts in the order of ``colours``.

    columns: how many names of parts stand beside each other in the legend.
    """
    order = list(colours)
    chart = (
        alt.Chart(frame.assign(place=frame["part"].map(order.index)))
        .mark_bar(stroke=palette.PAPER, strokeWidth=1)
        .encode(
            y=alt.Y("row:N", sort=list(frame["row"].unique()), title=None),
            x=alt.X("amount:Q", stack="normalize", title=titles["share"], axis=alt.Axis(format="%")),
            color=colour("part", order, list(colours.values()), columns=columns),
            order="place:Q",
        )
        .properties(width=WIDTH - 190, height=alt.Step(26))
    )
    return drawn(chart, language)


def stacked_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """Stacked amounts per household and heating: ``household``, ``heating``, ``part``, ``amount``; total beside each bar."""
    order = list(colours)
    bars = (
        alt.Chart()
        .mark_bar(stroke=palette.PAPER, strokeWidth=1)
        .encode(
            y=alt.Y("heating:N", sort=list(frame["heating"].unique()), title=None),
            x=alt.X("sum(amount):Q", title=titles["amount"], axis=alt.Axis(format=",.0f")),
            color=colour("part", order, list(colours.values()), columns=3),
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
    return drawn(rows.facet(homes, columns=1, spacing=8).resolve_scale(y="independent"), language)


def balance_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """One bar per row to either side of nothing: ``row``, ``side``, ``amount``; optional second bar per row (``end``)."""
    chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            y=alt.Y("row:N", sort=list(frame["row"].unique()), title=None),
            x=alt.X("amount:Q", title=titles["amount"], axis=alt.Axis(format=titles["format"])),
            color=colour("side", list(colours), list(colours.values())),
        )
        .properties(width=WIDTH - 290, height=alt.Step(19))
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=palette.INK).encode(x="zero:Q")
    return drawn(alt.layer(chart, zero), language)


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
    hue = colour("part", list(colours), list(colours.values()))
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
                x=years, y=ratio, color=colour("uptake", list(shown), list(shown.values()), columns=5, symbol="stroke")
            )
        )
        enough = (
            alt.Chart(pd.DataFrame({"dscr": [1.0]})).mark_rule(color=palette.INK, strokeDash=[4, 3]).encode(y="dscr:Q")
        )
        rows.append(alt.layer(curves, enough).properties(width=WIDTH - 90, height=150))
    return drawn(alt.vconcat(*rows).resolve_scale(color="independent"), language)
