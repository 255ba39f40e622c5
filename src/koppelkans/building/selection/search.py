"""From a selection that breaks some limit to one that keeps them all, and from there to a cheaper one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from koppelkans.building.selection import kernels
from koppelkans.building.selection.instance import Flags, Floats, Ints
from koppelkans.building.selection.prices import Answer
from koppelkans.building.selection.programme import Columns
from koppelkans.building.selection.stock import Stock

LEAST_SAVING_EUR = 1e-6
MOVES_IN_PAIRS, KICK_POOL = 800, 20
SLACK_SHARE = 1e-11
"""What the search lets use exceed a limit, as a part of its size: a sum that meets a limit exactly must not fail by rounding."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A selection in the making: ``row`` and ``period`` (n,), ``opened`` (s,), ``used`` (lines, t). Changed in place by the search."""

    row: Ints
    period: Ints
    opened: Ints
    used: Floats

    @property
    def state(self) -> tuple[Ints, Ints, Floats]:
        """Rows, periods and use, to be changed together."""
        return self.row, self.period, self.used

    def copy(self) -> Draft:
        """A draft that may be changed without changing this one."""
        return Draft(self.row.copy(), self.period.copy(), self.opened.copy(), self.used.copy())


@dataclass(frozen=True, slots=True)
class Moves:
    """What the search may do: columns with their ``cost`` and their ``value`` at the prices ``at``."""

    stock: Stock
    at: Answer
    columns: Columns
    cost: Floats
    value: Floats
    limits: tuple[Floats, Floats, int]

    @property
    def work(self) -> tuple[Floats, Ints]:
        """Use of every row, and the line on which the power of every building counts."""
        return self.stock.use, self.stock.line

    @property
    def triple(self) -> tuple[Ints, Ints, Ints]:
        """Building, row and period of every move."""
        return self.columns.building, self.columns.row, self.columns.period


def drafted(stock: Stock, row: Ints, period: Ints, opened: Ints) -> Draft:
    """A draft with its use."""
    used = kernels.use_by_period(stock.use, stock.line, row, period, *stock.limit.shape)
    return Draft(row.copy(), period.copy(), opened.copy(), stock.total(used))


def draft_cost_eur(stock: Stock, draft: Draft) -> float:
    """Cost of the buildings and of the openings."""
    return float(column_costs(stock, np.arange(stock.buildings), draft.row, draft.period).sum()) + float(
        opening_costs(stock, draft.opened).sum()
    )


def column_costs(stock: Stock, building: Ints, row: Ints, period: Ints) -> Floats:
    """Cost of columns: of the option in its period, or of staying as is."""
    done = stock.cost[np.maximum(row, 0), np.minimum(period, stock.periods - 1)] if len(stock.cost) else np.inf
    return np.where(row >= 0, done, stock.stay[building])


def opening_costs(stock: Stock, opened: Ints) -> Floats:
    """Cost of opening every street in the period given."""
    padded = np.column_stack([stock.opening, np.zeros(len(stock.opening))])
    return np.asarray(padded[np.arange(len(opened)), opened], dtype=np.float64)


def moves_of(stock: Stock, at: Answer, columns: Columns) -> Moves:
    """The moves to these columns, valued at the prices of the answer."""
    cost = column_costs(stock, columns.building, columns.row, columns.period)
    slack = np.where(np.isfinite(stock.limit), SLACK_SHARE * stock.scale, 0.0)
    limits = (stock.limit + slack, stock.scale, stock.cumulative)
    return Moves(
        stock, at, columns, cost, cost + _paid(stock, at, columns.building, columns.row, columns.period), limits
    )


def _paid(stock: Stock, at: Answer, building: Ints, row: Ints, period: Ints) -> Floats:
    """What the use of columns pays at the prices of the answer."""
    if not len(stock.cost):
        return np.zeros(len(building))
    paid = np.column_stack([stock.effective(at.price), np.zeros(len(stock.limit))])
    use, shared = stock.use[np.maximum(row, 0)], stock.use.shape[1] - 1
    total = use[:, shared] * paid[stock.line[building], period]
    for j in range(shared):
        total += use[:, j] * paid[j, period]
    return np.where(row >= 0, total, 0.0)


