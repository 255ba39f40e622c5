"""The compiled part: draws of every dwelling on a line of minutes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


def compiled(function: Kernel) -> Kernel:
    """The function as machine code, kept on disk. All kernels stand in this file, so the cache is never older than they are."""
    return cast(Kernel, njit(cache=True)(function))


@compiled
def _uniform(state: NDArray[np.uint64]) -> float:
    """The next number in (0, 1) of a splitmix64 stream; the state is one cell and moves on."""
    state[0] += _STEP
    mixed = state[0]
    mixed = (mixed ^ (mixed >> _S30)) * _FIRST
    mixed = (mixed ^ (mixed >> _S27)) * _SECOND
    mixed = mixed ^ (mixed >> _S31)
    return (np.float64(mixed >> _S11) + 0.5) * 2.0**-53


@compiled
def add_draws(
    power_kw: Floats,
    column: Ints,
    seeds: NDArray[np.uint64],
    rates: Floats,
    elapsed: Floats,
    slot_minutes: int,
    kinds: Floats,
) -> None:
    """Add the draws of every dwelling to its column of ``power_kw`` (minutes, columns).

    seeds (n,), rates (n, k) draws of a kind per day, elapsed (k, slots + 1) days of the kind gone by at the border of each slot of
    ``slot_minutes``; kinds (k, 4): mean power, spread of ln power, duration in minutes, largest power.
    A Poisson process in the time of the kind: gaps are exponential, the place in a slot is linear.
    """
    state = np.empty(1, dtype=np.uint64)
    minutes, slots = power_kw.shape[0], elapsed.shape[1] - 1
    for dwelling in range(len(seeds)):
        state[0] = seeds[dwelling]
        for kind in range(kinds.shape[0]):
            rate = rates[dwelling, kind]
            if rate <= 0.0:
                continue
            gone, slot = 0.0, 0
            while True:
                gone -= math.log(_uniform(state)) / rate
                if gone >= elapsed[kind, slots]:
                    break
                while elapsed[kind, slot + 1] <= gone:
                    slot += 1
                part = (gone - elapsed[kind, slot]) / (elapsed[kind, slot + 1] - elapsed[kind, slot])
                start = int((slot + part) * slot_minutes)
                normal = math.sqrt(-2.0 * math.log(_uniform(state))) * math.cos(2.0 * math.pi * _uniform(state))
                spread = kinds[kind, 1]
                kw = min(kinds[kind, 0] * math.exp(spread * normal - spread * spread / 2.0), kinds[kind, 3])
                for minute in range(start, min(start + int(kinds[kind, 2]), minutes)):
                    power_kw[minute, column[dwelling]] += kw
