"""Dual ascent: every user raises what it would pay for a way to the source, until the streets are paid for or it gives up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from koppelkans.heat.network.compiled import compiled
from koppelkans.heat.network.heap import drop_first, push
from koppelkans.heat.network.instance import Floats, Ints
from koppelkans.heat.network.problem import Streets, Users

EPSILON = 1e-9
FIRST_BLOCK = 16


class Dual(NamedTuple):
    """What the ascent works on.

    Per arc and line: ``free`` (raise per kW that does not yet load the line) and ``left`` (what of its price is not yet paid).
    Per user: ``remaining`` (what it may still raise) and ``raised``.
    """

    free: Floats
    left: Floats
    remaining: Floats
    raised: Floats


class Balls(NamedTuple):
    """The nodes that each user pays for: ``node[begin:begin + size]``, with what it had raised when the node joined."""

    node: Ints
    joined: Floats
    begin: Ints
    size: Ints
    limit: Ints
    used: Ints


class Turn(NamedTuple):
    """The user at work: which nodes are in its ball (``mark`` = turn), and the arcs into it that still ask something."""

    mark: Ints
    joined: Floats
    arc: Ints
    outer: Ints
    inner: Ints
    room: Floats


@compiled
def room(dual: Dual, arc: int, kw: float, charged: float) -> float:
    """How much more a user of ``kw`` that was ``charged`` so far may be charged on an arc: the least over its lines."""
    least = np.inf
    for line in range(dual.left.shape[1]):
        least = min(least, dual.left[arc, line] + max(0.0, kw * dual.free[arc, line] - charged))
    return least


@compiled
def charge(dual: Dual, arc: int, kw: float, charged: float, more: float) -> None:
    """Charge ``more`` on an arc: each line pays what goes beyond its free part."""
    for line in range(dual.left.shape[1]):
        dual.left[arc, line] -= max(0.0, charged + more - max(charged, kw * dual.free[arc, line]))


@compiled
def first_balls(users: Users) -> Balls:
    """Every user alone at its node."""
    count = len(users.kw)
    space = 4 * FIRST_BLOCK * (count + 1)
    node, joined = np.empty(space, dtype=np.int64), np.zeros(space)
    begin = np.arange(count) * FIRST_BLOCK
    for user in range(count):
        node[begin[user]] = users.node[user]
    size, limit = np.ones(count, dtype=np.int64), np.full(count, FIRST_BLOCK, dtype=np.int64)
    return Balls(node, joined, begin, size, limit, np.array([FIRST_BLOCK * count]))


@compiled
def enter(balls: Balls, turn: Turn, number: int, user: int, node: int, raised: float) -> Balls:
    """Let a node into the ball of a user; the balls may move to a larger pool."""
    if balls.size[user] == balls.limit[user]:
        old, new = balls.begin[user], balls.used[0]
        balls.limit[user] *= 2
        balls.used[0] += balls.limit[user]
        if balls.used[0] > len(balls.node):
            longer_node, longer_joined = np.empty(2 * balls.used[0], dtype=np.int64), np.empty(2 * balls.used[0])
            for step in range(new):
                longer_node[step], longer_joined[step] = balls.node[step], balls.joined[step]
            balls = Balls(longer_node, longer_joined, balls.begin, balls.size, balls.limit, balls.used)
        for step in range(balls.size[user]):
            balls.node[new + step], balls.joined[new + step] = balls.node[old + step], balls.joined[old + step]
        balls.begin[user] = new
    place = balls.begin[user] + balls.size[user]
    balls.node[place], balls.joined[place] = node, raised
    balls.size[user] += 1
    turn.mark[node], turn.joined[node] = number, raised
    return balls


@compiled
def scan(
    streets: Streets, users: Users, dual: Dual, balls: Balls, turn: Turn, at: tuple[int, int, int, int]
) -> tuple[Balls, int, bool]:
    """Look at the arcs into the nodes from place ``first`` of the ball on: paid ones let their node in, others join the cut.

    at: number of the turn, user, first place, arcs in the cut. Result: balls, arcs in the cut, whether the root was met.
    """
    number, user, first, cut = at
    kw, raised = users.kw[user], dual.raised[user]
    while first < balls.size[user]:
        node = balls.node[balls.begin[user] + first]
        first += 1
        for place in range(streets.start[node], streets.start[node + 1]):
            outer = streets.near[place]
            if turn.mark[outer] == number:
                continue
            arc = streets.inward[place]
            more = room(dual, arc, kw, raised - turn.joined[node])
            if more > EPSILON:
                turn.arc[cut], turn.outer[cut], turn.inner[cut], turn.room[cut] = arc, outer, node, more
                cut += 1
            elif outer == streets.root:
                return balls, cut, True
            else:
                balls = enter(balls, turn, number, user, outer, raised)
    return balls, cut, False


@compiled
def narrow(turn: Turn, number: int, cut: int) -> int:
    """Drop the arcs of the cut whose outer end has joined; the arcs left."""
    kept = 0
    for place in range(cut):
        if turn.mark[turn.outer[place]] != number:
            turn.arc[kept], turn.outer[kept] = turn.arc[place], turn.outer[place]
            turn.inner[kept], turn.room[kept] = turn.inner[place], turn.room[place]
            kept += 1
    return kept


@compiled
def raise_user(
    streets: Streets, users: Users, dual: Dual, balls: Balls, turn: Turn, at: tuple[int, int, int]
) -> tuple[Balls, bool]:
    """Raise a user as far as the first arc of its cut allows, and let in the nodes whose arcs are then paid.

    at: number of the turn, user, arcs in the cut. Result: balls, whether the root was met.
    """
    number, user, cut = at
    step = dual.remaining[user]
    for place in range(cut):
        step = min(step, turn.room[place])
    before = dual.raised[user]
    for place in range(cut):
        charge(dual, turn.arc[place], users.kw[user], before - turn.joined[turn.inner[place]], step)
        turn.room[place] -= step
    dual.raised[user] += step
    dual.remaining[user] -= step
    for place in range(cut):
        outer = turn.outer[place]
        if turn.room[place] <= EPSILON and turn.mark[outer] != number:
            if outer == streets.root:
                return balls, True
            balls = enter(balls, turn, number, user, outer, dual.raised[user])
    return balls, False


@compiled
def ascend(streets: Streets, users: Users, dual: Dual, slack: float, turns: tuple[Ints, Ints]) -> Balls:
    """Raise every user until it reaches the root over paid arcs or has nothing left; ``dual`` is changed in place.

    The user with the smallest cut goes first (ties: ``turns``: rank of each user, user of each rank); it goes on while its cut is at most ``slack``
    times the smallest other one. Its ball only grows, so it is kept between turns; what an arc into node y has been charged
    is then raised - joined[y]. Result: the balls, which with ``dual`` prove the bound to anybody who adds up again.
    """
    nodes, count, arcs = len(streets.start) - 1, len(users.kw), len(streets.near)
    balls = first_balls(users)
    turn = Turn(
        np.full(nodes, -1, dtype=np.int64), np.zeros(nodes), np.empty(arcs, dtype=np.int64),
        np.empty(arcs, dtype=np.int64), np.empty(arcs, dtype=np.int64), np.empty(arcs),
    )  # fmt: skip
    keys, items, waiting = np.empty(count + 1), np.empty(count + 1, dtype=np.int64), 0
    rank, by_rank = turns
    for user in range(count):
        node = users.node[user]
        if dual.remaining[user] > EPSILON and node != streets.root:
            waiting = push(keys, items, waiting, float(streets.start[node + 1] - streets.start[node]), rank[user])
    number = 0
    while waiting > 0:
        user, key = by_rank[items[0]], keys[0]
        waiting = drop_first(keys, items, waiting)
        number += 1
        for place in range(balls.begin[user], balls.begin[user] + balls.size[user]):
            turn.mark[balls.node[place]], turn.joined[balls.node[place]] = number, balls.joined[place]
        first = cut = int(np.int64(0))  # a plain 0 is a type of its own: numba would compile all below twice
        while dual.remaining[user] > EPSILON:
            balls, cut, reached = scan(streets, users, dual, balls, turn, (number, user, first, cut))
            if reached:
                break
            first, cut = int(balls.size[user]), narrow(turn, number, cut)
            if waiting > 0 and cut > keys[0] * slack and cut > key:
                waiting = push(keys, items, waiting, float(cut), rank[user])
                break
            key = float(cut)
            balls, reached = raise_user(streets, users, dual, balls, turn, (number, user, cut))
            if reached:
                break
    return balls
