"""The measures by part of the building, and every combination of them."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

NOTHING = ""
LEVELS = {
    "roof": (NOTHING, "roof", "roof_deep"),
    "wall": (NOTHING, "wall_cavity", "wall_external"),
    "floor": (NOTHING, "floor"),
    "glazing": (NOTHING, "glazing", "glazing_deep"),
    "ventilation": (NOTHING, "ventilation_exhaust", "ventilation_balanced"),
}
"""What can be done with each part: one of its measures, or nothing."""
PARTS = tuple(LEVELS)

COMBINATIONS: Ints = np.array(list(product(*(range(len(levels)) for levels in LEVELS.values()))), dtype=np.int64)
"""Level of every part in every combination (combinations x parts); the first is as it is."""


def _words(levels: Ints) -> str:
    named = [LEVELS[part][level] for part, level in zip(PARTS, levels, strict=True)]
    return "+".join(name for name in named if name)


WORDS = np.array([_words(levels) for levels in COMBINATIONS], dtype=object)
"""Measures of every combination joined by +, in the order of ``tables.MEASURES``."""


def part_of(measure: str) -> str:
    """The part of the building that a measure is about."""
    return next(part for part, levels in LEVELS.items() if measure in levels)


def combination_of(words: str) -> int:
    """Place in ``COMBINATIONS`` of measures joined by +, in any order; the words must be measures of different parts."""
    wanted = {part_of(word): word for word in words.split("+") if word}
    wanted_level = [LEVELS[part].index(wanted[part]) if part in wanted else 0 for part in PARTS]
    away = np.abs(COMBINATIONS - np.array(wanted_level, dtype=np.int64)).sum(axis=1)
    return int(away.argmin())
