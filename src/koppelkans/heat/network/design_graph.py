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
from koppelkans.heat.pipes import pipe_table, surface_factor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MERGE_M = 1.0
"""Branch points are placed on whole metres of a section; nearer to its end than half of this they are the junction itself."""
SOURCE_NODE = "source"


@dataclass(frozen=True, slots=True)
class StreetGraph:
    """The part of the streets that the source can reach.

    ``edges``: a row per possible pipe, first the streets, then the lines to the sources, then the services. Columns ``kind`` (main,
    source, service), ``section``, ``building``, ``start_m`` and ``end_m`` along the section, ``length_m``, ``surface_factor`` (of the price
    of the trench, what others bear of it taken off), ``tail`` and ``head`` (numbers of nodes), ``laid`` (row of the pipes that lie there already, -1: none). ``nodes``: names by number; ``at``:
    their coordinates (n, 2). ``roots``: the node of each source, ``root`` that of the first.
    ``customers``: buildings in the order of the services. ``unreached``: buildings attached to another component.
    """

    edges: pd.DataFrame
    nodes: NDArray[np.object_]
    at: Floats
    roots: tuple[int, ...]
    customers: pd.Index
    unreached: pd.Index
    components: int

    @property
    def root(self) -> int:
        """The node of the first source."""
        return self.roots[0]


def street_graph(
    buildings: gpd.GeoDataFrame,
    sections: gpd.GeoDataFrame,
    attachments: pd.DataFrame,
    wanted: pd.Index,
    case: NetworkCase,
) -> StreetGraph:
    """The graph from the sources to the buildings ``wanted``, those that are attached to a street at all.

    buildings (for their points), sections and attachments keep BUILDINGS, SECTIONS and ATTACHMENTS. Sections are cut where services
    leave, at whole metres, and where pipes that lie there already begin and end; a source is joined by a straight line to the nearest trench route. Pieces that lead back to their
    own beginning are left out. The order of rows does not matter.

    Raises DataError when no section may hold a trench, or a source lies farther than ``heat_network.source_reach_m`` from all.
    Method: docs/method.md#network-design.
    """
    trenches = sections[sections["trench"]].sort_index()
    joined = pd.DataFrame(
        [_joined(source, trenches, case) for source in case.sources], columns=["section", "along_m", "away_m"], index=_source_names(case)
    )  # fmt: skip
    home = trenches.loc[joined["section"], "component"]
    reached = trenches[trenches["component"].isin(home[home.notna()]) | trenches.index.isin(home.index[home.isna()])]
    wished = attachments.loc[attachments.index.intersection(wanted).sort_values()]
    here = wished[wished["section"].isin(reached.index)]
    spots = pd.concat([
        pd.DataFrame({"section": here["section"], "along_m": here["along_m"]}),
        joined[["section", "along_m"]],
        _laid_ends(case, reached),
    ])  # fmt: skip
    placed = _on_whole_metres(spots, reached)
    pieces = _pieces(placed, reached, case)
    joins = _source_edges(placed.loc[joined.index, "node"], joined["away_m"])
    services = _services(here, placed.loc[here.index, "node"], case)
    edges = pd.concat([part for part in (pieces, joins, services) if len(part)], ignore_index=True)
    roots = np.where(
        joined["away_m"] >= MERGE_M, joined.index.astype(object), placed.loc[joined.index, "node"].to_numpy(object)
    )
    names = np.unique(np.concatenate([edges["from"].to_numpy(object), edges["to"].to_numpy(object), roots]))
    number = pd.Index(names)
    return StreetGraph(
        edges=edges.drop(columns=["from", "to"]).assign(
            tail=number.get_indexer(pd.Index(edges["from"])).astype(np.int64),
            head=number.get_indexer(pd.Index(edges["to"])).astype(np.int64),
        ),
        nodes=np.array([name.split("|", 1)[1] or SOURCE_NODE for name in names], dtype=object),
        at=_coordinates(names, edges, buildings, reached, dict(zip(roots, case.sources, strict=True))),
        roots=tuple(int(place) for place in number.get_indexer(pd.Index(roots))),
        customers=here.index,
        unreached=wished.index.difference(here.index),
        components=int(trenches["component"].nunique()),
    )


def _source_names(case: NetworkCase) -> pd.Index:
    """Names of the nodes of the sources; that of the only source is the same in every plan."""
    alone = len(case.sources) == 1
    return pd.Index([f"{SOURCE_NODE}|{'' if alone else source.name}" for source in case.sources], dtype="object")


def _laid_ends(case: NetworkCase, reached: gpd.GeoDataFrame) -> pd.DataFrame:
    """Where pipes that lie there already begin and end."""
    if case.laid is None or case.laid.empty:
        return pd.DataFrame({"section": [], "along_m": []})
    laid = case.laid[case.laid["section"].isin(reached.index)]
    ends = pd.concat([laid[["section", side]].rename(columns={side: "along_m"}) for side in ("start_m", "end_m")])
    return ends.set_index(pd.Index([f"laid|{place}" for place in range(len(ends))]))


