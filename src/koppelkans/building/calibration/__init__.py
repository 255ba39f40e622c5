"""What do metered totals of gas say about the heat of each building, and how sure is that afterwards?

Readings of single buildings and totals of streets, sectors and a municipality, in any mix, move a prior that comes from
Flemish meters: its level, its exponent, hot water, each street and each building. One joint Gaussian in logarithms, so that a
building inside a metered street inside a metered sector is not counted twice. The answer is a model per building, never a
measurement of it.
"""

from koppelkans.building.calibration.observations import Observations, observed_totals
from koppelkans.building.calibration.posterior import Posterior, calibrate

__all__ = ["Observations", "Posterior", "calibrate", "observed_totals"]
