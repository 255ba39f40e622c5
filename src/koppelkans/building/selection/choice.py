"""The selection: prices, programmes over what they leave undecided, repair and improvement, and the proof."""

from __future__ import annotations

import math

import numpy as np

from koppelkans.building.selection.instance import Floats, Instance, Selection, SelectionLimits, check_instance
from koppelkans.building.selection.prices import Answer, answer, ascent
from koppelkans.building.selection.programme import (
    LEAST_GAP_PART,
    Columns,
    Solved,
    answer_columns,
    joined,
    near_columns,
    reduced,
    solved,
    whole_limits,
)
from koppelkans.building.selection.search import (
    Draft,
    Moves,
    column_costs,
    draft_cost_eur,
    drafted,
    improve,
    kicked,
    missing,
    moves_of,
    opening_costs,
    repair,
)
from koppelkans.building.selection.shortage import PROVEN_SHARE, least_shortage, least_whole_shortage, refuse
from koppelkans.building.selection.stock import Stock, per_limit, stock_of
from koppelkans.errors import InfeasibleError
from koppelkans.solve import Limits

KEPT_SHARE = 1e-9
"""A limit counts as kept when use exceeds it by less than this part of its size: sums in another order differ by less."""

ROUNDING_SHARE = 1e-11
"""What is taken off the bound for rounding, as a share of the sums that it is the difference of."""

CEILING, FIRST_BOX, FLOOR_SHARE = 10.0, 2.0, 1e-3
"""Highest value of a whole limit as a multiple of all costs; first box of prices as a factor; its width around zero."""

MOVES_PER_BUILDING, LEAST_MOVES = 4, 60_000
NOISE, KICKS = (0.01, 0.03, 0.1), (0.005, 0.02, 0.05)
"""Spread of the prices of other starts (in logarithm), and share of the buildings that a kick moves."""


def select(instance: Instance, limits: SelectionLimits | None = None) -> Selection:
    """The works and period of every building at the least present cost found, with a proven bound and prices of the limits.

    Lagrangian relaxation: every limit gets a price and every building, with its street, takes what is then cheapest; that value
    bounds the cost of all selections. The prices rise by subgradient steps and are then set by linear programmes over the columns
    that they leave undecided. Selections come from those programmes: repaired by the least rise in value per relief, improved by
    single moves, street openings and pairs; small stocks are refined by a whole-number programme.

    Raises DataError when the arrays do not fit together, InfeasibleError that names each limit and period that falls short.
    Method: docs/method.md#works-selection.
    """
    limits = limits or SelectionLimits()
    check_instance(instance)
    stock = stock_of(instance)
    free = answer(stock, np.zeros_like(stock.limit))
    best = drafted(stock, free.row, free.period, free.opened)
    if not _exceeds(stock, best):
        return _selection(instance, stock, free, best, "no limit binds")
    at, roundings = _priced(stock, free, limits)
    given = [drafted(stock, item.row, item.period, item.opened) for item in roundings[:2]]
    given.append(drafted(stock, at.row, at.period, at.opened))
    found, ended = _searched(stock, at, given, limits)
    if found is None:
        first = _feasible(instance, stock, at, limits)
        found, ended = _searched(stock, at, [first.copy()], limits, first)
        found = found or first
    bound = -math.inf
    if stock.buildings <= limits.polish_buildings and _gap_share(stock, found, at.value) > limits.gap_share:
        found, bound, ended = _polished(stock, at, found, limits, ended)
    return _selection(instance, stock, _without_idle_prices(stock, at, found), found, ended, solver_bound_eur=bound)


def _exceeds(stock: Stock, draft: Draft) -> bool:
    return bool((draft.used > stock.limit).any())


def _gap_share(stock: Stock, draft: Draft, bound: float) -> float:
    cost = draft_cost_eur(stock, draft)
    return (cost - bound) / max(abs(cost), 1e-9)


