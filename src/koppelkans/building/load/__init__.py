"""Load: how much comes at the same time, what does the whole place ask hour by hour, and how much cold is there beside heat?

Coincidence of homes from heating habits and drawn taps; hours of the place scaled to the expected yearly use.
"""

from koppelkans.building.load.coincidence import coincidence, coincidence_fit
from koppelkans.building.load.cold import Cold, cold_of, regeneration_share
from koppelkans.building.load.place import PlacePeak, hours_of_place, load_duration, place_peak

__all__ = [
    "Cold", "PlacePeak", "coincidence", "coincidence_fit", "cold_of", "hours_of_place", "load_duration", "place_peak", "regeneration_share",
]  # fmt: skip
