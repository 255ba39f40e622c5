"""What can lie behind an arc: the blocks of the street graph, seen from the root, and cuts that a fractional tree breaks."""

from __future__ import annotations

import numpy as np

from koppelkans.heat.network.compiled import compiled
from koppelkans.heat.network.heap import drop_first, push
from koppelkans.heat.network.instance import Flags, Floats, Ints
from koppelkans.heat.network.problem import Streets

# what of a flow counts as nothing
LITTLE = 1e-7


@compiled
def block_numbers(streets: Streets) -> tuple[Ints, Ints, Ints]:
    """Per edge its block (-1 out of reach), per block the node by which any path from the root enters it, per node its block (-1: the root).

    A node where blocks meet belongs to the block that it does not enter. Depth-first search; blocks are numbered from the ends inwards, so
    that a block comes after every block behind it.
    """
    root, start, near, link, edges = streets.root, streets.start, streets.near, streets.link, len(streets.tail)
    nodes = len(start) - 1
    depth, low, upward = (
        np.full(nodes, -1, dtype=np.int64),
        np.zeros(nodes, dtype=np.int64),
        np.full(nodes, -1, dtype=np.int64),
    )
    block, entry = np.full(edges, -1, dtype=np.int64), np.full(nodes + 1, -1, dtype=np.int64)
    home, place = np.full(nodes, -1, dtype=np.int64), start[:-1].copy()
    way, stack, waiting, held, found = np.empty(nodes, dtype=np.int64), np.empty(edges, dtype=np.int64), 0, 0, 0
    way[0], depth[root], waiting = root, 0, 1
    seen = np.zeros(edges, dtype=np.bool_)
    while waiting > 0:
        node = way[waiting - 1]
        if place[node] < start[node + 1]:
            at = place[node]
            place[node] += 1
            other, edge = near[at], link[at]
            if seen[edge]:
                continue
            seen[edge] = True
            stack[held] = edge
            held += 1
            if depth[other] < 0:
                depth[other] = low[other] = depth[node] + 1
                upward[other] = edge
                way[waiting] = other
                waiting += 1
            else:
                low[node] = min(low[node], depth[other])
            continue
        waiting -= 1
        if waiting == 0:
            break
        up = way[waiting - 1]
        low[up] = min(low[up], low[node])
        if low[node] >= depth[up]:
            while True:
                held -= 1
                block[stack[held]] = found
                if stack[held] == upward[node]:
                    break
            entry[found] = up
            found += 1
    for node in range(nodes):
        if upward[node] >= 0:
            home[node] = block[upward[node]]
    return block, entry[:found].copy(), home


@compiled
def behind(block: Ints, entry: Ints, home: Ints, own: Floats, per_edge: tuple[Floats, Floats]) -> Floats:
    """Per block the most that can be taken in at its entry: (all demand + all constant losses) x the product of all gains, in and behind it.

    own: demand per node; per_edge: constant loss and gain. Blocks are numbered from the ends inwards.
    """
    count = len(entry)
    kw, log_gain = np.zeros(count), np.zeros(count)
    for node in range(len(own)):
        if home[node] >= 0:
            kw[home[node]] += own[node]
    loss, gain = per_edge
    for edge in range(len(block)):
        if block[edge] >= 0:
            kw[block[edge]] += loss[edge]
            log_gain[block[edge]] += np.log(gain[edge])
    for number in range(count):
        outer = home[entry[number]]
        if outer >= 0:
            kw[outer] += kw[number]
            log_gain[outer] += log_gain[number]
    return kw * np.exp(log_gain)


@compiled
def broken_cut(
    root: int, sink: int, wanted: float, arcs: tuple[Ints, Ints, Ints, Ints], capacity: Floats
) -> tuple[float, Flags]:
    """How much can flow from the root to a node over arcs of this capacity (at most ``wanted``), and the nodes on the sink's side of the least cut.

    arcs: tail, head, and per node (start, arcs that touch it). The cut nearest to the sink.
    """
    tail, head, start, touch = arcs
    nodes = len(start) - 1
    flow, sent = np.zeros(len(tail)), 0.0
    before, waiting = np.full(nodes, -1, dtype=np.int64), np.empty(nodes, dtype=np.int64)
    side = np.zeros(nodes, dtype=np.bool_)
    while True:
        side[:] = False
        side[sink] = True
        waiting[0], size, done = sink, 1, 0
        while done < size and not side[root]:
            node = waiting[done]
            done += 1
            for place in range(start[node], start[node + 1]):
                arc = touch[place]
                inward = head[arc] == node
                other = tail[arc] if inward else head[arc]
                rest = capacity[arc] - flow[arc] if inward else flow[arc]
                if rest > LITTLE and not side[other]:
                    side[other], before[other] = True, arc
                    waiting[size] = other
                    size += 1
        if not side[root] or sent >= wanted:
            return sent, side
        step, node = wanted - sent, root
        while node != sink:
            arc = before[node]
            outward = tail[arc] == node
            step = min(step, capacity[arc] - flow[arc] if outward else flow[arc])
            node = head[arc] if outward else tail[arc]
        node = root
        while node != sink:
            arc = before[node]
            outward = tail[arc] == node
            flow[arc] += step if outward else -step
            node = head[arc] if outward else tail[arc]
        sent += step
        if sent >= wanted - LITTLE:
            return sent, side


@compiled
def arc_distances(streets: Streets, weight: Floats, first: Flags, outward: bool) -> Floats:
    """Per node the least sum of ``weight`` (per arc, >= 0) on a path from the nodes ``first`` to it, or from it to them when not ``outward``."""
    count = len(streets.start) - 1
    found = np.full(count, np.inf)
    keys = np.empty(len(streets.near) + count + 1)
    items = np.empty(len(streets.near) + count + 1, dtype=np.int64)
    size = 0
    for node in range(count):
        if first[node]:
            found[node] = 0.0
            size = push(keys, items, size, 0.0, node)
    while size > 0:
        far, node = keys[0], items[0]
        size = drop_first(keys, items, size)
        if far > found[node]:
            continue
        for place in range(streets.start[node], streets.start[node + 1]):
            other, inward = streets.near[place], streets.inward[place]
            length = far + weight[inward ^ 1 if outward else inward]
            if length < found[other]:
                found[other] = length
                size = push(keys, items, size, length, other)
    return found
