"""What becomes of a design when its inputs are other than thought: draws, fewer or later connections, a source or a large customer lost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from koppelkans.errors import DataError
from koppelkans.heat.network.instance import Design, Flags, Floats, Instance, Ints, NetworkLimits
from koppelkans.heat.network.read import measured
from koppelkans.heat.network.redesign import redesigned

HIGHEST_CUSTOMERS = 3_000
"""Above this many customers a design for every draw takes too long beside a plan."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Low and high as share of the figure used: ``alternative``, what the individual solutions cost a year, and ``pipes``, all pipe and trench
    prices, each together; ``demand``, what customers ask, each apart (arrays per customer).
    """

    alternative: tuple[float, float]
    demand: tuple[Floats, Floats]
    pipes: tuple[float, float]

    def of(self, kept: Flags) -> Bands:
        """The bands of some of the customers."""
        return replace(self, demand=(self.demand[0][kept], self.demand[1][kept]))


@dataclass(frozen=True, slots=True)
class Spread:
    """``switch_share`` per customer: part of the draws in which the best design found decides otherwise. Per draw: ``objective_eur`` of the new
    design, ``kept_eur`` of the tree as it is, ``switched`` customers, and the factors drawn for ``alternative`` and ``pipes``. ``beyond_gap``: draws in which keeping the
    tree costs more than the gap of the new design explains.
    """

    switch_share: Floats
    objective_eur: Floats
    kept_eur: Floats
    switched: Ints
    beyond_gap: Flags
    alternative: Floats
    pipes: Floats


@dataclass(frozen=True, slots=True)
class Uptake:
    """Per share asked for: heat sold, mean, least and most cost of the network a MWh; ``weak_share`` (shares, groups): part of the draws in which what
    hangs on a street does not pay for its own pipes.
    """

    share: Floats
    heat_mwh: Floats
    mean_eur_per_mwh: Floats
    low_eur_per_mwh: Floats
    high_eur_per_mwh: Floats
    weak_share: Floats


# --------------------------------------------------------------------------------------------------------------------------- draws


def drawn(
    instance: Instance, alternative_eur: Floats, bands: Bands, random: np.random.Generator
) -> tuple[Instance, float, float]:
    """The instance with demand, cost of the individual solutions and prices drawn evenly within their bands; and the two common factors.

    alternative_eur: what the individual solution of each customer costs a year.
    """
    cost, price = random.uniform(*bands.alternative), random.uniform(*bands.pipes)
    demand = random.uniform(*bands.demand)
    more = tuple(
        table if table.source else replace(table, level_eur_per_m=table.level_eur_per_m * price)
        for table in instance.more_classes
    )
    case = replace(
        instance, customer_value_eur=demand * (instance.customer_value_eur + alternative_eur * (cost - 1.0)),
        customer_kw=instance.customer_kw * demand, extra_eur=instance.extra_eur * np.where(_sources(instance), 1.0, price),
        level_eur_per_m=instance.level_eur_per_m * price, more_classes=more,
    )  # fmt: skip
    return case, cost, price


def _sources(instance: Instance) -> Flags:
    """Edges that stand for a source."""
    return np.array([table.source for table in instance.classes])[instance.kinds]


def in_play(instance: Instance, alternative_eur: Floats, bands: Bands) -> Flags:
    """Customers that could be worth a connection at the favourable end of the bands, or must connect."""
    best = instance.customer_value_eur + alternative_eur * (max(bands.alternative) - 1.0)
    return instance.must | ((best > 0) & ~instance.never)


def spread(
    instance: Instance, design: Design, alternative_eur: Floats, bands: Bands, *, draws: int, seed: int
) -> Spread:
    """How the design changes over ``draws`` seeded draws of its inputs, each designed again from the tree that stands.

    The tree as it is keeps its streets and customers, its pipes follow the demand; a source that it would overload is taken that much larger, for both. Customers that no
    draw makes worth a pipe are left out. Raises DataError when
    more than ``HIGHEST_CUSTOMERS`` are left. Method: docs/method.md#network-robustness.
    """
    everybody = len(instance.customer_kw)
    kept = in_play(instance, alternative_eur, bands) | design.connected
    if kept.sum() > HIGHEST_CUSTOMERS:
        raise DataError(
            f"{kept.sum()} customers; draws of a network are made up to {HIGHEST_CUSTOMERS}. Leave robustness_draws at 0, or plan a part"
        )
    instance, connected = of_customers(instance, kept), design.connected[kept]
    alternative_eur, bands = alternative_eur[kept], bands.of(kept)
    switched, beyond = np.zeros((draws, len(connected)), dtype=bool), np.zeros(draws, dtype=bool)
    objective, same_eur, costs, prices = np.zeros((4, draws))
    limits, nothing = NetworkLimits(ascent_rounds=1, search_rounds=1, seed=seed), np.zeros(0)
    kept_design = replace(design, connected=connected)
    for draw in range(draws):
        case, costs[draw], prices[draw] = drawn(instance, alternative_eur, bands, np.random.default_rng((seed, draw)))
        same = measured(case, design.edge, connected, (-np.inf, nothing, connected))
        found = redesigned(kept_design, _able(case, same), limits)
        objective[draw], same_eur[draw] = min(found.objective_eur, same.objective_eur), same.objective_eur
        if found.objective_eur < same.objective_eur:
            switched[draw] = found.connected != connected
        beyond[draw] = same.objective_eur - objective[draw] > found.objective_eur - found.bound_eur
    share = np.zeros(everybody)
    share[kept] = switched.mean(axis=0) if draws else 0.0
    return Spread(share, objective, same_eur, switched.sum(axis=1), beyond, costs, prices)


def _able(instance: Instance, same: Design) -> Instance:
    """The instance with sources that can feed the tree as it is."""
    asked, kinds = dict(zip(same.edge.tolist(), same.design_kw.tolist(), strict=True)), instance.kinds
    more = list(instance.more_classes)
    for edge in np.flatnonzero(_sources(instance)).tolist():
        table = more[kinds[edge] - 1]
        more[kinds[edge] - 1] = replace(table, level_cap_kw=np.maximum(table.level_cap_kw, asked.get(edge, 0.0)))
    return replace(instance, source_kw=max(instance.source_kw, same.root_kw), more_classes=tuple(more))


def of_customers(instance: Instance, kept: Flags) -> Instance:
    """The instance with some of its customers."""
    return replace(
        instance, customer_node=instance.customer_node[kept], customer_kw=instance.customer_kw[kept],
        customer_value_eur=instance.customer_value_eur[kept], must=instance.must[kept], never=instance.never[kept],
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------------------------------- uptake


def uptake(
    instance: Instance,
    design: Design,
    heat_mwh: Floats,
    group: Ints,
    *,
    shares: tuple[float, ...],
    draws: int,
    seed: int,
) -> Uptake:
    """The network as it is laid when only part of its customers connects, drawn evenly: pipes in the street stay, unused services are not laid.

    heat_mwh per customer; group: per edge its street, -1 for none (a service). Pumping follows what flows. The cost of a MWh is that of the network, heat
    at the source apart; of several sources what the dearer ones cost above the first is in it. Method: docs/method.md#network-robustness.
    """
    joined, own = np.flatnonzero(design.connected), group[design.edge]
    here = _drawn_customers(len(joined), shares, draws, seed)
    kw, value = np.zeros((2, instance.node_count, here.shape[1]))
    np.add.at(kw, instance.customer_node[joined], here * instance.customer_kw[joined, None])
    np.add.at(value, instance.customer_node[joined], here * instance.customer_value_eur[joined, None])
    margin, total = _margins(instance, design, own, (kw, value))
    sold = heat_mwh[joined] @ here
    price = (total / np.maximum(sold, 1e-9)).reshape(len(shares), draws)
    weak = np.zeros((int(group.max(initial=-1)) + 1, here.shape[1]), dtype=bool)
    streets = own >= 0
    np.logical_or.at(weak, own[streets], margin[streets] < 0)
    return Uptake(
        np.array(shares), sold.reshape(len(shares), draws).mean(axis=1), price.mean(axis=1), price.min(axis=1), price.max(axis=1),
        weak.reshape(len(weak), len(shares), draws).mean(axis=2).T,
    )  # fmt: skip


def _drawn_customers(count: int, shares: tuple[float, ...], draws: int, seed: int) -> Floats:
    """1 where a customer connects: (customers, shares x draws)."""
    here = np.zeros((count, len(shares), draws))
    for row, share in enumerate(shares):
        for draw in range(draws):
            random = np.random.default_rng((seed, row, draw))
            here[random.permutation(count)[: max(1, round(share * count))], row, draw] = 1.0
    return here.reshape(count, -1)


def _margins(instance: Instance, design: Design, own: Ints, at_node: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Per pipe and draw what hangs on it is worth above its cost; and the cost of all pipes per draw."""
    kw, value = at_node
    ends, slope = ends_of(instance, design), slope_eur_per_kw(instance, design)
    fixed = design.cost_eur - slope * design.sum_kw
    spent, total = np.zeros_like(kw), np.zeros(kw.shape[1])
    margin = np.zeros((len(design.edge), kw.shape[1]))
    for place in range(len(design.edge) - 1, -1, -1):
        up, end = design.upstream[place], ends[place]
        laid = 1.0 if own[place] >= 0 else kw[end] > 0
        cost = fixed[place] * laid + slope[place] * kw[end]
        spent[end] += cost
        margin[place] = value[end] - spent[end]
        kw[up] += kw[end]
        value[up] += value[end]
        spent[up] += spent[end]
        total += cost
    return margin, total


def ends_of(instance: Instance, design: Design) -> Ints:
    """The downstream node of each used edge."""
    return np.asarray((instance.tail + instance.head)[design.edge] - design.upstream)


def slope_eur_per_kw(instance: Instance, design: Design) -> Floats:
    """Per used edge what a kW that flows costs a year: pumping, or the dearer heat of a source."""
    slope = np.array([table.slope_eur_per_m_kw for table in instance.classes])[instance.kinds[design.edge]]
    return np.asarray(slope * instance.length_m[design.edge])
