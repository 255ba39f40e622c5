"""Networks of straight pipe cost, proven: what the dual ascent rules out goes, a solver closes what is left.

The bound is the word of the solver: separate code adds up the tree again, not the bound (``bound_kind`` "solver"; ``proof`` is that of the ascent alone).
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from koppelkans.errors import DataError, InfeasibleError
from koppelkans.heat.network.flow_model import (
    FlowModel,
    add_ball_cuts,
    add_cuts,
    design_values,
    flow_model,
    linear_model,
    tree_of_values,
)  # fmt: skip
from koppelkans.heat.network.instance import Design, Floats, Instance, NetworkLimits
from koppelkans.heat.network.kernel import design_network
from koppelkans.heat.network.narrowing import narrowed, ruled
from koppelkans.heat.network.prepare import prepare
from koppelkans.heat.network.problem import MONEY_ERROR, Problem
from koppelkans.heat.network.read import gap_share, read_design
from koppelkans.heat.network.truecost import Tree, bare_tree, measure
from koppelkans.solve import Limits, Outcome, solve

GAP_SHARE = 1e-6
# counts that no run reaches: seconds bound the work here
NODES, ITERATIONS = 10**9, 2**31 - 1
CUT_ROUNDS = 60
# by how much a cut must be broken to be added
BROKEN = 0.02
# what the solver's own tolerances can hide, as share of the sum of money in the model
SOLVER_ERROR = 1e-9


def proven_design(instance: Instance, limits: NetworkLimits, *, seconds: float) -> Design:
    """The tree of least yearly cost less the value of the connected customers, with the bound of a solver: no gap, given the time.

    For pipes of one level and a slope, with or without losses that depend on the flow, and for prize-collecting Steiner trees (no heat at
    all). The bound is proven by reduced costs and HiGHS together; nobody replays it. After ``seconds`` the best tree and bound so far.

    Raises DataError for pipes in steps; otherwise as ``design_network``.
    Method: docs/method.md#network-proven.
    """
    ends = time.perf_counter() + seconds
    _check_straight(instance)
    design = design_network(instance, limits)
    if design.objective_eur <= design.bound_eur:
        return design
    small, bound_eur = narrowed(instance, design)
    best, bound_eur = _closed(small, replace(design, bound_eur=bound_eur), ends)
    bound_eur = min(bound_eur, best.objective_eur)
    gap = gap_share(best.objective_eur, bound_eur, best.whole_eur)
    return replace(best, bound_eur=bound_eur, gap_share=gap, proof=design.proof, bound_kind="solver")


def _check_straight(instance: Instance) -> None:
    """Raise DataError where the price of a pipe is not a straight line, or customers may choose."""
    if instance.package_kw is not None:
        raise DataError("the solver closes networks whose customers have one package each; settle their packages first")
    if stepped := [number for number, table in enumerate(instance.classes) if len(table.level_cap_kw) > 1]:
        raise DataError(
            "the solver closes networks whose pipes have one level and a slope",
            [f"pipe class {number} has {len(instance.classes[number].level_cap_kw)} levels" for number in stepped],
        )


def _closed(instance: Instance, best: Design, ends: float) -> tuple[Design, float]:
    """The best design of what is left, and the bound on all designs [EUR/yr]."""
    problem = prepare(instance)
    if not len(problem.users.kw):
        return _better(problem, None, best), min(best.objective_eur, 0.0)
    found = ruled(problem, best.objective_eur / problem.unit_eur)
    model = flow_model(problem, found)
    if not len(model.arc):
        tree, value = _at_the_root(problem)
        return _better(problem, tree, best), min(best.objective_eur, _safe(problem, value))
    if not model.carries:
        add_ball_cuts(model, found.best)
    bounds = [best.bound_eur, *(_safe(problem, bound) for bound in _relaxed(model, ends))]
    start = design_values(model, best)
    while (outcome := _whole(model, start, ends)) is not None:
        bounds.append(_safe(problem, outcome.bound))
        # heat for nothing (0 kW) need not come from the root: a cut says that it must
        if not add_cuts(model, np.round(outcome.values), 0.5):
            best = _better(problem, tree_of_values(model, outcome.values), best)
            break
    return best, max(bounds)


def _at_the_root(problem: Problem) -> tuple[Tree, float]:
    """The tree of the users at the root that are worth their heat, who need no street, and its value in units."""
    users, tree = problem.users, bare_tree(problem)
    net = problem.prices.source * users.kw - users.value
    tree.on[:] = (users.node == problem.streets.root) & (users.must | (net < 0))
    return tree, float(net[tree.on].sum())


def _better(problem: Problem, tree: Tree | None, best: Design) -> Design:
    """The design of a tree if it can be built and is better than the best one."""
    if tree is not None:
        value = measure(problem.streets, problem.users, problem.prices, tree)
        if value * problem.unit_eur >= best.objective_eur:
            return best
    found = read_design(problem, tree, best.bound_eur)
    if found.objective_eur >= best.objective_eur:
        return best
    return replace(found, reachable=best.reachable, reduced_eur=best.reduced_eur)


def _relaxed(model: FlowModel, ends: float) -> list[float]:
    """The bounds of the model in fractions, round by round, while cuts are found; the model keeps the cuts."""
    bounds: list[float] = []
    for _ in range(CUT_ROUNDS):
        outcome = _solved(model, None, ends, whole=False)
        if outcome is None:
            break
        bounds.append(outcome.bound)
        if not add_cuts(model, outcome.values, BROKEN):
            break
    return bounds


def _whole(model: FlowModel, start: Floats, ends: float) -> Outcome | None:
    return _solved(model, start, ends, whole=True)


def _solved(model: FlowModel, start: Floats | None, ends: float, *, whole: bool) -> Outcome | None:
    """What the solver makes of the model; None when the time is over before it has a solution."""
    seconds = ends - time.perf_counter()
    if seconds <= 0:
        return None
    limits = Limits(nodes=NODES, iterations=ITERATIONS, gap_share=GAP_SHARE, safety_seconds=seconds)
    try:
        return solve(linear_model(model, whole=whole), limits, start=start)
    except InfeasibleError:
        if time.perf_counter() < ends:
            raise
        return None


def _safe(problem: Problem, bound: float) -> float:
    """A bound of the model as a bound on the instance [EUR/yr]: less what rounded money and the tolerances of the solver can add."""
    worth = float(np.abs(problem.users.value).sum())
    return (bound - (2 * MONEY_ERROR + SOLVER_ERROR) * (abs(bound) + 2 * worth)) * problem.unit_eur
