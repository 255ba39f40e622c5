"""Charts of the response as SVG text: how homes are heated year by year, and at which moments people decide."""

from __future__ import annotations

import altair as alt
import pandas as pd

from koppelkans.report import palette
from koppelkans.report.drawing import WIDTH, colour, drawn


def states_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """Dwellings by year, ways of heating on top of each other: ``year``, ``option`` (a key of ``colours``), ``dwellings``."""
    order = list(colours)
    years = alt.X("year:Q", title=titles["year"], axis=alt.Axis(format="d"), scale=alt.Scale(zero=False, nice=False))
    chart = (
        alt.Chart(frame.assign(place=frame["option"].map(order.index)))
        .mark_area(stroke=palette.PAPER, strokeWidth=0.5)
        .encode(
            x=years,
            y=alt.Y("sum(dwellings):Q", title=titles["dwellings"], axis=alt.Axis(format=",.0f")),
            color=colour("option", order, list(colours.values()), columns=3),
            order="place:Q",
        )
        .properties(width=WIDTH - 90, height=230)
    )
    return drawn(chart, language)


def moments_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """Decisions by moment, what was chosen in colours: ``moment`` in reading order, ``option`` (a key of ``colours``), ``dwellings``."""
    order = list(colours)
    chart = (
        alt.Chart(frame.assign(place=frame["option"].map(order.index)))
        .mark_bar(stroke=palette.PAPER, strokeWidth=0.5)
        .encode(
            y=alt.Y("moment:N", sort=list(frame["moment"].unique()), title=None),
            x=alt.X("sum(dwellings):Q", title=titles["dwellings"], axis=alt.Axis(format=",.0f")),
            color=colour("option", order, list(colours.values()), columns=3),
            order="place:Q",
        )
        .properties(width=WIDTH - 230, height=alt.Step(24))
    )
    return drawn(chart, language)
