"""The heat network of a plan as its streets see it: what the works calendar must know of its pipes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from koppelkans.plan.network import upstream_sections
from koppelkans.street.assets import StreetNetwork


def street_network(
    pipes: pd.DataFrame, network_sections: pd.DataFrame, corridors: pd.DataFrame | None = None
) -> StreetNetwork | None:
    """The pipes of a design by street section; None when it has no main in any street.

    pipes, network_sections, corridors: tables PIPES, NETWORK_SECTIONS and HEAT_CORRIDORS of the plan. A main belongs to its section; a pipe from the source to the first street counts as pipe of the section it reaches; a
    service pipe counts in the section where it leaves the main. ``trench_eur`` is the length of main times the price of the trench there, at most what was invested
    (pipes that lie there already cost none); ``pipe_eur`` is the rest of the mains, ``heat_own_eur`` that with service pipes.
    What moving others out of the way costs is in the rest: nobody shares it.
    Method: docs/method.md#street-network.
    """
    mains = pipes[(pipes["kind"] == "main") & pipes["section"].notna()]
    if mains.empty:
        return None
    laid = mains.groupby("section")[["investment_eur", "length_m"]].sum()
    trench = (laid["length_m"] * network_sections["trench_eur_per_m"].reindex(laid.index)).fillna(0.0)
    if corridors is not None:
        trench -= laid["length_m"] * corridors["corridor_eur_per_m"].reindex(laid.index).fillna(0.0)
    trench = trench.clip(lower=0.0, upper=laid["investment_eur"])
    services, approach = pipes[pipes["kind"] == "service"], pipes[(pipes["kind"] == "main") & pipes["section"].isna()]
    behind = services.assign(at=_section_of(services, mains, "from_node"))
    served = (
        behind.groupby("at")
        .agg(eur=("investment_eur", "sum"), mwh=("heat_mwh", "sum"), buildings=("building", "nunique"))
        .reindex(laid.index)
        .fillna(0.0)
    )
    reached = approach.assign(at=_section_of(approach, mains, "to_node")).groupby("at")["investment_eur"].sum()
    pipe = laid["investment_eur"] - trench + reached.reindex(laid.index).fillna(0.0)
    return StreetNetwork(pd.DataFrame({
        "heat_own_eur": pipe + served["eur"], "pipe_eur": pipe, "trench_eur": trench, "upstream": _upstream(mains).reindex(laid.index).astype("str"),
        "heat_mwh": served["mwh"], "buildings": served["buildings"].astype("int64"),
    }).rename_axis("section").sort_index())  # fmt: skip


def _section_of(pipes: pd.DataFrame, mains: pd.DataFrame, node: str) -> pd.Series:
    """Section with a main that each pipe belongs to: its own, else that of a main at its node, the entering one first."""
    at = pd.concat([mains.set_index("to_node")["section"], mains.set_index("from_node")["section"]])
    by_node = at[~at.index.duplicated()]
    return pipes["section"].where(pipes["section"].isin(mains["section"]), pipes[node].map(by_node)).astype("str")


def _upstream(mains: pd.DataFrame) -> pd.Series:
    """Section upstream of each, as a tree: by the most buildings behind the entry, else, where that turns in a ring, by the entry nearest to the source."""
    found = upstream_sections(mains)
    if not _turns(found):
        return found
    into = mains.drop_duplicates("to_node").set_index("to_node")["section"]
    entering = mains.assign(parent=mains["from_node"].map(into), steps=_steps(mains))
    entering = entering[entering["parent"] != entering["section"]]
    return entering.sort_values("steps", kind="stable").drop_duplicates("section").set_index("section")["parent"]


def _turns(upstream: pd.Series) -> bool:
    """Whether somebody is upstream of itself."""
    place = upstream.index.get_indexer(pd.Index(upstream.fillna("")))
    for _ in range(len(place).bit_length() + 1):
        place = np.where(place >= 0, place[np.maximum(place, 0)], place)
    return bool((place >= 0).any())


def _steps(mains: pd.DataFrame) -> np.ndarray:
    """Number of mains between the source and each of them, itself counted."""
    above = pd.Index(mains["to_node"]).get_indexer(mains["from_node"])
    steps, reach = np.ones(len(mains), dtype=np.int64), above.copy()
    while (reach >= 0).any():
        steps, reach = steps + (reach >= 0), np.where(reach >= 0, above[np.maximum(reach, 0)], reach)
    return steps
