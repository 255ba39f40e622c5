"""The straight-cost network as a flow model for a solver, with rows that every tree keeps and fractions of trees do not."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from koppelkans.heat.network.blocks import behind, block_numbers, broken_cut
from koppelkans.heat.network.bound import Bound, least_share
from koppelkans.heat.network.instance import Design, Flags, Floats, Ints
from koppelkans.heat.network.narrowing import Ruled, arc_ends
from koppelkans.heat.network.problem import Problem, adjacency, most_kw
from koppelkans.heat.network.truecost import Tree, bare_tree
from koppelkans.solve import INFINITE, LinearModel


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the model as they are added: columns, coefficients, lower and upper side."""

    columns: list[Ints] = field(default_factory=list)
    values: list[Floats] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, *parts: tuple[Ints, Floats | float], low: float, high: float) -> None:
        """One row; each part: columns and their coefficients."""
        self.columns.append(np.concatenate([columns for columns, _ in parts]))
        self.values.append(np.concatenate([np.broadcast_to(value, len(columns)) for columns, value in parts]))
        self.low.append(low)
        self.high.append(high)


@dataclass(frozen=True, slots=True)
class FlowModel:
    """Arcs kept (``arc`` of the problem, ``tail``, ``head``, ``most_kw`` that each can take in) and the rows over them.

    Columns: per arc used or not, per user connected or not, per arc the heat that it takes in [kW] (only with ``carries``: where heat costs
    something on its way or a capacity could be short).
    """

    problem: Problem
    arc: Ints
    tail: Ints
    head: Ints
    most_kw: Floats
    carries: bool
    rows: Rows

    @property
    def users(self) -> Ints:
        """The columns of the users."""
        return len(self.arc) + np.arange(len(self.problem.users.kw))

    @property
    def heat(self) -> Ints:
        """The columns of the heat taken in."""
        return len(self.arc) + len(self.problem.users.kw) + np.arange(len(self.arc) if self.carries else 0)


