"""The yearly energy bills of millions of households: totals per household, and who receives what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.errors import DataError, OutOfRangeError
from koppelkans.money.bill_kernel import (
    EXEMPT,
    LINES,
    Figure,
    Floats,
    Households,
    Line,
    marginal_prices,
    paid_year_bills,
    year_bills,
    year_lines,
)
from koppelkans.money.tariff_table import TariffTable
from koppelkans.tables import CARRIERS, first_keys

BLOCK_ROWS = 65_536
QUANTITIES = ("electricity_kwh", "gas_kwh", "heat_kwh", "peak_kw")
TREASURY = "treasury"

LINE_NAMES: dict[Line, tuple[str, str, str]] = {
    Line.GAS_COMMODITY: ("gas", "commodity", "supplier"),
    Line.GAS_SUPPLIER_FEE: ("gas", "supplier_fee", "supplier"),
    Line.GAS_DISTRIBUTION_FIXED: ("gas", "distribution_fixed", "grid_operator"),
    Line.GAS_DISTRIBUTION_KWH: ("gas", "distribution_kwh", "grid_operator"),
    Line.GAS_DATA_MANAGEMENT: ("gas", "data_management", "grid_operator"),
    Line.GAS_TRANSPORT: ("gas", "transport", "transmission_operator"),
    Line.GAS_SOCIAL_TARIFF: ("gas", "social_tariff", "supplier"),
    Line.GAS_EXCISE: ("gas", "excise", TREASURY),
    Line.GAS_EXCISE_FIRST: ("gas", "excise_first_12mwh", TREASURY),
    Line.GAS_EXCISE_ABOVE: ("gas", "excise_above_12mwh", TREASURY),
    Line.GAS_CONTRIBUTION: ("gas", "energy_contribution", TREASURY),
    Line.ELECTRICITY_COMMODITY: ("electricity", "commodity", "supplier"),
    Line.ELECTRICITY_SUPPLIER_FEE: ("electricity", "supplier_fee", "supplier"),
    Line.GREEN_CERTIFICATES: ("electricity", "green_certificates", "flanders"),
    Line.CHP_CERTIFICATES: ("electricity", "chp_certificates", "flanders"),
    Line.CAPACITY: ("electricity", "capacity", "grid_operator"),
    Line.ELECTRICITY_DISTRIBUTION_KWH: ("electricity", "distribution_kwh", "grid_operator"),
    Line.NETWORK_CEILING: ("electricity", "network_ceiling", "grid_operator"),
    Line.ELECTRICITY_DATA_MANAGEMENT: ("electricity", "data_management", "grid_operator"),
    Line.ELECTRICITY_SOCIAL_TARIFF: ("electricity", "social_tariff", "supplier"),
    Line.ELECTRICITY_EXCISE: ("electricity", "excise", TREASURY),
    Line.ELECTRICITY_CONTRIBUTION: ("electricity", "energy_contribution", TREASURY),
    Line.ENERGY_FUND: ("electricity", "energy_fund", "flanders"),
    Line.LUMP_SUM: ("electricity", "social_lump_sum", TREASURY),
    Line.HEAT_ENERGY: ("heat", "heat_energy", "heat_company"),
    Line.HEAT_NETWORK_FEE: ("heat", "network_fee", "heat_company"),
    Line.HEAT_SOCIAL_TARIFF: ("heat", "social_tariff", "heat_company"),
    Line.HEAT_SERVICE_FEE: ("heat", "service_fee", "heat_company"),
}
"""Carrier, component and payee of every line, as in the lines of a bill; a lump sum is settled with the bill for electricity."""


@dataclass(frozen=True, slots=True)
class EnergyUse:
    """A year of energy of n households, each array (n,).

    ``gas_kwh`` gross, 0 without gas; ``peak_kw`` mean of the twelve monthly peaks; ``vulnerable``: has the social tariffs;
    ``area``: place of the grid area in the tariff table; ``weight``: households that a row stands for, None for one each.
    """

    electricity_kwh: Floats
    gas_kwh: Floats
    heat_kwh: Floats
    peak_kw: Floats
    vulnerable: NDArray[np.bool_]
    has_gas: NDArray[np.bool_]
    area: NDArray[np.integer]
    weight: Floats | None = None

    def __len__(self) -> int:
        return len(self.electricity_kwh)

    @classmethod
    def of_cells(cls, cells: pd.DataFrame, areas: Sequence[str]) -> EnergyUse:
        """The use of a weighted population, ``area`` by name. Raises DataError for missing columns and unknown areas."""
        lacking = [name for name in (*QUANTITIES, "vulnerable", "has_gas", "area") if name not in cells.columns]
        if lacking:
            raise DataError(f"cells lack {', '.join(lacking)}")
        place = pd.Index(list(areas)).get_indexer(pd.Index(cells["area"]))
        unknown = sorted(set(cells["area"][place < 0]))
        if unknown:
            raise DataError(f"no tariffs for grid area {', '.join(unknown)}; known: {', '.join(areas)}")
        electricity_kwh, gas_kwh, heat_kwh, peak_kw = (cells[name].to_numpy(np.float64) for name in QUANTITIES)
        vulnerable, has_gas = (cells[name].to_numpy(np.bool_) for name in ("vulnerable", "has_gas"))
        weight = cells["weight"].to_numpy(np.float64) if "weight" in cells.columns else None
        return cls(electricity_kwh, gas_kwh, heat_kwh, peak_kw, vulnerable, has_gas, place.astype(np.int32), weight)


@dataclass(frozen=True)
class BillArrays:
    """Bills of a year. ``carrier_incl_vat_eur`` (n, 3): gas, electricity, heat. ``line_eur`` (lines,): weighted sums without VAT."""

    carrier_incl_vat_eur: Floats
    line_eur: Floats
    vat_share: float

    @cached_property
    def total_incl_vat_eur(self) -> Floats:
        """The bill of each household, all carriers, with VAT [EUR/year], (n,)."""
        gas, electricity, heat = self.carrier_incl_vat_eur.T
        return np.asarray(gas + electricity + heat)

    def lines(self) -> pd.DataFrame:
        """Weighted sums of every line: index ``line``, columns carrier, component, payee, excl_vat_eur, vat_eur."""
        names = pd.DataFrame(list(LINE_NAMES.values()), columns=["carrier", "component", "payee"])
        taxed = np.array([line not in EXEMPT for line in Line])
        frame = names.assign(excl_vat_eur=self.line_eur, vat_eur=np.where(taxed, self.line_eur * self.vat_share, 0.0))
        frame.index = pd.Index(frame["carrier"] + "." + frame["component"], name="line", dtype="str")
        return frame

    def payee_eur(self) -> pd.Series:
        """What each payee receives [EUR/year], VAT with the treasury; together the weighted sum of the bills. Index ``payee``."""
        lines = self.lines()
        received = lines.groupby("payee")["excl_vat_eur"].sum()
        received[TREASURY] += lines["vat_eur"].sum()
        return received.rename("received_eur")


@dataclass(frozen=True)
class UnitPrices:
    """Prices per kWh with VAT [EUR/kWh], carriers gas, electricity, heat; nan where a carrier is not taken.

    ``marginal_eur`` (n, 3): one more kWh at the household's own use. ``heat_pump_eur`` (n,): one more kWh of electricity with the kW
    of a heat pump that belong to it. ``average_eur`` (n, 3): the bill over the kWh.
    """

    marginal_eur: Floats
    heat_pump_eur: Floats
    average_eur: Floats

    @property
    def variable_ratio(self) -> Floats:
        """One more kWh of electricity over one more of gas."""
        return np.asarray(self.marginal_eur[:, 1] / self.marginal_eur[:, 0])

    @property
    def heat_pump_ratio(self) -> Floats:
        """One more kWh of a heat pump, its kW included, over one more kWh of gas."""
        return np.asarray(self.heat_pump_eur / self.marginal_eur[:, 0])

    @property
    def all_in_ratio(self) -> Floats:
        """Electricity bill per kWh over gas bill per kWh."""
        return np.asarray(self.average_eur[:, 1] / self.average_eur[:, 0])


def bill_arrays(use: EnergyUse, tariffs: TariffTable) -> BillArrays:
    """The bills of a year, before rounding [EUR], totals per household and weighted sums per line.

    The rules of ``annual_bills``, one connection per household: gas and heat are billed where they are used, electricity always;
    vulnerable households pay the social tariffs. Sums of the payees equal the weighted sum of the bills.

    Raises DataError for use that is negative or missing, gas without a connection, an area outside the tariffs, or a kind of tariff
    that was not read; OutOfRangeError for gas above the largest group. Method: docs/method.md#bill-arrays.
    """
    homes, lump_sum = _checked(use, tariffs)
    carrier_eur = np.empty((len(use), len(CARRIERS)))
    sums = np.zeros((max(-(-len(use) // BLOCK_ROWS), 1), LINES))
    year_bills(homes, tariffs.values, lump_sum, carrier_eur, sums)
    return BillArrays(carrier_eur, sums.sum(axis=0), tariffs.vat_share)


def component_blocks(use: EnergyUse, tariffs: TariffTable, *, rows: int = BLOCK_ROWS) -> Iterator[tuple[slice, Floats]]:
    """Every line of every household without VAT [EUR/year], in blocks: the rows, and an array (rows, lines) in the order of ``Line``.

    The matrix of millions of households would not fit in memory; each block is a new array. Raises as ``bill_arrays``.
    """
    homes, lump_sum = _checked(use, tariffs)
    for first in range(0, len(use), rows):
        block = np.empty((min(rows, len(use) - first), LINES))
        year_lines(homes, tariffs.values, lump_sum, first, block)
        yield slice(first, first + len(block)), block


def paid_bills(use: EnergyUse, tariffs: TariffTable) -> Floats:
    """The bills as paid, to the cent [EUR, with VAT], (n, 3) for gas, electricity, heat: what ``annual_bills`` adds up to.

    Whole kWh; each line in whole cents; VAT on the total of a carrier. Raises as ``bill_arrays``.
    """
    homes, lump_sum = _checked(use, tariffs)
    carrier_eur = np.empty((len(use), len(CARRIERS)))
    paid_year_bills(homes, tariffs.values, lump_sum, carrier_eur)
    return carrier_eur


def unit_prices(use: EnergyUse, tariffs: TariffTable, *, heat_pump_kw_per_kwh: float = 0.0) -> UnitPrices:
    """Prices of one more kWh and on average, per household and carrier [EUR/kWh, with VAT].

    ``heat_pump_kw_per_kwh``: kW of monthly peak that a heat pump adds per kWh it uses. Ratios between carriers follow as

        r_var = P_e / P_g      r_hp = (P_e + kappa x cap) / P_g      r_all = (bill_e / e) / (bill_g / g)

    with P the price of one more kWh, kappa those kW per kWh, cap the capacity tariff. The capacity tariff counts for nothing below
    the smallest billed peak, under the ceiling of the network tariff and under the social tariff. Steps at the edge of a network
    group are not in the price of one more kWh. Raises as ``bill_arrays``. Method: docs/method.md#price-ratios.
    """
    homes, lump_sum = _checked(use, tariffs)
    prices, per_kw = np.empty((len(use), len(CARRIERS))), np.empty(len(use))
    marginal_prices(homes, tariffs.values, lump_sum, prices, per_kw)
    kwh = np.column_stack([homes.gas_kwh, homes.electricity_kwh, homes.heat_kwh])
    bills = bill_arrays(use, tariffs).carrier_incl_vat_eur
    average = np.divide(bills, kwh, out=np.full_like(bills, np.nan), where=kwh > 0)
    return UnitPrices(prices, prices[:, 1] + heat_pump_kw_per_kwh * per_kw, average)


# ------------------------------------------------------------------------------------------------------------------------ refusals


def _checked(use: EnergyUse, tariffs: TariffTable) -> tuple[Households, float]:
    """What the kernels read, without a copy where the arrays have their types already, and the lump sum (nan for none)."""
    _refuse(use, tariffs)
    homes = Households(
        electricity_kwh=np.ascontiguousarray(use.electricity_kwh, dtype=np.float64),
        gas_kwh=np.ascontiguousarray(use.gas_kwh, dtype=np.float64),
        heat_kwh=np.ascontiguousarray(use.heat_kwh, dtype=np.float64),
        peak_kw=np.ascontiguousarray(use.peak_kw, dtype=np.float64),
        protected=np.ascontiguousarray(use.vulnerable, dtype=np.bool_),
        area=np.ascontiguousarray(use.area, dtype=np.int32),
        weight=np.ones(1) if use.weight is None else np.ascontiguousarray(use.weight, dtype=np.float64),
    )
    lump_sum = tariffs.lump_sum_eur_per_year
    _refuse_unread(homes, tariffs)
    return homes, np.nan if lump_sum is None else lump_sum


def _refuse(use: EnergyUse, tariffs: TariffTable) -> None:
    names = [*QUANTITIES, "vulnerable", "has_gas", "area", *([] if use.weight is None else ["weight"])]
    lengths = {name: len(getattr(use, name)) for name in names}
    if len(set(lengths.values())) > 1:
        raise DataError(f"arrays differ in length: {', '.join(f'{name} {length}' for name, length in lengths.items())}")
    if not len(use):
        return
    faults = []
    for name in [*QUANTITIES, *([] if use.weight is None else ["weight"])]:
        values = getattr(use, name)
        # minimum and maximum carry a missing value on, without an array of flags
        if not (values.min() >= 0 and values.max() < np.inf):
            where = np.flatnonzero(~((values >= 0) & (values < np.inf)))
            faults.append(f"{name} is negative, infinite or missing in {len(where)} rows ({first_keys(where)})")
    if use.area.min() < 0 or use.area.max() >= len(tariffs.areas):
        faults.append(
            f"area runs from {use.area.min()} to {use.area.max()}; the tariffs have {len(tariffs.areas)} areas"
        )
    loose = (use.gas_kwh > 0) & ~use.has_gas
    if loose.any():
        faults.append(f"gas is used without a connection in {loose.sum()} rows ({first_keys(np.flatnonzero(loose))})")
    if faults:
        raise DataError("the energy use of the households is not in order", faults)


def _refuse_unread(homes: Households, tariffs: TariffTable) -> None:
    protected = homes.protected if tariffs.lump_sum_eur_per_year is None else np.zeros_like(homes.protected)
    takes = {
        "gas": homes.gas_kwh > 0,
        "electricity": np.ones_like(homes.protected),
        "heat": homes.heat_kwh > 0,
    }
    needed = {carrier for carrier, taken in takes.items() if np.any(taken & ~protected)}
    needed |= {f"{carrier}_social" for carrier, taken in takes.items() if np.any(taken & protected)}
    unread = sorted(needed - tariffs.kinds)
    if unread:
        raise DataError(f"the tariffs were read without {', '.join(unread)}; read them with these kinds")
    if "gas" in needed:
        limit_kwh = float(tariffs.of(Figure.GAS_T3_LIMIT_KWH).min())
        if homes.gas_kwh.max() > limit_kwh:
            beyond = np.flatnonzero((homes.gas_kwh > limit_kwh) & ~protected)
            if len(beyond):
                largest = f"{limit_kwh:,.0f} kWh a year per connection"
                raise OutOfRangeError(f"gas bills are known up to {largest}; more is used by {first_keys(beyond)}")
