"""From the tree of the problem back to the edges and customers of the instance, measured afresh."""

from __future__ import annotations

import numpy as np

from koppelkans.heat.network.instance import Design, Flags, Floats, Instance, Ints
from koppelkans.heat.network.problem import Problem
from koppelkans.heat.network.truecost import Tree


def read_design(problem: Problem, tree: Tree | None, bound_eur: float, left_eur: Floats | None = None) -> Design:
    """The design in the numbers of the instance; every cost is computed again from the instance alone.

    left_eur: per arc of the problem what its bound left unpaid; nothing where there is no such bound.
    """
    instance = problem.instance
    connected = np.zeros(len(instance.customer_kw), dtype=bool)
    chosen: list[int] = []
    if tree is not None:
        connected[problem.user_of[tree.on]] = True
        used = np.flatnonzero((tree.edge >= 0) & (tree.parent >= 0) & (tree.served > 0))
        chosen = [*problem.edge_of[tree.edge[used]].tolist(), *_stubs(problem, np.flatnonzero(connected))]
    reduced = np.zeros(len(instance.tail))
    if left_eur is not None and len(problem.edge_of):
        reduced[problem.edge_of] = left_eur.reshape(-1, 2).min(axis=1)
    return measured(
        instance, np.array(sorted(chosen), dtype=np.int64), connected, (bound_eur, reduced, problem.reachable)
    )


def _stubs(problem: Problem, customers: Ints) -> list[int]:
    """The edges that were absorbed between connected customers and the streets."""
    instance, found = problem.instance, set()
    for start in instance.customer_node[customers].tolist():
        node = start
        while (edge := int(problem.stub_of[node])) >= 0:
            found.add(edge)
            node = int(instance.tail[edge] + instance.head[edge] - node)
    return sorted(found)


def measured(instance: Instance, chosen: Ints, connected: Flags, proof: tuple[float, Floats, Flags]) -> Design:
    """A design of these edges and customers: flows from the ends inwards, costs by the rules of ``Instance``.

    proof: bound in EUR, what is left of the cost of each edge, which customers can be reached at all.
    """
    order, upstream, downstream = _outwards(instance, chosen)
    kw, count = np.zeros(instance.node_count), np.zeros(instance.node_count, dtype=np.int64)
    peak = np.zeros(instance.node_count)
    own = sum(instance.coincidence) * instance.customer_kw[connected]
    np.add.at(kw, instance.customer_node[connected], instance.customer_kw[connected])
    np.add.at(count, instance.customer_node[connected], 1)
    np.maximum.at(peak, instance.customer_node[connected], own)
    taken, design = np.zeros(len(order)), np.zeros(len(order))
    flat, shared = instance.coincidence
    for place in range(len(order) - 1, -1, -1):
        edge, up, down = order[place], upstream[place], downstream[place]
        length = instance.length_m[edge]
        taken[place] = (kw[down] + instance.loss_kw_per_m * length) / (1 - instance.loss_share_per_m * length)
        design[place] = max((flat + shared / max(count[down], 1)) * taken[place], peak[down])
        kw[up] += taken[place]
        count[up] += count[down]
        peak[up] = max(peak[up], design[place])
    level, price = _priced(instance, order, design, taken)
    cost = instance.extra_eur[order] + instance.length_m[order] * price
    root = instance.root
    value = instance.customer_value_eur
    objective = float(cost.sum() + instance.source_eur_per_kw * kw[root] - value[connected].sum())
    bound_eur, reduced, reachable = proof
    whole = objective + float(value.sum())
    bound_eur = min(bound_eur, objective)
    return Design(
        edge=order, upstream=upstream, design_kw=design, sum_kw=taken, level=level, customers=count[downstream], cost_eur=cost,
        connected=connected, objective_eur=objective, bound_eur=bound_eur, whole_eur=whole,
        gap_share=gap_share(objective, bound_eur, whole), reduced_eur=reduced, reachable=reachable,
        root_kw=float(max((flat + shared / max(count[root], 1)) * kw[root], peak[root])),
    )  # fmt: skip


def _priced(instance: Instance, order: Ints, design: Floats, taken: Floats) -> tuple[Ints, Floats]:
    """Per used edge the first pipe of its class that carries the design flow, and its price per metre."""
    level, price, kinds = np.zeros(len(order), dtype=np.int64), np.zeros(len(order)), instance.kinds[order]
    for number, table in enumerate(instance.classes):
        of = kinds == number
        found = np.searchsorted(table.level_cap_kw, design[of] * (1 - 1e-12))
        level[of] = np.minimum(found, len(table.level_cap_kw) - 1)
        price[of] = table.level_eur_per_m[level[of]] + table.slope_eur_per_m_kw * taken[of]
    return level, price


def gap_share(objective_eur: float, bound_eur: float, whole_eur: float) -> float:
    """(objective - bound) / whole-system cost, always a number: 0 when they meet, at most 1 when the whole costs nothing."""
    gap = max(objective_eur - bound_eur, 0.0)
    if gap <= 1e-12 * max(abs(objective_eur), abs(bound_eur)):
        return 0.0
    return gap / max(abs(whole_eur), gap)


def _outwards(instance: Instance, chosen: Ints) -> tuple[Ints, Ints, Ints]:
    """The edges from the root outwards with the node on either side; edges that the root does not reach are left out."""
    beside: dict[int, list[int]] = {}
    for edge in chosen.tolist():
        for node in (int(instance.tail[edge]), int(instance.head[edge])):
            beside.setdefault(node, []).append(edge)
    order: list[int] = []
    upstream: list[int] = []
    downstream: list[int] = []
    seen, waiting = {instance.root}, [instance.root]
    for node in waiting:
        for edge in beside.get(node, ()):
            other = int(instance.tail[edge] + instance.head[edge]) - node
            if other not in seen:
                seen.add(other)
                waiting.append(other)
                order.append(edge)
                upstream.append(node)
                downstream.append(other)
    return np.array(order, dtype=np.int64), np.array(upstream, dtype=np.int64), np.array(downstream, dtype=np.int64)
