"""Prices at which the company neither gains nor loses: every one of them, found interval by interval.

The present value of the project at a price p, with the customers that answer to p, is between two neighbouring prices of the table
a polynomial of the fourth degree. Its zeros are the fixed points of price -> customers -> required price.

A ``table`` has a row per price: price, heat, its slope, cost, its slope. ``large``: a row per large customer, ceiling and heat, the
lowest ceiling first. ``level``: fixed cost and cost of heat. Method: docs/method.md#equilibria.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from koppelkans.money.equilibrium.compiled import compiled
from koppelkans.money.equilibrium.interpolation import cubic_at, interpolated, interval_of

Floats = NDArray[np.float64]

HALVINGS = 100
DEGREE = 4


@compiled
def value_eur(table: Floats, large: Floats, level: Floats, price: float) -> float:
    """Present value of the project at a price [EUR]:  (p - v) H(p) - C(p) - K + sum Q (min(p, ceiling) - v)."""
    found = interpolated(table[:, 0], table[:, 1::2], table[:, 2::2], price)
    value = (price - level[1]) * found[0] - found[1] - level[0]
    for row in range(len(large)):
        value += large[row, 1] * (min(price, large[row, 0]) - level[1])
    return float(value)


@compiled
def required_eur_per_mwh(table: Floats, large: Floats, level: Floats, price: float) -> float:
    """Price that covers the cost of the customers who answer to ``price`` [EUR/MWh]; infinite when nobody pays it, at least 0."""
    found = interpolated(table[:, 0], table[:, 1::2], table[:, 2::2], price)
    paying = found[0]
    to_cover = level[0] + found[1] + level[1] * found[0]
    for row in range(len(large)):
        paying += large[row, 1]
        to_cover += large[row, 1] * level[1]
    for row in range(
        len(large)
    ):  # the lowest ceiling first: below it all pay the price, above it that customer pays its ceiling
        if paying > 0 and to_cover <= large[row, 0] * paying:
            return float(max(to_cover / paying, 0.0))
        paying -= large[row, 1]
        to_cover -= large[row, 1] * large[row, 0]
    if found[0] <= 0:
        return np.inf
    return float(max(to_cover / found[0], 0.0))


@compiled
def quartic_from(table: Floats, large: Floats, level: Floats, low: float, high: float) -> Floats:
    """Coefficients of the present value in u = p - low on a stretch without a price of the table or a ceiling inside."""
    h0, h1, h2, h3 = table[0, 1], 0.0, 0.0, 0.0
    c0, c1, c2, c3 = table[0, 3], 0.0, 0.0, 0.0
    if low >= table[0, 0]:
        row = interval_of(table[:, 0], (low + high) / 2)
        width, shift = table[row + 1, 0] - table[row, 0], low - table[row, 0]
        h0, h1, h2, h3 = cubic_at(table[:, 1], table[:, 2], row, width, shift)
        c0, c1, c2, c3 = cubic_at(table[:, 3], table[:, 4], row, width, shift)
    margin = low - level[1]
    found = np.empty(DEGREE + 1)
    found[0] = margin * h0 - c0
    found[1] = margin * h1 + h0 - c1
    found[2] = margin * h2 + h1 - c2
    found[3] = margin * h3 + h2 - c3
    found[4] = h3
    found[0] -= level[0]
    middle = (low + high) / 2
    for row in range(len(large)):
        if large[row, 0] > middle:
            found[0] += large[row, 1] * (low - level[1])
            found[1] += large[row, 1]
        else:
            found[0] += large[row, 1] * (large[row, 0] - level[1])
    return found


@compiled
def extremes(quartic: Floats, width: float) -> tuple[float, float]:
    """Bounds on a quartic over [0, width]: the least and the greatest of its Bernstein coefficients."""
    q0, q1, q2 = quartic[0], quartic[1] * width, quartic[2] * width**2
    q3, q4 = quartic[3] * width**3, quartic[4] * width**4
    first, second, third = q0 + q1 / 4, q0 + q1 / 2 + q2 / 6, q0 + 3 * q1 / 4 + q2 / 2 + q3 / 4
    last = q0 + q1 + q2 + q3 + q4
    return min(q0, first, second, third, last), max(q0, first, second, third, last)


@compiled
def polynomial_at(coefficients: Floats, at: float) -> float:
    """Value of c0 + c1 u + c2 u^2 + ..."""
    value = 0.0
    for power in range(len(coefficients) - 1, -1, -1):
        value = value * at + coefficients[power]
    return value


@compiled
def zeros_on(quartic: Floats, width: float, at_ends: Floats) -> Floats:
    """Every point of [0, width) at which a quartic changes sign, ascending; ``at_ends``: its values there, as the neighbours know them.

    Between two zeros of its derivative a polynomial is monotone: so from the third derivative down to the quartic itself.
    """
    knots, found, derived = np.empty(DEGREE + 2), np.empty(DEGREE + 1), np.empty(DEGREE + 1)
    count = 0
    for order in range(DEGREE - 1, -1, -1):
        knots[0] = 0.0
        for turn in range(count):
            knots[turn + 1] = found[turn]
        knots[count + 1] = width
        pieces, count = count + 1, 0
        for power in range(DEGREE + 1 - order):
            factor = 1.0
            for step in range(order):
                factor *= power + order - step
            derived[power] = quartic[power + order] * factor
        here = derived[: DEGREE + 1 - order]
        for piece in range(pieces):
            left, right = knots[piece], knots[piece + 1]
            at_left = at_ends[0] if order == 0 and piece == 0 else polynomial_at(here, left)
            at_right = at_ends[1] if order == 0 and piece == pieces - 1 else polynomial_at(here, right)
            if at_left == 0.0:
                found[count] = left
                count += 1
            elif at_left * at_right < 0:
                for _ in range(HALVINGS):
                    middle = (left + right) / 2
                    if polynomial_at(here, middle) * at_left > 0:
                        left = middle
                    else:
                        right = middle
                found[count] = (left + right) / 2
                count += 1
    return found[:count].copy()


@compiled
def crossings_between(table: Floats, large: Floats, level: Floats, edges: Floats) -> Floats:
    """Every price from the first to the last edge at which the present value changes sign or is zero [EUR/MWh], ascending.

    edges: ascending; every price of the table and every ceiling within their range is one.
    """
    found = np.empty((DEGREE + 1) * len(edges))
    at_ends = np.empty(2)
    count = 0
    for piece in range(len(edges) - 1):
        low, high = edges[piece], edges[piece + 1]
        quartic = quartic_from(table, large, level, low, high)
        at_ends[0], at_ends[1] = value_eur(table, large, level, low), value_eur(table, large, level, high)
        least, most = extremes(quartic, high - low)
        if min(least, at_ends[0], at_ends[1]) > 0 or max(most, at_ends[0], at_ends[1]) < 0:
            continue
        for zero in zeros_on(quartic, high - low, at_ends):
            found[count] = low + zero
            count += 1
    return found[:count]


def crossings(table: Floats, large: Floats, level: Floats, cap: float) -> Floats:
    """Every price from 0 to the cap at which the present value changes sign or is zero [EUR/MWh], ascending."""
    edges = np.concatenate([[0.0, cap], table[:, 0], large[:, 0]])
    return crossings_between(table, large, level, np.unique(edges[(edges >= 0) & (edges <= cap)]))
