"""Which branches of a network to build, when price and customers answer to that very choice.

Method: docs/method.md#branch-choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from koppelkans.errors import OutOfRangeError
from koppelkans.money.equilibrium.answer import Equilibria, equilibria, highest_price
from koppelkans.money.equilibrium.case import ProjectCase
from koppelkans.money.equilibrium.curve import ResponseCurve
from koppelkans.money.equilibrium.fixed_points import fixed_points, whole
from koppelkans.money.equilibrium.rules import Coordination, PricingRule
from koppelkans.money.equilibrium.small_tree import depth_first, widest_exactly
from koppelkans.money.equilibrium.sums import Ages, Sums, answered, present_values
from koppelkans.money.equilibrium.tree import best_closure, from_source, most_worth_on, widest_closure, worth_at

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

REACH, PRICE = "reach", "price"
"""What the choice is after: most dwellings connected at a price within the cap, or the lowest price."""

ROUNDS = 4
STRETCHES = 200
FINEST_EUR_PER_MWH = 1e-3
GAP_SHARE = 5e-4
SMALL_TREE = 62
"""Sections up to which the widest part of the tree is found exactly on every stretch, not by relaxation."""


@dataclass(frozen=True, slots=True)
class BranchChoice:
    """Sections to build, the heat price and the dwellings connected once settled; price None: nothing is built.

    ``bound``: proven; no choice has a lower price (aim price), or connects more dwellings (aim reach), or earns more (a given price:
    ``value_eur``). ``gap_share``: how far the choice may be from that. ``looked``: stretches of prices that were weighed.
    """

    built: Flags
    price_eur_per_mwh: float | None
    dwellings: float
    value_eur: float
    bound: float
    gap_share: float
    looked: int


@dataclass(frozen=True, slots=True)
class Tree:
    """The sums of the sections as the closures want them: trench, large heat, ceiling; and heat and cost with slopes (4, P, S)."""

    sums: Sums
    sections: Floats
    table: Floats
    parent: Rows
    order: Rows
    cap: float

    def worth(self, price: float) -> Floats:
        """Present value of each section at a price [EUR]."""
        prices = self.sums.price_eur_per_mwh
        heat, cost = self.sums.heat.at(prices, price), self.sums.cost.at(prices, price)
        return worth_at(self.sections, heat, cost, price, self.sums.heat_cost_eur_per_mwh)

    def settled(self, price: float) -> Floats:
        """Dwellings of each section connected at a price once settled."""
        return self.sums.settled.at(self.sums.price_eur_per_mwh, price)

    def best_price(self, built: Flags) -> float | None:
        """Price of the best equilibrium of a set of sections; None: none within the cap."""
        return fixed_points(whole(self.sums, built, self.parent), self.cap).best if built.any() else None

    def stretches(self, top: float) -> list[tuple[float, float]]:
        """Prices from 0 to the top, cut at the prices of the table."""
        prices = self.sums.price_eur_per_mwh
        edges = np.unique(np.concatenate([[0.0, top], prices[(prices > 0) & (prices < top)]]))
        return [(float(low), float(high)) for low, high in pairwise(edges)]

    def most_worth(self, low: float, high: float) -> Floats:
        """A bound from above on the present value of each section anywhere on a stretch [EUR]."""
        sums = self.sums
        stretch = np.array([low, high])
        return most_worth_on(self.sections, self.table, sums.price_eur_per_mwh, sums.heat_cost_eur_per_mwh, stretch)


def choose_branches(
    curve: ResponseCurve, case: ProjectCase, rule: PricingRule, *, ages: Ages, aim: str = REACH
) -> BranchChoice:
    """The sections to build under a rule for the price, each with those upstream, with a proven bound.

    Sets: sections s with parent. Variables: b_s in {0, 1}, b_s <= b_parent, price p.
    aim ``reach``: max sum b_s n_s(p);  aim ``price``: min p;  both subject to  sum b_s V_s(p) >= source, p <= cap.
    V_s(p): present value of the section at p with the customers that answer to p; n_s: dwellings connected once settled. With a
    price that is given: max sum b_s V_s(p) - source. Price and set settle at the best equilibrium: who must move first is a
    question for ``equilibria``. Aim ``price`` may leave only the few sections that a large customer carries.

    For a given price the best set is a closure on a tree, one pass. Prices: at most four rounds of set -> best equilibrium -> set, then
    stretches of prices that a bound cannot rule out are halved until the gap closes or their number reaches its limit. Reach on a
    stretch: every unbeaten pair of reach and worth on a small tree, else a price on worth (Lagrange).
    Raises DataError when table and case do not fit, OutOfRangeError for another aim. Method: docs/method.md#branch-choice.
    """
    if aim not in (REACH, PRICE):
        raise OutOfRangeError(f"the choice of branches is after {aim!r}, expected {REACH!r} or {PRICE!r}")
    tree = tree_of(curve, case, rule, ages)
    if rule.price_eur_per_mwh is not None:
        return _at_given_price(tree, rule.price_eur_per_mwh)
    return _widest(tree) if aim == REACH else _cheapest(tree)


def chosen_equilibria(
    curve: ResponseCurve,
    case: ProjectCase,
    rule: PricingRule,
    *,
    coordination: Coordination,
    ages: Ages,
    aim: str = REACH,
) -> tuple[BranchChoice, Equilibria]:
    """The branches to build and the equilibria of the network that they make; of all sections together when none can be built.

    What a lever of the supply side asks again: the response table stays, nobody is asked anew. Method: docs/method.md#branch-choice.
    """
    choice = choose_branches(curve, case, rule, ages=ages, aim=aim)
    built = choice.built if choice.price_eur_per_mwh is not None else None
    return choice, equilibria(curve, case, rule, coordination=coordination, ages=ages, built=built)


def tree_of(curve: ResponseCurve, case: ProjectCase, rule: PricingRule, ages: Ages) -> Tree:
    """The sections with their sums. Raises DataError when table and case do not fit."""
    curve = answered(curve, case, rule)
    sums = present_values(curve, case, rule.course(case.horizon_years, case.rate_share), ages)
    return Tree(
        sums=sums,
        sections=np.column_stack([sums.trench_eur, sums.large_mwh, sums.large_cap_eur_per_mwh]),
        table=np.stack([sums.heat.values, sums.heat.slopes, sums.cost.values, sums.cost.slopes]),
        parent=case.parent,
        order=from_source(case.parent),
        cap=highest_price(rule, curve),
    )


def _at_given_price(tree: Tree, price: float) -> BranchChoice:
    built, most = best_closure(tree.worth(price), tree.parent, tree.order)
    value = most - tree.sums.source_eur
    if not built.any() or value < 0:
        return _nothing(tree, 1)
    return BranchChoice(built, price, float(tree.settled(price)[built].sum()), value, value, 0.0, 1)


def _nothing(tree: Tree, looked: int) -> BranchChoice:
    return BranchChoice(np.zeros(len(tree.parent), dtype=bool), None, 0.0, 0.0, 0.0, 0.0, looked)


def _rounds(tree: Tree) -> tuple[Flags, float | None]:
    """All sections, then at most four times: the set worth most at its price, and the best equilibrium of that set."""
    built = np.ones(len(tree.parent), dtype=bool)
    price = tree.best_price(built)
    for _ in range(ROUNDS):
        at = tree.cap if price is None else price
        better, _ = best_closure(tree.worth(at), tree.parent, tree.order)
        if not better.any() or (better == built).all():
            break
        found = tree.best_price(better)
        if found is None or (price is not None and found >= price):
            break
        built, price = better, found
    return built, price


def _cheapest(tree: Tree) -> BranchChoice:
    """Lowest price at which some set pays: stretches from below, each ruled out by a bound or halved."""
    built, price = _rounds(tree)
    source = tree.sums.source_eur
    top = tree.cap if price is None else price
    waiting = tree.stretches(top)[::-1]
    bound, looked, proven = 0.0, 0, True
    while waiting and looked < STRETCHES:
        low, high = waiting.pop()
        if price is not None and low >= price:
            break
        looked += 1
        most_built, most = best_closure(tree.most_worth(low, high), tree.parent, tree.order)
        if most < source or not most_built.any():
            bound = high
            continue
        found, value = best_closure(tree.worth(high), tree.parent, tree.order)
        better = tree.best_price(found) if value >= source and found.any() else None
        if better is not None and (price is None or better < price):
            built, price = found, better
        if high - low < FINEST_EUR_PER_MWH:
            proven = False
            break
        middle = (low + high) / 2
        waiting += [(middle, high), (low, middle)]
    if price is None:
        return _nothing(tree, looked)
    if proven and (not waiting or looked < STRETCHES):
        bound = price
    bound = min(bound, price)
    gap = (price - bound) / max(price, 1e-9)
    return BranchChoice(
        built, price, float(tree.settled(price)[built].sum()), _value(tree, built, price), bound, gap, looked
    )


def _value(tree: Tree, built: Flags, price: float) -> float:
    return float(tree.worth(price)[built].sum() - tree.sums.source_eur)


def _widest(tree: Tree) -> BranchChoice:
    """Most dwellings at a price within the cap: the stretch with the greatest bound first, until none can beat the choice."""
    seen: set[bytes] = set()
    best: tuple[float, float, Flags] | None = None

    def tried(built: Flags) -> None:
        nonlocal best
        mark = built.tobytes()
        if mark in seen:
            return
        seen.add(mark)
        price = tree.best_price(built)
        if price is not None:
            reach = float(tree.settled(price)[built].sum())
            if best is None or reach > best[0]:
                best = (reach, price, built)

    tried(np.ones(len(tree.parent), dtype=bool))
    tried(_rounds(tree)[0])
    waiting: list[tuple[float, float, float]] = []

    def weighed(low: float, high: float) -> None:
        built, bound = _widest_on(tree, low, high)
        if bound > 0:
            waiting.append((bound, low, high))
            tried(built)

    looked = 0
    for low, high in tree.stretches(tree.cap):
        weighed(low, high)
        looked += 1
    while waiting and looked < STRETCHES:
        waiting.sort()
        bound, low, high = waiting[-1]
        if (best is not None and bound <= best[0] * (1 + GAP_SHARE)) or high - low < FINEST_EUR_PER_MWH:
            break
        waiting.pop()
        middle = (low + high) / 2
        weighed(low, middle)
        weighed(middle, high)
        looked += 2
    if best is None:
        return _nothing(tree, looked)
    reach, price, built = best
    bound = max([reach, *[found for found, _, _ in waiting]])
    return BranchChoice(built, price, reach, _value(tree, built, price), bound, bound / reach - 1, looked)


def _widest_on(tree: Tree, low: float, high: float) -> tuple[Flags, float]:
    """Sections of the most reach on a stretch of prices that pay at their most favourable, and a bound on that reach."""
    reach, worth = tree.settled(low), tree.most_worth(low, high)
    if len(reach) <= SMALL_TREE:
        rows, size = depth_first(tree.parent, tree.order)
        built, bound = widest_exactly(reach, worth, tree.sums.source_eur, rows, size)
        if bound > -2:
            return built, bound
    return widest_closure(reach, worth, tree.sums.source_eur, tree.parent, tree.order)


def dropped_one_by_one(tree: Tree, aim: str) -> BranchChoice:
    """The same question answered by dropping, one after the other, the end section that is worth least; for comparison only.

    aim ``reach``: until the price is within the cap; ``price``: as long as the price falls. Its bound is empty.
    """
    built = np.ones(len(tree.parent), dtype=bool)
    price = tree.best_price(built)
    dropped = 0
    while built.any() and not (aim == REACH and price is not None):
        ends = built.copy()
        ends[tree.parent[built & (tree.parent >= 0)]] = False
        worth = np.where(ends, tree.worth(tree.cap if price is None else price), np.inf)
        fewer = built.copy()
        fewer[int(worth.argmin())] = False
        found = tree.best_price(fewer)
        if price is not None and (found is None or found >= price):
            break
        built, price, dropped = fewer, found, dropped + 1
    if price is None:
        return _nothing(tree, dropped)
    reach = float(tree.settled(price)[built].sum())
    return BranchChoice(built, price, reach, _value(tree, built, price), float("nan"), float("nan"), dropped)
