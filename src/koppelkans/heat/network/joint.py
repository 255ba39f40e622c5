"""Who connects with which package: the tree of one package each, improved with all of them, and a bound for all of them together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from koppelkans.heat.network.bound import Lines, lines
from koppelkans.heat.network.instance import Design, Floats, Instance, Ints, NetworkLimits
from koppelkans.heat.network.kernel import best_bound, bounded, proven
from koppelkans.heat.network.moves import STEP, transport
from koppelkans.heat.network.paths import distances
from koppelkans.heat.network.prepare import prepare
from koppelkans.heat.network.problem import Choices, Problem, most_kw
from koppelkans.heat.network.read import gap_share, read_design
from koppelkans.heat.network.redesign import tree_again
from koppelkans.heat.network.repick import step_down, switch_packages
from koppelkans.heat.network.scarcity import top_nodes
from koppelkans.heat.network.search import UNUSED_FLOW, Found, Guess, copied, improved, next_guess
from koppelkans.heat.network.truecost import Tree, bare_tree, measure

ROUNDS, PASSES = 3, 4
# how many pipes are tried one size smaller in a pass
TRIES = 60
# a kW at the margin, as share of the guessed price: steps make it more here and less there
PRICES = (1.0, 2.0)
# a source counts as full from this share of its power on, or when a middling customer does not fit any more; a kW of it is then worth what these shares
# of its customers are worth at most per kW
FULL_SHARE, MARGINS = 0.95, (0.02, 0.1, 0.3)


@dataclass(frozen=True, slots=True)
class Packed:
    """A tree with the package of every user, and its true cost - value, in units."""

    value: float
    tree: Tree
    pick: Ints


class Joint(NamedTuple):
    """A design, the package of each customer on its list, and the objective of the best design found in which all have the first ones [EUR/yr]."""

    design: Design
    picks: Ints
    alone_eur: float


def joint_design(instance: Instance, first: Design) -> Joint:
    """A design in which every customer has the best of its packages found, and the package of each.

    ``first``: a design in which every customer has the package that ``instance`` gives in ``customer_kw``; the result is never dearer, and has its bound.
    Packages of who does not connect stay what they were. Per round, as long as it helps:

    1. The price of a kW at every customer, from the lines under the cost of the pipes at the flows of the tree, and behind a full source from what its
       customers are worth per kW; at each such price every customer takes its best package and the tree is improved.
    2. One customer at a time the package that costs least at true cost; then pipes one size smaller by smaller packages behind them.

    At the end the tree is improved once with the first packages: what it saves with those is not won by packages, and counts as such.
    Raises as ``design_network``. Method: docs/method.md#network-packages.
    """
    problem = prepare(instance)
    if not len(problem.users.kw):
        return Joint(first, instance.picks, first.objective_eur)
    under, tree = lines(problem), tree_again(problem, first)
    start = Packed(_measured(problem, tree), tree, _choices(problem).pick)
    best = min(start, _moved(problem, under, start), key=_value)
    for _ in range(ROUNDS):
        before = best
        tried = [_repriced(problem, under, best, price) for price in _prices(problem, under, best)]
        other = min((one for one in tried if one is not before), key=_value, default=before)
        if other is not before:
            best = min(best, other, _moved(problem, under, other), key=_value)
        if best.value > before.value - STEP:
            break
    if best.value > start.value - STEP:
        return Joint(first, instance.picks, first.objective_eur)
    alone = _with_tree(problem, under, start.pick, best)
    plain = _read(problem, alone, first)
    found = _read(problem, best, first)
    if found[0].objective_eur >= min(plain[0].objective_eur, first.objective_eur):
        better = plain if plain[0].objective_eur < first.objective_eur else (first, instance.picks)
        return Joint(*better, better[0].objective_eur)
    return Joint(*found, min(plain[0].objective_eur, first.objective_eur))


def _read(problem: Problem, best: Packed, first: Design) -> tuple[Design, Ints]:
    """The design of a tree with the bound of the first one, and the package of each customer; the first one of who does not connect."""
    instance, on = problem.instance, best.tree.on
    picks = instance.picks.copy()
    picks[problem.user_of[on]] = best.pick[on]
    bare = replace(problem, instance=instance.with_picks(picks))
    return with_bound(read_design(bare, best.tree, first.bound_eur), first), picks


def with_bound(design: Design, other: Design) -> Design:
    """A design with the bound and the proof of another one."""
    bound = min(other.bound_eur, design.objective_eur)
    gap = gap_share(design.objective_eur, bound, design.whole_eur)
    return replace(design, bound_eur=bound, proof=other.proof, gap_share=gap, reduced_eur=other.reduced_eur)


def joint_bound(instance: Instance, design: Design, limits: NetworkLimits) -> Design:
    """The design with the bound over all trees and packages of ``instance``. Method: docs/method.md#network-packages."""
    problem = prepare(instance)
    if not len(problem.users.kw):
        return with_bound(design, read_design(problem, None, 0.0))
    parts = bounded(problem)
    value = design.objective_eur / problem.unit_eur
    bound = best_bound(problem, parts.behind, (parts.bound, value, parts.toll), limits.ascent_rounds)
    return with_bound(design, proven(problem, Found(value, bare_tree(problem)), bound))


