"""Charts of energy over time and of steps on a ladder, as SVG text: load, months, coincidence, renovation, calibration, orderings."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from koppelkans.report import palette
from koppelkans.report.drawing import WIDTH, colour, drawn

_STROKE = "stroke"
_LOG_TICKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]


def load_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """Load over the hours of a year, the busiest hour first: ``hours``, ``line``, ``power``; one line per part of ``colours``."""
    chart = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(
                "hours:Q",
                title=titles["hours"],
                axis=alt.Axis(format=",.0f"),
                scale=alt.Scale(domain=[0, float(frame["hours"].max())], nice=False),
            ),
            y=alt.Y("power:Q", title=titles["power"], scale=alt.Scale(zero=True)),
            color=colour("line", list(colours), list(colours.values()), symbol=_STROKE),
            strokeDash=_dashes("line", list(colours)),
        )
        .properties(width=WIDTH - 90, height=210)
    )
    return drawn(chart, language)


def supply_chart(
    frame: pd.DataFrame, load: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str
) -> str:
    """Heat by plant over the hours of a year on top of each other, and the load as a line: ``hours``, ``plant``, ``power``; ``hours``, ``power``."""
    order = list(colours)
    x = alt.X(
        "hours:Q", title=titles["hours"], axis=alt.Axis(format=",.0f"), scale=alt.Scale(domain=[0, float(load["hours"].max())], nice=False)
    )  # fmt: skip
    areas = (
        alt.Chart(frame.assign(place=frame["plant"].map(order.index)))
        .mark_area(stroke=palette.PAPER, strokeWidth=0.5)
        .encode(
            x=x,
            y=alt.Y("power:Q", title=titles["power"], stack="zero"),
            color=colour("plant", order, list(colours.values()), columns=3),
            order="place:Q",
        )
    )
    line = (
        alt.Chart(load)
        .mark_line(color=palette.INK, strokeWidth=1.5)
        .encode(x=x, y=alt.Y("power:Q", title=titles["power"]))
    )
    return drawn(alt.layer(areas, line).properties(width=WIDTH - 90, height=210), language)


def months_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """Bars beside each other per month, parts on top of each other: ``month``, ``bar``, ``part``, ``amount``, in reading order."""
    order = list(colours)
    chart = (
        alt.Chart(frame.assign(place=frame["part"].map(order.index)))
        .mark_bar(stroke=palette.PAPER, strokeWidth=0.5)
        .encode(
            x=alt.X("month:N", sort=list(frame["month"].unique()), title=None, axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("bar:N", sort=list(frame["bar"].unique())),
            y=alt.Y("sum(amount):Q", title=titles["amount"], axis=alt.Axis(format=",.0f")),
            color=colour("part", order, list(colours.values()), columns=3),
            order="place:Q",
        )
        .properties(width=WIDTH - 90, height=190)
    )
    return drawn(chart, language)


def coincidence_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """Share of the sum of peaks against the number of homes, which runs by doubling: ``homes``, ``line``, ``share``."""
    chart = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=28))
        .encode(
            x=alt.X("homes:Q", title=titles["homes"], scale=alt.Scale(type="log", nice=False), axis=alt.Axis(format=",.0f", values=_LOG_TICKS)),
            y=alt.Y("share:Q", title=titles["share"], scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%")),
            color=colour("line", list(colours), list(colours.values()), symbol=_STROKE),
            strokeDash=_dashes("line", list(colours)),
        )
        .properties(width=WIDTH - 90, height=170)
    )  # fmt: skip
    return drawn(chart, language)


def ladder_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """What is left of the space heat against what it costs: ``group``, ``rung``, ``cost``, ``rest``; a numbered point per rung."""
    base = alt.Chart(frame).encode(
        x=alt.X("cost:Q", title=titles["cost"], axis=alt.Axis(format=",.0f")),
        y=alt.Y("rest:Q", title=titles["rest"], scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%")),
        color=colour("group", list(colours), list(colours.values()), columns=2, symbol=_STROKE),
    )
    steps = base.mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=45)).encode(
        order="rung:Q", strokeDash=_dashes("group", list(colours))
    )
    numbers = base.mark_text(dy=-10, fontSize=10).encode(text="rung:N")
    return drawn(alt.layer(steps, numbers).properties(width=WIDTH - 90, height=230), language)


def calibration_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """Model against meter: ``metered``, ``model``, ``low``, ``high`` (empty where there is none), ``when``; the line is where both agree."""
    most = float(frame[["metered", "model", "high"]].max().max())
    scale = alt.Scale(domain=[0, most], nice=True)
    same = alt.Chart(pd.DataFrame({"metered": [0.0, most], "model": [0.0, most]})).mark_line(
        color=palette.SOFT_INK, strokeDash=[4, 3], strokeWidth=1
    )
    x = alt.X("metered:Q", title=titles["metered"], scale=scale, axis=alt.Axis(format=",.0f"))
    y = alt.Y("model:Q", title=titles["model"], scale=scale, axis=alt.Axis(format=",.0f"))
    hue = colour("when", list(colours), list(colours.values()), symbol="circle")
    spans = alt.Chart(frame.dropna(subset=["low", "high"])).mark_rule(strokeWidth=1.6, opacity=0.55)
    points = alt.Chart(frame).mark_point(filled=True, size=45, opacity=0.9)
    shape = alt.Shape("when:N", sort=list(colours), legend=None)
    layers = alt.layer(
        same.encode(x=x, y=y),
        spans.encode(x=x, y=alt.Y("low:Q", title=titles["model"]), y2="high:Q", color=hue),
        points.encode(x=x, y=y, color=hue, shape=shape),
    )
    return drawn(layers.properties(width=WIDTH - 190, height=WIDTH - 300), language)


def orderings_chart(frame: pd.DataFrame, *, colours: dict[str, str], titles: dict[str, str], language: str) -> str:
    """Emission against cost, one named point each: ``name``, ``cost``, ``emission``, ``part`` (chosen or not, the words of ``colours``)."""
    hue = colour("part", list(colours), list(colours.values()), symbol="circle")
    base = alt.Chart(frame).encode(
        x=alt.X("cost:Q", title=titles["cost"], scale=_with_room(frame["cost"]), axis=alt.Axis(format=",~r", tickCount=6)),
        y=alt.Y("emission:Q", title=titles["emission"], scale=_with_room(frame["emission"]), axis=alt.Axis(format=",.0f")),
    )  # fmt: skip
    points = base.mark_point(filled=True, size=110, opacity=1).encode(
        color=hue, shape=alt.Shape("part:N", sort=list(colours), legend=None)
    )
    names = base.mark_text(dy=-13, fontSize=11, color=palette.INK).encode(text="name:N")
    return drawn(alt.layer(points, names).properties(width=WIDTH - 90, height=200), language)


def _with_room(values: pd.Series) -> alt.Scale:
    """A scale around the values, wide enough for names beside the outermost points."""
    low, high = float(values.min()), float(values.max())
    room = max(0.35 * (high - low), 0.02 * abs(high), 1e-6)
    return alt.Scale(domain=[max(low - room, 0.0), high + room], zero=False, nice=False)


def _dashes(name: str, domain: list[str]) -> Any:
    """Lines that differ without colour too; told by the legend of the colours."""
    dashes = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]
    return alt.StrokeDash(
        f"{name}:N", scale=alt.Scale(domain=domain, range=[dashes[at % 4] for at in range(len(domain))]), legend=None
    )
