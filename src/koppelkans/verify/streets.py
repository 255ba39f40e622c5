"""The streets that a bound must pay: without dead ends that serve one customer or nobody."""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from typing import Any


class Streets:
    """The streets that matter to the bound: without dead ends that serve one customer or nobody.

    ``at``: the node of every usable customer once its own pipe is taken off; ``own``: what that pipe costs; ``live``: customers that are
    worth more than that; ``shut``: customers too large for any pipe; ``edges``: the edges left; ``beside``: per node its edges with the node at the other side.
    """

    def __init__(self, given: dict[str, Any], hair: Fraction) -> None:
        self.given, self.hair, self.shut = given, hair, set[int]()
        reached = self._reached()
        self.usable = [
            customer
            for customer, node in enumerate(given["node_of"])
            if not given["never"][customer] and node in reached
        ]
        self.at = {customer: given["node_of"][customer] for customer in self.usable}
        self.own = dict.fromkeys(self.usable, 0)
        self.live = {customer for customer in self.usable if self._worth(customer)}
        self.edges = self._undominated(reached)
        self.beside: dict[int, list[tuple[int, int]]] = {node: [] for node in range(given["nodes"])}
        for edge in self.edges:
            one, other = given["tail"][edge], given["head"][edge]
            self.beside[one].append((edge, other))
            self.beside[other].append((edge, one))
        self._peel()

    def _worth(self, customer: int) -> bool:
        """Whether a customer must connect, or is worth more than its own pipe and its heat at the source."""
        given = self.given
        spent = self.own[customer] + given["source_price"] * given["kw"][customer]
        return bool(given["must"][customer]) or given["value"][customer] > spent

    def _reached(self) -> set[int]:
        """Nodes to which allowed edges lead from the root."""
        given = self.given
        beside: dict[int, list[int]] = {}
        for edge, allowed in enumerate(given["allowed"]):
            if allowed:
                beside.setdefault(given["tail"][edge], []).append(given["head"][edge])
                beside.setdefault(given["head"][edge], []).append(given["tail"][edge])
        seen, waiting = {given["root"]}, [given["root"]]
        while waiting:
            for other in beside.get(waiting.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return seen

    def _undominated(self, reached: set[int]) -> list[int]:
        """Allowed edges without loops, and without those beside which a shorter and cheaper one lies."""
        given = self.given
        best: dict[tuple[int, int], list[tuple[int, tuple[int, int]]]] = {}
        for edge, allowed in enumerate(given["allowed"]):
            one, other = given["tail"][edge], given["head"][edge]
            if not allowed or one == other or one not in reached:
                continue
            rivals = best.setdefault((min(one, other), max(one, other)), [])
            figures = (given["length"][edge], given["extra"][edge])
            if any(length <= figures[0] and extra <= figures[1] for _, (length, extra) in rivals):
                continue
            rivals[:] = [
                (rival, known) for rival, known in rivals if not (figures[0] <= known[0] and figures[1] <= known[1])
            ] + [(edge, figures)]
        return sorted(edge for rivals in best.values() for edge, _ in rivals)

    def _peel(self) -> None:
        """Take dead ends away, moving the customer in them to the other side of its own pipe, until there are none."""
        given = self.given
        here: dict[int, set[int]] = {node: set() for node in range(given["nodes"])}
        for customer in self.live:
            here[self.at[customer]].add(customer)
        waiting = deque(self.beside)
        gone: set[int] = set()
        while waiting:
            node = waiting.popleft()
            if node == given["root"] or len(self.beside[node]) != 1 or len(here[node]) > 1:
                continue
            ((edge, other),) = self.beside[node]
            self.beside[node] = []
            self.beside[other] = [item for item in self.beside[other] if item[0] != edge]
            gone.add(edge)
            for customer in list(here[node]):
                here[node].discard(customer)
                price = self._pipe(edge, given["kw"][customer])
                if price is None and given["must"][customer]:
                    raise ValueError(f"no pipe is large enough for {given['customers'][customer]}, who must connect")
                self.at[customer], self.own[customer] = other, self.own[customer] + (price or 0)
                if price is not None and self._worth(customer):
                    here[other].add(customer)
                else:
                    self.live.discard(customer)
                    self.shut |= {customer} if price is None else set()
            waiting.append(other)
        self.edges = [edge for edge in self.edges if edge not in gone]

    def _pipe(self, edge: int, kw: int) -> int | None:
        """What an edge costs that carries this customer alone; None when no pipe is large enough."""
        given, alone = self.given, sum(self.given["coincidence"]) * kw
        for cap, price in zip(given["level_cap"], given["level_price"], strict=True):
            if alone <= cap * self.hair:
                return int(given["extra"][edge] + given["length"][edge] * (price + given["slope"] * kw))
        return None
