"""Prices of electricity and gas by component, the three ratios between them, and which components may move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from koppelkans.errors import DataError, ParameterError
from koppelkans.money.lines import HOUSEHOLD, Rules
from koppelkans.parameters import Parameters

KWH, KW, YEAR = "kwh", "kw", "year"
ELECTRICITY, GAS = "electricity", "gas"
GRID_ELECTRICITY, GRID_GAS, TREASURY, FLANDERS = "grid_electricity", "grid_gas", "treasury", "flanders"
RECEIVERS = (GRID_ELECTRICITY, GRID_GAS, TREASURY, FLANDERS)
DEFINITIONS = ("marginal", "marginal_with_capacity", "all_in")
FREE = "free"
"""The legal flag of what the legislator may move by itself; the other flags have to be asked for by name."""
FORBIDDEN = "forbidden_by_eu"


@dataclass(frozen=True, slots=True)
class Tariff:
    """The prices of one carrier by component, without VAT: EUR per kWh, EUR per kW and year, EUR per year."""

    commodity_eur_per_kwh: float = 0.0
    network_eur_per_kwh: float = 0.0
    certificates_eur_per_kwh: float = 0.0
    excise_eur_per_kwh: float = 0.0
    transport_eur_per_kwh: float = 0.0
    flemish_charge_eur_per_kwh: float = 0.0
    capacity_eur_per_kw: float = 0.0
    fixed_eur_per_year: float = 0.0

    @property
    def marginal_eur_per_kwh(self) -> float:
        """What one more kWh costs [EUR/kWh, without VAT]."""
        return (
            self.commodity_eur_per_kwh + self.network_eur_per_kwh + self.certificates_eur_per_kwh
            + self.excise_eur_per_kwh + self.transport_eur_per_kwh + self.flemish_charge_eur_per_kwh
        )  # fmt: skip

    def by_basis(self) -> np.ndarray:
        """Price per kWh, per kW and per year, in that order."""
        return np.array([self.marginal_eur_per_kwh, self.capacity_eur_per_kw, self.fixed_eur_per_year])


@dataclass(frozen=True, slots=True)
class Tariffs:
    """Electricity and gas in one area, on one day, in one price world."""

    electricity: Tariff
    gas: Tariff


@dataclass(frozen=True, slots=True)
class ReferenceUse:
    """The household at which the ratios are read, and the extra peak of a heat pump [kW per kWh of its use]."""

    electricity_kwh: float
    gas_kwh: float
    peak_kw: float
    marginal_gas_kwh: float
    extra_kw_per_kwh: float


@dataclass(frozen=True, slots=True)
class Ratios:
    """Price of electricity over price of gas, in three definitions."""

    marginal: float
    marginal_with_capacity: float
    all_in: float


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a price that a decision can move. ``floor`` is the least it may become, in its own unit."""

    name: str
    carrier: str
    field: str
    basis: str
    receiver: str
    decides: str
    legal: str
    floor: float


_FIELDS = {
    "electricity.excise": ("excise_eur_per_kwh", KWH, TREASURY),
    "electricity.certificates": ("certificates_eur_per_kwh", KWH, FLANDERS),
    "electricity.network": ("network_eur_per_kwh", KWH, GRID_ELECTRICITY),
    "electricity.capacity": ("capacity_eur_per_kw", KW, GRID_ELECTRICITY),
    "electricity.fixed": ("fixed_eur_per_year", YEAR, GRID_ELECTRICITY),
    "gas.excise": ("excise_eur_per_kwh", KWH, TREASURY),
    "gas.flemish_charge": ("flemish_charge_eur_per_kwh", KWH, FLANDERS),
    "gas.network": ("network_eur_per_kwh", KWH, GRID_GAS),
    "gas.fixed": ("fixed_eur_per_year", YEAR, GRID_GAS),
}
"""Components in the order in which they are taken when two serve equally well."""


def components_of(parameters: Parameters, day: date) -> dict[str, Component]:
    """The components that exist, by name, with who decides on them and whether the law allows it (``law/movable.toml``)."""
    found = {}
    for name, (field, basis, receiver) in _FIELDS.items():
        carrier, _, part = name.partition(".")
        key = f"shift.component.{carrier}_{part}"
        legal = str(parameters.value(key, day).value)
        floor = parameters.at(f"shift.floor.{carrier}_{part}", day) if part == "excise" else 0.0
        decides = parameters.entries[key].decides
        found[name] = Component(name, carrier, field, basis, receiver, decides, legal, floor)
    return found


def reference_use(parameters: Parameters, day: date) -> ReferenceUse:
    """The household at which the ratios are read."""

    def at(name: str) -> float:
        return parameters.at(f"shift.reference.{name}", day)

    return ReferenceUse(
        at("electricity_kwh"), at("gas_kwh"), at("peak_kw"), at("marginal_gas_kwh"), at("extra_kw_per_kwh")
    )


def tariffs_of(rules: Iterable[Rules], *, gas_kwh: float) -> dict[str, Tariffs]:
    """Prices by component of every grid area, read from the rules of each; households without social tariff, without VAT.

    ``gas_kwh`` chooses the group of the gas network tariff and averages both bands of the excise. Raises ParameterError where a
    figure has no value on the day, or the use lies above the largest group.
    """
    return {rule.grid_area: Tariffs(_electricity(rule), _gas(rule, gas_kwh)) for rule in rules}


