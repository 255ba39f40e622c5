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
CALL_MIXTURES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Where a grant is the least of a share of the works and a sum, it is at most each mixture of the two: one linear bound each."""
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
    """The sums of the sections as the closures want them: trench, large heat, ceiling; and heat and cost with slopes (4, P, S).

    ``grants``: linear bounds on the grant of a call, one where there is none: worth added to each section (S,), and what is left of the source.
    """

    sums: Sums
    sections: Floats
    table: Floats
    parent: Rows
    order: Rows
    cap: float
    grants: tuple[tuple[Floats, float], ...]

    def worth(self, price: float) -> Floats:
        """Present value of each section at a price [EUR]."""
        prices = self.sums.price_eur_per_mwh
        heat, cost = self.sums.heat.at(prices, price), self.sums.cost.at(prices, price)
        return worth_at(self.sections, heat, cost, price, self.sums.heat_cost_eur_per_mwh)

    def value(self, built: Flags, price: float) -> float:
        """Present value of a set of sections with the source and the grant of a call that they bring [EUR]."""
        sums = self.sums
        return float(self.worth(price)[built].sum() - sums.source_eur + sums.case.call_eur(built))

    def closures(self, worth: Floats) -> list[tuple[Flags, float]]:
        """Under each bound on the grant: the sections worth most together, and what is left of that after the source [EUR]."""
        found = [
            (best_closure(worth + added, self.parent, self.order), source) for added, source in self.grants
        ]  # fmt: skip
        return [(built, most - source) for (built, most), source in found]

    def worthiest(self, price: float) -> Flags:
        """The sections worth most together at a price, their grant included."""
        return max((built for built, _ in self.closures(self.worth(price))), key=lambda built: self.value(built, price))

    def widest_of(self, reach: Floats, worth: Floats) -> tuple[list[Flags], float]:
        """Sections of the most reach that pay for the source, one set per bound on the grant, and a bound on that reach; -1: no set pays."""
        sets, bounds = [], []
        for added, source in self.grants:
            built, bound = self._widest_under(reach, worth + added, source)
            sets.append(built)
            bounds.append(bound)
        return sets, min(bounds)

    def _widest_under(self, reach: Floats, worth: Floats, source: float) -> tuple[Flags, float]:
        if len(reach) <= SMALL_TREE:
            rows, size = depth_first(self.parent, self.order)
            built, bound = widest_exactly(reach, worth, source, rows, size)
            if bound > -2:
                return built, bound
        return widest_closure(reach, worth, source, self.parent, self.order)

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
    aim ``reach``: max sum b_s n_s(p);  aim ``price``: min p;  both subject to  sum b_s V_s(p) + call(b) >= source, p <= cap;
    call(b) = min(share (trenches built + source), most): the grant of a call, bounded by mixtures of its two ends.
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
        grants=_grants_of(case, sums),
    )


def _grants_of(case: ProjectCase, sums: Sums) -> tuple[tuple[Floats, float], ...]:
    """Linear bounds on the grant of a call:  m share (trench + source) + (1 - m) most  for each mixture m."""
    if case.call_share == 0.0:
        return ((np.zeros(len(case.section)), sums.source_eur),)
    mixtures = CALL_MIXTURES if np.isfinite(case.call_most_eur) else (1.0,)
    found = []
    for part in mixtures:
        rest = (1 - part) * case.call_most_eur if part < 1 else 0.0
        source = sums.source_eur - part * case.call_share * case.source_eur - rest
        found.append((part * case.call_share * case.trench_eur, source))
    return tuple(found)


def _at_given_price(tree: Tree, price: float) -> BranchChoice:
    found = tree.closures(tree.worth(price))
    bound = min(most for _, most in found)
    built = tree.worthiest(price)
    value = tree.value(built, price)
    if not built.any() or value < 0:
        return _nothing(tree, 1)
    gap = bound / value - 1 if bound > value > 0 else 0.0
    return BranchChoice(built, price, float(tree.settled(price)[built].sum()), value, bound, gap, 1)


def _nothing(tree: Tree, looked: int) -> BranchChoice:
    return BranchChoice(np.zeros(len(tree.parent), dtype=bool), None, 0.0, 0.0, 0.0, 0.0, looked)


def _rounds(tree: Tree) -> tuple[Flags, float | None]:
    """All sections, then at most four times: the set worth most at its price, and the best equilibrium of that set."""
    built = np.ones(len(tree.parent), dtype=bool)
    price = tree.best_price(built)
    for _ in range(ROUNDS):
        at = tree.cap if price is None else price
        better = tree.worthiest(at)
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
    top = tree.cap if price is None else price
    waiting = tree.stretches(top)[::-1]
    bound, looked, proven = 0.0, 0, True
    while waiting and looked < STRETCHES:
        low, high = waiting.pop()
        if price is not None and low >= price:
            break
        looked += 1
        if any(most < 0 or not marks.any() for marks, most in tree.closures(tree.most_worth(low, high))):
            bound = high
            continue
        found = tree.worthiest(high)
        better = tree.best_price(found) if found.any() and tree.value(found, high) >= 0 else None
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
    reach = float(tree.settled(price)[built].sum())
    return BranchChoice(built, price, reach, tree.value(built, price), bound, gap, looked)


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
        sets, bound = tree.widest_of(tree.settled(low), tree.most_worth(low, high))
        if bound > 0:
            waiting.append((bound, low, high))
            for built in sets:
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
    return BranchChoice(built, price, reach, tree.value(built, price), bound, bound / reach - 1, looked)


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
    return BranchChoice(built, price, reach, tree.value(built, price), float("nan"), float("nan"), dropped)
