"""Who lives in the neighbourhood?

For now: a handful of typical households whose bills the plan shows, vulnerable ones first. Their heat demand is read from the
dwellings of the place; who lives where is not known and not guessed. Weighted households and their response come later.
"""

from koppelkans.people.typical import typical_households

__all__ = ["typical_households"]
