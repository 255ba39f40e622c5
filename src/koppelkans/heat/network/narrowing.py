"""What no better design can have, by reduced costs: streets, directions and customers that go, customers that stay."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from koppelkans.heat.network.blocks import arc_distances
from koppelkans.heat.network.bound import Bound, Lines, ascent_bound, lines
from koppelkans.heat.network.instance import Design, Flags, Floats, Instance, Ints
from koppelkans.heat.network.prepare import prepare
from koppelkans.heat.network.problem import Problem, Streets

# slack of the ascents and whether the farthest users go first
ORDERS = ((1.0, False), (1.25, False), (1.0, True), (2.0, False))
ROUNDS = 5
# by how much more than the gap a fixing must miss, as share of the gap and in units: rounding
MARGIN, LITTLE = 1e-6, 1e-7


@dataclass(frozen=True, slots=True)
class Ruled:
    """What no design has that is better than a known one: ``arcs``, users ``out``; users that all of them have: ``must``; the ``best`` bound."""

    arcs: Flags
    out: Flags
    must: Flags
    best: Bound


def arc_ends(streets: Streets) -> tuple[Ints, Ints]:
    """Tail and head of each arc."""
    return np.stack([streets.tail, streets.head], 1).ravel(), np.stack([streets.head, streets.tail], 1).ravel()


def ruled(problem: Problem, value: float) -> Ruled:
    """What the reduced costs of some ascents rule out below ``value`` (cost - value of a known design, in units).

    A design that uses arc (u, v) costs at least  bound + left to u + left of the arc + left from v to a user,  with "left" the least sum on any
    way of what the ascent left unpaid; one with user t at least  bound + left to t + what t misses of its own transport;  one without t
    at least  bound + what t could still raise.
    """
    streets, users = problem.streets, problem.users
    under = lines(problem)
    (source, sink), rank = arc_ends(streets), np.arange(len(users.kw))
    at_root, at_user = np.zeros((2, len(streets.start) - 1), dtype=bool)
    at_root[streets.root] = True
    at_user[users.node] = True
    arcs, out, must, bounds = sink == streets.root, np.zeros(len(users.kw), dtype=bool), users.must.copy(), []
    for slack, turned in ORDERS:
        bound = ascent_bound(problem, under, slack=slack, rank=rank[::-1].copy() if turned else rank)
        room = (value - bound.value) * (1 + MARGIN) + 2 * bound.risk + LITTLE
        left = np.maximum(bound.left, 0.0)
        to, on = arc_distances(streets, left, at_root, True), arc_distances(streets, left, at_user, False)
        arcs |= to[source] + left + on[sink] > room
        spare, raised = _spare(problem, bound, under)
        out |= ~users.must & (to[users.node] + np.maximum(-spare, 0.0) > room)
        must |= spare - raised > room
        bounds.append(bound)
    return Ruled(arcs, out & ~must, must, max(bounds, key=lambda bound: bound.value))


def _spare(problem: Problem, bound: Bound, under: Lines) -> tuple[Floats, Floats]:
    """Per user its value beyond the least transport, and what it raised of that, in units."""
    proof, users = bound.proof, problem.users
    if proof is None or under.toll is not None:
        raise ValueError("an ascent under the floors of the pipes and without tolls is needed")
    far = np.zeros(problem.instance.node_count)
    far[proof.node] = proof.far_eur_per_kw / problem.unit_eur
    spare = users.value - users.kw * (problem.prices.source + far[problem.node_of[users.node]])
    return spare, proof.raised_eur / problem.unit_eur


def narrowed(instance: Instance, best: Design) -> tuple[Instance, float]:
    """The instance without what no design better than ``best`` has, and a bound on all such designs [EUR/yr].

    Repeated while it helps: on fewer streets the least transport is dearer and the bound higher.
    Method: docs/method.md#network-proven.
    """
    bound_eur = best.bound_eur
    for _ in range(ROUNDS):
        problem = prepare(instance)
        if not len(problem.users.kw):
            break
        found = ruled(problem, best.objective_eur / problem.unit_eur)
        bound_eur = max(bound_eur, found.best.value * problem.unit_eur)
        allowed, must, never = instance.allowed.copy(), instance.must.copy(), instance.never.copy()
        gone = problem.edge_of[found.arcs.reshape(-1, 2).all(axis=1)]
        allowed[gone] = False
        must[problem.user_of[found.must]] = True
        never[problem.user_of[found.out]] = True
        same = not len(gone) and (must == instance.must).all() and (never == instance.never).all()
        instance = replace(instance, allowed=allowed, must=must, never=never)
        if same:
            break
    return instance, bound_eur
