"""Pipes that lie in the streets already: where they are on the graph, and what the design may do with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.heat.network.design_graph import StreetGraph
from koppelkans.heat.network.instance import Instance, PipeClass
from koppelkans.heat.offers import NetworkCase
from koppelkans.heat.pipes import (
    HOURS_PER_YEAR,
    MM_PER_M,
    W_PER_KW,
    PipeLevels,
    carried_kw,
    design_velocity_m_per_s,
    pipe_loss_w_per_m,
    pipe_table,
)
from koppelkans.parameters import Parameters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EVERY_M = 2.0
"""Distance between the points of a line that are looked up on the streets."""
DIAMETER_NAMES = ("dn", "diameter_mm", "diameter", "dn_mm")


def laid_pipes(
    lines: gpd.GeoDataFrame, sections: gpd.GeoDataFrame, *, parameters: Parameters, day: date
) -> pd.DataFrame:
    """Stretches of sections in which a pipe lies already: ``section``, ``start_m``, ``end_m``, ``diameter_mm``, ``capacity_kw`` (0: by diameter).

    lines: the pipes as drawn, one route for supply and return, with a column ``dn`` (nominal diameter) or ``capacity_kw`` (what they can
    carry at the regime of the scenario). sections keeps SECTIONS. Each line is looked up on the trench sections every two metres.

    Raises DataError that lists every row with neither figure, with a diameter that the pipe table does not know, or farther than
    ``heat_network.laid_reach_m`` from every section that may hold a trench. Method: docs/method.md#network-laid.
    """
    lines = lines.rename(
        columns={str(name): str(name).strip().lower() for name in lines.columns if name != lines.geometry.name}
    )
    dn = next((name for name in DIAMETER_NAMES if name in lines.columns), None)
    if dn is None and "capacity_kw" not in lines.columns:
        raise DataError(
            f"existing pipes have neither a column dn nor capacity_kw; found: {', '.join(map(str, lines.columns))}. Add the nominal "
            "diameter, or the power that the pipe can carry"
        )
    parts = (
        lines.to_crs(sections.crs).explode(index_parts=False)
        if lines.crs is not None
        else lines.explode(index_parts=False)
    )
    diameter = _numbers(parts, dn)
    capacity = _numbers(parts, "capacity_kw" if "capacity_kw" in parts.columns else None)
    trenches = sections[sections["trench"]].sort_index()
    reach_m = parameters.at("heat_network.laid_reach_m", day)
    faults = _wrong_sizes(parts, diameter, capacity)
    found = []
    for place, (row, line) in enumerate(parts.geometry.items()):
        far_m, stretches = _stretches(line, trenches, reach_m)
        if far_m > reach_m:
            faults.append(f"row {row} lies up to {far_m:.0f} m from the nearest street that may hold a trench")
        found += [(*stretch, diameter[place], capacity[place], row) for stretch in stretches]
    if faults:
        raise DataError(
            f"{len(faults)} existing pipes cannot be used; expected lines within {reach_m:g} m of a street, with a diameter of the pipe table or a capacity",
            faults,
        )
    return pd.DataFrame(found, columns=["section", "start_m", "end_m", "diameter_mm", "capacity_kw", "row"])


def _numbers(parts: gpd.GeoDataFrame, name: str | None) -> Floats:
    if name is None:
        return np.zeros(len(parts))
    text = parts[name].astype(str).str.upper().str.removeprefix("DN").str.replace(",", ".", regex=False)
    found: Floats = pd.to_numeric(text, errors="coerce").fillna(0.0).to_numpy(float)
    return found


def _wrong_sizes(parts: gpd.GeoDataFrame, diameter: Floats, capacity: Floats) -> list[str]:
    known = pipe_table()["diameter_mm"].to_numpy(float)
    rows = parts.index.astype(str).to_numpy()
    shapes = parts.geometry.geom_type.to_numpy() != "LineString"
    faults = [f"row {row} is no line" for row in rows[shapes]]
    faults += [
        f"row {row} has neither a dn nor a capacity_kw above zero" for row in rows[(diameter <= 0) & (capacity <= 0)]
    ]
    strange = (diameter > 0) & ~np.isin(diameter, known)
    names = ", ".join(f"{one:g}" for one in known)
    return faults + [
        f"row {row} has DN{dn:g}; known: {names}" for row, dn in zip(rows[strange], diameter[strange], strict=True)
    ]


def _stretches(
    line: shapely.LineString, trenches: gpd.GeoDataFrame, reach_m: float
) -> tuple[float, list[tuple[str, float, float]]]:
    """How far the line strays from the streets at most [m], and the stretches of sections that it follows.

    A point belongs to the nearest section. Where only a point or two near a crossing fall on a side street, that street is left out.
    """
    count = max(2, int(np.ceil(line.length / EVERY_M)) + 1)
    points = shapely.line_interpolate_point(line, np.linspace(0.0, 1.0, count), normalized=True)
    axes = trenches.geometry
    pairs, away = axes.sindex.nearest(points, return_all=False, return_distance=True)
    section = pd.Series(pairs[1])
    along = shapely.line_locate_point(axes.to_numpy()[pairs[1]], points[pairs[0]])
    ends = pd.Series(along).groupby(section).agg(["min", "max"])
    length = (ends["max"] - ends["min"]).to_numpy(float)
    axis_m = trenches["length_m"].to_numpy(float)[ends.index]
    kept = (length >= np.minimum(2.0 * reach_m, np.maximum(0.5 * axis_m, EVERY_M))) | (length >= 0.5 * line.length)
    starts, stops = (ends[side].to_numpy(float)[kept].tolist() for side in ("min", "max"))
    stretches = list(zip(trenches.index.astype(str)[ends.index[kept]], starts, stops, strict=True))
    return float(away.max()), stretches


def with_laid(
    instance: Instance, graph: StreetGraph, levels: PipeLevels, case: NetworkCase
) -> tuple[Instance, PipeLevels, tuple[Ints, ...]]:
    """The instance with a class of pipes for each kind of existing pipe, the levels with these pipes behind them, and what the levels of
    each class mean.

    Up to its capacity an existing pipe costs the heat that it loses and pumping. Beyond it a new, larger pipe is laid in its place, trench
    included; a second pipe beside it is not considered.
    """
    new = np.arange(len(levels.capacity_kw), dtype=np.int64)
    row = graph.edges["laid"].to_numpy(np.int64)
    if case.laid is None or not (row >= 0).any():
        return instance, levels, (new,)
    there = np.flatnonzero(row >= 0)
    diameter, capacity = (case.laid[name].to_numpy(float)[row[there]] for name in ("diameter_mm", "capacity_kw"))
    factor = graph.edges["surface_factor"].to_numpy(float)[there]
    kinds, of = np.unique(np.column_stack([diameter, capacity, factor]), axis=0, return_inverse=True)
    levels, classes, meaning = _classes(levels, kinds, case)
    edge_class, extra = instance.kinds.copy(), instance.extra_eur.copy()
    edge_class[there], extra[there] = 1 + of.ravel(), 0.0
    classes = tuple(replace(one, slope_eur_per_m_kw=instance.slope_eur_per_m_kw) for one in classes)
    return replace(instance, edge_class=edge_class, extra_eur=extra, more_classes=classes), levels, (new, *meaning)


def _classes(
    levels: PipeLevels, kinds: Floats, case: NetworkCase
) -> tuple[PipeLevels, tuple[PipeClass, ...], tuple[Ints, ...]]:
    """One class per row (diameter, capacity, surface factor) of ``kinds``."""
    table, day = pipe_table(), case.economics.day
    inner_m = table["inner_mm"].to_numpy(float) / MM_PER_M
    speed = design_velocity_m_per_s(inner_m, water=levels.water, parameters=case.parameters, day=day)
    able_kw = carried_kw(speed, inner_m, levels.regime, levels.water)
    lost_w = pipe_loss_w_per_m(table, levels.regime, case.parameters.at("heat_network.pipe.ground_c", day))
    lost_w = lost_w * case.parameters.at("heat_network.pipe.loss_factor", day, levels.regime.name)
    price = lost_w * HOURS_PER_YEAR / W_PER_KW * case.heat_eur_per_kwh
    known = table["diameter_mm"].to_numpy(np.int64)
    first, here = len(levels.capacity_kw), list[int]()
    classes, meaning = list[PipeClass](), list[Ints]()
    for diameter, capacity, factor in kinds:
        # without a diameter: that of the smallest pipe that carries as much
        at = (
            int(np.flatnonzero(known == diameter)[0])
            if diameter
            else min(int(np.searchsorted(able_kw, capacity)), len(known) - 1)
        )
        most = capacity if capacity else float(able_kw[at])
        larger = np.flatnonzero(levels.capacity_kw > most)
        anew = levels.yearly_eur_per_m[larger] + levels.trench_eur_per_m * levels.charge_share * factor
        cost = np.append(price[at], np.maximum(anew, price[at]))
        classes.append(PipeClass(np.append(most, levels.capacity_kw[larger]), np.maximum.accumulate(cost), 0.0))
        meaning.append(np.append(first + len(here), larger).astype(np.int64))
        here.append(at)
    zero = np.zeros(len(here))
    joint = replace(
        levels, diameter_mm=np.append(levels.diameter_mm, known[here]), inner_m=np.append(levels.inner_m, inner_m[here]),
        capacity_kw=np.append(levels.capacity_kw, zero), loss_w_per_m=np.append(levels.loss_w_per_m, lost_w[here]),
        pipe_eur_per_m=np.append(levels.pipe_eur_per_m, zero), yearly_eur_per_m=np.append(levels.yearly_eur_per_m, price[here]),
    )  # fmt: skip
    return joint, tuple(classes), tuple(meaning)


def laid_remarks(graph: StreetGraph, kept: NDArray[np.bool_], edges: Ints) -> list[tables.RemarkRow]:
    """How much of what lies there the design uses, replaces and leaves; ``kept`` per pipe: it is the existing one; ``edges``: of each pipe."""
    length = graph.edges["length_m"].to_numpy(float)
    row = graph.edges["laid"].to_numpy(np.int64)
    there_m = float(length[row >= 0].sum())
    if not there_m:
        return []
    used_m = float(length[edges][kept].sum())
    replaced_m = float(length[edges][(row[edges] >= 0) & ~kept].sum())
    idle_m = there_m - used_m - replaced_m
    return [tables.remark(
        "pipes", f"Van {_dutch(there_m)} m bestaande warmteleiding gebruikt het net {_dutch(used_m)} m zonder nieuwe sleuf, vervangt het {_dutch(replaced_m)} m "
        f"door een grotere en laat het {_dutch(idle_m)} m ongebruikt. De staat en de resterende levensduur van wat er ligt zijn niet nagegaan.",
        f"Of {there_m:,.0f} m of existing heat pipe the network uses {used_m:,.0f} m without a new trench, replaces {replaced_m:,.0f} m with a larger pipe "
        f"and leaves {idle_m:,.0f} m idle. The condition and remaining life of what lies there were not examined.", level="assumption", method="network-laid",
    )]  # fmt: skip


def _dutch(number: float) -> str:
    return f"{number:,.0f}".replace(",", ".")