def _largest_cost(stock: Stock) -> float:
    """No building or street weighs more than this in all selections together, EUR."""
    least = np.zeros(1)
    finite = [np.where(np.isfinite(values), np.abs(values), 0.0) for values in (stock.cost, stock.stay, stock.opening)]
    per_row = finite[0].max(axis=1) if finite[0].size else least
    per_building = np.maximum.reduceat(np.append(per_row, 0.0), stock.start[:-1]) if len(per_row) else least
    return float(per_building.sum() + finite[1].sum() + finite[2].sum()) + 1.0


def _priced(stock: Stock, free: Answer, limits: SelectionLimits) -> tuple[Answer, list[Solved]]:
    """The best bound, and the whole selections that the programmes suggest, latest first.

    Each programme may move prices inside a box around the best ones; where that gave a worse bound, the next box is half as wide.
    """
    ceiling = np.where(np.isfinite(stock.limit), CEILING * _largest_cost(stock) / stock.scale, 0.0)
    best = ascent(stock, limits.ascent_rounds, ceiling, given=free)
    roundings: list[Solved] = []
    parts: list[Columns] = []
    wide = FIRST_BOX
    for _ in range(limits.programme_rounds):
        columns = joined(stock, [near_columns(stock, best, limits.programme_columns), *parts])
        around = (wide - 1) * FLOOR_SHARE * abs(best.value) * stock.weight / stock.scale
        box = (np.maximum(best.price / wide - around, 0.0), np.minimum(best.price * wide + around, ceiling))
        found = solved(stock, columns, box, Limits(seed=limits.seed), whole=False)
        roundings.insert(0, found)
        tried = [answer(stock, found.price), answer(stock, (found.price + best.price) / 2)]
        parts += [answer_columns(stock, item.row, item.period, item.opened) for item in tried]
        parts.append(answer_columns(stock, found.row, found.period, found.opened))
        if tried[0].value < best.value:
            wide = 1 + (wide - 1) / 2
        best = max([best, *tried], key=lambda item: item.value)
        if found.value - best.value <= LEAST_GAP_PART * limits.gap_share * abs(best.value):
            break
    return best, roundings


def _searched(
    stock: Stock, at: Answer, given: list[Draft], limits: SelectionLimits, best: Draft | None = None
) -> tuple[Draft | None, str]:
    """The cheapest selection that keeps every limit, if any was found, and what ended the search.

    Starts: the given ones, answers at prices nearby, and the best selection so far with some buildings moved.
    """
    most = max(MOVES_PER_BUILDING * stock.buildings, LEAST_MOVES)
    moves = moves_of(stock, at, near_columns(stock, at, most))
    random = np.random.default_rng(limits.seed)
    for start in range(limits.starts):
        if start < len(given):
            draft = given[start]
        elif best is None or start < limits.starts // 2:
            noise = NOISE[start % len(NOISE)] * random.standard_normal(at.price.shape)
            other = answer(stock, at.price * np.exp(noise))
            draft = drafted(stock, other.row, other.period, other.opened)
        else:
            draft = kicked(moves, best, KICKS[start % len(KICKS)], random)
        best = _better(moves, best, draft, limits)
        if best is not None and _gap_share(stock, best, at.value) <= limits.gap_share:
            return best, f"gap below {limits.gap_share:g}"
    return best, f"{limits.starts} starts"


def _better(moves: Moves, best: Draft | None, draft: Draft, limits: SelectionLimits) -> Draft | None:
    """The draft repaired and improved when that makes it cheaper than the best, else the best."""
    if not repair(moves, draft, limits.repair_rounds):
        return best
    improve(moves, draft, limits.improve_rounds)
    fresh = drafted(moves.stock, draft.row, draft.period, draft.opened)
    if missing(moves, fresh) > KEPT_SHARE:
        return best
    cheaper = best is None or draft_cost_eur(moves.stock, fresh) < draft_cost_eur(moves.stock, best)
    return fresh if cheaper else best


