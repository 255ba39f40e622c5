"""The answer of the design as tables: pipes on the map, connections with their reasons, one row of figures per regime."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from koppelkans import tables
from koppelkans.heat.network.design_graph import StreetGraph
from koppelkans.heat.network.instance import Design
from koppelkans.heat.offers import KWH_PER_MWH
from koppelkans.heat.pipes import HOURS_PER_YEAR, PipeLevels

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
W_PER_MW = 1_000_000.0
REPACKED = ("peak_saved_kw", "package_more_eur_per_year")
EXPLAINED = ("margin_eur_per_year", "drop_out_eur_per_mwh", "missing_eur_per_mwh")
LEAST_LINE_M = 0.1
"""A service whose branch point lies on the point of its building is drawn this long."""


def pipes_table(
    graph: StreetGraph, design: Design, levels: PipeLevels, offers: pd.DataFrame, sections: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """The pipes of a design (contract PIPES without what the physics adds), lines drawn from the source outwards.

    ``heat_mwh`` is what all buildings behind a pipe buy in a year, losses apart. ``density_mwh_per_m``: for a main, the heat
    of the connected buildings that leave its section, per metre of main in that section; for a service its own heat per metre.
    Method: docs/method.md#network-design.
    """
    used = graph.edges.iloc[design.edge].reset_index(drop=True)
    downstream = np.where(used["tail"] == design.upstream, used["head"], used["tail"]).astype(np.int64)
    heat_mwh = _heat_behind(graph, used, design.upstream, downstream, offers)
    length = used["length_m"].to_numpy(float)
    trench = levels.trench_eur_per_m * used["surface_factor"].to_numpy(float)
    service = (used["kind"] == "service").to_numpy(bool)
    frame = pd.DataFrame({
        "kind": np.where(service, "service", "main"),
        "section": used["section"].to_numpy(object),
        "building": used["building"].to_numpy(object),
        "from_node": graph.nodes[design.upstream],
        "to_node": graph.nodes[downstream],
        "length_m": length,
        "diameter_mm": levels.diameter_mm[design.level],
        "buildings": design.customers,
        "design_kw": design.design_kw,
        "heat_mwh": heat_mwh,
        "density_mwh_per_m": _density(used, heat_mwh, service),
        "loss_mwh": length * levels.loss_w_per_m[design.level] * HOURS_PER_YEAR / W_PER_MW,
        "investment_eur": length * (trench + levels.pipe_eur_per_m[design.level]),
    }, index=_keys(used))  # fmt: skip
    lines = _lines(used, graph.at[design.upstream], graph.at[downstream], sections)
    located = gpd.GeoDataFrame(
        frame, geometry=gpd.GeoSeries(lines, index=frame.index, crs=sections.crs), crs=sections.crs
    )
    return located.astype(dict.fromkeys(["kind", "section", "building", "from_node", "to_node"], "str"))


def _keys(used: pd.DataFrame) -> pd.Index:
    """Keys that stay the same when other streets or buildings change: section and metres, or building."""
    pieces = (
        used["section"].astype(object)
        + "|"
        + used["start_m"].map("{:.0f}".format)
        + "-"
        + used["end_m"].map("{:.0f}".format)
    )
    service = "service|" + used["building"].astype(object)
    source = used["source"].fillna("source|").astype(object) if "source" in used else "source|"
    keys = np.select([used["kind"] == "service", used["kind"] == "source"], [service, source], pieces)
    named: pd.Index = pd.Index(keys, name="pipe", dtype="str")
    return named


def _heat_behind(
    graph: StreetGraph, used: pd.DataFrame, upstream: Ints, downstream: Ints, offers: pd.DataFrame
) -> Floats:
    """Heat bought a year by the buildings behind each pipe [MWh], added up from the leaves."""
    own = offers["heat_kwh"].reindex(used["building"]).fillna(0.0).to_numpy(float) / KWH_PER_MWH
    above = np.full(len(graph.nodes), -1, dtype=np.int64)
    above[downstream] = np.arange(len(used))
    heat = own.copy()
    for pipe in range(len(used) - 1, -1, -1):  # pipes come from the root outwards, so those behind are complete
        parent = above[upstream[pipe]]
        if parent >= 0:
            heat[parent] += heat[pipe]
    return heat


def _density(used: pd.DataFrame, heat_mwh: Floats, service: NDArray[np.bool_]) -> Floats:
    names = used["section"].fillna("")
    sold = pd.Series(np.where(service, heat_mwh, 0.0)).groupby(names).sum()
    laid_m = pd.Series(np.where(service, 0.0, used["length_m"])).groupby(names).sum()
    street = (sold / laid_m.where(laid_m > 0)).reindex(names).fillna(0.0).to_numpy(float)
    density: Floats = np.where(service, heat_mwh / used["length_m"].to_numpy(float), street)
    return density


def _lines(used: pd.DataFrame, start: Floats, end: Floats, sections: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Pieces of the axis where the pipe lies in a street, straight lines elsewhere; drawn downstream."""
    apart = np.hypot(*(end - start).T) > 0
    end = np.where(apart[:, None], end, end + np.array([LEAST_LINE_M, 0.0]))
    lines = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)
    mains = np.flatnonzero(used["kind"] == "main")
    names = used["section"].iloc[mains]
    length = sections["length_m"].loc[names].to_numpy(float)
    first, last = used["start_m"].to_numpy(float)[mains] / length, used["end_m"].to_numpy(float)[mains] / length
    axes = sections.geometry.loc[names].to_numpy()
    cut = [
        substring(axis, begin, stop, normalized=True) for axis, begin, stop in zip(axes, first, np.minimum(last, 1.0), strict=True)
    ]  # fmt: skip
    drawn = np.array(cut, dtype=object)
    if len(drawn):
        begins = shapely.get_coordinates(shapely.get_point(drawn, 0))
        finishes = shapely.get_coordinates(shapely.get_point(drawn, -1))
        upstream = start[mains]
        backwards = np.hypot(*(finishes - upstream).T) < np.hypot(*(begins - upstream).T)
        lines[mains] = np.where(backwards, shapely.reverse(drawn), drawn)
    return lines


