"""Energy prices: one more kWh for the owner, for society, and its CO2."""

from __future__ import annotations

from datetime import date

import pandas as pd

from koppelkans import tables
from koppelkans.money.lines import HOUSEHOLD, Rules
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow


def energy_prices(
    *, parameters: Parameters, day: date, grid_area: str, price_world: str, years: int
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Prices of gas and electricity for owner and society (contract PRICES) [EUR/kWh, EUR/kW, EUR/year; kg/kWh].

    Owner: one more kWh at the use of the V-test household, VAT included. For gas that is network group T2 and the upper excise
    slice; the fixed part is what falls away with the connection (network, data, supplier). Electricity keeps its connection in
    every solution, so its fixed part is 0. Society: wholesale price, supplier's margin and network tariffs, without taxes,
    certificates, VAT and carbon. ``years``: horizon over which the emission factor is averaged, from the year after ``day``.

    Raises ParameterError where a figure has no value on the day or in the grid area.
    Method: docs/method.md#energy-prices.
    """
    rules = Rules(parameters, day, grid_area, price_world)
    rows = {"gas": _gas(rules), "electricity": _electricity(rules)}
    emission = {
        "gas": rules.at("emissions.gas_kg_per_kwh"),
        "electricity": _mean_over(parameters, "emissions.electricity_kg_per_kwh", day, years),
    }
    frame = pd.DataFrame.from_dict(rows, orient="index").assign(emission_kg_per_kwh=pd.Series(emission))
    frame.index = pd.Index(frame.index, name="carrier", dtype="str")
    return tables.check(tables.PRICES, frame[tables.PRICES.column_names]), _remarks(rules)


def _gas(rules: Rules) -> dict[str, float]:
    with_vat = 1 + rules.vat_share
    resource = rules.commodity_eur_per_kwh("gas") + rules.in_area("gas.t2_prop") + rules.at("gas.transport_fluxys")
    levies = rules.at("gas.excise_above_12MWh", HOUSEHOLD) + rules.at("gas.energy_contribution", HOUSEHOLD)
    fixed = (
        rules.in_area("gas.t2_fixed") + rules.at("gas.data_management") + rules.at("market.supplier_fee_eur_per_year")
    )
    return {
        "owner_eur_per_kwh": (resource + levies) * with_vat,
        "owner_fixed_eur_per_year": fixed * with_vat,
        "owner_eur_per_kw": 0.0,
        "society_eur_per_kwh": resource,
        "society_fixed_eur_per_year": fixed,
        "society_eur_per_kw": 0.0,
    }


def _electricity(rules: Rules) -> dict[str, float]:
    with_vat = 1 + rules.vat_share
    resource = rules.commodity_eur_per_kwh("power") + rules.in_area("elec.dist_kwh")
    levies = rules.at("elec.excise", HOUSEHOLD) + rules.at("elec.energy_contribution", HOUSEHOLD)
    certificates = rules.at("elec.gsc", "flanders") + rules.at("elec.wkk", "flanders")
    per_kw = rules.in_area("elec.capacity_tariff")
    return {
        "owner_eur_per_kwh": (resource + levies + certificates) * with_vat,
        "owner_fixed_eur_per_year": 0.0,
        "owner_eur_per_kw": per_kw * with_vat,
        "society_eur_per_kwh": resource,
        "society_fixed_eur_per_year": 0.0,
        "society_eur_per_kw": per_kw,
    }


def _mean_over(parameters: Parameters, key: str, day: date, years: int) -> float:
    found = [parameters.at(key, date(day.year + number, 1, 1)) for number in range(1, years + 1)]
    return sum(found) / len(found)


def _remarks(rules: Rules) -> list[RemarkRow]:
    power = rules.at("market.power_wholesale_eur_per_mwh", rules.price_world)
    gas = rules.at("market.gas_wholesale_eur_per_mwh", rules.price_world)
    return [
        tables.remark(
            "prices", f"Prijswereld {rules.price_world}: groothandel {power:.0f} EUR/MWh stroom en {gas:.0f} EUR/MWh gas, aangehouden over de hele "
            "horizon; de tarieven en heffingen zijn die van de peildatum, ETS2 (vanaf 2028) zit er niet in.", f"Price world {rules.price_world}: "
            f"wholesale {power:.0f} EUR/MWh power and {gas:.0f} EUR/MWh gas, held over the whole horizon; tariffs and levies are those of the "
            "reference date, without ETS2 (from 2028).", method="energy-prices",
        ),
        tables.remark(
            "prices", "Kost voor de maatschappij: nettarieven gelden als netkost, ook het deel openbare dienstverplichtingen in de prijs per kWh.",
            "Cost to society: network tariffs stand for network cost, the public service obligations in the price per kWh included.",
            method="energy-prices",
        ),
    ]  # fmt: skip
