"""When sources or old pipes are asked for more than they have: whom to leave out, and whom to trade for another."""

from __future__ import annotations

import numpy as np

from koppelkans.heat.network.compiled import compiled
from koppelkans.heat.network.exchange import swap_streets
from koppelkans.heat.network.instance import Floats, Ints
from koppelkans.heat.network.moves import STEP, transport
from koppelkans.heat.network.problem import Prices, Streets, Users
from koppelkans.heat.network.truecost import Tree, climb_home, measure, peak_without

# an exchange is tried whatever the guess says of it
ANY = 1e12


@compiled
def overloaded(streets: Streets, prices: Prices, tree: Tree) -> bool:
    """Whether an edge of a measured tree carries more than the largest pipe of its class."""
    for place in range(1, tree.size[0]):
        node = tree.order[place]
        kind = streets.kind[tree.edge[node]]
        if tree.design[node] * (1 - 1e-12) > prices.cap_kw[prices.first[kind + 1] - 1]:
            return True
    return False


@compiled
def by_worth(users: Users, tree: Tree, per_kw: Floats) -> Ints:
    """Users of a measured tree, those first that are worth least per kW beyond a guess of their transport."""
    rate = transport(tree, per_kw)
    worth = np.empty(len(users.kw))
    for user in range(len(users.kw)):
        node = users.node[user]
        far = rate[node] if tree.parent[node] >= 0 else 0.0
        worth[user] = users.value[user] / max(users.kw[user], 1e-9) - far
    return np.argsort(worth, kind="mergesort")


@compiled
def leave_out(streets: Streets, users: Users, prices: Prices, tree: Tree, order: Ints) -> None:
    """Leave users out, in this order, as long as that lowers the cost of a tree that is asked too much. The tree must be measured; it is after."""
    for user in order:
        if not tree.on[user] or users.must[user]:
            continue
        if not overloaded(streets, prices, tree):
            return
        node = users.node[user]
        flow = (tree.kw[node] - users.kw[user], tree.served[node] - 1, peak_without(tree, node, users.own_kw[user]))
        if climb_home(streets, prices, tree, node, flow) + users.value[user] < -STEP:
            tree.on[user] = False
            measure(streets, users, prices, tree)


@compiled
def relieve(streets: Streets, users: Users, prices: Prices, tree: Tree, guess: tuple[Floats, Floats, Floats]) -> bool:
    """Lead what sources and pipes cannot give over other streets; False when nothing is asked too much.

    guess: price per edge, what one kW more costs, prize per user.
    """
    price, per_kw, _ = guess
    measure(streets, users, prices, tree)
    if not overloaded(streets, prices, tree):
        return False
    swap_streets(streets, users, prices, tree, (price, per_kw, ANY))
    measure(streets, users, prices, tree)
    return True


@compiled
def trade_users(streets: Streets, users: Users, prices: Prices, tree: Tree, per_kw: Floats) -> float:
    """Take in users for whom others of less worth must go, one at a time, while it pays; the cost - value of the tree."""
    total, order = measure(streets, users, prices, tree), by_worth(users, tree, per_kw)
    for place in range(len(order) - 1, -1, -1):
        user = order[place]
        if tree.on[user] or tree.parent[users.node[user]] < 0 or users.value[user] <= 0:
            continue
        before = tree.on.copy()
        tree.on[user] = True
        measure(streets, users, prices, tree)
        leave_out(streets, users, prices, tree, order[:place])
        now = measure(streets, users, prices, tree)
        if now < total - STEP:
            total = now
        else:
            tree.on[:] = before
    return measure(streets, users, prices, tree)
