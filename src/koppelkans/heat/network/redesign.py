"""The design again after a lever moved prices: from the tree that stands, not from nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from koppelkans.errors import DataError
from koppelkans.heat.network.bound import Bound, Lines, ascent_bound
from koppelkans.heat.network.instance import Design, Instance, NetworkLimits
from koppelkans.heat.network.kernel import bounded, proven, traded, within_source
from koppelkans.heat.network.prepare import prepare
from koppelkans.heat.network.problem import Problem
from koppelkans.heat.network.read import read_design
from koppelkans.heat.network.search import (
    HOPE,
    PAID,
    START_FLOW,
    UNUSED_FLOW,
    Found,
    best_of,
    copied,
    grown,
    guess_at,
    improved,
    next_guess,
    shaken,
    starts,
    tree_of,
)
from koppelkans.heat.network.trees import paid_nodes
from koppelkans.heat.network.truecost import Tree, bare_tree, measure


def redesigned(design: Design, instance: Instance, limits: NetworkLimits) -> Design:
    """The design of ``instance``, whose prices or values differ from those that ``design`` was made for; with a bound of its own.

    The streets and customers of the design are moved as far as the new prices make worth while, and one more tree is made over what the bound pays
    for. The bound is that of a full ascent under the new prices; nothing of the old proof is carried over. The tree can be dearer than that of
    ``design_network``, which searches longer; never dearer than the old streets and customers at the new prices.

    Raises DataError when the instance has other streets or customers than the design; otherwise as ``design_network``.
    Method: docs/method.md#network-again.
    """
    if len(design.connected) != len(instance.customer_kw) or len(design.reduced_eur) != len(instance.tail):
        raise DataError(
            f"the design has {len(design.reduced_eur)} streets and {len(design.connected)} customers, the instance {len(instance.tail)} and "
            f"{len(instance.customer_kw)}; only prices, values and permissions may change"
        )
    problem = prepare(instance)
    if not len(problem.users.kw):
        return read_design(problem, None, 0.0)
    under, bound, toll, _, guide = bounded(problem)
    best = _from_tree(problem, guide, design, replace(bound, toll=toll), limits)
    best = within_source(problem, under, traded(problem, guide, best))
    return proven(problem, best, bound)


def _from_tree(problem: Problem, under: Lines, design: Design, bound: Bound, limits: NetworkLimits) -> Found:
    """The best of the old tree after all moves and trees over what the bound pays for, at two guesses of the flows; then some shakes."""
    usual_kw = float(np.median(problem.users.kw))
    old = tree_again(problem, design)
    first = Found(float(measure(problem.streets, problem.users, problem.prices, old)), old)
    start = guess_at(problem, under, np.full(len(problem.streets.tail), START_FLOW * usual_kw), bound.toll)
    inside = paid_nodes(problem.streets, bound.left, PAID)
    guess = next_guess(problem, under, first, UNUSED_FLOW * usual_kw, bound.toll)
    best = best_of(
        [
            improved(problem, guess, copied(old)),
            *starts(problem, start, inside),
            *starts(problem, start, grown(problem, start)),
        ]
    )
    random = np.random.default_rng(limits.seed)
    for _ in range(limits.search_rounds):
        if bound.meets(best.value):
            break
        guess = next_guess(problem, under, best, UNUSED_FLOW * usual_kw, bound.toll)
        inside = paid_nodes(problem.streets, ascent_bound(problem, guess.under, toll=bound.toll).left, PAID)
        both = inside | (best.tree.parent >= 0)
        best = best_of(
            [best, *(improved(problem, guess, tree_of(problem, guess, nodes, 0.0), HOPE) for nodes in (inside, both))]
        )
        best = best_of([best, shaken(problem, guess, best, random)])
    return best


def tree_again(problem: Problem, design: Design) -> Tree:
    """The design in the numbers of the problem, as far as its streets and customers still stand."""
    edge_at, node_at = np.full(len(problem.instance.tail), -1), np.full(problem.instance.node_count, -1)
    edge_at[problem.edge_of], node_at[problem.node_of] = (
        np.arange(len(problem.edge_of)),
        np.arange(len(problem.node_of)),
    )
    edge = edge_at[design.edge]
    up = node_at[design.upstream[edge >= 0]]
    edge = edge[edge >= 0]
    down = problem.streets.tail[edge] + problem.streets.head[edge] - up
    tree = bare_tree(problem)
    tree.parent[down], tree.edge[down] = up, edge
    tree.on[:] = design.connected[problem.user_of]
    measure(problem.streets, problem.users, problem.prices, tree)
    reached = np.zeros(len(tree.parent), dtype=bool)
    reached[tree.order[: tree.size[0]]] = True
    tree.parent[~reached] = -1
    return tree
