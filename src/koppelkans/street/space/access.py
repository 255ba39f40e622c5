"""Which streets may become one-way or be closed to through traffic, so that every address can still be reached and left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from koppelkans.street.space.kernels import NOBODY, Flags, Ints

BOTH, ALONG, BACK = 0, 1, -1


@dataclass(frozen=True, slots=True)
class Access:
    """Per section: ``turns`` way in which it goes when made one-way (ALONG its line, BACK; BOTH: it must keep two directions), ``cuts`` may be closed
    to through traffic. All turned sections together leave every junction within reach of every other, whichever of them are turned or cut.
    """

    turns: Ints
    cuts: Flags


def access(from_node: pd.Series, to_node: pd.Series, drivable: Flags, rank: Ints) -> Access:
    """What may be turned or cut at the same time in a network of streets, found by chains of a depth-first search.

    A chain runs from a junction over one back edge and up the tree to the first junction met before. Sections in no chain are bridges: they keep two
    directions. All chains oriented along their walk connect every junction of a bridgeless part to every other (Robbins 1939; Schmidt 2013), and a street left in two
    directions only adds. A chain of a single section closes nothing that the others leave open: it may be cut. Sections of low ``rank`` (through roads) are walked first,
    so that it is the small streets that may be cut.
    Method: docs/method.md#street-space-access.
    """
    nodes, codes = np.unique(np.concatenate([from_node.to_numpy(str), to_node.to_numpy(str)]), return_inverse=True)
    tail, tip = codes[: len(from_node)], codes[len(from_node) :]
    order, parent = _forest(len(nodes), tail, tip, drivable, rank)
    turns, cuts = np.zeros(len(tail), dtype=np.int64), np.zeros(len(tail), dtype=bool)
    depth = np.empty(len(nodes), dtype=np.int64)
    depth[order] = np.arange(len(order))
    tree = np.zeros(len(tail), dtype=bool)
    tree[parent[parent >= 0]] = True
    back: dict[int, list[int]] = {}
    for section in np.flatnonzero(drivable & ~tree).tolist():
        upper = int(tail[section] if depth[tail[section]] <= depth[tip[section]] else tip[section])
        back.setdefault(upper, []).append(section)
    seen = np.zeros(len(nodes), dtype=bool)
    for node in order.tolist():
        for section in sorted(back.get(node, []), key=lambda one: (rank[one], one)):
            seen[node] = True
            other = int(tip[section] if tail[section] == node else tail[section])
            turns[section] = ALONG if tail[section] == node else BACK
            cuts[section] = bool(seen[other])
            while not seen[other]:
                seen[other] = True
                up = int(parent[other])
                turns[up] = ALONG if tail[up] == other else BACK
                other = int(tip[up] if tail[up] == other else tail[up])
    return Access(turns, cuts)


def _forest(count: int, tail: Ints, tip: Ints, drivable: Flags, rank: Ints) -> tuple[Ints, Ints]:
    """Junctions in the order of a depth-first search, and the section by which each was reached (-1: a root)."""
    touching: list[list[int]] = [[] for _ in range(count)]
    for section in sorted(np.flatnonzero(drivable).tolist(), key=lambda one: (int(rank[one]), one)):
        touching[tail[section]].append(section)
        if tip[section] != tail[section]:
            touching[tip[section]].append(section)
    parent = np.full(count, -2, dtype=np.int64)
    order: list[int] = []
    best = [min((int(rank[one]) for one in listed), default=99) for listed in touching]
    for root in sorted(range(count), key=lambda node: (best[node], node)):
        if parent[root] != -2:
            continue
        parent[root] = -1
        order.append(root)
        stack = [iter(touching[root])]
        at = [root]
        while stack:
            section = next(stack[-1], NOBODY)
            if section == NOBODY:
                stack.pop()
                at.pop()
                continue
            other = int(tip[section] if tail[section] == at[-1] else tail[section])
            if parent[other] == -2:
                parent[other] = section
                order.append(other)
                stack.append(iter(touching[other]))
                at.append(other)
    return np.array(order, dtype=np.int64), parent
