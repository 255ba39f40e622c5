"""The network as it lies: what can still be saved, who can join later, and the cheapest repair when a source or a customer goes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from koppelkans.errors import InfeasibleError
from koppelkans.heat.network.explain import Attachments, Flow, attachments, flow_of
from koppelkans.heat.network.instance import Design, Flags, Floats, Instance, Ints, NetworkLimits, PipeClass
from koppelkans.heat.network.kernel import design_network
from koppelkans.heat.network.read import measured
from koppelkans.heat.network.robust import ends_of, of_customers, slope_eur_per_kw
from koppelkans.heat.network.stand_in import stand_ins

ROUNDING_SHARE = 1e-9
REDESIGNED_CUSTOMERS = 100
"""Up to this many connected customers a repair is also sought by a design from nothing."""


@dataclass(frozen=True, slots=True)
class Lying:
    """A design whose pipes lie. ``saved_eur``: per used edge what shutting it saves a year, what flows through it apart; ``slope``: what a kW through it costs.

    ``ends``: downstream node of each used edge, ``above``: per node the place of the edge that leads to it, -1 for none. ``cap_kw``: what each can carry.
    """

    instance: Instance
    design: Design
    saved_eur: Floats
    slope: Floats
    ends: Ints
    above: Ints
    cap_kw: Floats


@dataclass(frozen=True, slots=True)
class Joiners:
    """Customers left out whose service would leave from a node of the network. Per customer: ``along``, ``fits`` (one after the other, the most valuable
    first), ``brings_eur``: value less service and what its heat costs on the way, a year; not a number elsewhere.
    """

    along: Flags
    fits: Flags
    brings_eur: Floats


@dataclass(frozen=True, slots=True)
class Boiler:
    """A temporary boiler: hire per kW of peak and year, what a kW that flows costs more in a year, and placing it once."""

    eur_per_kw: float
    flow_eur_per_kw: float = 0.0
    place_eur: float = 0.0


@dataclass(frozen=True, slots=True)
class Repair:
    """Cost more a year when something is lost, after the cheapest repair, which is one of ``tables.NETWORK_REPAIRS``; ``kept_eur``: without any.

    ``missing_kw``: what a temporary boiler must give. ``left``: customers that are shut off, ``joined``: that take the room.
    """

    more_eur: float
    kept_eur: float
    repair: str
    missing_kw: float = 0.0
    left: int = 0
    joined: int = 0


def lying(instance: Instance, design: Design, saved_eur: Floats) -> Lying:
    """The design as it lies. saved_eur: per used edge what shutting it saves a year (upkeep and heat lost); for an edge that stands for a source its fixed cost."""
    ends = ends_of(instance, design)
    above = np.full(instance.node_count, -1, dtype=np.int64)
    above[ends] = np.arange(len(ends))
    kinds = instance.kinds[design.edge]
    cap = np.array([
        instance.classes[kind].level_cap_kw[level] for kind, level in zip(kinds.tolist(), design.level.tolist(), strict=True)
    ], dtype=np.float64)  # fmt: skip
    return Lying(instance, design, saved_eur, slope_eur_per_kw(instance, design), ends, above, cap)


def _way(net: Lying, node: int) -> list[int]:
    """Places of the edges from a node up to the root."""
    found = []
    while (place := int(net.above[node])) >= 0:
        found.append(place)
        node = int(net.design.upstream[place])
    return found


# ------------------------------------------------------------------------------------------------------------------- later joiners


def way_eur_per_kw(net: Lying) -> Floats:
    """Per node of the network what a kW there costs a year on its way from the source; not a number elsewhere."""
    found = np.full(net.instance.node_count, np.nan)
    found[net.instance.root] = net.instance.source_eur_per_kw
    for place, (up, end) in enumerate(zip(net.design.upstream.tolist(), net.ends.tolist(), strict=True)):
        found[end] = found[up] + net.slope[place]
    return found


def joins_later_eur(net: Lying) -> Floats:
    """What each connected customer brings a year when it joins a network that lies: value less service pipe and pumping; not a number for the others.

    Its service is the edge that carries it alone; a customer without one has none to lay.
    """
    case, design = net.instance, net.design
    found, way = np.full(len(case.customer_kw), np.nan), way_eur_per_kw(net)
    joined = np.flatnonzero(design.connected)
    node = case.customer_node[joined]
    own = np.where(net.above[node] >= 0, net.above[node], 0)
    service = np.zeros(len(joined)) if not len(design.edge) else np.where(
        (net.above[node] >= 0) & (design.customers[own] == 1), design.cost_eur[own] - net.slope[own] * design.sum_kw[own], 0.0
    )  # fmt: skip
    found[joined] = case.customer_value_eur[joined] - way[node] * case.customer_kw[joined] - service
    return found


def joiners(net: Lying) -> Joiners:
    """Who of those left out fits on the pipes that lie, all sizes staying. Method: docs/method.md#network-robustness."""
    case, count = net.instance, len(net.instance.customer_kw)
    edge, node = _services(net)
    along, brings, fits = edge >= 0, np.full(count, np.nan), np.zeros(count, dtype=bool)
    users = np.flatnonzero(along)
    kw = case.customer_kw[users]
    own = sum(case.coincidence) * kw
    level = np.searchsorted(case.level_cap_kw, own * (1 - ROUNDING_SHARE))
    price = np.append(case.level_eur_per_m, np.inf)[level] + case.slope_eur_per_m_kw * kw
    service = case.extra_eur[edge[users]] + case.length_m[edge[users]] * price
    worth = case.customer_value_eur[users] - service - way_eur_per_kw(net)[node[users]] * kw
    brings[users] = np.where(np.isfinite(worth), worth, np.nan)
    loads = _Loads(net, flow_of(case, net.design))
    for user in users[np.lexsort((users, -worth))][: int(np.isfinite(worth).sum())].tolist():
        here, asked = int(node[user]), float(case.customer_kw[user])
        if loads.carry(here, asked):
            fits[user] = True
            loads.add(here, asked)
    return Joiners(along, fits, brings)


