"""Demand: how much heat, hot water and electricity does each building need, now and after renovation, and at which peak?

The seasonal method of TABULA gives the theoretical need of an envelope; measured Flemish gas meters say how much of it is
really used (prebound); metered totals of the place, where given, replace the mean. Institutions go by use and floor area.
"""

from koppelkans.building.expected import demand
from koppelkans.building.seasonal import Envelope, Season, season, seasonal_need

__all__ = ["Envelope", "Season", "demand", "season", "seasonal_need"]
