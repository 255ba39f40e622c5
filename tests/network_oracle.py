"""An independent answer for small networks: every tree and every choice of customers, in plain Python."""

import itertools
from dataclasses import replace

import numpy as np

from koppelkans.heat.network import Instance
from koppelkans.heat.network.instance import PipeClass

TABLE_KW = (20.0, 60.0, 200.0, 900.0)
TABLE_EUR = (30.0, 33.0, 41.0, 60.0)


def instance(
    edges,
    customers,
    *,
    root=0,
    nodes=None,
    source_kw=1e9,
    coincidence=(0.62, 0.38),
    table=(TABLE_KW, TABLE_EUR),
    **more,
):
    """edges: (tail, head, length_m, extra_eur); customers: (node, kw, value_eur) or (node, kw, value_eur, "must" or "never")."""
    count = (
        nodes
        if nodes is not None
        else 1 + max([root, *(end for edge in edges for end in edge[:2]), *(row[0] for row in customers)])
    )
    kinds = [row[3] if len(row) > 3 else "" for row in customers]
    return Instance(
        node_count=count, root=root,
        tail=np.array([edge[0] for edge in edges], dtype=np.int64), head=np.array([edge[1] for edge in edges], dtype=np.int64),
        length_m=np.array([edge[2] for edge in edges], dtype=float), extra_eur=np.array([edge[3] for edge in edges], dtype=float),
        allowed=np.ones(len(edges), dtype=bool), level_cap_kw=np.array(table[0]), level_eur_per_m=np.array(table[1]),
        slope_eur_per_m_kw=more.pop("slope", 0.0), coincidence=coincidence,
        customer_node=np.array([row[0] for row in customers], dtype=np.int64),
        customer_kw=np.array([row[1] for row in customers], dtype=float),
        customer_value_eur=np.array([row[2] for row in customers], dtype=float),
        must=np.array([kind == "must" for kind in kinds], dtype=bool), never=np.array([kind == "never" for kind in kinds], dtype=bool),
        source_kw=source_kw, **more,
    )  # fmt: skip


def tree_cost(case: Instance, edges, connected) -> float:
    """Cost - value of a tree, infinite when it is none or cannot carry its flows."""
    below: dict[int, list[tuple[int, int]]] = {}
    reached, waiting = {case.root}, [case.root]
    left = set(edges)
    while waiting:
        node = waiting.pop()
        for edge in [edge for edge in left if node in (case.tail[edge], case.head[edge])]:
            other = int(case.tail[edge] + case.head[edge]) - node
            if other in reached:
                return float("inf")
            left.discard(edge)
            reached.add(other)
            waiting.append(other)
            below.setdefault(node, []).append((edge, other))
    if left or any(int(case.customer_node[user]) not in reached for user in connected):
        return float("inf")
    flat, shared = case.coincidence

    def flow(node):
        kw = sum(case.customer_kw[user] for user in connected if case.customer_node[user] == node)
        count = sum(1 for user in connected if case.customer_node[user] == node)
        peak = max(
            [(flat + shared) * case.customer_kw[user] for user in connected if case.customer_node[user] == node],
            default=0.0,
        )
        cost = 0.0
        for edge, child in below.get(node, []):
            child_kw, child_count, child_peak, child_cost = flow(child)
            length = case.length_m[edge]
            taken = (child_kw + case.loss_kw_per_m * length) / (1 - case.loss_share_per_m * length)
            design = max((flat + shared / max(child_count, 1)) * taken, child_peak)
            table = case.classes[case.kinds[edge]]
            fitting = [k for k, cap in enumerate(table.level_cap_kw) if cap >= design * (1 - 1e-12)]
            if not fitting:
                return 0.0, 0, 0.0, float("inf")
            price = table.level_eur_per_m[fitting[0]] + table.slope_eur_per_m_kw * taken
            cost += child_cost + case.extra_eur[edge] + length * price
            kw, count, peak = kw + taken, count + child_count, max(peak, design)
        return kw, count, peak, cost

    kw, count, peak, cost = flow(case.root)
    if max((flat + shared / max(count, 1)) * kw, peak) > case.source_kw * (1 + 1e-12):
        return float("inf")
    return float(cost + case.source_eur_per_kw * kw - sum(case.customer_value_eur[user] for user in connected))


def optimum(case: Instance) -> float:
    """The least cost - value over all trees and customers; infinite when nothing is possible."""
    usable = [edge for edge in range(len(case.tail)) if case.allowed[edge] and case.tail[edge] != case.head[edge]]
    free = [user for user in range(len(case.must)) if not case.must[user] and not case.never[user]]
    must = [user for user in range(len(case.must)) if case.must[user]]
    best = float("inf")
    for size in range(min(len(usable), case.node_count - 1) + 1):
        for edges in itertools.combinations(usable, size):
            if tree_cost(case, edges, []) == float("inf") and size:
                continue
            for chosen in itertools.chain.from_iterable(itertools.combinations(free, n) for n in range(len(free) + 1)):
                best = min(best, tree_cost(case, edges, [*must, *chosen]))
    return best


