"""Chance that does not depend on the order of the rows: every draw follows from seed, key and the name of what is drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

_HASH_KEY = "koppelkans-place"  # sixteen bytes, as the hash asks
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # constants of splitmix64
_MANTISSA_BITS = 53


def uniform_draws(keys: pd.Index | pd.Series, seed: int, what: str) -> Floats:
    """A number in [0, 1) per key, the same for the same (seed, key, what) on every machine and in every row order."""
    hashed = _hash(np.asarray(keys, dtype=object)) ^ _hash(np.array([f"{seed}/{what}"], dtype=object))
    # splitmix64 finaliser: keys that differ in one bit give draws that have nothing to do with each other
    mixed = (hashed ^ (hashed >> np.uint64(30))) * _MIX[0]
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX[1]
    mixed ^= mixed >> np.uint64(31)
    return np.asarray((mixed >> np.uint64(64 - _MANTISSA_BITS)) * 2.0**-_MANTISSA_BITS, dtype=np.float64)


def normal_draws(keys: pd.Index | pd.Series, seed: int, what: str) -> Floats:
    """A standard normal number per key (Box-Muller on two uniform draws)."""
    radius = np.sqrt(-2.0 * np.log1p(-uniform_draws(keys, seed, f"{what}/radius")))
    return np.asarray(radius * np.cos(2.0 * np.pi * uniform_draws(keys, seed, f"{what}/angle")), dtype=np.float64)


def drawn_class(shares: Floats, draws: Floats) -> npt.NDArray[np.intp]:
    """Position of the class that each draw falls in; ``shares`` has one row per draw, each summing to 1."""
    position = (draws[:, None] >= np.cumsum(shares, axis=1)).sum(axis=1)
    return np.asarray(np.minimum(position, shares.shape[1] - 1), dtype=np.intp)


def _hash(values: npt.NDArray[np.object_]) -> npt.NDArray[np.uint64]:
    return np.asarray(pd.util.hash_array(values, hash_key=_HASH_KEY, categorize=False), dtype=np.uint64)
