"""Renovation: which measures may be taken in a building, what do they save and cost, and which few packages are worth a look?

Every allowed combination of roof, wall, floor, glazing and ventilation is worked out with the seasonal method; per building a
ladder of at most eight ever deeper packages remains.
"""

from koppelkans.building.renovation.checks import check_measures
from koppelkans.building.renovation.table import renovations

__all__ = ["check_measures", "renovations"]
