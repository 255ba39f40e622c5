"""The streets that a bound must pay: without dead ends that serve one customer or nobody."""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from itertools import pairwise
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


Packages = list[tuple[int, int]]
"""Power and value of everything that a customer may choose from."""


def packages_of(given: dict[str, Any]) -> list[Packages]:
    """The packages of every customer; those of a customer without a list are the one that it has.

    Raises ValueError for a list that holds something else than whole powers and values, the best worth first and each next one asking less,
    or that lacks the package with which the customer stands in the instance.
    """
    found = [[(kw, value)] for kw, value in zip(given["kw"], given["value"], strict=True)]
    for customer, chosen, pairs in given.get("packages", []):
        name, listed = given["customers"][customer], [(kw, value) for kw, value in pairs]
        if any(type(number) is not int for pair in listed for number in pair) or any(kw < 0 for kw, _ in listed):
            raise ValueError(f"the packages of {name} hold something else than whole powers and values")
        if any(kw >= before or value >= worth for (before, worth), (kw, value) in pairwise(listed)):
            raise ValueError(f"the packages of {name} do not fall in power and value")
        if not 0 <= chosen < len(listed) or listed[chosen] != (given["kw"][customer], given["value"][customer]):
            raise ValueError(f"{name} stands in the instance with another package than the one that it has on its list")
        found[customer] = listed
    return found


class Streets:
    """The streets that matter to the bound: without dead ends that serve one customer or nobody.

    ``at``: the node of every usable customer once its own pipe is taken off; ``own``: what that pipe costs with each of its packages (None: no
    pipe is large enough); ``live``: customers worth more than that with some package; ``shut``: customers too large for any pipe with all of them; ``edges``: the edges left; ``beside``: per node its edges with the node at the other side.
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
        self.packages = packages_of(given)
        self.own: dict[int, list[int | None]] = {
            customer: [0] * len(self.packages[customer]) for customer in self.usable
        }
        self.live = {customer for customer in self.usable if self._worth(customer)}
        self.edges = self._undominated(reached)
        self.beside: dict[int, list[tuple[int, int]]] = {node: [] for node in range(given["nodes"])}
        for edge in self.edges:
            one, other = given["tail"][edge], given["head"][edge]
            self.beside[one].append((edge, other))
            self.beside[other].append((edge, one))
        self._peel()

    def _worth(self, customer: int) -> bool:
        """Whether a customer must connect, or is worth more with some package than its own pipe and its heat at the source."""
        heat = self.given["source_price"]
        return bool(self.given["must"][customer]) or any(
            value > own + heat * kw for kw, value, own in self.possible(customer)
        )

    def possible(self, customer: int) -> list[tuple[int, int, int]]:
        """Power, value and cost of the own pipe of each package for which a pipe is large enough."""
        return [
            (kw, value, own)
            for (kw, value), own in zip(self.packages[customer], self.own[customer], strict=True)
            if own is not None
        ]

    def least_kw(self) -> list[int]:
        """The lowest power of every usable customer, the smallest first."""
        return sorted(min(kw for kw, _ in self.packages[customer]) for customer in self.usable)

    def all_kw(self) -> int:
        """The most that the customers who are charged for it can ask together."""
        return sum(max((kw for kw, _, _ in self.possible(customer)), default=0) for customer in self.live)

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
                self.at[customer] = other
                self._add_pipe(customer, edge)
                if not self.possible(customer):
                    if given["must"][customer]:
                        raise ValueError(
                            f"no pipe is large enough for {given['customers'][customer]}, who must connect"
                        )
                    self.shut.add(customer)
                if self.possible(customer) and self._worth(customer):
                    here[other].add(customer)
                else:
                    self.live.discard(customer)
            waiting.append(other)
        self.edges = [edge for edge in self.edges if edge not in gone]

    def _add_pipe(self, customer: int, edge: int) -> None:
        """Add what a piece of the own pipe of a customer costs with each of its packages."""
        for place, (kw, _) in enumerate(self.packages[customer]):
            before, more = self.own[customer][place], self._pipe(edge, kw)
            self.own[customer][place] = None if before is None or more is None else before + more

    def _pipe(self, edge: int, kw: int) -> int | None:
        """What an edge costs that carries this customer alone; None when no pipe is large enough."""
        given, alone, table = self.given, sum(self.given["coincidence"]) * kw, self.pipes.of(edge)
        for cap, price in zip(table.caps, table.prices, strict=True):
            if alone <= cap * self.hair:
                return int(given["extra"][edge] + given["length"][edge] * (price + table.slope * kw))
        return None