def _services(net: Lying) -> tuple[Ints, Ints]:
    """Per customer left out the edge by which it would hang on a node of the network, and that node; -1 where there is none."""
    case, design = net.instance, net.design
    inside = net.above >= 0
    inside[case.root] = True
    edge, node = np.full((2, len(case.customer_kw)), -1, dtype=np.int64)
    at = np.full(case.node_count, -1, dtype=np.int64)
    free = case.allowed & (case.kinds == 0)
    for end, other in ((case.head, case.tail), (case.tail, case.head)):
        usable = np.flatnonzero(free & inside[other] & ~inside[end])
        at[end[usable]] = usable
    out = np.flatnonzero(~design.connected & ~case.never)
    found = at[case.customer_node[out]]
    edge[out] = found
    node[out[found >= 0]] = (case.tail + case.head)[found[found >= 0]] - case.customer_node[out[found >= 0]]
    return edge, node


class _Loads:
    """What each edge of a network carries, and whether it and the source carry more."""

    def __init__(self, net: Lying, flow: Flow) -> None:
        root = net.instance.root
        self._net, (self._flat, self._shared) = net, net.instance.coincidence
        self._kw, self._design = flow.taken.copy(), flow.design
        self._count = flow.served[net.ends].astype(np.float64)
        self._root_kw, self._root_count = float(flow.kw[root]), float(flow.served[root])
        self._root_design = max(self._asked(self._root_kw, self._root_count), float(flow.peak[root]))

    def carry(self, node: int, kw: float) -> bool:
        """Whether a customer more at a node fits."""
        below = (self._flat + self._shared) * kw
        for place in _way(self._net, node):
            below = max(float(self._design[place]), self._asked(self._kw[place] + kw, self._count[place] + 1.0), below)
            if below > self._net.cap_kw[place] * (1 + ROUNDING_SHARE):
                return False
        top = max(self._root_design, self._asked(self._root_kw + kw, self._root_count + 1.0), below)
        return bool(top <= self._net.instance.source_kw * (1 + ROUNDING_SHARE))

    def add(self, node: int, kw: float) -> None:
        """The customer is there from now on."""
        way = _way(self._net, node)
        self._kw[way] += kw
        self._count[way] += 1.0
        self._root_kw, self._root_count = self._root_kw + kw, self._root_count + 1.0

    def _asked(self, kw: float, count: float) -> float:
        return (self._flat + self._shared / max(count, 1.0)) * kw


# --------------------------------------------------------------------------------------------------------------- a customer lost


def without_customers(net: Lying, customers: Ints) -> list[Repair]:
    """What losing each of these connected customers costs a year after the cheapest repair: the others stay (kept), branches that no longer pay are shut
    (dropped), or customers join that are worth their own way and did not fit before (attached).

    Pipes behind which nobody is left are shut in each. Method: docs/method.md#network-robustness.
    """
    branches, room = _Branches(net), _Room(net)
    found = []
    for customer in customers.tolist():
        kept, _ = branches.lost(customer, shut=False)
        dropped, left = branches.lost(customer, shut=True)
        gained, joined = room.without(customer)
        options = (
            Repair(kept, kept, "kept"), Repair(dropped, kept, "dropped", left=left), Repair(kept - gained, kept, "attached", joined=joined),
        )  # fmt: skip
        best = min(options, key=lambda one: one.more_eur)
        found.append(best if best.more_eur < kept - ROUNDING_SHARE * max(abs(kept), 1.0) else options[0])
    return found


