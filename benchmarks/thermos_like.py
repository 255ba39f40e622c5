"""A network by the method that THERMOS documents, as an opponent: a flow model of straight pipe costs, solved and priced again.

    .venv/bin/python benchmarks/thermos_like.py [--json FILE] [--seconds S] [--first N]

Rebuilt from its documentation alone (docs/network/technical-description.org of cse-bristol/thermos, 2026-08; no code was read): per street
a straight line fitted by least squares to the pipe table between the least and the most it can carry, tight on bridges only; one binary and
one flow per direction, one large bound per flow; coincidence as optimistic as the street allows at first, afterwards as the solution has it;
solved again until it repeats or the time is over; the best solution met counts, at its true price. Where the documents leave room, this
rebuild is generous: dead ends are taken out first, as the engine does it, and losses are priced per pipe in the table.

Thirty instances: five cuts of real places (the buildings nearest to the source of a shipped place, worth 100 EUR per kW and year) and
twenty-five synthetic districts. The same true cost for both, and the same
S seconds (20): the engine answers with its default counts and then with other seeds, at most twelve, as long as time is left.
``thermos_worse``: on how many of them the engine is dearer; ``thermos_worse_at_once``: the same for its first answer alone.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  (the script may be started by its path)

from benchmarks import lines, network_instances, synthetic_district  # noqa: E402
from koppelkans.errors import InfeasibleError  # noqa: E402
from koppelkans.heat.network import Instance, NetworkLimits, design_network  # noqa: E402
from koppelkans.heat.network.blocks import behind, block_numbers  # noqa: E402
from koppelkans.heat.network.prepare import prepare  # noqa: E402
from koppelkans.heat.network.problem import Problem  # noqa: E402
from koppelkans.heat.network.read import read_design  # noqa: E402
from koppelkans.heat.network.truecost import Tree, bare_tree, measure  # noqa: E402
from koppelkans.solve import INFINITE, Limits, LinearModel, solve  # noqa: E402

SECONDS = 20.0
FIXED_POINTS = 10
# share of the time left that one solution may take
TURN = 0.6
SIZES, SEEDS, VALUES = (60, 100, 160, 250, 400), (1, 2, 3, 4, 5), (75.0, 100.0, 140.0)
# shipped places and how many customers nearest to the source are kept
CUTS = (
    ("brugge_sint_jozef", 120),
    ("brugge_sint_jozef", 250),
    ("krems_old_town_at", 100),
    ("krems_old_town_at", 200),
    ("wechelderzande", 200),
)
CUT_VALUE_EUR_PER_KW = 100.0
SEEDS_OF_ENGINE = 12
# by how much the engine must be dearer to have lost, as share of the whole
TIE = 1e-9


@dataclass(frozen=True)
class Bounds:
    """Per street what it carries at least and at most [plain kW], and for how many at most."""

    least_kw: np.ndarray
    most_kw: np.ndarray
    most: np.ndarray


def bounds(problem: Problem) -> Bounds:
    """Tight on bridges, else everything."""
    streets, users = problem.streets, problem.users
    block, _, home = block_numbers(streets)
    nodes, none, one = len(home), np.zeros(len(streets.tail)), np.ones(len(streets.tail))
    kw = behind(block, _, home, np.bincount(users.node, weights=users.kw, minlength=nodes).astype(float), (none, one))
    count = behind(block, _, home, np.bincount(users.node, minlength=nodes).astype(float), (none, one))
    bridge = np.bincount(block[block >= 0], minlength=len(kw))[block] == 1
    return Bounds(
        np.full(len(block), float(users.kw.min())), np.where(bridge, kw[block], users.kw.sum()),
        np.maximum(np.where(bridge, count[block], len(users.kw)), 1.0),
    )  # fmt: skip


def fitted(problem: Problem, limits: Bounds, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Price of each street and of a plain kW on it: least squares on the pipes between its least and its most design flow."""
    streets, prices = problem.streets, problem.prices
    price, slope = np.zeros(len(share)), np.zeros(len(share))
    for edge in range(len(share)):
        kind = streets.kind[edge]
        cap, level = (column[prices.first[kind] : prices.first[kind + 1]] for column in (prices.cap_kw, prices.level))
        low, high = np.searchsorted(cap, np.array([limits.least_kw[edge], limits.most_kw[edge]]) * share[edge])
        some = slice(min(low, len(cap) - 1), min(high, len(cap) - 1) + 1)
        if len(cap[some]) == 1:
            price[edge] = level[some][0]
        else:
            slope[edge], price[edge] = np.polyfit(cap[some], level[some], 1)
    own = prices.slope[streets.kind]
    return streets.extra + streets.length_m * price, streets.length_m * (slope * share + own)


