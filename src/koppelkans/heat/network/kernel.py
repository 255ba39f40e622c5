"""The design of a network: prepare, bound, search, and read the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from koppelkans.errors import InfeasibleError
from koppelkans.heat.network.bound import Bound, Lines, ascent_bound, lines
from koppelkans.heat.network.instance import Design, Instance, Ints, NetworkLimits
from koppelkans.heat.network.prepare import prepare
from koppelkans.heat.network.problem import Problem, most_kw
from koppelkans.heat.network.read import read_design
from koppelkans.heat.network.relief import trade_users
from koppelkans.heat.network.scarcity import scarce_sources, source_starts
from koppelkans.heat.network.search import (
    PAID,
    START_FLOW,
    Found,
    best_of,
    copied,
    grown,
    guess_at,
    improved,
    next_guess,
    node_worth,
    search,
    tree_of,
)  # fmt: skip
from koppelkans.heat.network.trees import paid_nodes, prune, span
from koppelkans.heat.network.truecost import Tree

HALVINGS = 24


def design_network(instance: Instance, limits: NetworkLimits) -> Design:
    """The tree of least yearly cost less the value of the connected customers, with a proven bound.

    Minimise  sum over used edges of their cost + source price x kW at the root - sum over connected customers of their value,
    over all trees from the root that connect every compulsory and no excluded customer and keep within the source.

    Limits are counts, so the same instance gives the same design everywhere; the labels of nodes, edges and customers do not
    matter as long as no two places are alike in every figure. No customer worth connecting: an empty design.
    Raises DataError for arrays that do not fit; InfeasibleError when a compulsory customer cannot be reached, or all of them
    together need more than the source or the largest pipe gives.
    Method: docs/method.md#network-design.
    """
    problem = prepare(instance)
    if not len(problem.users.kw):
        return read_design(problem, None, 0.0)
    under, bound, toll, behind, guide = bounded(problem)
    others = None
    if len(problem.sources) > 1:
        inside = paid_nodes(problem.streets, bound.left, PAID)
        others = (
            under,
            [
                tree
                for one in [under, guide][: 1 + (guide is not under)]
                for tree in source_starts(problem, one, inside)
            ],
        )
    best = search(problem, guide, replace(bound, toll=toll), limits, others)
    best = within_source(problem, under, traded(problem, guide, best))
    bound = best_bound(problem, behind, (bound, best.value, toll), limits.ascent_rounds)
    return proven(problem, best, bound)


class Bounded(NamedTuple):
    """The floor ``under`` all costs, the ``bound`` it gives, the ``toll`` of a scarce source [units/kW], the lines ``behind`` the bound, and those that
    should ``guide`` a search.
    """

    under: Lines
    bound: Bound
    toll: float
    behind: Lines
    guide: Lines


def bounded(problem: Problem) -> Bounded:
    """What the first ascents say of a problem."""
    under = lines(problem)
    bound = ascent_bound(problem, under)
    toll = _scarce_toll(problem, under, bound)
    if toll > 0:
        bound = max(bound, ascent_bound(problem, under, toll=toll), key=_height)
    bound, behind, guide = scarce_sources(problem, under, bound)
    return Bounded(under, bound, toll, behind, guide)


def proven(problem: Problem, best: Found, bound: Bound) -> Design:
    """The tree in the numbers of the instance, with the bound and its proof."""
    found = read_design(problem, best.tree, bound.value * problem.unit_eur, bound.left * problem.unit_eur)
    return replace(found, proof=bound.proof)


def traded(problem: Problem, under: Lines, best: Found) -> Found:
    """The tree after trading users, where a source or an old pipe may be too small for all (see ``trade_users``)."""
    if len(problem.prices.slope) == 1:
        return best
    guess = next_guess(problem, under, best, float(np.median(problem.users.kw)), 0.0)
    tree = copied(best.tree)
    value = float(trade_users(problem.streets, problem.users, problem.prices, tree, guess.per_kw))
    return best_of([best, Found(value, tree)])


def _height(bound: Bound) -> float:
    return bound.value


def best_bound(problem: Problem, under: Lines, found: tuple[Bound, float, float], rounds: int) -> Bound:
    """The best of some more ascents with the users in another order, as long as a gap is left.

    found: the bound and the value of the tree so far, and the toll of a scarce source.
    """
    best, value, toll = found
    near = np.arange(len(problem.users.kw))
    small = np.empty_like(near)
    small[np.lexsort((near, problem.users.kw))] = near
    orders: tuple[tuple[float, Ints], ...] = (
        (1.25, near), (1.0, small), (0.5, near), (1.1, small), (2.0, near), (1.0, near[::-1].copy()), (1.5, small),
    )  # fmt: skip
    for slack, rank in orders[: max(rounds - 1, 0)]:
        if best.meets(value):
            break
        best = max(best, ascent_bound(problem, under, toll=toll, slack=slack, rank=rank), key=_height)
    return best


def _scarce_toll(problem: Problem, under: Lines, bound: Bound) -> float:
    """What a kW must cost on top for the users of a quick tree to fit the source; 0 when they fit as it is [units/kW]."""
    users, prices = problem.users, problem.prices
    if not np.isfinite(prices.source_kw):
        return 0.0
    inside = paid_nodes(problem.streets, bound.left, PAID)
    flow = np.full(len(problem.streets.tail), START_FLOW * float(np.median(users.kw)))

    def power_kw(toll: float) -> float:
        guess = guess_at(problem, under, flow, toll)
        parent, edge = span(problem.streets, guess.usual, inside | grown(problem, guess), 0.0)
        prune(problem.streets, guess.usual, node_worth(problem, guess), parent, edge)
        served = (parent[users.node] >= 0) & (guess.prize > 0)
        return (prices.flat + prices.shared / max(int(served.sum()), 1)) * float(users.kw[served].sum())

    if power_kw(0.0) <= prices.source_kw:
        return 0.0
    low, high = 0.0, float((users.value / np.maximum(users.kw, 1e-9)).max(initial=0.0))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if power_kw(middle) <= prices.source_kw else (middle, high)
    return high


def within_source(problem: Problem, under: Lines, best: Found) -> Found:
    """The tree itself if source and pipes can carry it, else one with the compulsory customers alone.

    Raises InfeasibleError when even these are too much.
    """
    if not _clash(problem, best.tree):
        return best
    guess = guess_at(problem, under, np.full(len(problem.streets.tail), float(np.median(problem.users.kw))), 0.0)
    guess.prize[~problem.users.must] = -1.0
    everything = np.ones(len(problem.streets.start) - 1, dtype=bool)
    alone = improved(problem, guess, tree_of(problem, guess, everything, 0.0))
    if clash := _clash(problem, alone.tree):
        raise InfeasibleError(clash)
    return alone


def _clash(problem: Problem, tree: Tree) -> str:
    """What the tree needs and does not get; empty when all is well."""
    prices, root = problem.prices, problem.streets.root
    count = max(int(tree.served[root]), 1)
    asked = max((prices.flat + prices.shared / count) * float(tree.kw[root]), float(tree.peak[root]))
    if asked > prices.source_kw * (1 + 1e-9):
        return (
            f"the customers that must connect ask {asked:.0f} kW of the source together ({tree.kw[root]:.0f} kW without "
            f"coincidence), but it gives {prices.source_kw:.0f} kW; give the source more power or let customers free"
        )
    used = tree.order[1 : tree.size[0]]
    largest = most_kw(prices)[problem.streets.kind[tree.edge[used]]]
    over = used[tree.design[used] > largest * (1 + 1e-9)]
    if not len(over):
        return ""
    worst = over[np.argmax(tree.design[over])]
    limit_kw = most_kw(prices)[problem.streets.kind[tree.edge[worst]]]
    if tree.edge[worst] in problem.sources:
        return (
            f"the customers that must connect ask {tree.design[worst]:.0f} kW of one of the sources, but it gives {limit_kw:.0f} kW; "
            "give the sources more power or let customers free"
        )
    return (
        f"a pipe to customers that must connect has to carry {tree.design[worst]:.0f} kW, but the largest pipe of the table carries "
        f"{limit_kw:.0f} kW; add a larger pipe or let customers free"
    )
