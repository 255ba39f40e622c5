"""Which works does every building of a stock get, in which period, under limits that they share, and how far is that from the best?

A multiple-choice knapsack with side limits, solved by prices on the limits: a proven bound, a selection that keeps every limit,
and what one more unit of each limit would save.
"""

from koppelkans.building.selection.choice import select
from koppelkans.building.selection.instance import Instance, PerLimit, Selection, SelectionLimits

__all__ = ["Instance", "PerLimit", "Selection", "SelectionLimits", "select"]