class _Room:
    """Who would take the room of a customer that goes: each is charged its whole way to the network, and pipes that lie keep their size."""

    def __init__(self, net: Lying) -> None:
        case, design, everybody = _lying_instance(net), net.design, np.arange(len(net.instance.customer_kw))
        worth = ~net.instance.never & ~design.connected & (net.instance.customer_value_eur > 0)
        base = replace(design, level=np.zeros_like(design.level))
        wide = replace(case, source_kw=np.inf, more_classes=tuple(_without_end(table) for table in case.more_classes))
        # where even pipes without end would not make a customer worth its way, nothing that goes makes room for it
        self._kept = design.connected | worth
        brings = case.customer_value_eur[self._kept] - _attached(wide, base, self._kept).cost_eur
        self._kept[everybody[self._kept][~(brings > 0) & ~design.connected[self._kept]]] = False
        self._net, self._case, self._base = net, of_customers(case, self._kept), base
        self._before = self._filled(design.connected)

    def without(self, customer: int) -> tuple[float, int]:
        """What is gained by those who come in the place of a customer [EUR/year], and how many they are."""
        if self._kept.sum() == self._net.design.connected.sum():
            return 0.0, 0
        there = self._net.design.connected.copy()
        there[customer] = False
        after = self._filled(there)
        gained = sum(after.values()) - sum(self._before.values())
        return gained, len(set(after) - set(self._before))

    def _filled(self, there: Flags) -> dict[int, float]:
        """Customers who join, one after the other, the most valuable first, and what each brings above its cost."""
        net, case = self._net, self._case
        connected = there[self._kept]
        design = replace(self._base, connected=connected)
        flow, found = flow_of(case, design), attachments(case, design)
        brings = case.customer_value_eur - found.cost_eur
        # nobody joins behind a pipe that serves nobody any more: it is shut
        live = flow.served[np.maximum(found.meets, 0)] > 0
        new = ~net.design.connected[self._kept]
        users = np.flatnonzero(new & (found.meets >= 0) & live & np.isfinite(brings) & (brings > 0))
        loads, joined = _Loads(net, flow), dict[int, float]()
        for user in users[np.lexsort((users, -brings[users]))].tolist():
            here, asked = int(found.meets[user]), float(case.customer_kw[user])
            if loads.carry(here, asked):
                loads.add(here, asked)
                joined[user] = float(brings[user])
        return joined


def _attached(case: Instance, design: Design, kept: Flags) -> Attachments:
    """The cheapest attachments of some of the customers."""
    return attachments(of_customers(case, kept), replace(design, connected=design.connected[kept]))


def _without_end(table: PipeClass) -> PipeClass:
    """A table whose smallest pipe, or source, carries everything."""
    return replace(table, level_cap_kw=np.full(len(table.level_cap_kw), np.inf))


class _Branches:
    """What every branch of a lying network is worth above what shutting it would save."""

    def __init__(self, net: Lying) -> None:
        case, design = net.instance, net.design
        self._net = net
        way = np.nan_to_num(way_eur_per_kw(net))[case.customer_node]
        self._worth = case.customer_value_eur - way * case.customer_kw
        self._gain = -net.saved_eur.astype(np.float64)
        self._count, self._held = np.zeros((2, len(design.edge)), dtype=np.int64)
        joined = np.flatnonzero(design.connected)
        joined = joined[net.above[case.customer_node[joined]] >= 0]
        place = net.above[case.customer_node[joined]]
        np.add.at(self._gain, place, self._worth[joined])
        np.add.at(self._count, place, 1)
        np.add.at(self._held, place, case.must[joined].astype(np.int64))
        before = net.above[design.upstream]
        for pipe in range(len(before) - 1, -1, -1):
            if before[pipe] >= 0:
                for sums in (self._gain, self._count, self._held):
                    sums[before[pipe]] += sums[pipe]

    def lost(self, customer: int, *, shut: bool) -> tuple[float, int]:
        """What is lost with a customer, and how many others go with it; ``shut``: branches that no longer pay are shut too."""
        must = int(self._net.instance.must[customer])
        lost, left = float(self._worth[customer]), 0
        for place in _way(self._net, int(self._net.instance.customer_node[customer])):
            gain, others = float(self._gain[place]), int(self._count[place]) - 1
            free = shut and self._held[place] == must
            if others == 0 or (free and gain - lost < 0):
                lost, left = gain, others
        return lost, left


# ----------------------------------------------------------------------------------------------------------------- a source lost


