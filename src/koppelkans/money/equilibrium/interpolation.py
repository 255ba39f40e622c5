"""Monotone interpolation in price: piecewise cubics that never overshoot the points they go through.

Method: docs/method.md#response-table.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from koppelkans.money.equilibrium.compiled import compiled

Floats = NDArray[np.float64]


@compiled
def monotone_slopes(x: Floats, values: Floats) -> Floats:
    """Slope of each column at each x: zero at a turning point, else the weighted harmonic mean of the two secants (PCHIP).

    x: ascending, at least two. values: (x, columns). At the ends the three-point formula, kept from overshooting.
    Source: Fritsch and Carlson, SIAM J. Numer. Anal. 17 (1980); Fritsch and Butland, SIAM J. Sci. Stat. Comput. 5 (1984).
    """
    points, columns = values.shape
    slopes = np.zeros((points, columns))
    if points == 2:
        for column in range(columns):
            slopes[:, column] = (values[1, column] - values[0, column]) / (x[1] - x[0])
        return slopes
    for point in range(1, points - 1):
        left, right = x[point] - x[point - 1], x[point + 1] - x[point]
        near, far = 2 * right + left, right + 2 * left
        for column in range(columns):
            before = (values[point, column] - values[point - 1, column]) / left
            after = (values[point + 1, column] - values[point, column]) / right
            if before * after > 0:
                slopes[point, column] = (near + far) / (near / before + far / after)
    for here, beside, third in ((0, 1, 2), (points - 1, points - 2, points - 3)):
        near, far = abs(x[beside] - x[here]), abs(x[third] - x[beside])
        for column in range(columns):
            first = (values[beside, column] - values[here, column]) / (x[beside] - x[here])
            second = (values[third, column] - values[beside, column]) / (x[third] - x[beside])
            slope = ((2 * near + far) * first - near * second) / (near + far)
            if slope * first <= 0:
                slope = 0.0
            elif first * second <= 0 and abs(slope) > 3 * abs(first):
                slope = 3 * first
            slopes[here, column] = slope
    return slopes


@compiled
def interval_of(x: Floats, at: float) -> int:
    """Row of the interval that holds a point: the last x that is not above it; the first or last interval outside."""
    row = 0
    while row < len(x) - 2 and x[row + 1] <= at:
        row += 1
    return row


@compiled
def interpolated(x: Floats, values: Floats, slopes: Floats, at: float) -> Floats:
    """Each column at one point; outside the range of x the value at the nearer end."""
    point = min(max(at, x[0]), x[-1])
    row = interval_of(x, point)
    width = x[row + 1] - x[row]
    part = (point - x[row]) / width
    from_left, from_right = (1 + 2 * part) * (1 - part) ** 2, part * part * (3 - 2 * part)
    tilt_left, tilt_right = part * (1 - part) ** 2 * width, part * part * (part - 1) * width
    result: Floats = (
        from_left * values[row] + from_right * values[row + 1] + tilt_left * slopes[row] + tilt_right * slopes[row + 1]
    )
    return result


@compiled
def interpolated_along(x: Floats, values: Floats, slopes: Floats, path: Floats) -> Floats:
    """Each column at every point of a path (points, columns)."""
    found = np.empty((len(path), values.shape[1]))
    for place in range(len(path)):
        point = min(max(path[place], x[0]), x[-1])
        row = interval_of(x, point)
        width = x[row + 1] - x[row]
        part = (point - x[row]) / width
        from_left, from_right = (1 + 2 * part) * (1 - part) ** 2, part * part * (3 - 2 * part)
        tilt_left, tilt_right = part * (1 - part) ** 2 * width, part * part * (part - 1) * width
        for column in range(values.shape[1]):
            found[place, column] = (
                from_left * values[row, column]
                + from_right * values[row + 1, column]
                + tilt_left * slopes[row, column]
                + tilt_right * slopes[row + 1, column]
            )
    return found


@compiled
def cubic_at(values: Floats, slopes: Floats, row: int, width: float, shift: float) -> tuple[float, float, float, float]:
    """Coefficients, in the distance from a point, of the cubic of one column on an interval; the point lies ``shift`` from its start."""
    secant = (values[row + 1] - values[row]) / width
    first = slopes[row]
    second = (3 * secant - 2 * slopes[row] - slopes[row + 1]) / width
    third = (slopes[row] + slopes[row + 1] - 2 * secant) / width**2
    return (
        values[row] + shift * (first + shift * (second + shift * third)),
        first + shift * (2 * second + 3 * shift * third),
        second + 3 * shift * third,
        third,
    )
