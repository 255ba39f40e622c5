"""From instance to problem: checks, what can be decided at once, and an order of nodes that no labels disturb."""

from __future__ import annotations

import numpy as np

from koppelkans.errors import DataError, InfeasibleError
from koppelkans.heat.network.instance import Flags, Floats, Instance, Ints
from koppelkans.heat.network.paths import components, distances
from koppelkans.heat.network.problem import Prices, Problem, Streets, Users, adjacency, coarse


def prepare(instance: Instance) -> Problem:
    """The problem that is left when all that needs no search is done; every step keeps the optimum.

    1. Forbidden edges, loops, edges out of the root's reach and dearer parallel edges go.
    2. Customers that may not connect, are out of reach or are worth less than their heat go.
    3. A dead end with one customer: its pipe carries that customer alone, so its cost is known and moves into the value.
       A dead end without customer goes. Repeated until there is none.
    4. Nodes are numbered by their distance from the root.

    Raises DataError for arrays that do not fit, InfeasibleError for a compulsory customer that nothing leads to.
    Method: docs/method.md#network-preparation.
    """
    _check(instance)
    home = components(
        np.ascontiguousarray(instance.tail[instance.allowed]),
        np.ascontiguousarray(instance.head[instance.allowed]),
        instance.node_count,
    )
    near_root = home == home[instance.root]
    reachable = near_root[instance.customer_node]
    lost = np.flatnonzero(instance.must & ~reachable)
    if len(lost):
        raise InfeasibleError(
            f"{len(lost)} customers must connect, but no allowed street leads from the source to them "
            f"(customers {_first(lost)}); allow a street, move the source or leave them free"
        )
    edges = _useful_edges(instance, near_root)
    worth = instance.customer_value_eur > instance.source_eur_per_kw * instance.customer_kw
    users = np.flatnonzero(reachable & ~instance.never & (worth | instance.must))
    return _peeled(instance, edges, users, reachable)


def _first(numbers: Ints) -> str:
    return ", ".join(map(str, numbers[:3])) + (", ..." if len(numbers) > 3 else "")


def _check(instance: Instance) -> None:
    """Raise DataError with every fault of the arrays."""
    if faults := _misfits(instance):
        raise DataError("the network instance does not fit together", faults)
    if faults := [*_wrong_rows(instance), *_wrong_prices(instance)]:
        raise DataError("the network instance cannot be used", faults)


def _misfits(instance: Instance) -> list[str]:
    """Columns of unequal length and nodes that do not exist."""
    groups = {
        "edges": (instance.tail, instance.head, instance.length_m, instance.extra_eur, instance.allowed),
        "customers": (
            instance.customer_node, instance.customer_kw, instance.customer_value_eur, instance.must, instance.never,
        ),
        "pipe levels": (instance.level_cap_kw, instance.level_eur_per_m),
    }  # fmt: skip
    faults = [
        f"the columns of the {name} differ in length"
        for name, group in groups.items()
        if len({len(column) for column in group}) > 1
    ]
    nodes = np.concatenate([instance.tail, instance.head, instance.customer_node, [instance.root]])
    if nodes.min() < 0 or nodes.max() >= instance.node_count:
        faults.append(f"nodes must be 0 to {instance.node_count - 1}")
    return faults


def _wrong_rows(instance: Instance) -> list[str]:
    """Edges and customers with values that cannot be."""
    faults = []
    for name, column in (
        ("length_m", instance.length_m), ("extra_eur", instance.extra_eur), ("customer_kw", instance.customer_kw),
    ):  # fmt: skip
        wrong = np.flatnonzero(~(np.isfinite(column) & (column >= 0)))
        if len(wrong):
            faults.append(f"{name} must be a number, zero or more (rows {_first(wrong)})")
    if not np.isfinite(instance.customer_value_eur).all():
        faults.append("customer_value_eur must be finite")
    both = np.flatnonzero(instance.must & instance.never)
    if len(both):
        faults.append(f"a customer cannot be both must and never (customers {_first(both)})")
    return faults


