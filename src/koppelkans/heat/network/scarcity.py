"""Several sources of which some are scarce: what a kW of each must cost for the others to be asked, and trees with that in mind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from koppelkans.heat.network.bound import Bound, Lines, ascent_bound, tolled
from koppelkans.heat.network.instance import Flags, Floats, Ints
from koppelkans.heat.network.problem import Problem, most_kw
from koppelkans.heat.network.search import PAID, START_FLOW, UNUSED_FLOW, Found, grown, guess_at, node_worth, starts
from koppelkans.heat.network.trees import paid_nodes, prune, span

HALVINGS = 24
# price in units that nobody pays
CLOSED_PRICE = 1e7


def scarce_sources(problem: Problem, under: Lines, bound: Bound) -> tuple[Bound, Lines, Lines]:
    """The best bound with tolls on scarce sources, the lines behind it, and the lines that the search should look at.

    1. Merit order: the price of a kW at which all that a quick tree serves fits into the sources that are not dearer; the toll of a
       source is what that price is above its own.
    2. A source that a quick tree still overloads gets a higher toll of its own.

    Any toll gives a valid bound, see ``ascent_bound``; the highest stays, and a toll that does not help it goes.
    """
    edges = problem.sources
    if not len(edges):
        return bound, under, under
    quick = _Quick(problem, under, paid_nodes(problem.streets, bound.left, PAID), edges)
    merit = quick.merit_order()
    local = quick.overloads(merit)
    best, behind = bound, under
    for toll in (merit, local):
        best, behind = _higher(problem, under, toll, (best, behind))
    if behind.toll is not None:
        for edge in edges[behind.toll[edges] > 0]:
            less = behind.toll.copy()
            less[edge] = 0.0
            best, behind = _higher(problem, under, less, (best, behind))
    return best, behind, tolled(under, local) if local.any() else under


def _higher(problem: Problem, under: Lines, toll: Floats, best: tuple[Bound, Lines]) -> tuple[Bound, Lines]:
    """The better one of a bound and that with another toll."""
    if not toll.any():
        return best
    lines = tolled(under, toll)
    bound = ascent_bound(problem, lines)
    return (bound, lines) if bound.value > best[0].value else best


def top_nodes(problem: Problem, parent: Ints) -> Ints:
    """Per node of a tree the node below the root on its way."""
    above = np.where((parent == problem.streets.root) | (parent < 0), np.arange(len(parent)), parent)
    while not np.array_equal(further := above[above], above):
        above = further
    return above


class _Quick:
    """Quick trees over the nodes ``inside`` at any price of the sources."""

    def __init__(self, problem: Problem, under: Lines, inside: Flags, edges: Ints) -> None:
        self.problem, self.under, self.inside, self.edges = problem, under, inside, edges
        users, streets = problem.users, problem.streets
        self.flow = np.full(len(streets.tail), START_FLOW * float(np.median(users.kw)))
        self.few_kw = UNUSED_FLOW * float(np.median(users.kw))
        self.own = under.slope[edges, -1]
        self.cap_kw = most_kw(problem.prices)[streets.kind[edges]]
        self.high = float((users.value / np.maximum(users.kw, 1e-9)).max(initial=0.0))

    def _tree(self, price: Floats, stretch: float) -> tuple[Ints, Flags]:
        """Parents and served users when each source asks a price per kW."""
        toll = np.zeros(len(self.flow))
        toll[self.edges] = price - self.own
        problem, guess = self.problem, guess_at(self.problem, tolled(self.under, toll), self.flow, 0.0)
        guess.usual[self.edges] += price * self.few_kw
        parent, edge = span(problem.streets, guess.usual, self.inside | grown(problem, guess), stretch)
        prune(problem.streets, guess.usual, node_worth(problem, guess), parent, edge)
        return parent, (parent[problem.users.node] >= 0) & (guess.prize > 0)

    def _together_kw(self, served: Flags) -> float:
        prices = self.problem.prices
        share = prices.flat + prices.shared / max(int(served.sum()), 1)
        return share * float(self.problem.users.kw[served].sum())

    def merit_order(self) -> Floats:
        """Tolls at which demand and the sources that are not dearer meet."""

        def fits(price: float) -> bool:
            _, served = self._tree(np.maximum(self.own, price), 0.0)
            return self._together_kw(served) <= float(self.cap_kw[self.own <= price].sum())

        toll, cheapest = np.zeros(len(self.flow)), float(self.own.min())
        if fits(cheapest):
            return toll
        low, high = cheapest, self.high
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if fits(middle) else (middle, high)
        toll[self.edges] = np.maximum(0.0, high - self.own)
        return toll

    def overloads(self, toll: Floats) -> Floats:
        """The tolls raised where a source is asked for more than it has."""
        toll = toll.copy()

        def load_kw(place: int) -> float:
            parent, served = self._tree(self.own + toll[self.edges], 1.0)
            return self._together_kw(
                served & (top_nodes(self.problem, parent)[self.problem.users.node] == self._end(place))
            )

        for place, edge in enumerate(self.edges):
            low, high = toll[edge], self.high
            if high <= low or load_kw(place) <= self.cap_kw[place]:
                continue
            for _ in range(HALVINGS // 2):
                toll[edge] = (low + high) / 2
                low, high = (low, toll[edge]) if load_kw(place) <= self.cap_kw[place] else (toll[edge], high)
            toll[edge] = high
        return toll

    def _end(self, place: int) -> int:
        streets, edge = self.problem.streets, self.edges[place]
        return int(streets.tail[edge] + streets.head[edge] - streets.root)


def source_starts(problem: Problem, under: Lines, inside: Flags) -> list[Found]:
    """Trees that begin at one source each: none with all of them needs to be worse."""
    edges, flow = problem.sources, np.full(len(problem.streets.tail), START_FLOW * float(np.median(problem.users.kw)))
    if len(edges) < 2:
        return []
    found = []
    for edge in edges:
        price = under.price.copy()
        price[edges[edges != edge]] += CLOSED_PRICE
        guess = guess_at(problem, replace(under, price=price), flow, 0.0)
        found += starts(problem, guess, inside | grown(problem, guess))
    return found
