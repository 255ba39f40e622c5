"""Households of every sort for bills of many at once, with the tariffs of a day; shared by tests and benchmarks."""

from dataclasses import replace
from datetime import date

import numpy as np

from koppelkans.money.bill_arrays import EnergyUse
from koppelkans.money.tariff_table import KINDS, TariffTable, tariff_table
from koppelkans.parameters import Parameters, read_parameters

DAY = date(2026, 11, 1)
AREAS = ("antwerpen", "halle_vilvoorde", "imewo", "kempen", "limburg", "midden_vlaanderen", "west", "zenne_dijle")
EDGES_KWH = (0.0, 1.0, 470.0, 4_999.0, 5_000.0, 5_001.0, 11_999.0, 12_000.0, 12_001.0, 150_000.0, 150_001.0)


def figures() -> Parameters:
    return read_parameters().choosing(stand_ins={}, hold=("gas.social_tariff", "gas.excise"))


def tariffs(parameters: Parameters | None = None, *, areas=AREAS, world="calm", kinds=KINDS) -> TariffTable:
    return tariff_table(parameters or figures(), day=DAY, areas=areas, price_world=world, kinds=kinds)


def households(count: int, seed: int, *, weighted: bool = False) -> EnergyUse:
    """Households of every sort: with and without gas and heat, around every edge of a tariff, whole kWh and watts."""
    draws = np.random.default_rng(seed)
    gas = np.where(draws.random(count) < 0.4, draws.choice(EDGES_KWH, count), np.round(draws.gamma(4, 3_500, count)))
    power = np.where(draws.random(count) < 0.2, draws.choice(EDGES_KWH, count), np.round(draws.gamma(3, 1_200, count)))
    return EnergyUse(
        electricity_kwh=power, gas_kwh=gas, heat_kwh=np.round(draws.gamma(4, 2_500, count)) * (draws.random(count) < 0.3),
        peak_kw=np.round(draws.gamma(4, 1.0, count), 3), vulnerable=draws.random(count) < 0.3, has_gas=gas > 0,
        area=draws.integers(0, len(AREAS), count), weight=draws.gamma(2, 50, count) if weighted else None,
    )  # fmt: skip


def one(*, electricity=3_434.0, gas=16_262.0, heat=0.0, peak=3.9, vulnerable=False) -> EnergyUse:
    flags = np.array([vulnerable]), np.array([gas > 0])
    kwh = (np.array([float(value)]) for value in (electricity, gas, heat, peak))
    return EnergyUse(*kwh, *flags, np.array([0]))


def some(use: EnergyUse, chosen) -> EnergyUse:
    names = [name for name in use.__slots__ if getattr(use, name) is not None]
    return replace(use, **{name: getattr(use, name)[chosen] for name in names})
