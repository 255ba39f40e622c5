"""Ways out of the tree, and whole branches along them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from koppelkans.heat.network.compiled import compiled
from koppelkans.heat.network.heap import drop_first, push
from koppelkans.heat.network.instance import Floats, Ints
from koppelkans.heat.network.moves import STEP
from koppelkans.heat.network.problem import Prices, Streets, Users
from koppelkans.heat.network.truecost import Tree, measure


class Reach(NamedTuple):
    """The cheapest way from the tree to each node: the node and edge before it, the node of the tree it starts from.

    ``order[:size]``: the nodes outside, nearest first.
    """

    before: Ints
    edge: Ints
    base: Ints
    order: Ints
    size: Ints


@compiled
def reach_out(streets: Streets, tree: Tree, price: Floats) -> Reach:
    """The cheapest ways out of the tree at ``price`` per edge."""
    nodes = len(tree.parent)
    far = np.full(nodes, np.inf)
    reach = Reach(
        np.full(nodes, -1, dtype=np.int64), np.full(nodes, -1, dtype=np.int64), np.full(nodes, -1, dtype=np.int64),
        np.empty(nodes, dtype=np.int64), np.zeros(1, dtype=np.int64),
    )  # fmt: skip
    keys, items = np.empty(len(streets.near) + nodes + 1), np.empty(len(streets.near) + nodes + 1, dtype=np.int64)
    size = 0
    for node in range(nodes):
        if tree.parent[node] >= 0:
            far[node], reach.base[node] = 0.0, node
            size = push(keys, items, size, 0.0, node)
    done = np.zeros(nodes, dtype=np.bool_)
    while size > 0:
        here, node = keys[0], items[0]
        size = drop_first(keys, items, size)
        if done[node]:
            continue
        done[node] = True
        if tree.parent[node] < 0:
            reach.order[reach.size[0]] = node
            reach.size[0] += 1
        for place in range(streets.start[node], streets.start[node + 1]):
            other = streets.near[place]
            length = here + price[streets.link[place]]
            if not done[other] and length < far[other]:
                far[other], reach.before[other] = length, node
                reach.edge[other], reach.base[other] = streets.link[place], reach.base[node]
                size = push(keys, items, size, length, other)
    return reach


@compiled
def paying_branches(users: Users, tree: Tree, reach: Reach, price: Floats, prize: Floats) -> Ints:
    """Per node outside the first node of the branch that it is part of, -1 where a branch would not pay at the guessed prices.

    From the ends inwards each node keeps what lies behind it if that is worth its edge.
    """
    worth, top = np.zeros(len(tree.parent)), np.full(len(tree.parent), -1, dtype=np.int64)
    for user in range(len(users.kw)):
        worth[users.node[user]] += max(0.0, prize[user])
    for place in range(reach.size[0] - 1, -1, -1):
        node = reach.order[place]
        worth[reach.before[node]] += max(0.0, worth[node] - price[reach.edge[node]])
    for place in range(reach.size[0]):
        node = reach.order[place]
        if worth[node] > price[reach.edge[node]]:
            up = reach.before[node]
            top[node] = node if tree.parent[up] >= 0 else top[up]
    return top


@compiled
def graft_branches(streets: Streets, users: Users, prices: Prices, tree: Tree, price: Floats, prize: Floats) -> float:
    """Add branches along the cheapest ways out of the tree, each if it pays in truth; what was won.

    price: guess per edge; prize: guess per user of what it brings beyond its transport.
    """
    reach = reach_out(streets, tree, price)
    top = paying_branches(users, tree, reach, price, prize)
    total, won = measure(streets, users, prices, tree), 0.0
    for place in range(reach.size[0]):
        first = reach.order[place]
        if top[first] != first:
            continue
        for later in range(place, reach.size[0]):
            node = reach.order[later]
            if top[node] == first:
                tree.parent[node], tree.edge[node] = reach.before[node], reach.edge[node]
                for user in range(users.start[node], users.start[node + 1]):
                    tree.on[user] = prize[user] > 0
        now = measure(streets, users, prices, tree)
        if now < total - STEP:
            won += total - now
            total = now
        else:
            for later in range(place, reach.size[0]):
                if top[reach.order[later]] == first:
                    tree.parent[reach.order[later]] = -1
            measure(streets, users, prices, tree)
    return won
