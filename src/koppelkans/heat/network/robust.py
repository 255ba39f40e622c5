"""What becomes of a design when its inputs are other than thought: draws, fewer connections, a source or a large customer lost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from koppelkans.errors import DataError, InfeasibleError
from koppelkans.heat.network.instance import Design, Flags, Floats, Instance, Ints, NetworkLimits
from koppelkans.heat.network.kernel import design_network
from koppelkans.heat.network.read import measured

HIGHEST_CUSTOMERS = 600
"""Above this many customers a design for every draw takes too long beside a plan."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Low and high as share of the figure used: of the value of customers together and each apart, of their kW, and of all pipe and trench prices."""

    value: tuple[float, float]
    each_value: tuple[float, float]
    demand: tuple[float, float]
    pipes: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spread:
    """``switch_share`` per customer: part of the draws in which the best design found decides otherwise. Per draw: ``objective_eur`` of the new
    design, ``kept_eur`` of the tree as it is, ``switched`` customers. ``beyond_gap``: draws in which keeping the tree costs more than the gap of the new design explains.
    """

    switch_share: Floats
    objective_eur: Floats
    kept_eur: Floats
    switched: Ints
    beyond_gap: Flags


@dataclass(frozen=True, slots=True)
class Uptake:
    """Per share asked for: mean, least and most cost of the network a MWh; ``weak_share`` (shares, groups): part of the draws in which what hangs on a street
    does not pay for its own pipes.
    """

    share: Floats
    mean_eur_per_mwh: Floats
    low_eur_per_mwh: Floats
    high_eur_per_mwh: Floats
    weak_share: Floats


@dataclass(frozen=True, slots=True)
class Repair:
    """Cost more a year when something is lost, after the cheapest repair; ``missing_kw``: what a temporary boiler must give."""

    more_eur_per_year: float
    missing_kw: float
    design: Design | None


def drawn(instance: Instance, bands: Bands, random: np.random.Generator) -> Instance:
    """The instance with values, demand and prices drawn evenly within their bands."""
    count = len(instance.customer_kw)
    value = random.uniform(*bands.value) * random.uniform(*bands.each_value, count)
    demand, price = random.uniform(*bands.demand), random.uniform(*bands.pipes)
    more = tuple(
        table if table.source else replace(table, level_eur_per_m=table.level_eur_per_m * price)
        for table in instance.more_classes
    )
    return replace(
        instance, customer_value_eur=instance.customer_value_eur * value * demand, customer_kw=instance.customer_kw * demand,
        extra_eur=instance.extra_eur * price, level_eur_per_m=instance.level_eur_per_m * price, more_classes=more,
    )  # fmt: skip