def random_case(seed: int, *, nodes=6, edges=8, customers=4, **more) -> Instance:
    """A small connected graph with customers whose worth is near what their pipes cost."""
    random = np.random.default_rng(seed)
    rows = [
        (int(random.integers(node)), node, float(random.uniform(5, 40)), float(random.uniform(0, 300)))
        for node in range(1, nodes)
    ]
    while len(rows) < edges:
        one, other = random.choice(nodes, 2, replace=False)
        rows.append((int(one), int(other), float(random.uniform(5, 40)), float(random.uniform(0, 300))))
    users = [
        (int(random.integers(nodes)), float(random.lognormal(2.3, 0.9)), float(random.uniform(100, 3000)))
        for _ in range(customers)
    ]
    return instance(rows, users, nodes=nodes, **more)


def with_sources(case: Instance, seed: int, *, sources=2, scarce=1.0) -> Instance:
    """The network fed by sources of different price and power at random nodes, each behind an edge of its own from a new root; and with two of its
    streets holding a pipe already, one of them with a new pipe beyond its capacity.

    ``scarce``: power of the first source as share of what all customers ask; the second has half of it, the third enough for all.
    """
    random = np.random.default_rng(seed + 7)
    asked = sum(case.coincidence) * float(case.customer_kw.sum())
    power = (scarce, scarce / 2, 2.0)[:sources]
    slopes = (0.0, *random.uniform(5, 40, 2))[:sources]
    arcs = [
        PipeClass(np.array([share * asked + 1e-3]), np.zeros(1), float(slope), source=True)
        for share, slope in zip(power, slopes, strict=True)
    ]
    old = [
        PipeClass(np.array([25.0]), np.array([2.0]), case.slope_eur_per_m_kw),
        PipeClass(np.array([15.0, 60.0, 900.0]), np.array([1.0, 45.0, 70.0]), case.slope_eur_per_m_kw),
    ]  # fmt: skip
    root, kinds = case.node_count, np.zeros(len(case.tail), dtype=np.int64)
    laid = random.choice(len(case.tail), 2, replace=False)
    kinds[laid] = [len(arcs) + 1, len(arcs) + 2]
    extra = case.extra_eur.copy()
    extra[laid] = 0.0
    ends = random.choice(case.node_count, sources, replace=False)
    return replace(
        case, node_count=root + 1, root=root, tail=np.append(case.tail, np.full(sources, root)), head=np.append(case.head, ends),
        length_m=np.append(case.length_m, np.ones(sources)), extra_eur=np.append(extra, random.uniform(0, 400, sources)),
        allowed=np.append(case.allowed, np.ones(sources, dtype=bool)), edge_class=np.append(kinds, np.arange(1, sources + 1)),
        more_classes=(*arcs, *old),
    )  # fmt: skip


def scaled(case: Instance, factor: float) -> Instance:
    """All money times a factor."""
    return replace(
        case, extra_eur=case.extra_eur * factor, level_eur_per_m=case.level_eur_per_m * factor,
        slope_eur_per_m_kw=case.slope_eur_per_m_kw * factor, customer_value_eur=case.customer_value_eur * factor,
        source_eur_per_kw=case.source_eur_per_kw * factor,
        more_classes=tuple(
            PipeClass(table.level_cap_kw, table.level_eur_per_m * factor, table.slope_eur_per_m_kw * factor, table.source) for table in case.more_classes
        ),
    )  # fmt: skip


def relabelled(case: Instance, seed: int) -> Instance:
    """The same network with nodes, edges, directions and customers in another order."""
    random = np.random.default_rng(seed)
    node, edge = random.permutation(case.node_count), random.permutation(len(case.tail))
    user, turned = random.permutation(len(case.must)), random.random(len(case.tail)) < 0.5
    tail, head = node[np.where(turned, case.head, case.tail)], node[np.where(turned, case.tail, case.head)]
    return replace(
        case, root=int(node[case.root]), tail=tail[edge], head=head[edge], length_m=case.length_m[edge],
        extra_eur=case.extra_eur[edge], allowed=case.allowed[edge], customer_node=node[case.customer_node][user],
        customer_kw=case.customer_kw[user], customer_value_eur=case.customer_value_eur[user], must=case.must[user],
        never=case.never[user], edge_class=case.kinds[edge],
    )  # fmt: skip