def _feasible(instance: Instance, stock: Stock, at: Answer, limits: SelectionLimits) -> Draft:
    """A selection that keeps all limits, whatever it costs; raises InfeasibleError that says what is missing."""
    shortage, nearest = least_shortage(stock, limits)
    if shortage > PROVEN_SHARE:
        raise refuse(instance, stock, nearest.missing, proven=True)
    moves = moves_of(stock, at, near_columns(stock, at, stock.cost.size))
    found = _better(moves, None, drafted(stock, nearest.row, nearest.period, nearest.opened), limits)
    if found is None and stock.buildings <= limits.polish_buildings:
        nearest, shortage = least_whole_shortage(stock, at, limits)
        found = _better(moves, None, drafted(stock, nearest.row, nearest.period, nearest.opened), limits)
    if found is None:
        over = drafted(stock, nearest.row, nearest.period, nearest.opened).used - stock.limit
        raise refuse(instance, stock, np.maximum(over, 0.0), proven=shortage > PROVEN_SHARE)
    return found


def _polished(stock: Stock, at: Answer, best: Draft, limits: SelectionLimits, ended: str) -> tuple[Draft, float, str]:
    """The best selection over the columns of least reduced cost, a bound when no other column can be in a better one, and what ended it.

    A column whose reduced cost exceeds cost - bound is in no better selection (reduced-cost fixing).
    """
    cost = draft_cost_eur(stock, best)
    below = cost - at.value
    near = near_columns(stock, at, limits.polish_columns, below=below)
    all_in = sum(int((part <= below).sum()) for part in reduced(stock, at)) <= len(near.building)
    columns = joined(stock, [near, answer_columns(stock, best.row, best.period, best.opened)])
    try:
        found = solved(stock, columns, None, whole_limits(limits), whole=True)
    except InfeasibleError:
        return best, -math.inf, ended
    moves = moves_of(stock, at, columns)
    better = _better(moves, best, drafted(stock, found.row, found.period, found.opened), limits) or best
    proven = found.bound if all_in else -math.inf
    nodes = "all columns that could be cheaper" if all_in and found.complete else f"{limits.polish_nodes} nodes"
    return better, min(proven, draft_cost_eur(stock, better)), f"whole-number programme, {nodes}"


def _without_idle_prices(stock: Stock, at: Answer, draft: Draft) -> Answer:
    """The same bound, with no price on limits that the selection leaves well unused, when that lowers the bound by next to nothing."""
    idle = (stock.limit - draft.used > 0.02 * stock.scale) & (at.price > 0)
    if not idle.any():
        return at
    other = answer(stock, np.where(idle, 0.0, at.price))
    return other if other.value >= at.value - 1e-6 * abs(at.value) else at


def _selection(
    instance: Instance, stock: Stock, at: Answer, draft: Draft, ended: str, *, solver_bound_eur: float = -math.inf
) -> Selection:
    done = draft.row >= 0
    option = np.where(done, stock.option[np.maximum(draft.row, 0)], -1) if len(stock.option) else draft.row
    buildings = np.arange(stock.buildings)
    cost = math.fsum([*column_costs(stock, buildings, draft.row, draft.period), *opening_costs(stock, draft.opened)])
    size: Floats = np.where(at.price > 0, at.price * np.where(np.isfinite(stock.limit), np.abs(stock.limit), 0.0), 0.0)
    spread = np.where(np.isfinite(at.free), np.abs(at.free), 0.0).sum() + size.sum()
    spread += np.where(np.isfinite(stock.opening), stock.opening, 0.0).sum() + abs(cost)
    bound = at.value - ROUNDING_SHARE * float(spread)
    used = draft.used.copy()
    used[stock.cumulative] += instance.emission_before_tonnes.sum()
    return Selection(
        option=option.astype(np.int64),
        period=draft.period,
        opened=draft.opened,
        unaffordable=stock.forced & done,
        cost_eur=cost,
        bound_eur=bound,
        gap_share=max(0.0, cost - bound) / max(abs(cost), 1e-9),
        solver_bound_eur=max(solver_bound_eur, bound),
        price=per_limit(at.price, instance),
        used=per_limit(used, instance),
        ended=ended,
    )
