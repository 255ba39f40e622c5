"""The lines of an energy bill: quantity, price and amount of every component, before rounding.

The same lines carry the bills of households and the yearly payments of a group of users, so that both follow one tariff.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from koppelkans.errors import DataError, OutOfRangeError
from koppelkans.parameters import Parameters
from koppelkans.tables import first_keys

KWH_PER_MWH = 1_000.0
HOUSEHOLD, PROTECTED = "household", "protected"
MONTHS_PER_YEAR = 12

COMPONENTS = {
    "commodity": ("Energie", "Energy"),
    "supplier_fee": ("Vaste vergoeding leverancier", "Supplier's fixed fee"),
    "green_certificates": ("Kosten groene stroom", "Green certificates"),
    "chp_certificates": ("Kosten WKK", "CHP certificates"),
    "distribution_fixed": ("Distributie, vaste term", "Distribution, fixed term"),
    "capacity": ("Capaciteitstarief", "Capacity tariff"),
    "distribution_kwh": ("Distributie per kWh", "Distribution per kWh"),
    "network_ceiling": ("Maximumtarief", "Ceiling of the network tariff"),
    "data_management": ("Databeheer", "Data management"),
    "transport": ("Vervoer (Fluxys)", "Transport (Fluxys)"),
    "heat_energy": ("Warmte", "Heat"),
    "network_fee": ("Netvergoeding warmtenet", "Heat network fee"),
    "social_tariff": ("Sociaal tarief", "Social tariff"),
    "service_fee": ("Diensten buiten het sociaal tarief", "Services outside the social tariff"),
    "excise": ("Bijzondere accijns", "Special excise"),
    "excise_first_12mwh": ("Bijzondere accijns, eerste 12 MWh", "Special excise, first 12 MWh"),
    "excise_above_12mwh": ("Bijzondere accijns, boven 12 MWh", "Special excise, above 12 MWh"),
    "energy_contribution": ("Bijdrage op de energie", "Energy contribution"),
    "energy_fund": ("Bijdrage Energiefonds", "Energy fund contribution"),
}
"""Components of a bill in the order in which they stand on it, with their names in Dutch and English."""

VAT_ADDED, VAT_EXEMPT, VAT_INCLUDED = "added", "exempt", "included"

Number = float | pd.Series


@dataclass(frozen=True, slots=True)
class Rules:
    """Law and market of one day, in one grid area and one price world."""

    parameters: Parameters
    day: date
    grid_area: str
    price_world: str

    def at(self, key: str, scope: str = "all") -> float:
        """The figure in force on the day."""
        return self.parameters.at(key, self.day, scope)

    def in_area(self, key: str) -> float:
        """The figure of the grid area in force on the day."""
        return self.at(key, self.grid_area)

    @property
    def vat_share(self) -> float:
        """VAT on energy, as share of the amount without VAT."""
        return self.at("vat", "household_energy")

    def commodity_eur_per_kwh(self, carrier: str) -> float:
        """Wholesale price of gas or power with the margin of the supplier [EUR/kWh, without VAT]."""
        wholesale = self.at(f"market.{carrier}_wholesale_eur_per_mwh", self.price_world)
        return (wholesale + self.at("market.retail_margin_eur_per_mwh")) / KWH_PER_MWH


def gas_lines(use: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Lines of gas without social tariff. ``use``: ``gas_kwh`` in total and ``gas_connections``; rows without gas fall away.

    The network tariff group (T1, T2, T3) follows the yearly use per connection and holds for every kWh; the excise is by slice of
    that use. Raises DataError for gas without a connection, OutOfRangeError above the largest group.
    """
    taken = use[use["gas_kwh"] > 0]
    if taken.empty:
        return _no_lines()
    loose = taken.index[~(taken["gas_connections"] > 0)]
    if len(loose):
        raise DataError(
            f"gas is used without a connection to bill ({first_keys(loose)}); expected gas_connections above 0"
        )
    kwh, connections = taken["gas_kwh"], taken["gas_connections"]
    fixed, per_kwh = _gas_network(kwh / connections, rules)
    band_kwh = connections * rules.at("gas.excise_band_limit")
    line = _Lines("gas", taken.index)
    line.add("commodity", "supplier", kwh, "kWh", rules.commodity_eur_per_kwh("gas"))
    line.add("supplier_fee", "supplier", connections, "year", rules.at("market.supplier_fee_eur_per_year"))
    line.add("distribution_fixed", "grid_operator", connections, "year", fixed)
    line.add("distribution_kwh", "grid_operator", kwh, "kWh", per_kwh)
    line.add("data_management", "grid_operator", connections, "year", rules.at("gas.data_management"))
    line.add("transport", "transmission_operator", kwh, "kWh", rules.at("gas.transport_fluxys"))
    first, above = rules.at("gas.excise_first_12MWh", HOUSEHOLD), rules.at("gas.excise_above_12MWh", HOUSEHOLD)
    line.add("excise_first_12mwh", "treasury", kwh.clip(upper=band_kwh), "kWh", first)
    line.add("excise_above_12mwh", "treasury", (kwh - band_kwh).clip(lower=0), "kWh", above)
    line.add("energy_contribution", "treasury", kwh, "kWh", rules.at("gas.energy_contribution", HOUSEHOLD))
    return line.frame()


