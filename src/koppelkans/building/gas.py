"""Between useful heat and the gas meter: boiler, hot-water generator, calorific value, cooking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from koppelkans.parameters import Parameters


@dataclass(frozen=True, slots=True)
class GasUse:
    """Meter reading per useful kWh, on gross calorific value, and the cooking on it."""

    per_space_heat: float
    per_hot_water: float
    cooking_kwh: float

    def at_meter_kwh(self, space_heat_kwh: pd.Series, hot_water_kwh: pd.Series, dwellings: pd.Series) -> pd.Series:
        """Gas of a gas-heated building on its meter [kWh/year, gross calorific value]."""
        return self.per_space_heat * space_heat_kwh + self.per_hot_water * hot_water_kwh + self.cooking_kwh * dwellings


def gas_use(parameters: Parameters, day: date) -> GasUse:
    """Expenditure factors of the boilers that stand in Flemish homes (TABULA, on net calorific value) times gross per net.

    Method: docs/method.md#gas-at-the-meter.
    """
    gross = parameters.at("building.boiler.gross_per_net", day)
    return GasUse(
        per_space_heat=gross * parameters.at("building.boiler.space_heat_expenditure", day),
        per_hot_water=gross * parameters.at("building.boiler.hot_water_expenditure", day),
        cooking_kwh=parameters.at("building.boiler.cooking_kwh", day),
    )
