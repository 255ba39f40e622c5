"""Charts of works as SVG text: what planning together saves step by step, cost against time, works by period, and the calendar of the team."""

from __future__ import annotations

import altair as alt
import pandas as pd

from koppelkans.report import palette
from koppelkans.report.drawing import WIDTH, colour, drawn

_BAR = 22
_ROW = 15


def waterfall_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """From one plan to the other, a bar per part: ``row`` in reading order, ``low`` and ``high`` of the bar, ``part`` (a key of ``colours``), ``label`` beside it."""
    rows = list(frame["row"])
    base = alt.Chart(frame).encode(y=alt.Y("row:N", sort=rows, title=None))
    scale = alt.Scale(domain=_around(frame), nice=False)
    bars = base.mark_bar(size=_BAR - 6).encode(
        x=alt.X("low:Q", title=titles["amount"], scale=scale, axis=alt.Axis(format=",~r", tickCount=6)), x2="high:Q", color=colour("part", list(colours), list(colours.values())),
    )  # fmt: skip
    words = base.mark_text(align="left", dx=5, fontSize=11, color=palette.INK).encode(x="high:Q", text="label:N")
    return drawn(alt.layer(bars, words).properties(width=WIDTH - 250, height=alt.Step(_BAR)), language)


def _around(frame: pd.DataFrame) -> list[float]:
    """From nothing where the totals are small, else from below the lowest step: changes must be seen beside large totals."""
    steps = frame[frame["step"]]
    low, high = float(frame["low"].min()), float(frame["high"].max())
    least = float(steps["low"].min()) if len(steps) else low
    room = 0.2 * (high - least)
    return [min(low, 0.0) if low <= 0 else max(least - room, 0.0), high + room]


def cost_time_chart(frame: pd.DataFrame, *, titles: dict[str, str], language: str) -> str:
    """Gross cost against the mean year with heat, joined in the order of the worth of heat: ``year``, ``cost``, ``name``, ``place``."""
    x = alt.X("year:Q", title=titles["year"], scale=alt.Scale(zero=False, padding=30), axis=alt.Axis(format=".1f"))
    y = alt.Y("cost:Q", title=titles["cost"], scale=alt.Scale(zero=False, padding=25), axis=alt.Axis(format=",~r"))
    base = alt.Chart(frame).encode(x=x, y=y)
    line = base.mark_line(color=palette.AFTER, strokeWidth=2).encode(order="place:Q")
    points = base.mark_point(filled=True, size=70, opacity=1, color=palette.AFTER)
    names = base.mark_text(dy=-13, fontSize=11, color=palette.INK).encode(text="name:N")
    return drawn(alt.layer(line, points, names).properties(width=WIDTH - 90, height=190), language)


def periods_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """Works by period, kinds on top of each other: ``period`` in reading order, ``kind`` (a key of ``colours``), ``works``."""
    order = list(colours)
    chart = (
        alt.Chart(frame.assign(place=frame["kind"].map(order.index)))
        .mark_bar(stroke=palette.PAPER, strokeWidth=0.5)
        .encode(
            x=alt.X("period:N", sort=list(frame["period"].unique()), title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("sum(works):Q", title=titles["works"], axis=alt.Axis(format=",.0f")),
            color=colour("kind", order, list(colours.values()), columns=4),
            order="place:Q",
        )
        .properties(width=WIDTH - 90, height=190)
    )
    return drawn(chart, language)


def gantt_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """The calendar of the team, a row per street and owner: ``street``, ``owner``, ``kind`` (a key of ``colours``), ``begin``, ``end`` as years with a fraction.

    A working file: it shows computed years per street.
    """
    span = [float(frame["begin"].min()), float(frame["end"].max())]
    bars = (
        alt.Chart(frame)
        .mark_bar(height=_ROW - 5, opacity=0.85)
        .encode(
            y=alt.Y("owner:N", sort=list(frame["owner"].unique()), title=None),
            x=alt.X("begin:Q", title=titles["year"], scale=alt.Scale(domain=span, nice=False), axis=alt.Axis(format="d")),
            x2="end:Q", color=colour("kind", list(colours), list(colours.values()), columns=4),
        )
        .properties(width=WIDTH - 190, height=alt.Step(_ROW))
    )  # fmt: skip
    streets = alt.Facet("street:N", sort=list(frame["street"].unique()), title=None)
    return drawn(bars.facet(streets, columns=1, spacing=6).resolve_scale(y="independent"), language)