def _value(packed: Packed) -> float:
    return packed.value


def _measured(problem: Problem, tree: Tree) -> float:
    return float(measure(problem.streets, problem.users, problem.prices, tree))


def _choices(problem: Problem) -> Choices:
    if problem.choices is None:
        raise ValueError("no customer has packages to choose from")
    return problem.choices


def _with_picks(problem: Problem, pick: Ints) -> Problem:
    """The problem in which every user has this package; its arrays may be changed in place."""
    choices, row = _choices(problem), np.arange(len(pick))
    kw, own, value = (column[row, pick] for column in (choices.kw, choices.own_kw, choices.value))
    users = problem.users._replace(kw=kw, own_kw=own, value=value)
    return replace(problem, users=users, choices=choices._replace(pick=pick.copy()))


def _guess(problem: Problem, under: Lines, best: Packed) -> Guess:
    """The prices at the flows of a tree."""
    usual_kw = UNUSED_FLOW * float(np.median(problem.users.kw))
    return next_guess(problem, under, Found(best.value, best.tree), usual_kw, 0.0)


def _prices(problem: Problem, under: Lines, best: Packed) -> Iterator[Floats]:
    """What a kW may be worth to each user: on its way, and behind a full source in place of others."""
    there = _with_picks(problem, best.pick)
    users, guess = there.users, _guess(there, under, best)
    outside = distances(problem.streets, guess.per_kw)
    rate = (
        np.where(best.tree.parent >= 0, transport(best.tree, guess.per_kw), outside)[users.node] + problem.prices.source
    )
    behind = _behind_full(problem, best.tree)
    crowd = best.tree.on & behind
    if not crowd.any():
        yield from (factor * rate for factor in PRICES)
        return
    worth = (users.value - users.kw * rate)[crowd] / np.maximum(users.kw[crowd], STEP)
    for margin in np.quantile(worth, MARGINS):
        yield rate + np.where(behind, max(0.0, float(margin)), 0.0)


def _behind_full(problem: Problem, tree: Tree) -> NDArray[np.bool_]:
    """Users whose source gives nearly all that it has; where one of several is full, those that it feeds."""
    root, prices = problem.streets.root, problem.prices
    count = max(int(tree.served[root]), 1)
    one_kw = prices.flat * float(np.median(problem.users.kw))
    everywhere = (prices.flat + prices.shared / count) * tree.kw[root] > _nearly(prices.source_kw, one_kw)
    if everywhere or not len(problem.sources):
        return np.full(len(problem.users.kw), everywhere)
    most = most_kw(prices)[problem.streets.kind]
    full = np.isin(tree.edge, problem.sources) & (tree.design > _nearly(most[tree.edge], one_kw))
    behind: NDArray[np.bool_] = full[top_nodes(problem, tree.parent)][problem.users.node]
    return behind


def _nearly(power_kw: Floats | float, one_kw: float) -> Floats:
    """The power from which on a source counts as full."""
    nearly: Floats = np.minimum(FULL_SHARE * np.asarray(power_kw), np.asarray(power_kw) - one_kw)
    return nearly


def _repriced(problem: Problem, under: Lines, best: Packed, price: Floats) -> Packed:
    """The tree improved with the packages that are best at a price of a kW per user; the same where that changes none."""
    choices = _choices(problem)
    pick = (choices.value - choices.kw * price[:, None]).argmax(axis=1)
    if np.array_equal(pick, best.pick):
        return best
    return _with_tree(problem, under, pick, best)


def _with_tree(problem: Problem, under: Lines, pick: Ints, best: Packed) -> Packed:
    """These packages with the tree of another answer, improved."""
    there = _with_picks(problem, pick)
    found = improved(there, _guess(there, under, best), copied(best.tree))
    return Packed(found.value, found.tree, pick)


def _moved(problem: Problem, under: Lines, best: Packed) -> Packed:
    """The tree and packages after all moves of packages, and then of streets and customers; the same where no package moves."""
    there, tree = _with_picks(problem, best.pick), copied(best.tree)
    choices = _choices(there)
    arrays = (there.streets, there.users, there.prices, tree, choices)
    _measured(there, tree)
    for _ in range(PASSES):
        switch_packages(*arrays)
        if step_down(*arrays, TRIES) <= STEP:
            break
    if np.array_equal(choices.pick, best.pick) and np.array_equal(tree.on, best.tree.on):
        return best
    found = improved(there, _guess(there, under, Packed(best.value, tree, choices.pick)), tree)
    return Packed(found.value, found.tree, choices.pick)