def without_source(net: Lying, arc: int, boiler: Boiler) -> Repair:
    """What losing the source behind edge ``arc`` costs a year after the cheapest repair, all connected customers staying: a boiler at its place on the
    pipes that lie, or pieces of the network joined to those of the other sources, by new pipes where needed.

    Pipes that lie cost what shutting them would save; a larger one in their place costs all of a new one. Up to ``REDESIGNED_CUSTOMERS`` customers the network is also
    designed from nothing over lying and new pipes. Method: docs/method.md#network-robustness.
    """
    here = np.flatnonzero(net.design.edge == arc)
    if not len(here):
        return Repair(0.0, 0.0, "kept")
    edges, everybody = np.sort(net.design.edge), np.ones(int(net.design.connected.sum()), dtype=bool)
    none = (-np.inf, np.zeros(0), everybody)
    before = replace(of_customers(_lying_instance(net), net.design.connected), must=everybody, never=~everybody)
    case = _with_boiler(before, arc, boiler)
    same = measured(case, edges, everybody, none)
    before_eur = measured(before, edges, everybody, none).objective_eur
    kept = _with_hire(case, same, arc, boiler) - before_eur
    found = stand_ins(case, same, arc, lambda design: _with_hire(case, design, arc, boiler))
    if len(everybody) <= REDESIGNED_CUSTOMERS:
        found = min(found, _redesigned(case, found), key=lambda design: _with_hire(case, design, arc, boiler))
    more = _with_hire(case, found, arc, boiler) - before_eur
    if more >= kept - ROUNDING_SHARE * max(abs(kept), 1.0):
        return Repair(kept, kept, "temporary_boiler", missing_kw=float(net.design.design_kw[here[0]]))
    missing = float(found.design_kw[found.edge == arc].sum())
    others = _given_kw(case, found, arc) > _given_kw(case, same, arc) * (1 + ROUNDING_SHARE)
    both = "other_sources_and_boiler" if others else "temporary_boiler"
    return Repair(more, kept, both if missing > 0 else "other_sources", missing_kw=missing)


def _redesigned(case: Instance, instead: Design) -> Design:
    """The best design found from nothing; ``instead`` where there is none."""
    try:
        return design_network(case, NetworkLimits())
    except InfeasibleError:
        return instead


def _lying_instance(net: Lying) -> Instance:
    """The question again with the pipes that lie: up to their capacity they cost what shutting them would save, beyond it a new one at its full price."""
    case, design = net.instance, net.design
    extra, kinds, classes = case.extra_eur.copy(), case.kinds.copy(), list(case.classes)
    length = np.maximum(case.length_m[design.edge], ROUNDING_SHARE)
    trench, saved = case.extra_eur[design.edge] / length, net.saved_eur / length
    alike = np.column_stack([kinds[design.edge], design.level, trench.round(6), saved.round(6)])
    pipes = ~np.array([classes[kind].source for kind in kinds[design.edge].tolist()], dtype=bool)
    rows, of = np.unique(alike[pipes], axis=0, return_inverse=True)
    edge = design.edge[pipes]
    extra[edge], kinds[edge] = 0.0, len(classes) + of.ravel()
    for kind, level, trench_eur, saved_eur in rows.tolist():
        new, first = classes[int(kind)], int(level)
        price = np.append(saved_eur, trench_eur + new.level_eur_per_m[first + 1 :])
        classes.append(PipeClass(new.level_cap_kw[first:], np.maximum.accumulate(price), new.slope_eur_per_m_kw))
    return replace(case, extra_eur=extra, edge_class=kinds, more_classes=tuple(classes[1:]))


def _with_boiler(case: Instance, arc: int, boiler: Boiler) -> Instance:
    """The question with a boiler in the place of a source; hire per kW of peak counted at what very many customers ask."""
    kinds, extra = case.kinds.copy(), case.extra_eur.copy()
    enough = np.array([2.0 * sum(case.coincidence) * float(case.customer_kw.sum()) + 1.0])
    slope = case.classes[kinds[arc]].slope_eur_per_m_kw * case.length_m[arc]
    slope += boiler.flow_eur_per_kw + case.coincidence[0] * boiler.eur_per_kw
    kinds[arc], extra[arc] = len(case.classes), boiler.place_eur
    more = PipeClass(enough, np.zeros(1), slope / case.length_m[arc], source=True)
    return replace(case, edge_class=kinds, extra_eur=extra, more_classes=(*case.more_classes, more))


def _with_hire(case: Instance, design: Design, arc: int, boiler: Boiler) -> float:
    """The cost of a design with the hire of the boiler at its own peak."""
    at = design.edge == arc
    peak_kw = design.design_kw[at] - case.coincidence[0] * design.sum_kw[at]
    return float(design.objective_eur + boiler.eur_per_kw * peak_kw.sum())


def _given_kw(case: Instance, design: Design, arc: int) -> float:
    """What the sources but one give together."""
    sources = np.array([table.source for table in case.classes])[case.kinds[design.edge]]
    return float(design.sum_kw[sources & (design.edge != arc)].sum())
