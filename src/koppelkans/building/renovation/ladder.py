"""A few packages per building out of all that are allowed: ever dearer, ever less need."""

from __future__ import annotations

import numpy as np

from koppelkans.building.renovation.measures import Ints
from koppelkans.building.renovation.shell import Flags
from koppelkans.building.seasonal import Floats

MOST_RUNGS = 8
"""Packages beside as it is."""
LESS = 1e-9
"""A need lower by less than this share is the same need."""


def ladder(investment_eur: Floats, need_kwh: Floats, fits: Flags) -> Ints:
    """Packages of each building by rung (n x rungs), -1 above its last one; rung 0 is the first package, as it is.

    investment, need, fits: n x packages. Only packages count that no cheaper one equals in need. First come the corners of the
    lower convex hull of need against investment (each next corner saves most per euro), then the package that fills the largest
    gap: rectangle between a package and the rungs beside it, until there are ``MOST_RUNGS``. With more corners than that, the
    deepest and those with the largest gaps stay. Equal gaps: the cheaper. Method: docs/method.md#renovation-ladder.
    """
    if not len(need_kwh):
        return np.zeros((0, 1), dtype=np.int64)
    packages, cost, need = _front(investment_eur, need_kwh, fits)
    chosen = _chosen(cost, need, packages >= 0, _corners(cost, need, packages >= 0))
    order = np.argsort(~chosen, axis=1, kind="stable")[:, : MOST_RUNGS + 1]
    rungs: Ints = np.where(np.take_along_axis(chosen, order, axis=1), np.take_along_axis(packages, order, axis=1), -1)
    return rungs[:, : int((rungs >= 0).sum(axis=1).max())]


def _front(investment_eur: Floats, need_kwh: Floats, fits: Flags) -> tuple[Ints, Floats, Floats]:
    """Packages that no cheaper one equals in need, by investment: their place (-1: none), investment and need."""
    cost = np.where(fits, investment_eur, np.inf)
    order = np.lexsort((need_kwh, cost), axis=-1)
    cost, need = np.take_along_axis(cost, order, axis=1), np.take_along_axis(need_kwh, order, axis=1)
    need = np.where(np.isfinite(cost), need, np.inf)
    least = np.minimum.accumulate(need, axis=1)
    front = np.zeros(need.shape, dtype=np.bool_)
    front[:, 0] = True
    front[:, 1:] = need[:, 1:] < least[:, :-1] * (1.0 - LESS)
    count = front.sum(axis=1)
    places = np.argsort(~front, axis=1, kind="stable")[:, : int(count.max())]
    there = np.arange(places.shape[1]) < count[:, None]

    def kept(values: Floats, rest: float) -> Floats:
        return np.where(there, np.take_along_axis(values, places, axis=1), rest)

    packages: Ints = np.where(there, np.take_along_axis(order, places, axis=1), -1)
    return packages, kept(cost, np.inf), kept(need, np.inf)


def _corners(cost: Floats, need: Floats, there: Flags) -> Flags:
    """Corners of the lower convex hull, from the first package to the deepest."""
    every, place = np.arange(len(cost)), np.arange(cost.shape[1])
    corners = np.zeros(cost.shape, dtype=np.bool_)
    at = np.zeros(len(cost), dtype=np.int64)
    corners[:, 0] = True
    for _ in range(cost.shape[1]):
        ahead = there & (place > at[:, None])
        if not ahead.any():
            break
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = (need[every, at][:, None] - need) / (cost - cost[every, at][:, None])
        slope = np.where(ahead, slope, -np.inf)
        at = np.where(ahead.any(axis=1), slope.argmax(axis=1), at)
        corners[every, at] = True
    return corners


def _chosen(cost: Floats, need: Floats, there: Flags, corners: Flags) -> Flags:
    """The rungs: first and deepest, then corners by gap, then others by gap."""
    every, place = np.arange(len(cost)), np.arange(cost.shape[1])
    last = there.sum(axis=1) - 1
    chosen = np.zeros(cost.shape, dtype=np.bool_)
    chosen[:, 0] = chosen[every, last] = True
    cost, need = np.where(there, cost, 0.0), np.where(there, need, 0.0)
    for _ in range(MOST_RUNGS - 1):
        before = np.maximum.accumulate(np.where(chosen, place, 0), axis=1)
        after = np.minimum.accumulate(np.where(chosen, place, last[:, None])[:, ::-1], axis=1)[:, ::-1]
        gap = (np.take_along_axis(cost, after, axis=1) - cost) * (np.take_along_axis(need, before, axis=1) - need)
        open_ones = there & ~chosen
        first = open_ones & corners
        some = np.maximum.reduce(first, axis=1, keepdims=True)
        candidates = np.where(some, first, open_ones)
        gap = np.where(candidates, gap, -np.inf)
        best = gap.argmax(axis=1)
        chosen[every, best] |= candidates[every, best]
    return chosen
