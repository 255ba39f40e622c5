"""From instance to problem: checks, what can be decided at once, and an order of nodes that no labels disturb."""

from __future__ import annotations

import numpy as np

from koppelkans.errors import DataError, InfeasibleError
from koppelkans.heat.network.instance import Flags, Floats, Instance, Ints, PipeClass
from koppelkans.heat.network.paths import components, distances
from koppelkans.heat.network.problem import Choices, Prices, Problem, Streets, Users, adjacency, coarse


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
    kw, value = instance.lists
    worth = (value > instance.source_eur_per_kw * kw).any(axis=1)
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
        **{
            "pipe levels" if not number else f"pipe levels of class {number}": (table.level_cap_kw, table.level_eur_per_m)
            for number, table in enumerate(instance.classes)
        },
    }  # fmt: skip
    faults = [
        f"the columns of the {name} differ in length"
        for name, group in groups.items()
        if len({len(column) for column in group}) > 1
    ]
    nodes = np.concatenate([instance.tail, instance.head, instance.customer_node, [instance.root]])
    if nodes.min() < 0 or nodes.max() >= instance.node_count:
        faults.append(f"nodes must be 0 to {instance.node_count - 1}")
    kinds = instance.kinds
    if len(kinds) != len(instance.tail) or (len(kinds) and (kinds.min() < 0 or kinds.max() >= len(instance.classes))):
        faults.append(f"edge_class must give each edge a class of 0 to {len(instance.classes) - 1}")
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
    if instance.package_kw is not None:
        faults += _wrong_packages(instance)
    both = np.flatnonzero(instance.must & instance.never)
    if len(both):
        faults.append(f"a customer cannot be both must and never (customers {_first(both)})")
    return faults


def _wrong_packages(instance: Instance) -> list[str]:
    """Lists of packages that do not fit the customers, hold no numbers, or lack the package that a customer has."""
    kw, value = instance.package_kw, instance.package_value_eur
    shape = () if kw is None else kw.shape
    if value is None or value.shape != shape or len(shape) != 2 or shape[0] != len(instance.customer_kw):
        return ["package_kw and package_value_eur must have a row per customer and the same number of columns"]
    kw, value = instance.lists
    wrong = np.flatnonzero(~(np.isfinite(kw) & (kw >= 0) & ~np.isnan(value) & (value < np.inf)).all(axis=1))
    if len(wrong):
        return [f"packages must have a power of zero or more and a finite value (customers {_first(wrong)})"]
    picks = instance.picks
    if len(picks) != shape[0] or (len(picks) and (picks.min() < 0 or picks.max() >= shape[1])):
        return ["package must give each customer a number on its list"]
    row = np.arange(len(picks))
    other = np.flatnonzero(
        (kw[row, picks] != instance.customer_kw) | (value[row, picks] != instance.customer_value_eur)
    )
    return [f"the package of a customer is not the one on its list (customers {_first(other)})"] if len(other) else []


def _wrong_prices(instance: Instance) -> list[str]:
    """A pipe table out of order, negative prices, losses that take all."""
    faults = [fault for table in instance.classes for fault in _wrong_levels(table)]
    prices = (
        *(table.slope_eur_per_m_kw for table in instance.classes), *instance.coincidence, instance.source_kw, instance.source_eur_per_kw,
        instance.loss_kw_per_m, instance.loss_share_per_m,
    )  # fmt: skip
    if not all(number >= 0 for number in prices):
        faults.append("slope, coincidence, source power, source price and losses must be zero or more")
    if len(instance.length_m) and instance.loss_share_per_m * instance.length_m.max() >= 1:
        faults.append("an edge loses all the heat it takes: loss_share_per_m times its length must stay below 1")
    return faults


def _wrong_levels(table: PipeClass) -> list[str]:
    """A pipe table that is empty or out of order."""
    if not len(table.level_cap_kw):
        return ["the pipe table is empty"]
    if (np.diff(table.level_cap_kw) <= 0).any() or (np.diff(table.level_eur_per_m) < 0).any():
        return ["pipe levels must rise in capacity and never fall in price; drop pipes that cost more and carry less"]
    if table.level_cap_kw[0] <= 0 or table.level_eur_per_m[0] < 0:
        return ["pipe levels must have a capacity above zero and a price of zero or more"]
    return []


