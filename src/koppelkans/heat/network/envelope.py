"""A floor under the price of a pipe: concave in the plain flow, below every step, so that the bound can carry it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from koppelkans.heat.network.instance import Floats
from koppelkans.heat.network.problem import Problem
from koppelkans.solve import INFINITE, Limits, LinearModel, solve


class Corners(NamedTuple):
    """The last plain flow that a level can carry, and its price per metre; the levels that can occur at all."""

    sum_kw: Floats
    price: Floats


class Floor(NamedTuple):
    """The lines ``price + slope x P`` per metre, steepest first; the floor is the least of them."""

    price: Floats
    slope: Floats


def corners(problem: Problem, kind: int = 0) -> Corners:
    """Where the price of a pipe of a class steps up, in plain kW below it.

    A pipe of capacity c carries n customers of P kW together only if f(n) P <= c. With N the most customers that any such
    group can have (the smallest ones together), P <= c / f(N).
    """
    instance, prices = problem.instance, problem.prices
    begin, end = prices.first[kind], prices.first[kind + 1]
    cap_kw, price = prices.cap_kw[begin:end], prices.level[begin:end]
    usable = problem.reachable & ~instance.never
    smallest = np.cumsum(np.sort(instance.least_kw[usable]))
    count = np.arange(1, len(smallest) + 1)
    design = (prices.flat + prices.shared / count) * smallest
    most = np.maximum(np.searchsorted(design, cap_kw * (1 + 1e-9), side="right"), 1)
    share = prices.flat + prices.shared / most
    sum_kw = np.divide(cap_kw, share, out=np.full(len(share), np.inf), where=share > 0)
    sum_kw = np.maximum.accumulate(sum_kw)
    # nothing flows beyond what the source gives or, without losses that grow with the flow, all customers take together
    grows = instance.loss_kw_per_m > 0 or instance.loss_share_per_m > 0
    everybody = np.inf if grows else problem.all_kw
    enough = (sum_kw >= everybody) | (cap_kw >= prices.source_kw)
    last = int(np.argmax(enough)) if enough.any() else len(sum_kw) - 1
    sum_kw[last] = max(min(sum_kw[last], everybody), 1e-6)
    return Corners(sum_kw[: last + 1], price[: last + 1])


def concave_floor(found: Corners) -> Floor:
    """The concave floor under the price per metre that is highest at all corners alike.

    A concave floor is b + sum over j of d_j min(P, x_j) with b, d >= 0 and x_j the corners; it is valid when it is at most the
    price at every corner. Its heights are linear in b and d: a linear program with as many rows as pipes.
    """
    finite = np.isfinite(found.sum_kw)
    spots = found.sum_kw[finite]
    ramps = np.column_stack([np.ones(len(found.sum_kw)), np.minimum(found.sum_kw[:, None], spots[None, :])])
    parts = _highest(ramps, found.price)
    steps = parts[1:]
    slope = np.append(np.cumsum(steps[::-1])[::-1], 0.0)
    price = parts[0] + np.append(0.0, np.cumsum(steps * spots))
    # a line that starts at a corner without a bend is the one before it; beyond the last corner nothing flows, unless the
    # last pipe has no end
    kept = np.append(True, steps > 1e-12 * np.max(slope, initial=1e-300))
    kept[-1] &= len(kept) == 1 or not finite.all()
    return Floor(price[kept], slope[kept])


def _highest(ramps: Floats, heights: Floats) -> Floats:
    """The b, d >= 0 with ramps @ (b, d) <= heights and the largest sum of ramps @ (b, d)."""
    rows, size = ramps.shape
    scale = 1.0 / ramps.max(axis=0)
    matrix = ramps * scale
    model = LinearModel(
        cost=-matrix.sum(axis=0), low=np.zeros(size), high=np.full(size, INFINITE), integer=np.zeros(size, dtype=bool),
        starts=np.arange(0, matrix.size + 1, size, dtype=np.int32),
        columns=np.tile(np.arange(size, dtype=np.int32), rows), coefficients=matrix.ravel(),
        row_low=np.full(rows, -INFINITE), row_high=heights,
    )  # fmt: skip
    found = np.maximum(solve(model, Limits()).values, 0.0)
    above = float((matrix @ found / np.maximum(heights, 1e-300)).max(where=heights > 0, initial=0.0))
    found /= max(1.0, above * (1 + 1e-12))  # the solver may be a hair too high
    return np.asarray(
        found * scale if heights.min() > 0 else np.where(matrix[heights <= 0].max(axis=0) > 0, 0.0, found * scale)
    )
