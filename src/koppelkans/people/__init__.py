"""Who lives in the neighbourhood?

A handful of typical households whose bills the plan shows, vulnerable ones first; and the whole population, of a place or of
Flanders, as weighted cells fitted to known margins. Who lives where is not known and not guessed.
"""

from koppelkans.people.expanded import expand, with_gradient
from koppelkans.people.population import flemish_cells, place_cells
from koppelkans.people.typical import typical_households

__all__ = ["expand", "flemish_cells", "place_cells", "typical_households", "with_gradient"]
