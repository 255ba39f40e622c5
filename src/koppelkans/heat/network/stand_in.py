"""Part of the network of a lost source fed by the others: one link and one cut at a time, at the true cost of pipes that lie."""

from __future__ import annotations

import heapq
from collections.abc import Callable

import numpy as np

from koppelkans.heat.network.instance import Design, Flags, Floats, Instance, Ints
from koppelkans.heat.network.read import measured

ROUNDS, LINKS, CUTS = 4, 8, 8
"""Links made one after the other; ways to the other networks, and places to cut, that are tried for each."""
ROUNDING_SHARE = 1e-9
Cost = Callable[[Design], float]


def stand_ins(case: Instance, design: Design, arc: int, cost: Cost) -> Design:
    """The design with pieces of the network behind source ``arc`` joined to that of another source, as long as that is cheaper.

    A piece is cut off where it leaves the lost network and linked along the cheapest way; inside it flows turn where they must, pipes that become too small
    are replaced. All customers stay connected; no pipe and no source carries more than it can. Heuristic: the answer is a cost that can be reached, not the least.
    Method: docs/method.md#network-robustness.
    """
    best, least = design, cost(design)
    for _ in range(ROUNDS):
        found = None
        for edges in _moves(case, best, arc):
            other = _measured(case, edges, design.connected)
            if other is not None and (total := cost(other)) < least - ROUNDING_SHARE * max(abs(least), 1.0):
                found, least = other, total
        if found is None:
            return best
        best = found
    return best


def _measured(case: Instance, edges: Ints, connected: Flags) -> Design | None:
    """The tree of these edges without ends that serve nobody; None where somebody is not reached or something carries too much."""
    none = (-np.inf, np.zeros(0), connected)
    found = measured(case, np.sort(edges), connected, none)
    used = found.customers > 0
    if not used.all():
        found = measured(case, np.sort(found.edge[used]), connected, none)
    most = np.array([table.level_cap_kw[-1] for table in case.classes])[case.kinds[found.edge]]
    first = found.upstream == case.root
    whole = int(found.customers[first].sum()) + int((case.customer_node[connected] == case.root).sum())
    fits = bool((found.design_kw <= most * (1 + ROUNDING_SHARE)).all())
    return found if fits and whole == int(connected.sum()) else None


def _moves(case: Instance, design: Design, arc: int) -> list[Ints]:
    """Sets of edges that each feed one piece of the lost network by one link."""
    ends = (case.tail + case.head)[design.edge] - design.upstream
    above = np.full(case.node_count, -1, dtype=np.int64)
    above[ends] = np.arange(len(ends))
    fed = _feeding(case, design, ends)
    spare = _spare_kw(case, design, arc)
    moves = []
    for node, source, link in _links(case, design, (fed, arc), spare):
        way, here = list[int](), node
        while (place := int(above[here])) >= 0:
            way.append(place)
            here = int(design.upstream[place])
        able = [place for place in way if design.design_kw[place] <= spare[source] * (1 + ROUNDING_SHARE)]
        # the cuts nearest to the lost source move most; some nearer to the link in case its pipes would grow too dear
        chosen = sorted({round(at) for at in np.linspace(0, len(able) - 1, CUTS)}) if able else []
        more = link if source in design.edge else [*link, source]
        moves += [np.append(design.edge[design.edge != design.edge[able[at]]], more).astype(np.int64) for at in chosen]
    return moves


def _feeding(case: Instance, design: Design, ends: Ints) -> Ints:
    """Per node the source edge that feeds it; -1 outside the tree and for the root."""
    fed = np.full(case.node_count, -1, dtype=np.int64)
    for edge, up, end in zip(design.edge.tolist(), design.upstream.tolist(), ends.tolist(), strict=True):
        fed[end] = edge if up == case.root else fed[up]
    return fed


def _spare_kw(case: Instance, design: Design, arc: int) -> dict[int, float]:
    """What each other source has left, by its edge."""
    asked = dict(zip(design.edge.tolist(), design.design_kw.tolist(), strict=True))
    kinds, sources = case.kinds, [table.source for table in case.classes]
    edges = [edge for edge in range(len(kinds)) if sources[kinds[edge]] and edge != arc and case.allowed[edge]]
    left = {edge: float(case.classes[kinds[edge]].level_cap_kw[-1]) - asked.get(edge, 0.0) for edge in edges}
    return {edge: kw for edge, kw in left.items() if kw > 0}


def _links(
    case: Instance, design: Design, lost: tuple[Ints, int], spare: dict[int, float]
) -> list[tuple[int, int, list[int]]]:
    """The cheapest ways between the networks of other sources and that of the lost one: node of the lost network, source, edges.

    lost: per node the source that feeds it, and the edge of the lost one.
    """
    fed, arc = lost
    price = _way_eur(case, design, max(spare.values(), default=0.0))
    free = np.flatnonzero(case.allowed & ~np.isin(np.arange(len(case.tail)), design.edge) & np.isfinite(price))
    beside: dict[int, list[tuple[int, int]]] = {}
    for edge in free.tolist():
        tail, head = int(case.tail[edge]), int(case.head[edge])
        beside.setdefault(tail, []).append((edge, head))
        beside.setdefault(head, []).append((edge, tail))
    waiting = [(0.0, int(node), int(fed[node]), -1, -1) for node in np.flatnonzero(np.isin(fed, list(spare)))]
    waiting += [(0.0, _end(case, edge), edge, -1, -1) for edge in spare if edge not in design.edge]
    heapq.heapify(waiting)
    came: dict[int, tuple[int, int, int]] = {}
    found = list[tuple[int, int, list[int]]]()
    while waiting and len(found) < LINKS:
        far, node, source, edge, before = heapq.heappop(waiting)
        if node in came:
            continue
        came[node] = (source, edge, before)
        if fed[node] == arc:
            found.append((node, source, _back(came, node)))
            continue
        for more, other in beside.get(node, []):
            if other not in came:
                heapq.heappush(waiting, (far + float(price[more]), other, source, more, node))
    return found


def _end(case: Instance, arc: int) -> int:
    """The node of a source at the streets."""
    return int(case.tail[arc] + case.head[arc]) - case.root


def _back(came: dict[int, tuple[int, int, int]], node: int) -> list[int]:
    """The edges from a node back to where its way began."""
    edges = []
    while came[node][1] >= 0:
        edges.append(came[node][1])
        node = came[node][2]
    return edges


def _way_eur(case: Instance, design: Design, kw: float) -> Floats:
    """What each edge costs a year as part of a way for up to ``kw``; sources and edges that carry less are no way."""
    price = np.full(len(case.tail), np.inf)
    asked = min(kw, float(design.design_kw.max(initial=0.0)))
    for kind, table in enumerate(case.classes):
        of = case.kinds == kind
        if table.source or not of.any():
            continue
        level = min(int(np.searchsorted(table.level_cap_kw, asked)), len(table.level_cap_kw) - 1)
        price[of] = case.extra_eur[of] + case.length_m[of] * (
            table.level_eur_per_m[level] + table.slope_eur_per_m_kw * asked
        )
    return price