def flow_model(problem: Problem, found: Ruled) -> FlowModel:
    """The model over the arcs that may be part of a better design.

    min  sum F_a x_a + sum w_a P_a - sum V_t y_t
    heat      sum into v (P_a / gain_a - loss_a x_a)  =  sum out of v P_a + sum at v q_t y_t
    bounds    P_a <= M_a x_a, M_a = (demand and constant losses in and behind the block of a) x its gains: no path leads out of these
    one way   sum into v x_a <= 1;  none into the node by which a block is entered
    links     x_(v,w) <= sum into v but from w x_a;  y_t <= sum into its node x_a
    no ends   sum into v x_a <= sum out of v x_a + sum at v y_t
    """
    streets, users, prices = problem.streets, problem.users, problem.prices
    block, entry, home = block_numbers(streets)
    own = np.bincount(users.node, weights=users.kw, minlength=len(home)).astype(np.float64)
    most = behind(block, entry, home, own, (streets.loss_kw, streets.gain))
    (source, sink), of = arc_ends(streets), np.repeat(block, 2)
    arc = np.flatnonzero(~found.arcs & (of >= 0) & (sink != entry[of]))
    cap_kw, share = most_kw(prices)[streets.kind[arc // 2]], least_share(problem)
    most_in = np.minimum(most[of[arc]], cap_kw / share if share > 0 else np.inf)
    short = bool(np.isfinite(prices.source_kw) or (cap_kw < most[of[arc]]).any())
    lossy = bool((streets.loss_kw > 0).any() or (streets.gain > 1).any())
    priced = bool((prices.slope[streets.kind] * streets.length_m > 0).any()) or (prices.source > 0 and lossy)
    model = FlowModel(problem, arc, source[arc], sink[arc], most_in, priced or short, Rows())
    _add_rows(model)
    return model


def _add_rows(model: FlowModel) -> None:
    streets, users, prices, rows = model.problem.streets, model.problem.users, model.problem.prices, model.rows
    edge, heat, nodes = model.arc // 2, model.heat, len(streets.start) - 1
    gain, loss = streets.gain[edge], streets.loss_kw[edge]
    into, out_of = _by_node(model.head, nodes), _by_node(model.tail, nodes)
    for node in range(nodes):
        at = np.arange(users.start[node], users.start[node + 1])
        here, enter, leave = model.users[at], into[node], out_of[node]
        if node == streets.root:
            if np.isfinite(prices.source_kw) and model.carries:
                limit_kw = prices.source_kw / max(least_share(model.problem), 1e-300)
                rows.add((heat[leave], 1.0), (here, users.kw[at]), low=-INFINITE, high=limit_kw)
            continue
        if model.carries:
            rows.add(
                (heat[enter], 1 / gain[enter]), (enter, -loss[enter]), (heat[leave], -1.0), (here, -users.kw[at]), low=0.0, high=0.0
            )  # fmt: skip
        rows.add((enter, 1.0), low=-INFINITE, high=1.0)
        rows.add((enter, 1.0), (leave, -1.0), (here, -1.0), low=-INFINITE, high=0.0)
        for arc in leave:
            rows.add(
                (np.array([arc]), 1.0), (enter[model.tail[enter] != model.head[arc]], -1.0), low=-INFINITE, high=0.0
            )
        for column in here:
            rows.add((np.array([column]), 1.0), (enter, -1.0), low=-INFINITE, high=0.0)
    for place in range(len(heat)):
        most_kw_here = np.array([1.0, -model.most_kw[place]])
        rows.add((np.array([heat[place], place]), most_kw_here), low=-INFINITE, high=0.0)


def _by_node(ends: Ints, nodes: int) -> list[Ints]:
    order = np.argsort(ends, kind="stable")
    return np.split(order, np.searchsorted(ends[order], np.arange(1, nodes)))


def linear_model(model: FlowModel, *, whole: bool) -> LinearModel:
    """The model as arrays for the solver: in whole numbers, or relaxed."""
    problem, rows = model.problem, model.rows
    streets, users, prices = problem.streets, problem.users, problem.prices
    edge, at_root = model.arc // 2, model.tail == streets.root
    kind, length = streets.kind[edge], streets.length_m[edge]
    fixed = streets.extra[edge] + length * prices.level[prices.first[kind]]
    # heat is paid where it enters the network; where nothing is lost on the way, by whoever takes it
    heat = prices.slope[kind] * length + np.where(at_root, prices.source, 0.0)
    pays = (users.node == streets.root) | (not model.carries)
    worth = np.where(pays, prices.source * users.kw, 0.0) - users.value
    cost = np.concatenate([fixed, worth, heat if model.carries else []])
    integer = np.zeros(len(cost), dtype=bool)
    integer[: len(edge) + len(worth)] = whole
    return LinearModel(
        cost=cost, low=np.concatenate([np.zeros(len(edge)), users.must, np.zeros(len(model.heat))]),
        high=np.concatenate([np.ones(len(edge) + len(worth)), model.most_kw if model.carries else []]), integer=integer,
        starts=np.cumsum([0, *map(len, rows.columns)]).astype(np.int32), columns=np.concatenate(rows.columns).astype(np.int32),
        coefficients=np.concatenate(rows.values), row_low=np.array(rows.low), row_high=np.array(rows.high),
    )  # fmt: skip


def add_cuts(model: FlowModel, values: Floats, least: float) -> int:
    """Add, per node, the cut that is broken by at least ``least``; how many.

    What enters a node must enter every set around it without the root:  sum into S x_a >= sum into v x_a.
    """
    streets, count = model.problem.streets, len(model.arc)
    nodes, used = len(streets.start) - 1, np.maximum(values[:count], 0.0)
    entering = np.bincount(model.head, weights=used, minlength=nodes)
    start, _, touch, _ = adjacency(nodes, model.tail, model.head)
    added: set[bytes] = set()
    for node in np.argsort(-entering, kind="stable"):
        if node == streets.root or entering[node] < least:
            continue
        sent, side = broken_cut(streets.root, node, entering[node], (model.tail, model.head, start, touch), used)
        if sent <= entering[node] - least and side.tobytes() not in added:
            added.add(side.tobytes())
            _add_cut(model, side, node)
    return len(added)


def add_ball_cuts(model: FlowModel, bound: Bound) -> None:
    """Add the cuts on which the bound of an ascent rests: the balls of each user as they grew."""
    problem, proof = model.problem, bound.proof
    if proof is None:
        return
    place = np.zeros(problem.instance.node_count, dtype=np.int64)
    place[problem.node_of] = np.arange(len(problem.node_of))
    for user, (begin, end) in enumerate(zip(proof.ball_start[:-1], proof.ball_start[1:], strict=True)):
        joined, members = proof.ball_joined_eur[begin:end], place[proof.ball_node[begin:end]]
        for raised in np.unique(joined[joined < proof.raised_eur[user]]):
            side = np.zeros(len(problem.node_of), dtype=bool)
            side[members[joined <= raised]] = True
            if side.sum() > 1:
                _add_cut(model, side, int(problem.users.node[user]))


def _add_cut(model: FlowModel, side: Flags, node: int) -> None:
    enters, ends = side[model.head] & ~side[model.tail], model.head == node
    plus, minus = np.flatnonzero(enters & ~ends), np.flatnonzero(ends & ~enters)
    model.rows.add((plus, 1.0), (minus, -1.0), low=0.0, high=INFINITE)


def design_values(model: FlowModel, design: Design) -> Floats:
    """A design as a solution of the model."""
    problem, count = model.problem, len(model.arc)
    edge_at, node_at = np.full(len(problem.instance.tail), -1), np.full(problem.instance.node_count, -1)
    edge_at[problem.edge_of], node_at[problem.node_of] = (
        np.arange(len(problem.edge_of)),
        np.arange(len(problem.node_of)),
    )
    column = np.full(2 * len(problem.edge_of), -1)
    column[model.arc] = np.arange(count)
    edge, known = edge_at[design.edge], edge_at[design.edge] >= 0
    turned = problem.streets.tail[edge[known]] != node_at[design.upstream[known]]
    used, taken_kw = column[2 * edge[known] + turned], design.sum_kw[known]
    values = np.zeros(count + len(model.users) + len(model.heat))
    values[used[used >= 0]] = 1.0
    values[model.users] = design.connected[problem.user_of]
    if model.carries:
        values[model.heat[used[used >= 0]]] = taken_kw[used >= 0]
    return values


def tree_of_values(model: FlowModel, values: Floats) -> Tree:
    """The tree of a solution in whole numbers."""
    tree, used = bare_tree(model.problem), np.flatnonzero(values[: len(model.arc)] > 0.5)
    tree.parent[model.head[used]] = model.tail[used]
    tree.edge[model.head[used]] = model.arc[used] // 2
    tree.on[:] = values[model.users] > 0.5
    return tree
