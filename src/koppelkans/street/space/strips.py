"""A cross-section as strips from facade to facade: what the drawings and the tables of a street are made from."""

from __future__ import annotations

from koppelkans.street.space.kernels import EPS
from koppelkans.street.space.rules import SpaceRules
from koppelkans.street.space.surface import NONE, Surfaces, edges_m
from koppelkans.street.space.underground import Layout, placement
from koppelkans.tables.space import SIDES

Strip = tuple[str, float, float]
_ORDER = ("garden", "footway", "left", "cycle_path", "carriageway", "cycle_path", "verge", "right", "footway", "garden")


def strips_above(found: Surfaces, rules: SpaceRules) -> list[list[Strip]]:
    """Kind, left and right edge [m] of every strip above ground, per cross-section, from the left facade to the right one."""
    result = []
    for edges, sides in zip(edges_m(found, rules).tolist(), found.sides.tolist(), strict=True):
        kinds = [{"left": SIDES[sides[0]], "right": SIDES[sides[1]]}.get(name, name) for name in _ORDER]
        whole = zip(kinds, edges[:-1], edges[1:], strict=True)
        result.append([(kind, low, high) for kind, low, high in whole if high - low > EPS and kind != SIDES[NONE]])
    return result


def strips_below(layout: Layout, variant: int, room: int, rules: SpaceRules) -> list[Strip]:
    """Kind, left and right edge [m] of every corridor below in one possible placement, and what trees and wadis keep free; only the latter without room."""
    pieces = (placement(layout, variant, room, rules) or []) if room else []
    kept = [(what, low, high) for low, high, what in layout.blocked]
    return sorted([*pieces, *kept], key=lambda piece: (piece[1], piece[2]))