def _joined(source: HeatSource, trenches: gpd.GeoDataFrame, case: NetworkCase) -> tuple[str, float, float]:
    """Section nearest to a source, place along it, and how far the source lies from it [m]."""
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
    if case.trench_share is not None:
        factor = factor * case.trench_share.reindex(reached.index).fillna(1.0)
    if case.trench_more_eur_per_m is not None:
        factor = factor + case.trench_more_eur_per_m.reindex(reached.index).fillna(0.0) / _trench_eur_per_m(case)
    return pd.DataFrame({
        "kind": "main", "section": start["section"].to_numpy(object), "building": None, "start_m": start["at_m"].to_numpy(float),
        "end_m": end["at_m"].to_numpy(float), "length_m": end["at_m"].to_numpy(float) - start["at_m"].to_numpy(float),
        "surface_factor": factor.loc[start["section"]].to_numpy(float), "from": start["node"].to_numpy(object),
        "to": end["node"].to_numpy(object), "laid": _laid_in(start["section"], (start["at_m"] + end["at_m"]) / 2.0, case),
    })  # fmt: skip


def _trench_eur_per_m(case: NetworkCase) -> float:
    """Price of a trench in a paved street, pipe apart."""
    factor = case.parameters.at("heat_network.pipe.price_factor", case.economics.day)
    return float(pipe_table()["price_eur_per_m"].iloc[0]) * factor


def _laid_in(section: pd.Series, middle_m: pd.Series, case: NetworkCase) -> Ints:
    """Row of the pipes that lie there already in the middle of each piece, the largest where several do; -1 for none."""
    found = np.full(len(section), -1, dtype=np.int64)
    if case.laid is None:
        return found
    for row in np.argsort(case.laid["diameter_mm"].to_numpy(), kind="stable"):
        name, start_m, end_m = (case.laid[column].iloc[row] for column in ("section", "start_m", "end_m"))
        here = (section == name).to_numpy() & (middle_m >= start_m).to_numpy() & (middle_m <= end_m).to_numpy()
        found[here] = row
    return found


def _source_edges(nodes: pd.Series, away_m: pd.Series) -> pd.DataFrame:
    """The line from each source to the street; none when the source lies on it. Counted as paved."""
    length = away_m.to_numpy(float)
    frame = pd.DataFrame({
        "kind": "source", "section": None, "building": None, "start_m": 0.0, "end_m": length, "length_m": length, "surface_factor": 1.0,
        "from": nodes.index.to_numpy(object), "to": nodes.to_numpy(object), "laid": -1,
        "source": nodes.index.to_numpy(object),
    })  # fmt: skip
    return frame[frame["length_m"] >= MERGE_M]


def _services(here: pd.DataFrame, nodes: pd.Series, case: NetworkCase) -> pd.DataFrame:
    factor = case.parameters.at("heat_network.pipe.surface_factor", case.economics.day, "service")
    length = here["service_m"].to_numpy(float)
    return pd.DataFrame({
        "kind": "service", "section": here["section"].to_numpy(object), "building": here.index.to_numpy(object), "start_m": 0.0,
        "end_m": length, "length_m": length, "surface_factor": factor, "from": nodes.to_numpy(object),
        "to": "h|" + here.index.to_numpy(object), "laid": -1,
    })  # fmt: skip


def _coordinates(
    names: NDArray[np.object_],
    edges: pd.DataFrame,
    buildings: gpd.GeoDataFrame,
    reached: gpd.GeoDataFrame,
    sources: dict[str, HeatSource],
) -> Floats:
    """Coordinates of every node: on the axis of a street, on the wall of a building where the service meets it, a source as stated."""
    mains = edges[edges["kind"] == "main"]
    lines, length = (
        reached.geometry.loc[mains["section"]].to_numpy(),
        reached["length_m"].loc[mains["section"]].to_numpy(float),
    )
    # A source on a street without any other piece has a node without an edge: its place is the source itself.
    spots: dict[str, Floats] = {name: np.array([source.x_m, source.y_m]) for name, source in sources.items()}
    for node, place in (("from", "start_m"), ("to", "end_m")):
        points = shapely.line_interpolate_point(lines, mains[place].to_numpy(float) / length, normalized=True)
        spots.update(zip(mains[node], shapely.get_coordinates(points), strict=True))
    services = edges[edges["kind"] == "service"]
    leaves = shapely.points(np.array([spots[str(node)] for node in services["from"]], dtype=np.float64).reshape(-1, 2))
    homes = buildings.geometry.loc[services["building"]].to_numpy()
    spots.update(zip(services["to"], shapely.get_coordinates(shapely.shortest_line(leaves, homes))[1::2], strict=True))
    return np.array([spots[str(name)] for name in names], dtype=np.float64).reshape(-1, 2)