def _gas_network(kwh_per_connection: pd.Series, rules: Rules) -> tuple[pd.Series, pd.Series]:
    limits = [rules.at(f"gas.{group}_limit") for group in ("t1", "t2", "t3")]
    group = np.searchsorted(limits, kwh_per_connection.to_numpy(float), side="left")
    beyond = kwh_per_connection.index[group == len(limits)]
    if len(beyond):
        largest = f"{limits[-1]:,.0f} kWh a year per connection"
        raise OutOfRangeError(f"gas bills are known up to {largest}; more is used by {first_keys(beyond)}")

    def of_group(term: str) -> pd.Series:
        tariffs = np.array([rules.in_area(f"gas.{name}_{term}") for name in ("t1", "t2", "t3")])
        return pd.Series(tariffs[group], index=kwh_per_connection.index)

    return of_group("fixed"), of_group("prop")


def electricity_lines(use: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Lines of electricity without social tariff, digital meter.

    ``use``: ``electricity_kwh``, ``electricity_connections`` and ``peak_kw`` (mean of the twelve monthly peaks, summed over the
    connections). Connections may be 0: then only the kWh and the added peak are billed, for a use beside an existing one.

    Network tariff:  max(peak, connections x smallest peak) x capacity tariff + kWh x kWh tariff,
    not above  max(kWh x ceiling, connections x smallest peak x capacity tariff).
    """
    taken = use[(use["electricity_kwh"] > 0) | (use["peak_kw"] > 0) | (use["electricity_connections"] > 0)]
    if taken.empty:
        return _no_lines()
    kwh, connections = taken["electricity_kwh"], taken["electricity_connections"]
    smallest_kw = connections * rules.at("elec.min_billed_peak")
    billed_kw = taken["peak_kw"].clip(lower=smallest_kw)
    per_kw, per_kwh = rules.in_area("elec.capacity_tariff"), rules.in_area("elec.dist_kwh")
    ceiling_eur = (kwh * rules.at("elec.network_ceiling")).clip(lower=smallest_kw * per_kw)
    over_eur = (billed_kw * per_kw + kwh * per_kwh - ceiling_eur).clip(lower=0).where(connections > 0, 0.0)
    line = _Lines("electricity", taken.index)
    line.add("commodity", "supplier", kwh, "kWh", rules.commodity_eur_per_kwh("power"))
    line.add("supplier_fee", "supplier", connections, "year", rules.at("market.supplier_fee_eur_per_year"))
    line.add("green_certificates", "flanders", kwh, "kWh", rules.at("elec.gsc", "flanders"))
    line.add("chp_certificates", "flanders", kwh, "kWh", rules.at("elec.wkk", "flanders"))
    line.add("capacity", "grid_operator", billed_kw, "kW", per_kw)
    line.add("distribution_kwh", "grid_operator", kwh, "kWh", per_kwh)
    line.add("network_ceiling", "grid_operator", 1.0, "year", -over_eur)
    line.add("data_management", "grid_operator", connections, "year", rules.at("elec.data_management"))
    line.add("excise", "treasury", kwh, "kWh", rules.at("elec.excise", HOUSEHOLD))
    line.add("energy_contribution", "treasury", kwh, "kWh", rules.at("elec.energy_contribution", HOUSEHOLD))
    fund_eur = MONTHS_PER_YEAR * rules.at("elec.energiefonds", HOUSEHOLD)
    line.add("energy_fund", "flanders", connections, "year", fund_eur, vat=VAT_EXEMPT)
    return line.frame()


def heat_lines(use: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Lines of heat from a network without social tariff, at the reference tariff. ``use``: ``heat_kwh``, one connection a row."""
    taken = use[use["heat_kwh"] > 0]
    if taken.empty:
        return _no_lines()
    line = _Lines("heat", taken.index)
    line.add("heat_energy", "heat_company", taken["heat_kwh"], "kWh", rules.at("heat_network.tariff_eur_per_kwh"))
    line.add("network_fee", "heat_company", 1.0, "year", rules.at("heat_network.network_fee_eur_per_year"))
    line.add("service_fee", "heat_company", 1.0, "year", rules.at("heat_network.service_fee_eur_per_year"))
    return line.frame()


def social_lines(use: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Lines of gas, electricity and heat under the social tariffs.

    One price per kWh, VAT included, for energy and network together: no fixed fee, no capacity tariff. The excise of protected
    customers comes on top. Heat pays the price of gas per kWh of heat; services outside energy and network come on top.
    """
    parts = []
    gas = use[use["gas_kwh"] > 0]
    if len(gas):
        line = _Lines("gas", gas.index)
        line.add("social_tariff", "supplier", gas["gas_kwh"], "kWh", rules.at("gas.social_tariff"), vat=VAT_INCLUDED)
        line.add("excise", "treasury", gas["gas_kwh"], "kWh", rules.at("gas.excise", PROTECTED))
        parts.append(line.frame())
    power = use[use["electricity_kwh"] > 0]
    if len(power):
        kwh = power["electricity_kwh"]
        line = _Lines("electricity", power.index)
        line.add("social_tariff", "supplier", kwh, "kWh", rules.at("elec.social_tariff", "single"), vat=VAT_INCLUDED)
        line.add("excise", "treasury", kwh, "kWh", rules.at("elec.excise", PROTECTED))
        parts.append(line.frame())
    heat = use[use["heat_kwh"] > 0]
    if len(heat):
        line = _Lines("heat", heat.index)
        line.add(
            "social_tariff", "heat_company", heat["heat_kwh"], "kWh", heat_social_eur_per_kwh(rules), vat=VAT_INCLUDED
        )
        line.add("service_fee", "heat_company", 1.0, "year", rules.at("heat_network.service_fee_eur_per_year"))
        parts.append(line.frame())
    return pd.concat(parts, ignore_index=True) if parts else _no_lines()


def heat_social_eur_per_kwh(rules: Rules) -> float:
    """Social maximum price of heat [EUR per kWh of heat, VAT included]: by royal decree the social tariff of gas.

    The law is a text (``= gas.social_tariff``); another text, or a figure, is followed as it stands.
    """
    value = rules.parameters.value("heat.social_tariff", rules.day).value
    return rules.at(value.removeprefix("=").strip()) if isinstance(value, str) else value


def _no_lines() -> pd.DataFrame:
    """No lines, with the types of lines: a carrier that nobody takes asks no figure."""
    empty = _Lines("gas", pd.Index([], dtype="str"))
    empty.add("commodity", "supplier", 0.0, "kWh", 0.0)
    return empty.frame()


class _Lines:
    """Lines of one carrier while they are gathered; ``frame`` leaves out those without an amount."""

    def __init__(self, carrier: str, index: pd.Index) -> None:
        self.carrier, self.index, self.parts = carrier, index, list[pd.DataFrame]()

    def add(
        self, component: str, payee: str, quantity: Number, unit: str, price_eur: Number, *, vat: str = VAT_ADDED
    ) -> None:
        """One component for every row."""
        self.parts.append(pd.DataFrame({
            "key": self.index, "carrier": self.carrier, "component": component, "payee": payee,
            "quantity": self._filled(quantity), "quantity_unit": unit, "price_eur": self._filled(price_eur), "vat": vat,
        }))  # fmt: skip

    def _filled(self, value: Number) -> npt.NDArray[np.float64]:
        return np.broadcast_to(np.asarray(value, dtype=float), len(self.index)).copy()

    def frame(self) -> pd.DataFrame:
        """All lines with an amount: key, carrier, component, payee, quantity, quantity_unit, price_eur, vat, amount_eur."""
        lines = pd.concat(self.parts, ignore_index=True)
        lines = lines.assign(amount_eur=(lines["quantity"] * lines["price_eur"]).astype(float))
        return lines[lines["amount_eur"] != 0]
