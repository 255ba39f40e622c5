"""The instance made ready for the kernels: streets that may matter, users with what they are worth after their own pipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from koppelkans.heat.network.instance import Flags, Floats, Instance, Ints

MONEY_BITS = 30
MONEY_ERROR = 2.0 ** -(MONEY_BITS + 1)


def coarse(money: Floats) -> Floats:
    """Money to ``MONEY_BITS`` significant bits.

    The same prices in another currency differ in the last bits, and a search that compares sums of them could take another
    way; rounded, they are the same. No figure moves by more than its share ``MONEY_ERROR``, which the bound makes good.
    """
    mantissa, exponent = np.frexp(money)
    return np.asarray(np.ldexp(np.round(np.ldexp(mantissa, MONEY_BITS)), exponent - MONEY_BITS))


class Streets(NamedTuple):
    """The graph. Per node ``start[v]:start[v + 1]`` gives places in ``near`` (neighbour), ``link`` (edge) and ``inward``
    (the arc from the neighbour to v). Edge e is arc 2 e from tail to head and arc 2 e + 1 back. ``kind``: its class of pipes.
    """

    root: int
    start: Ints
    near: Ints
    link: Ints
    inward: Ints
    tail: Ints
    head: Ints
    length_m: Floats
    extra: Floats
    gain: Floats
    loss_kw: Floats
    kind: Ints


class Users(NamedTuple):
    """Customers at the nodes, sorted by node: ``start[v]:start[v + 1]``. ``own_kw`` is the design flow of their own pipe."""

    start: Ints
    node: Ints
    kw: Floats
    own_kw: Floats
    value: Floats
    must: Flags


class Choices(NamedTuple):
    """The packages of each user (users x packages): as in ``Users``, worth -infinity where there is none; ``pick``: the one that it has."""

    kw: Floats
    own_kw: Floats
    value: Floats
    pick: Ints

    @property
    def there(self) -> Flags:
        """Where there is a package."""
        return ~np.isneginf(self.value)


class Prices(NamedTuple):
    """Steps of the pipes, slopes, coincidence f(n) = flat + shared / n, price per kW at the root and what the root can give.

    Pipes of class k: ``first[k]:first[k + 1]`` of ``cap_kw`` and ``level`` (price per metre); ``slope`` by class.
    """

    cap_kw: Floats
    level: Floats
    first: Ints
    slope: Floats
    flat: float
    shared: float
    source: float
    source_kw: float


@dataclass(frozen=True, slots=True)
class Problem:
    """What the kernels work on; money in units of ``unit_eur`` and to ``MONEY_BITS``, so that the scale of prices does not matter.

    ``edge_of``, ``user_of``, ``node_of``: number in the instance of each street, user and node. ``stub_of``: per node of the instance that was
    absorbed (its own pipe, or a spur without users) the edge towards the network, else -1. ``reachable``: per customer.
    ``sources``: the edges that stand for a source. ``choices``: where users have packages to choose from; ``users`` then holds one of them.
    """

    instance: Instance
    streets: Streets
    users: Users
    prices: Prices
    unit_eur: float
    edge_of: Ints
    user_of: Ints
    node_of: Ints
    stub_of: Ints
    reachable: Flags
    sources: Ints
    choices: Choices | None = None

    @property
    def all_kw(self) -> float:
        """What all users take together, each with its package of most power."""
        if self.choices is None:
            return float(self.users.kw.sum())
        return float(np.where(self.choices.there, self.choices.kw, 0.0).max(axis=1, initial=0.0).sum())


def most_kw(prices: Prices) -> Floats:
    """The capacity of the largest pipe, by class."""
    return prices.cap_kw[prices.first[1:] - 1]


def adjacency(node_count: int, tail: Ints, head: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Per node its neighbours, the edges to them and the arcs from them, as ``start, near, link, inward``."""
    edges = np.arange(len(tail), dtype=np.int64)
    node = np.concatenate([head, tail])
    near, link = np.concatenate([tail, head]), np.concatenate([edges, edges])
    inward = np.concatenate([2 * edges, 2 * edges + 1])
    order = np.lexsort((link, near, node))
    start = np.zeros(node_count + 1, dtype=np.int64)
    np.cumsum(np.bincount(node, minlength=node_count), out=start[1:])
    return start, near[order], link[order], inward[order]
