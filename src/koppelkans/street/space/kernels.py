"""Placing corridors side by side, and dropping what is dominated, as machine code. All in one file: numba judges its cache by this file alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])

EPS = 1e-9
MOST = 2_048
"""Labels of one placement: far more than two per subset of eight corridors."""
NOBODY = -1


def compiled(function: Kernel) -> Kernel:
    """The function as machine code, kept on disk."""
    return cast(Kernel, njit(cache=True, error_model="numpy")(function))


@compiled
def _earliest(start: float, width: float, lows: Floats, highs: Floats, blocked: Floats) -> float:
    """The least start from ``start`` on at which a corridor lies in one of its zones and clear of all that is blocked; infinite when none."""
    best = np.inf
    for zone in range(len(lows)):
        at = max(start, lows[zone])
        for block in range(len(blocked)):
            if at < blocked[block, 1] - EPS and at + width > blocked[block, 0] + EPS:
                at = blocked[block, 1]
        if at + width <= highs[zone] + EPS and at < best:
            best = at
    return best


@compiled
def placed(widths: Floats, lows: Floats, highs: Floats, blocked: Floats, pair: Ints, apart: float) -> Floats:
    """Left edge of each corridor, none overlapping; empty when no placement exists.

    ``widths`` (corridors); ``lows``, ``highs`` (corridors, zones): where each may lie; ``blocked`` (pieces, 2) from left to right: where none may;
    ``pair``: two corridors at least ``apart`` from each other, NOBODY when there is none.

    Over subsets of corridors placed from left to right: for a given order the earliest start of each is best, since every condition only asks to be further right.
    A label holds how far the subset reaches, and from where the other of the pair may begin; labels no better on both fall away. Exact.
    """
    count = len(widths)
    last = (1 << count) - 1
    reach, release = np.zeros(MOST), np.zeros(MOST)
    parent, who, where = np.full(MOST, NOBODY), np.full(MOST, NOBODY), np.zeros(MOST)
    head, after = np.full(last + 1, NOBODY), np.full(MOST, NOBODY)
    head[0], used = 0, 1
    for subset in range(last):
        label = head[subset]
        while label != NOBODY:
            for corridor in range(count):
                if subset >> corridor & 1:
                    continue
                begin = reach[label]
                paired = corridor in (pair[0], pair[1])
                if paired:
                    begin = max(begin, release[label])
                at = _earliest(begin, widths[corridor], lows[corridor], highs[corridor], blocked)
                if not np.isfinite(at):
                    continue
                end = at + widths[corridor]
                free = release[label]
                if paired:
                    free = end + apart if free == 0.0 else 0.0
                into = subset | (1 << corridor)
                other, worse = head[into], False
                while other != NOBODY:
                    if reach[other] <= end + EPS and release[other] <= free + EPS:
                        worse = True
                        break
                    other = after[other]
                if worse or used == MOST:
                    continue
                reach[used], release[used], parent[used], who[used], where[used] = end, free, label, corridor, at
                after[used], head[into] = head[into], used
                used += 1
            label = after[label]
    label = head[last]
    if label == NOBODY:
        return np.zeros(0)
    starts = np.zeros(count)
    while parent[label] != NOBODY:
        starts[who[label]] = where[label]
        label = parent[label]
    return starts


def undominated(values: Floats, kind: Ints) -> Flags:
    """Rows that no other row of the same kind equals or betters in every column (more is better); of equal rows the first stays."""
    order = np.argsort(kind, kind="stable")
    begins = np.flatnonzero(np.diff(kind[order], prepend=-1, append=-1))
    kept = np.empty(len(kind), dtype=np.bool_)
    kept[order] = _undominated(np.ascontiguousarray(values[order]), begins)
    return kept


@compiled
def _undominated(values: Floats, begins: Ints) -> Flags:
    count, columns = values.shape
    kept = np.ones(count, dtype=np.bool_)
    for block in range(len(begins) - 1):
        for row in range(begins[block], begins[block + 1]):
            for other in range(begins[block], begins[block + 1]):
                if other == row or not kept[other]:
                    continue
                better, equal = True, True
                for column in range(columns):
                    difference = values[other, column] - values[row, column]
                    if difference < -EPS:
                        better = False
                        break
                    if difference > EPS:
                        equal = False
                if better and (not equal or other < row):
                    kept[row] = False
                    break
    return kept