def missing(moves: Moves, draft: Draft) -> float:
    """How far the draft exceeds its limits, as a sum of shares."""
    return float(kernels.excess(draft.used, moves.limits[0], moves.limits[1]))


def _allowed(moves: Moves, draft: Draft) -> Flags:
    building, row, period = moves.triple
    stock = moves.stock
    waits = (row >= 0) & np.append(stock.bound, False)[row]
    closed = waits & (np.append(draft.opened, -1)[stock.street[building]] != period)
    same = (row == draft.row[building]) & (period == draft.period[building])
    return np.asarray(~closed & ~same)


def _street_costs(moves: Moves, draft: Draft) -> tuple[Floats, Floats]:
    """Change of cost and of value when each street opens in t, or never, and its buildings answer: (s, t + 1) each."""
    stock, at = moves.stock, moves.at
    buildings, streets, choices = stock.member, len(stock.opening), stock.periods + 1
    street = stock.street[buildings]
    cost, value = np.empty((streets, choices)), np.empty((streets, choices))
    opening = np.column_stack([stock.opening, np.zeros(streets)]) - opening_costs(stock, draft.opened)[:, None]
    row, period = draft.row[buildings], draft.period[buildings]
    now = column_costs(stock, buildings, row, period)
    paid_now = _paid(stock, at, buildings, row, period)
    for t in range(choices):
        row, period = at.response[0][buildings, t], at.response[1][buildings, t]
        step = column_costs(stock, buildings, row, period) - now
        paid = step + _paid(stock, at, buildings, row, period) - paid_now
        cost[:, t] = opening[:, t] + np.bincount(street, weights=step, minlength=streets)
        value[:, t] = opening[:, t] + np.bincount(street, weights=paid, minlength=streets)
    return cost, value


def _street_changes(moves: Moves, draft: Draft, limits: tuple[Floats, Floats, int]) -> Floats:
    stock = moves.stock
    changes: Floats = kernels.street_changes(
        (stock.member_start, stock.member), moves.at.response, draft.state, moves.work, limits
    )
    return changes


def _reopen(moves: Moves, draft: Draft, street: int, opening: int) -> None:
    stock = moves.stock
    for b in stock.member[stock.member_start[street] : stock.member_start[street + 1]]:
        kernels.shift(stock.use, stock.line[b], draft.row[b], draft.period[b], -1.0, draft.used, stock.cumulative)
        draft.row[b], draft.period[b] = moves.at.response[0][b, opening], moves.at.response[1][b, opening]
        kernels.shift(stock.use, stock.line[b], draft.row[b], draft.period[b], 1.0, draft.used, stock.cumulative)
    draft.opened[street] = opening


def repair(moves: Moves, draft: Draft, rounds: int) -> bool:
    """Whether the draft, changed in place, keeps every limit.

    Each round makes the moves of least rise in value per relief until the excess is halved. Where no move relieves, the limits
    that are exceeded weigh twice as much from then on, so that others may be exceeded for them.
    """
    stock = moves.stock
    limit, scale, cumulative = moves.limits
    scale = scale.copy()
    for _ in range(rounds):
        over = float(kernels.excess(draft.used, limit, scale))
        if over <= kernels.NOTHING:
            return True
        weighed = (limit, scale, cumulative)
        change = kernels.move_changes(moves.triple, _allowed(moves, draft), draft.state, moves.work, weighed)
        helps = np.flatnonzero(change < -kernels.NOTHING)
        current = _current(moves, draft, priced=True)
        rise = np.maximum(moves.value[helps] - current[moves.columns.building[helps]], 0.0)
        rate = rise / -change[helps]
        best = float(rate.min()) if len(helps) else np.inf
        if len(stock.member) and _street_relief(moves, draft, best, weighed):
            continue
        if len(helps):
            order = helps[np.argsort(rate, kind="stable")]
            kernels.apply_relief(order, moves.triple, over / 2, draft.state, moves.work, weighed)
        else:
            scale[draft.used > limit] /= 2
    return missing(moves, draft) <= kernels.NOTHING