def _electricity(rules: Rules) -> Tariff:
    return Tariff(
        commodity_eur_per_kwh=rules.commodity_eur_per_kwh("power"),
        network_eur_per_kwh=rules.in_area("elec.dist_kwh"),
        certificates_eur_per_kwh=rules.at("elec.gsc", "flanders") + rules.at("elec.wkk", "flanders"),
        excise_eur_per_kwh=rules.at("elec.excise", HOUSEHOLD) + rules.at("elec.energy_contribution", HOUSEHOLD),
        capacity_eur_per_kw=rules.in_area("elec.capacity_tariff"),
        fixed_eur_per_year=rules.at("elec.data_management") + rules.at("market.supplier_fee_eur_per_year"),
    )


def _gas(rules: Rules, kwh: float) -> Tariff:
    groups = [group for group in ("t1", "t2", "t3") if kwh <= rules.at(f"gas.{group}_limit")]
    if not groups:
        raise ParameterError(
            f"no gas network tariff is known for {kwh:,.0f} kWh a year; known up to {rules.at('gas.t3_limit'):,.0f}"
        )
    low = min(kwh, rules.at("gas.excise_band_limit"))
    excise_eur = low * rules.at("gas.excise_first_12MWh", HOUSEHOLD)
    excise_eur += (kwh - low) * rules.at("gas.excise_above_12MWh", HOUSEHOLD)
    fixed = rules.in_area(f"gas.{groups[0]}_fixed") + rules.at("gas.data_management")
    return Tariff(
        commodity_eur_per_kwh=rules.commodity_eur_per_kwh("gas"),
        network_eur_per_kwh=rules.in_area(f"gas.{groups[0]}_prop"),
        excise_eur_per_kwh=excise_eur / kwh + rules.at("gas.energy_contribution", HOUSEHOLD),
        transport_eur_per_kwh=rules.at("gas.transport_fluxys"),
        fixed_eur_per_year=fixed + rules.at("market.supplier_fee_eur_per_year"),
    )


def mean_tariffs(cells: pd.DataFrame, tariffs: Mapping[str, Tariffs]) -> Tariffs:
    """The prices that the households of all areas pay on average: per kWh weighted by use, per kW and per year by households.

    Raises DataError for an area without tariff.
    """
    unknown = sorted(set(cells["area"].unique()) - set(tariffs))
    if unknown:
        raise DataError(
            f"no tariff is given for the grid area {', '.join(unknown)}; given: {', '.join(sorted(tariffs))}"
        )
    use = pd.DataFrame({
        "area": cells["area"], "households": cells["weight"], "on_gas": cells["weight"] * cells["has_gas"],
        "electricity": cells["weight"] * cells["electricity_kwh"], "gas": cells["weight"] * cells["gas_kwh"],
    }).groupby("area", observed=True).sum()  # fmt: skip

    def mean(carrier: str, field: str) -> float:
        basis = {ELECTRICITY: "households", GAS: "on_gas"}[carrier]
        weights = use[carrier if field.endswith("_kwh") else basis]
        prices = [getattr(getattr(tariffs[area], carrier), field) for area in use.index]
        return float(np.average(prices, weights=weights)) if weights.sum() > 0 else float(np.mean(prices))

    fields = Tariff.__dataclass_fields__
    return Tariffs(*(Tariff(**{field: mean(carrier, field) for field in fields}) for carrier in (ELECTRICITY, GAS)))


def moved_tariffs(tariffs: Tariffs, moves: pd.Series) -> Tariffs:
    """The prices after the moves, index name of component."""
    carriers = {ELECTRICITY: tariffs.electricity, GAS: tariffs.gas}
    for label, move in moves.items():
        name = str(label)
        carrier, field = name.partition(".")[0], _FIELDS[name][0]
        carriers[carrier] = replace(carriers[carrier], **{field: getattr(carriers[carrier], field) + float(move)})
    return Tariffs(carriers[ELECTRICITY], carriers[GAS])


def ratio_weights(definition: str, use: ReferenceUse) -> tuple[np.ndarray, np.ndarray]:
    """How a definition weighs price per kWh, per kW and per year, for electricity and for gas; both give EUR per kWh."""
    kwh_only = np.array([1.0, 0.0, 0.0])
    if definition == "marginal":
        return kwh_only, kwh_only
    if definition == "marginal_with_capacity":
        return np.array([1.0, use.extra_kw_per_kwh, 0.0]), kwh_only
    per_year = np.array([1.0, use.peak_kw / use.electricity_kwh, 1 / use.electricity_kwh])
    return per_year, np.array([1.0, 0.0, 1 / use.gas_kwh])


def ratios(tariffs: Tariffs, use: ReferenceUse) -> Ratios:
    """Price of electricity over price of gas in the three definitions.

    marginal = P_e / P_g;  with capacity = (P_e + kappa cap) / P_g;  all in = (bill_e / e) / (bill_g / g). Method: docs/method.md#tariff-ratio.
    """
    found = []
    for definition in DEFINITIONS:
        electricity, gas = ratio_weights(definition, use)
        found.append(float(electricity @ tariffs.electricity.by_basis() / (gas @ tariffs.gas.by_basis())))
    return Ratios(*found)
