"""Demand: how much heat, hot water, cold and electricity does each building need, hour by hour, now and after renovation?

One record per building, three levels: the seasonal method of TABULA says what an envelope needs in theory, the hourly model (``hours``) when
it needs it and how warm it gets, and profiles (``load``) give the hours at the level of real use. Measured Flemish gas meters say how much
is really used (prebound); metered totals of the place replace that level (``calibration``). ``renovation`` finds the packages of measures
that make sense, ``epc`` the labels under each version of the rule, ``selection`` who is done when. Institutions go by use and floor area.
"""

from koppelkans.building.expected import HeatDemand, Metered, demand, expected_demand

__all__ = ["HeatDemand", "Metered", "demand", "expected_demand"]
