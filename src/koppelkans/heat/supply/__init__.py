"""What does the heat of a network really cost, hour by hour, from which sources does it come, and how clean is it?

Plants at the sources (waste heat, water, boreholes, sewer, air, wood), a peak boiler and a tank are sized and run at least cost over
typical days of the year (``heat_supply``).
"""

from koppelkans.heat.supply.answer import heat_supply
from koppelkans.heat.supply.case import NetworkLoad, Plant, SupplyCase, Tank

__all__ = ["NetworkLoad", "Plant", "SupplyCase", "Tank", "heat_supply"]
