"""Supply of a heat network: how close typical days lie to every day by itself, what the base unit covers, and how long it takes.

    python benchmarks/heat_supply.py

The load is a textbook one: heat in proportion to 15.5 °C minus the daily temperature of Uccle, a fifth for hot water, 7 GWh and a
peak of 2.6 MW. Lines ``key value``; seconds are those of the machine at that moment, after one run that warms up.
"""

from __future__ import annotations

import time
from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building.hours import shipped_climate
from koppelkans.heat import Economics
from koppelkans.heat.pipes import Regime
from koppelkans.heat.supply import NetworkLoad, Plant, SupplyCase, Tank, heat_supply
from koppelkans.money import energy_prices
from koppelkans.parameters import Parameters, read_parameters

DAY, SINCE = date(2026, 11, 1), date(2020, 1, 1)
HEAT_MWH, PEAK_KW, HOT_WATER_SHARE, BASE_C = 7_000.0, 2_600.0, 0.2, 15.5
MIXES: dict[str, tuple[tuple[Plant, ...], Tank | None]] = {
    "river_gas_tank": ((Plant("river", "surface_water"), Plant("boiler", "gas_boiler")), Tank()),
    "river_given": ((Plant("river", "surface_water", size_kw=1_100.0), Plant("boiler", "gas_boiler")), None),
    "air_electric": ((Plant("air", "air"), Plant("boiler", "electric_boiler")), Tank(volume_m3=150.0)),
    "wood_gas": ((Plant("wood", "biomass"), Plant("boiler", "gas_boiler")), Tank(volume_m3=100.0)),
    "field_electric": ((Plant("field", "borehole"), Plant("boiler", "electric_boiler")), Tank()),
    "waste_gas": ((Plant("waste", "waste_heat", size_kw=1_300.0, source_c=90.0), Plant("boiler", "gas_boiler")), None),
}
FINE = (20, 8)
"""Groups of working and of weekend days a month at which nearly every day stands by itself."""


def textbook_hours() -> pd.DataFrame:
    outdoor = shipped_climate().outdoor_c
    space = np.maximum(0.0, BASE_C - np.repeat(outdoor.reshape(-1, 24).mean(axis=1), 24))
    water = np.full(len(space), space.mean() * HOT_WATER_SHARE / (1.0 - HOT_WATER_SHARE))
    frame = pd.DataFrame({
        "outdoor_c": outdoor, "space_heat_kw": space, "hot_water_kw": water, "cold_kw": 0.0, "space_heat_after_kw": space,
    }, index=pd.Index([f"{hour:04d}" for hour in range(len(space))], name="hour", dtype="str"))  # fmt: skip
    return tables.check(tables.HOURS, frame)


def supply_case(
    plants: tuple[Plant, ...], tank: Tank | None, hours: pd.DataFrame, parameters: Parameters
) -> SupplyCase:
    prices, _ = energy_prices(parameters=parameters, day=DAY, grid_area="antwerpen", price_world="calm", years=30)
    return SupplyCase(
        "net", plants, tank, NetworkLoad(hours, HEAT_MWH, 0.0, PEAK_KW), Regime("network_middle", 70.0, 40.0), 45.0, -8.0, prices,
        Economics(0.03, 0.04, 30, 165.0, DAY), parameters,
    )  # fmt: skip


def finely(parameters: Parameters) -> Parameters:
    for kind, groups in zip(("working", "weekend"), FINE, strict=True):
        parameters = parameters.changed("supply.groups_per_month", since=SINCE, value=groups, scope=kind)
    return parameters


def main() -> None:
    hours, parameters = textbook_hours(), read_parameters()
    heat_supply(supply_case(*MIXES["river_given"], hours, parameters))
    for name, (plants, tank) in MIXES.items():
        begin = time.perf_counter()
        few = heat_supply(supply_case(plants, tank, hours, parameters))
        seconds = time.perf_counter() - begin
        many = heat_supply(supply_case(plants, tank, hours, finely(parameters)))
        cost, fine = (float(found.total["eur_per_mwh"].iloc[0]) for found in (few, many))
        share, fine_share = (float(found.plants["heat_share"].iloc[0]) for found in (few, many))
        print(f"{name}_s {seconds:.3f}")
        print(f"{name}_eur_per_mwh {cost:.2f}")
        print(f"{name}_cost_away_share {cost / fine - 1.0:.4f}")
        print(f"{name}_base_share {share:.4f}")
        print(f"{name}_base_share_away {share - fine_share:.4f}")
    for part in (0.3, 0.4, 0.45, 0.5, 0.6, 0.75):
        plants = (
            Plant("base", "stated", part * PEAK_KW, price_eur_per_mwh=10.0),
            Plant("rest", "stated", PEAK_KW, price_eur_per_mwh=50.0),
        )
        found = heat_supply(supply_case(plants, None, hours, parameters))
        print(f"base_{100 * part:.0f}pct_of_peak_covers {float(found.plants['heat_share']['base']):.3f}")


if __name__ == "__main__":
    main()
