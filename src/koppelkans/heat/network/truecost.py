"""The true cost of a tree: pipes in steps of their design flow, coincidence, losses; and how it changes along a path."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from koppelkans.heat.network.compiled import compiled, inlined
from koppelkans.heat.network.instance import Flags, Floats, Ints
from koppelkans.heat.network.problem import Prices, Problem, Streets, Users

# per kW above the largest pipe or the source: far above any cost, so that the search goes back to what can be built
PENALTY = 1e6
# what it costs to leave out a compulsory customer
HUGE = 1e9


class Tree(NamedTuple):
    """A tree from the root, and what flows in it.

    Per node: ``parent`` (-1 outside, the root its own), ``edge`` towards it; ``kw``, ``served`` (users), ``peak`` and ``second``
    (the two largest design flows of a pipe) below the node; ``taken``, ``design`` and ``cost`` of the edge to the parent. ``on`` per
    user. ``order[:size]``: its nodes from the root outwards.
    """

    parent: Ints
    edge: Ints
    on: Flags
    kw: Floats
    served: Ints
    peak: Floats
    second: Floats
    taken: Floats
    design: Floats
    cost: Floats
    order: Ints
    size: Ints


def bare_tree(problem: Problem) -> Tree:
    """The root alone."""
    nodes, root = len(problem.streets.start) - 1, problem.streets.root
    parent = np.full(nodes, -1, dtype=np.int64)
    parent[root] = root
    kw, peak, second, taken, design, cost = np.zeros((6, nodes))
    return Tree(
        parent=parent, edge=np.full(nodes, -1, dtype=np.int64), on=np.zeros(len(problem.users.kw), dtype=bool), kw=kw,
        served=np.zeros(nodes, dtype=np.int64), peak=peak, second=second, taken=taken, design=design, cost=cost,
        order=np.zeros(nodes, dtype=np.int64), size=np.zeros(1, dtype=np.int64),
    )  # fmt: skip


@inlined
def pipe(streets: Streets, prices: Prices, edge: int, kw: float, count: int, peak: float) -> tuple[float, float, float]:
    """What an edge takes in, its design flow and its cost, when ``kw`` leave it for ``count`` users; nothing without users."""
    if count == 0:
        return 0.0, 0.0, 0.0
    taken = (kw + streets.loss_kw[edge]) * streets.gain[edge]
    design = max((prices.flat + prices.shared / count) * taken, peak)
    kind = streets.kind[edge]
    level, last = prices.first[kind], prices.first[kind + 1] - 1
    while level < last and prices.cap_kw[level] < design * (1 - 1e-12):
        level += 1
    over = PENALTY * max(0.0, design * (1 - 1e-12) - prices.cap_kw[level])
    price = prices.level[level] + prices.slope[kind] * taken
    return taken, design, streets.extra[edge] + streets.length_m[edge] * price + over


@compiled
def supply(prices: Prices, kw: float, count: int, peak: float) -> float:
    """The cost of the heat at the root, and the penalty for what the source cannot give."""
    if count == 0:
        return 0.0
    design = max((prices.flat + prices.shared / count) * kw, peak)
    return prices.source * kw + PENALTY * max(0.0, design - prices.source_kw * (1 + 1e-12))


@compiled
def plenty(streets: Streets, prices: Prices, tree: Tree) -> bool:
    """Whether the root, and each source that is an edge of a class of its own there, can feed all that the tree takes without coincidence."""
    root = streets.root
    if tree.kw[root] > prices.source_kw:
        return False
    if len(prices.slope) > 1:
        for place in range(streets.start[root], streets.start[root + 1]):
            node, edge = streets.near[place], streets.link[place]
            used = tree.parent[node] == root and tree.edge[node] == edge and streets.kind[edge] > 0
            if used and tree.taken[node] > prices.cap_kw[prices.first[streets.kind[edge] + 1] - 1]:
                return False
    return True


class Peaks(Protocol):
    """Whatever keeps per node the two largest design flows below it."""

    @property
    def peak(self) -> Floats:
        """The largest."""

    @property
    def second(self) -> Floats:
        """The one after it."""


@inlined
def add_peak(flows: Peaks, node: int, design: float) -> None:
    """Note the design flow of one more pipe below a node."""
    if design > flows.peak[node]:
        flows.second[node] = flows.peak[node]
        flows.peak[node] = design
    elif design > flows.second[node]:
        flows.second[node] = design


@compiled
def measure(streets: Streets, users: Users, prices: Prices, tree: Tree) -> float:
    """Cost - value of a tree; fills in its order and flows. Users outside the tree are switched off."""
    root, filled, done = streets.root, 1, 0
    tree.order[0] = root
    while done < filled:
        node = tree.order[done]
        done += 1
        tree.kw[node], tree.served[node], tree.peak[node], tree.second[node] = 0.0, 0, 0.0, 0.0
        for place in range(streets.start[node], streets.start[node + 1]):
            other = streets.near[place]
            if tree.parent[other] == node and tree.edge[other] == streets.link[place]:
                tree.order[filled] = other
                filled += 1
    tree.size[0] = filled
    total = 0.0
    for user in range(len(users.kw)):
        node = users.node[user]
        if tree.parent[node] < 0:
            tree.on[user] = False
        if tree.on[user]:
            tree.kw[node] += users.kw[user]
            tree.served[node] += 1
            add_peak(tree, node, users.own_kw[user])
            total -= users.value[user]
        elif users.must[user]:
            total += HUGE
    for place in range(filled - 1, 0, -1):
        node = tree.order[place]
        up = tree.parent[node]
        taken, design, cost = pipe(streets, prices, tree.edge[node], tree.kw[node], tree.served[node], tree.peak[node])
        tree.taken[node], tree.design[node], tree.cost[node] = taken, design, cost
        tree.kw[up] += taken
        tree.served[up] += tree.served[node]
        add_peak(tree, up, design)
        total += cost
    return float(total + supply(prices, tree.kw[root], tree.served[root], tree.peak[root]))


@inlined
def peak_without(flows: Peaks, node: int, design: float) -> float:
    """The largest design flow below a node without one pipe of this design flow."""
    return float(flows.second[node] if design >= flows.peak[node] else flows.peak[node])


@compiled
def climb(
    streets: Streets, prices: Prices, tree: Tree, way: tuple[int, int], flow: tuple[float, int, float]
) -> tuple[float, float, int, float]:
    """What changes when ``flow`` (kw, count, peak) is needed at a node instead of what the tree has there.

    way: the node, and the node to stop at (an ancestor; its own edge is not counted). Result: change of cost, then what the
    last edge before the stop takes, for how many users, with which design flow (the flow itself if node and stop are one).
    """
    node, stop = way
    kw, count, peak = flow
    change = 0.0
    taken, design = kw, peak
    while node != stop:
        taken, design, cost = pipe(streets, prices, tree.edge[node], kw, count, peak)
        change += cost - tree.cost[node]
        up = tree.parent[node]
        if up == stop:
            return change, taken, count, design
        kw = tree.kw[up] - tree.taken[node] + taken
        peak = max(design, peak_without(tree, up, tree.design[node]))
        count += tree.served[up] - tree.served[node]
        node = up
    return change, taken, count, design


@compiled
def climb_home(streets: Streets, prices: Prices, tree: Tree, node: int, flow: tuple[float, int, float]) -> float:
    """The change of cost up to and with the source, when ``flow`` is needed at a node."""
    root = streets.root
    change, kw, count, peak = 0.0, flow[0], flow[1], flow[2]
    if node != root:
        child = node
        while tree.parent[child] != root:
            child = tree.parent[child]
        change, taken, count, design = climb(streets, prices, tree, (node, root), flow)
        kw = tree.kw[root] - tree.taken[child] + taken
        count += tree.served[root] - tree.served[child]
        peak = max(design, peak_without(tree, root, tree.design[child]))
    before = supply(prices, tree.kw[root], tree.served[root], tree.peak[root])
    return change + supply(prices, kw, count, peak) - before
