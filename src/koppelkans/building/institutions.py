"""Buildings that are no dwelling: heat and electricity by use and floor area, with a wide band."""

from __future__ import annotations

from datetime import date

import pandas as pd

from koppelkans.errors import ParameterError
from koppelkans.parameters import Parameters

OTHER = "other"
COLUMNS = ("space_heat_kwh", "hot_water_kwh", "heat_low_kwh", "heat_high_kwh", "electricity_kwh")


def institution_demand(
    buildings: pd.DataFrame, parameters: Parameters, day: date, *, reference_share: float
) -> pd.DataFrame:
    """Expected heat, its band and electricity of buildings that are no dwelling [kWh/year], by use.

    buildings: uses ``use`` and ``floor_area_m2``. Heat = intensity of the use x reference area, of which a share is hot
    water; low and high end of the intensity are the band. A heated annex goes as "other".

    Valid as an order of magnitude: the intensities are Dutch means of 2012 (offices, shops) or not verified (the rest).
    Method: docs/method.md#institutions.
    """
    use = buildings["use"].replace({"annex": OTHER})
    area = reference_share * buildings["floor_area_m2"]
    figures = pd.DataFrame.from_dict(
        {name: _figures(name, parameters, day) for name in sorted(set(use))}, orient="index"
    )
    if figures.empty:
        return pd.DataFrame(columns=list(COLUMNS), index=buildings.index, dtype=float)
    own = figures.reindex(use).set_axis(buildings.index)
    heat = own["heat"] * area
    return pd.DataFrame(
        {
            "space_heat_kwh": heat * (1 - own["hot_water_share"]),
            "hot_water_kwh": heat * own["hot_water_share"],
            "heat_low_kwh": own["heat_low"] * area,
            "heat_high_kwh": own["heat_high"] * area,
            "electricity_kwh": own["electricity"] * area,
        }
    )


def _figures(use: str, parameters: Parameters, day: date) -> dict[str, float]:
    heat = parameters.value("building.use.heat_kwh_per_m2", day, use)
    if isinstance(heat.value, str) or heat.low is None or heat.high is None:
        raise ParameterError(f"building.use.heat_kwh_per_m2 for {use} needs a number with low and high")
    return {
        "heat": heat.value, "heat_low": min(heat.low, heat.value), "heat_high": max(heat.high, heat.value),
        "hot_water_share": parameters.at("building.use.hot_water_share", day, use),
        "electricity": parameters.at("building.use.electricity_kwh_per_m2", day, use),
    }  # fmt: skip
