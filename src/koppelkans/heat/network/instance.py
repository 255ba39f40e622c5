"""The design question as arrays: a street graph, customers with a value, pipes in steps; and the answer with its bound."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PipeClass:
    """A table of pipes for some edges: what a pipe costs a metre and a year up to each capacity, and a metre for each kW that it takes.

    An edge carries no more than the last capacity of its class. ``source``: it stands for a source behind its edges, not for pipes.
    """

    level_cap_kw: Floats
    level_eur_per_m: Floats
    slope_eur_per_m_kw: float
    source: bool = False


@dataclass(frozen=True, slots=True)
class Instance:
    """Rooted prize-collecting network design; all costs in EUR per year, all powers in kW.

    Edges are undirected: ``tail``, ``head`` (nodes counted from 0), ``length_m``, ``extra_eur`` (cost of using the edge at all:
    trench by surface, mobilisation; not the pipe), ``allowed``. A used edge with design flow D costs

        extra_eur + length_m x (level_eur_per_m[k] + slope_eur_per_m_kw x P),   k the first level with level_cap_kw[k] >= D,

    with P the plain sum of the customers below it, n their number, f(n) = coincidence[0] + coincidence[1] / n, and
    D = max(f(n) P, f(1) times the largest customer below it, the design flows of the edges below it). Levels rise in capacity and never fall in price.
    Customers: ``customer_node``, ``customer_kw``, ``customer_value_eur`` (what connecting is worth before any network cost),
    ``must`` and ``never``; several may share a node. The design flow at the root is at most ``source_kw``.

    Losses, when they depend on the flow: an edge takes P_in = (P + loss_kw_per_m L) / (1 - loss_share_per_m L) for the P that
    leaves it; P_in is then the flow in every formula above, and each kW at the root costs ``source_eur_per_kw`` a year.
    Losses per metre that only depend on the diameter belong in ``level_eur_per_m``.

    ``edge_class``: per edge the number of its pipe table: 0 is the one above, k the k-th of ``more_classes``. An existing pipe is a class whose
    first level costs no trench; a source is an edge from the root, one metre long, whose class (``source``) has its power as only level
    and the price of its heat as slope (docs/method.md#network-classes).

    ``package_kw``, ``package_value_eur`` (customers x packages, NaN after the last one of a customer): what each may choose from instead of what
    stands in ``customer_kw`` and ``customer_value_eur``, which is then number ``package`` of its list (docs/method.md#network-packages).
    """

    node_count: int
    root: int
    tail: Ints
    head: Ints
    length_m: Floats
    extra_eur: Floats
    allowed: Flags
    level_cap_kw: Floats
    level_eur_per_m: Floats
    slope_eur_per_m_kw: float
    coincidence: tuple[float, float]
    customer_node: Ints
    customer_kw: Floats
    customer_value_eur: Floats
    must: Flags
    never: Flags
    source_kw: float
    loss_share_per_m: float = 0.0
    loss_kw_per_m: float = 0.0
    source_eur_per_kw: float = 0.0
    edge_class: Ints | None = None
    more_classes: tuple[PipeClass, ...] = field(default=())
    package_kw: Floats | None = None
    package_value_eur: Floats | None = None
    package: Ints | None = None

    @property
    def lists(self) -> tuple[Floats, Floats]:
        """Power and value of every package of every customer (customers x packages); 0 kW and worth -infinity after the last one."""
        if self.package_kw is None or self.package_value_eur is None:
            return self.customer_kw[:, None], self.customer_value_eur[:, None]
        there = ~np.isnan(self.package_kw)
        return np.where(there, self.package_kw, 0.0), np.where(there, self.package_value_eur, -np.inf)

    @property
    def least_kw(self) -> Floats:
        """The lowest power of each customer over its packages."""
        kw, value = self.lists
        least: Floats = np.where(np.isneginf(value), np.inf, kw).min(axis=1) if len(kw) else self.customer_kw
        return least

    @property
    def picks(self) -> Ints:
        """The number of the package of each customer on its list."""
        return np.zeros(len(self.customer_kw), dtype=np.int64) if self.package is None else self.package

    def with_picks(self, picks: Ints) -> Instance:
        """The instance in which each customer has this package of its list."""
        kw, value = (column[np.arange(len(picks)), picks] for column in self.lists)
        return replace(self, customer_kw=kw, customer_value_eur=value, package=picks)

    @property
    def settled(self) -> Instance:
        """The instance in which every customer keeps the package that it has."""
        return replace(self, package_kw=None, package_value_eur=None, package=None)

    @property
    def classes(self) -> tuple[PipeClass, ...]:
        """All tables of pipes by number."""
        return (PipeClass(self.level_cap_kw, self.level_eur_per_m, self.slope_eur_per_m_kw), *self.more_classes)

    @property
    def kinds(self) -> Ints:
        """The class of each edge."""
        return np.zeros(len(self.tail), dtype=np.int64) if self.edge_class is None else self.edge_class


@dataclass(frozen=True, slots=True)
class NetworkLimits:
    """Counts that bound the work, never seconds: the same on every machine."""

    ascent_rounds: int = 1
    search_rounds: int = 2
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Proof:
    """Why no design can be better than the bound: prices that separate code can add up again (docs/method.md#network-certificate).

    ``node``, ``far_eur_per_kw``: what carrying a kW from the root to a node costs at least. ``customer``, ``raised_eur``: what each customer
    pays for streets at most. ``ball_start``, ``ball_node``, ``ball_joined_eur``: per customer the nodes that it pays the way to, with what it
    had raised when each joined. ``floor_eur_per_m``, ``floor_eur_per_m_kw``: lines whose least is below the price of every pipe.
    ``toll_eur_per_kw``: extra price of a kW of a scarce source. Nodes and customers by their number in the instance. ``more_floors``: the lines
    of each further class, as (price, slope); ``tolled``, ``tolled_eur_per_kw``: edges with an extra price of their own for each kW, because
    they are scarce. ``reference_kw``: the power with which each customer of a question with packages pays; None without packages.
    """

    node: Ints
    far_eur_per_kw: Floats
    customer: Ints
    raised_eur: Floats
    ball_start: Ints
    ball_node: Ints
    ball_joined_eur: Floats
    floor_eur_per_m: Floats
    floor_eur_per_m_kw: Floats
    toll_eur_per_kw: float
    more_floors: tuple[tuple[Floats, Floats], ...] = ()
    tolled: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    tolled_eur_per_kw: Floats = field(default_factory=lambda: np.zeros(0))
    reference_kw: Floats | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """A tree with its cost and a proven bound.

    ``edge``: the edges used, from the root outwards; ``upstream``: the node at the root's side of each; ``design_kw``, ``sum_kw``,
    ``level`` (in the class of the edge), ``customers`` (behind it), ``cost_eur`` per used edge. ``connected`` per customer. ``objective_eur`` = cost - value of
    the connected; ``bound_eur`` <= objective of every feasible tree; ``whole_eur`` = objective + value of all customers;
    ``gap_share`` = (objective - bound) / whole. ``reduced_eur``: per edge what is left of its cost in the bound.
    ``reachable`` per customer: some path of allowed edges leads there from the root. ``root_kw``: design flow at the root. ``proof``: of
    the bound; None where nobody is worth connecting. ``bound_kind``: "replayed" when the proof gives the bound, "solver" when the bound is the word
    of a solver that nobody can replay (the proof then gives a lower one).
    """

    edge: Ints
    upstream: Ints
    design_kw: Floats
    sum_kw: Floats
    level: Ints
    customers: Ints
    cost_eur: Floats
    connected: Flags
    objective_eur: float
    bound_eur: float
    whole_eur: float
    gap_share: float
    reduced_eur: Floats
    reachable: Flags
    root_kw: float
    proof: Proof | None = None
    bound_kind: str = "replayed"
