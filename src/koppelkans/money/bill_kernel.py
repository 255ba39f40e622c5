"""The lines of an energy bill as machine code: one household after the other, no allocation in the loops.

A row of figures holds the tariffs of one grid area in the order of ``Figure``; a bill is written in the order of ``Line``, each amount
without VAT. The rules are those of the lines of a bill, household by household; only the speed differs.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])

CENTS_PER_EURO = 100.0
HALF_CENT_GUARD = 1e-7
"""In cents (kWh, watt): what lies this close under a half is a half, written in binary."""
W_PER_KW = 1_000.0


class Figure(IntEnum):
    """The figures of a tariff table, in the order of its columns. Prices are EUR without VAT, social tariffs with VAT."""

    VAT_SHARE = 0
    SUPPLIER_FEE = 1
    GAS_COMMODITY = 2
    GAS_T1_FIXED = 3
    GAS_T2_FIXED = 4
    GAS_T3_FIXED = 5
    GAS_T1_KWH = 6
    GAS_T2_KWH = 7
    GAS_T3_KWH = 8
    GAS_T1_LIMIT_KWH = 9
    GAS_T2_LIMIT_KWH = 10
    GAS_T3_LIMIT_KWH = 11
    GAS_DATA_MANAGEMENT = 12
    GAS_TRANSPORT = 13
    GAS_EXCISE_FIRST = 14
    GAS_EXCISE_ABOVE = 15
    GAS_EXCISE_BAND_KWH = 16
    GAS_CONTRIBUTION = 17
    ELECTRICITY_COMMODITY = 18
    GREEN_CERTIFICATES = 19
    CHP_CERTIFICATES = 20
    CAPACITY_PER_KW = 21
    SMALLEST_PEAK_KW = 22
    DISTRIBUTION_KWH = 23
    CEILING_KWH = 24
    ELECTRICITY_DATA_MANAGEMENT = 25
    ELECTRICITY_EXCISE = 26
    ELECTRICITY_CONTRIBUTION = 27
    ENERGY_FUND_PER_YEAR = 28
    HEAT_ENERGY = 29
    HEAT_NETWORK_FEE = 30
    HEAT_SERVICE_FEE = 31
    GAS_SOCIAL = 32
    GAS_EXCISE_PROTECTED = 33
    ELECTRICITY_SOCIAL = 34
    ELECTRICITY_EXCISE_PROTECTED = 35
    HEAT_SOCIAL = 36


class Line(IntEnum):
    """The lines of a bill, by carrier: gas, electricity, heat."""

    GAS_COMMODITY = 0
    GAS_SUPPLIER_FEE = 1
    GAS_DISTRIBUTION_FIXED = 2
    GAS_DISTRIBUTION_KWH = 3
    GAS_DATA_MANAGEMENT = 4
    GAS_TRANSPORT = 5
    GAS_SOCIAL_TARIFF = 6
    GAS_EXCISE = 7
    GAS_EXCISE_FIRST = 8
    GAS_EXCISE_ABOVE = 9
    GAS_CONTRIBUTION = 10
    ELECTRICITY_COMMODITY = 11
    ELECTRICITY_SUPPLIER_FEE = 12
    GREEN_CERTIFICATES = 13
    CHP_CERTIFICATES = 14
    CAPACITY = 15
    ELECTRICITY_DISTRIBUTION_KWH = 16
    NETWORK_CEILING = 17
    ELECTRICITY_DATA_MANAGEMENT = 18
    ELECTRICITY_SOCIAL_TARIFF = 19
    ELECTRICITY_EXCISE = 20
    ELECTRICITY_CONTRIBUTION = 21
    ENERGY_FUND = 22
    LUMP_SUM = 23
    HEAT_ENERGY = 24
    HEAT_NETWORK_FEE = 25
    HEAT_SOCIAL_TARIFF = 26
    HEAT_SERVICE_FEE = 27


LINES = len(Line)
GAS_END, ELECTRICITY_END = int(Line.GAS_CONTRIBUTION) + 1, int(Line.LUMP_SUM) + 1
EXEMPT = (Line.ENERGY_FUND, Line.LUMP_SUM)
"""Lines without VAT."""
WITH_VAT = (Line.GAS_SOCIAL_TARIFF, Line.ELECTRICITY_SOCIAL_TARIFF, Line.HEAT_SOCIAL_TARIFF)
"""Lines whose price is fixed with VAT: their cents are those of the amount with VAT."""
_TAXED = np.array([float(line not in EXEMPT) for line in Line])
_FIXED_WITH_VAT = np.array([line in WITH_VAT for line in Line])


class Households(NamedTuple):
    """What the kernels read of n households, each (n,)."""

    electricity_kwh: Floats
    gas_kwh: Floats
    heat_kwh: Floats
    peak_kw: Floats
    protected: Flags
    area: NDArray[np.int32]
    """Row of the tariff table."""
    weight: Floats
    """(n,), or (1,) when all count the same."""


def _compiled(function: Kernel) -> Kernel:
    """The function as machine code, kept on disk. Kernels and the orders they rely on stand in this file, so the cache is never older."""
    return cast(Kernel, njit(cache=True, error_model="numpy")(function))


def _inside(function: Kernel) -> Kernel:
    return cast(Kernel, njit(cache=True, error_model="numpy", forceinline=True)(function))


@_inside
def _gas_lines(line: Floats, row: Floats, kwh: float) -> None:
    fixed, per_kwh = row[Figure.GAS_T3_FIXED], row[Figure.GAS_T3_KWH]
    if kwh <= row[Figure.GAS_T1_LIMIT_KWH]:
        fixed, per_kwh = row[Figure.GAS_T1_FIXED], row[Figure.GAS_T1_KWH]
    elif kwh <= row[Figure.GAS_T2_LIMIT_KWH]:
        fixed, per_kwh = row[Figure.GAS_T2_FIXED], row[Figure.GAS_T2_KWH]
    first_kwh = min(kwh, row[Figure.GAS_EXCISE_BAND_KWH])
    line[Line.GAS_COMMODITY] = kwh * row[Figure.GAS_COMMODITY]
    line[Line.GAS_SUPPLIER_FEE] = row[Figure.SUPPLIER_FEE]
    line[Line.GAS_DISTRIBUTION_FIXED] = fixed
    line[Line.GAS_DISTRIBUTION_KWH] = kwh * per_kwh
    line[Line.GAS_DATA_MANAGEMENT] = row[Figure.GAS_DATA_MANAGEMENT]
    line[Line.GAS_TRANSPORT] = kwh * row[Figure.GAS_TRANSPORT]
    line[Line.GAS_EXCISE_FIRST] = first_kwh * row[Figure.GAS_EXCISE_FIRST]
    line[Line.GAS_EXCISE_ABOVE] = (kwh - first_kwh) * row[Figure.GAS_EXCISE_ABOVE]
    line[Line.GAS_CONTRIBUTION] = kwh * row[Figure.GAS_CONTRIBUTION]


@_inside
def _electricity_lines(line: Floats, row: Floats, kwh: float, peak_kw: float) -> None:
    smallest_eur = row[Figure.SMALLEST_PEAK_KW] * row[Figure.CAPACITY_PER_KW]
    capacity_eur = max(peak_kw, row[Figure.SMALLEST_PEAK_KW]) * row[Figure.CAPACITY_PER_KW]
    distribution_eur = kwh * row[Figure.DISTRIBUTION_KWH]
    ceiling_eur = max(kwh * row[Figure.CEILING_KWH], smallest_eur)
    line[Line.ELECTRICITY_COMMODITY] = kwh * row[Figure.ELECTRICITY_COMMODITY]
    line[Line.ELECTRICITY_SUPPLIER_FEE] = row[Figure.SUPPLIER_FEE]
    line[Line.GREEN_CERTIFICATES] = kwh * row[Figure.GREEN_CERTIFICATES]
    line[Line.CHP_CERTIFICATES] = kwh * row[Figure.CHP_CERTIFICATES]
    line[Line.CAPACITY] = capacity_eur
    line[Line.ELECTRICITY_DISTRIBUTION_KWH] = distribution_eur
    line[Line.NETWORK_CEILING] = -max(capacity_eur + distribution_eur - ceiling_eur, 0.0)
    line[Line.ELECTRICITY_DATA_MANAGEMENT] = row[Figure.ELECTRICITY_DATA_MANAGEMENT]
    line[Line.ELECTRICITY_EXCISE] = kwh * row[Figure.ELECTRICITY_EXCISE]
    line[Line.ELECTRICITY_CONTRIBUTION] = kwh * row[Figure.ELECTRICITY_CONTRIBUTION]
    line[Line.ENERGY_FUND] = row[Figure.ENERGY_FUND_PER_YEAR]


@_inside
def _protected_lines(line: Floats, row: Floats, electricity_kwh: float, gas_kwh: float, heat_kwh: float) -> None:
    with_vat = 1.0 + row[Figure.VAT_SHARE]
    if gas_kwh > 0.0:
        line[Line.GAS_SOCIAL_TARIFF] = gas_kwh * row[Figure.GAS_SOCIAL] / with_vat
        line[Line.GAS_EXCISE] = gas_kwh * row[Figure.GAS_EXCISE_PROTECTED]
    if electricity_kwh > 0.0:
        line[Line.ELECTRICITY_SOCIAL_TARIFF] = electricity_kwh * row[Figure.ELECTRICITY_SOCIAL] / with_vat
        line[Line.ELECTRICITY_EXCISE] = electricity_kwh * row[Figure.ELECTRICITY_EXCISE_PROTECTED]
    if heat_kwh > 0.0:
        line[Line.HEAT_SOCIAL_TARIFF] = heat_kwh * row[Figure.HEAT_SOCIAL] / with_vat
        line[Line.HEAT_SERVICE_FEE] = row[Figure.HEAT_SERVICE_FEE]


@_inside
def _bill(
    line: Floats, row: Floats, kwh: tuple[float, float, float], peak_kw: float, protected: bool, lump_sum_eur: float
) -> None:
    """All lines of one household; ``kwh`` of gas, electricity, heat; a lump sum (nan for none) stands in for the social tariffs."""
    line[:] = 0.0
    gas_kwh, electricity_kwh, heat_kwh = kwh
    if protected and np.isnan(lump_sum_eur):
        _protected_lines(line, row, electricity_kwh, gas_kwh, heat_kwh)
        return
    if gas_kwh > 0.0:
        _gas_lines(line, row, gas_kwh)
    _electricity_lines(line, row, electricity_kwh, peak_kw)
    if heat_kwh > 0.0:
        line[Line.HEAT_ENERGY] = heat_kwh * row[Figure.HEAT_ENERGY]
        line[Line.HEAT_NETWORK_FEE] = row[Figure.HEAT_NETWORK_FEE]
        line[Line.HEAT_SERVICE_FEE] = row[Figure.HEAT_SERVICE_FEE]
    if protected:
        line[Line.LUMP_SUM] = -lump_sum_eur


@_inside
def _half_up(value: float) -> float:
    """Whole number, half up and away from zero."""
    whole: float = np.sign(value) * np.floor(abs(value) + 0.5 + HALF_CENT_GUARD)
    return whole


@_compiled
def year_bills(homes: Households, values: Floats, lump_sum_eur: float, carrier_eur: Floats, sums: Floats) -> None:
    """Writes the bill per carrier with VAT into ``carrier_eur`` (n, 3), and weighted sums of lines without VAT into ``sums`` (blocks, LINES).

    Sums are kept per block of households, so that adding up millions loses no digits.
    """
    count, blocks = len(homes.gas_kwh), len(sums)
    last_weight = len(homes.weight) - 1
    line = np.zeros(LINES)
    for block in range(blocks):
        for home in range(block * count // blocks, (block + 1) * count // blocks):
            row = values[homes.area[home]]
            kwh = (homes.gas_kwh[home], homes.electricity_kwh[home], homes.heat_kwh[home])
            _bill(line, row, kwh, homes.peak_kw[home], homes.protected[home], lump_sum_eur)
            gas = electricity = heat = 0.0
            weight = homes.weight[min(home, last_weight)]
            for place in range(LINES):
                amount = line[place]
                sums[block, place] += weight * amount
                amount *= 1.0 + _TAXED[place] * row[Figure.VAT_SHARE]
                if place < GAS_END:
                    gas += amount
                elif place < ELECTRICITY_END:
                    electricity += amount
                else:
                    heat += amount
            carrier_eur[home, 0], carrier_eur[home, 1], carrier_eur[home, 2] = gas, electricity, heat


@_compiled
def year_lines(homes: Households, values: Floats, lump_sum_eur: float, first: int, lines: Floats) -> None:
    """Writes every line without VAT of the households from ``first`` on into ``lines`` (rows, LINES)."""
    for place in range(len(lines)):
        home = first + place
        kwh = (homes.gas_kwh[home], homes.electricity_kwh[home], homes.heat_kwh[home])
        row = values[homes.area[home]]
        _bill(lines[place], row, kwh, homes.peak_kw[home], homes.protected[home], lump_sum_eur)


@_compiled
def paid_year_bills(homes: Households, values: Floats, lump_sum_eur: float, carrier_eur: Floats) -> None:
    """Writes the bill per carrier with VAT into ``carrier_eur`` (n, 3), to the cent: whole kWh, watts, lines in cents, VAT on their total."""
    line = np.zeros(LINES)
    for home in range(len(carrier_eur)):
        row = values[homes.area[home]]
        kwh = (_half_up(homes.gas_kwh[home]), _half_up(homes.electricity_kwh[home]), _half_up(homes.heat_kwh[home]))
        peak_kw = _half_up(homes.peak_kw[home] * W_PER_KW) / W_PER_KW
        _bill(line, row, kwh, peak_kw, homes.protected[home], lump_sum_eur)
        vat = row[Figure.VAT_SHARE]
        for carrier in range(3):
            first = 0 if carrier == 0 else (GAS_END if carrier == 1 else ELECTRICITY_END)
            end = GAS_END if carrier == 0 else (ELECTRICITY_END if carrier == 1 else LINES)
            total = taxed = 0.0
            for place in range(first, end):
                factor = 1.0 + vat if _FIXED_WITH_VAT[place] else 1.0
                cents = _half_up(line[place] * factor * CENTS_PER_EURO)
                total += cents
                if _TAXED[place] > 0.0 and not _FIXED_WITH_VAT[place]:
                    taxed += cents
            carrier_eur[home, carrier] = (total + _half_up(taxed * vat)) / CENTS_PER_EURO


@_compiled
def marginal_prices(homes: Households, values: Floats, lump_sum_eur: float, prices: Floats, per_kw: Floats) -> None:
    """Writes the price of one more kWh into ``prices`` (n, 3) [EUR/kWh] and of one more kW into ``per_kw`` (n,) [EUR/kW], both with VAT.

    Derivatives to the right at the household's own use, in its own tariff group; nan for gas and heat that are not taken.
    """
    for home in range(len(per_kw)):
        row = values[homes.area[home]]
        with_vat = 1.0 + row[Figure.VAT_SHARE]
        gas_kwh, kwh, peak_kw = homes.gas_kwh[home], homes.electricity_kwh[home], homes.peak_kw[home]
        if homes.protected[home] and np.isnan(lump_sum_eur):
            gas = row[Figure.GAS_SOCIAL] + row[Figure.GAS_EXCISE_PROTECTED] * with_vat
            electricity = row[Figure.ELECTRICITY_SOCIAL] + row[Figure.ELECTRICITY_EXCISE_PROTECTED] * with_vat
            heat, kw = row[Figure.HEAT_SOCIAL], 0.0
        else:
            gas = _gas_per_kwh(row, gas_kwh) * with_vat
            per_kwh, kw = _electricity_per_kwh_and_kw(row, kwh, peak_kw)
            electricity, kw, heat = per_kwh * with_vat, kw * with_vat, row[Figure.HEAT_ENERGY] * with_vat
        prices[home, 0] = gas if gas_kwh > 0.0 else np.nan
        prices[home, 1] = electricity
        prices[home, 2] = heat if homes.heat_kwh[home] > 0.0 else np.nan
        per_kw[home] = kw


@_inside
def _gas_per_kwh(row: Floats, kwh: float) -> float:
    network = row[Figure.GAS_T3_KWH]
    if kwh <= row[Figure.GAS_T1_LIMIT_KWH]:
        network = row[Figure.GAS_T1_KWH]
    elif kwh <= row[Figure.GAS_T2_LIMIT_KWH]:
        network = row[Figure.GAS_T2_KWH]
    excise = row[Figure.GAS_EXCISE_FIRST]
    if kwh >= row[Figure.GAS_EXCISE_BAND_KWH]:
        excise = row[Figure.GAS_EXCISE_ABOVE]
    per_kwh: float = (
        row[Figure.GAS_COMMODITY] + network + row[Figure.GAS_TRANSPORT] + excise + row[Figure.GAS_CONTRIBUTION]
    )
    return per_kwh


@_inside
def _electricity_per_kwh_and_kw(row: Floats, kwh: float, peak_kw: float) -> tuple[float, float]:
    smallest_kw, capacity = row[Figure.SMALLEST_PEAK_KW], row[Figure.CAPACITY_PER_KW]
    network_eur = max(peak_kw, smallest_kw) * capacity + kwh * row[Figure.DISTRIBUTION_KWH]
    per_kwh, per_kw = row[Figure.DISTRIBUTION_KWH], capacity if peak_kw >= smallest_kw else 0.0
    if network_eur >= max(kwh * row[Figure.CEILING_KWH], smallest_kw * capacity):
        per_kwh, per_kw = (
            row[Figure.CEILING_KWH] if kwh * row[Figure.CEILING_KWH] >= smallest_kw * capacity else 0.0,
            0.0,
        )
    other = (
        row[Figure.ELECTRICITY_COMMODITY] + row[Figure.GREEN_CERTIFICATES] + row[Figure.CHP_CERTIFICATES]
        + row[Figure.ELECTRICITY_EXCISE] + row[Figure.ELECTRICITY_CONTRIBUTION]
    )  # fmt: skip
    return per_kwh + other, per_kw
