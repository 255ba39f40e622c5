"""Sections on a tree from the source: sums over what lies behind, and the best part of the tree to build.

Method: docs/method.md#branch-choice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from koppelkans.money.equilibrium.compiled import compiled
from koppelkans.money.equilibrium.interpolation import cubic_at, interval_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

BISECTIONS = 24


def from_source(parent: Rows) -> Rows:
    """Rows of the sections, each after the one upstream."""
    depth = np.zeros(len(parent), dtype=np.int64)
    above = parent.copy()
    while (above >= 0).any():
        depth += above >= 0
        above = np.where(above >= 0, parent[above], -1)
    return np.argsort(depth, kind="stable")


@compiled
def behind(values: Floats, parent: Rows, order: Rows) -> Floats:
    """Values (S, columns) of each section together with all those behind it."""
    gathered = values.copy()
    for place in range(len(order) - 1, -1, -1):
        row = order[place]
        if parent[row] >= 0:
            gathered[parent[row]] += gathered[row]
    return gathered


@compiled
def best_closure(worth: Floats, parent: Rows, order: Rows) -> tuple[Flags, float]:
    """Sections of the most worth together, none without the one upstream, and that worth (0: nothing is built).

    One pass from the ends to the source: a branch is worth its first section and every branch behind it that is worth something.
    """
    total = worth.copy()
    for place in range(len(order) - 1, -1, -1):
        row = order[place]
        if parent[row] >= 0 and total[row] > 0:
            total[parent[row]] += total[row]
    built = np.zeros(len(worth), dtype=np.bool_)
    most = 0.0
    for row in order:
        if total[row] > 0 and (parent[row] < 0 or built[parent[row]]):
            built[row] = True
            if parent[row] < 0:
                most += total[row]
    return built, most


@compiled
def worth_at(sections: Floats, heat: Floats, cost: Floats, price: float, heat_cost: float) -> Floats:
    """Present value of each section at a price [EUR]; ``sections`` has a row each: trench, heat of large customers, their ceiling."""
    worth = (price - heat_cost) * heat - cost - sections[:, 0]
    for row in range(len(worth)):
        if sections[row, 1] > 0:
            worth[row] += sections[row, 1] * (min(price, sections[row, 2]) - heat_cost)
    return worth


@compiled
def most_worth_on(sections: Floats, table: Floats, prices: Floats, heat_cost: float, stretch: Floats) -> Floats:
    """A bound from above on the present value of each section over a stretch of prices that lies between two of the table [EUR].

    table: (4, P, S) heat, its slope, cost, its slope. Between prices of the table the value is a quartic, and no greater than the greatest of
    its Bernstein coefficients; large customers count at the upper end, where they pay most.
    """
    low, high = stretch[0], stretch[1]
    count = len(sections)
    most = np.empty(count)
    below = low < prices[0]
    row = interval_of(prices, (low + high) / 2)
    width = prices[row + 1] - prices[row]
    shift = low - prices[row]
    margin, span = low - heat_cost, high - low
    for section in range(count):
        heat, cost = table[0, :, section], table[2, :, section]
        h0, h1, h2, h3 = heat[0], 0.0, 0.0, 0.0
        c0, c1, c2, c3 = cost[0], 0.0, 0.0, 0.0
        if not below:
            h0, h1, h2, h3 = cubic_at(heat, table[1, :, section], row, width, shift)
            c0, c1, c2, c3 = cubic_at(cost, table[3, :, section], row, width, shift)
        q0 = margin * h0 - c0
        q1 = (margin * h1 + h0 - c1) * span
        q2 = (margin * h2 + h1 - c2) * span**2
        q3 = (margin * h3 + h2 - c3) * span**3
        q4 = h3 * span**4
        greatest = max(q0, q0 + q1 / 4, q0 + q1 / 2 + q2 / 6, q0 + 3 * q1 / 4 + q2 / 2 + q3 / 4, q0 + q1 + q2 + q3 + q4)
        most[section] = greatest - sections[section, 0]
        if sections[section, 1] > 0:
            most[section] += sections[section, 1] * (min(high, sections[section, 2]) - heat_cost)
    return most


@compiled
def widest_closure(reach: Floats, worth: Floats, source: float, parent: Rows, order: Rows) -> tuple[Flags, float]:
    """Sections of much reach together that still pay for the source, and a proven bound on the reach of any such set.

    max sum reach  subject to  sum worth >= source, none without the one upstream: relaxed with a price on worth, halved until the
    set just pays (the price at the end is the best bound of this kind). Bound -1: no set pays.
    """
    built, most = best_closure(worth, parent, order)
    if most < source:
        return built, -1.0
    everything = np.ones(len(worth), dtype=np.bool_)
    if worth.sum() >= source:
        return everything, reach.sum()
    low, high = 0.0, reach.sum() / max(most - source, 1e-9 * max(np.abs(worth).max(), 1.0))
    bound = reach.sum()
    for _ in range(BISECTIONS):
        price = (low + high) / 2
        found, total = best_closure(reach + price * worth, parent, order)
        bound = min(bound, total - price * source)
        if worth[found].sum() >= source:
            built, high = found, price
        else:
            low = price
    return built, bound
