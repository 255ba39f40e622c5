"""Which buildings share a heat network, along which streets, with which pipes, and how much cheaper could it be at most?"""

from koppelkans.heat.network.instance import Design, Instance, NetworkLimits
from koppelkans.heat.network.kernel import design_network

__all__ = ["Design", "Instance", "NetworkLimits", "design_network"]
