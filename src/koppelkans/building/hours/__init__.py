"""Hours: what heating and cooling does each building need in every hour of a year, and how often does it get too warm?

Weather of a typical year or any EPW file, buildings as single zones of five resistances and one mass (ISO 13790, simple hourly
method), thousands of building-years per second.
"""

from koppelkans.building.hours.climate import PLANES, Climate, read_epw, shipped_climate
from koppelkans.building.hours.loads import Control, annual_loads, hourly_loads, weighted_load
from koppelkans.building.hours.zones import Zones, zones_of

__all__ = [
    "PLANES", "Climate", "Control", "Zones", "annual_loads", "hourly_loads", "read_epw", "shipped_climate", "weighted_load", "zones_of",
]  # fmt: skip
