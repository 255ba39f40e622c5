"""What does each street become? A cross-section per section, above and below ground, for targets of parking, trees, water and cycling at least cost - or the demands that clash."""

from koppelkans.street.space.answer import SpaceAnswer
from koppelkans.street.space.corridors import heat_corridors
from koppelkans.street.space.indicators import lekp_goals, space_indicators
from koppelkans.street.space.plan import street_space
from koppelkans.street.space.streets import SpaceTargets

__all__ = ["SpaceAnswer", "SpaceTargets", "heat_corridors", "lekp_goals", "space_indicators", "street_space"]
