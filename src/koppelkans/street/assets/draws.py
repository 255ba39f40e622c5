"""Chance per key: what is drawn for a section follows from the seed and its key, never from the order of the rows."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HASH_KEY = "koppelkans-works"
"""Sixteen bytes, as the hash asks."""
_MANTISSA_BITS = 53
_STANDARD = NormalDist()


def uniforms(keys: Iterable[str], seed: int, what: str) -> Floats:
    """A number in (0, 1) per key, the same for the same (seed, key, what) on every machine and in every order."""
    texts = np.array([f"{seed}/{what}/{key}" for key in keys], dtype=object)
    hashed = np.asarray(pd.util.hash_array(texts, hash_key=HASH_KEY, categorize=False), dtype=np.uint64)
    return np.asarray(((hashed >> np.uint64(64 - _MANTISSA_BITS)) + 0.5) * 2.0**-_MANTISSA_BITS, dtype=np.float64)


def scores(shares: Floats) -> Floats:
    """Standard normal number below which each share lies; shares strictly between 0 and 1."""
    return np.array([_STANDARD.inv_cdf(float(share)) for share in shares], dtype=np.float64)


def shares_below(numbers: Floats) -> Floats:
    """Share of a standard normal distribution below each number."""
    return np.array([_STANDARD.cdf(float(number)) for number in numbers], dtype=np.float64)
