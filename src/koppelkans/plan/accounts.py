"""What the chapters hand to ``money``: how each heating turns heat into energy, and the works and energy of the whole plan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from koppelkans.indicators import chosen_options
from koppelkans.money import plan_ledger
from koppelkans.money.lines import Rules
from koppelkans.parameters import Parameters
from koppelkans.plan.network import NetworkPart
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow, remark

KWH_PER_MWH = 1_000.0
_OWN_HEATINGS = ("gas_boiler", "hybrid_heat_pump", "air_heat_pump")


def bill_heatings(
    options: pd.DataFrame, demand: pd.DataFrame, buildings: pd.DataFrame, monthly_peak_share: float
) -> pd.DataFrame:
    """Energy per kWh of useful heat for the heatings whose bills are shown: index heating.

    Columns gas_per_heat, electricity_per_heat, heat_per_heat [kWh/kWh], extra_peak_kw_per_mwh [kW of monthly peak per MWh of heat].
    Own heatings: the median of the single dwellings of the place, of all dwellings where there are none. Heat network: 1 kWh of
    heat per kWh. A heating that fits nowhere in the place has no row.
    """
    single = buildings["dwellings"] == 1
    homes = options[options["building"].map(single)] if single.any() else options
    useful = demand["heat_kwh"].reindex(homes["building"]).to_numpy()
    factors = pd.DataFrame({
        "solution": homes["solution"].to_numpy(),
        "gas_per_heat": homes["gas_kwh"].to_numpy() / useful,
        "electricity_per_heat": homes["electricity_kwh"].to_numpy() / useful,
        "extra_peak_kw_per_mwh": homes["electric_peak_kw"].to_numpy() * monthly_peak_share / (useful / KWH_PER_MWH),
    })  # fmt: skip
    own = factors.groupby("solution").median().reindex(_OWN_HEATINGS).dropna().assign(heat_per_heat=0.0)
    network = pd.DataFrame({"heat_per_heat": 1.0}, index=["heat_network"])
    return pd.concat([own, network]).fillna(0.0).rename_axis("heating")


def ledger_of(
    buildings: pd.DataFrame, options: pd.DataFrame, choices: pd.DataFrame, network: NetworkPart,
    *, scenario: Scenario, parameters: Parameters, area: str,
) -> tuple[pd.DataFrame, list[RemarkRow]]:  # fmt: skip
    """Every payment of the plan (contract LEDGER): works in the first year, energy for heat in every year of the horizon.

    With a heat network its whole business case is in it too; the delivery sets of connected buildings are paid there.
    """
    chosen = chosen_options(options, choices)
    if network.result is not None:
        of_company = network.result.offers["delivery_set_eur"].reindex(network.result.connected)
        own = chosen["investment_eur"].sub(of_company.reindex(chosen.index).fillna(0.0)).clip(lower=0.0)
        chosen = chosen.assign(investment_eur=own)
    payer = np.where(
        buildings["dwellings"].reindex(chosen.index) > 0, "dwelling owners and users", "institutions and companies"
    )
    grouped = chosen.assign(payer=payer, gas_connections=_gas_connections(chosen, buildings))
    day = scenario.reference_date
    works = grouped[["payer", "investment_eur", "vat_eur", "premium_eur"]].groupby("payer").sum().reset_index()
    use = grouped.groupby("payer")[["gas_kwh", "gas_connections", "electricity_kwh", "electric_peak_kw"]].sum()
    use["peak_kw"] = use.pop("electric_peak_kw") * parameters.at("heat.monthly_peak_share", day)
    rows = plan_ledger(
        works.assign(what="works on heating and building", year=scenario.start_year),
        use.assign(electricity_connections=0.0),
        [network.flows] if len(network.flows) else [],
        rules=Rules(parameters, day, area, scenario.price_world), years=range(scenario.start_year, scenario.start_year + scenario.horizon_years),
    )  # fmt: skip
    stated = remark(
        "ledger", f"Grootboek: alle werken vallen in {scenario.start_year} (er is nog geen kalender), vervangingen binnen de horizon zijn niet "
        "opgenomen; alleen energie voor warmte, tegen de tarieven van de peildatum en zonder sociaal tarief.", f"Ledger: all works fall in "
        f"{scenario.start_year} (there is no calendar yet), replacements within the horizon are left out; energy for heat only, at the "
        "tariffs of the reference date and without social tariffs.", method="ledger",
    )  # fmt: skip
    return rows, [stated]


def tariffs_of(scenario: Scenario, parameters: Parameters) -> Parameters:
    """The figures with the tariffs of the heat network that the scenario chooses, for the bills."""
    chosen, since = scenario.heat_network, scenario.reference_date
    own = {
        "heat_network.tariff_eur_per_kwh": chosen.tariff_eur_per_kwh,
        "heat_network.network_fee_eur_per_year": chosen.fixed_eur_per_year,
        "heat_network.service_fee_eur_per_year": chosen.service_eur_per_year,
    }
    for key, value in own.items():
        if value is not None:
            parameters = parameters.changed(key, since=since, value=value, source="scenario")
    return parameters


def _gas_connections(chosen: pd.DataFrame, buildings: pd.DataFrame) -> pd.Series:
    """Gas connections that stay: one per dwelling for boilers of their own, one for a collective boiler, none without gas."""
    own = buildings["dwellings"].reindex(chosen.index).clip(lower=1).astype(float)
    own = own.where(chosen["solution"] != "collective_gas_boiler", 1.0)
    return own.where(chosen["gas_kwh"] > 0, 0.0)