def connections_table(
    offers: pd.DataFrame,
    reasons: pd.Series,
    temperatures: pd.DataFrame | None = None,
    explained: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Who connects and why, or why not (contract CONNECTIONS); ``reasons`` by building, words of CONNECTION_REASONS.

    temperatures: ``supply_c`` and ``summer_supply_c`` by building; none where nobody connects. explained: as ``connection_explanations``
    gives them; none where no design was looked at.
    """
    told = pd.DataFrame(index=offers.index) if explained is None else explained
    warm = pd.DataFrame(index=offers.index) if temperatures is None else temperatures
    return pd.DataFrame({
        "connected": reasons.isin(["pays", "must"]),
        "alternative": offers["alternative"],
        "advantage_eur_per_year": offers["advantage_eur_per_year"].fillna(0.0),
        "reason": reasons.astype("str"),
        **{name: warm.get(name, pd.Series(np.nan, index=offers.index)).astype(float) for name in ("supply_c", "summer_supply_c")},
        "connected_because": told.get("connected_because", pd.Series(None, index=offers.index, dtype="str")),
        **{name: told.get(name, pd.Series(np.nan, index=offers.index)) for name in EXPLAINED},
        "package_alone": told.get("package_alone", pd.Series(None, index=offers.index, dtype="str")),
        **{name: told.get(name, pd.Series(np.nan, index=offers.index)) for name in REPACKED},
    }, index=offers.index)[tables.CONNECTIONS.column_names]  # fmt: skip


def variant_row(
    pipes: gpd.GeoDataFrame, connected: pd.DataFrame, levels: PipeLevels, *, source: str, peak_kw: float, network_eur_per_year: float,
) -> dict[str, Any]:  # fmt: skip
    """The figures of one regime that follow from its pipes and connected buildings; see NETWORK_VARIANTS."""
    main = (pipes["kind"] == "main").to_numpy(bool)
    length = pipes["length_m"].to_numpy(float)
    loss_mwh = float(pipes["loss_mwh"].sum())
    pump_mwh = float((pipes["heat_mwh"] * pipes["length_m"]).sum() * levels.pump_kwh_per_kwh_m)
    return {
        "source": source,
        "supply_c": levels.regime.supply_c,
        "return_c": levels.regime.return_c,
        "buildings": len(connected),
        "dwellings": int(connected["dwellings"].sum()),
        "heat_mwh": float(connected["heat_kwh"].sum() / KWH_PER_MWH),
        "loss_mwh": loss_mwh,
        "peak_kw": peak_kw,
        "pump_mwh": pump_mwh,
        "main_m": float(length[main].sum()),
        "service_m": float(length[~main].sum()),
        "investment_eur": float(pipes["investment_eur"].sum()),
        "network_eur_per_year": network_eur_per_year,
    }