def _useful_edges(instance: Instance, near_root: Flags) -> Ints:
    """Edges within reach that no parallel edge of the same class beats in both length and price."""
    edges = np.flatnonzero(instance.allowed & near_root[instance.tail] & (instance.tail != instance.head))
    low = np.minimum(instance.tail, instance.head)[edges]
    high = np.maximum(instance.tail, instance.head)[edges]
    length, extra, kind = instance.length_m[edges], instance.extra_eur[edges], instance.kinds[edges]
    order = np.lexsort((edges, extra, length, kind, high, low))
    low, high, kind, extra = low[order], high[order], kind[order], extra[order]
    opens = np.ones(len(order), dtype=bool)
    opens[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1]) | (kind[1:] != kind[:-1])
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
    node, kw, value = instance.customer_node[users], *(column[users] for column in instance.lists)
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
        stays = must | (value > instance.source_eur_per_kw * kw).any(axis=1)
        users, node, kw, value, own, must = users[stays], node[stays], kw[stays], value[stays], own[stays], must[stays]
    stuck = users[~np.isfinite(value).any(axis=1)]
    if len(stuck):
        raise InfeasibleError(
            f"customers {_first(stuck)} must connect, but the largest pipe or source on their way "
            f"(pipes: {instance.level_cap_kw[-1]:g} kW) is too small for them; add a larger pipe or source"
        )
    return _renumbered(instance, edges[alive], (users, node, kw, own, value, must), stub, reachable)


def _own_pipe(instance: Instance, edge: Ints, kw: Floats) -> tuple[Floats, Floats, Floats]:
    """What a pipe for one customer with each of its packages takes in, its design flow, and its cost (infinite when no pipe is large enough)."""
    edge = np.repeat(edge[:, None], kw.shape[1], axis=1)
    length, kinds = instance.length_m[edge], instance.kinds[edge]
    taken = (kw + instance.loss_kw_per_m * length) / (1 - instance.loss_share_per_m * length)
    design, price = sum(instance.coincidence) * taken, np.empty(edge.shape)
    for number, table in enumerate(instance.classes):
        of = kinds == number
        level = np.searchsorted(table.level_cap_kw, design[of])
        price[of] = np.append(table.level_eur_per_m, np.inf)[level] + table.slope_eur_per_m_kw * taken[of]
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
    numbers, node, every_kw, every_own, every_value, must = users
    pick = _possible(instance.picks[numbers], every_value)
    row = np.arange(len(numbers))
    kw, own, value = every_kw[row, pick], every_own[row, pick], every_value[row, pick]
    length, extra, kind = instance.length_m[edges], instance.extra_eur[edges], instance.kinds[edges]
    tables = instance.classes
    begins = np.cumsum([0, *(len(table.level_cap_kw) for table in tables)])
    level_eur = np.concatenate([table.level_eur_per_m for table in tables])
    unit = _unit(extra + length * level_eur[begins[kind]], value)
    level, extra, value, every_value = (coarse(money / unit) for money in (level_eur, extra, value, every_value))
    first = extra + length * level[begins[kind]]
    whole = Streets(
        instance.root, start, near, link, inward, instance.tail[edges], instance.head[edges], length, extra, length, length, kind,
    )  # fmt: skip
    far, cost = distances(whole, length), distances(whole, first)
    demand = np.bincount(node, weights=kw, minlength=instance.node_count)
    kept = np.flatnonzero(np.isfinite(far))
    kept = kept[np.lexsort((kept, demand[kept], far[kept], cost[kept]))]
    place = np.full(instance.node_count, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    one, other = place[instance.tail[edges]], place[instance.head[edges]]
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((edges, kind, extra, length, high, low))
    edges, low, high = edges[order], low[order], high[order]
    length, extra, kind = length[order], extra[order], kind[order]
    turn = np.lexsort((numbers, value, kw, place[node]))
    slopes = [table.slope_eur_per_m_kw for table in tables]
    slope = coarse(np.array([*slopes, instance.source_eur_per_kw]) / unit)
    root = int(place[instance.root])
    sources = np.flatnonzero(np.array([table.source for table in tables])[kind])
    return Problem(
        instance=instance,
        streets=Streets(
            root, *adjacency(len(kept), low, high), low, high, length, extra,
            1 / (1 - instance.loss_share_per_m * length), instance.loss_kw_per_m * length, kind,
        ),
        users=Users(
            np.searchsorted(place[node][turn], np.arange(len(kept) + 1)), place[node][turn], kw[turn], own[turn],
            value[turn], must[turn],
        ),
        prices=Prices(
            np.concatenate([table.level_cap_kw for table in tables]).astype(np.float64), level, begins, slope[:-1].copy(),
            float(instance.coincidence[0]), float(instance.coincidence[1]), float(slope[-1]),
            float(instance.source_kw),
        ),
        unit_eur=unit, edge_of=edges, user_of=numbers[turn], node_of=kept, stub_of=stub, reachable=reachable,
        sources=sources,
        choices=None if instance.package_kw is None else Choices(every_kw[turn], every_own[turn], every_value[turn], pick[turn]),
    )  # fmt: skip


def _possible(picks: Ints, value: Floats) -> Ints:
    """The package of each user; the one worth most where its own pipe would be too large for the one that it has."""
    best: Ints = np.where(
        np.isfinite(value[np.arange(len(picks)), picks]), picks, value.argmax(axis=1) if value.size else picks
    )
    return best


def _unit(price: Floats, value: Floats) -> float:
    """A sum of money that is neither large nor small here: the mean price of an edge with the smallest pipe."""
    mean = float(price.mean()) if len(price) else 0.0
    return mean if mean > 0 else max(float(np.abs(value).max(initial=0.0)), 1e-9)
