"""Trees at given prices: grown from the root, spanned over a set of nodes, pruned of what does not pay."""

from __future__ import annotations

import numpy as np

from koppelkans.heat.network.compiled import compiled
from koppelkans.heat.network.heap import drop_first, push
from koppelkans.heat.network.instance import Flags, Floats, Ints
from koppelkans.heat.network.problem import Streets


@compiled
def paid_nodes(streets: Streets, least_left: Floats, tolerance: float) -> Flags:
    """Nodes that the root reaches over arcs of which at most ``tolerance`` is left to pay."""
    inside = np.zeros(len(streets.start) - 1, dtype=np.bool_)
    waiting, size = np.empty(len(inside), dtype=np.int64), 1
    waiting[0] = streets.root
    inside[streets.root] = True
    while size > 0:
        size -= 1
        node = waiting[size]
        for place in range(streets.start[node], streets.start[node + 1]):
            other = streets.near[place]
            outward = streets.inward[place] ^ 1
            if not inside[other] and least_left[outward] <= tolerance:
                inside[other] = True
                waiting[size] = other
                size += 1
    return inside


@compiled
def span(streets: Streets, price: Floats, inside: Flags, stretch: float) -> tuple[Ints, Ints]:
    """Parents and edges of a tree over the nodes ``inside``: least price (``stretch`` 0), shortest paths (1), or between."""
    nodes = len(inside)
    parent, edge = np.full(nodes, -1, dtype=np.int64), np.full(nodes, -1, dtype=np.int64)
    best, far, done = np.full(nodes, np.inf), np.zeros(nodes), np.zeros(nodes, dtype=np.bool_)
    keys, items = np.empty(len(streets.near) + 1), np.empty(len(streets.near) + 1, dtype=np.int64)
    parent[streets.root], best[streets.root] = streets.root, 0.0
    size = push(keys, items, 0, 0.0, streets.root)
    while size > 0:
        node = items[0]
        size = drop_first(keys, items, size)
        if done[node]:
            continue
        done[node] = True
        if parent[node] != node:
            far[node] = far[parent[node]] + price[edge[node]]
        for place in range(streets.start[node], streets.start[node + 1]):
            other = streets.near[place]
            key = price[streets.link[place]] + stretch * far[node]
            if inside[other] and not done[other] and key < best[other]:
                best[other], parent[other], edge[other] = key, node, streets.link[place]
                size = push(keys, items, size, key, other)
    for node in range(nodes):
        if not done[node]:
            parent[node] = -1
    return parent, edge


@compiled
def prune(streets: Streets, price: Floats, worth: Floats, parent: Ints, edge: Ints) -> float:
    """Take out of a tree, from the ends inwards, every branch that is worth no more than its edge; what the rest is worth.

    worth: per node.
    """
    nodes = len(parent)
    children = np.zeros(nodes, dtype=np.int64)
    for node in range(nodes):
        if parent[node] >= 0 and parent[node] != node:
            children[parent[node]] += 1
    total, waiting, size = worth.copy(), np.empty(nodes, dtype=np.int64), 0
    for node in range(nodes):
        if parent[node] >= 0 and children[node] == 0 and parent[node] != node:
            waiting[size] = node
            size += 1
    cut = np.zeros(nodes, dtype=np.bool_)
    while size > 0:
        size -= 1
        node = waiting[size]
        up = parent[node]
        gain = total[node] - price[edge[node]]
        if gain > 1e-9:
            total[up] += gain
        else:
            cut[node] = True
        children[up] -= 1
        if children[up] == 0 and parent[up] != up:
            waiting[size] = up
            size += 1
    cut_below(parent, cut)
    return float(total[streets.root])


@compiled
def cut_below(parent: Ints, cut: Flags) -> None:
    """Take the nodes that are cut out of a tree, and all below them."""
    for node in range(len(parent)):
        above = node
        while parent[above] >= 0 and parent[above] != above and not cut[above]:
            above = parent[above]
        if cut[above]:
            cut[node] = True  # so that later walks stop here
    for node in range(len(parent)):
        if cut[node]:
            parent[node] = -1


@compiled
def grow(streets: Streets, price: Floats, worth: Floats) -> Flags:
    """Nodes of a tree grown from the root: the nearest node whose path is worth its price joins with its path.

    The way to a node asks the price of its edges less the worth of the nodes passed, never less than nothing.
    """
    nodes = len(worth)
    inside, done = np.zeros(nodes, dtype=np.bool_), np.zeros(nodes, dtype=np.bool_)
    short, before = np.full(nodes, np.inf), np.full(nodes, -1, dtype=np.int64)
    room = 8 * len(streets.near) + 8 * nodes + 64
    keys, items = np.empty(room), np.empty(room, dtype=np.int64)
    inside[streets.root], short[streets.root] = True, 0.0
    size = push(keys, items, 0, 0.0, streets.root)
    while size > 0:
        here, node = keys[0], items[0]
        size = drop_first(keys, items, size)
        if here > short[node] or done[node]:
            continue
        done[node] = True
        rest = 0.0 if inside[node] else here - worth[node]
        if rest <= 0 and not inside[node]:
            rest, step = 0.0, before[node]
            while not inside[step]:
                inside[step], done[step], short[step] = True, False, 0.0
                size = push(keys, items, size, 0.0, step)
                step = before[step]
            inside[node] = True
        for place in range(streets.start[node], streets.start[node + 1]):
            other = streets.near[place]
            length = rest + price[streets.link[place]]
            # a node that was passed is only passed again from the tree itself: otherwise the way could bite its tail
            if not inside[other] and length < short[other] and (inside[node] or not done[other]) and size < room:
                short[other], before[other], done[other] = length, node, False
                size = push(keys, items, size, length, other)
    return inside