def flow_milp(problem: Problem, limits: Bounds, price: np.ndarray, slope: np.ndarray) -> LinearModel:
    """The plain flow model: per direction of a street a binary and a flow, per user a binary."""
    streets, users = problem.streets, problem.users
    edges, count, nodes = len(streets.tail), len(users.kw), len(streets.start) - 1
    arcs = 2 * edges
    rows: list[tuple[list[int], list[float], float, float]] = []
    for node in range(nodes):
        if node == streets.root:
            continue
        around = range(streets.start[node], streets.start[node + 1])
        inward = [int(streets.inward[place]) for place in around]
        at = list(range(int(users.start[node]), int(users.start[node + 1])))
        columns = (
            [arcs + arc for arc in inward] + [arcs + (arc ^ 1) for arc in inward] + [2 * arcs + user for user in at]
        )
        rows.append(
            (columns, [1.0] * len(inward) + [-1.0] * len(inward) + [-float(users.kw[user]) for user in at], 0.0, 0.0)
        )
    for arc in range(arcs):
        rows.append(([arcs + arc, arc], [1.0, -float(limits.most_kw[arc // 2])], -INFINITE, 0.0))
    rows += [([2 * edge, 2 * edge + 1], [1.0, 1.0], -INFINITE, 1.0) for edge in range(edges)]
    return LinearModel(
        cost=np.concatenate([np.repeat(price, 2), np.repeat(slope, 2), problem.prices.source * users.kw - users.value]),
        low=np.concatenate([np.zeros(2 * arcs), users.must.astype(float)]),
        high=np.concatenate([np.ones(arcs), np.repeat(limits.most_kw, 2), np.ones(count)]),
        integer=np.concatenate([np.ones(arcs, dtype=bool), np.zeros(arcs, dtype=bool), np.ones(count, dtype=bool)]),
        starts=np.cumsum([0, *(len(row[0]) for row in rows)]).astype(np.int32),
        columns=np.array([column for row in rows for column in row[0]], dtype=np.int32),
        coefficients=np.array([value for row in rows for value in row[1]]),
        row_low=np.array([row[2] for row in rows]), row_high=np.array([row[3] for row in rows]),
    )  # fmt: skip


def solution_tree(problem: Problem, values: np.ndarray) -> Tree:
    """The tree of a solution: from the root over the streets that carry heat."""
    streets, arcs = problem.streets, 2 * len(problem.streets.tail)
    tree, waiting = bare_tree(problem), [int(streets.root)]
    for node in waiting:
        for place in range(streets.start[node], streets.start[node + 1]):
            other, outward = int(streets.near[place]), int(streets.inward[place]) ^ 1
            if tree.parent[other] < 0 and values[outward] > 0.5 and values[arcs + outward] > 1e-6:
                tree.parent[other], tree.edge[other] = node, outward // 2
                waiting.append(other)
    tree.on[:] = (values[2 * arcs :] > 0.5) & (tree.parent[problem.users.node] >= 0)
    return tree


def thermos_like(instance: Instance, seconds: float) -> float:
    """The true cost - value of the best network that the fixed point meets within the seconds [EUR/yr]; 0 for none."""
    ends, problem = time.perf_counter() + seconds, prepare(instance)
    if not len(problem.users.kw):
        return 0.0
    limits, prices = bounds(problem), problem.prices
    best, met = 0.0, set()
    share = prices.flat + prices.shared / limits.most
    for _ in range(FIXED_POINTS):
        left = ends - time.perf_counter()
        if left <= 0.2 or share.tobytes() in met:
            break
        met.add(share.tobytes())
        model = flow_milp(problem, limits, *fitted(problem, limits, share))
        try:
            found = solve(model, Limits(nodes=10**9, iterations=2**31 - 1, safety_seconds=max(TURN * left, 0.2)))
        except InfeasibleError:  # no network within the time
            break
        tree = solution_tree(problem, found.values)
        measure(problem.streets, problem.users, prices, tree)
        design = read_design(problem, tree, -1e30)
        best = min(best, design.objective_eur)
        share = prices.flat + prices.shared / limits.most
        place = np.full(len(instance.tail), -1)
        place[problem.edge_of] = np.arange(len(problem.edge_of))
        on = place[design.edge] >= 0
        share[place[design.edge[on]]] = prices.flat + prices.shared / np.maximum(design.customers[on], 1)
    return best


def cut(instance: Instance, count: int) -> Instance:
    """The customers nearest to the root, at one value per kW."""
    near = {instance.root: 0.0}
    order, around = [instance.root], {}
    for edge, (one, other) in enumerate(zip(instance.tail.tolist(), instance.head.tolist(), strict=True)):
        around.setdefault(one, []).append((other, edge))
        around.setdefault(other, []).append((one, edge))
    for node in order:
        for other, _ in around.get(node, ()):
            if other not in near:
                near[other] = len(near)
                order.append(other)
    rank = np.array([near.get(node, np.inf) for node in instance.customer_node.tolist()])
    kept = np.sort(np.argsort(rank, kind="stable")[:count])
    count = len(kept)
    return replace(
        instance, customer_node=instance.customer_node[kept], customer_kw=instance.customer_kw[kept], never=np.zeros(count, dtype=bool),
        customer_value_eur=CUT_VALUE_EUR_PER_KW * instance.customer_kw[kept], must=np.zeros(count, dtype=bool),
    )  # fmt: skip


def instances() -> Iterator[tuple[str, Instance]]:
    """The thirty, cuts of real places first."""
    known = {name: network_instances.place_instance(name) for name in dict.fromkeys(name for name, _ in CUTS)}
    for name, count in CUTS:
        yield f"{name}_{count}", cut(known[name], count)
    for size in SIZES:
        for seed in SEEDS:
            value = VALUES[(seed - 1) % len(VALUES)]
            yield (
                f"district_{size}_{seed}_{value:g}",
                network_instances.stepped(synthetic_district.make_district(size, seed), value),
            )


def compared(figures: lines.Figures, *, seconds: float, first: int | None = None) -> None:
    """One row per instance; ``thermos_worse`` and the mean of what the engine saves, as share of the whole."""
    rows, saved, lost, at_once, done = [], [], 0, 0, 0
    for name, instance in list(instances())[:first]:
        started = time.perf_counter()
        ours = first_answer = design_network(instance, NetworkLimits())
        ours_s = time.perf_counter() - started
        for seed in range(2, SEEDS_OF_ENGINE + 1):
            if time.perf_counter() - started < seconds - 2 * ours_s:
                other = design_network(instance, NetworkLimits(seed=seed))
                ours = min(ours, other, key=lambda design: design.objective_eur)
        theirs = thermos_like(instance, seconds)
        whole = max(ours.whole_eur, 1e-9)
        saved.append((theirs - ours.objective_eur) / whole)
        worse = ours.objective_eur > theirs + TIE * whole
        at_once += first_answer.objective_eur > theirs + TIE * whole
        lost, done = lost + worse, done + 1
        rows.append(
            [
                name,
                len(instance.customer_kw),
                ours.objective_eur,
                theirs,
                100 * saved[-1],
                ours_s,
                "LOST" if worse else "",
            ]
        )
        lines.say(f"{name} {ours.objective_eur:.0f} {theirs:.0f} {100 * saved[-1]:.3f} % {'LOST' if worse else ''}")
    lines.show(
        f"true cost - value [EUR/yr], the opponent with {seconds:g} s",
        ["instance", "customers", "engine", "THERMOS-like", "saved %", "engine s", ""], rows,
    )  # fmt: skip
    figures.record(
        thermos_worse=lost,
        thermos_worse_at_once=at_once,
        thermos_instances=done,
        thermos_saved_share=float(np.mean(saved)),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as a flat object of numbers")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for the opponent, per instance")
    parser.add_argument("--first", type=int, default=None, metavar="N", help="the first N instances alone")
    chosen = parser.parse_args()
    compared(lines.Figures(chosen.json), seconds=chosen.seconds, first=chosen.first)
    return 0


if __name__ == "__main__":
    sys.exit(main())
