"""Where gas comes from: a tree of the streets with a gas pipe, from where gas comes in to the last house."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from koppelkans.street.assets.sections import Sections

OUTSIDE = ""
"""Parent of a section whose gas comes from outside the place."""
BORDER_M = 1.0


@dataclass(frozen=True, slots=True)
class GasTree:
    """``parent``: index section with a gas pipe, the section that feeds it, OUTSIDE where gas comes in. ``entries``: nodes where it does."""

    parent: pd.Series
    entries: tuple[str, ...]


def gas_tree(known: Sections, entry_m: tuple[float, float] | None, *, laid: pd.Index | None = None) -> GasTree:
    """The gas pipes as a tree: shortest ways along the streets from where gas comes in.

    laid: sections that are known to have a pipe; None: those where a building may use gas, and the streets on the way to them. Each connected part of the
    streets has one entry: the node nearest to ``entry_m``, else to the border of the place (its convex hull), on the largest road that comes there. Assumed in either case:
    gas networks are meshed and their stations are not public.
    Method: docs/method.md#gas-tree.
    """
    about = known.about
    streets = about if laid is None else about[about.index.isin(laid)]
    wanted = streets.index if laid is not None else streets.index[streets["may_use_gas"]]
    if not len(wanted):
        return GasTree(pd.Series(dtype="str", index=pd.Index([], name="section", dtype="str")), ())
    away, through = _ways(streets, _entry_order(streets, known, entry_m))
    near = {
        section: min((away[one], one), (away[other], other))[1]
        for section, one, other in zip(streets.index, streets["from_node"], streets["to_node"], strict=True)
    }
    up = {section: through.get(node, OUTSIDE) for section, node in near.items()}
    used = _with_ways(list(wanted), up)
    parent = pd.Series({section: up[section] for section in streets.index if section in used}, dtype="str")
    entries = sorted({near[section] for section in used if up[section] == OUTSIDE})
    return GasTree(parent.rename_axis("section"), tuple(entries))


def _with_ways(wanted: list[str], up: dict[str, str]) -> set[str]:
    """The wanted sections and all that feed them."""
    used: set[str] = set()
    for section in wanted:
        here = section
        while here != OUTSIDE and here not in used:
            used.add(here)
            here = up[here]
    return used


def _entry_order(streets: pd.DataFrame, known: Sections, entry_m: tuple[float, float] | None) -> list[str]:
    """Nodes in the order in which they would be an entry: near first, then on a large road, then by key."""
    ends = (
        shapely.get_point(known.lines.loc[streets.index].to_numpy(), 0),
        shapely.get_point(known.lines.loc[streets.index].to_numpy(), -1),
    )
    rank = {"main": 0, "collector": 1}
    size = np.tile(streets["group"].map(rank).fillna(2).to_numpy(float), 2)
    nodes = pd.DataFrame({
        "node": np.concatenate([streets["from_node"].to_numpy(object), streets["to_node"].to_numpy(object)]),
        "point": np.concatenate(ends), "size": size,
    })  # fmt: skip
    nodes = nodes.sort_values(["node", "size"], kind="stable").drop_duplicates("node")
    points = nodes["point"].to_numpy()
    if entry_m is not None:
        away = shapely.distance(points, shapely.Point(entry_m))
    else:
        border = shapely.boundary(shapely.convex_hull(shapely.multipoints(points)))
        away = np.zeros(len(points)) if shapely.is_empty(border) else shapely.distance(points, border)
    # to the metre: junctions on the border are equally near whatever the last decimals say
    ranked = nodes.assign(away=np.floor(away / BORDER_M)).sort_values(["away", "size", "node"])
    return list(ranked["node"])


def _ways(streets: pd.DataFrame, order: list[str]) -> tuple[dict[str, float], dict[str, str]]:
    """Distance of each node from the entry of its part, and the section through which it is entered."""
    beside: dict[str, list[tuple[float, str, str]]] = {node: [] for node in order}
    for section, one, other, length in zip(
        streets.index, streets["from_node"], streets["to_node"], streets["length_m"], strict=True
    ):
        beside[one].append((float(length), section, other))
        beside[other].append((float(length), section, one))
    away: dict[str, float] = {}
    through: dict[str, str] = {}
    for start in order:
        if start in away:
            continue
        heap = [(0.0, start, OUTSIDE)]
        while heap:
            reach, node, section = heapq.heappop(heap)
            if node in away:
                continue
            away[node] = reach
            if section != OUTSIDE:
                through[node] = section
            for length, along, far in beside[node]:
                if far not in away:
                    heapq.heappush(heap, (reach + length, far, along))
    return away, through