def _street_relief(moves: Moves, draft: Draft, rate: float, limits: tuple[Floats, Floats, int]) -> bool:
    """Whether opening one street in another period relieved at a lower rate than any single move would."""
    change = _street_changes(moves, draft, limits)
    _, value = _street_costs(moves, draft)
    usable = (change < -kernels.NOTHING) & np.isfinite(value)
    if not usable.any():
        return False
    rates = np.where(usable, np.maximum(value, 0.0) / np.where(usable, -change, 1.0), np.inf)
    street, opening = np.unravel_index(int(rates.argmin()), rates.shape)
    if rates[street, opening] >= rate:
        return False
    _reopen(moves, draft, int(street), int(opening))
    return True


def _current(moves: Moves, draft: Draft, *, priced: bool) -> Floats:
    """Cost of what every building has in the draft; ``priced``: with what its use pays."""
    stock = moves.stock
    buildings = np.arange(stock.buildings)
    cost = column_costs(stock, buildings, draft.row, draft.period)
    return cost + _paid(stock, moves.at, buildings, draft.row, draft.period) if priced else cost


def improve(moves: Moves, draft: Draft, rounds: int) -> None:
    """Lower the cost of a draft that keeps every limit, in place: single moves, streets, pairs of buildings."""
    stock = moves.stock
    for _ in range(rounds):
        current = _current(moves, draft, priced=False)
        saving = current[moves.columns.building] - moves.cost
        order = np.flatnonzero(_allowed(moves, draft) & (saving > LEAST_SAVING_EUR))
        order = order[np.argsort(-saving[order], kind="stable")]
        made = kernels.apply_savings(order, moves.triple, (moves.cost, current), draft.state, moves.work, moves.limits)
        if len(stock.member):
            made += _street_saving(moves, draft)
        if not made:
            made = _pairs(moves, draft)
        if not made:
            return


def _street_saving(moves: Moves, draft: Draft) -> int:
    cost, _ = _street_costs(moves, draft)
    if not (cost < -LEAST_SAVING_EUR).any():
        return 0
    cost = np.where(_street_changes(moves, draft, moves.limits) <= kernels.NOTHING, cost, 0.0)
    street, opening = np.unravel_index(int(cost.argmin()), cost.shape)
    if cost[street, opening] >= -LEAST_SAVING_EUR:
        return 0
    _reopen(moves, draft, int(street), int(opening))
    return 1


def _pairs(moves: Moves, draft: Draft) -> int:
    """Number of pairs of moves made among those that raise the value least."""
    buildings = moves.columns.building
    allowed = np.flatnonzero(_allowed(moves, draft))
    rise = moves.value[allowed] - _current(moves, draft, priced=True)[buildings[allowed]]
    order = allowed[np.argsort(rise, kind="stable")[:MOVES_IN_PAIRS]]
    saving = _current(moves, draft, priced=False)[buildings] - moves.cost
    return int(kernels.apply_pairs(order, moves.triple, saving, draft.state, moves.work, moves.limits))


def kicked(moves: Moves, draft: Draft, share: float, random: np.random.Generator) -> Draft:
    """The draft with a share of its buildings moved at random among what raises the value least; limits may then be exceeded."""
    stock, buildings = moves.stock, moves.columns.building
    count = max(2, int(share * stock.buildings))
    allowed = np.flatnonzero(_allowed(moves, draft))
    rise = moves.value[allowed] - _current(moves, draft, priced=True)[buildings[allowed]]
    pool = allowed[np.argsort(rise, kind="stable")[: KICK_POOL * count]]
    taken = random.choice(pool, min(count, len(pool)), replace=False)
    row, period = draft.row.copy(), draft.period.copy()
    row[buildings[taken]], period[buildings[taken]] = moves.columns.row[taken], moves.columns.period[taken]
    return drafted(stock, row, period, draft.opened)
