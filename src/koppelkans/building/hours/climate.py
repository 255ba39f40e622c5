"""A year of weather as buildings feel it: outdoor temperature, sun on five planes, the pull of the sky."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from koppelkans.parameters import reference_table

Floats = NDArray[np.float64]

PLANES = ("horizontal", "east", "south", "west", "north")

STEFAN_BOLTZMANN = 5.670374419e-8
KELVIN = 273.15
SHIPPED_TITLE = "typisch jaar Ukkel (Climate.OneBuilding.org TMYx 2007-2021)"
SHIPPED_SHIFT_HOURS = 0.5
"""The radiation of this file agrees with the sun at the stamp, half an hour after the middle of the hour that ends there."""


@dataclass(frozen=True, slots=True)
class Climate:
    """Hours of a year from 1 January 0 h standard time; each value is the mean of its hour.

    ``sun_w_per_m2`` (h, p) falls on planes in the order PLANES; ``sky_w_per_m2`` (h,) is what the sky sends down less what a black
    horizontal surface at outdoor temperature sends up, mostly negative; left out it is zero. ``sun_shift_hours`` is how much later
    than the middle of its hour the sun was placed, because the radiation in the file says so: worth a remark when it is not zero.
    """

    outdoor_c: Floats
    sun_w_per_m2: Floats
    title: str
    sky_w_per_m2: Floats = field(default_factory=lambda: np.empty(0))
    sun_shift_hours: float = 0.0

    def __post_init__(self) -> None:
        if not len(self.sky_w_per_m2):
            object.__setattr__(self, "sky_w_per_m2", np.zeros(len(self.outdoor_c)))


@cache
def shipped_climate() -> Climate:
    """Typical year of Uccle, with the planes computed beforehand. The arrays are shared: not to be changed in place.

    Not for sizing: a typical year has no coldest winter. Method: docs/method.md#hourly-climate.
    """
    table = reference_table("uccle_hours")
    outdoor_c = table["outdoor_c"].to_numpy(dtype=float)
    sun = table[[f"{plane}_w_per_m2" for plane in PLANES]].to_numpy(dtype=float)
    sky = net_sky(table["sky_w_per_m2"].to_numpy(dtype=float), outdoor_c)
    return Climate(outdoor_c, sun, SHIPPED_TITLE, sky, SHIPPED_SHIFT_HOURS)


def read_epw(path: str | Path) -> Climate:
    """The climate of any EPW file, on the planes by Perez with the sun in the middle of the hour.

    8,760 hours, or 8,784 with 29 February. Raises DataError with all faults of the file (see ``read_weather``).
    Method: docs/method.md#hourly-climate.
    """
    from koppelkans.building.hours.epw import read_weather
    from koppelkans.building.hours.sun import incident_on_planes

    weather = read_weather(path)
    incident = incident_on_planes(weather)
    sun = np.column_stack([incident[plane].total for plane in PLANES])
    title = f"{weather.site.name} ({Path(path).name})"
    sky = net_sky(weather.sky_w_per_m2, weather.outdoor_c)
    return Climate(weather.outdoor_c, sun, title, sky, weather.sun_shift_hours)


def net_sky(sky_w_per_m2: Floats, outdoor_c: Floats) -> Floats:
    """Infrared from the sky less what a black surface at outdoor temperature sends back [W/m2]."""
    net: Floats = sky_w_per_m2 - STEFAN_BOLTZMANN * (outdoor_c + KELVIN) ** 4
    return net
