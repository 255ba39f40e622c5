"""Demands that cannot be kept together: the smallest sets of them, and how far each would have to give way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from koppelkans.errors import InfeasibleError
from koppelkans.solve import Limits
from koppelkans.street.space.choice import SHORTAGE, chosen, least_shortage
from koppelkans.street.space.offer import Demands, Offer
from koppelkans.tables.space import DUTY_DEMANDS, QUANTITY_DEMANDS

SHORTAGE_GAP_SHARE = 0.05
"""How precisely the least shortage is found once some must be missed."""
WAY_GAP_SHARE, WAY_NODES = 0.002, 200
"""How precisely it is found how far a demand has to give way."""
FEW = 60
"""Sections up to which every set of demands is tried with whole sections."""
LARGEST_LISTED = 3
"""Every set up to this size is tried; a larger one is found by dropping demands one by one."""
KEPT = 1e-6
"""Share of a demand that may be missing before it counts as not kept."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A smallest set of demands that cannot be kept together: ``members``; per member how much of it can be kept beside the others of the set, and beside all other demands
    (None: giving way on it alone does not help), in the unit in which it was asked.
    """

    members: tuple[str, ...]
    within: dict[str, float | None]
    beside_all: dict[str, float | None]


def clashes(offered: Offer, asked: Demands, strict: tuple[str, ...], limits: Limits) -> list[Clash]:
    """The smallest sets of active demands that cannot be kept together; empty when all can. Each is irreducible: without any one member the rest can be kept.

    A set can be kept when the least total shortage is zero; with more than FEW sections the relaxation decides, in which a handful of sections may be split, unless only whole
    sections clash. All sets of one demand are tried, then of two and three, larger ones only when no smaller clashes; all of
    that least size are given. Beyond three, demands are dropped one by one as long as the rest still clashes. A duty of ``strict`` that a section cannot keep whatever else is
    asked is a set of its own, and is waived there for the others.
    Method: docs/method.md#street-space-clash.
    """

    def clash(active: tuple[str, ...]) -> bool:
        if least_shortage(offered, asked, active, limits) > KEPT:
            return True
        return few and not possible(offered, asked, active, limits)

    few = len(offered.length_m) <= FEW or least_shortage(offered, asked, asked.active, limits) <= KEPT
    alone = [_alone(asked, name) for name in strict if asked.hopeless_m[DUTY_DEMANDS.index(name)] > 0]
    if not clash(asked.active):
        return alone
    found = _smallest(asked.active, clash)
    return alone + [_eased_ways(offered, asked, members, limits) for members in found]


def _eased_ways(offered: Offer, asked: Demands, members: tuple[str, ...], limits: Limits) -> Clash:
    """How far each member would have to give way."""
    coarse = limits.model_copy(
        update={"gap_share": max(limits.gap_share, WAY_GAP_SHARE), "nodes": min(limits.nodes, WAY_NODES)}
    )

    def most(others: tuple[str, ...]) -> dict[str, float | None]:
        return {name: reachable(offered, asked, _without(others, name), name, coarse) for name in members}

    within = most(members)
    return Clash(members, within, within if set(members) == set(asked.active) else most(asked.active))


def _alone(asked: Demands, name: str) -> Clash:
    kept, lost = (lengths[DUTY_DEMANDS.index(name)] for lengths in (asked.duty_m, asked.hopeless_m))
    share = float(kept / (kept + lost))
    return Clash((name,), {name: share}, {name: share})


def possible(offered: Offer, asked: Demands, active: tuple[str, ...], limits: Limits) -> bool:
    """Whether the demands can all be kept: the relaxation misses none, and some answer does neither."""
    if least_shortage(offered, asked, active, limits) > KEPT:
        return False
    return chosen(offered, asked, active, SHORTAGE, eased(limits)).value <= KEPT


def eased(limits: Limits) -> Limits:
    """Limits for a shortage, which needs no three digits."""
    return limits.model_copy(update={"gap_share": max(limits.gap_share, SHORTAGE_GAP_SHARE)})


def _smallest(active: tuple[str, ...], clash: Callable[[tuple[str, ...]], bool]) -> list[tuple[str, ...]]:
    for size in range(1, min(LARGEST_LISTED, len(active)) + 1):
        found = [members for members in combinations(active, size) if clash(members)]
        if found:
            return found
    kept = active
    for name in active:
        if clash(_without(kept, name)):
            kept = _without(kept, name)
    return [kept]


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(one for one in names if one != name)


def reachable(offered: Offer, asked: Demands, others: tuple[str, ...], name: str, limits: Limits) -> float | None:
    """The most of one demand beside the others, as it was asked (a duty: share of its length); None when the others alone clash."""
    try:
        best = chosen(offered, asked, others, name, limits)
    except InfeasibleError:
        return None
    if name in QUANTITY_DEMANDS:
        return -best.value / asked.step[name]
    length = asked.duty_m[DUTY_DEMANDS.index(name)]
    return float(np.clip(1.0 - best.value / length, 0.0, 1.0))
