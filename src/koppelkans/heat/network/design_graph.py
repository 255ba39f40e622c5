"""Streets, branch points and the source as one graph whose edges remember which piece of which street they are."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from koppelkans.errors import DataError
from koppelkans.heat.offers import HeatSource, NetworkCase
from koppelkans.heat.pipes import surface_factor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MERGE_M = 1.0
"""Branch points are placed on whole metres of a section; nearer to its end than half of this they are the junction itself."""
SOURCE_NODE = "source"


@dataclass(frozen=True, slots=True)
class StreetGraph:
    """The part of the streets that the source can reach.

    ``edges``: a row per possible pipe, first the streets, then the line to the source, then the services. Columns ``kind`` (main,
    source, service), ``section``, ``building``, ``start_m`` and ``end_m`` along the section, ``length_m``, ``surface_factor``,
    ``tail`` and ``head`` (numbers of nodes). ``nodes``: names by number; ``at``: their coordinates (n, 2). ``root``: the source.
    ``customers``: buildings in the order of the services. ``unreached``: buildings attached to another component.
    """

    edges: pd.DataFrame
    nodes: NDArray[np.object_]
    at: Floats
    root: int
    customers: pd.Index
    unreached: pd.Index
    components: int


def street_graph(
    buildings: gpd.GeoDataFrame,
    sections: gpd.GeoDataFrame,
    attachments: pd.DataFrame,
    wanted: pd.Index,
    case: NetworkCase,
) -> StreetGraph:
    """The graph from the source to the buildings ``wanted``, those that are attached to a street at all.

    buildings (for their points), sections and attachments keep BUILDINGS, SECTIONS and ATTACHMENTS. Sections are cut where services
    leave, at whole metres; the source is joined by a straight line to the nearest trench route. Pieces that lead back to their
    own beginning are left out. The order of rows does not matter.

    Raises DataError when no section may hold a trench, or the source lies farther than ``heat_network.source_reach_m`` from all.
    Method: docs/method.md#network-design.
    """
    trenches = sections[sections["trench"]].sort_index()
    nearest, along_m, away_m = _joined(case, trenches)
    home = trenches.at[nearest, "component"]
    reached = trenches[trenches["component"] == home] if isinstance(home, str) else trenches.loc[[nearest]]
    wished = attachments.loc[attachments.index.intersection(wanted).sort_values()]
    here = wished[wished["section"].isin(reached.index)]
    spots = pd.concat([
        pd.DataFrame({"section": here["section"], "along_m": here["along_m"]}),
        pd.DataFrame({"section": [nearest], "along_m": [along_m]}, index=[SOURCE_NODE]),
    ])  # fmt: skip
    placed = _on_whole_metres(spots, reached)
    pieces = _pieces(placed, reached, case)
    joins = _source_edge(placed.loc[SOURCE_NODE, "node"], away_m)
    services = _services(here, placed.loc[here.index, "node"], case)
    edges = pd.concat([part for part in (pieces, joins, services) if len(part)], ignore_index=True)
    root = f"{SOURCE_NODE}|" if len(joins) else str(placed.loc[SOURCE_NODE, "node"])
    names = np.unique(np.concatenate([edges["from"].to_numpy(object), edges["to"].to_numpy(object), [root]]))
    number = pd.Index(names)
    return StreetGraph(
        edges=edges.drop(columns=["from", "to"]).assign(
            tail=number.get_indexer(pd.Index(edges["from"])).astype(np.int64),
            head=number.get_indexer(pd.Index(edges["to"])).astype(np.int64),
        ),
        nodes=np.array([name.split("|", 1)[1] or SOURCE_NODE for name in names], dtype=object),
        at=_coordinates(names, edges, buildings, reached, case.source),
        root=int(np.flatnonzero(names == root)[0]),
        customers=here.index,
        unreached=wished.index.difference(here.index),
        components=int(trenches["component"].nunique()),
    )


def _joined(case: NetworkCase, trenches: gpd.GeoDataFrame) -> tuple[str, float, float]:
    """Section nearest to the source, place along it, and how far the source lies from it [m]."""
    source = case.source
    if trenches.empty:
        raise DataError("no street section may hold a heat pipe (column trench); a network cannot be designed")
    point = shapely.Point(source.x_m, source.y_m)
    lines = trenches.geometry.to_numpy()
    away = shapely.distance(lines, point)
    place = int(np.argmin(away))
    reach_m = case.parameters.at("heat_network.source_reach_m", case.economics.day)
    if away[place] > reach_m:
        raise DataError(
            f"heat source {source.name} is not connected to any street: the nearest trench route, section {trenches.index[place]}, lies "
            f"{away[place]:.0f} m from ({source.x_m:.0f}, {source.y_m:.0f}); expected at most {reach_m:.0f} m. Correct the position, or add "
            "the street that leads to the source"
        )
    share = float(shapely.line_locate_point(lines[place], point, normalized=True))
    return str(trenches.index[place]), share * float(trenches["length_m"].iloc[place]), float(away[place])


def _on_whole_metres(spots: pd.DataFrame, reached: gpd.GeoDataFrame) -> pd.DataFrame:
    """Each spot with its rounded place ``at_m`` on the section and the name of its ``node``."""
    about = reached.loc[spots["section"]]
    length = about["length_m"].to_numpy(float)
    at_m = np.clip(np.round(spots["along_m"].to_numpy(float) / MERGE_M) * MERGE_M, 0.0, length)
    at_m = np.where(at_m >= length - MERGE_M / 2.0, length, at_m)
    at_m = np.where((at_m < MERGE_M / 2.0) & (at_m < length), 0.0, at_m)
    between = spots["section"].astype(object) + "@" + pd.Series(at_m, index=spots.index).map("{:.0f}".format)
    node = np.select(
        [at_m == 0.0, at_m == length], ["j|" + about["from_node"].astype(object), "j|" + about["to_node"].astype(object)], "b|" + between
    )  # fmt: skip
    return pd.DataFrame({"section": spots["section"].to_numpy(object), "at_m": at_m, "node": node}, index=spots.index)


def _pieces(placed: pd.DataFrame, reached: gpd.GeoDataFrame, case: NetworkCase) -> pd.DataFrame:
    """The sections cut at the spots, one row per piece."""
    names = reached.index.to_numpy(object)
    ends = pd.DataFrame({
        "section": np.concatenate([names, names]),
        "at_m": np.concatenate([np.zeros(len(reached)), reached["length_m"].to_numpy(float)]),
        "node": np.concatenate(["j|" + reached[side].to_numpy(object) for side in ("from_node", "to_node")]),
    })  # fmt: skip
    cuts = pd.concat([ends, placed.reset_index(drop=True)], ignore_index=True)
    cuts = (
        cuts.drop_duplicates(["section", "at_m"]).sort_values(["section", "at_m"], kind="stable").reset_index(drop=True)
    )
    after = cuts.shift(-1)
    same = (cuts["section"] == after["section"]) & (cuts["node"] != after["node"])
    start, end = cuts[same], after[same]
    factor = pd.Series(
        surface_factor(reached["surface"], parameters=case.parameters, day=case.economics.day), index=reached.index
    )
    return pd.DataFrame({
        "kind": "main", "section": start["section"].to_numpy(object), "building": None, "start_m": start["at_m"].to_numpy(float),
        "end_m": end["at_m"].to_numpy(float), "length_m": end["at_m"].to_numpy(float) - start["at_m"].to_numpy(float),
        "surface_factor": factor.loc[start["section"]].to_numpy(float), "from": start["node"].to_numpy(object),
        "to": end["node"].to_numpy(object),
    })  # fmt: skip


def _source_edge(node: object, away_m: float) -> pd.DataFrame:
    """The line from the source to the street; none when the source lies on it. Counted as paved."""
    frame = pd.DataFrame({
        "kind": ["source"], "section": [None], "building": [None], "start_m": [0.0], "end_m": [away_m], "length_m": [away_m],
        "surface_factor": [1.0], "from": [f"{SOURCE_NODE}|"], "to": [node],
    })  # fmt: skip
    return frame[frame["length_m"] >= MERGE_M]


def _services(here: pd.DataFrame, nodes: pd.Series, case: NetworkCase) -> pd.DataFrame:
    factor = case.parameters.at("heat_network.pipe.surface_factor", case.economics.day, "service")
    length = here["service_m"].to_numpy(float)
    return pd.DataFrame({
        "kind": "service", "section": here["section"].to_numpy(object), "building": here.index.to_numpy(object), "start_m": 0.0,
        "end_m": length, "length_m": length, "surface_factor": factor, "from": nodes.to_numpy(object),
        "to": "h|" + here.index.to_numpy(object),
    })  # fmt: skip


def _coordinates(
    names: NDArray[np.object_],
    edges: pd.DataFrame,
    buildings: gpd.GeoDataFrame,
    reached: gpd.GeoDataFrame,
    source: HeatSource,
) -> Floats:
    """Coordinates of every node: on the axis of a street, on the wall of a building where the service meets it, the source as stated."""
    mains = edges[edges["kind"] == "main"]
    lines, length = (
        reached.geometry.loc[mains["section"]].to_numpy(),
        reached["length_m"].loc[mains["section"]].to_numpy(float),
    )
    spots: dict[str, Floats] = {f"{SOURCE_NODE}|": np.array([source.x_m, source.y_m])}
    for node, place in (("from", "start_m"), ("to", "end_m")):
        points = shapely.line_interpolate_point(lines, mains[place].to_numpy(float) / length, normalized=True)
        spots.update(zip(mains[node], shapely.get_coordinates(points), strict=True))
    services = edges[edges["kind"] == "service"]
    leaves = shapely.points(np.array([spots[str(node)] for node in services["from"]], dtype=np.float64).reshape(-1, 2))
    homes = buildings.geometry.loc[services["building"]].to_numpy()
    spots.update(zip(services["to"], shapely.get_coordinates(shapely.shortest_line(leaves, homes))[1::2], strict=True))
    # A source on a street without any other piece has a node without an edge: its place is the source itself.
    return np.array([spots.get(str(name), spots[f"{SOURCE_NODE}|"]) for name in names], dtype=np.float64).reshape(-1, 2)
