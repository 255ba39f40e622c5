"""What a resident may know of a street: a direction, why, and what stands there; groups of ten buildings or more, no years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.report.material import OTHER, Material
from koppelkans.report.published_network import UNASSESSED, PublishedNetwork
from koppelkans.web.plans.house_rows import significant

if TYPE_CHECKING:
    from collections.abc import Iterable

DENSE = tables.DENSITY_CLASSES[2:]
"""Classes of heat density in which a network that was not looked at might still be the better way."""
HEAT_PUMPS = tuple(name for name in tables.INDIVIDUAL_SOLUTIONS if name not in tables.FOSSIL_SOLUTIONS)
_HALF = 0.5
_NEARLY = 0.9


def street_rows(material: Material) -> list[dict[str, Any]]:
    """One row per street that may be published, by name.

    ``direction``: network, individual, mixed or unknown. ``network``: which part of the buildings connects (nearly_all, most, some,
    none; unsaid in a plan that looked at no network). ``why``: keys of reasons in the order in which they are told. ``solutions``: those of
    at least ten buildings, with ``most`` or ``part`` of the street. ``kinds``: types of house of which at least ten stand there.
    Nothing here is a year, and nothing tells of fewer than ten buildings.
    """
    network = PublishedNetwork(material)
    streets = material.streets.sort_index()
    shares, kinds = _large_parts(material, "solution"), _large_parts(material, "kind")
    connected = network.streets if network.verdict == "pays" else pd.DataFrame()
    rows = []
    for street, density in streets.to_dict("index").items():
        found = shares.get(str(street), {})
        row = {
            "street": str(street),
            "buildings": int(density["buildings"]),
            "density_class": str(density["density_class"]),
            "density_mwh_per_m": significant(density["density_mwh_per_m"]),
            "network_assessed": network.verdict not in UNASSESSED,
            "network": _network_part(network, connected, str(street)),
            "solutions": [{"solution": name, "share": part} for name, part in found.items()],
            "kinds": [name for name in kinds.get(str(street), {}) if name not in (OTHER, "non_residential")],
        }
        rows.append(row | _direction(material, network, row))
    return rows


def _large_parts(material: Material, column: str) -> dict[str, dict[str, str]]:
    """Per published street the labels that at least ten buildings share and none dominates: ``most`` of the street, or ``part``."""
    choices, groups = material.choices, material.street_groups.reindex(material.choices.index)
    known = groups.notna() & (groups != "")
    heat = material.heated["heat_kwh"].reindex(choices.index)[known]
    single = disclosure.cells(heat, [groups[known].rename("street"), choices.loc[known, column].rename("label")])
    whole = groups[known].value_counts()
    found: dict[str, dict[str, str]] = {}
    allowed = single[single["allowed"]].sort_values("contributors", ascending=False, kind="stable")
    for row in allowed.reset_index().to_dict("records"):
        street = str(row["street"])
        found.setdefault(street, {})[str(row["label"])] = (
            "most" if row["contributors"] > _HALF * whole[street] else "part"
        )
    return found


def _network_part(network: PublishedNetwork, connected: pd.DataFrame, street: str) -> str:
    if network.verdict in UNASSESSED:
        return "unsaid"
    if connected.empty or street not in connected.index:
        return "none"
    row = connected.loc[street]
    if pd.isna(row["connected_share"]):
        return "most" if row["more_than_half"] else "some"
    if row["connected_share"] <= 0:
        return "none"
    return "nearly_all" if row["connected_share"] >= _NEARLY else "most" if row["connected_share"] > _HALF else "some"


def _direction(material: Material, network: PublishedNetwork, row: dict[str, Any]) -> dict[str, Any]:
    """The direction of a street and the keys of its reasons."""
    largest = next((item["solution"] for item in row["solutions"] if item["share"] == "most"), "")
    why = [f"density.{row['density_class']}", f"network.{network.verdict}"]
    if row["network"] in ("nearly_all", "most"):
        direction = "network"
    elif row["network"] == "some":
        direction = "mixed"
    elif largest in tables.FOSSIL_SOLUTIONS:
        direction, why = "unknown", [*why, "fossil"]
    elif row["network"] == "unsaid" and row["density_class"] in DENSE:
        direction, why = "unknown", [*why, "dense_unassessed"]
    else:
        direction = "individual"
    if direction in ("network", "mixed") and _assumed(material.plan.scenario.sources):
        why.append("source_assumed")
    if direction in ("individual", "mixed") and largest in HEAT_PUMPS:
        why.append("cheapest_heat_pump")
    return {"direction": direction, "why": why}


def _assumed(sources: Iterable[Any]) -> bool:
    return any(source.assumption for source in sources)
