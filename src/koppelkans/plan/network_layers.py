"""The heat network of a plan as layers for QGIS: pipes with what a designer needs, sources, and who is connected."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from koppelkans.plan.record import Plan
from koppelkans.scenario import Source

W_PER_KW = 1_000.0
_HEAT_CAPACITY = "heat_network.water.heat_capacity_j_per_kgk@all"


def network_layers(plan: Plan) -> dict[str, gpd.GeoDataFrame]:
    """Layers ``pipes``, ``sources`` and ``connections``; those without a row are left out.

    pipes: the table of pipes with ``flow_kg_per_s``, the design flow of supply and of return, and ``cost_eur_per_m``. sources: every source of the
    scenario, ``used`` by the design or not; without prices, which matter to a tender. connections: a point per heated building, where its service pipe ends or on the building.
    Method: docs/method.md#exchange-geopackage.
    """
    layers = {"pipes": _pipes(plan), "sources": _sources(plan), "connections": _connections(plan)}
    return {name: layer for name, layer in layers.items() if layer is not None and len(layer)}


def _chosen(plan: Plan) -> pd.Series | None:
    variants = plan["network_variants"]
    return variants.loc[variants["chosen"]].iloc[0] if variants["chosen"].any() else None


def _pipes(plan: Plan) -> gpd.GeoDataFrame | None:
    pipes, variant, figures = plan["pipes"], _chosen(plan), plan["figures"]
    if variant is None or not len(pipes):
        return None
    heat_j_per_kgk = figures["value"].astype(float).to_dict().get(_HEAT_CAPACITY, float("nan"))
    heat_j_per_kg = heat_j_per_kgk * (variant["supply_c"] - variant["return_c"])
    return gpd.GeoDataFrame(
        pipes.assign(
            flow_kg_per_s=pipes["design_kw"] * W_PER_KW / heat_j_per_kg,
            cost_eur_per_m=pipes["investment_eur"] / pipes["length_m"].where(pipes["length_m"] > 0),
            design_supply_c=float(variant["supply_c"]), design_return_c=float(variant["return_c"]),
        )
    )  # fmt: skip


def _sources(plan: Plan) -> gpd.GeoDataFrame | None:
    sources, used = plan.scenario.sources, [source.name for source in used_sources(plan)]
    if not sources:
        return None
    frame = pd.DataFrame([source.model_dump(mode="json") for source in sources])
    kept = [
        name
        for name in frame.columns
        if "eur" not in name and not frame[name].map(lambda value: isinstance(value, list | dict)).any()
    ]
    points = gpd.GeoSeries.from_xy(frame["x_m"], frame["y_m"], crs=plan.place.crs)
    return gpd.GeoDataFrame(frame[kept].assign(used=frame["name"].isin(used)), geometry=points)


def used_sources(plan: Plan) -> list[Source]:
    """The sources that feed the chosen network, with those that stand at the same spot as one of these; none without a network.

    Several are named by the table ``network_sources``, where a plan has it; else the design names the one.
    """
    variant, several = _chosen(plan), plan.tables.get("network_sources", pd.DataFrame())
    if variant is None:
        return []
    names = {str(variant["source"]), *several.index.astype(str)}
    spots = {(source.x_m, source.y_m) for source in plan.scenario.sources if source.name in names}
    return [source for source in plan.scenario.sources if (source.x_m, source.y_m) in spots]


def _connections(plan: Plan) -> gpd.GeoDataFrame | None:
    connections, pipes, buildings = plan["connections"], plan["pipes"], plan.place.buildings
    if not len(connections):
        return None
    own = pipes[pipes["kind"] == "service"]
    ends = gpd.GeoSeries(
        shapely.get_point(own.geometry.to_numpy(), -1), index=own["building"].to_numpy(), crs=pipes.crs
    )
    at = buildings.geometry.loc[connections.index].representative_point()
    at.loc[ends.index.intersection(at.index)] = ends.loc[ends.index.intersection(at.index)]
    service = own.reset_index().set_index("building")[["pipe", "design_kw", "heat_mwh", "diameter_mm", "length_m"]]
    about = buildings.loc[connections.index, ["street", "house_number", "use", "dwellings"]]
    added = about.join(service.rename(columns={"diameter_mm": "service_mm", "length_m": "service_m"}))
    joined = connections.join(added[added.columns.difference(connections.columns, sort=False)])
    return gpd.GeoDataFrame(joined, geometry=at)
