"""Hang a part of the tree onto another street, and drop what that leaves without use."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from koppelkans.heat.network.compiled import compiled
from koppelkans.heat.network.graft import Reach, reach_out
from koppelkans.heat.network.instance import Floats, Ints
from koppelkans.heat.network.moves import STEP, branch_sums, cut_branch, transport
from koppelkans.heat.network.problem import Prices, Streets, Users
from koppelkans.heat.network.truecost import Tree, climb, climb_home, measure, peak_without, pipe

# exchanges that are evaluated per side of a loop
TRIED = 4


class Loop(NamedTuple):
    """A link between two nodes of the tree, and their paths to the node where these meet.

    ``link[:sizes[0]]`` nodes and ``link_edge[:sizes[0] - 1]`` edges from the first end to the other, both ends included;
    ``one[:sizes[1]]`` and ``two[:sizes[2]]`` the paths up from either end, the meeting node included.
    """

    link: Ints
    link_edge: Ints
    one: Ints
    two: Ints
    sizes: Ints


class Sums(NamedTuple):
    """Per node of a measured tree: cost and value of its branch, guess of transport per kW; scratch for the cuts of a loop."""

    spent: Floats
    worth: Floats
    rate: Floats
    guess: Floats
    top: Ints


@compiled
def backwards(path: Ints, size: int) -> None:
    """Turn the first ``size`` items around."""
    for place in range(size // 2):
        path[place], path[size - 1 - place] = path[size - 1 - place], path[place]


@compiled
def close_loop(streets: Streets, tree: Tree, reach: Reach, edge: int, loop: Loop) -> bool:
    """Fill in the loop that an edge outside the tree closes; False when it closes none."""
    x, y = streets.tail[edge], streets.head[edge]
    a, b = reach.base[x], reach.base[y]
    if a < 0 or b < 0 or a == b or tree.parent[a] < 0 or tree.parent[b] < 0:
        return False
    if (tree.parent[x] == y and tree.edge[x] == edge) or (tree.parent[y] == x and tree.edge[y] == edge):
        return False
    size, node = 0, x
    while node != a:
        if tree.parent[node] >= 0:
            return False
        loop.link[size], loop.link_edge[size] = node, reach.edge[node]
        size, node = size + 1, reach.before[node]
    loop.link[size] = a
    size += 1
    backwards(loop.link, size)
    backwards(loop.link_edge, size - 1)
    loop.link_edge[size - 1], node = edge, y
    while node != b:
        if tree.parent[node] >= 0:
            return False
        loop.link[size], loop.link_edge[size] = node, reach.edge[node]
        size, node = size + 1, reach.before[node]
    loop.link[size] = b
    loop.sizes[0] = size + 1
    loop.sizes[1], loop.sizes[2] = up_to_root(tree, a, loop.one), up_to_root(tree, b, loop.two)
    while loop.sizes[1] > 1 and loop.sizes[2] > 1 and loop.one[loop.sizes[1] - 2] == loop.two[loop.sizes[2] - 2]:
        loop.sizes[1] -= 1
        loop.sizes[2] -= 1
    return True


@compiled
def up_to_root(tree: Tree, node: int, path: Ints) -> int:
    """Write the path from a node to the root; its length."""
    size = 1
    path[0] = node
    while tree.parent[node] != node:
        node = tree.parent[node]
        path[size] = node
        size += 1
    return size


@compiled
def turned_over(streets: Streets, prices: Prices, tree: Tree, loop: Loop, cut: int) -> tuple[float, float, int, float]:
    """Change of cost when the part above ``one[cut]`` is cut off and flows run backwards to the start and over the link.

    Result: change, then what the link takes at its far end, for how many users, with which design flow.
    """
    node = loop.one[cut]
    change = -tree.cost[node]
    kw, count, peak = tree.kw[node], tree.served[node], tree.peak[node]
    if cut > 0:
        below = loop.one[cut - 1]
        kw, count = kw - tree.taken[below], count - tree.served[below]
        peak = peak_without(tree, node, tree.design[below])
    for place in range(cut, 0, -1):
        node = loop.one[place - 1]
        taken, design, cost = pipe(streets, prices, tree.edge[node], kw, count, peak)
        change += cost - tree.cost[node]
        kw, count, rest = tree.kw[node] + taken, count + tree.served[node], tree.peak[node]
        if place > 1:
            below = loop.one[place - 2]
            kw, count = kw - tree.taken[below], count - tree.served[below]
            rest = peak_without(tree, node, tree.design[below])
        peak = max(design, rest)
    for place in range(loop.sizes[0] - 1):
        kw, peak, cost = pipe(streets, prices, loop.link_edge[place], kw, count, peak)
        change += cost
    return change, kw, count, peak


@compiled
def exchange_change(streets: Streets, users: Users, prices: Prices, tree: Tree, loop: Loop, cut: int) -> float:
    """Change of the true cost when the edge above ``one[cut]`` goes and the link comes."""
    change, kw, count, peak = turned_over(streets, prices, tree, loop, cut)
    top, end = loop.one[loop.sizes[1] - 1], loop.two[0]
    child_two, design_two, gained = -1, peak, kw
    if end != top:
        child_two = loop.two[loop.sizes[2] - 2]
        flow = (tree.kw[end] + kw, tree.served[end] + count, max(tree.peak[end], peak))
        more, taken, _, design_two = climb(streets, prices, tree, (end, top), flow)
        change += more
        gained = taken - tree.taken[child_two]
    child_one, design_one = loop.one[loop.sizes[1] - 2], 0.0
    lost = tree.taken[child_one]
    if cut < loop.sizes[1] - 2:
        node, below = loop.one[cut + 1], loop.one[cut]
        flow = (
            tree.kw[node] - tree.taken[below], tree.served[node] - tree.served[below],
            peak_without(tree, node, tree.design[below]),
        )  # fmt: skip
        more, taken, _, design_one = climb(streets, prices, tree, (node, top), flow)
        change += more
        lost -= taken
    peak = max(design_one, design_two, peak_beside(streets, users, tree, top, (child_one, child_two)))
    if abs(gained - lost) < 1e-9 and peak == tree.peak[top]:
        return change
    return change + climb_home(streets, prices, tree, top, (tree.kw[top] + gained - lost, tree.served[top], peak))


@compiled
def peak_beside(streets: Streets, users: Users, tree: Tree, node: int, skip: tuple[int, int]) -> float:
    """The largest design flow below a node without two of its children (-1: none)."""
    peak = 0.0
    for user in range(users.start[node], users.start[node + 1]):
        if tree.on[user]:
            peak = max(peak, users.own_kw[user])
    for place in range(streets.start[node], streets.start[node + 1]):
        child = streets.near[place]
        if tree.parent[child] == node and child != node and child != skip[0] and child != skip[1]:
            peak = max(peak, tree.design[child])
    return peak


@compiled
def exchange(tree: Tree, loop: Loop, cut: int) -> None:
    """Carry the exchange out; the flows must be measured again."""
    for place in range(cut, 0, -1):
        tree.parent[loop.one[place]] = loop.one[place - 1]
        tree.edge[loop.one[place]] = tree.edge[loop.one[place - 1]]
    for place in range(loop.sizes[0] - 1):
        tree.parent[loop.link[place]] = loop.link[place + 1]
        tree.edge[loop.link[place]] = loop.link_edge[place]


@compiled
def likely_cuts(tree: Tree, link_price: float, per_kw: Floats, loop: Loop, sums: Sums) -> None:
    """Per cut a guess of ``exchange_change`` at a constant price per kW and edge, into ``sums.guess``.

    What is left hanging above the cut may not be worth its edges any more: ``sums.top`` is the node of the path with which
    it is best dropped (-1: keep it), and the guess counts that.
    """
    last = loop.sizes[1] - 2
    here, there = 0.0, 0.0
    for place in range(loop.sizes[0] - 1):
        there += per_kw[loop.link_edge[place]]
    for place in range(loop.sizes[2] - 1):
        there += per_kw[tree.edge[loop.two[place]]]
    extra, top = 0.0, -1
    for cut in range(last, -1, -1):
        sums.guess[cut], sums.top[cut] = link_price - extra, top
        if cut == 0:
            break
        node, below = loop.one[cut], loop.one[cut - 1]
        side_kw = tree.kw[node] - tree.taken[below]
        beside = (sums.worth[node] - sums.worth[below]) - (sums.spent[node] - tree.cost[node] - sums.spent[below])
        fixed = tree.cost[node] - per_kw[tree.edge[node]] * tree.taken[node]
        more = extra + fixed - max(0.0, beside - side_kw * sums.rate[node])
        extra, top = (more, node if top < 0 else top) if more > 0 else (0.0, -1)
        here += per_kw[tree.edge[node]]
    back, carried = 0.0, 0.0
    for cut in range(last + 1):
        node = loop.one[cut]
        if cut > 0:
            below = loop.one[cut - 1]
            back += per_kw[tree.edge[below]]
            carried += per_kw[tree.edge[below]] * tree.taken[below]
            here -= per_kw[tree.edge[node]]
        sums.guess[cut] += tree.kw[node] * (there + back - here) - tree.cost[node] - 2.0 * carried


@compiled
def turn_around(loop: Loop) -> Loop:
    """The same loop seen from the other end of its link."""
    size = loop.sizes[0]
    backwards(loop.link, size)
    backwards(loop.link_edge, size - 1)
    sizes = loop.sizes.copy()
    sizes[1], sizes[2] = loop.sizes[2], loop.sizes[1]
    return Loop(loop.link, loop.link_edge, loop.two, loop.one, sizes)


@compiled
def try_out(
    streets: Streets, users: Users, prices: Prices, tree: Tree, loop: Loop, way: tuple[int, int, float]
) -> float:
    """Exchange at a cut, drop the branch of a node (-1: none), keep it if it is better than before; the value then.

    way: cut, node to drop, value before.
    """
    cut, top, before = way
    parent, edge, on = tree.parent.copy(), tree.edge.copy(), tree.on.copy()
    exchange(tree, loop, cut)
    now = measure(streets, users, prices, tree)
    if top >= 0:
        cut_branch(tree, top)
        now = measure(streets, users, prices, tree)
    if now < before - STEP:
        return now
    tree.parent[:], tree.edge[:], tree.on[:] = parent, edge, on
    return measure(streets, users, prices, tree)


@compiled
def swap_loop(
    streets: Streets,
    users: Users,
    prices: Prices,
    tree: Tree,
    loop: Loop,
    given: tuple[Floats, Sums, float, float, float],
) -> float:
    """Try the likeliest exchanges of one side of a loop until one saves; the value of the tree then.

    given: guess per kW and edge, sums, price of the link, value before, guess of the change up to which an exchange is tried.
    """
    per_kw, sums, link_price, before, hope = given
    size = loop.sizes[1] - 1
    likely_cuts(tree, link_price, per_kw, loop, sums)
    for _ in range(min(TRIED, size)):
        cut = int(np.int64(0))  # a plain 0 is a type of its own: numba would compile all below twice
        for place in range(1, size):
            if sums.guess[place] < sums.guess[cut]:
                cut = place
        if sums.guess[cut] > hope:
            break
        sums.guess[cut] = np.inf
        if sums.top[cut] >= 0 or exchange_change(streets, users, prices, tree, loop, cut) < -STEP:
            now = try_out(streets, users, prices, tree, loop, (cut, sums.top[cut], before))
            if now < before - STEP:
                return now
    return before


@compiled
def summed(users: Users, tree: Tree, per_kw: Floats, source: float) -> Sums:
    """The sums of a measured tree."""
    nodes = len(tree.parent)
    spent, worth = np.zeros(nodes), np.zeros(nodes)
    branch_sums(users, tree, spent, worth)
    rate = transport(tree, per_kw) + source
    return Sums(spent, worth, rate, np.empty(nodes), np.full(nodes, -1, dtype=np.int64))


@compiled
def swap_streets(
    streets: Streets, users: Users, prices: Prices, tree: Tree, guess: tuple[Floats, Floats, float]
) -> float:
    """For every link outside the tree: exchanges with an edge of its loop, as long as they save; what was won.

    guess: price per edge, for the ways outside the tree; what one kW more costs on an edge; hope: an exchange is tried when
    the guess of its change is at most this share of the price of its link.
    """
    price, per_kw, hope = guess
    nodes = len(tree.parent)
    reach = reach_out(streets, tree, price)
    loop = Loop(
        np.empty(nodes + 1, dtype=np.int64), np.empty(nodes + 1, dtype=np.int64), np.empty(nodes, dtype=np.int64),
        np.empty(nodes, dtype=np.int64), np.zeros(3, dtype=np.int64),
    )  # fmt: skip
    first = total = measure(streets, users, prices, tree)
    sums = summed(users, tree, per_kw, prices.source)
    for edge in range(len(streets.tail)):
        if not close_loop(streets, tree, reach, edge, loop):
            continue
        link_price = 0.0
        for place in range(loop.sizes[0] - 1):
            link_price += price[loop.link_edge[place]]
        now = swap_loop(streets, users, prices, tree, loop, (per_kw, sums, link_price, total, hope * link_price))
        if now == total:
            other = turn_around(loop)
            now = swap_loop(streets, users, prices, tree, other, (per_kw, sums, link_price, total, hope * link_price))
        if now < total:
            total = now
            sums = summed(users, tree, per_kw, prices.source)
    return first - total
