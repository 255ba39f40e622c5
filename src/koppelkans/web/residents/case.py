"""One home as the engine is asked about it: a row of buildings, the figures of the day, and what stands in where a figure is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point

from koppelkans import tables
from koppelkans.building.renovation.shell import Shell, shell_of
from koppelkans.parameters import Parameters, read_parameters
from koppelkans.scenario import STAND_IN_AREA, Scenario
from koppelkans.web.residents import situation as told
from koppelkans.web.residents.situation import Situation

HOME = "home"
YEAR_OF = dict(zip(tables.PERIODS, (1930, 1960, 1980, 1998, 2008, 2018), strict=True))
"""A year of each period: decides the VAT on works and what was built in from the start."""
STOREYS = {"terraced": 2.0, "semi_detached": 2.0, "detached": 1.5, "apartment_building": 3.0}
PREMIUMS_OF = "cat2"
"""Whose heat pump premium stands in for a category whose amount no public source gives."""


@dataclass(frozen=True, slots=True)
class Case:
    """What every step is asked with."""

    situation: Situation
    building: gpd.GeoDataFrame
    parameters: Parameters
    scenario: Scenario
    area: str
    premium_stands_in: bool
    shell: Shell

    @property
    def day(self) -> date:
        """The day of law and tariffs."""
        return self.scenario.reference_date


def case_of(situation: Situation, day: date) -> Case:
    """The case of a home on a day. Figures that have ended are held; a premium that no source gives for a category stands in."""
    known = read_parameters()
    category = situation.income_category
    lacking = [
        parameter.key for parameter in known
        if parameter.key in ("mvp.heat_pump.hybrid", "mvp.heat_pump.air_water", "mvp.heat_pump.geothermal") and parameter.on(day, category) is None
    ]  # fmt: skip
    stand_ins = dict.fromkeys(lacking, PREMIUMS_OF)
    parameters = known.choosing(stand_ins=stand_ins, hold=[parameter.key for parameter in known]).recording()
    scenario = Scenario(reference_date=day, income_category=category, fossil_free=False)
    building = building_of(situation)
    shell = shell_of(
        pd.DataFrame(building.drop(columns="geometry")), parameters=parameters, day=day, on_building_line=None
    )
    return Case(situation, building, parameters, scenario, situation.grid_area or STAND_IN_AREA, bool(lacking), shell)


def building_of(situation: Situation) -> gpd.GeoDataFrame:
    """The home as one row of BUILDINGS, in proportion to its floor area; an apartment stands in a building of like ones."""
    homes = situation.dwellings
    gas = float("nan") if situation.gas_kwh is None or situation.heating != told.GAS else situation.gas_kwh * homes
    row: dict[str, object] = {name: float("nan") for name in tables.BUILDINGS.column_names}
    row |= {name: "user" for name in row if name.endswith("_from")}
    row |= {
        "level": "C", "street": None, "house_number": None, "use": "residential", "type": situation.kind, "heated": True, "protected": False,
        "dwellings": homes, "built_year": YEAR_OF[situation.period], "period": situation.period, "storeys": STOREYS[situation.kind],
        "floor_area_m2": situation.floor_area_m2 * homes, "metered_gas_kwh": gas,
    }  # fmt: skip
    frame = gpd.GeoDataFrame(
        [row], geometry=[Point(0, 0)], index=pd.Index([HOME], name="building", dtype="str"), crs="EPSG:31370"
    )
    return frame.astype({"street": "str", "house_number": "str"})
