"""The yearly energy bill of households: every component, to the cent."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.money.lines import (
    COMPONENTS,
    KWH_PER_MWH,
    VAT_ADDED,
    VAT_INCLUDED,
    Rules,
    electricity_lines,
    gas_lines,
    heat_lines,
    social_lines,
)
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

CENTS_PER_EURO = 100
FACTORS = ("gas_per_heat", "electricity_per_heat", "heat_per_heat", "extra_peak_kw_per_mwh")
HALF_CENT_GUARD = 1e-7
"""In cents: what lies this close under half a cent is half a cent, written in binary."""


def annual_bills(
    households: pd.DataFrame,
    *,
    heatings: pd.DataFrame,
    parameters: Parameters,
    day: date,
    grid_area: str,
    price_world: str,
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """The energy bills of every household with every heating, one row per component (contract BILLS), a full year [EUR].

    households: contract HOUSEHOLDS. heatings: index ``heating``, columns ``gas_per_heat``, ``electricity_per_heat``,
    ``heat_per_heat`` [kWh of carrier per kWh of useful heat] and ``extra_peak_kw_per_mwh`` [kW of monthly peak per MWh of useful
    heat a year]. Vulnerable households pay the social tariffs. Result: index ``row`` as household.heating.carrier.component.

    The tariffs of the day hold for twelve months. As on a paid bill: whole kWh; each component without VAT is rounded half up to
    the cent; VAT is computed on the rounded total of a carrier and spread over its components in order, so the sum of the rows is
    the bill to the cent. A social tariff is fixed with VAT: there the amount with VAT is rounded, and VAT taken out.

    Valid for a digital meter with one register and a domiciled household without solar panels.
    Raises DataError for missing factors, ParameterError where a figure has no value on the day.
    Method: docs/method.md#bills. Source: V-test and paid bills of 2025-2026.
    """
    lacking = [name for name in FACTORS if name not in heatings.columns]
    if lacking:
        raise DataError(f"heatings lack {', '.join(lacking)}; expected columns {', '.join(FACTORS)}")
    rules = Rules(parameters, day, grid_area, price_world)
    use = _yearly_use(households, heatings)
    ordinary, protected = use[~use["vulnerable"]], use[use["vulnerable"]]
    lines = pd.concat(
        [gas_lines(ordinary, rules), electricity_lines(ordinary, rules), heat_lines(ordinary, rules), social_lines(protected, rules)],
        ignore_index=True,
    )  # fmt: skip
    if lines.empty:
        return tables.BILLS.empty(), []
    bills = _rounded(lines.merge(use[["household", "heating"]], left_on="key", right_index=True), rules.vat_share)
    return tables.check(tables.BILLS, bills), _remarks(bills, rules)


def _yearly_use(households: pd.DataFrame, heatings: pd.DataFrame) -> pd.DataFrame:
    """Every household with every heating; kWh whole, peaks in watt, one connection each."""
    left = households[["vulnerable", "heat_kwh", "electricity_kwh", "peak_kw"]].rename_axis("household").reset_index()
    pairs = left.merge(heatings[list(FACTORS)].rename_axis("heating").reset_index(), how="cross")
    useful_kwh = pairs["heat_kwh"]
    use = pd.DataFrame({
        "household": pairs["household"], "heating": pairs["heating"], "vulnerable": pairs["vulnerable"].astype(bool),
        "gas_kwh": _half_up(useful_kwh * pairs["gas_per_heat"]), "gas_connections": 1.0,
        "electricity_kwh": _half_up(pairs["electricity_kwh"] + useful_kwh * pairs["electricity_per_heat"]),
        "electricity_connections": 1.0, "heat_kwh": _half_up(useful_kwh * pairs["heat_per_heat"]),
        "peak_kw": _half_up((pairs["peak_kw"] + useful_kwh / KWH_PER_MWH * pairs["extra_peak_kw_per_mwh"]) * 1e3) / 1e3,
    })  # fmt: skip
    return use.set_index(pd.Index(use["household"] + "." + use["heating"], name="key"))


def _rounded(lines: pd.DataFrame, vat_share: float) -> pd.DataFrame:
    place = {name: number for number, name in enumerate(COMPONENTS)}
    order = lines.assign(place=lines["component"].map(place))
    order["bill"] = pd.factorize(order["key"])[0]
    order["carrier_place"] = order["carrier"].map({name: number for number, name in enumerate(tables.CARRIERS)})
    order = order.sort_values(["bill", "carrier_place", "place"], kind="stable")
    included, added = order["vat"] == VAT_INCLUDED, order["vat"] == VAT_ADDED
    amount = _cents(order["amount_eur"])
    excl = amount.where(~included, _half_up(amount / (1 + vat_share)))
    groups = [order["bill"], order["carrier"]]
    vat_so_far = _half_up(excl.where(added, 0.0).groupby(groups).cumsum() * vat_share)
    vat = vat_so_far.groupby(groups).diff().fillna(vat_so_far).where(added, 0.0)
    vat = vat.where(~included, amount - excl)
    rows = order.assign(
        excl_vat_eur=excl / CENTS_PER_EURO, vat_eur=vat / CENTS_PER_EURO, incl_vat_eur=(excl + vat) / CENTS_PER_EURO
    )
    rows.index = pd.Index(rows["key"] + "." + rows["carrier"] + "." + rows["component"], name="row", dtype="str")
    return rows[tables.BILLS.column_names]


def _half_up(values: pd.Series) -> pd.Series:
    """Whole numbers, half up and away from zero."""
    size = np.floor(values.abs().to_numpy(float) + 0.5 + HALF_CENT_GUARD)
    return pd.Series(np.sign(values.to_numpy(float)) * size, index=values.index)


def _cents(amount_eur: pd.Series) -> pd.Series:
    return _half_up(amount_eur * CENTS_PER_EURO)


def _remarks(bills: pd.DataFrame, rules: Rules) -> list[RemarkRow]:
    day = rules.day.isoformat()
    rows = [tables.remark(
        "bills", f"Facturen: de tarieven van {day} gelden voor een vol jaar; digitale meter, enkelvoudig, zonder zonnepanelen; energieprijs van "
        f"de prijswereld {rules.price_world}.", f"Bills: the tariffs of {day} hold for a full year; digital meter, one register, no solar "
        f"panels; energy price of the price world {rules.price_world}.", method="bills",
    )]  # fmt: skip
    heat = bills[bills["carrier"] == "heat"]
    if len(heat):
        rows.append(tables.remark(
            "bills", "Factuur met een warmtenet: het tarief is een aanname (niet meer dan anders), geen prijs van een warmtebedrijf.",
            "Bill with a heat network: the tariff is an assumption (not more than with gas), no price of a heat company.", method="bills",
        ))  # fmt: skip
    if (heat["component"] == "social_tariff").any():
        rows.append(tables.remark(
            "bills", "Sociaal tarief voor warmte: de prijs van gas, per kWh warmte. De netvergoeding is als deel van de netcomponent weggelaten, "
            "diensten aan de afleverset komen erbij; of dat juist is, is niet bevestigd.", "Social tariff for heat: the price of gas, per kWh of "
            "heat. The network fee is left out as part of the network component, services to the substation come on top; whether that is right "
            "is not confirmed.", method="social-tariff",
        ))  # fmt: skip
    return rows
