"""The search for a good tree: start at guessed prices, improve on the true cost, guess again from what was found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from koppelkans.heat.network.bound import Bound, Lines, ascent_bound
from koppelkans.heat.network.compiled import compiled
from koppelkans.heat.network.exchange import swap_streets
from koppelkans.heat.network.graft import graft_branches
from koppelkans.heat.network.instance import Flags, Floats, NetworkLimits
from koppelkans.heat.network.moves import STEP, cut_branch, drop_branches, toggle_users
from koppelkans.heat.network.paths import distances
from koppelkans.heat.network.problem import Prices, Problem, Streets, Users
from koppelkans.heat.network.relief import by_worth, leave_out, relieve
from koppelkans.heat.network.trees import grow, paid_nodes, prune, span
from koppelkans.heat.network.truecost import HUGE, Tree, bare_tree, measure

PASSES = 40
PAID = 1e-7
# how far a shaken guess strays, and the shakes per round
NOISE = 0.4
SHAKES = 8
# hope of the moves of a start (see swap_streets); a street that is not used yet would carry so many median users
HOPE = 0.1
START_FLOW = 30.0
UNUSED_FLOW = 3.0


@dataclass(frozen=True, slots=True)
class Guess:
    """Prices that are right near one design: per edge a line ``under`` its cost, its slope and its height at a usual flow.

    ``prize``: what each user is worth beyond its heat and the least transport to it; compulsory: very much.
    """

    under: Lines
    per_kw: Floats
    usual: Floats
    prize: Floats


@dataclass(frozen=True, slots=True)
class Found:
    """A tree and its true cost - value, in units."""

    value: float
    tree: Tree


@compiled
def improve(
    streets: Streets, users: Users, prices: Prices, tree: Tree, guess: tuple[Floats, Floats, Floats], hope: float
) -> float:
    """Repeat all moves until none pays; the cost - value of the tree.

    guess: per edge the usual price and what one kW more costs, per user the prize. hope: see ``swap_streets``.
    """
    price, per_kw, prize = guess
    measure(streets, users, prices, tree)
    if len(prices.slope) > 1:
        leave_out(streets, users, prices, tree, by_worth(users, tree, per_kw))
    for _ in range(PASSES):
        won = toggle_users(streets, users, prices, tree, per_kw)
        won += drop_branches(streets, users, prices, tree, per_kw)
        won += swap_streets(streets, users, prices, tree, (price, per_kw, hope))
        won += graft_branches(streets, users, prices, tree, price, prize)
        if won <= STEP:
            break
    return measure(streets, users, prices, tree)


def guess_at(problem: Problem, under: Lines, flow_kw: Floats, toll: float) -> Guess:
    """The lines that are lowest at a flow per edge. toll: what a kW at the source costs beyond its price, because it is scarce."""
    users = problem.users
    rows = np.arange(len(flow_kw))
    line = np.argmin(under.price + under.slope * flow_kw[:, None], axis=1)
    price, per_kw = under.price[rows, line], under.slope[rows, line]
    far = distances(problem.streets, per_kw)
    worth = users.value - users.kw * (problem.prices.source + toll + far[users.node])
    constant = problem.streets.loss_kw * problem.prices.source
    flow_kw = flow_kw.copy()
    flow_kw[problem.sources] = (
        0.0  # what a kW of a source costs is counted with the users, not with the edge that stands for it
    )
    return Guess(
        Lines(price[:, None], per_kw[:, None]),
        per_kw,
        price + per_kw * flow_kw + constant,
        np.where(users.must, HUGE, worth),
    )


def tree_of(problem: Problem, guess: Guess, inside: Flags, stretch: float) -> Tree:
    """The spanning tree over the nodes ``inside``, without what does not pay at the guessed prices."""
    parent, edge = span(problem.streets, guess.usual, inside, stretch)
    prune(problem.streets, guess.usual, node_worth(problem, guess), parent, edge)
    tree = bare_tree(problem)
    tree.parent[:], tree.edge[:], tree.on[:] = parent, edge, guess.prize > 0
    return tree


def starts(problem: Problem, guess: Guess, inside: Flags) -> list[Found]:
    """What the moves make of two spanning trees over the nodes ``inside``: of least price, and of rather short ways."""
    return [improved(problem, guess, tree_of(problem, guess, inside, stretch), HOPE) for stretch in (0.0, 0.5)]


def node_worth(problem: Problem, guess: Guess) -> Floats:
    """The prizes added up per node."""
    gain = np.maximum(guess.prize, 0.0)
    worth = np.zeros(len(problem.streets.start) - 1)
    np.add.at(worth, problem.users.node, gain)
    return worth


def improved(problem: Problem, guess: Guess, tree: Tree, hope: float = 0.0) -> Found:
    """The tree (changed in place) after all moves."""
    arrays = (guess.usual, guess.per_kw, guess.prize)
    other = copied(tree)
    if len(problem.prices.slope) > 1 and relieve(problem.streets, problem.users, problem.prices, other, arrays):
        moved = Found(float(improve(problem.streets, problem.users, problem.prices, other, arrays, hope)), other)
        left = Found(float(improve(problem.streets, problem.users, problem.prices, tree, arrays, hope)), tree)
        return best_of([moved, left])
    return Found(float(improve(problem.streets, problem.users, problem.prices, tree, arrays, hope)), tree)


def grown(problem: Problem, guess: Guess) -> Flags:
    """Nodes of a tree grown at the guessed prices."""
    return np.asarray(grow(problem.streets, guess.usual, node_worth(problem, guess)))


def flows(problem: Problem, tree: Tree) -> Floats:
    """Per edge what it carries in the tree, 0 where unused."""
    carried = np.zeros(len(problem.streets.tail))
    used = np.flatnonzero((tree.parent >= 0) & (tree.edge >= 0) & (tree.served > 0))
    carried[tree.edge[used]] = tree.taken[used]
    return carried


def copied(tree: Tree) -> Tree:
    """A tree that can be changed without changing this one."""
    return Tree._make(column.copy() for column in tree)


def best_of(found: list[Found]) -> Found:
    """The first of the cheapest."""
    return min(found, key=lambda one: one.value)


def next_guess(problem: Problem, under: Lines, best: Found, usual_kw: float, toll: float) -> Guess:
    """The guess at the flows of a tree; unused edges would carry a usual flow."""
    flow = flows(problem, best.tree)
    return guess_at(problem, under, np.where(flow > 0, flow, usual_kw), toll)


def search(
    problem: Problem, under: Lines, first: Bound, limits: NetworkLimits, others: tuple[Lines, list[Found]] | None = None
) -> Found:
    """The best tree found in ``limits.search_rounds`` rounds of guessing and shaking, sooner if it meets the bound.

    others: where sources are scarce the lines without tolls, and trees made elsewhere.

    1. Trees over the nodes that the bound pays for, and trees grown from the root.
    2. Per round, as long as it helps: prices guessed at the flows of the best tree, dual ascent at these prices, trees over
       what it pays for, with and without the nodes of the best tree.
    3. Per round: branches cut off at random and everything improved at noisy prices, then at the guessed ones.
    """
    usual_kw = float(np.median(problem.users.kw))
    guess = guess_at(problem, under, np.full(len(problem.streets.tail), START_FLOW * usual_kw), first.toll)
    inside = paid_nodes(problem.streets, first.left, PAID)
    best = best_of([*starts(problem, guess, inside), *starts(problem, guess, grown(problem, guess))])
    if first.toll > 0:
        free = guess_at(problem, under, np.full(len(problem.streets.tail), START_FLOW * usual_kw), 0.0)
        best = best_of([best, *starts(problem, free, inside)])
    if others is not None:
        plain, more = others
        free = guess_at(problem, plain, np.full(len(problem.streets.tail), START_FLOW * usual_kw), 0.0)
        best = best_of([best, *more, *starts(problem, free, inside), *starts(problem, free, grown(problem, free))])
    random = np.random.default_rng(limits.seed)
    settled = False
    # where a node has many neighbours a shake asks far more time; streets have about one edge per node
    shakes = max(2, min(SHAKES, round(SHAKES * 1.5 * len(inside) / max(len(problem.streets.tail), 1))))
    for _ in range(limits.search_rounds):
        if first.meets(best.value):
            break
        guess, before = next_guess(problem, under, best, UNUSED_FLOW * usual_kw, first.toll), best.value
        if not settled:
            inside = paid_nodes(problem.streets, ascent_bound(problem, guess.under, toll=first.toll).left, PAID)
            both = inside | (best.tree.parent >= 0)
            best = best_of([best, *starts(problem, guess, inside), *starts(problem, guess, both)])
            settled = best.value >= before - STEP
        for _ in range(shakes):
            best = best_of([best, shaken(problem, guess, best, random)])
    return best


def shaken(problem: Problem, guess: Guess, best: Found, random: np.random.Generator) -> Found:
    """The best tree with a branch cut off at random, improved at noisy prices and then at the guessed ones."""
    tree = copied(best.tree)
    noise = random.uniform(1 - NOISE, 1 + NOISE, len(guess.usual))
    pick = random.random()
    size = int(tree.size[0])
    if size > 1:
        cut_branch(tree, int(tree.order[1 + int(pick * (size - 1))]))
    noisy = Guess(guess.under, guess.per_kw, guess.usual * noise, guess.prize)
    return improved(problem, guess, improved(problem, noisy, tree).tree)
