"""The scenario: what the municipality chooses. A TOML file, read strictly; unknown keys are refused with a suggestion."""

from koppelkans.scenario.heat import Choices, HeatNetwork, Peak, Phase, Renovation, Source, Storage
from koppelkans.scenario.response import Response
from koppelkans.scenario.street import Street, StreetOwner, StreetSpace
from koppelkans.scenario.whole import STAND_IN_AREA, Scenario, read_scenario, validation_faults
from koppelkans.solve import Limits

__all__ = [
    "STAND_IN_AREA",
    "Choices",
    "HeatNetwork",
    "Limits",
    "Peak",
    "Phase",
    "Renovation",
    "Response",
    "Scenario",
    "Source",
    "Storage",
    "Street",
    "StreetOwner",
    "StreetSpace",
    "read_scenario",
    "validation_faults",
]