def _wrong_prices(instance: Instance) -> list[str]:
    """A pipe table out of order, negative prices, losses that take all."""
    faults = []
    if not len(instance.level_cap_kw):
        faults.append("the pipe table is empty")
    elif (np.diff(instance.level_cap_kw) <= 0).any() or (np.diff(instance.level_eur_per_m) < 0).any():
        faults.append(
            "pipe levels must rise in capacity and never fall in price; drop pipes that cost more and carry less"
        )
    elif instance.level_cap_kw[0] <= 0 or instance.level_eur_per_m[0] < 0:
        faults.append("pipe levels must have a capacity above zero and a price of zero or more")
    prices = (
        instance.slope_eur_per_m_kw, *instance.coincidence, instance.source_kw, instance.source_eur_per_kw,
        instance.loss_kw_per_m, instance.loss_share_per_m,
    )  # fmt: skip
    if not all(number >= 0 for number in prices):
        faults.append("slope, coincidence, source power, source price and losses must be zero or more")
    if len(instance.length_m) and instance.loss_share_per_m * instance.length_m.max() >= 1:
        faults.append("an edge loses all the heat it takes: loss_share_per_m times its length must stay below 1")
    return faults


def _useful_edges(instance: Instance, near_root: Flags) -> Ints:
    """Edges within reach that no parallel edge beats in both length and price."""
    edges = np.flatnonzero(instance.allowed & near_root[instance.tail] & (instance.tail != instance.head))
    low = np.minimum(instance.tail, instance.head)[edges]
    high = np.maximum(instance.tail, instance.head)[edges]
    length, extra = instance.length_m[edges], instance.extra_eur[edges]
    order = np.lexsort((edges, extra, length, high, low))
    low, high, extra = low[order], high[order], extra[order]
    opens = np.ones(len(order), dtype=bool)
    opens[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    keep = opens.copy()
    least = np.inf
    for place in np.flatnonzero(~opens | np.append(~opens[1:], False)):  # parallel edges only: few
        least = extra[place] if opens[place] else least
        keep[place] |= extra[place] < least
        least = min(least, extra[place])
    return np.sort(edges[order[keep]])


def _peeled(instance: Instance, edges: Ints, users: Ints, reachable: Flags) -> Problem:
    """The problem without dead ends."""
    count = instance.node_count
    tail, head = instance.tail[edges], instance.head[edges]
    alive = np.ones(len(edges), dtype=bool)
    degree = np.bincount(tail, minlength=count) + np.bincount(head, minlength=count)
    # the sum of the numbers of a node's edges is the number of its only edge when it is a dead end
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, tail, np.arange(len(edges)))
    np.add.at(total, head, np.arange(len(edges)))
    stub = np.full(count, -1, dtype=np.int64)
    node, kw, value = instance.customer_node[users], instance.customer_kw[users], instance.customer_value_eur[users]
    own, must = sum(instance.coincidence) * kw, instance.must[users]
    while True:
        here = np.bincount(node, minlength=count)
        leaves = np.flatnonzero((degree == 1) & (here <= 1))
        leaves = leaves[leaves != instance.root]
        if not len(leaves):
            break
        edge = total[leaves]
        other = tail[edge] + head[edge] - leaves
        stub[leaves], alive[edge], degree[leaves] = edges[edge], False, 0
        np.subtract.at(degree, other, 1)
        np.subtract.at(total, other, edge)
        place = np.full(count, -1, dtype=np.int64)
        place[leaves] = np.arange(len(leaves))
        moved = np.flatnonzero(place[node] >= 0)
        at = place[node[moved]]
        node[moved] = other[at]
        kw[moved], own_moved, cost = _own_pipe(instance, edges[edge[at]], kw[moved])
        own[moved], value[moved] = np.maximum(own[moved], own_moved), value[moved] - cost
        stays = must | (value > instance.source_eur_per_kw * kw)
        users, node, kw, value, own, must = users[stays], node[stays], kw[stays], value[stays], own[stays], must[stays]
    if not np.isfinite(value).all():
        raise InfeasibleError(
            f"customers {_first(users[~np.isfinite(value)])} must connect, but the largest pipe of the table "
            f"({instance.level_cap_kw[-1]:g} kW) is too small for them; add a larger pipe"
        )
    return _renumbered(instance, edges[alive], (users, node, kw, own, value, must), stub, reachable)


