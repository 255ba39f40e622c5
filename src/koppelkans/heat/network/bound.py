"""A cost that no design can beat: dual ascent under the concave floor of the pipe prices."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from koppelkans.heat.network.ascent import Balls, Dual, ascend
from koppelkans.heat.network.envelope import Floor, concave_floor, corners
from koppelkans.heat.network.instance import Floats, Ints, Proof
from koppelkans.heat.network.paths import distances
from koppelkans.heat.network.problem import MONEY_ERROR, Choices, Problem, most_kw

# what rounding can add up to in the sums of an ascent, as share of everything that was raised
ROUNDING = 1e-10
# gap in units at which the search has nothing left to do
CLOSED = 1e-8


@dataclass(frozen=True, slots=True)
class Bound:
    """``value`` (in units of the problem) <= cost - value of every feasible design.

    ``risk``: what rounding can have added, already taken off. ``left``: per arc what is not yet paid. ``toll``: what a kW was
    charged because the source cannot serve everybody. ``proof``: the prices behind the value, in EUR; None under guessed lines.
    """

    value: float
    risk: float
    left: Floats
    toll: float
    proof: Proof | None

    def meets(self, value: float) -> bool:
        """No tree can be better than one of this value, rounding apart."""
        return value - self.value <= 2 * self.risk + CLOSED


@dataclass(frozen=True, slots=True)
class Lines:
    """Per edge (rows) the lines ``price + slope x P`` under its cost, losses apart; the last one is the flattest.

    ``floors``: the lines per metre by class; None for guessed lines, which prove nothing. ``toll``: per edge what is charged for a kW beyond its
    price, because it is scarce (part of ``slope``); None without.
    """

    price: Floats
    slope: Floats
    floors: tuple[Floor, ...] | None = None
    toll: Floats | None = None


def lines(problem: Problem) -> Lines:
    """The lines of each edge under the floor per metre of its class. Where a class has fewer lines than another its flattest is repeated."""
    floors = tuple(concave_floor(corners(problem, kind)) for kind in range(len(problem.instance.classes)))
    streets, prices, kind = problem.streets, problem.prices, problem.streets.kind
    length, most = streets.length_m[:, None], max(len(floor.price) for floor in floors)
    price, slope = (
        np.stack([np.append(column, np.full(most - len(column), column[-1])) for column in columns])
        for columns in zip(*floors, strict=True)
    )
    per_kw = prices.slope + prices.source * problem.instance.loss_share_per_m
    return Lines(streets.extra[:, None] + length * price[kind], length * (per_kw[kind, None] + slope[kind]), floors)


def tolled(under: Lines, toll: Floats) -> Lines:
    """The same lines with a toll per kW on some edges."""
    return replace(under, slope=under.slope + toll[:, None], toll=toll)


def ascent_bound(
    problem: Problem, under: Lines, *, toll: float = 0.0, slack: float = 1.0, rank: Ints | None = None
) -> Bound:
    """The bound of one dual ascent under the least of the lines of each edge.

    slack, rank: order of the users, see ``ascend``; without rank the nearest first.
    toll: a price per kW that the source does not ask, for the power that it may lack; since the tree takes at least the plain
    sum times the lowest coincidence, and at most what the source has, the difference may be given back. Tolls on edges likewise.
    Method: docs/method.md#network-bound.
    """
    streets, users, prices = problem.streets, problem.users, problem.prices
    weight = np.ascontiguousarray(under.slope[:, -1])
    far = distances(streets, weight)
    source, sink = np.stack([streets.tail, streets.head], 1).ravel(), np.stack([streets.head, streets.tail], 1).ravel()
    edge = np.repeat(np.arange(len(weight)), 2)
    free = np.maximum(under.slope[edge] - (far[sink] - far[source])[:, None], 0.0)
    left = under.price[edge] + (streets.loss_kw[edge] * (prices.source + far[source] + weight[edge]))[:, None]
    per_kw = prices.source + toll + far[users.node]
    spare = _spare(problem, per_kw)
    remaining = np.where(users.must, np.inf, np.maximum(spare, 0.0))
    dual = Dual(free, left, remaining, np.zeros(len(users.kw)))
    rank = np.arange(len(users.kw)) if rank is None else rank
    balls = ascend(streets, users, dual, slack, (rank, np.argsort(rank)))
    gained = _gained(problem, per_kw, dual.raised, spare)
    back = toll * prices.source_kw / least_share(problem) if toll > 0 else 0.0
    back += tolls_back(problem, under)
    value = float(gained.sum()) - back
    # the money of the problem is rounded: cost >= (1 - e) rounded cost and value <= (1 + e) rounded value for every tree
    risk = ROUNDING * float(np.abs(dual.raised).sum() + np.abs(spare).sum())
    risk += 2 * MONEY_ERROR * (abs(value) + 2 * _all_value(problem))
    proof = None if under.floors is None else _proof(problem, under, far, dual.raised, balls, toll)
    return Bound(value - risk, risk, dual.left.min(axis=1), toll, proof)


def _proof(problem: Problem, under: Lines, far: Floats, raised: Floats, balls: Balls, toll: float) -> Proof:
    """The prices of an ascent in the numbers of the instance. The ball of a customer that raised nothing proves nothing."""
    unit, size = problem.unit_eur, np.where(raised > 0, balls.size, 0)
    start = np.concatenate([[0], np.cumsum(size)])
    place = np.repeat(balls.begin - start[:-1], size) + np.arange(start[-1])
    (floor, *more), tolls = under.floors or (), np.zeros(0) if under.toll is None else under.toll
    edges = np.flatnonzero(tolls > 0)
    return Proof(
        node=problem.node_of, far_eur_per_kw=far * unit, customer=problem.user_of, raised_eur=raised * unit, ball_start=start,
        ball_node=problem.node_of[balls.node[place]], ball_joined_eur=balls.joined[place] * unit,
        floor_eur_per_m=floor.price * unit, floor_eur_per_m_kw=floor.slope * unit, toll_eur_per_kw=toll * unit,
        more_floors=tuple((other.price * unit, other.slope * unit) for other in more), tolled=problem.edge_of[edges],
        tolled_eur_per_kw=tolls[edges] * unit, reference_kw=None if problem.choices is None else problem.users.kw.copy(),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------- packages


def _spare(problem: Problem, per_kw: Floats) -> Floats:
    """What each user can raise for streets until none of its packages is worth its heat; ``per_kw``: what carrying a kW to it costs at least."""
    users, choices = problem.users, problem.choices
    if choices is None:
        return users.value - users.kw * per_kw
    share, left = _shares(problem, choices), choices.value - choices.kw * per_kw[:, None]
    most: Floats = np.divide(left, share, out=np.full(left.shape, -np.inf), where=share > 0).max(
        axis=1, initial=-np.inf
    )
    spare: Floats = np.maximum(most, left[np.arange(len(left)), choices.pick])
    return spare


def _gained(problem: Problem, per_kw: Floats, raised: Floats, spare: Floats) -> Floats:
    """What each user adds to the bound: the least over its packages of carrying its kW and of its part of what was raised, less its value."""
    users, choices = problem.users, problem.choices
    if choices is None:
        return raised - np.where(users.must, spare, np.maximum(spare, 0.0))
    margin = choices.kw * per_kw[:, None] + _shares(problem, choices) * raised[:, None] - choices.value
    least = margin.min(axis=1, initial=np.inf)
    gained: Floats = np.where(users.must, least, np.minimum(least, 0.0))
    return gained


def _shares(problem: Problem, choices: Choices) -> Floats:
    """The part of what a user raised that each of its packages pays: smaller ones leave less room on the steep lines of a pipe."""
    asked = problem.users.kw[:, None]
    return np.minimum(np.divide(choices.kw, asked, out=np.ones(choices.kw.shape), where=asked > 0), 1.0)


def _all_value(problem: Problem) -> float:
    """The largest value of every user over its packages, added up."""
    choices = problem.choices
    if choices is None:
        return float(np.abs(problem.users.value).sum())
    return float(np.abs(np.where(choices.there, choices.value, 0.0)).max(axis=1, initial=0.0).sum())


def tolls_back(problem: Problem, under: Lines) -> float:
    """The most that the tolls on edges can add up to: an edge carries no more than the largest pipe of its class."""
    if under.toll is None:
        return 0.0
    edges = np.flatnonzero(under.toll > 0)
    return float(under.toll[edges] @ most_kw(problem.prices)[problem.streets.kind[edges]]) / least_share(problem)


def least_share(problem: Problem) -> float:
    """The lowest coincidence of any group of customers."""
    usable = problem.reachable & ~problem.instance.never
    return problem.prices.flat + problem.prices.shared / max(int(usable.sum()), 1)
