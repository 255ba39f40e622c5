"""The supply of the network inside the plan: the plants that the scenario names, the load of the chosen design, and the tables they make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from koppelkans import tables
from koppelkans.heat import Economics
from koppelkans.heat.pipes import Regime
from koppelkans.heat.supply import NetworkLoad, Plant, SupplyCase, Tank, heat_supply
from koppelkans.heat.supply.units import FIELD, KWH_PER_MWH
from koppelkans.parameters import Parameters
from koppelkans.plan.network import NetworkPart
from koppelkans.scenario import Scenario, Source
from koppelkans.tables import RemarkRow

SUPPLY_TABLES = ("supply", "supply_total", "supply_hours")


def supply_tables(
    made: Mapping[str, pd.DataFrame], network: NetworkPart, scenario: Scenario, *, economics: Economics, parameters: Parameters
) -> tuple[dict[str, pd.DataFrame], list[RemarkRow]]:  # fmt: skip
    """Tables SUPPLY, SUPPLY_TOTAL and SUPPLY_HOURS of the chosen network, and remarks; without rows where no network is chosen."""
    sources = sources_of(network, scenario)
    if network.case is None or network.result is None or not sources:
        return {name: tables.TABLES[name].empty() for name in SUPPLY_TABLES}, []
    row = network.tables["network_variants"].query("chosen").iloc[0]
    cooled = any(source.cooling for source in sources if source.kind == FIELD)
    load = NetworkLoad(
        made["hours"], float(row["heat_mwh"]), float(row["loss_mwh"]), float(row["peak_kw"]), float(row["pump_mwh"]),
        _cold_mwh(made["demand"], network, parameters, economics.day) if cooled else 0.0,
    )  # fmt: skip
    regime = Regime(str(row.name).rsplit("|", maxsplit=1)[-1], float(row["supply_c"]), float(row["return_c"]))
    case = SupplyCase(
        name=str(row.name), plants=_plants(sources, scenario), tank=_tank(scenario), load=load, regime=regime,
        stated_eur_per_mwh=network.case.source.price_eur_per_mwh, stated_emission_kg_per_kwh=network.case.source.emission_kg_per_kwh,
        design_outdoor_c=parameters.at("climate.design_outdoor_c", economics.day),
        prices=made["prices"], economics=economics, parameters=parameters,
    )  # fmt: skip
    found = heat_supply(case)
    remarks = [*found.remarks, *_fossil(found.plants, scenario)]
    return {"supply": found.plants, "supply_total": found.total, "supply_hours": found.hours}, remarks


def sources_of(network: NetworkPart, scenario: Scenario) -> list[Source]:
    """The sources of the scenario that feed the chosen network, and those at the same spot as one of these."""
    if network.case is None:
        return []
    given, names = network.tables.get("network_sources"), {network.case.source.name}
    if given is not None:
        names |= set(given.index[given["heat_share"] > 0])
    spots = {(source.x_m, source.y_m) for source in scenario.sources if source.name in names}
    return [source for source in scenario.sources if (source.x_m, source.y_m) in spots]


def _plants(sources: list[Source], scenario: Scenario) -> tuple[Plant, ...]:
    found = [
        Plant(
            name=source.name, kind=source.kind, capacity_kw=source.capacity_kw, size_kw=source.base_kw, source_c=source.source_c,
            input_eur_per_mwh=source.input_eur_per_mwh, investment_eur_per_kw=source.investment_eur_per_kw, yearly_mwh=source.yearly_mwh,
            months=tuple(source.months), borehole_m=source.borehole_m, price_eur_per_mwh=source.price_eur_per_mwh,
            emission_kg_per_kwh=source.emission_kg_per_kwh, gas_kwh_per_kwh=source.gas_kwh_per_kwh,
            electricity_kwh_per_kwh=source.electricity_kwh_per_kwh,
        )
        for source in sources
    ]  # fmt: skip
    if scenario.peak.kind != "none":
        found.append(Plant(scenario.peak.kind, scenario.peak.kind, size_kw=scenario.peak.capacity_kw))
    return tuple(found)


def _fossil(plants: pd.DataFrame, scenario: Scenario) -> list[RemarkRow]:
    """What to mind when a plan that leaves out fossil solutions burns gas at its source."""
    gas_mwh = float(plants["gas_mwh"].sum())
    if not scenario.fossil_free or gas_mwh <= 0:
        return []
    return [tables.remark(
        "supply.gas_mwh", f"Het plan kiest geen oplossingen op gas, maar de opwekkers van het warmtenet verbruiken er {gas_mwh:.0f} MWh van in een jaar. Een elektrische "
        "piekketel of een groter buffervat vermijdt dat.", f"The plan chooses no solutions on gas, but the plants of the heat network use {gas_mwh:.0f} MWh of it in a year. An "
        "electric peak boiler or a larger tank avoids that.", level="warning", method="supply",
    )]  # fmt: skip


def _tank(scenario: Scenario) -> Tank | None:
    return None if scenario.storage.kind == "none" else Tank(scenario.storage.kind, scenario.storage.volume_m3)


def _cold_mwh(demand: pd.DataFrame, network: NetworkPart, parameters: Parameters, day: date) -> float:
    """Cold that connected buildings give to the boreholes without a compressor, a year."""
    connections = network.tables["connections"]
    joined = connections.index[connections["connected"]]
    passive = parameters.at("building.cold.passive_share", day)
    return float(demand["cold_kwh"].reindex(joined).fillna(0.0).sum()) / KWH_PER_MWH * passive
