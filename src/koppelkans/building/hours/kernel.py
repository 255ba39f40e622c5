"""The hourly model as machine code: hours outside, buildings inside in blocks, no allocation in the loops.

For a fixed building one hour of the five-resistance model is affine. With m the mass temperature at the start of the hour,
T outdoors, S the sun and sky on its surfaces, air temperature without heating and the next mass temperature are
    air = a0 m + a1 T + a2 S + a3          m' = b0 m + b1 T + b2 S + b3 + b4 P
and the power that brings air to a set-point is P = (set - air) p. So an hour costs about a dozen multiplications per building,
and the compiler takes several buildings at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])

BLOCK = 64
"""Buildings that go through the year together: their state stays in the nearest cache."""

AIR_MASS, AIR_OUTDOOR, AIR_SUN, AIR_CONSTANT, POWER = 0, 1, 2, 3, 4
MASS_MASS, MASS_OUTDOOR, MASS_SUN, MASS_CONSTANT, MASS_POWER = 5, 6, 7, 8, 9
COEFFICIENTS = 10
"""Rows of the coefficients of a building in one ventilation mode: of air, of the power to a set-point, of the next mass."""

HEATING, COOLING, PEAK_HEATING, PEAK_COOLING, HOURS_ABOVE = 0, 1, 2, 3, 4
SUMS = 5
"""Rows of the annual result."""

LANES = 8


class Year(NamedTuple):
    """What every kernel works on: n buildings, h hours, p planes, sky included."""

    coefficients: Floats
    """(modes, COEFFICIENTS, n)"""
    surfaces: Floats
    """(p, n) [m2]"""
    outdoor: Floats
    """(h,) [C]"""
    sun: Floats
    """(h, p) [W/m2]"""
    points: Floats
    """(h, 2) heating and cooling set-point [C]"""
    mode: Whole
    """(h,) ventilation mode"""
    start: float
    """Mass temperature before the warm-up [C]"""
    warm_up: int
    """Hours at the end of the year that go before its first hour"""


def compiled(function: Kernel) -> Kernel:
    """The function as machine code, kept on disk. All kernels stand in this file, so the cache is never older than they are."""
    return cast(Kernel, njit(cache=True, error_model="numpy")(function))


def inlined(function: Kernel) -> Kernel:
    """The same for a small function that its callers take in whole."""
    return cast(Kernel, njit(cache=True, error_model="numpy", forceinline=True)(function))


@inlined
def _sun_on(area: Floats, sun: Floats, t: int, gain: Floats) -> None:
    """Sun and sky on the surfaces of each building of the block in hour t [W]."""
    for j in range(BLOCK):
        gain[j] = 0.0
    for q in range(sun.shape[1]):
        shine = sun[t, q]
        if shine != 0.0:
            for j in range(BLOCK):
                gain[j] += area[q, j] * shine


@inlined
def _hour(c: Floats, k: int, outside: float, points: Floats, gain: Floats, state: Floats) -> None:
    """One hour of a block: ``state`` rows are mass, air [C], heating and cooling [W]."""
    low, high = points[0], points[1]
    for j in range(BLOCK):
        free = (
            c[k, AIR_MASS, j] * state[0, j]
            + c[k, AIR_OUTDOOR, j] * outside
            + c[k, AIR_SUN, j] * gain[j]
            + c[k, AIR_CONSTANT, j]
        )
        lacking, excess = low - free, free - high
        up = (lacking if lacking > 0.0 else 0.0) * c[k, POWER, j]
        down = (excess if excess > 0.0 else 0.0) * c[k, POWER, j]
        state[0, j] = (
            c[k, MASS_MASS, j] * state[0, j] + c[k, MASS_OUTDOOR, j] * outside + c[k, MASS_SUN, j] * gain[j]
            + c[k, MASS_CONSTANT, j] + c[k, MASS_POWER, j] * (up - down)
        )  # fmt: skip
        state[1, j] = low if free < low else (high if free > high else free)
        state[2, j] = up
        state[3, j] = down


@compiled
def annual_kernel(year: Year, limit: float, result: Floats) -> None:
    """Into ``result`` (SUMS, n): heating and cooling of the year [Wh], their peaks [W], hours with air above the limit."""
    modes, _, count = year.coefficients.shape
    hours = len(year.outdoor)
    c, area = np.zeros((modes, COEFFICIENTS, BLOCK)), np.zeros((year.surfaces.shape[0], BLOCK))
    gain, state, sums = np.empty(BLOCK), np.empty((4, BLOCK)), np.empty((SUMS, BLOCK))
    for first in range(0, count, BLOCK):
        width = min(BLOCK, count - first)
        c[:, :, :width] = year.coefficients[:, :, first : first + width]
        area[:, :width] = year.surfaces[:, first : first + width]
        state[0, :] = year.start
        sums[:, :] = 0.0
        for step in range(-year.warm_up, hours):
            t = step if step >= 0 else hours + step
            _sun_on(area, year.sun, t, gain)
            _hour(c, year.mode[t], year.outdoor[t], year.points[t], gain, state)
            if step < 0:
                continue
            for j in range(BLOCK):
                up, down = state[2, j], state[3, j]
                sums[HEATING, j] += up
                sums[COOLING, j] += down
                sums[PEAK_HEATING, j] = up if up > sums[PEAK_HEATING, j] else sums[PEAK_HEATING, j]
                sums[PEAK_COOLING, j] = down if down > sums[PEAK_COOLING, j] else sums[PEAK_COOLING, j]
                sums[HOURS_ABOVE, j] += 1.0 if state[1, j] > limit else 0.0
        result[:, first : first + width] = sums[:, :width]


@compiled
def hourly_kernel(year: Year, heating: Any, cooling: Any, air: Any, mass: Any) -> None:
    """Into heating and cooling [W], air and mass at the end of the hour [C], each (h, n); those without rows are left out."""
    modes, _, count = year.coefficients.shape
    hours = len(year.outdoor)
    c, area = np.zeros((modes, COEFFICIENTS, BLOCK)), np.zeros((year.surfaces.shape[0], BLOCK))
    gain, state = np.empty(BLOCK), np.empty((4, BLOCK))
    for first in range(0, count, BLOCK):
        width = min(BLOCK, count - first)
        c[:, :, :width] = year.coefficients[:, :, first : first + width]
        area[:, :width] = year.surfaces[:, first : first + width]
        state[0, :] = year.start
        for step in range(-year.warm_up, hours):
            t = step if step >= 0 else hours + step
            _sun_on(area, year.sun, t, gain)
            _hour(c, year.mode[t], year.outdoor[t], year.points[t], gain, state)
            if step < 0:
                continue
            for j in range(width):
                heating[t, first + j] = state[2, j]
            if len(cooling):
                for j in range(width):
                    cooling[t, first + j] = state[3, j]
            if len(air):
                for j in range(width):
                    air[t, first + j] = state[1, j]
            if len(mass):
                for j in range(width):
                    mass[t, first + j] = state[0, j]


@compiled
def weighted_kernel(year: Year, weights: Floats, result: Floats) -> None:
    """Into ``result`` (h,): the sum over buildings of weight times heating [W].

    The sum runs over fixed lanes, so that it is the same on every machine however many numbers that takes at a time.
    """
    modes, _, count = year.coefficients.shape
    hours = len(year.outdoor)
    c, area = np.zeros((modes, COEFFICIENTS, BLOCK)), np.zeros((year.surfaces.shape[0], BLOCK))
    gain, state = np.empty(BLOCK), np.empty((4, BLOCK))
    weight, lanes = np.empty(BLOCK), np.empty(LANES)
    for first in range(0, count, BLOCK):
        width = min(BLOCK, count - first)
        c[:, :, :width] = year.coefficients[:, :, first : first + width]
        area[:, :width] = year.surfaces[:, first : first + width]
        weight[:] = 0.0
        weight[:width] = weights[first : first + width]
        state[0, :] = year.start
        for step in range(-year.warm_up, hours):
            t = step if step >= 0 else hours + step
            _sun_on(area, year.sun, t, gain)
            _hour(c, year.mode[t], year.outdoor[t], year.points[t], gain, state)
            if step < 0:
                continue
            for lane in range(LANES):
                lanes[lane] = 0.0
            for j in range(0, BLOCK, LANES):
                for lane in range(LANES):
                    lanes[lane] += weight[j + lane] * state[2, j + lane]
            for lane in range(LANES):
                result[t] += lanes[lane]
