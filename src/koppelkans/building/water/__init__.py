"""Hot water: who lives in a building, when do they open a tap, and how much power do many taps ask together?

Draws are Poisson events by kind of draw (Jordan and Vajen); their yearly mean is the expected hot water of the dwelling.
"""

from koppelkans.building.water.coincident import design_power_kw
from koppelkans.building.water.draws import DrawKinds, draw_kinds, hot_water_draws
from koppelkans.building.water.occupants import drawn_households, expected_occupants

__all__ = ["DrawKinds", "design_power_kw", "draw_kinds", "drawn_households", "expected_occupants", "hot_water_draws"]
