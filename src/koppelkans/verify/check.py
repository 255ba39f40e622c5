"""Tree, cost and bound of a certificate, recomputed in whole numbers and fractions."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from koppelkans.errors import DataError
from koppelkans.verify.streets import Pipes, Streets, Table

WHOLE_SHARE = 10**7
"""A claim may differ from the recomputed figure by this part of all values together: the claim is a float, the check is not."""


@dataclass(slots=True)
class Verdict:
    """What the check found. ``faults``: what does not hold, empty when all does; money in EUR a year.

    ``bound_eur`` is what was recomputed; ``solver_bound_eur``: a higher one that a solver claims and nothing here can check.
    """

    objective_eur: float = 0.0
    bound_eur: float = -math.inf
    whole_eur: float = 0.0
    connected: int = 0
    edges: int = 0
    taken_off_eur: float = 0.0
    solver_bound_eur: float | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def gap_share(self) -> float:
        """(objective - bound) / whole-system cost."""
        return (self.objective_eur - self.bound_eur) / self.whole_eur if self.whole_eur > 0 else 0.0


def verified(certificate: dict[str, Any]) -> Verdict:
    """Tree, cost and bound of a certificate, recomputed. Raises DataError when it is not of the form that the check knows."""
    try:
        return _Check(certificate).verdict()
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise DataError(f"the certificate does not hold together: {type(error).__name__} {error}") from error


class _Check:
    """One certificate with what is derived from it. ``per``: units of the whole numbers."""

    def __init__(self, certificate: dict[str, Any]) -> None:
        self.given, self.tree, self.claims = certificate["instance"], certificate["tree"], certificate["claims"]
        self.proof, self.per = certificate["proof"], certificate["units"]
        self.kind: str = certificate.get("bound_kind", "replayed")
        self.flat, self.shared = (int(part) for part in self.given["coincidence"])
        self.pipes = Pipes(self.given)
        proof = self.proof or {}
        self.tolls: dict[int, int] = dict(zip(proof.get("tolled", []), proof.get("tolls", []), strict=True))
        self.asked: dict[int, int] = {}
        self.found = Verdict()
        self._check_form()

    def verdict(self) -> Verdict:
        """Everything that can be checked without other files."""
        objective = self._objective()
        self._check_claim("cost less value of the tree", self.claims["objective"], objective, exactly=True)
        try:
            bound = self._bound()
        except (KeyError, IndexError, TypeError, ValueError) as error:
            self._fault(f"the proof of the bound does not hold together: {type(error).__name__} {error}")
            return self.found
        eur = self.per["eur"]
        self._check_bound(bound, objective)
        self.found.objective_eur, self.found.bound_eur = (
            float(Fraction(objective) / eur),
            float(min(Fraction(bound), Fraction(objective)) / eur),
        )
        self.found.whole_eur = float(Fraction(objective + sum(self.given["value"]), eur))
        self.found.connected, self.found.edges = len(self.tree["connected"]), len(self.tree["edges"])
        return self.found

    def _fault(self, text: str) -> None:
        self.found.faults.append(text)

    def _check_form(self) -> None:
        """Columns of equal length, numbers that are whole and not negative where they may not be."""
        given = self.given
        edges, customers = len(given["tail"]), len(given["kw"])
        for name in ("head", "length", "extra", "allowed"):
            if len(given[name]) != edges:
                raise ValueError(f"column {name} has {len(given[name])} rows, the edges have {edges}")
        for name in ("customers", "node_of", "value", "must", "never"):
            if len(given[name]) != customers:
                raise ValueError(f"column {name} has {len(given[name])} rows, the customers have {customers}")
        proof: dict[str, Any] = self.proof or {
            "toll": 0,
            "raised": [],
            "floor_price": [],
            "floor_slope": [],
            "balls": [],
        }
        numbers = {name: given[name] for name in ("length", "extra", "kw", "coincidence")}
        numbers |= {name: proof[name] for name in ("raised", "floor_price", "floor_slope")}
        numbers["reference"] = proof.get("reference", [])
        if len(numbers["reference"]) not in (0, len(proof.get("customer", []))):
            raise ValueError("reference must hold a power for every customer of the proof")
        numbers["joined"] = [amount for _, joined in proof["balls"] for amount in joined]
        numbers["source price and tolls"] = [given["source_price"], proof["toll"], *self.tolls.values()]
        numbers["losses"] = [self.tree["loss"], *(lost for _, lost in self.tree.get("behind", []))]
        for floor in proof.get("more_floors", []):
            numbers["lines"] = [*numbers.get("lines", []), *floor["price"], *floor["slope"]]
        for name, column in numbers.items():
            if any(type(number) is not int or number < 0 for number in column):
                raise ValueError(f"{name} holds something else than whole numbers of zero or more")

    def _check_bound(self, bound: Fraction, objective: Fraction | int) -> None:
        """The claimed bound against the one recomputed; that of a solver only against the cost, which it may not be above."""
        claimed, kind = self.claims["bound"], self.kind
        if kind == "solver":
            self.found.solver_bound_eur = float(Fraction(claimed, self.per["eur"]))
            self._check_claim("bound of the solver", claimed, objective, exactly=False)
        elif kind == "replayed":
            self._check_claim("bound", claimed, bound, exactly=False)
        else:
            self._fault(f"the kind of bound is {kind}; known are replayed and solver")

    def _check_claim(self, what: str, claimed: int, recomputed: Fraction | int, *, exactly: bool) -> None:
        """A bound may be claimed lower than it is; a cost must be what it is."""
        room = sum(abs(value) for value in self.given["value"]) // WHOLE_SHARE + self.per["eur"] // 1000
        off = claimed - recomputed
        if off > room or (exactly and -off > room):
            eur = self.per["eur"]
            self._fault(
                f"{what}: claimed {float(Fraction(claimed, eur)):,.4f} EUR a year, recomputed {float(Fraction(recomputed) / eur):,.4f}"
            )

    # ------------------------------------------------------------------------------------------------------------ the tree

    def _objective(self) -> int:
        """The cost of the tree less the value of who it connects, from the leaves up."""
        given, connected = self.given, set(self.tree["connected"])
        order = self._outwards()
        self._check_who(connected, {given["root"], *(down for _, _, down in order)})
        level = dict(zip(self.tree["edges"], self.tree["level"], strict=True))
        behind = dict(self.tree.get("behind", []))
        kw, count, peak = (dict.fromkeys(range(given["nodes"]), 0) for _ in range(3))
        flows: dict[int, Fraction] = {}
        for customer in connected:
            node = given["node_of"][customer]
            kw[node] += given["kw"][customer]
            count[node] += 1
            peak[node] = max(peak[node], given["kw"][customer])
        total = -sum(given["value"][customer] for customer in connected)
        for edge, up, down in reversed(order):
            # the design flow: what n customers ask together, never less than one of them alone or than a pipe behind it
            flow = self._flow(kw[down], count[down], peak[down], flows.get(down))
            flows[up] = max(flows.get(up, flow), flow)
            total += self._pipe(edge, level[edge], kw[down], flow)
            if edge in behind:
                self._check_source(edge, flow + behind[edge] * self.per["share"])
            kw[up], count[up], peak[up] = kw[up] + kw[down], count[up] + count[down], max(peak[up], peak[down])
        root = given["root"]
        asked = self._flow(kw[root], count[root], peak[root], flows.get(root)) + self.tree["loss"] * self.per["share"]
        if given["source"] is not None and asked > given["source"] * self._hair:
            self._fault(
                f"the source gives {self._kw(given['source'])} kW, the network asks {self._kw(asked / self.per['share'])} kW"
            )
        return int(total + given["source_price"] * kw[root])

    @property
    def _hair(self) -> Fraction:
        """A share of a kW with room for the rounding of floats to whole microwatts."""
        return Fraction(self.per["share"]) * (1 + Fraction(1, 10**9))

    def _kw(self, power: Fraction | int) -> str:
        return f"{float(Fraction(power) / self.per['kw']):,.1f}"

    def _flow(self, kw: int, count: int, peak: int, behind: Fraction | None) -> Fraction:
        """Design flow, in units of power times share."""
        together = (self.flat + Fraction(self.shared, max(count, 1))) * kw
        return max(Fraction(together), Fraction((self.flat + self.shared) * peak), behind or Fraction(0))

    def _pipe(self, edge: int, level: int, kw: int, flow: Fraction) -> int:
        """What an edge costs with the pipe that the tree has there; a fault when the pipe is too small."""
        given, table = self.given, self.pipes.of(edge)
        if flow > table.caps[level] * self._hair:
            self._fault(
                f"edge {edge}: its pipe carries {self._kw(table.caps[level])} kW, needed are {self._kw(flow / self.per['share'])} kW"
            )
        return int(given["extra"][edge] + given["length"][edge] * (table.prices[level] + table.slope * kw))

    def _check_source(self, edge: int, asked: Fraction) -> None:
        """A fault when the source behind an edge does not give what the network and the losses of its pipes ask."""
        gives = self.pipes.of(edge).caps[-1]
        if asked > gives * self._hair:
            self._fault(
                f"the source at edge {edge} gives {self._kw(gives)} kW, the network asks {self._kw(asked / self.per['share'])} kW"
            )

    def _check_who(self, connected: set[int], nodes: set[int]) -> None:
        """Compulsory customers in, excluded ones out, and a pipe to everybody who is said to be connected."""
        given = self.given
        for customer, name in enumerate(given["customers"]):
            joins = customer in connected
            if joins and given["never"][customer]:
                self._fault(f"{name} may not connect, and does")
            if given["must"][customer] and not joins:
                self._fault(f"{name} must connect, and does not")
            if joins and given["node_of"][customer] not in nodes:
                self._fault(f"{name} is said to be connected, but no pipe leads there")

    def _outwards(self) -> list[tuple[int, int, int]]:
        """Used edges from the root outwards with the node on either side; faults for what is no tree or not allowed."""
        given, used = self.given, self.tree["edges"]
        beside: dict[int, list[int]] = {}
        for edge in used:
            if not given["allowed"][edge]:
                self._fault(f"edge {edge} is used, but no pipe is allowed there")
            for node in (given["tail"][edge], given["head"][edge]):
                beside.setdefault(node, []).append(edge)
        seen, order, waiting = {given["root"]}, [], deque([given["root"]])
        while waiting:
            node = waiting.popleft()
            for edge in beside.get(node, ()):
                other = given["tail"][edge] + given["head"][edge] - node
                if other not in seen:
                    seen.add(other)
                    order.append((edge, node, other))
                    waiting.append(other)
        if len(order) != len(used):
            self._fault(
                f"{len(used)} edges are used, only {len(order)} lead away from the source: a cycle or a loose piece"
            )
        return order

    # ----------------------------------------------------------------------------------------------------------- the bound

    def _bound(self) -> Fraction:
        """A cost less value that no network can be below, from the prices of the proof."""
        given = self.given
        streets = Streets(given, self.pipes, self._hair)
        live = streets.live
        if live and self.proof is None:
            raise ValueError("customers are worth connecting, but there is no proof")
        proof = self.proof or {"node": [], "far": [], "customer": [], "raised": [], "toll": 0}
        far = dict(zip(proof["node"], proof["far"], strict=True))
        raised = dict(zip(proof["customer"], (self._fine * offer for offer in proof["raised"]), strict=True))
        self.asked = self._references()
        if live and far.get(given["root"]) != 0:
            raise ValueError("the distances of the proof do not begin with 0 at the source")
        lowest = 0
        for customer, node in streets.at.items():
            if customer in streets.shut:
                continue
            offer = raised.get(customer, 0) if customer in live else 0
            carried = far[node] if customer in live else 0
            per_kw = given["source_price"] + proof["toll"] + carried
            margin = min(
                own + kw * per_kw + self._part(offer, kw, self.asked[customer]) - value
                for kw, value, own in streets.possible(customer)
            )
            lowest += margin if given["must"][customer] else min(margin, 0)
        too_much = self._overpaid(streets, far, raised)
        self.found.taken_off_eur = float(Fraction(too_much, self.per["eur"]))
        back = self._given_back(proof["toll"], given["source"], len(streets.usable))
        for edge, toll in self.tolls.items():
            back += self._given_back(toll, self.pipes.of(edge).caps[-1], len(streets.usable))
        return lowest - too_much - back

    def _references(self) -> dict[int, int]:
        """The power with which each customer pays in the proof: that of the instance where the proof says nothing else."""
        asked = dict(enumerate(self.given["kw"]))
        proof = self.proof or {}
        if "reference" in proof:
            asked |= dict(zip(proof["customer"], proof["reference"], strict=True))
        return asked

    @staticmethod
    def _part(offer: int, kw: int, asked: int) -> int:
        """What a package of ``kw`` pays of an offer that was made with the power ``asked``: all of it, or in proportion where it asks less."""
        return offer if kw >= asked else offer * kw // asked

    @property
    def _fine(self) -> int:
        """Units of money in one unit of the offers of the proof."""
        return int(self.per["eur"] // self.per["offer"])

    def _given_back(self, toll: int, power: int, usable: int) -> Fraction:
        """The most that a toll on what is scarce can add up to: its power over the lowest coincidence of all who may connect."""
        if not toll:
            return Fraction(0)
        return Fraction(toll * power * self.per["share"]) / (self.flat + Fraction(self.shared, usable))

    def _per_kw(self, edge: int) -> int:
        """What the proof asks for a kW on an edge at least, its lines apart: slope over its length and toll."""
        return int(self.given["length"][edge] * self.pipes.of(edge).slope + self.tolls.get(edge, 0))

    def _overpaid(self, streets: Streets, far: dict[int, int], raised: dict[int, int]) -> Fraction | int:
        """What customers offer for edges beyond what these cost at least, over all edges together."""
        if not streets.live:
            return 0
        given, proof = self.given, self.proof
        every = self._every_line(streets)
        spent: dict[tuple[int, int], list[int]] = {}
        for customer, (nodes, joined) in zip(proof["customer"], proof["balls"], strict=True):
            offer = raised[customer]
            ball = dict(zip(nodes, (self._fine * amount for amount in joined), strict=True))
            if offer and ball.get(streets.at[customer]) != 0:
                raise ValueError(f"the ball of {given['customers'][customer]} does not begin at its own node")
            if given["root"] in ball:
                raise ValueError(f"the ball of {given['customers'][customer]} holds the source")
            if customer in streets.live:
                self._spend(streets, far, (customer, offer, ball), every, spent)
        everybody = streets.all_kw()
        total = 0
        for edge in streets.edges:
            ways, lines = [], every[self.pipes.kinds[edge]]
            for x, y in ((given["tail"][edge], given["head"][edge]), (given["head"][edge], given["tail"][edge])):
                paid = spent.get((edge, y), [0] * len(lines))
                length = given["length"][edge]
                over = max(
                    sum_kw - given["extra"][edge] - length * price
                    for sum_kw, (price, _) in zip(paid, lines, strict=True)
                )
                # where the way to y is said to be farther than this edge makes it, each kW that may flow pays too much
                farther = far[y] - far[x] - self._per_kw(edge) - length * min(slope for _, slope in lines)
                ways.append(max(over, 0) + max(farther, 0) * everybody)
            total += max(ways)
        return total

    def _spend(
        self, streets: Streets, far: dict[int, int], who: tuple[int, int, dict[int, int]], every: list[list[tuple[int, int]]],
        spent: dict[tuple[int, int], list[int]],
    ) -> None:  # fmt: skip
        """Add what one customer pays on every edge into its ball, beyond what its own kW cost there, for each line."""
        customer, offer, ball = who
        given, kw = self.given, self.asked[customer]
        for y, joined in ball.items():
            for edge, x in streets.beside[y]:
                step = ball.get(x, offer) - joined
                if step <= 0:
                    continue
                lines = every[self.pipes.kinds[edge]]
                paid = spent.setdefault((edge, y), [0] * len(lines))
                nearer, length = far[y] - far[x] - self._per_kw(edge), given["length"][edge]
                for place, (_, slope) in enumerate(lines):
                    free = length * slope - nearer
                    paid[place] += max(0, step - kw * max(free, 0))

    def _every_line(self, streets: Streets) -> list[list[tuple[int, int]]]:
        """The lines of the proof for each class of pipes."""
        floors = [
            {"price": self.proof["floor_price"], "slope": self.proof["floor_slope"]},
            *self.proof.get("more_floors", []),
        ]
        return [
            self._valid_lines(streets, table, list(zip(floor["price"], floor["slope"], strict=True)))
            for table, floor in zip(self.pipes.tables, floors, strict=True)
        ]

    def _valid_lines(self, streets: Streets, table: Table, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The lines for a class; ValueError when the least of them is above the price of a pipe that may carry so much.

        A pipe of capacity c carries n customers of P kW only if (flat + shared / n) P <= c; with N the most customers that the smallest
        of them can be, P <= c / (flat + shared / N). Nothing carries more than the source gives, nor than all customers who are charged for it.
        """
        given = self.given
        small = streets.least_kw()
        everybody = streets.all_kw()  # only their kW are charged
        for cap, price in zip(table.caps, table.prices, strict=True):
            limit = cap if given["source"] is None else min(cap, given["source"])
            together, most = 0, 1
            for count, kw in enumerate(small, start=1):
                together += kw
                if (self.flat * count + self.shared) * together > limit * count * self.per["share"]:
                    break
                most = count
            carried = min(
                Fraction(limit * self.per["share"]) / (self.flat + Fraction(self.shared, most)), Fraction(everybody)
            )
            if min(line + slope * carried for line, slope in lines) > price:
                raise ValueError(
                    f"a line of the proof lies above the price of the pipe for {float(Fraction(cap, self.per['kw'])):,.1f} kW"
                )
        return lines
