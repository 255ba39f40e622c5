"""Why a building connects or not: what the tree saves without it, what attaching it costs, and what each street could bear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from koppelkans.heat.network.compiled import compiled, inlined
from koppelkans.heat.network.heap import drop_first, push
from koppelkans.heat.network.instance import Design, Flags, Floats, Instance, Ints
from koppelkans.heat.network.problem import adjacency
from koppelkans.heat.network.truecost import add_peak, peak_without


class Pipes(NamedTuple):
    """Edges and prices of an instance. Per edge ``length_m``, ``extra``, ``gain``, ``loss_kw``, ``kind``; levels of class k:
    ``first[k]:first[k + 1]`` of ``cap_kw`` and ``price`` (per metre), ``slope`` by class; f(n) = flat + shared / n; ``source`` per kW at the root.
    """

    length_m: Floats
    extra: Floats
    gain: Floats
    loss_kw: Floats
    kind: Ints
    cap_kw: Floats
    price: Floats
    first: Ints
    slope: Floats
    flat: float
    shared: float
    source: float
    source_kw: float


class Flow(NamedTuple):
    """What a tree carries. ``above``: per node the place of the pipe that leads to it (-1 the root, -2 outside the tree).

    Per place ``edge``, ``up``, ``raised`` (levels wider than the rule asks), ``taken``, ``design``, ``cost``; per node ``kw``, ``served``, ``peak``,
    ``second`` (the two largest design flows that leave it).
    """

    above: Ints
    edge: Ints
    up: Ints
    raised: Ints
    taken: Floats
    design: Floats
    cost: Floats
    kw: Floats
    served: Ints
    peak: Floats
    second: Floats


@dataclass(frozen=True, slots=True)
class Attachments:
    """Cheapest way of each customer to the tree as it lies. ``cost_eur``: all that it adds, infinite where nothing leads or fits."""

    cost_eur: Floats
    meets: Ints


def pipes_of(instance: Instance) -> Pipes:
    """The edges and prices of an instance as the kernels want them."""
    tables = instance.classes
    return Pipes(
        instance.length_m.astype(np.float64), instance.extra_eur.astype(np.float64), 1 / (1 - instance.loss_share_per_m * instance.length_m),
        instance.loss_kw_per_m * instance.length_m, instance.kinds.astype(np.int64),
        np.concatenate([table.level_cap_kw for table in tables]).astype(np.float64),
        np.concatenate([table.level_eur_per_m for table in tables]).astype(np.float64),
        np.cumsum([0, *(len(table.level_cap_kw) for table in tables)]).astype(np.int64),
        np.array([table.slope_eur_per_m_kw for table in tables], dtype=np.float64), float(instance.coincidence[0]),
        float(instance.coincidence[1]), float(instance.source_eur_per_kw), float(instance.source_kw),
    )  # fmt: skip


def flow_of(instance: Instance, design: Design, pipes: Pipes | None = None) -> Flow:
    """The tree of a design measured again. ``pipes``: other prices for the same pipes, such as the heat that they lose."""
    pipes = pipes_of(instance) if pipes is None else pipes
    edges, nodes = len(design.edge), instance.node_count
    flow = Flow(
        np.full(nodes, -2, dtype=np.int64), design.edge.astype(np.int64), design.upstream.astype(np.int64), np.zeros(edges, dtype=np.int64),
        np.zeros(edges), np.zeros(edges), np.zeros(edges), np.zeros(nodes), np.zeros(nodes, dtype=np.int64), np.zeros(nodes), np.zeros(nodes),
    )  # fmt: skip
    ends = instance.tail[design.edge] + instance.head[design.edge] - design.upstream
    flow.above[instance.root] = -1
    flow.above[ends] = np.arange(edges)
    joined = np.flatnonzero(design.connected)
    _measure(
        pipes, flow, design.level.astype(np.int64), instance.customer_node[joined].astype(np.int64), instance.customer_kw[joined]
    )  # fmt: skip
    return flow


@inlined
def _level(pipes: Pipes, edge: int, design: float) -> int:
    """The first level of the class of an edge that carries a design flow; the last where none does."""
    kind = pipes.kind[edge]
    level, last = int(pipes.first[kind]), int(pipes.first[kind + 1]) - 1
    while level < last and pipes.cap_kw[level] < design * (1 - 1e-12):
        level += 1
    return level


@inlined
def _pipe(pipes: Pipes, edge: int, raised: int, kw: float, count: int, peak: float) -> tuple[float, float, float]:
    """What an edge takes in, its design flow and its cost; nothing without customers."""
    if count == 0:
        return 0.0, 0.0, 0.0
    kind = pipes.kind[edge]
    taken = (kw + pipes.loss_kw[edge]) * pipes.gain[edge]
    design = max((pipes.flat + pipes.shared / count) * taken, peak)
    level = min(_level(pipes, edge, design) + raised, pipes.first[kind + 1] - 1)
    return taken, design, pipes.extra[edge] + pipes.length_m[edge] * (pipes.price[level] + pipes.slope[kind] * taken)


@inlined
def _fits(pipes: Pipes, edge: int, design: float) -> bool:
    """Whether the largest pipe of the class of an edge carries a design flow."""
    return bool(pipes.cap_kw[pipes.first[pipes.kind[edge] + 1] - 1] >= design * (1 - 1e-12))


@compiled
def _measure(pipes: Pipes, flow: Flow, level: Ints, node: Ints, kw: Floats) -> None:
    own = pipes.flat + pipes.shared
    for user in range(len(node)):
        flow.kw[node[user]] += kw[user]
        flow.served[node[user]] += 1
        add_peak(flow, node[user], own * kw[user])
    down = np.empty(len(flow.edge), dtype=np.int64)
    for here in range(len(flow.above)):
        if flow.above[here] >= 0:
            down[flow.above[here]] = here
    for place in range(len(flow.edge) - 1, -1, -1):
        edge, up, end = flow.edge[place], flow.up[place], down[place]
        taken, design, cost = _pipe(pipes, edge, 0, flow.kw[end], flow.served[end], flow.peak[end])
        kind = pipes.kind[edge]
        rule = _level(pipes, edge, design) - pipes.first[kind]
        flow.raised[place] = max(0, level[place] - rule)
        if flow.raised[place] > 0:
            taken, design, cost = _pipe(pipes, edge, flow.raised[place], flow.kw[end], flow.served[end], flow.peak[end])
        flow.taken[place], flow.design[place], flow.cost[place] = taken, design, cost
        flow.kw[up] += taken
        flow.served[up] += flow.served[end]
        add_peak(flow, up, design)


@compiled
def _climb(pipes: Pipes, flow: Flow, node: int, asked: tuple[float, int, float]) -> tuple[float, bool]:
    """The change of cost from a node to the source when ``asked`` (kw, count, peak) leaves it; and whether pipes and source carry it."""
    kw, count, peak = asked
    change, carries = 0.0, True
    while flow.above[node] >= 0:
        place = flow.above[node]
        edge, up = flow.edge[place], flow.up[place]
        taken, design, cost = _pipe(pipes, edge, flow.raised[place], kw, count, peak)
        carries = carries and _fits(pipes, edge, design)
        change += cost - flow.cost[place]
        count = flow.served[up] - flow.served[node] + count
        kw = flow.kw[up] - flow.taken[place] + taken
        peak = max(design, peak_without(flow, up, flow.design[place]))
        node = up
    if count > 0:
        top = max((pipes.flat + pipes.shared / count) * kw, peak)
        carries = carries and top <= pipes.source_kw * (1 + 1e-9)
    return change + pipes.source * (kw - flow.kw[node]), carries


@compiled
def _saved(pipes: Pipes, flow: Flow, node: Ints, kw: Floats) -> Floats:
    """Per connected customer what the tree costs less without it."""
    own = pipes.flat + pipes.shared
    found = np.empty(len(node))
    for user in range(len(node)):
        here = node[user]
        left = (flow.kw[here] - kw[user], flow.served[here] - 1, peak_without(flow, here, own * kw[user]))
        found[user] = -_climb(pipes, flow, here, left)[0]
    return found


@compiled
def _alone(pipes: Pipes, flow: Flow, node: Ints, kw: Floats) -> Floats:
    """Per connected customer what its path from the source would cost for it alone."""
    found = np.empty(len(node))
    for user in range(len(node)):
        here, asked, peak, total = node[user], kw[user], (pipes.flat + pipes.shared) * kw[user], 0.0
        while flow.above[here] >= 0:
            place = flow.above[here]
            asked, peak, cost = _pipe(pipes, flow.edge[place], 0, asked, 1, peak)
            total += cost
            here = flow.up[place]
        found[user] = total + pipes.source * asked
    return found


@compiled
def _branches(pipes: Pipes, flow: Flow) -> Floats:
    """Per used pipe what the tree costs less without it and all behind it."""
    spent = flow.cost.copy()
    found = np.empty(len(spent))
    node = np.empty(len(spent), dtype=np.int64)
    for here in range(len(flow.above)):
        if flow.above[here] >= 0:
            node[flow.above[here]] = here
    for place in range(len(spent) - 1, -1, -1):
        up = flow.up[place]
        if flow.above[up] >= 0:
            spent[flow.above[up]] += spent[place]
        left = (
            flow.kw[up] - flow.taken[place], flow.served[up] - flow.served[node[place]], peak_without(flow, up, flow.design[place]),
        )  # fmt: skip
        found[place] = spent[place] - _climb(pipes, flow, up, left)[0]
    return found


@compiled
def _added(pipes: Pipes, flow: Flow, kw: float) -> Floats:
    """Per node of the tree what one more customer of ``kw`` there costs; infinite outside, and where it is too much."""
    own = (pipes.flat + pipes.shared) * kw
    found = np.full(len(flow.above), np.inf)
    for node in range(len(flow.above)):
        if flow.above[node] >= -1:
            change, carries = _climb(
                pipes, flow, node, (flow.kw[node] + kw, flow.served[node] + 1, max(flow.peak[node], own))
            )
            if carries:
                found[node] = change
    return found


@compiled
def _spread(pipes: Pipes, flow: Flow, near: tuple[Ints, Ints, Ints], first: Floats, kw: float) -> tuple[Floats, Ints]:
    """Least cost of one more customer of ``kw`` at every node, and the next node on its way to the tree (itself inside the tree)."""
    start, other, link = near
    nodes = len(flow.above)
    cost, way = first.copy(), np.full(nodes, -1, dtype=np.int64)
    keys, items = np.empty(len(link) + nodes + 1), np.empty(len(link) + nodes + 1, dtype=np.int64)
    size = 0
    done = np.zeros(nodes, dtype=np.bool_)
    for node in range(nodes):
        if np.isfinite(first[node]):
            way[node] = node
            size = push(keys, items, size, first[node], node)
    own = (pipes.flat + pipes.shared) * kw
    while size > 0:
        node = items[0]
        size = drop_first(keys, items, size)
        if done[node]:
            continue
        done[node] = True
        for place in range(start[node], start[node + 1]):
            to, edge = other[place], link[place]
            if flow.above[to] >= -1 or done[to] or not _fits(pipes, edge, own):
                continue
            more = cost[node] + _pipe(pipes, edge, 0, kw, 1, own)[2]
            if more < cost[to]:
                cost[to] = more
                way[to] = node
                size = push(keys, items, size, more, to)
    return cost, way


@compiled
def _attached(
    pipes: Pipes, flow: Flow, near: tuple[Ints, Ints, Ints], way: Ints, asked: tuple[Ints, Floats, Ints, Floats]
) -> tuple[Floats, Ints]:
    """Per customer, or group of them, the true cost of following ``way`` to the tree and the node where it meets it.

    asked: per group node, kW, customers and design flow.
    """
    node, kw, size, design = asked
    start, other, link = near
    cost, meets = np.full(len(node), np.inf), np.full(len(node), -1, dtype=np.int64)
    for user in range(len(node)):
        here, taken, peak, count = node[user], kw[user], design[user], size[user]
        total, carries = 0.0, way[here] >= 0
        while carries and flow.above[here] < -1:
            best, best_taken, best_peak = np.inf, 0.0, 0.0
            for place in range(start[here], start[here + 1]):
                if other[place] == way[here]:
                    found = _pipe(pipes, link[place], 0, taken, count, peak)
                    if found[2] < best and _fits(pipes, link[place], found[1]):
                        best_taken, best_peak, best = found
            carries = np.isfinite(best)
            total, taken, peak, here = total + best, best_taken, best_peak, way[here]
        if not carries:
            continue
        more = (flow.kw[here] + taken, flow.served[here] + count, max(flow.peak[here], peak))
        change, carries = _climb(pipes, flow, here, more)
        meets[user] = here
        if carries:
            cost[user] = total + change
    return cost, meets


# ------------------------------------------------------------------------------------------------------------------ what they tell


def saved_eur(instance: Instance, design: Design) -> Floats:
    """Per customer what the tree costs less a year without it, all others staying [EUR/year]; not a number where it is not connected.

    Its own pipe, every piece that carries it alone, smaller pipes and less pumping up to the source. Pipes that the check of pressure made wider
    stay as many sizes wider. Its value minus this is its margin. Method: docs/method.md#network-explanations.
    """
    pipes, found = pipes_of(instance), np.full(len(instance.customer_kw), np.nan)
    joined = np.flatnonzero(design.connected)
    flow = flow_of(instance, design, pipes)
    found[joined] = _saved(pipes, flow, instance.customer_node[joined].astype(np.int64), instance.customer_kw[joined])
    return found


def alone_eur(instance: Instance, design: Design) -> Floats:
    """Per connected customer what its way from the source would cost a year if nobody else were there [EUR/year]; else not a number."""
    pipes, found = pipes_of(instance), np.full(len(instance.customer_kw), np.nan)
    joined = np.flatnonzero(design.connected)
    flow = flow_of(instance, design, pipes)
    found[joined] = _alone(pipes, flow, instance.customer_node[joined].astype(np.int64), instance.customer_kw[joined])
    return found


def neighbours(instance: Instance) -> tuple[Ints, Ints, Ints]:
    """Per node its neighbours and the allowed edges to them, as ``start, other, link``."""
    kept = np.flatnonzero(instance.allowed & (instance.tail != instance.head))
    start, other, link, _ = adjacency(instance.node_count, instance.tail[kept], instance.head[kept])
    return start, other, kept[link]


def attachments(instance: Instance, design: Design) -> Attachments:
    """What it costs a year to add each customer that is left out to the tree as it lies [EUR/year]; ``cost_eur`` not a number for the others.

    The way is the cheapest for a customer that needs the same smallest pipe and asks what such customers ask in the middle; its cost is then
    that of the customer itself: new trench and pipes, larger pipes up to the source. Nobody else joins on the way.
    Method: docs/method.md#network-explanations.
    """
    pipes, flow = pipes_of(instance), flow_of(instance, design)
    near = neighbours(instance)
    cost, meets = np.full(len(instance.customer_kw), np.nan), np.full(len(instance.customer_kw), -1, dtype=np.int64)
    out = np.flatnonzero(~design.connected)
    size = np.searchsorted(instance.level_cap_kw, sum(instance.coincidence) * instance.customer_kw[out])
    for level in np.unique(size):
        users = out[size == level]
        usual = float(np.median(instance.customer_kw[users]))
        _, way = _spread(pipes, flow, near, _added(pipes, flow, usual), usual)
        kw = instance.customer_kw[users]
        asked = (
            instance.customer_node[users].astype(np.int64), kw, np.ones(len(users), dtype=np.int64), sum(instance.coincidence) * kw,
        )  # fmt: skip
        cost[users], meets[users] = _attached(pipes, flow, near, way, asked)
    return Attachments(cost, meets)


def customer_eur(instance: Instance, design: Design, kw: float) -> Floats:
    """Per node what one more customer of ``kw`` there costs a year, its service pipe apart [EUR/year]; infinite where it cannot be fed.

    Exact where pipes lose heat by their size alone: at every node of the tree larger pipes up to the source, elsewhere the cheapest new way to it.
    """
    pipes, flow = pipes_of(instance), flow_of(instance, design)
    cost, _ = _spread(pipes, flow, neighbours(instance), _added(pipes, flow, kw), kw)
    return np.asarray(cost)


def group_attachments_eur(
    instance: Instance, design: Design, node: Ints, kw: Floats, customers: Ints
) -> tuple[Floats, Floats]:
    """What feeding groups of customers costs a year up to one of their nodes [EUR/year], and the design flow of each group [kW].

    node: where the group would be fed from; kw, customers: its summed peaks and its number. The way is the cheapest for a group of middle size.
    """
    flat, shared = instance.coincidence
    design_kw = (flat + shared / np.maximum(customers, 1)) * kw
    if not len(node):
        return np.zeros(0), design_kw
    pipes, flow, near = pipes_of(instance), flow_of(instance, design), neighbours(instance)
    usual = float(np.median(design_kw)) / max(flat + shared, 1e-9)
    _, way = _spread(pipes, flow, near, _added(pipes, flow, usual), usual)
    asked = (node.astype(np.int64), kw.astype(np.float64), customers.astype(np.int64), design_kw.astype(np.float64))
    return np.asarray(_attached(pipes, flow, near, way, asked)[0]), np.asarray(design_kw, dtype=np.float64)


def branch_margins_eur(instance: Instance, design: Design) -> Floats:
    """Per used pipe what it and all behind it are worth more than they cost [EUR/year]; infinite with a compulsory customer behind it."""
    pipes, flow = pipes_of(instance), flow_of(instance, design)
    worth = np.zeros(instance.node_count)
    joined = np.flatnonzero(design.connected)
    value = np.where(instance.must, np.inf, instance.customer_value_eur)
    np.add.at(worth, instance.customer_node[joined], value[joined])
    behind = np.zeros(len(design.edge))
    ends = instance.tail[design.edge] + instance.head[design.edge] - design.upstream
    for place in range(len(design.edge) - 1, -1, -1):
        behind[place] = worth[ends[place]]
        worth[design.upstream[place]] += behind[place]
    return np.asarray(behind - _branches(pipes, flow))


def group_margins_eur(instance: Instance, design: Design, group: Ints) -> tuple[Ints, Floats, Floats]:
    """Groups of edges with a pipe, how much all that hangs on them is worth above its cost [EUR/year], and their metres in the tree.

    group: per edge, -1 for none. The margin divided by the metres is what the trench there may cost more a metre and a year before the whole
    branch no longer pays; its ends may drop earlier.
    """
    margin, own = branch_margins_eur(instance, design), group[design.edge]
    flow = flow_of(instance, design)
    top = np.asarray(_tops(flow.above, flow.up, own.astype(np.int64)))
    named, place = np.unique(own[own >= 0], return_inverse=True)
    heads = np.unique(top[own >= 0])
    total = np.bincount(np.searchsorted(named, own[heads]), weights=margin[heads], minlength=len(named))
    metres = np.bincount(place, weights=instance.length_m[design.edge][own >= 0], minlength=len(named))
    return named, np.asarray(total, dtype=np.float64), np.asarray(metres, dtype=np.float64)


@compiled
def _tops(above: Ints, up: Ints, own: Ints) -> Ints:
    """Per pipe the one nearest to the source on its way there that belongs to the same group."""
    found = np.arange(len(own))
    for place in range(len(own)):
        here = place
        while here >= 0:
            if own[here] == own[place]:
                found[place] = here
            here = above[up[here]]
    return found


def carries_itself(instance: Instance, design: Design) -> Flags:
    """Connected customers that are worth the whole way from the source even if nobody else were on it."""
    with np.errstate(invalid="ignore"):
        return np.asarray(instance.customer_value_eur >= alone_eur(instance, design)) & design.connected
