"""Moves of packages: what a connected customer takes in its building, with less power or more, at the true cost of the tree."""

from __future__ import annotations

import numpy as np

from koppelkans.heat.network.compiled import compiled, inlined
from koppelkans.heat.network.instance import Floats, Ints
from koppelkans.heat.network.moves import STEP
from koppelkans.heat.network.problem import Choices, Prices, Streets, Users
from koppelkans.heat.network.truecost import Tree, climb_home, measure, peak_without

# a pipe is tried one size smaller when its customers must ask at most this share less together
LESS = 0.15


@inlined
def take(users: Users, choices: Choices, user: int, package: int) -> None:
    """Give a user a package."""
    choices.pick[user] = package
    users.kw[user] = choices.kw[user, package]
    users.own_kw[user] = choices.own_kw[user, package]
    users.value[user] = choices.value[user, package]


@compiled
def switch_packages(streets: Streets, users: Users, prices: Prices, tree: Tree, choices: Choices) -> float:
    """Give users at nodes of the tree the package that costs least, connecting them if need be, one at a time; what was won.

    Who gave up most for its package goes first. The tree must be measured; it is afterwards. ``users`` and ``choices.pick`` are changed in place.
    """
    won, given_up = 0.0, np.zeros(len(users.kw))
    for user in range(len(users.kw)):
        given_up[user] = users.value[user] - choices.value[user].max()
    for user in np.argsort(given_up, kind="mergesort"):
        node, on = users.node[user], tree.on[user]
        if tree.parent[node] < 0:
            continue
        kw, served, rest, worth = tree.kw[node], tree.served[node], tree.peak[node], 0.0
        if on:
            kw, served, worth = kw - users.kw[user], served - 1, users.value[user]
            rest = peak_without(tree, node, users.own_kw[user])
        least, best = -STEP, -1
        for package in range(choices.kw.shape[1]):
            value = choices.value[user, package]
            if (on and package == choices.pick[user]) or not np.isfinite(value):
                continue
            flow = (kw + choices.kw[user, package], served + 1, max(rest, choices.own_kw[user, package]))
            change = climb_home(streets, prices, tree, node, flow) + worth - value
            if change < least:
                least, best = change, package
        if best >= 0:
            take(users, choices, user, best)
            tree.on[user] = True
            measure(streets, users, prices, tree)
            won -= least
    return won


@compiled
def spans(tree: Tree) -> tuple[Ints, Ints]:
    """Per node of a measured tree where its branch begins and ends in a walk that never leaves a branch before all of it is seen."""
    nodes = len(tree.parent)
    inside, begin = np.zeros(nodes, dtype=np.int64), np.full(nodes, -1, dtype=np.int64)
    for place in range(tree.size[0] - 1, -1, -1):
        node = tree.order[place]
        inside[node] += 1
        if place > 0:
            inside[tree.parent[node]] += inside[node]
    filled = np.zeros(nodes, dtype=np.int64)
    for place in range(tree.size[0]):
        node = tree.order[place]
        if place == 0:
            begin[node] = 0
        else:
            up = tree.parent[node]
            begin[node] = begin[up] + 1 + filled[up]
            filled[up] += inside[node]
    return begin, begin + inside


@compiled
def cheapest_less(users: Users, choices: Choices) -> tuple[Ints, Floats]:
    """Per user the smaller package that costs least per kW less (-1: none), and that cost."""
    count = len(users.kw)
    package, price = np.full(count, -1, dtype=np.int64), np.full(count, np.inf)
    for user in range(count):
        for other in range(choices.kw.shape[1]):
            less = users.kw[user] - choices.kw[user, other]
            if less <= 0 or not np.isfinite(choices.value[user, other]):
                continue
            asked = (users.value[user] - choices.value[user, other]) / less
            if asked < price[user]:
                package[user], price[user] = other, asked
    return package, price


@compiled
def excess(streets: Streets, prices: Prices, tree: Tree, node: int) -> float:
    """How many kW less must reach a node of a measured tree for the pipe to it to be one size smaller; infinite for none or the smallest one."""
    kind = streets.kind[tree.edge[node]]
    level = prices.first[kind]
    while level < prices.first[kind + 1] - 1 and prices.cap_kw[level] < tree.design[node] * (1 - 1e-12):
        level += 1
    if tree.served[node] == 0 or level == prices.first[kind]:
        return np.inf
    return float(tree.taken[node] - prices.cap_kw[level - 1] / (prices.flat + prices.shared / tree.served[node]))


@compiled
def take_less(
    users: Users, choices: Choices, tree: Tree, inside: tuple[Ints, Ints, int], less: tuple[Ints, Ints], asked: float
) -> float:
    """Give connected users of a branch smaller packages, in order, until these ask ``asked`` kW less together; what they ask less.

    inside: ``spans`` and the top of the branch; less: users in order, and the package of each (-1: none).
    """
    (begin, end, top), (order, package), saved = inside, less, 0.0
    for user in order:
        if saved >= asked or package[user] < 0:
            break
        if tree.on[user] and begin[top] <= begin[users.node[user]] < end[top]:
            smaller = users.kw[user] - choices.kw[user, package[user]]
            if smaller > 0:
                take(users, choices, user, package[user])
                saved += smaller
    return saved


@compiled
def promising(streets: Streets, prices: Prices, tree: Tree) -> Ints:
    """Nodes of a measured tree whose pipe may become a size smaller, least kW per money saved first; money: of the pipe and the dearest way below it
    whose pipes ask for the same.
    """
    nodes = len(tree.parent)
    below, ratio = np.zeros(nodes), np.full(nodes, np.inf)
    for place in range(tree.size[0] - 1, 0, -1):
        node = tree.order[place]
        asked = excess(streets, prices, tree, node)
        if asked <= 0 or asked > LESS * tree.taken[node]:
            continue
        edge, kind = tree.edge[node], streets.kind[tree.edge[node]]
        level = prices.first[kind] + 1
        while level < prices.first[kind + 1] - 1 and prices.cap_kw[level] < tree.design[node] * (1 - 1e-12):
            level += 1
        money = below[node] + streets.length_m[edge] * (prices.level[level] - prices.level[level - 1])
        ratio[node] = asked / max(money, STEP)
        below[tree.parent[node]] = max(below[tree.parent[node]], money)
    order = np.argsort(ratio, kind="mergesort")
    return order[: np.sum(np.isfinite(ratio))]


@compiled
def step_down(streets: Streets, users: Users, prices: Prices, tree: Tree, choices: Choices, tries: int) -> float:
    """Let pipes become one size smaller by giving the customers behind them smaller packages, the cheapest per kW first; what was won.

    The most promising pipes first, at most ``tries`` of them. The tree must be measured; it is afterwards.
    """
    before = measure(streets, users, prices, tree)
    won = 0.0
    package, price = cheapest_less(users, choices)
    less = (np.argsort(price, kind="mergesort"), package)
    begin, end = spans(tree)
    kept = choices.pick.copy()
    for node in promising(streets, prices, tree)[:tries]:
        asked = excess(streets, prices, tree, node)
        if asked <= 0 or not np.isfinite(asked):
            continue
        saved = take_less(users, choices, tree, (begin, end, node), less, asked)
        if saved <= 0:
            continue
        after = measure(streets, users, prices, tree) if saved >= asked else np.inf
        if after < before - STEP:
            won += before - after
            before = after
            kept[:] = choices.pick
            continue
        for user in range(len(kept)):
            if choices.pick[user] != kept[user]:
                take(users, choices, user, kept[user])
        measure(streets, users, prices, tree)
    return won
