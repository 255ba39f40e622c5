"""Shortest distances over the streets."""

from __future__ import annotations

import numpy as np

from koppelkans.heat.network.compiled import compiled
from koppelkans.heat.network.heap import drop_first, push
from koppelkans.heat.network.instance import Floats, Ints
from koppelkans.heat.network.problem import Streets


@compiled
def distances(streets: Streets, weight: Floats) -> Floats:
    """Per node the least sum of ``weight`` (per edge, >= 0) on a path from the root; infinite where none leads."""
    count = len(streets.start) - 1
    found = np.full(count, np.inf)
    keys = np.empty(len(streets.near) + 1)
    items = np.empty(len(streets.near) + 1, dtype=np.int64)
    found[streets.root] = 0.0
    size = push(keys, items, 0, 0.0, streets.root)
    while size > 0:
        far = keys[0]
        node = items[0]
        size = drop_first(keys, items, size)
        if far > found[node]:
            continue
        for place in range(streets.start[node], streets.start[node + 1]):
            other = streets.near[place]
            length = far + weight[streets.link[place]]
            if length < found[other]:
                found[other] = length
                size = push(keys, items, size, length, other)
    return found


@compiled
def components(tail: Ints, head: Ints, node_count: int) -> Ints:
    """Per node the smallest node it is joined with."""
    above = np.arange(node_count)
    for edge in range(len(tail)):
        one = tail[edge]
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        other = head[edge]
        while above[other] != other:
            above[other] = above[above[other]]
            other = above[other]
        above[max(one, other)] = min(one, other)
    for node in range(node_count):
        above[node] = above[above[node]]
    return above