def _own_pipe(instance: Instance, edge: Ints, kw: Floats) -> tuple[Floats, Floats, Floats]:
    """What a pipe for one customer takes in, its design flow, and its cost (infinite when no pipe is large enough)."""
    length = instance.length_m[edge]
    taken = (kw + instance.loss_kw_per_m * length) / (1 - instance.loss_share_per_m * length)
    design = sum(instance.coincidence) * taken
    level = np.searchsorted(instance.level_cap_kw, design)
    price = np.append(instance.level_eur_per_m, np.inf)[level] + instance.slope_eur_per_m_kw * taken
    with np.errstate(invalid="ignore"):
        cost = instance.extra_eur[edge] + np.where(length > 0, length * price, np.where(np.isfinite(price), 0, np.inf))
    return taken, design, cost


def _renumbered(
    instance: Instance,
    edges: Ints,
    users: tuple[Ints, Ints, Floats, Floats, Floats, Flags],
    stub: Ints,
    reachable: Flags,
) -> Problem:
    """Nodes by cost and length from the root, users by node: the order follows the place, not the labels."""
    start, near, link, inward = adjacency(instance.node_count, instance.tail[edges], instance.head[edges])
    numbers, node, kw, own, value, must = users
    length, extra = instance.length_m[edges], instance.extra_eur[edges]
    unit = _unit(extra + length * instance.level_eur_per_m[0], value)
    level, extra, value = (coarse(money / unit) for money in (instance.level_eur_per_m, extra, value))
    first = extra + length * level[0]
    whole = Streets(
        instance.root,
        start,
        near,
        link,
        inward,
        instance.tail[edges],
        instance.head[edges],
        length,
        extra,
        length,
        length,
    )
    far, cost = distances(whole, length), distances(whole, first)
    demand = np.bincount(node, weights=kw, minlength=instance.node_count)
    kept = np.flatnonzero(np.isfinite(far))
    kept = kept[np.lexsort((kept, demand[kept], far[kept], cost[kept]))]
    place = np.full(instance.node_count, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    one, other = place[instance.tail[edges]], place[instance.head[edges]]
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((edges, extra, length, high, low))
    edges, low, high = edges[order], low[order], high[order]
    length, extra = length[order], extra[order]
    turn = np.lexsort((numbers, value, kw, place[node]))
    slope, source = coarse(np.array([instance.slope_eur_per_m_kw, instance.source_eur_per_kw]) / unit).tolist()
    return Problem(
        instance=instance,
        streets=Streets(
            int(place[instance.root]), *adjacency(len(kept), low, high), low, high, length, extra,
            1 / (1 - instance.loss_share_per_m * length), instance.loss_kw_per_m * length,
        ),
        users=Users(
            np.searchsorted(place[node][turn], np.arange(len(kept) + 1)), place[node][turn], kw[turn], own[turn],
            value[turn], must[turn],
        ),
        prices=Prices(
            instance.level_cap_kw.astype(np.float64), level, slope,
            float(instance.coincidence[0]), float(instance.coincidence[1]), source,
            float(instance.source_kw),
        ),
        unit_eur=unit, edge_of=edges, user_of=numbers[turn], node_of=kept, stub_of=stub, reachable=reachable,
    )  # fmt: skip


def _unit(price: Floats, value: Floats) -> float:
    """A sum of money that is neither large nor small here: the mean price of an edge with the smallest pipe."""
    mean = float(price.mean()) if len(price) else 0.0
    return mean if mean > 0 else max(float(np.abs(value).max(initial=0.0)), 1e-9)
