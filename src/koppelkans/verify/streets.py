"""The streets that a bound must pay: without dead ends that serve one customer or nobody."""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from typing import Any, NamedTuple


class Table(NamedTuple):
    """The pipes of a class of edges: capacities and prices in steps, and what each kW costs a metre."""

    caps: list[int]
    prices: list[int]
    slope: int


class Pipes:
    """The tables of pipes of a certificate and which one each edge has; a certificate without classes has one table."""

    def __init__(self, given: dict[str, Any]) -> None:
        parts = [given, *given.get("classes", [])]
        self.tables = [Table(part["level_cap"], part["level_price"], part["slope"]) for part in parts]
        self.kinds: list[int] = given.get("class_of", [0] * len(given["tail"]))
        if len(self.kinds) != len(given["tail"]) or any(not 0 <= kind < len(parts) for kind in self.kinds):
            raise ValueError(f"class_of must give each edge a class of 0 to {len(parts) - 1}")
        for caps, prices, slope in self.tables:
            if any(type(number) is not int or number < 0 for number in (*caps, *prices, slope)):
                raise ValueError("the pipes hold something else than whole numbers of zero or more")
            if not caps or len(caps) != len(prices) or caps != sorted(set(caps)) or prices != sorted(prices):
                raise ValueError("the pipes do not rise in capacity and price")

    def of(self, edge: int) -> Table:
        """The table of an edge."""
        return self.tables[self.kinds[edge]]


class Streets:
    """The streets that matter to the bound: without dead ends that serve one customer or nobody.

    ``at``: the node of every usable customer once its own pipe is taken off; ``own``: what that pipe costs; ``live``: customers that are
    worth more than that; ``shut``: customers too large for any pipe; ``edges``: the edges left; ``beside``: per node its edges with the node at the other side.
    """

    def __init__(self, given: dict[str, Any], pipes: Pipes, hair: Fraction) -> None:
        self.given, self.pipes, self.hair, self.shut = given, pipes, hair, set[int]()
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
        """Allowed edges without loops, and without those beside which a shorter and cheaper one of the same class lies."""
        given = self.given
        best: dict[tuple[int, int, int], list[tuple[int, tuple[int, int]]]] = {}
        for edge, allowed in enumerate(given["allowed"]):
            one, other = given["tail"][edge], given["head"][edge]
            if not allowed or one == other or one not in reached:
                continue
            rivals = best.setdefault((min(one, other), max(one, other), self.pipes.kinds[edge]), [])
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
        given, alone, table = self.given, sum(self.given["coincidence"]) * kw, self.pipes.of(edge)
        for cap, price in zip(table.caps, table.prices, strict=True):
            if alone <= cap * self.hair:
                return int(given["extra"][edge] + given["length"][edge] * (price + table.slope * kw))
        return None
