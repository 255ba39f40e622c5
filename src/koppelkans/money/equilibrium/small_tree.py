"""The widest part of a small tree that still pays, exactly: every pair of reach and worth that no other part of the tree beats.

Method: docs/method.md#branch-choice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from koppelkans.money.equilibrium.compiled import compiled

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

PAIRS = 4_000
"""Most pairs that are kept at once; a tree that needs more is left to the bound of the relaxation."""


@compiled
def depth_first(parent: Rows, order: Rows) -> tuple[Rows, Rows]:
    """Rows of the sections so that each branch stands together, its first section first; and the number of sections of each branch."""
    size = np.ones(len(parent), dtype=np.int64)
    for place in range(len(order) - 1, -1, -1):
        if parent[order[place]] >= 0:
            size[parent[order[place]]] += size[order[place]]
    first = np.zeros(len(parent), dtype=np.int64)
    free = np.zeros(len(parent) + 1, dtype=np.int64)
    rows = np.zeros(len(parent), dtype=np.int64)
    for row in order:
        above = parent[row] if parent[row] >= 0 else len(parent)
        first[row] = free[above]
        free[above] += size[row]
        free[row] = first[row] + 1
        rows[first[row]] = row
    return rows, size[rows]


@compiled
def merged(left: Floats, left_marks: Rows, right: Floats, right_marks: Rows) -> tuple[Floats, Rows]:
    """Pairs (reach, worth) of two lists that none of the others beats on both; each list has falling reach and rising worth."""
    pairs = np.empty((len(left) + len(right), 2))
    marks = np.empty(len(pairs), dtype=np.int64)
    a, b, count, most = 0, 0, 0, -np.inf
    while a < len(left) or b < len(right):
        from_left = b >= len(right) or (
            a < len(left) and (left[a, 0] > right[b, 0] or (left[a, 0] == right[b, 0] and left[a, 1] >= right[b, 1]))
        )
        reach, worth = (left[a, 0], left[a, 1]) if from_left else (right[b, 0], right[b, 1])
        if worth > most:
            pairs[count, 0], pairs[count, 1] = reach, worth
            marks[count] = left_marks[a] if from_left else right_marks[b]
            most = worth
            count += 1
        if from_left:
            a += 1
        else:
            b += 1
    return pairs[:count].copy(), marks[:count].copy()


@compiled
def widest_exactly(reach: Floats, worth: Floats, source: float, rows: Rows, size: Rows) -> tuple[Flags, float]:
    """Sections of the most reach that together pay for the source, and that reach; -1: none pays; -2: too many pairs to tell.

        f(i) = the unbeaten of  f(i + size_i)  [without the branch of i]  and  (reach_i, worth_i) + f(i + 1)  [with it]

    over the sections in the order of ``depth_first``; at most 62 of them.
    """
    sections = len(rows)
    built = np.zeros(sections, dtype=np.bool_)
    lists = [np.zeros((1, 2)) for _ in range(sections + 1)]
    marks = [np.zeros(1, dtype=np.int64) for _ in range(sections + 1)]
    for place in range(sections - 1, -1, -1):
        row = rows[place]
        after, after_marks = lists[place + 1], marks[place + 1]
        taken, with_it = np.empty_like(after), np.empty_like(after_marks)
        for pair in range(len(after)):
            taken[pair, 0], taken[pair, 1] = after[pair, 0] + reach[row], after[pair, 1] + worth[row]
            with_it[pair] = after_marks[pair] | (np.int64(1) << np.int64(place))
        past = place + size[place]
        lists[place], marks[place] = merged(taken, with_it, lists[past], marks[past])
        if len(lists[place]) > PAIRS:
            return built, -2.0
    for pair in range(len(lists[0])):
        if lists[0][pair, 1] >= source and marks[0][pair] != 0:
            for place in range(sections):
                built[rows[place]] = (marks[0][pair] >> np.int64(place)) & 1 == 1
            return built, lists[0][pair, 0]
    return built, -1.0
