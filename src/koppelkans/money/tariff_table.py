"""The tariffs of a day as one small table of numbers: a row per grid area, a column per figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from koppelkans.errors import DataError
from koppelkans.money.bill_kernel import Figure, Floats
from koppelkans.money.lines import HOUSEHOLD, MONTHS_PER_YEAR, PROTECTED, Rules, heat_social_eur_per_kwh
from koppelkans.parameters import Parameters

KINDS = ("gas", "electricity", "heat", "gas_social", "electricity_social", "heat_social")
"""Carriers under ordinary and under social tariffs: what a table may hold."""


@dataclass(frozen=True, slots=True)
class TariffTable:
    """Tariffs of a day in some grid areas, read once so that a bill needs no look-up.

    ``values`` (areas, ``Figure``): EUR without VAT per kWh, kW or year; social tariffs with VAT; nan for kinds that were not read.
    ``lump_sum_eur_per_year``: None while social tariffs hold; else protected households pay what others pay and get this credit.
    """

    areas: tuple[str, ...]
    kinds: frozenset[str]
    values: Floats
    lump_sum_eur_per_year: float | None = None

    def of(self, figure: Figure) -> Floats:
        """One figure in every area, in the order of ``areas``."""
        return self.values[:, figure].copy()

    @property
    def vat_share(self) -> float:
        """VAT on energy, the same in every area."""
        return float(self.values[0, Figure.VAT_SHARE])

    def adding(self, amounts: Mapping[Figure, float]) -> TariffTable:
        """The same tariffs with an amount added to some figures in every area: what a tariff shift does.

        Raises DataError where a figure would fall below zero, by how much and in which area.
        """
        values = self.values.copy()
        values[:, list(amounts)] += list(amounts.values())
        below = [
            f"{figure.name.lower()} in {self.areas[int(np.argmin(values[:, figure]))]} by {-np.min(values[:, figure]):.5f}"
            for figure in amounts
            if (values[:, figure] < 0).any()
        ]
        if below:
            raise DataError("a tariff would fall below zero", below)
        return replace(self, values=_frozen(values))

    def with_lump_sum(self, eur_per_year: float) -> TariffTable:
        """The same tariffs with a yearly credit to protected households instead of social tariffs, without VAT, paid by the treasury."""
        if not eur_per_year >= 0:
            raise DataError(f"a lump sum of {eur_per_year} EUR a year; expected 0 or more")
        return replace(self, lump_sum_eur_per_year=float(eur_per_year))


def tariff_table(
    parameters: Parameters, *, day: date, areas: Sequence[str], price_world: str, kinds: Sequence[str] = KINDS
) -> TariffTable:
    """The tariffs of a day in the given grid areas and price world, figures as in the lines of a bill.

    ``kinds``: what will be billed; figures of other kinds are not asked, so that a figure which has ended stops nobody who does not
    need it. Raises DataError for no area, an area twice or an unknown kind, ParameterError where a figure has no value on the day.
    Method: docs/method.md#bill-arrays.
    """
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise DataError(f"unknown kinds of tariff {', '.join(unknown)}; known: {', '.join(KINDS)}")
    if not areas or len(set(areas)) < len(areas):
        raise DataError(f"a tariff table needs each grid area once; found {', '.join(areas) or 'none'}")
    values = np.full((len(areas), len(Figure)), np.nan)
    for row, area in zip(values, areas, strict=True):
        rules = Rules(parameters, day, area, price_world)
        row[Figure.VAT_SHARE] = rules.vat_share
        for kind in dict.fromkeys(kinds):
            found = _READERS[kind](rules)
            row[list(found)] = list(found.values())
    return TariffTable(tuple(areas), frozenset(kinds), _frozen(values))


def _frozen(values: Floats) -> Floats:
    values.setflags(write=False)
    return values


def _gas(rules: Rules) -> dict[Figure, float]:
    return {
        Figure.SUPPLIER_FEE: rules.at("market.supplier_fee_eur_per_year"),
        Figure.GAS_COMMODITY: rules.commodity_eur_per_kwh("gas"),
        Figure.GAS_T1_FIXED: rules.in_area("gas.t1_fixed"),
        Figure.GAS_T2_FIXED: rules.in_area("gas.t2_fixed"),
        Figure.GAS_T3_FIXED: rules.in_area("gas.t3_fixed"),
        Figure.GAS_T1_KWH: rules.in_area("gas.t1_prop"),
        Figure.GAS_T2_KWH: rules.in_area("gas.t2_prop"),
        Figure.GAS_T3_KWH: rules.in_area("gas.t3_prop"),
        Figure.GAS_T1_LIMIT_KWH: rules.at("gas.t1_limit"),
        Figure.GAS_T2_LIMIT_KWH: rules.at("gas.t2_limit"),
        Figure.GAS_T3_LIMIT_KWH: rules.at("gas.t3_limit"),
        Figure.GAS_DATA_MANAGEMENT: rules.at("gas.data_management"),
        Figure.GAS_TRANSPORT: rules.at("gas.transport_fluxys"),
        Figure.GAS_EXCISE_FIRST: rules.at("gas.excise_first_12MWh", HOUSEHOLD),
        Figure.GAS_EXCISE_ABOVE: rules.at("gas.excise_above_12MWh", HOUSEHOLD),
        Figure.GAS_EXCISE_BAND_KWH: rules.at("gas.excise_band_limit"),
        Figure.GAS_CONTRIBUTION: rules.at("gas.energy_contribution", HOUSEHOLD),
    }


def _electricity(rules: Rules) -> dict[Figure, float]:
    return {
        Figure.SUPPLIER_FEE: rules.at("market.supplier_fee_eur_per_year"),
        Figure.ELECTRICITY_COMMODITY: rules.commodity_eur_per_kwh("power"),
        Figure.GREEN_CERTIFICATES: rules.at("elec.gsc", "flanders"),
        Figure.CHP_CERTIFICATES: rules.at("elec.wkk", "flanders"),
        Figure.CAPACITY_PER_KW: rules.in_area("elec.capacity_tariff"),
        Figure.SMALLEST_PEAK_KW: rules.at("elec.min_billed_peak"),
        Figure.DISTRIBUTION_KWH: rules.in_area("elec.dist_kwh"),
        Figure.CEILING_KWH: rules.at("elec.network_ceiling"),
        Figure.ELECTRICITY_DATA_MANAGEMENT: rules.at("elec.data_management"),
        Figure.ELECTRICITY_EXCISE: rules.at("elec.excise", HOUSEHOLD),
        Figure.ELECTRICITY_CONTRIBUTION: rules.at("elec.energy_contribution", HOUSEHOLD),
        Figure.ENERGY_FUND_PER_YEAR: MONTHS_PER_YEAR * rules.at("elec.energiefonds", HOUSEHOLD),
    }


def _heat(rules: Rules) -> dict[Figure, float]:
    return {
        Figure.HEAT_ENERGY: rules.at("heat_network.tariff_eur_per_kwh"),
        Figure.HEAT_NETWORK_FEE: rules.at("heat_network.network_fee_eur_per_year"),
        Figure.HEAT_SERVICE_FEE: rules.at("heat_network.service_fee_eur_per_year"),
    }


def _gas_social(rules: Rules) -> dict[Figure, float]:
    return {
        Figure.GAS_SOCIAL: rules.at("gas.social_tariff"),
        Figure.GAS_EXCISE_PROTECTED: rules.at("gas.excise", PROTECTED),
    }


def _electricity_social(rules: Rules) -> dict[Figure, float]:
    return {
        Figure.ELECTRICITY_SOCIAL: rules.at("elec.social_tariff", "single"),
        Figure.ELECTRICITY_EXCISE_PROTECTED: rules.at("elec.excise", PROTECTED),
    }


def _heat_social(rules: Rules) -> dict[Figure, float]:
    return {
        Figure.HEAT_SOCIAL: heat_social_eur_per_kwh(rules),
        Figure.HEAT_SERVICE_FEE: rules.at("heat_network.service_fee_eur_per_year"),
    }


_READERS: dict[str, Callable[[Rules], dict[Figure, float]]] = dict(
    zip(KINDS, (_gas, _electricity, _heat, _gas_social, _electricity_social, _heat_social), strict=True)
)
