"""Moves that lower the true cost of a tree: drop branches and users, take users in, exchange one street for another."""

from __future__ import annotations

import numpy as np

from koppelkans.heat.network.compiled import compiled
from koppelkans.heat.network.instance import Floats
from koppelkans.heat.network.problem import Prices, Streets, Users
from koppelkans.heat.network.truecost import HUGE, Tree, climb_home, measure, peak_without, plenty

# an improvement counts from here on, in units of the problem
STEP = 1e-7
# a guess of the cost of transport is right within this factor
DOUBT = 3.0


@compiled
def transport(tree: Tree, per_kw: Floats) -> Floats:
    """Per node of a measured tree what one kW more costs on its path from the root, at a guess per edge."""
    rate = np.zeros(len(tree.parent))
    for place in range(1, tree.size[0]):
        node = tree.order[place]
        rate[node] = rate[tree.parent[node]] + per_kw[tree.edge[node]]
    return rate


@compiled
def toggle_users(streets: Streets, users: Users, prices: Prices, tree: Tree, per_kw: Floats) -> float:
    """Connect or leave out users at nodes of the tree, one at a time, while it pays; what was won.

    The tree must be measured; it is afterwards. Connected users for whom the guess ``per_kw`` leaves no doubt are not tried.
    """
    won, rate = 0.0, transport(tree, per_kw)
    for user in range(len(users.kw)):
        node, kw, own = users.node[user], users.kw[user], users.own_kw[user]
        if tree.parent[node] < 0 or (users.must[user] and tree.on[user]):
            continue
        about = kw * (prices.source + rate[node])
        sure = plenty(streets, prices, tree)
        if tree.on[user]:
            if sure and users.value[user] > DOUBT * about:
                continue
            flow = (tree.kw[node] - kw, tree.served[node] - 1, peak_without(tree, node, own))
            change = climb_home(streets, prices, tree, node, flow) + users.value[user]
        else:
            # no guess here: a pipe with room left takes another user for nothing, whatever the usual price of a kW
            if not users.must[user] and users.value[user] <= kw * prices.source:
                continue
            flow = (tree.kw[node] + kw, tree.served[node] + 1, max(tree.peak[node], own))
            change = climb_home(streets, prices, tree, node, flow) - users.value[user]
        if change < -STEP or users.must[user]:
            tree.on[user] = not tree.on[user]
            measure(streets, users, prices, tree)
            won -= change
    return won


@compiled
def branch_sums(users: Users, tree: Tree, spent: Floats, worth: Floats) -> None:
    """Per node: the cost of its branch with the edge to it, and the value of the users on it (huge with a compulsory one)."""
    for place in range(tree.size[0]):
        node = tree.order[place]
        spent[node] = tree.cost[node]
        worth[node] = 0.0
        for user in range(users.start[node], users.start[node + 1]):
            if tree.on[user]:
                worth[node] += HUGE if users.must[user] else users.value[user]
    for place in range(tree.size[0] - 1, 0, -1):
        node = tree.order[place]
        spent[tree.parent[node]] += spent[node]
        worth[tree.parent[node]] += worth[node]


@compiled
def cut_branch(tree: Tree, top: int) -> None:
    """Take a node and all below it out of a measured tree."""
    tree.parent[top] = -1
    for place in range(1, tree.size[0]):
        node = tree.order[place]
        if tree.parent[node] >= 0 and tree.parent[tree.parent[node]] < 0:
            tree.parent[node] = -1


@compiled
def drop_branches(streets: Streets, users: Users, prices: Prices, tree: Tree, per_kw: Floats) -> float:
    """Drop branches whose users are worth less than what their absence saves, from the ends inwards; what was won.

    Branches for which the guess ``per_kw`` leaves no doubt are not tried.
    """
    nodes, rate = len(tree.parent), transport(tree, per_kw)
    spent, worth = np.zeros(nodes), np.zeros(nodes)
    branch_sums(users, tree, spent, worth)
    order, won = tree.order[: tree.size[0]].copy(), 0.0
    for place in range(len(order) - 1, 0, -1):
        node = order[place]
        up = tree.parent[node]
        if up < 0 or worth[node] >= HUGE / 2:
            continue
        about = spent[node] + DOUBT * tree.taken[node] * (prices.source + rate[up])
        if tree.served[node] > 0 and worth[node] > about and plenty(streets, prices, tree):
            continue
        change = -np.inf
        if tree.served[node] > 0:
            peak = peak_without(tree, up, tree.design[node])
            flow = (tree.kw[up] - tree.taken[node], tree.served[up] - tree.served[node], peak)
            change = climb_home(streets, prices, tree, up, flow) + worth[node] - spent[node]
        if change < -STEP:
            cut_branch(tree, node)
            measure(streets, users, prices, tree)
            branch_sums(users, tree, spent, worth)
            won += max(0.0, -change) if change > -np.inf else 0.0
    return won