def spread(instance: Instance, design: Design, bands: Bands, *, draws: int, seed: int) -> Spread:
    """How the design changes over ``draws`` seeded draws of its inputs, each designed anew.

    The tree as it is keeps its streets and customers, its pipes follow the demand. Raises DataError above ``HIGHEST_CUSTOMERS`` customers.
    Method: docs/method.md#network-robustness.
    """
    if len(instance.customer_kw) > HIGHEST_CUSTOMERS:
        raise DataError(
            f"{len(instance.customer_kw)} customers; draws of a network are made up to {HIGHEST_CUSTOMERS}. Leave robustness_draws at 0, or plan a part"
        )
    switched, objective, kept, beyond = (
        np.zeros((draws, len(instance.customer_kw)), dtype=bool),
        *np.zeros((2, draws)),
        np.zeros(draws, dtype=bool),
    )
    limits, nothing = NetworkLimits(ascent_rounds=1, search_rounds=1, seed=seed), np.zeros(0)
    for draw in range(draws):
        case = drawn(instance, bands, np.random.default_rng((seed, draw)))
        same = measured(case, design.edge, design.connected, (-np.inf, nothing, design.reachable))
        try:
            found = design_network(case, limits)
        except InfeasibleError:
            found = same
        objective[draw], kept[draw] = min(found.objective_eur, same.objective_eur), same.objective_eur
        if found.objective_eur < same.objective_eur:
            switched[draw] = found.connected != design.connected
        beyond[draw] = same.objective_eur - objective[draw] > found.objective_eur - found.bound_eur
    return Spread(
        switched.mean(axis=0) if draws else np.zeros(len(instance.customer_kw)),
        objective,
        kept,
        switched.sum(axis=1),
        beyond,
    )


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
    at the source apart.
    """
    ends = (instance.tail + instance.head)[design.edge] - design.upstream
    joined, groups = np.flatnonzero(design.connected), int(group.max(initial=-1)) + 1
    slope = np.array([table.slope_eur_per_m_kw for table in instance.classes])[instance.kinds[design.edge]]
    fixed, own = design.cost_eur - slope * instance.length_m[design.edge] * design.sum_kw, group[design.edge]
    price = np.zeros((len(shares), draws))
    weak = np.zeros((len(shares), groups))
    for row, share in enumerate(shares):
        for draw in range(draws):
            random = np.random.default_rng((seed, row, draw))
            here = random.permutation(joined)[: max(1, round(share * len(joined)))]
            kw, value = np.zeros(instance.node_count), np.zeros(instance.node_count)
            np.add.at(kw, instance.customer_node[here], instance.customer_kw[here])
            np.add.at(value, instance.customer_node[here], instance.customer_value_eur[here])
            total, spent = 0.0, np.zeros(instance.node_count)
            margin = np.zeros(len(design.edge))
            for place in range(len(design.edge) - 1, -1, -1):
                up, end = design.upstream[place], ends[place]
                laid = own[place] >= 0 or kw[end] > 0
                cost = fixed[place] * laid + slope[place] * instance.length_m[design.edge[place]] * kw[end]
                spent[end] += cost
                margin[place] = value[end] - spent[end]
                kw[up], value[up], spent[up] = kw[up] + kw[end], value[up] + value[end], spent[up] + spent[end]
                total += cost
            price[row, draw] = total / max(float(heat_mwh[here].sum()), 1e-9)
            failing = np.unique(own[(own >= 0) & (margin < 0)])
            weak[row, failing] += 1.0 / draws
    return Uptake(np.array(shares), price.mean(axis=1), price.min(axis=1), price.max(axis=1), weak)


def without_source(instance: Instance, design: Design, arc: int, *, boiler_eur_per_kw: float) -> Repair:
    """The cheapest repair when the source behind edge ``arc`` fails: the others feed all that are connected, as far as they can.

    Where they cannot, a temporary boiler stands at the lost source for all its kW, at ``boiler_eur_per_kw`` a year. The network may lay new pipes; those that lie are not
    priced again only in so far as they are used. Method: docs/method.md#network-robustness.
    """
    asked = dict(zip(design.edge.tolist(), design.design_kw.tolist(), strict=True)).get(arc, 0.0)
    boiler = Repair(boiler_eur_per_kw * asked, asked, None)
    if not asked:
        return Repair(0.0, 0.0, design)
    allowed = instance.allowed.copy()
    allowed[arc] = False
    forced = replace(instance, allowed=allowed, must=design.connected, never=~design.connected)
    try:
        found = design_network(forced, NetworkLimits())
    except InfeasibleError:
        return boiler
    more = found.objective_eur - design.objective_eur
    return Repair(more, 0.0, found) if more < boiler.more_eur_per_year else boiler


def without_customer(instance: Instance, design: Design, customer: int) -> float:
    """What losing a connected customer costs a year while all pipes stay: its value, less the pumping that it takes [EUR/year]."""
    ends = (instance.tail + instance.head)[design.edge] - design.upstream
    above = np.full(instance.node_count, -1, dtype=np.int64)
    above[ends] = np.arange(len(ends))
    slope = np.array([table.slope_eur_per_m_kw for table in instance.classes])[instance.kinds[design.edge]]
    node, pumping = int(instance.customer_node[customer]), 0.0
    while (place := int(above[node])) >= 0:
        pumping += float(slope[place] * instance.length_m[design.edge[place]] * instance.customer_kw[customer])
        node = int(design.upstream[place])
    return float(
        instance.customer_value_eur[customer] - pumping - instance.source_eur_per_kw * instance.customer_kw[customer]
    )
