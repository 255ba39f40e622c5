"""Chance per key: what is drawn for a building follows from the seed and its key, not from the order of the rows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Seeds = NDArray[np.uint64]

HASH_KEY = "koppelkans-water"
"""Sixteen bytes, as the hash asks."""

_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # constants of splitmix64
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MANTISSA_BITS = 53


def seeds(keys: Iterable[str], seed: int, what: str) -> Seeds:
    """A 64-bit seed per key, the same for the same (seed, key, what) on every machine and in every order."""
    return _mixed(_hash(list(keys)) ^ _hash([f"{seed}/{what}"]))


def streams(start: Seeds, count: int) -> Floats:
    """So many numbers in (0, 1) for each seed (n, count): a splitmix64 stream per row."""
    steps = np.arange(1, count + 1, dtype=np.uint64) * _STEP
    return _unit(_mixed(start[:, None] + steps))


def uniforms(keys: Iterable[str], seed: int, what: str) -> Floats:
    """A number in (0, 1) per key."""
    return _unit(seeds(keys, seed, what))


def normals(keys: Iterable[str], seed: int, what: str) -> Floats:
    """A standard normal number per key."""
    every = list(keys)
    return normal_of(uniforms(every, seed, f"{what}/radius"), uniforms(every, seed, f"{what}/angle"))


def normal_of(radius: Floats, angle: Floats) -> Floats:
    """Standard normal numbers from two uniform ones each (Box-Muller)."""
    numbers: Floats = np.sqrt(-2.0 * np.log(radius)) * np.cos(2.0 * np.pi * angle)
    return numbers


def _mixed(values: Seeds) -> Seeds:
    # splitmix64 finaliser: keys that differ in one bit give numbers that have nothing to do with each other
    mixed = (values ^ (values >> np.uint64(30))) * _MIX[0]
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX[1]
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)


def _unit(values: Seeds) -> Floats:
    top = values >> np.uint64(64 - _MANTISSA_BITS)
    return np.asarray((top + 0.5) * 2.0**-_MANTISSA_BITS, dtype=np.float64)


def _hash(values: list[str]) -> Seeds:
    texts = np.array(values, dtype=object)
    return np.asarray(pd.util.hash_array(texts, hash_key=HASH_KEY, categorize=False), dtype=np.uint64)
